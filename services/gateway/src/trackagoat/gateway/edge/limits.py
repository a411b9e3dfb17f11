"""Limits on calls: so many in any minute per caller, so many a day per organization, counted for all replicas."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal

import msgspec
import structlog

from trackagoat.events import clock
from trackagoat.events.catalogue import plans
from trackagoat.events.catalogue.words import OrgId
from trackagoat.gateway.edge.faults import ApiError
from trackagoat.gateway.store import windows

if TYPE_CHECKING:
    from trackagoat.events.sql import Db

log = structlog.get_logger()

WINDOW_SECONDS = 60
DAY = timedelta(days=1)
DAILY_LIMIT: plans.Limit = "max_api_requests_per_day"
_SWEEP_EVERY = timedelta(minutes=10)
_DAYS_KEPT = timedelta(days=7)


class Caller(msgspec.Struct, frozen=True, kw_only=True):
    """Whose calls are counted: `quota` in any minute, and `most` a day of the organization (None: any number).

    `kind` is the name of the window in the headers. A call that is not `counted` leaves the day as it is.
    """

    kind: Literal["key", "session", "address"]
    id: str
    quota: int
    org: OrgId | None = None
    most: int | None = None
    counted: bool = True


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """How a caller stands after a call: what is left, when more is, and whether the call goes through."""

    caller: Caller
    left: int
    opens_in: int
    left_today: int | None = None
    full: Literal["window", "day"] | None = None

    def headers(self, now: datetime) -> dict[str, str]:
        """The RateLimit headers."""
        kind, quota = self.caller.kind, self.caller.quota
        policies, states = [f'"{kind}";q={quota};w={WINDOW_SECONDS}'], [f'"{kind}";r={self.left};t={self.opens_in}']
        if self.left_today is not None:
            policies.append(f'"day";q={self.caller.most};w={int(DAY.total_seconds())}')
            states.append(f'"day";r={self.left_today};t={until_midnight(now)}')
        return {"RateLimit-Policy": ", ".join(policies), "RateLimit": ", ".join(states)}

    def check(self, now: datetime) -> None:
        """Raise a 429 for a call that was one too many."""
        match self.full:
            case "window":
                wait = max(self.opens_in, 1)
                raise ApiError("rate_limit_exceeded", headers={"Retry-After": str(wait)}, retryAfter=wait)
            case "day":
                wait = until_midnight(now)
                headers = {"Retry-After": str(wait)}
                raise ApiError("rate_limit_exceeded", headers=headers, retryAfter=wait, limitKey=DAILY_LIMIT)
            case None:
                return


Waiting = tuple[Caller, asyncio.Future[Standing]]


class Turnstile:
    """Counts calls in the database. Calls that come while a statement runs share the next one."""

    def __init__(self) -> None:
        """Nobody waits."""
        self._waiting: list[Waiting] = []
        self._counting: asyncio.Task[None] | None = None
        self._swept = clock.now()

    async def take(self, db: Db, caller: Caller) -> Standing:
        """Count a call of that caller, unless it is one too many."""
        future: asyncio.Future[Standing] = asyncio.get_running_loop().create_future()
        self._waiting.append((caller, future))
        if self._counting is None:
            self._counting = asyncio.create_task(self._count(db))
        return await future

    async def _count(self, db: Db) -> None:
        try:
            while self._waiting:
                waiting, self._waiting = self._waiting, []
                await _answer(db, [one for one in waiting if not one[1].done()])
                await self._sweep(db)
        finally:
            self._counting = None

    async def _sweep(self, db: Db) -> None:
        now = clock.now()
        if now - self._swept <= _SWEEP_EVERY:
            return
        self._swept = now
        try:
            await windows.sweep(db, now - 2 * timedelta(seconds=WINDOW_SECONDS), now - _DAYS_KEPT)
        except Exception as error:  # noqa: BLE001 - those who wait to be counted must not wait for ever
            log.warning("old counts stay", error=repr(error))


async def _answer(db: Db, waiting: Sequence[Waiting]) -> None:
    """Count the calls of all who wait in one statement; who cannot be answered gets the error."""
    groups: dict[Caller, list[asyncio.Future[Standing]]] = {}
    for caller, future in waiting:
        groups.setdefault(caller, []).append(future)
    try:
        rows = await _taken(db, list(groups), [len(futures) for futures in groups.values()])
    except Exception as error:  # noqa: BLE001 - every caller raises it where it waits
        for future in (one for futures in groups.values() for one in futures if not one.done()):
            future.set_exception(error)
        return
    for (caller, futures), row in zip(groups.items(), rows, strict=True):
        for nth, future in enumerate(futures):
            if not future.done():
                future.set_result(standing(caller, row, nth))


async def _taken(db: Db, callers: Sequence[Caller], asked: Sequence[int]) -> list[windows.TakenRow]:
    rows = await windows.take(
        db,
        [f"{one.kind}:{one.id}" for one in callers],
        asked,
        [one.quota for one in callers],
        [one.org for one in callers],
        [one.most for one in callers],
        [one.counted for one in callers],
        WINDOW_SECONDS,
    )
    return sorted(rows, key=lambda row: row.at)


def standing(caller: Caller, row: windows.TakenRow, nth: int) -> Standing:
    """How the caller stands after the nth of its calls, from 0, that were counted together."""
    full: Literal["window", "day"] | None = None
    if nth >= row.passed:
        full = "window"
    elif nth >= row.within_day:
        full = "day"
    later = max(row.within_day - nth - 1, 0) if caller.counted else 0
    return Standing(
        caller=caller,
        left=row.remaining + max(row.passed - nth - 1, 0),
        opens_in=min(max(math.ceil(row.opens_in), 0), WINDOW_SECONDS),
        left_today=None if caller.most is None else max(caller.most - row.used + later, 0),
        full=full,
    )


def until_midnight(now: datetime) -> int:
    """Whole seconds to the end of the day in UTC, at least 1."""
    midnight = (now + DAY).replace(hour=0, minute=0, second=0, microsecond=0)
    return max(math.ceil((midnight - now).total_seconds()), 1)
