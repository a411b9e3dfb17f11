"""Takes one guard out of every service and rebuild that starts with UNGUARDED set, so that the judge has to notice.

Python imports a module of this name by itself when its folder is on PYTHONPATH.
"""

# ruff: noqa: PLC0415 - only what is to be changed is imported
# mypy: disable-error-code="assignment,method-assign,attr-defined"
from __future__ import annotations

import asyncio
import os
import sys
from collections import Counter
from typing import Any
from uuid import UUID, uuid4

TURNS_OF_A_LIFE = 10


def _answers() -> None:
    """A repeated command is decided again."""
    from trackagoat.events import writer

    nothing = "SELECT NULL::uuid AS command_id, NULL::json AS outcomes WHERE false AND $1 IS NOT NULL"
    writer._AMONG_OTHERS = "SELECT NULL::json AS outcomes WHERE $1::uuid IS NOT NULL AND $2::uuid IS NOT NULL"
    writer._ALONE = writer._AMONG_OTHERS
    writer._ANSWERS = nothing.replace("$1", "$1::uuid[]")
    writer._ANSWERED = "SELECT NULL::json WHERE $1::uuid IS NOT NULL"
    writer._ANSWER += " ON CONFLICT DO NOTHING"
    derived, times = writer.event_id, Counter[Any]()

    def once_more(command: UUID, index: int) -> UUID:
        times[command, index] += 1
        return derived(command, index) if times[command, index] == 1 else uuid4()

    writer.event_id = once_more


def _transaction() -> None:
    """Every statement commits by itself."""
    import asyncpg.pool

    class Loose:
        async def __aenter__(self) -> None: ...
        async def __aexit__(self, *_: object) -> None: ...

    asyncpg.pool.PoolConnectionProxy.transaction = lambda *_, **__: Loose()


def _checkpoint() -> None:
    """A page counts as applied before its rows are written, and processes die in between."""
    from trackagoat.events import crash, marks, parking, projector

    apply, pages = projector.Follower.apply, Counter[str]()

    async def moved(self: Any, page: Any) -> None:
        self.stand = await marks.read(self._pool, self._part.name, self._source, self._lanes)
        await marks.move(self._pool, self._part.name, self._source, self._lanes, page.last)
        pages[self._part.name] += bool(page.facts)
        if pages[self._part.name] == TURNS_OF_A_LIFE:
            os._exit(crash.STATUS)
        await apply(self, page)

    async def applied(self: Any, tx: Any, page: Any) -> None:
        fresh = marks.beyond(page.facts, self.stand)
        passable = await parking.keep_back(tx, self._part.name, self._source, fresh)
        await self._writer.give(tx, self._part, passable)

    projector.Follower.apply, projector.Follower._apply = moved, applied


def _place() -> None:
    """The relay takes an empty stream for one that has said everything."""
    from trackagoat.events import relay

    relay._OLDEST = "SELECT seq FROM feed_head WHERE $1::float8 > 0"


def _attempts() -> None:
    """A webhook that was sent is taken for one that arrived."""
    import msgspec

    from trackagoat.notifications.due import delivering as due

    settled = due._settled
    due._settled = lambda row, order, answer, began: settled(
        row, order, msgspec.structs.replace(answer, error=None), began
    )


def _order() -> None:
    """The reading that comes last counts, whenever it was taken."""
    from importlib import import_module

    from msgspec.structs import replace

    projections: Any = import_module("trackagoat.ingest.projections.library")
    read = projections._read

    def arrived(page: Any) -> Any:
        return read([replace(fact, event=replace(fact.event, fetched_at=fact.at)) for fact in page])

    projections._read = arrived


def _position() -> None:
    """Rebuilt rows take the place of the live ones wherever they stand."""
    from trackagoat.events.host import rebuild

    async def meet(self: Any, connection: Any, mode: str) -> None:
        await asyncio.sleep(0.5)
        tables = ", ".join(f"{self.live}.{table}" for table in self.tables)
        await connection.execute(f"LOCK TABLE {tables} IN {mode} MODE")

    rebuild.Rebuild._meet = meet


def _rows() -> None:
    """Work that fell due is struck off when it is begun, not when it is done, and processes die in between."""
    from trackagoat.events import crash, due

    claim, begun = due.claim, list[Any]()
    again = """
    INSERT INTO due (kind, key, org, due_at, attempts, payload) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING
    """

    async def taken(db: Any, kind: Any, *rest: Any, **named: Any) -> Any:
        claimed = await claim(db, kind, *rest, **named)
        for one in claimed:
            await db.execute("DELETE FROM due WHERE kind = $1 AND key = $2", one.kind, one.key)
        begun.extend(claimed)
        if len(begun) >= TURNS_OF_A_LIFE:
            os._exit(crash.STATUS)
        return claimed

    async def finish(tx: Any, writer: Any, done: Any, now: Any) -> None:
        for one in done:
            c = one.claimed
            if one.again is not None:
                payload = c.payload if one.payload is None else one.payload
                await tx.execute(again, c.kind, c.key, c.org, one.again, one.attempts, payload)
        await writer.apply(tx, [effect for one in done for effect in one.effects], now)

    due.claim, due.finish = taken, finish


GUARDS = {
    "answers": _answers,
    "transaction": _transaction,
    "checkpoint": _checkpoint,
    "place": _place,
    "attempts": _attempts,
    "order": _order,
    "position": _position,
    "rows": _rows,
}

if (chosen := os.environ.get("UNGUARDED")) and any(
    word.startswith("trackagoat.") and word != "trackagoat.cli" for word in sys.orig_argv
):
    GUARDS[chosen]()
elif chosen == "position" and "rebuild" in sys.orig_argv:
    _position()
