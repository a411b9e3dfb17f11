"""Leases: who of several replicas does what only one may do.

A lease is a row with a holder and an end, renewed while its work runs. Its fence rises with every change of
holder. Work under a lease must be harmless when the holder is late to notice the loss: sequencer and
projections lock and compare rows, the relay's chain of message ids refuses a second one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import asyncpg
import structlog

from trackagoat.events import clock
from trackagoat.events.errors import LeaseLost
from trackagoat.events.host.metrics import FAILURES

log = structlog.get_logger()

_TAKE = """
INSERT INTO leases AS l (name, holder, fence, until) VALUES ($1, $2, 1, clock_timestamp() + $3 * interval '1 second')
ON CONFLICT (name) DO UPDATE SET holder = $2, until = excluded.until,
    fence = l.fence + CASE WHEN l.holder = $2 THEN 0 ELSE 1 END
WHERE l.holder = $2 OR l.until < clock_timestamp()
RETURNING fence
"""
_SEIZE = """
WITH old AS (SELECT greatest(0, extract(epoch FROM until - clock_timestamp())) AS seconds FROM leases WHERE name = $1),
taken AS (
    INSERT INTO leases AS l (name, holder, fence, until)
    VALUES ($1, $2, 1, clock_timestamp() + $3 * interval '1 second')
    ON CONFLICT (name) DO UPDATE SET holder = $2, until = excluded.until, fence = l.fence + 1
)
SELECT coalesce((SELECT seconds FROM old), 0)::float8
"""
_DROP = "UPDATE leases SET until = clock_timestamp() WHERE name = $1 AND holder = $2"


async def take(pool: asyncpg.Pool[Any], name: str, holder: UUID, seconds: float) -> int | None:
    """The fence if the lease is (still) ours, else None."""
    fence: int | None = await pool.fetchval(_TAKE, name, holder, seconds)
    return fence


async def seize(pool: asyncpg.Pool[Any], name: str, holder: UUID, seconds: float) -> float:
    """Take the lease from whoever holds it; the seconds after which they have noticed at the latest."""
    left: float = await pool.fetchval(_SEIZE, name, holder, seconds)
    return left


async def hold(
    pool: asyncpg.Pool[Any], name: str, holder: UUID, seconds: float, work: Callable[[], Awaitable[None]]
) -> None:
    """Do the work for ever while the lease is ours; when it fails, back off and try again."""
    pause = 0.1
    while True:
        try:
            if await take(pool, name, holder, seconds) is None:
                await asyncio.sleep(clock.jitter(seconds / 3))
                continue
            async with asyncio.TaskGroup() as group:
                group.create_task(_renew(pool, name, holder, seconds))
                group.create_task(_forever(work))
        except asyncio.CancelledError:
            await drop(pool, name, holder)
            raise
        except Exception as error:  # noqa: BLE001 - every fault is logged and tried again for ever
            cause = error.exceptions[0] if isinstance(error, BaseExceptionGroup) else error
            FAILURES.labels(name, type(cause).__name__).inc()
            log.warning("leased work failed, trying again", lease=name, error=repr(cause), pause=round(pause, 1))
            await asyncio.sleep(clock.jitter(pause))
            pause = min(pause * 2, 5.0)


async def _forever(work: Callable[[], Awaitable[None]]) -> None:
    """Work that comes to its end begins anew: it wanted to look at the world afresh."""
    while True:
        await work()


async def _renew(pool: asyncpg.Pool[Any], name: str, holder: UUID, seconds: float) -> None:
    while True:
        await asyncio.sleep(seconds / 3)
        if await take(pool, name, holder, seconds) is None:
            raise LeaseLost(name)


async def drop(pool: asyncpg.Pool[Any], name: str, holder: UUID) -> None:
    """Let the next one take over at once; if that fails the lease simply runs out."""
    try:
        async with asyncio.timeout(1):
            await pool.execute(_DROP, name, holder)
    except (TimeoutError, OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
        log.info("lease not given back, it runs out by itself", lease=name)
