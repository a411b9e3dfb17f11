"""Reading the feeds: which facts, in which order, and how one is shown."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from trackagoat.cli.errors import Failure
from trackagoat.cli.state import Folder
from trackagoat.events.catalogue.words import OrgId
from trackagoat.events.codec import TAGS
from trackagoat.events.topology import SERVICES

PAGE = 1000
POLL_SECONDS = 0.25

_FACTS = """
SELECT f.seq, e.id, e.org, e.stream, e.version, e.tag, e.at, e.cause, e.correlation, e.actor, e.data
FROM {service}.feed f JOIN {service}.events e USING (pos)
WHERE f.seq > $1 AND f.seq <= coalesce($2, f.seq) AND ($3::uuid IS NULL OR e.org = $3)
    AND ($4::text[] IS NULL OR e.tag = ANY ($4)) AND ($5::text IS NULL OR e.stream = $5)
    AND ($6::timestamptz IS NULL OR e.at >= $6) AND ($7::timestamptz IS NULL OR e.at <= $7)
ORDER BY f.seq {order} LIMIT $8
"""
_ONE = """
SELECT f.seq, e.id, e.org, e.stream, e.version, e.tag, e.at, e.cause, e.correlation, e.actor, e.data
FROM {service}.events e LEFT JOIN {service}.feed f USING (pos) WHERE e.id = $1
"""


class Fact(msgspec.Struct, frozen=True, kw_only=True):
    """A stored fact as it is shown: bytes and tag as they were stored, `seq` None while it waits for its place."""

    service: str
    seq: int | None
    id: UUID
    type: str
    at: datetime
    org: UUID
    stream: str
    version: int | None
    actor: msgspec.Raw
    cause: UUID | None
    correlation: str | None
    data: msgspec.Raw

    @classmethod
    def of(cls, service: str, row: Any) -> Fact:
        """A row of a feed."""
        told = {name: row[name] for name in ("seq", "id", "at", "org", "stream", "version", "cause", "correlation")}
        actor, data = (msgspec.Raw(row[name].encode()) for name in ("actor", "data"))
        return cls(service=service, type=row["tag"], actor=actor, data=data, **told)

    def line(self) -> str:
        """One line for a person."""
        where = f"{self.service}/{'-' if self.seq is None else self.seq}"
        return f"{self.at:%Y-%m-%d %H:%M:%S}  {where:<18}  {self.type:<26}  {self.org}  {self.stream}"


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which facts: of these services; after one seq up to another, from one time up to another; None is any."""

    services: Sequence[str] = SERVICES
    org: OrgId | None = None
    tags: Sequence[str] | None = None
    stream: str | None = None
    after: int = 0
    to: int | None = None
    since: datetime | None = None
    until: datetime | None = None


def tags(patterns: Sequence[str]) -> list[str] | None:
    """The tags behind patterns; None for no pattern. Raises Failure when one fits nothing."""
    found: set[str] = set()
    for pattern in patterns:
        if not (fits := TAGS.matching(pattern)):
            message = f"no event is called {pattern}; `goat events catalogue` lists them all"
            raise Failure(message)
        found |= fits
    return sorted(found) or None


@contextlib.asynccontextmanager
async def database(folder: Folder) -> AsyncIterator[Any]:
    """The database of what runs with that state folder. Raises NotRunning, Failure."""
    try:
        connection = await asyncpg.connect(folder.running().database_url)
    except (OSError, asyncpg.PostgresError) as error:
        message = f"the database cannot be reached: {error}"
        raise Failure(message) from error
    try:
        yield connection
    finally:
        await connection.close()


async def last(db: Any, wanted: Wanted, limit: int) -> list[Fact]:
    """The latest facts, the oldest of them first."""
    found = [
        fact for service in wanted.services for fact in await _page(db, service, wanted, wanted.after, limit, "DESC")
    ]
    return sorted(found, key=lambda fact: (fact.at, fact.service, fact.seq))[-limit:] if limit else []


async def replayed(db: Any, wanted: Wanted, limit: int | None = None) -> AsyncIterator[Fact]:
    """Every fact in feed order, one feed after the other."""
    left = limit
    for service in wanted.services:
        after = wanted.after
        while page := await _page(db, service, wanted, after, PAGE if left is None else min(PAGE, left), "ASC"):
            for fact in page:
                yield fact
            after = page[-1].seq or after
            left = None if left is None else left - len(page)


async def followed(db: Any, wanted: Wanted, marks: dict[str, int]) -> AsyncIterator[Fact]:
    """Facts as they come, for ever; `marks` says behind which seq of each feed."""
    while True:
        fresh = [
            f for service in wanted.services for f in await _page(db, service, wanted, marks[service], PAGE, "ASC")
        ]
        for fact in sorted(fresh, key=lambda fact: (fact.at, fact.service, fact.seq)):
            marks[fact.service] = max(marks[fact.service], fact.seq or 0)
            yield fact
        if not fresh:
            await asyncio.sleep(POLL_SECONDS)


async def heads(db: Any, services: Sequence[str]) -> dict[str, int]:
    """Where each feed ends."""
    return {s: await db.fetchval(f"SELECT seq FROM {s}.feed_head") for s in services}  # noqa: S608 - a service's name


async def one(db: Any, id: UUID) -> Fact | None:
    """The fact of that id, whoever said it."""
    for service in SERVICES:
        if row := await db.fetchrow(_ONE.format(service=service), id):
            return Fact.of(service, row)
    return None


async def _page(db: Any, service: str, wanted: Wanted, after: int, limit: int, order: str) -> list[Fact]:
    rows = await db.fetch(
        _FACTS.format(service=service, order=order),
        *(after, wanted.to, wanted.org, wanted.tags, wanted.stream, wanted.since, wanted.until, limit),
    )
    return [Fact.of(service, row) for row in rows]
