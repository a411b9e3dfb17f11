"""Work that falls due: rows with a time, claimed under a lease, finished under its fence.

There are no timers in memory. A row that was scheduled anew while somebody worked on it is worked on again: the
stale result is dropped, because the fence has moved on.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import chain, groupby, zip_longest
from typing import TYPE_CHECKING, Any
from uuid import UUID

import asyncpg
import structlog

from trackagoat.events import clock, crash
from trackagoat.events.catalogue.words import OrgId
from trackagoat.events.effects import Claimed, Done, Effect, Write
from trackagoat.events.host.metrics import DUE_SECONDS
from trackagoat.events.sql import Db, write

if TYPE_CHECKING:
    from trackagoat.events.host.service import Due
    from trackagoat.events.writer import Writer

log = structlog.get_logger()


@write(
    """
    INSERT INTO due AS d (kind, key, org, due_at, payload)
    SELECT * FROM unnest($1::text[], $2::text[], $3::uuid[], $4::timestamptz[], $5::jsonb[])
    ON CONFLICT (kind, key) DO UPDATE SET due_at = excluded.due_at, payload = excluded.payload, attempts = 0,
        fence = d.fence + 1, holder = NULL, lease_until = NULL
    """,
    key=("kind", "key"),
)
def schedule(kind: str, key: str, org: OrgId, due_at: datetime, payload: Any = None) -> Write:
    """The work is due at that time, whatever was planned before."""
    ...


@write(
    """
    INSERT INTO due AS d (kind, key, org, due_at, payload)
    SELECT * FROM unnest($1::text[], $2::text[], $3::uuid[], $4::timestamptz[], $5::jsonb[])
    ON CONFLICT (kind, key) DO UPDATE SET due_at = least(d.due_at, excluded.due_at), fence = d.fence + 1,
        payload = coalesce(excluded.payload, d.payload), holder = NULL, lease_until = NULL
    """,
    key=("kind", "key"),
)
def pull_in(kind: str, key: str, org: OrgId, due_at: datetime, payload: Any = None) -> Write:
    """The work is due at that time at the latest; without a payload it keeps the one it has."""
    ...


@write(
    "DELETE FROM due USING unnest($1::text[], $2::text[]) AS t(kind, key) WHERE due.kind = t.kind AND due.key = t.key",
    key=("kind", "key"),
)
def unschedule(kind: str, key: str) -> Write:
    """The work is off."""
    ...


_CLAIM = """
UPDATE due SET holder = $1, lease_until = $3::timestamptz + $4::interval, fence = due.fence + 1
FROM (
    SELECT kind, key FROM due
    WHERE kind = $2 AND due_at <= $3 AND (lease_until IS NULL OR lease_until <= $3)
    ORDER BY due_at LIMIT $5 FOR UPDATE SKIP LOCKED
) ripe
WHERE due.kind = ripe.kind AND due.key = ripe.key
RETURNING due.kind, due.key, due.org, due.due_at, due.attempts, due.payload, due.fence
"""
_NEXT = """
SELECT least(
    (SELECT due_at FROM due WHERE kind = $1 AND due_at > $2 ORDER BY due_at LIMIT 1),
    (SELECT min(greatest(due_at, lease_until)) FROM due WHERE kind = $1 AND due_at <= $2)
)
"""
"""Only a row that is ripe has a lease, so this looks at those and at one more, however many wait for their time."""
_HELD = """
SELECT d.kind, d.key, d.fence FROM due d
JOIN unnest($1::text[], $2::text[], $3::bigint[]) AS t(kind, key, fence) USING (kind, key, fence)
ORDER BY d.kind, d.key FOR UPDATE OF d
"""
_AGAIN = """
UPDATE due SET due_at = t.due_at, attempts = t.attempts, payload = t.payload, holder = NULL, lease_until = NULL
FROM unnest($1::text[], $2::text[], $3::bigint[], $4::timestamptz[], $5::int[], $6::jsonb[])
    AS t(kind, key, fence, due_at, attempts, payload)
