"""Rebuilding read models beside the live ones, from the feeds, and switching without downtime.

The new rows grow in a second schema, `<service>_next`, made by the same migrations; its checkpoints make the work
resumable. The switch waits for the writers of the live tables, catches up the last few facts and exchanges the tables
in one transaction. What was replaced stays in `<service>_prev` with its checkpoints, so that going back is the same as
going on. Policies are not run: nothing is sent or scheduled again. Only what a service shows of its rows (`replaced`)
falls due, so that it is worked out anew.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import suppress
from typing import Any, TypeVar

import asyncpg
import msgspec

from trackagoat.events import clock, crash, marks, topology
from trackagoat.events.errors import KernelError, StreamAhead
from trackagoat.events.host.migrate import migrate
from trackagoat.events.host.provision import role
from trackagoat.events.host.service import Projection, Service
from trackagoat.events.ledger import feed_query, from_row
from trackagoat.events.marks import Marks
from trackagoat.events.projector import RESTORED
from trackagoat.events.sql import flush
from trackagoat.events.writer import Writer

T = TypeVar("T")
PAGE = 2000

_HEAD = "SELECT seq FROM {schema}.feed_head"
_HASH = "SELECT count(*) AS rows, coalesce(sum(hashtextextended(t::text, 0)::numeric), 0) AS hash FROM {table} t"
_VIEWS = """
SELECT DISTINCT view.relname FROM pg_depend d
JOIN pg_rewrite r ON r.oid = d.objid JOIN pg_class view ON view.oid = r.ev_class
JOIN pg_class "table" ON "table".oid = d.refobjid JOIN pg_namespace n ON n.oid = "table".relnamespace
WHERE n.nspname = $1 AND "table".relname = ANY($2) AND view.relnamespace = n.oid AND view.relkind = 'v'
"""
_PARTS = """
SELECT part.relname AS name, "table".relname AS parent, pg_get_expr(part.relpartbound, part.oid) AS bound
FROM pg_inherits i JOIN pg_class part ON part.oid = i.inhrelid JOIN pg_class "table" ON "table".oid = i.inhparent
JOIN pg_namespace n ON n.oid = "table".relnamespace
WHERE n.nspname = $1 AND "table".relname = ANY($2) AND part.relispartition ORDER BY part.relname
"""


class Differs(KernelError):
    """The rebuilt rows are not the live ones; the live ones stay, look at the tables named."""


class NothingReplaced(KernelError):
    """There is no earlier version of this service's rows to go back to."""


class Step(msgspec.Struct, frozen=True):
    """How far one projection has come with one source."""

    projection: str
    source: str
    seq: int
    head: int


