"""What there is to judge by: ledgers, feeds, streams and rows at one instant, the journal, and what was received."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from trackagoat.cli.chaos.driver import Entry
from trackagoat.cli.chaos.receivers import Received
from trackagoat.events.bus import Bus
from trackagoat.events.catalogue.words import Event, OrgId
from trackagoat.events.codec import decode_event, decode_outcomes
from trackagoat.events.decider import Outcome
from trackagoat.events.projector import Tap
from trackagoat.events.topology import SERVICES, stream_name

TABLES = {
    "ingest": ("creators", "videos", "video_snapshots", "creator_snapshots"),
    "campaigns": ("campaigns", "items", "closure", "membership", "campaign_days"),
    "goals": ("goals", "compliance", "results"),
    "notifications": ("alerts", "deliveries", "channel_settings"),
}
"""The read models that are recomputed."""


class Stored(msgspec.Struct, frozen=True, kw_only=True):
    """A fact of a ledger, and its place in the feed (None: it has none)."""

    seq: int | None
    id: UUID
    org: OrgId
    stream: str
    version: int | None
    tag: str
    at: datetime
    cause: UUID | None
    data: str

    @property
    def event(self) -> Event:
        """What was said."""
        return decode_event(self.tag, self.data)


class Published(msgspec.Struct, frozen=True):
    """A message of a stream."""

    seq: int
    id: UUID
    data: str


class Evidence(msgspec.Struct, kw_only=True):
    """Everything, as plain values."""

    facts: dict[str, list[Stored]]
    heads: dict[str, int]
    streams: dict[str, list[Published]] = {}
    outcomes: dict[UUID, list[Outcome]]
    rows: dict[str, list[dict[str, Any]]]
    behind: list[str]
    now: datetime
    journal: dict[UUID, Entry] = {}
    received: list[Received] = []
    early: int = 0
    """So many of the requests received had come before the instant of the rows."""
    endpoints: dict[UUID, str] = {}
    """Each webhook channel's endpoint."""


_FACTS = """
SELECT f.seq, e.id, e.org, e.stream, e.version, e.tag, e.at, e.cause, e.data::text AS data
FROM {0}.events e LEFT JOIN {0}.feed f USING (pos) ORDER BY f.seq, e.pos
"""
_BEHIND = """
SELECT format('%s: %s from %s is at %s in lane %s', '{0}', projection, source, seq, partition) AS what, source, seq
FROM {0}.checkpoints WHERE partition >= 0
"""
_RIPE = """
SELECT format('%s: %s is due since %s', '{0}', kind, min(due_at)) AS what FROM {0}.due
WHERE due_at <= clock_timestamp() + interval '1 second' GROUP BY kind
"""
_PENDING = "SELECT count(*) FROM notifications.deliveries WHERE status = 'pending'"


async def look(dsn: str) -> Evidence:
    """What the database holds, all of it as of one instant."""
    connection = await asyncpg.connect(dsn)
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            return await _look(connection)
    finally:
        await connection.close()


async def _look(db: Any) -> Evidence:
    facts: dict[str, list[Stored]] = {}
    outcomes: dict[UUID, list[Outcome]] = {}
    heads: dict[str, int] = {}
    behind: list[str] = []
    for service in SERVICES:
        facts[service] = [Stored(**row) for row in await db.fetch(_FACTS.format(service))]
        heads[service] = await db.fetchval(f"SELECT seq FROM {service}.feed_head")  # noqa: S608 - a service's name
        stored = await db.fetch(f"SELECT command_id, outcomes FROM {service}.outcomes")  # noqa: S608 - the same
        outcomes |= {row["command_id"]: decode_outcomes(row["outcomes"]) for row in stored}
    for service in SERVICES:
        behind += await _behind(db, service, heads)
    rows = {
        f"{service}.{table}": await _rows(db, service, table) for service, named in TABLES.items() for table in named
    }
    now = await db.fetchval("SELECT now()")
    return Evidence(facts=facts, heads=heads, outcomes=outcomes, rows=rows, behind=behind, now=now)


async def _rows(db: Any, service: str, table: str) -> list[dict[str, Any]]:
    return [dict(row) for row in await db.fetch(f"SELECT * FROM {service}.{table}")]  # noqa: S608 - names of the program


async def _behind(db: Any, service: str, heads: dict[str, int]) -> list[str]:
    """What still has to be done, in words."""
    found = [row["what"] for row in await db.fetch(_BEHIND.format(service)) if row["seq"] < heads[row["source"]]]
    if await db.fetchval(f"SELECT count(*) FROM {service}.unsequenced"):  # noqa: S608 - a service's name
        found.append(f"{service}: facts wait for their place in the feed")
    if service != "ingest":  # nothing is scraped here, so what ingest plans stays due
        found += [row["what"] for row in await db.fetch(_RIPE.format(service))]
    if service == "notifications" and (pending := await db.fetchval(_PENDING)):
        found.append(f"notifications: {pending} deliveries are under way")
    if parked := await db.fetchval(f"SELECT count(*) FROM {service}.parked"):  # noqa: S608 - a service's name
        found.append(f"{service}: {parked} facts are parked")
    return found


async def published(bus: Bus, service: str) -> list[Published]:
    """Every message of a service's stream, in its order."""
    name = stream_name(service)
    state = (await bus.jetstream().stream_info(name)).state
    tap, found = Tap(bus, name, max(1, int(state.first_seq))), list[Published]()
    await tap.open()
    try:
        while len(found) < int(state.messages):
            found += [_published(message) for message in await tap.take()]
    finally:
        await tap.close()
    return found


def _published(message: Any) -> Published:
    return Published(int(message.headers["seq"]), UUID(message.headers["ce-id"]), message.data.decode())


def unpublished(evidence: Evidence) -> Sequence[str]:
    """Streams that do not reach as far as their feeds."""
    return [
        f"{service}: the stream has not got to {head} yet"
        for service, head in evidence.heads.items()
        if head and (not evidence.streams[service] or evidence.streams[service][-1].seq < head)
    ]
