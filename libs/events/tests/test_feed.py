"""The feed is dense and loses nothing, however commits overlap."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import Any

from trackagoat.events import clock
from trackagoat.events.catalogue import workspace as w
from trackagoat.events.errors import WrongVersion
from trackagoat.events.ledger import NewEvent, append
from trackagoat.events.sequencer import sequence
from trackagoat.events.testing.sample import ask, create

WRITERS, STREAMS, APPENDS = 12, 20, 40


def fact(stream: str, version: int) -> NewEvent:
    question = ask()
    event = w.ProjectCreated(project=create("x").project, name="x")
    return NewEvent(
        id=clock.new_id(),
        org=question.org,
        stream=stream,
        version=version,
        event=event,
        at=question.at,
        actor=question.actor,
        cause=None,
        request_id=None,
    )


async def write_slowly(pool: Any, seed: int) -> None:
    """Append to any of the streams, each transaction staying open for a random moment after its insert."""
    dice = random.Random(seed)
    for _ in range(APPENDS):
        stream = f"s{dice.randrange(STREAMS)}"
        while not await _appended(pool, stream, dice.random() / 200):
            pass


async def _appended(pool: Any, stream: str, pause: float) -> bool:
    """Whether it was; another writer may have been faster."""
    version = await pool.fetchval("SELECT coalesce(max(version), 0) + 1 FROM events WHERE stream = $1", stream)
    try:
        async with pool.acquire() as connection, connection.transaction():
            await append(connection, [fact(stream, version)])
            await asyncio.sleep(pause)
    except WrongVersion:
        return False
    return True


async def follow(pool: Any, query: str, writing: asyncio.Task[Any]) -> list[int]:
    """Read pages after a remembered mark until the writers are done and nothing more comes."""
    mark, seen = 0, []
    while True:
        over = writing.done()
        rows = await pool.fetch(query, mark)
        seen += [row["pos"] for row in rows]
        mark = rows[-1]["mark"] if rows else mark
        if over and not rows:
            return seen
        await asyncio.sleep(0.001)


async def torture(pool: Any, query: str) -> tuple[list[int], list[int]]:
    """(what a following reader saw, what is in the ledger)."""
    stop = asyncio.Event()

    async def sequencer() -> None:
        while not stop.is_set():
            await sequence(pool, 50)
            await asyncio.sleep(0.001)

    async def writers() -> None:
        await asyncio.gather(*(write_slowly(pool, seed) for seed in range(WRITERS)))
        while await pool.fetchval("SELECT count(*) FROM unsequenced"):
            await asyncio.sleep(0.01)

    sequencing = asyncio.create_task(sequencer())
    writing = asyncio.create_task(writers())
    seen = await follow(pool, query, writing)
    stop.set()
    await sequencing
    return seen, [row["pos"] for row in await pool.fetch("SELECT pos FROM events ORDER BY pos")]


async def test_a_reader_of_the_feed_sees_every_event_once_and_streams_in_order(
    schema: Callable[[str], Awaitable[Any]],
) -> None:
    pool = await schema("workspace")
    seen, stored = await torture(pool, "SELECT seq AS mark, pos FROM feed WHERE seq > $1 ORDER BY seq LIMIT 100")
    assert sorted(seen) == stored
    assert len(stored) == WRITERS * APPENDS
    dense = await pool.fetch("SELECT seq FROM feed ORDER BY seq")
    assert [row["seq"] for row in dense] == list(range(1, len(stored) + 1))
    inverted = """
        SELECT count(*) FROM (SELECT version - lag(version) OVER (PARTITION BY stream ORDER BY seq) AS step
        FROM feed JOIN events USING (pos)) AS steps WHERE step <> 1"""
    assert await pool.fetchval(inverted) == 0


async def test_a_reader_of_positions_would_lose_events(schema: Callable[[str], Awaitable[Any]]) -> None:
    """The reason for the sequencer: without it the same load loses events."""
    pool = await schema("workspace")
    seen, stored = await torture(pool, "SELECT pos AS mark, pos FROM events WHERE pos > $1 ORDER BY pos LIMIT 100")
    assert len(seen) < len(stored)


async def test_two_sequencers_at_once_hand_out_each_place_once(schema: Callable[[str], Awaitable[Any]]) -> None:
    pool = await schema("workspace")
    async with pool.acquire() as connection, connection.transaction():
        await append(connection, [fact("s", version) for version in range(1, 301)])
    moved = await asyncio.gather(*(sequence(pool, 100) for _ in range(6)))
    assert sum(moved) == 300
    assert await pool.fetchval("SELECT max(seq) FROM feed") == 300
    assert await pool.fetchval("SELECT seq FROM feed_head") == 300
