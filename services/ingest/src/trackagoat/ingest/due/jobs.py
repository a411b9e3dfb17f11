"""Jobs as they go: what people are told of due rows that are worked on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from trackagoat.events.catalogue.ingest import SourceOutcome
from trackagoat.events.effects import Claimed, Write
from trackagoat.events.sql import Db
from trackagoat.ingest.store import jobs

NOBODY = "No source reads this"


async def begin(db: Db, claimed: Sequence[Claimed], now: datetime) -> None:
    """These run from now on."""
    if claimed:
        rows = [(c.kind, UUID(c.key), c.org, c.attempts, c.due_at) for c in claimed]
        kinds, entities, orgs, attempts, due_at = map(list, zip(*rows, strict=True))
        await jobs.begin(db, kinds, entities, orgs, attempts, due_at, now)


def succeeded(claimed: Claimed, source: str | None, now: datetime) -> Write:
    """There was data."""
    return jobs.end(claimed.kind, UUID(claimed.key), "succeeded", "ok", source, None, now, None)


def goes_on(claimed: Claimed, source: str) -> Write:
    """There was data, and there is more to read at once."""
    return jobs.end(claimed.kind, UUID(claimed.key), "queued", "ok", source, None, None, None)


def waits(
    claimed: Claimed, at: datetime, source: str | None = None, outcome: SourceOutcome | None = None, error: str = ""
) -> Write:
    """It is tried again at that time."""
    return jobs.end(claimed.kind, UUID(claimed.key), "waiting", outcome, source, error or None, None, at)


def failed(
    claimed: Claimed, now: datetime, error: str, source: str | None = None, outcome: SourceOutcome | None = None
) -> Write:
    """There was no data, and the next try is that of the schedule."""
    return jobs.end(claimed.kind, UUID(claimed.key), "failed", outcome, source, error or None, now, None)


def dropped(claimed: Claimed) -> Write:
    """Nothing of it is read any longer."""
    return jobs.drop(claimed.kind, UUID(claimed.key))
