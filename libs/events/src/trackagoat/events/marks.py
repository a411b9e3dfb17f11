"""Marks: how far a projection has come with a source, a number for each lane (table `checkpoints`).

Rows and marks are written in one transaction, and marks only grow. Whoever applies a page locks the marks of its lanes
first and leaves out what they already cover, so that two who believe to hold the same lane do no harm.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from trackagoat.events.envelope import Heard
from trackagoat.events.sql import Db
from trackagoat.events.topology import LANES, lane

EVERY_LANE = frozenset(range(LANES))

_BEGIN = """
INSERT INTO checkpoints (projection, source, partition, seq)
SELECT $1, $2, lane, 0 FROM unnest($3::int[]) AS t(lane) ON CONFLICT DO NOTHING
"""
_READ = """
SELECT partition, seq FROM checkpoints
WHERE projection = $1 AND source = $2 AND partition = ANY($3::int[]) ORDER BY partition
"""
_LOCK = f"{_READ} FOR UPDATE"
_MOVE = """
UPDATE checkpoints SET seq = $4
WHERE projection = $1 AND source = $2 AND partition = ANY($3::int[]) AND seq < $4
"""
_PUT_BACK = """
UPDATE {0}.checkpoints SET seq = $2 WHERE source = $1 AND seq > $2 AND partition >= 0 RETURNING projection
"""

Marks = dict[int, int]
"""The seq up to which each lane is applied."""


async def begin(db: Any, projection: str, source: str) -> None:
    """Lanes that were never applied stand at 0 from now on."""
    await db.execute(_BEGIN, projection, source, sorted(EVERY_LANE))


async def read(db: Db, projection: str, source: str, lanes: Collection[int] = EVERY_LANE) -> Marks:
    """Where these lanes stand; empty for what never began."""
    rows = await db.fetch(_READ, projection, source, sorted(lanes))
    return {row["partition"]: row["seq"] for row in rows}


async def lock(tx: Db, projection: str, source: str, lanes: Collection[int]) -> Marks:
    """The same, and nobody else moves them until this transaction ends."""
    rows = await tx.fetch(_LOCK, projection, source, sorted(lanes))
    return {row["partition"]: row["seq"] for row in rows}


async def move(tx: Any, projection: str, source: str, lanes: Collection[int], seq: int) -> None:
    """These lanes are applied up to `seq`, unless they already are further."""
    await tx.execute(_MOVE, projection, source, sorted(lanes), seq)


async def put_back(db: Any, schema: str, source: str, head: int) -> set[str]:
    """Marks of that schema that are beyond the head of a source that was restored, set to it; whose they were.

    Whoever had one refuses to go on until it is put back, and its rows may know of what the source has lost.
    """
    return {row["projection"] for row in await db.fetch(_PUT_BACK.format(schema), source, head)}


def beyond(facts: Sequence[Heard[Any]], marks: Marks) -> list[Heard[Any]]:
    """The facts of the lanes named that their marks do not cover yet."""
    return [fact for fact in facts if fact.seq > marks.get(lane(fact.org), fact.seq)]
