"""Parking: a fact that cannot be applied steps aside, and with it what comes later on the same stream.

Everything else goes on. Parked facts stay until an operator applies them again (after a fix) or discards the poison;
every step is written to `parking_log`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
import structlog

from trackagoat.events import marks
from trackagoat.events.catalogue.words import OrgId
from trackagoat.events.envelope import Heard, Unreadable
from trackagoat.events.errors import KernelError
from trackagoat.events.host.service import Part
from trackagoat.events.ledger import feed_query, from_row
from trackagoat.events.topology import lane
from trackagoat.events.writer import RACES, Writer

log = structlog.get_logger()

TRIES = 3

PASSING = (
    *RACES,
    OSError,
    TimeoutError,
    asyncio.TimeoutError,
    asyncpg.InterfaceError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.QueryCanceledError,
    asyncpg.LockNotAvailableError,
)
"""Faults that pass by themselves; they are tried again for ever and park nothing."""

_HELD = "SELECT DISTINCT org, stream FROM parked WHERE projection = $1 AND source = $2"
_PARK = """
WITH given AS (
    SELECT * FROM unnest($3::bigint[], $4::uuid[], $5::uuid[], $6::text[], $7::text[], $8::text[])
        AS t(seq, event_id, org, stream, tag, error)
), stored AS (
    INSERT INTO parked (projection, source, seq, event_id, org, stream, tag, error, attempts)
    SELECT $1, $2, seq, event_id, org, stream, tag, error, CASE WHEN error IS NULL THEN 0 ELSE $9 END FROM given
    ON CONFLICT DO NOTHING
)
INSERT INTO parking_log (action, projection, source, seq, event_id, org, stream, tag, who, detail)
SELECT 'parked', $1, $2, seq, event_id, org, stream, tag, 'system', error FROM given WHERE error IS NOT NULL
"""
_QUEUE = "SELECT seq FROM parked WHERE projection = $1 AND source = $2 AND org = $3 AND stream = $4 ORDER BY seq"
_APPLIED = "DELETE FROM parked WHERE projection = $1 AND source = $2 AND seq = $3"
_FAILED = "UPDATE parked SET attempts = attempts + 1, error = $4 WHERE projection = $1 AND source = $2 AND seq = $3"
_LOG = """
INSERT INTO parking_log (action, projection, source, seq, event_id, org, stream, tag, who, detail)
SELECT $4, projection, source, seq, event_id, org, stream, tag, $5, $6
FROM parked WHERE projection = $1 AND source = $2 AND seq = $3
"""


class StillPoison(KernelError):
    """A parked fact failed again; it and what waits behind it stay parked."""

    def __init__(self, seq: int, why: str) -> None:
        """The fact at `seq` failed, and why."""
        self.seq, self.why = seq, why
        super().__init__(f"seq {seq} failed again: {why}")


class Entity(msgspec.Struct, frozen=True):
    """What is parked together: a stream as one projection hears it from one source."""

    projection: str
    source: str
    org: OrgId
    stream: str


async def park(tx: Any, projection: str, source: str, facts: Sequence[tuple[Heard[Any], str | None]]) -> None:
    """Set facts aside: with the reason those that failed, without one those that wait behind."""
    columns = [
        [fact.seq for fact, _ in facts],
        [fact.id for fact, _ in facts],
        [fact.org for fact, _ in facts],
        [fact.stream for fact, _ in facts],
        [_tag(fact) for fact, _ in facts],
        [why for _, why in facts],
    ]
    await tx.execute(_PARK, projection, source, *columns, TRIES)
    for fact, why in facts:
        if why is not None:
            log.error("parked a fact", projection=projection, source=source, seq=fact.seq, stream=fact.stream, why=why)


async def keep_back(tx: Any, projection: str, source: str, facts: Sequence[Heard[Any]]) -> Sequence[Heard[Any]]:
    """Park what cannot be read or waits behind something parked; return the rest."""
    if not facts:
        return facts
    held = {(row["org"], row["stream"]) for row in await tx.fetch(_HELD, projection, source)}
    passable: list[Heard[Any]] = []
    aside: list[tuple[Heard[Any], str | None]] = []
    for fact in facts:
        if (fact.org, fact.stream) in held:
            aside.append((fact, None))
        elif isinstance(fact.event, Unreadable):
            held.add((fact.org, fact.stream))
            aside.append((fact, fact.event.why))
        else:
            passable.append(fact)
    if aside:
        await park(tx, projection, source, aside)
    return passable


async def retry(writer: Writer, part: Part, entity: Entity, who: str) -> int:
    """Apply what is parked of an entity, in order, all or nothing; how many facts.

    Raises StillPoison when one fails again; that is noted.
    """
    try:
        return await writer.transact(lambda tx: _retry(tx, writer, part, entity, who))
    except StillPoison as again:
        seq, why = again.seq, again.why
    await writer.transact(lambda tx: _failed(tx, entity, seq, why, who))
    raise StillPoison(seq, why)


async def discard(writer: Writer, part: Part, entity: Entity, seq: int, who: str) -> int:
    """Give up one parked fact for ever, then apply what waited behind it; how many facts were applied."""
    await writer.transact(lambda tx: _discard(tx, entity, seq, who))
    return await retry(writer, part, entity, who)


async def _retry(tx: Any, writer: Writer, part: Part, entity: Entity, who: str) -> int:
    await marks.lock(tx, entity.projection, entity.source, [lane(entity.org)])
    queue = [row["seq"] for row in await tx.fetch(_QUEUE, *_key(entity))]
    query = feed_query(entity.source, "f.seq = ANY($1::bigint[]) ORDER BY f.seq")
    for row in await tx.fetch(query, queue):
        fact = from_row(entity.source, row)
        await _give(tx, writer, part, fact)
        await tx.execute(_LOG, entity.projection, entity.source, fact.seq, "applied", who, None)
        await tx.execute(_APPLIED, entity.projection, entity.source, fact.seq)
    return len(queue)


async def _give(tx: Any, writer: Writer, part: Part, fact: Heard[Any]) -> None:
    if isinstance(fact.event, Unreadable):
        raise StillPoison(fact.seq, fact.event.why)
    try:
        await writer.give(tx, part, [fact])
    except PASSING:
        raise
    except Exception as error:
        raise StillPoison(fact.seq, f"{type(error).__name__}: {error}") from error


async def _failed(tx: Any, entity: Entity, seq: int, why: str, who: str) -> None:
    await tx.execute(_FAILED, entity.projection, entity.source, seq, why)
    await tx.execute(_LOG, entity.projection, entity.source, seq, "failed again", who, why)


async def _discard(tx: Any, entity: Entity, seq: int, who: str) -> None:
    await marks.lock(tx, entity.projection, entity.source, [lane(entity.org)])
    await tx.execute(_LOG, entity.projection, entity.source, seq, "discarded", who, None)
    await tx.execute(_APPLIED, entity.projection, entity.source, seq)


def _key(entity: Entity) -> tuple[str, str, UUID, str]:
    return entity.projection, entity.source, entity.org, entity.stream


def _tag(fact: Heard[Any]) -> str:
    return fact.event.tag if isinstance(fact.event, Unreadable) else type(fact.event).tag()
