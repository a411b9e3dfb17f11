"""Health is progress: when a head moves and the mark behind it does not, the service is not ready."""

from __future__ import annotations

import asyncio
from typing import Any

import asyncpg
import msgspec
import structlog

from trackagoat.events import clock, marks
from trackagoat.events.bus import Bus
from trackagoat.events.host.metrics import (
    CHECKPOINT,
    DUE_AGE_SECONDS,
    DUE_ROWS,
    FEED_HEAD,
    LAG_EVENTS,
    LAG_SECONDS,
    PARKED,
    READY,
    RELAY_HEAD,
    UNSEQUENCED,
)
from trackagoat.events.host.service import Service
from trackagoat.events.lanes import Lanes

log = structlog.get_logger()

STUCK_SECONDS = 30.0
LOOK_SECONDS = 2.0
MOST_ROWS = 10_000
"""Ripe rows of a kind are counted up to here."""

_OWN = "SELECT (SELECT seq FROM feed_head) AS head, (SELECT count(*) FROM unsequenced) AS waiting"
_PARKED = """
SELECT c.projection, c.source, (SELECT count(*) FROM parked p WHERE (p.projection, p.source) = (c.projection, c.source))
    AS parked FROM (SELECT DISTINCT projection, source FROM checkpoints) c
"""
_DUE = f"""
SELECT k.kind, (SELECT min(due_at) FROM due d WHERE d.kind = k.kind) AS due_at, (
    SELECT count(*) FROM (SELECT FROM due d WHERE d.kind = k.kind AND d.due_at <= $2 LIMIT {MOST_ROWS}) ripe
) AS ripe FROM unnest($1::text[]) AS k(kind)
"""  # noqa: S608 - a number
"""By kind, so that each look is into the index and not over all that is planned."""


class Mark(msgspec.Struct):
    """How far one runner is behind, and since when (monotonic seconds) it has not moved."""

    value: int = -1
    lag: int = 0
    since: float = 0.0


class Health:
    """Looks at marks and heads now and then; answers whether the service is able to serve."""

    def __init__(self, pool: asyncpg.Pool[Any], bus: Bus, service: Service, lanes: Lanes) -> None:
        """Nothing is known before the first look."""
        self._pool, self._bus, self._service, self._lanes = pool, bus, service, lanes
        self._marks: dict[str, Mark] = {}
        self._database = "not looked at yet"
        self._relayed: int | None = None

    async def run(self) -> None:
        """Look for ever."""
        while True:
            try:
                await self.look()
                self._database = ""
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError) as error:
                self._database = f"database: {error!r}"
            READY.set(not self.faults())
            await asyncio.sleep(LOOK_SECONDS)

    def relayed(self, seq: int) -> None:
        """This process relays, and the stream has stored everything up to there."""
        self._relayed = seq

    def faults(self) -> list[str]:
        """Why the service is not ready; empty when it is."""
        found = [self._database] if self._database else []
        if not self._bus.connected:
            found.append("nats: not connected")
        loop = asyncio.get_running_loop()
        for name, mark in self._marks.items():
            if mark.lag and loop.time() - mark.since > STUCK_SECONDS:
                found.append(f"{name}: {mark.lag} behind and not moving for {loop.time() - mark.since:.0f} s")
        return found

    async def look(self) -> None:
        """Read heads and marks once."""
        (own,) = await self._pool.fetch(_OWN)
        FEED_HEAD.set(own["head"])
        UNSEQUENCED.set(own["waiting"])
        self._note("sequencer", own["head"], own["waiting"])
        if self._relayed is not None:
            RELAY_HEAD.set(self._relayed)
            self._note("relay", self._relayed, max(0, own["head"] - self._relayed))
        for part in (*self._service.projections, *self._service.policies):
            for source in part.sources - {self._service.name}:
                await self._follow(part.name, source)
        for row in await self._pool.fetch(_PARKED):
            PARKED.labels(row["projection"], row["source"]).set(row["parked"])
        now = clock.now()
        for row in await self._pool.fetch(_DUE, [due.kind for due in self._service.due], now):
            age = 0.0 if row["due_at"] is None else max(0.0, (now - row["due_at"]).total_seconds())
            DUE_AGE_SECONDS.labels(row["kind"]).set(age)
            DUE_ROWS.labels(row["kind"]).set(row["ripe"])

    async def _follow(self, part: str, source: str) -> None:
        """How far the lanes held here are behind; the slowest of them counts."""
        head = await self._pool.fetchval(f"SELECT seq FROM {source}.feed_head")  # noqa: S608 - a service's name
        stand = await marks.read(self._pool, part, source, self._lanes.held)
        value = min(stand.values(), default=head)
        mark = self._note(f"{part} from {source}", value, max(0, head - value))
        CHECKPOINT.labels(part, source).set(value)
        LAG_EVENTS.labels(part, source).set(mark.lag)
        behind = asyncio.get_running_loop().time() - mark.since if mark.lag else 0.0
        LAG_SECONDS.labels(part, source).set(behind)

    def _note(self, name: str, value: int, lag: int) -> Mark:
        mark = self._marks.setdefault(name, Mark())
        if value != mark.value or not lag:
            mark.since = asyncio.get_running_loop().time()
        mark.value, mark.lag = value, lag
        return mark
