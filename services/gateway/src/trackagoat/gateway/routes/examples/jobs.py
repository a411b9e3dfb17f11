"""Jobs of scraping."""

from __future__ import annotations

from trackagoat.gateway.resources.jobs import Job, JobEntity
from trackagoat.gateway.routes.examples.words import AT, LATER, id_of

JOB = Job(
    id=id_of(21),
    kind="discover_videos",
    entity=JobEntity(type="creator", id=id_of(3)),
    trigger="schedule",
    status="succeeded",
    outcome="ok",
    source="simulator",
    attempts=1,
    queued_at=AT,
    started_at=AT,
    finished_at=LATER,
    retry_at=None,
    error=None,
)
QUEUED_JOB = Job(
    id=id_of(22),
    kind="creator_profiles",
    entity=JobEntity(type="creator", id=id_of(3)),
    trigger="manual",
    status="queued",
    outcome=None,
    source=None,
    attempts=0,
    queued_at=LATER,
    started_at=None,
    finished_at=None,
    retry_at=None,
    error=None,
)