WHERE due.kind = t.kind AND due.key = t.key AND due.fence = t.fence
"""
_FINISHED = """
DELETE FROM due USING unnest($1::text[], $2::text[], $3::bigint[]) AS t(kind, key, fence)
WHERE due.kind = t.kind AND due.key = t.key AND due.fence = t.fence
"""
_BACK_OFF = """
UPDATE due SET lease_until = $4 FROM unnest($1::text[], $2::text[], $3::bigint[]) AS t(kind, key, fence)
WHERE due.kind = t.kind AND due.key = t.key AND due.fence = t.fence
"""


async def claim(db: Db, due: Due, holder: UUID, now: datetime, most: int | None = None) -> list[Claimed]:
    """Take the ripest rows nobody works on, at most a batch unless told otherwise."""
    lease = timedelta(seconds=due.lease_seconds)
    rows = await db.fetch(_CLAIM, holder, due.kind, now, lease, due.batch if most is None else most)
    return [Claimed(**row) for row in rows]


async def upcoming(db: Db, kind: str, now: datetime) -> datetime | None:
    """When somebody may work again: as the next row ripens, or as the lease of one that is ripe ends."""
    at: datetime | None = await db.fetchval(_NEXT, kind, now)
    return at


async def finish(tx: Any, writer: Writer, done: Sequence[Done], now: datetime) -> None:
    """Commit what became of the rows this process still holds; stale results are dropped."""
    keys = _keys([d.claimed for d in done])
    held = {(r["kind"], r["key"], r["fence"]) for r in await tx.fetch(_HELD, *keys)}
    mine = [d for d in done if (d.claimed.kind, d.claimed.key, d.claimed.fence) in held]
    again = [d for d in mine if d.again is not None]
    await tx.execute(_FINISHED, *_keys([d.claimed for d in mine if d.again is None]))
    await tx.execute(
        _AGAIN,
        *_keys([d.claimed for d in again]),
        [d.again for d in again],
        [d.attempts for d in again],
        [d.claimed.payload if d.payload is None else d.payload for d in again],
    )
    await writer.apply(tx, in_step(mine), now)


def in_step(done: Sequence[Done]) -> Iterator[Effect]:
    """The effects of all rows, each row's in their order: what the rows do first goes together, kind by kind, then what
    they do next. So many rows cost as many statements as one.
    """
    runs = [[list(run) for _, run in groupby(d.effects, key=type)] for d in done]
    for step in zip_longest(*runs):
        going = sorted((run for run in step if run is not None), key=lambda run: type(run[0]).__name__)
        yield from chain.from_iterable(going)


def _keys(claimed: Sequence[Claimed]) -> tuple[list[str], list[str], list[int]]:
    return [c.kind for c in claimed], [c.key for c in claimed], [c.fence for c in claimed]


async def work_once(pool: asyncpg.Pool[Any], writer: Writer, due: Due, holder: UUID, now: datetime) -> int:
    """Claim, run and finish one batch of one kind; how many rows were claimed."""
    claimed = await claim(pool, due, holder, now)
    if claimed:
        await _work_on(pool, writer, due, claimed, now)
    return len(claimed)


async def _work_on(
    pool: asyncpg.Pool[Any], writer: Writer, due: Due, claimed: Sequence[Claimed], now: datetime
) -> None:
    try:
        crash.point("due.claimed")
        with DUE_SECONDS.labels(due.kind).time():
            done = await due.run(pool, claimed, now)
        crash.point("due.ran")
        await writer.transact(lambda tx: finish(tx, writer, done, now))
        crash.point("due.finished")
    except Exception:
        if len(claimed) > 1:
            log.warning("due work failed, doing its rows one by one", kind=due.kind, rows=len(claimed))
            for one in claimed:
                await _work_on(pool, writer, due, [one], now)
            return
        log.exception("due work failed; it is tried again", kind=due.kind, key=claimed[0].key)
        retry_at = now + timedelta(seconds=clock.jitter(5))
        await pool.execute(_BACK_OFF, *_keys(claimed), retry_at)


async def run(pool: asyncpg.Pool[Any], writer: Writer, due: Due, holder: UUID, poll: float = 1.0) -> None:
    """Work on one kind for ever: at once when something was committed, else when the next row is ripe."""
    if due.apart:
        await _run_apart(pool, writer, due, holder, poll)
    while True:
        writer.committed.clear_for(due.kind)
        if await work_once(pool, writer, due, holder, clock.now()) < due.batch:
            await _rest(pool, writer, due, poll)


async def _run_apart(pool: asyncpg.Pool[Any], writer: Writer, due: Due, holder: UUID, poll: float) -> None:
    """Keep up to a batch of rows going, each finished as soon as it is done."""
    going: set[asyncio.Task[None]] = set()
    async with asyncio.TaskGroup() as group:
        while True:
            writer.committed.clear_for(due.kind)
            now = clock.now()
            claimed = await claim(pool, due, holder, now, due.batch - len(going))
            for one in claimed:
                task = group.create_task(_work_on(pool, writer, due, [one], now))
                going.add(task)
                task.add_done_callback(going.discard)
            if len(going) >= due.batch:
                await asyncio.wait(going, return_when=asyncio.FIRST_COMPLETED)
            elif not claimed:
                await _rest(pool, writer, due, poll)


async def _rest(pool: asyncpg.Pool[Any], writer: Writer, due: Due, poll: float) -> None:
    """Until something was committed or the next row is ripe."""
    now = clock.now()
    at = await upcoming(pool, due.kind, now)
    wait = poll if at is None else min(poll, max(0.01, (at - now).total_seconds()))
    await writer.committed.wait_for(due.kind, wait)