class Rebuild:
    """One rebuild of some projections of a service; `pool` is the operator's."""

    def __init__(self, service: Service, pool: asyncpg.Pool[Any], names: Sequence[str] = ()) -> None:
        """All projections that own tables, or those named."""
        chosen = [p for p in service.projections if p.tables and (not names or p.name in names)]
        self._service = msgspec.structs.replace(service, projections=chosen, policies=(), due=())
        self._pool = pool
        self.live, self.next, self.prev = (f"{service.name}{part}" for part in ("", "_next", "_prev"))
        self.tables = [table for projection in chosen for table in projection.tables]

    async def begin(self, dsn: str, *, afresh: bool = False) -> None:
        """Make the second schema, or take up the one that is there; `dsn` is of the service's role."""
        if afresh:
            await self._pool.execute(f"DROP SCHEMA IF EXISTS {self.next} CASCADE")
        await self._pool.execute(f"CREATE SCHEMA IF NOT EXISTS {self.next} AUTHORIZATION {role(self.live)}")
        await migrate(self.live, dsn, self.next)
        await self._partition()

    async def go_back(self) -> None:
        """Take up what the last switch replaced. Raises NothingReplaced."""
        if not await self._pool.fetchval("SELECT 1 FROM pg_namespace WHERE nspname = $1", self.prev):
            raise NothingReplaced(self.live)
        await self._pool.execute(f"DROP SCHEMA IF EXISTS {self.next} CASCADE")
        await self._pool.execute(f"ALTER SCHEMA {self.prev} RENAME TO {self.next}")

    async def build(self, told: Callable[[Step], None] = lambda _: None) -> None:
        """Read the feeds up to their heads; what was read before is not read again."""
        async with self._pool.acquire() as connection:
            await connection.execute(f"SET search_path = {self.next}")
            for projection, source in self._pairs():
                await marks.begin(connection, projection.name, source)
                head = await connection.fetchval(_HEAD.format(schema=source))
                goal = dict.fromkeys(marks.EVERY_LANE, head)
                while (seq := await self._page(connection, projection, source, goal)) is not None:
                    told(Step(projection.name, source, seq, head))
                    crash.point("rebuild.paged")

    async def verify(self) -> dict[str, int]:
        """Compare rebuilt and live rows at the same position; rows per table. Raises Differs."""
        return await self._met("SHARE", self._compared)

    async def switch(self) -> None:
        """Exchange the tables and the views over them; readers see the new rows from their next statement on."""
        await self._met("ACCESS EXCLUSIVE", self._exchange)
        crash.point("rebuild.switched")

    async def _met(self, mode: str, what: Callable[[Any], Awaitable[T]]) -> T:
        """Do it while live and rebuilt rows stand at the same position; who loses a lock race tries again."""
        while True:
            try:
                async with self._pool.acquire() as connection, connection.transaction():
                    await self._meet(connection, mode)
                    return await what(connection)
            except asyncpg.DeadlockDetectedError:
                await asyncio.sleep(clock.jitter(0.2))

    async def _exchange(self, connection: Any) -> None:
        views = await self._views(connection)
        swap = f"{self.live}_swap"
        await connection.execute(f"CREATE SCHEMA {swap}")
        for source, target in ((self.live, swap), (self.next, self.live), (swap, self.next)):
            for table in (*self.tables, *(part["name"] for part in await self._parts(connection, source))):
                await connection.execute(f"ALTER TABLE {source}.{table} SET SCHEMA {target}")
        crash.point("rebuild.switching")
        for schema, name, definition in views:
            await connection.execute(f"SET LOCAL search_path = {schema}")
            await connection.execute(f"CREATE OR REPLACE VIEW {schema}.{name} AS {definition}")
        await connection.execute(f"DROP SCHEMA {swap}")
        await connection.execute(f"SET LOCAL search_path = {self.live}")
        await flush(connection, self._service.replaced(clock.now()))
        await connection.execute(f"DROP SCHEMA IF EXISTS {self.prev} CASCADE")
        await connection.execute(f"ALTER SCHEMA {self.next} RENAME TO {self.prev}")

    async def _partition(self) -> None:
        """Give the second schema the partitions of the live one, but for those whose rows are elsewhere already."""
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute(f"SET LOCAL ROLE {role(self.live)}")
            there = {part["name"] for part in await self._parts(connection, self.next)}
            for part in await self._parts(connection, self.live):
                if part["name"] in there:
                    continue
                with suppress(asyncpg.CheckViolationError):
                    async with connection.transaction():
                        name, parent = f"{self.next}.{part['name']}", f"{self.next}.{part['parent']}"
                        await connection.execute(f"CREATE TABLE {name} PARTITION OF {parent} {part['bound']}")

    async def _parts(self, connection: Any, schema: str) -> list[Any]:
        """(name, parent, bound) of every partition of the tables."""
        parts: list[Any] = await connection.fetch(_PARTS, schema, self.tables)
        return parts

    def _pairs(self) -> Iterator[tuple[Projection, str]]:
        for projection in self._service.projections:
            for source in sorted(projection.sources):
                yield projection, source

    async def _page(self, connection: Any, projection: Projection, source: str, goal: Marks) -> int | None:
        """Apply the next page, each lane up to its goal; the seq reached, None when there was nothing left."""
        async with connection.transaction():
            stand = await marks.lock(connection, projection.name, source, marks.EVERY_LANE)
            if not (short := [lane for lane in stand if stand[lane] < goal[lane]]):
                return None
            after, until = min(stand[lane] for lane in short), max(goal.values())
            rows = await connection.fetch(feed_query(source), after, min(PAGE, until - after))
            if not rows:
                message = f"{projection.name} has applied more than there is in the feed of {source}: {RESTORED}"
                raise StreamAhead(message)
            seq: int = rows[-1]["seq"]
            await self._apply(connection, projection, source, rows, stand, goal)
            for lane in short:
                await marks.move(connection, projection.name, source, [lane], min(seq, goal[lane]))
            return seq

    async def _apply(  # noqa: PLR0913, PLR0917 - a page, and between which marks it counts
        self, connection: Any, projection: Projection, source: str, rows: Sequence[Any], stand: Marks, goal: Marks
    ) -> None:
        wanted = {event.tag() for event in projection.hears(source)}
        facts = [from_row(source, row) for row in rows if row["tag"] in wanted]
        due = [fact for fact in marks.beyond(facts, stand) if fact.seq <= goal[topology.lane(fact.org)]]
        await Writer(self._pool, self._service).give(connection, projection, due)

    async def _meet(self, connection: Any, mode: str) -> None:
        """Hold the live writers off and bring the rebuilt rows to exactly where the live ones stand."""
        tables = ", ".join(f"{self.live}.{table}" for table in self.tables)
        await connection.execute(f"LOCK TABLE {tables} IN {mode} MODE")
        await connection.execute(f"SET LOCAL search_path = {self.live}")
        while await connection.fetchval("SELECT sequence_events(10000)"):
            pass
        await connection.execute(f"SET LOCAL search_path = {self.next}")
        for projection, source in self._pairs():
            goal = await self._stands(connection, projection.name, source)
            while await self._page(connection, projection, source, goal) is not None:
                pass

    async def _stands(self, connection: Any, projection: str, source: str) -> Marks:
        """Where the live rows stand; own facts are in them as soon as they are in the feed."""
        if source == self.live:
            return dict.fromkeys(marks.EVERY_LANE, await connection.fetchval(_HEAD.format(schema=self.live)))
        await connection.execute(f"SET LOCAL search_path = {self.live}")
        live = await marks.read(connection, projection, source)
        await connection.execute(f"SET LOCAL search_path = {self.next}")
        return {lane: live.get(lane, 0) for lane in marks.EVERY_LANE}

    async def _compared(self, connection: Any) -> dict[str, int]:
        counts, differing = {}, []
        for table in self.tables:
            live = await connection.fetchrow(_HASH.format(table=f"{self.live}.{table}"))
            rebuilt = await connection.fetchrow(_HASH.format(table=f"{self.next}.{table}"))
            counts[table] = live["rows"]
            if live != rebuilt:
                differing.append(f"{table} ({live['rows']} live rows, {rebuilt['rows']} rebuilt)")
        if differing:
            raise Differs(", ".join(differing))
        return counts

    async def _views(self, connection: Any) -> list[tuple[str, str, str]]:
        """(schema, name, definition in bare names) of every view over the tables."""
        found = []
        for schema in (self.live, self.next):
            await connection.execute(f"SET LOCAL search_path = {schema}")
            for row in await connection.fetch(_VIEWS, schema, self.tables):
                definition = await connection.fetchval("SELECT pg_get_viewdef($1::regclass)", f"{schema}.{row[0]}")
                found.append((schema, row["relname"], definition))
        return found
