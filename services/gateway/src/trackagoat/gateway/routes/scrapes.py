"""Reading at once, and the jobs of reading."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import Meta

from trackagoat.events.catalogue.ingest import JobKind, RequestScrape
from trackagoat.events.catalogue.words import CreatorId, VideoId
from trackagoat.gateway import tenancy
from trackagoat.gateway.edge.answers import Answer, PageMeta
from trackagoat.gateway.edge.call import Call, ok
from trackagoat.gateway.edge.faults import ApiError
from trackagoat.gateway.reads import ingest
from trackagoat.gateway.registry import Nothing, Route
from trackagoat.gateway.resources.fields import Body, Page
from trackagoat.gateway.resources.jobs import Job, JobStatus, QueuedJobs, job
from trackagoat.gateway.routes import examples

_USUAL: tuple[JobKind, ...] = ("creator_profiles", "discover_videos")


class ScrapeCreator(Body, frozen=True, kw_only=True):
    """What to read; `video_stats` are the posts of the creator that are refreshed at all."""

    kinds: Annotated[list[JobKind], Meta(min_length=1, max_length=3)] = msgspec.field(default_factory=lambda: [*_USUAL])


class ListJobs(Page, frozen=True, kw_only=True):
    """Jobs; about a creator also those of its posts."""

    project_id: UUID | None = None
    creator_id: UUID | None = None
    video_id: UUID | None = None
    kind: JobKind | None = None
    status: JobStatus | None = None


async def scrape_creator(call: Call[Nothing, ScrapeCreator | None]) -> Answer[QueuedJobs]:
    row = await tenancy.creator(call, call.ids["creatorId"])
    kinds = list(dict.fromkeys(_USUAL if call.body is None else call.body.kinds))
    await call.tell(RequestScrape(creator=CreatorId(row.creator), kinds=kinds))
    return await _queued(call, row.creator, None, kinds)


async def scrape_video(call: Call[Nothing, None]) -> Answer[QueuedJobs]:
    row = await tenancy.video(call, call.ids["videoId"])
    owner = None if row.creator_id is None else CreatorId(row.creator_id)
    await call.tell(RequestScrape(creator=owner, video=VideoId(row.video), kinds=["video_stats"]))
    return await _queued(call, row.creator_id, row.video, ["video_stats"])


async def _queued(
    call: Call[Any, Any], creator: UUID | None, video: UUID | None, kinds: Sequence[JobKind]
) -> Answer[QueuedJobs]:
    """What is queued or running now; the jobs of this call were queued at its instant."""
    rows = await ingest.waiting_jobs(call.db, call.org, creator, video, kinds, call.now)
    new = [job(row) for row in rows if row.queued_at == call.now and row.trigger == "manual"]
    told = {one.id for one in new}
    return Answer(data=QueuedJobs(jobs=new, already_queued=[job(r) for r in rows if r.id not in told]), status=202)


async def list_jobs(call: Call[ListJobs, None]) -> Answer[list[Job]]:
    asked = call.params
    await tenancy.filters(call)
    if asked.video_id is not None:
        await tenancy.video(call, asked.video_id)
    at, after = call.after(tuple[datetime, UUID]) or (None, None)
    which = (asked.project_id, asked.creator_id, asked.video_id, asked.kind, asked.status)
    rows = await ingest.jobs(call.db, call.org, *which, at, after, asked.limit + 1)
    page, meta = call.page(rows, lambda row: (row.queued_at, row.id))
    return ok([job(row) for row in page], meta)


async def get_job(call: Call[Nothing, None]) -> Answer[Job]:
    row = await ingest.job(call.db, call.org, call.ids["jobId"])
    if row is None:
        raise ApiError("not_found")
    return ok(job(row))


_QUEUED = QueuedJobs(jobs=[examples.QUEUED_JOB], already_queued=[])

ROUTES = (
    Route(
        method="POST",
        path="/creators/{creatorId}/scrape",
        name="scrapeCreator",
        summary="Read a creator at once; one unit of the day's allowance, unless all of it is queued already",
        scope="write",
        tag="Creators",
        handler=scrape_creator,
        body=ScrapeCreator,
        body_optional=True,
        body_example={"kinds": ["creator_profiles", "discover_videos"]},
        answer=QueuedJobs,
        example=_QUEUED,
        statuses=(202,),
        errors=("creator_inactive",),
    ),
    Route(
        method="POST",
        path="/videos/{videoId}/scrape",
        name="scrapeVideo",
        summary="Read the counters of a video at once; one unit of the day's allowance, unless that is queued already",
        scope="write",
        tag="Videos",
        handler=scrape_video,
        answer=QueuedJobs,
        example=_QUEUED,
        statuses=(202,),
        errors=("tracking_disabled", "creator_inactive"),
    ),
    Route(
        method="GET",
        path="/scrape-jobs",
        name="listScrapeJobs",
        summary="The latest job of each kind about each creator and video, the one queued last first",
        scope="read",
        tag="Scrape jobs",
        handler=list_jobs,
        params=ListJobs,
        answer=list[Job],
        meta=PageMeta,
        errors=("not_found",),
        example=[examples.JOB],
    ),
    Route(
        method="GET",
        path="/scrape-jobs/{jobId}",
        name="getScrapeJob",
        summary="One job, until a later one of its kind takes its place",
        scope="read",
        tag="Scrape jobs",
        handler=get_job,
        answer=Job,
        example=examples.JOB,
    ),
)
