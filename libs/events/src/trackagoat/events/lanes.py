"""Lanes: how replicas of a service share what it hears.

Organizations are spread over eight lanes; a replica follows the lanes it holds a lease on. Replicas make themselves
known by a lease of their own, and each takes its fair share: the lanes divided by the living, rounded up. A replica
that comes gets lanes as the others give them up, one that dies is followed as soon as its leases have run out.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any
from uuid import UUID

import asyncpg
import structlog

from trackagoat.events import clock, leases
from trackagoat.events.topology import LANES

log = structlog.get_logger()

_LIVING = "SELECT count(*) FROM leases WHERE name LIKE 'replica %' AND until > clock_timestamp()"
_KEEP = """
UPDATE leases SET until = clock_timestamp() + $2 * interval '1 second'
WHERE holder = $1 AND name LIKE 'lane %' AND until > clock_timestamp() RETURNING name
"""
_FREE = """
SELECT lane FROM generate_series(0, $1) AS lane
WHERE NOT EXISTS (SELECT FROM leases WHERE name = 'lane ' || lane AND until > clock_timestamp())
"""
_FORGET = "DELETE FROM leases WHERE name LIKE 'replica %' AND until < clock_timestamp() - interval '1 hour'"


class Lanes:
    """The lanes this replica holds; whoever follows them begins anew when they change."""

    def __init__(self, pool: asyncpg.Pool[Any], holder: UUID, seconds: float) -> None:
        """Nothing is held before `run`; leases last that many seconds."""
        self._pool, self._holder, self._seconds = pool, holder, seconds
        self.held: frozenset[int] = frozenset()
        self.on_change: set[Callable[[], None]] = set()
        """Called when other lanes are held than before."""

    async def run(self) -> None:
        """Hold a fair share for ever; leave all of it to others on the way out."""
        try:
            while True:
                try:
                    async with asyncio.timeout(self._seconds):
                        await self.settle()
                except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
                    self._hold(frozenset())
                    raise
                await asyncio.sleep(clock.jitter(self._seconds / 3, 0.2))
        finally:
            self._hold(frozenset())
            for name in (self._name, *map(_named, range(LANES))):
                await leases.drop(self._pool, name, self._holder)

    async def changed(self) -> None:
        """Return when other lanes are held."""
        flag = asyncio.Event()
        self.on_change.add(flag.set)
        try:
            await flag.wait()
        finally:
            self.on_change.discard(flag.set)

    async def settle(self) -> None:
        """Renew what is held, give up what is too much, take what is free."""
        await leases.take(self._pool, self._name, self._holder, self._seconds)
        await self._pool.execute(_FORGET)
        share = -(-LANES // await self._pool.fetchval(_LIVING))
        kept = sorted(int(row["name"].split()[1]) for row in await self._pool.fetch(_KEEP, self._holder, self._seconds))
        self._hold(frozenset(kept[:share]))
        for lane in kept[share:]:
            await leases.drop(self._pool, _named(lane), self._holder)
        if len(kept) < share:
            self._hold(self.held | set(await self._taken(share - len(kept))))

    async def _taken(self, wanted: int) -> list[int]:
        """So many of the lanes nobody holds, or fewer when others were quicker."""
        taken: list[int] = []
        for row in await self._pool.fetch(_FREE, LANES - 1):
            if len(taken) == wanted:
                break
            if await leases.take(self._pool, _named(row["lane"]), self._holder, self._seconds) is not None:
                taken.append(row["lane"])
        return taken

    def _hold(self, lanes: frozenset[int]) -> None:
        if lanes != self.held:
            log.info("lanes", held=sorted(lanes))
            self.held = lanes
            for tell in tuple(self.on_change):
                tell()

    @property
    def _name(self) -> str:
        return f"replica {self._holder}"


def _named(lane: int) -> str:
    return f"lane {lane}"
