"""Videos that are refreshed no longer, or again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any
from uuid import UUID

from msgspec import Meta

from trackagoat.events.catalogue.ingest import DisableTracking, EnableTracking
from trackagoat.events.catalogue.words import ProjectId, VideoId
from trackagoat.events.decider import Outcome
from trackagoat.gateway import tenancy
from trackagoat.gateway.edge.answers import Answer, BulkMeta
from trackagoat.gateway.edge.bulk import BulkItem, BulkResults, bulk, failed, missing
from trackagoat.gateway.edge.call import Call, ok
from trackagoat.gateway.reads import ingest
from trackagoat.gateway.registry import Nothing, Route
from trackagoat.gateway.resources.fields import Body
from trackagoat.gateway.resources.videos import VideoDetail
from trackagoat.gateway.routes import examples
from trackagoat.gateway.routes.videos.lists import detail

Make = Callable[..., DisableTracking | EnableTracking]


class VideoIds(Body, frozen=True, kw_only=True):
    """Up to 500 videos of the project."""

    video_ids: Annotated[list[UUID], Meta(min_length=1, max_length=500)]


async def disable_tracking(call: Call[Nothing, None]) -> Answer[VideoDetail]:
    return await _one(call, DisableTracking)


async def enable_tracking(call: Call[Nothing, None]) -> Answer[VideoDetail]:
    return await _one(call, EnableTracking)


async def _one(call: Call[Any, Any], make: Make) -> Answer[VideoDetail]:
    row = await tenancy.video(call, call.ids["videoId"])
    await call.tell(make(video=VideoId(row.video), project=ProjectId(row.project)))
    return ok(await detail(call, row.video))


async def bulk_disable(call: Call[Nothing, VideoIds]) -> Answer[BulkResults]:
    return await _many(call, DisableTracking, "disabled")


async def bulk_enable(call: Call[Nothing, VideoIds]) -> Answer[BulkResults]:
    return await _many(call, EnableTracking, "enabled")


async def _many(call: Call[Nothing, VideoIds], make: Make, became: str) -> Answer[BulkResults]:
    project = ProjectId((await tenancy.project(call, call.ids["projectId"])).project)
    rows = await ingest.videos_by_id(call.db, call.org, call.body.video_ids)
    here = {row.video for row in rows if row.project == project}
    known = [(i, id) for i, id in enumerate(call.body.video_ids) if id in here]
    outcomes = await call.ask([make(video=VideoId(id), project=project) for _, id in known])
    items = [missing(i, id) for i, id in enumerate(call.body.video_ids) if id not in here]
    items += [_item(i, id, outcome, became) for (i, id), outcome in zip(known, outcomes, strict=True)]
    return bulk(items)


def _item(index: int, id: UUID, outcome: Outcome, became: str) -> BulkItem:
    if outcome.refused is not None:
        return failed(index, outcome.refused, id)
    return BulkItem(index=index, status=became if outcome.events else "unchanged", id=id)


_IDS = {"video_ids": [str(examples.id_of(4))]}

ROUTES = (
    Route(
        method="POST",
        path="/videos/{videoId}/tracking-disable",
        name="disableTracking",
        summary="Refresh a video no longer; it keeps its counters in all totals",
        scope="write",
        tag="Videos",
        handler=disable_tracking,
        answer=VideoDetail,
        example=examples.VIDEO_DETAIL,
    ),
    Route(
        method="POST",
        path="/videos/{videoId}/tracking-enable",
        name="enableTracking",
        summary="Refresh a video again",
        scope="write",
        tag="Videos",
        handler=enable_tracking,
        answer=VideoDetail,
        example=examples.VIDEO_DETAIL,
        errors=("limit_reached",),
    ),
    Route(
        method="POST",
        path="/projects/{projectId}/videos/bulk-tracking-disable",
        name="disableTrackingOfMany",
        summary="Refresh up to 500 videos no longer",
        scope="write",
        tag="Videos",
        handler=bulk_disable,
        body=VideoIds,
        body_example=_IDS,
        answer=BulkResults,
        meta=BulkMeta,
        example=BulkResults(results=[BulkItem(index=0, status="disabled", id=examples.id_of(4))]),
    ),
    Route(
        method="POST",
        path="/projects/{projectId}/videos/bulk-tracking-enable",
        name="enableTrackingOfMany",
        summary="Refresh up to 500 videos again",
        scope="write",
        tag="Videos",
        handler=bulk_enable,
        body=VideoIds,
        body_example=_IDS,
        answer=BulkResults,
        meta=BulkMeta,
        example=BulkResults(results=[BulkItem(index=0, status="enabled", id=examples.id_of(4))]),
    ),
)
