"""Adding, reviewing and removing videos."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from msgspec import Meta

from trackagoat.events.catalogue.ingest import AddVideo, RemoveVideo, ReviewVideo
from trackagoat.events.catalogue.words import ProjectId, VideoId
from trackagoat.events.decider import Outcome
from trackagoat.gateway import tenancy
from trackagoat.gateway.edge.answers import Answer, BulkMeta, Deleted
from trackagoat.gateway.edge.bulk import BulkItem, BulkResults, bulk, failed
from trackagoat.gateway.edge.call import Call, created, deleted, ok
from trackagoat.gateway.edge.faults import invalid_body, refused
from trackagoat.gateway.registry import Nothing, Route
from trackagoat.gateway.resources.fields import Body, Notes, Url, given
from trackagoat.gateway.resources.videos import VideoDetail
from trackagoat.gateway.routes import examples
from trackagoat.gateway.routes.videos.lists import detail

_BECAME = {"video.added.v1": "created", "video.restored.v1": "restored", "video.reviewed.v1": "included"}


class NewVideo(Notes, frozen=True, kw_only=True):
    """A post to add by its URL."""

    url: Url


class NewVideos(Body, frozen=True, kw_only=True):
    """Up to 50 posts to add."""

    videos: Annotated[list[NewVideo], Meta(min_length=1, max_length=50)]


class VideoPatch(Body, frozen=True, kw_only=True):
    """A decision on a video."""

    tracking_status: Literal["included", "excluded"]


async def add_videos(call: Call[Nothing, NewVideo | NewVideos]) -> Answer[Any]:
    project = await tenancy.project(call, call.ids["projectId"])
    several = isinstance(call.body, NewVideos)
    new = call.body.videos if isinstance(call.body, NewVideos) else [call.body]
    commands = [
        AddVideo(
            project=ProjectId(project.project),
            url=one.url,
            now=call.now,
            readme=given(one.note),
            metadata=given(one.metadata) or {},
        )
        for one in new
    ]
    outcomes = await call.ask(commands)
    if several:
        return bulk([_item(i, outcome) for i, outcome in enumerate(outcomes)])
    (outcome,) = outcomes
    if outcome.refused is not None:
        if outcome.refused.code in {"invalid_url", "unresolvable_url"}:
            raise invalid_body("url", outcome.refused.message)
        raise refused(outcome.refused)
    added = await detail(call, UUID(outcome.events[0]["video"]))
    return created(added) if _became(outcome) == "created" else ok(added)


def _became(outcome: Outcome) -> str:
    return _BECAME[outcome.events[0]["type"]]


def _item(index: int, outcome: Outcome) -> BulkItem:
    if outcome.refused is not None:
        return failed(index, outcome.refused)
    return BulkItem(index=index, status=_became(outcome), id=UUID(outcome.events[0]["video"]))


async def update_video(call: Call[Nothing, VideoPatch]) -> Answer[VideoDetail]:
    row = await tenancy.video(call, call.ids["videoId"])
    if call.conditional:
        call.unchanged(await detail(call, row.video))
    decision: Literal["include", "exclude"] = "include" if call.body.tracking_status == "included" else "exclude"
    await call.tell(ReviewVideo(video=VideoId(row.video), project=ProjectId(row.project), decision=decision))
    return ok(await detail(call, row.video))


async def remove_video(call: Call[Nothing, None]) -> Answer[Deleted]:
    row = await tenancy.video(call, call.ids["videoId"])
    if call.conditional:
        call.unchanged(await detail(call, row.video))
    await call.tell(RemoveVideo(video=VideoId(row.video), project=ProjectId(row.project)))
    return deleted(row.video)


ROUTES = (
    Route(
        method="POST",
        path="/projects/{projectId}/videos",
        name="addVideos",
        summary="Add a post by its URL, or up to 50 of them",
        scope="write",
        tag="Videos",
        handler=add_videos,
        body=NewVideo,
        bulk=NewVideos,
        bulk_answer=BulkResults,
        body_example={"url": "https://www.tiktok.com/@ana/video/7480000000000000000"},
        answer=VideoDetail,
        meta=BulkMeta,
        example=examples.VIDEO_DETAIL,
        statuses=(201, 200),
        errors=("duplicate_video", "limit_reached"),
    ),
    Route(
        method="PATCH",
        path="/videos/{videoId}",
        name="updateVideo",
        summary="Include or exclude a video",
        scope="write",
        tag="Videos",
        handler=update_video,
        body=VideoPatch,
        body_example={"tracking_status": "excluded"},
        answer=VideoDetail,
        example=examples.VIDEO_DETAIL,
    ),
    Route(
        method="DELETE",
        path="/videos/{videoId}",
        name="removeVideo",
        summary="Take a video out of every list and total",
        scope="write",
        tag="Videos",
        handler=remove_video,
        answer=Deleted,
        example=Deleted(str(examples.id_of(4))),
    ),
)
