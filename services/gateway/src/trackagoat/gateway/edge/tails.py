"""Tails: the ends of feeds that streams wait at. One look at the heads serves every stream of the process.

The latest events of an org that somebody listens to are kept here once, whoever many listen; a stream that is further
behind reads the feed by itself, a page at a time. What one stream has not taken yet is never kept for it.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter, deque
from collections.abc import AsyncIterator, Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from trackagoat.events.catalogue.words import OrgId
from trackagoat.gateway.edge.faults import ApiError
from trackagoat.gateway.reads.notifications import events

if TYPE_CHECKING:
    from trackagoat.events.sql import Db
    from trackagoat.gateway.reads.notifications.events import EventRow

LOOK_SECONDS = 0.2
"""So often heads are looked at while somebody listens."""
KEPT = 512
PAGE = 200
STREAMS_PER_CALLER = 5


class Tail:
    """The end of one org's feed: everything after `floor`, as far as it was seen."""

    def __init__(self, head: int) -> None:
        """Nothing is known before `head`."""
        self.floor = self.head = head
        self.recent: deque[EventRow] = deque()
        self.moved = asyncio.Event()
        self.listeners = 0

    def add(self, rows: Sequence[EventRow], head: int) -> None:
        """New events up to the new head."""
        self.recent.extend(rows)
        while len(self.recent) > KEPT:
            self.floor = self.recent.popleft().position
        self.head = head
        self.moved.set()
        self.moved = asyncio.Event()


class Tails:
    """Every tail somebody listens at."""

    def __init__(self) -> None:
        """Nobody listens."""
        self._tails: dict[OrgId, Tail] = {}
        self._looking: asyncio.Task[None] | None = None
        self._open: Counter[UUID] = Counter()

    @contextlib.asynccontextmanager
    async def listening(self, db: Db, org: OrgId, caller: UUID) -> AsyncIterator[Tail]:
        """A tail while somebody listens at it. Raises a 429 when the caller listens five times already."""
        if self._open[caller] >= STREAMS_PER_CALLER:
            message = f"At most {STREAMS_PER_CALLER} streams at once; close one first"
            raise ApiError("rate_limit_exceeded", message, headers={"Retry-After": "1"}, retryAfter=1)
        self._open[caller] += 1
        try:
            if org not in self._tails:
                found = await events.heads(db, [org])
                self._tails.setdefault(org, Tail(found[0].head if found else 0))
            tail = self._tails[org]
            tail.listeners += 1
            try:
                if self._looking is None or self._looking.done():
                    self._looking = asyncio.create_task(self._look(db))
                yield tail
            finally:
                tail.listeners -= 1
                if not tail.listeners:
                    self._tails.pop(org, None)
        finally:
            self._open -= Counter([caller])

    async def after(self, db: Db, org: OrgId, tail: Tail, position: int, seconds: float) -> Sequence[EventRow]:
        """The next events after a position; none when nothing came for so long."""
        if position >= tail.head:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await tail.moved.wait()
        if position >= tail.head:
            return []
        if position >= tail.floor:
            return [row for row in tail.recent if row.position > position][:PAGE]
        return await events.page(db, org, position, tail.head, None, None, PAGE)

    async def _look(self, db: Db) -> None:
        """Follow the heads until nobody listens any more. A fault of the database is waited out."""
        while self._tails:
            with contextlib.suppress(Exception):
                await self._look_once(db)
            await asyncio.sleep(LOOK_SECONDS)

    async def _look_once(self, db: Db) -> None:
        for found in await events.heads(db, list(self._tails)):
            tail = self._tails.get(OrgId(found.org))
            while tail is not None and tail.head < found.head:
                rows = await events.page(db, OrgId(found.org), tail.head, found.head, None, None, KEPT)
                tail.add(rows, rows[-1].position if len(rows) == KEPT else found.head)
