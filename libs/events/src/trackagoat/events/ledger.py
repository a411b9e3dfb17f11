"""The ledger: every fact of a service, in PostgreSQL, appended once and never changed.

`append` is one round trip for any number of streams. A version that is taken raises WrongVersion; an event id
that is there already is skipped, which makes repeated commands and recorded facts harmless.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from trackagoat.events.catalogue.words import Event, OrgId
from trackagoat.events.codec import decode_actor, decode_event, encode
from trackagoat.events.envelope import Actor, Heard, Unreadable
from trackagoat.events.errors import Undecodable, WrongVersion
from trackagoat.events.sql import Db


class NewEvent(msgspec.Struct, frozen=True, kw_only=True):
    """A fact about to be appended. `version` is its place in the stream, None on streams never folded."""

    id: UUID
    org: OrgId
    stream: str
    version: int | None
    event: Event
    at: datetime
    actor: Actor
    cause: UUID | None
    request_id: str | None

    def heard(self, service: str) -> Heard[Event]:
        """The form in which inline projections get it (no place in the feed yet)."""
        return Heard(
            service=service,
            seq=0,
            id=self.id,
            org=self.org,
            stream=self.stream,
            version=self.version,
            at=self.at,
            actor=self.actor,
            cause=self.cause,
            request_id=self.request_id,
            event=self.event,
        )


_APPEND = """
WITH given AS (
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::bigint[], $5::text[], $6::timestamptz[],
        $7::uuid[], $8::text[], $9::json[], $10::json[]) WITH ORDINALITY
        AS t(id, org, stream, version, tag, at, cause, correlation, actor, data, nth)
), stored AS (
    INSERT INTO events (id, org, stream, version, tag, at, cause, correlation, actor, data)
    SELECT id, org, stream, version, tag, at, cause, correlation, actor, data FROM given ORDER BY nth
    ON CONFLICT (id) DO NOTHING
    RETURNING id, pos
), queued AS (
    INSERT INTO unsequenced (pos) SELECT pos FROM stored
)
SELECT id FROM stored
"""


async def append(tx: Db, events: Sequence[NewEvent]) -> list[NewEvent]:
    """Store the facts in the order given and return those that were new.

    Must run inside a transaction. Raises WrongVersion when another writer took a version first; the
    transaction is of no further use then.
    """
    if not events:
        return []
    columns = [
        [e.id for e in events],
        [e.org for e in events],
        [e.stream for e in events],
        [e.version for e in events],
        [e.event.tag() for e in events],
        [e.at for e in events],
        [e.cause for e in events],
        [e.request_id for e in events],
        [encode(e.actor).decode() for e in events],
        [encode(e.event).decode() for e in events],
    ]
    try:
        stored = {row["id"] for row in await tx.fetch(_APPEND, *columns)}
    except asyncpg.UniqueViolationError as error:
        raise WrongVersion(str(error)) from error
    return [e for e in events if e.id in stored]


_NEWER = """
SELECT e.stream, e.version, e.tag, e.data
FROM unnest($2::text[], $3::bigint[]) AS known(stream, version)
JOIN events e ON e.org = $1 AND e.stream = known.stream AND e.version > known.version
ORDER BY e.stream, e.version
"""


async def newer(db: Db, org: OrgId, known: Mapping[str, int]) -> list[tuple[str, int, Event]]:
    """(stream, version, event) of what came after the known versions (0: from the beginning), in order per stream."""
    rows = await db.fetch(_NEWER, org, list(known), list(known.values()))
    return [(row["stream"], row["version"], decode_event(row["tag"], row["data"])) for row in rows]


def feed_query(schema: str, where: str = "f.seq > $1 ORDER BY f.seq LIMIT $2") -> str:
    """SQL of facts of a service's feed; by default a page: after seq $1, at most $2 rows."""
    return f"""
        SELECT f.seq, e.id, e.org, e.stream, e.version, e.tag, e.at, e.cause, e.correlation, e.actor, e.data
        FROM {schema}.feed f JOIN {schema}.events e USING (pos) WHERE {where}
    """  # noqa: S608 - schema and condition are the program's own words


def from_row(service: str, row: Any) -> Heard[Any]:
    """A row of the feed as a fact; one that cannot be decoded comes as Unreadable."""
    return Heard(
        service=service,
        seq=row["seq"],
        id=row["id"],
        org=row["org"],
        stream=row["stream"],
        version=row["version"],
        at=row["at"],
        actor=decode_actor(row["actor"]),
        cause=row["cause"],
        request_id=row["correlation"],
        event=readable(row["tag"], row["data"]),
    )


def readable(tag: str, data: bytes | str) -> Event | Unreadable:
    """The event, or why it cannot be read."""
    try:
        return decode_event(tag, data)
    except Undecodable as error:
        return Unreadable(tag, str(error))
