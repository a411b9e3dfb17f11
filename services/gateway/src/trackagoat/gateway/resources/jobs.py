"""Jobs of scraping as the API shows them."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias
from uuid import UUID

import msgspec
from msgspec import Meta

from trackagoat.events.catalogue.ingest import JobKind, SourceOutcome
from trackagoat.gateway.reads.ingest import JobRow
from trackagoat.gateway.resources.fields import Instant, shown

JobStatus: TypeAlias = Literal["queued", "running", "waiting", "succeeded", "failed"]
JobTrigger: TypeAlias = Literal["schedule", "manual", "system"]


class JobEntity(msgspec.Struct, frozen=True, kw_only=True):
    """What a job reads."""

    type: Literal["creator", "video"]
    id: UUID


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """One piece of reading: the latest of its kind about that creator or video.

    `waiting` is tried again at `retry_at`; `outcome` and `source` are those of the last call.
    """

    id: UUID
    kind: JobKind
    entity: JobEntity
    trigger: JobTrigger
    status: JobStatus
    outcome: SourceOutcome | None
    source: str | None
    attempts: Annotated[int, Meta(ge=0, description="How often it was tried so far")]
    queued_at: Instant
    started_at: Instant | None
    finished_at: Instant | None
    retry_at: Instant | None
    error: str | None


class QueuedJobs(msgspec.Struct, frozen=True, kw_only=True):
    """What is read at once now, and what was queued or running already."""

    jobs: list[Job]
    already_queued: list[Job]


def job(row: JobRow) -> Job:
    """A job."""
    kind: Literal["creator", "video"] = "video" if row.kind == "video_stats" else "creator"
    return shown(Job, row, entity=JobEntity(type=kind, id=row.entity))
