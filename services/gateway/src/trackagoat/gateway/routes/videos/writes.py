"""Adding, reviewing and removing videos."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal
from uuid import UUID

from msgspec import UNSET, Meta, UnsetType

from trackagoat.events.catalogue.ingest import AddVideo, RemoveVideo, UpdateVideo
from trackagoat.events.catalogue.words import ProjectId, VideoId
from trackagoat.events.decider import Outcome
from trackagoat.gateway import tenancy
from trackagoat.gateway.edge.answers import Answer, BulkMeta, Deleted
from trackagoat.gateway.edge.bulk import BulkItem, BulkResults, bulk, failed
from trackagoat.gateway.edge.call import Call, created, deleted, ok
from trackagoat.gateway.edge.faults import invalid_body, refused
from trackagoat.gateway.registry import Nothing, Route
from trackagoat.gateway.resources.fields import Body, Notes, Patch, Url, fits, given
from trackagoat.gateway.resources.videos import VideoDetail
from trackagoat.gateway.routes import examples
from trackagoat.gateway.routes.videos.lists import detail

_DECISIONS: Mapping[str | None, Literal["include", "exclude"] | None] = {
    None: None,
    "included": "include",
    "excluded": "exclude",
}
_BECAME = {"video.added.v1": "created", "video.restored.v1": "restored", "video.reviewed.v1": "included"}


class NewVideo(Notes, frozen=True, kw_only=True):
    """A post to add by its URL."""

    url: Url


class NewVideos(Body, frozen=True, kw_only=True):
    """Up to 50 posts to add."""

    videos: Annotated[list[NewVideo], Meta(min_length=1, max_length=50)]


class VideoPatch(Patch, frozen=True, kw_only=True):
    """What to change of a video: its notes, and whether it counts."""

    tracking_status: Literal["included", "excluded"] | UnsetType = UNSET


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
    patch = call.body
    fits(row.metadata, patch.metadata)
    command = UpdateVideo(
        video=VideoId(row.video),
        project=ProjectId(row.project),
        decision=_DECISIONS[given(patch.tracking_status)],
        readme=given(patch.note),
        set_readme=patch.note is not UNSET,
        metadata=given(patch.metadata),
        set_metadata=patch.metadata is not UNSET,
    )
    await call.tell(command)
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
        summary="Change the notes of a video, include or exclude it, all or nothing",
        scope="write",
        tag="Videos",
        handler=update_video,
        body=VideoPatch,
        body_example={"tracking_status": "excluded", "readme": "Not ours."},
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
