"""Reading videos."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from trackagoat.events.catalogue.words import ContentType
from trackagoat.gateway import tenancy
from trackagoat.gateway.edge.answers import Answer, PageMeta
from trackagoat.gateway.edge.call import Call, ok
from trackagoat.gateway.reads import ingest
from trackagoat.gateway.registry import Nothing, Route
from trackagoat.gateway.resources import freshness, workspace
from trackagoat.gateway.resources.fields import Page, Search
from trackagoat.gateway.resources.videos import Video, VideoDetail, VideoSnapshot, snapshot, video, video_detail
from trackagoat.gateway.routes import examples
from trackagoat.gateway.routes.creators.lists import ListSnapshots

POSITIONS: Mapping[str, tuple[Any, Callable[[ingest.VideoRow], tuple[Any, UUID]]]] = {
    "-created_at": (tuple[datetime, UUID], lambda row: (row.created_at, row.video)),
    "-posted_at": (tuple[datetime | None, UUID], lambda row: (row.posted_at, row.video)),
    "-view_count": (tuple[int | None, UUID], lambda row: (row.view_count, row.video)),
}
"""What a cursor of a list of videos holds, by the list's order."""


class ListVideos(Page, frozen=True, kw_only=True):
    """Counted videos. `search` looks in captions; days are the organization's."""

    project_id: UUID | None = None
    creator_id: UUID | None = None
    tracking_status: Literal["auto_tracked", "included", "direct_add"] | None = None
    tracking_disabled: bool | None = None
    content_type: ContentType | None = None
    search: Search | None = None
    posted_from: date | None = None
    posted_to: date | None = None
    sort: Literal["-created_at", "-posted_at", "-view_count"] = "-created_at"


async def list_videos(call: Call[ListVideos, None]) -> Answer[list[Video]]:
    asked = call.params
    tenancy.in_order(asked.posted_from, asked.posted_to, "posted_from")
    await tenancy.filters(call)
    start, end = await tenancy.posted(call, asked.posted_from, asked.posted_to)
    kind, position = POSITIONS[asked.sort]
    value, after = call.after(kind) or (None, None)
    rows = await ingest.VIDEOS[asked.sort](
        call.db,
        call.org,
        asked.project_id,
        asked.creator_id,
        asked.tracking_status,
        asked.tracking_disabled,
        asked.content_type,
        asked.search,
        start,
        end,
        value,
        after,
        asked.limit + 1,
    )
    page, meta = call.page(rows, position)
    return ok([video(row) for row in page], meta)


async def get_video(call: Call[Nothing, None]) -> Answer[VideoDetail]:
    return ok(await detail(call, call.ids["videoId"]))


async def detail(call: Call[Any, Any], id: UUID) -> VideoDetail:
    """A video by itself, as it is now."""
    row, org = await asyncio.gather(tenancy.video(call, id), tenancy.org(call))
    return video_detail(row, freshness.of_video(row, workspace.effective_hours(org), call.now))


async def list_snapshots(call: Call[ListSnapshots, None]) -> Answer[list[VideoSnapshot]]:
    row, meant = await asyncio.gather(
        tenancy.video(call, call.ids["videoId"]), tenancy.ranged(call, call.params.from_, call.params.to)
    )
    at, source = call.after(tuple[datetime, str]) or (None, None)
    rows = await ingest.video_snapshots(
        call.db,
        call.org,
        row.video,
        meant.start,
        meant.end,
        at,
        source,
        call.params.limit + 1,
    )
    page, meta = call.page(rows, lambda reading: (reading.fetched_at, reading.source))
    return ok([snapshot(row, reading) for reading in page], meta)


ROUTES = (
    Route(
        method="GET",
        path="/videos",
        name="listVideos",
        summary="Counted videos",
        scope="read",
        tag="Videos",
        handler=list_videos,
        params=ListVideos,
        answer=list[Video],
        meta=PageMeta,
        errors=("not_found",),
        example=[examples.VIDEO],
    ),
    Route(
        method="GET",
        path="/videos/{videoId}",
        name="getVideo",
        summary="One video, whatever its status",
        scope="read",
        tag="Videos",
        handler=get_video,
        answer=VideoDetail,
        example=examples.VIDEO_DETAIL,
    ),
    Route(
        method="GET",
        path="/videos/{videoId}/snapshots",
        name="listVideoSnapshots",
        summary="Readings of a video's counters, the latest first",
        scope="read",
        tag="Videos",
        handler=list_snapshots,
        params=ListSnapshots,
        answer=list[VideoSnapshot],
        meta=PageMeta,
        errors=("retention_exceeded",),
        example=[examples.VIDEO_SNAPSHOT],
    ),
)
