"""Jobs of scraping, and how many readings were asked for by hand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

import msgspec

from trackagoat.events.catalogue.words import OrgId
from trackagoat.events.sql import Db, read
from trackagoat.gateway.reads.keyset import newest


class JobRow(msgspec.Struct, frozen=True):
    """The latest job of one kind about one creator or video."""

    id: UUID
    kind: str
    entity: UUID
    trigger: str
    status: str
    outcome: str | None
    source: str | None
    attempts: int
    queued_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    retry_at: datetime | None
    error: str | None


_JOB = """
    SELECT j.id, j.kind, j.entity, j.trigger, j.status, j.outcome, j.source, j.attempts, j.queued_at, j.started_at,
        j.finished_at, j.retry_at, j.error
    FROM ingest.scrape_jobs j
    LEFT JOIN ingest.creators c ON c.creator = j.entity AND j.kind <> 'video_stats'
    LEFT JOIN ingest.videos v ON v.video = j.entity AND j.kind = 'video_stats' AND NOT v.removed
    WHERE j.org = $1 AND (c.creator IS NOT NULL OR v.video IS NOT NULL)
"""


@read(_JOB + "AND j.id = $2")
async def job(db: Db, org: OrgId, id: UUID) -> JobRow | None:
    """One job, unless a later one took its place."""
    ...


@read(
    _JOB
    + """
    AND ($2::uuid IS NULL OR coalesce(c.project, v.project) = $2)
    AND ($3::uuid IS NULL OR coalesce(c.creator, v.creator_id) = $3)
    AND ($4::uuid IS NULL OR v.video = $4)
    AND ($5::text IS NULL OR j.kind = $5)
    AND ($6::text IS NULL OR j.status = $6)
    """
    + newest("j.queued_at", "j.id", 7)
)
async def jobs(
    db: Db,
    org: OrgId,
    project: UUID | None,
    creator: UUID | None,
    video: UUID | None,
    kind: str | None,
    status: str | None,
    at: datetime | None,
    after: UUID | None,
    limit: int,
) -> list[JobRow]:
    """The latest job of each kind and entity, the one queued last first."""
    ...


@read(
    _JOB
    + """
    AND j.kind = ANY ($4::text[]) AND (j.status IN ('queued', 'running') OR j.queued_at = $5)
    AND (v.video = $3 OR ($3::uuid IS NULL AND coalesce(c.creator, v.creator_id) = $2))
    ORDER BY j.kind, j.queued_at DESC, j.id
    """
)
async def waiting_jobs(
    db: Db, org: OrgId, creator: UUID | None, video: UUID | None, kinds: Sequence[str], at: datetime
) -> list[JobRow]:
    """What is queued or running, or was queued at that instant, about a creator, its posts included, or one video."""
    ...


@read("SELECT used FROM ingest.manual_triggers WHERE org = $1 AND day = $2")
async def triggers_used(db: Db, org: OrgId, day: date) -> int | None:
    """How many readings were asked for by hand on that day in UTC; None: none."""
    ...
