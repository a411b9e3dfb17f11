"""The chain of sources: asked in the order the org chose, each no faster and no more at once than it bears.

What a call to a source says of the source itself (it wants fewer calls, it refuses, it is not understood any more)
becomes its standing, which holds for every org and every replica. Nothing here commits: standings and parked
answers are effects, committed with the row whose work brought them. Only the slots of a source's pace are taken at
once.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Generic, TypeVar, cast
from uuid import UUID

import msgspec
import structlog

from trackagoat.events import clock
from trackagoat.events.catalogue.ingest import JobKind
from trackagoat.events.catalogue.words import OrgId
from trackagoat.events.effects import Claimed, Effect
from trackagoat.events.host.metrics import OUTSIDE_SECONDS
from trackagoat.events.sql import Db
from trackagoat.ingest.domain import sourcing
from trackagoat.ingest.domain.sourcing import Standing
from trackagoat.ingest.domain.tiktok import handle_key
from trackagoat.ingest.due.asking import Configured
from trackagoat.ingest.sources.protocol import Blocked, Failed, Follower, Ok, RateLimited, Reply, SchemaChanged, Source
from trackagoat.ingest.store import accounts
from trackagoat.ingest.store import sources as store

log = structlog.get_logger()
T = TypeVar("T")
S = TypeVar("S", Source, Follower)

PATIENCE_SECONDS = 20.0
"""How long a claimed row waits for a slot; one that is further away puts the row off instead."""
ANSWER_SECONDS = 60.0
LONGEST_RAW = 1024 * 1024
"""Bytes kept of an answer that was not understood."""


class Answered(msgspec.Struct, Generic[T], frozen=True):
    """The answer that counts, who gave it, and what is to be committed with it."""

    source: Source
    reply: Reply[T]
    effects: Sequence[Effect] = ()


class Later(msgspec.Struct, frozen=True):
    """Nobody was asked: whoever should answer rests, is passed over, or has no free slot before `at`."""

    at: datetime
    effects: Sequence[Effect] = ()


class Chain:
    """The configured sources of one process, and how each is doing as far as this process has seen."""

    def __init__(self, sources: Sequence[Configured], *, patience: float = PATIENCE_SECONDS) -> None:
        """`patience` is in seconds."""
        self.sources = {one.source.name: one for one in sources}
        self.patience = timedelta(seconds=patience)
        self.standings: dict[str, Standing] = {}
        self.places = {
            name: asyncio.Semaphore(one.at_once) for name, one in self.sources.items() if one.at_once is not None
        }

    async def round(self, db: Db, claimed: Sequence[Claimed], now: datetime) -> Round:
        """What is needed to ask on behalf of these rows."""
        chosen = {row.org: row for row in await store.chosen(db, sorted({row.org for row in claimed}))}
        await self.look_around(db)
        return Round(self, db, chosen, now)

    async def look_around(self, db: Db) -> None:
        """See how sources are doing, as other processes told."""
        for standing in await store.standings(db):
            seen = self.standings.get(standing.source)
            if seen is None or seen.at <= standing.at:
                self.standings[standing.source] = standing

    def order(self, chosen: store.Chosen | None, kind: JobKind) -> list[Configured]:
        """The sources to ask for a job of that kind, in the order of the org, else of the installation."""
        names: Sequence[str] | None = None if chosen is None else getattr(chosen, kind)
        if names is None:
            ranked = [(one.rank(kind), one) for one in self.sources.values()]
            ranks = sorted(((rank, one) for rank, one in ranked if rank is not None), key=lambda pair: pair[0])
            return [one for _, one in ranks]
        return [self.sources[name] for name in names if name in self.sources]


class Round:
    """One batch of due rows, asking."""

    def __init__(self, chain: Chain, db: Db, chosen: Mapping[UUID, store.Chosen], now: datetime) -> None:
        """Made by `Chain.round`."""
        self._chain, self._db, self._chosen, self._now = chain, db, chosen, now
        self._began = asyncio.get_running_loop().time()
        self._put_off: Counter[str] = Counter()

    async def ask(
        self,
        claimed: Claimed,
        subject: str,
        handle: str | None,
        call: Callable[[Source], Awaitable[Reply[T]]],
        *,
        only: str | None = None,
    ) -> Answered[T] | Later | None:
        """The first answer of a source that is neither refused nor broken, else the last; None when nobody serves.

        `subject` is the handle or URL asked about, `only` the one source that can go on where it stopped.
        """
        effects: list[Effect] = []
        last: Answered[T] | None = None
        later: datetime | None = None
        for configured in self._chain.order(self._chosen.get(claimed.org), cast("JobKind", claimed.kind)):
            name = configured.source.name
            if not configured.serves(handle) or only not in {None, name}:
                continue
            source = await self._opened(configured, claimed, handle)
            if source is None:
                continue
            now = self._present()
            if until := sourcing.rests(self._chain.standings.get(name), now):
                return last or Later(until, effects)
            if until := sourcing.passed_over(self._chain.standings.get(name), now):
                later = until if later is None else min(later, until)
                continue
            if at := await self._wait(configured):
                return last or Later(at, effects)
            reply = await self._call(source, claimed.kind, call)
            effects += self._noted(claimed, name, subject, reply)
            effects += _renewal(claimed, name, handle, reply, now)
            last = Answered(source, reply, effects)
            if not isinstance(reply, Blocked | SchemaChanged):
                return last
        if last is None and later is not None and only is None:
            return Later(later, effects)
        return last

    def _elapsed(self) -> timedelta:
        return timedelta(seconds=asyncio.get_running_loop().time() - self._began)

    def _present(self) -> datetime:
        """Now, to the second: the instant the rows were claimed at, and what has passed since."""
        return self._now + timedelta(seconds=self._elapsed() // timedelta(seconds=1))

    async def _wait(self, configured: Configured) -> datetime | None:
        """Wait for a slot of the source; when to come again if none is near."""
        if configured.calls_per_minute is None:
            return None
        name, now = configured.source.name, self._now + self._elapsed()
        spacing = timedelta(minutes=1) / configured.calls_per_minute
        slot = await store.reserve(self._db, name, now, spacing, self._chain.patience)
        if slot is None:
            free_at = await store.free_at(self._db, name) or now
            place, self._put_off[name] = self._put_off[name], self._put_off[name] + 1
            return free_at + place * spacing
        await asyncio.sleep(max(0.0, (slot - now).total_seconds()))
        return None

    async def _opened(self, configured: Configured, claimed: Claimed, handle: str | None) -> Source | None:
        """The source, let in where that needs an account; None when there is none."""
        if configured.account is None:
            return configured.source
        if handle is None:
            return None
        account = await accounts.connected(self._db, claimed.org, configured.source.name, handle_key(handle))
        return None if account is None else configured.account(account)

    async def _call(self, source: Source, kind: str, call: Callable[[Source], Awaitable[Reply[T]]]) -> Reply[T]:
        place = self._chain.places.get(source.name)
        async with place or contextlib.nullcontext():
            began = time.monotonic()
            reply = await answered(source, call)
            OUTSIDE_SECONDS.labels(source.name, kind, reply.outcome).observe(time.monotonic() - began)
            return reply

    def _noted(self, claimed: Claimed, name: str, subject: str, reply: Reply[T]) -> list[Effect]:
        """What the reply says of the source itself, and its raw answer if it was not understood."""
        now = self._present()
        detail = "" if isinstance(reply, Ok) else reply.detail
        wait = reply.retry_after if isinstance(reply, RateLimited) else None
        known = self._chain.standings.get(name)
        standing = sourcing.after(known, name, reply.outcome, subject, now, detail, wait)
        effects: list[Effect] = []
        if standing is not None:
            self._chain.standings[name] = standing
            effects.append(_standing(standing))
            log.info("a source stands otherwise", source=name, outcome=standing.outcome, detail=detail)
        if isinstance(reply, SchemaChanged) and reply.raw:
            effects.append(_parked(claimed, name, subject, reply, now))
        return effects


async def answered(source: S, call: Callable[[S], Awaitable[Reply[T]]]) -> Reply[T]:
    """What the source says; an error when it raises or says nothing in time."""
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            return await call(source)
    except TimeoutError:
        return Failed(f"no answer within {ANSWER_SECONDS:g} s")
    except Exception as error:
        log.exception("a source raised instead of answering", source=source.name)
        return Failed(repr(error))


def _renewal(claimed: Claimed, source: str, handle: str | None, reply: Reply[T], now: datetime) -> list[Effect]:
    """That the tokens of an account are renewed at once, when they were not accepted."""
    if handle is None or not isinstance(reply, Failed) or not reply.renew:
        return []
    return [accounts.renew_now(accounts.renewal(claimed.org, source, handle_key(handle)), now)]


def _standing(s: Standing) -> Effect:
    strangers = "\n".join(s.strangers)
    return store.stand(
        s.source, s.outcome, s.at, s.detail, s.rests_until, s.broken_since, strangers, s.probes, s.probe_at
    )


def _parked(claimed: Claimed, source: str, subject: str, reply: SchemaChanged, now: datetime) -> Effect:
    job = (source, claimed.kind, claimed.key, OrgId(claimed.org))
    return store.park_answer(clock.new_id(), now, *job, subject, reply.detail, len(reply.raw), reply.raw[:LONGEST_RAW])
