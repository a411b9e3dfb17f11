"""Why a video counts in a campaign."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Annotated, Any, cast
from uuid import UUID

from msgspec import Meta

from trackagoat.events.catalogue.words import TrackingStatus
from trackagoat.gateway import tenancy
from trackagoat.gateway.edge.answers import Answer
from trackagoat.gateway.edge.call import Call, ok
from trackagoat.gateway.reads import ingest, paths
from trackagoat.gateway.registry import Route
from trackagoat.gateway.resources.creators import display_name
from trackagoat.gateway.resources.fields import BIGGEST, Limit, Params
from trackagoat.gateway.resources.paths import MOST, CampaignPaths, Place, Way, WayEnd, Ways, way
from trackagoat.gateway.routes import examples


class AskPaths(Params, frozen=True, kw_only=True):
    """The video asked about, and which of the ways to it."""

    video_id: UUID
    limit: Limit = 50
    offset: Annotated[int, Meta(ge=0, le=BIGGEST)] = 0


async def list_paths(call: Call[AskPaths, None]) -> Answer[CampaignPaths]:
    asked = call.params
    row, video = await asyncio.gather(
        tenancy.campaign(call, call.ids["campaignId"]), tenancy.video(call, asked.video_id)
    )
    steps: Sequence[paths.StepRow] = ()
    if video.project == row.project:
        steps = await paths.steps(call.db, call.org, row.campaign, video.video, video.creator_id)
    ways, top = Ways(row.campaign, steps), Place(id=row.campaign, name=row.name)
    labels = await _labels(call, video)
    return ok(
        CampaignPaths(
            video_id=video.video,
            counted=video.counted and ways.count > 0,
            tracking_status=cast("TrackingStatus", video.tracking_status),
            path_count=min(MOST, ways.count),
            paths=[way(top, one, labels) for one in ways.page(asked.offset, asked.limit)],
        )
    )


async def _labels(call: Call[Any, Any], video: ingest.VideoRow) -> dict[UUID, str]:
    """What people call the video and its creator."""
    labels = {video.video: video.title or video.url}
    if video.creator_id is not None:
        for row in await ingest.creators_by_id(call.db, call.org, [video.creator_id]):
            labels[row.creator] = display_name(row) or row.tiktok_handle
    return labels


_EXAMPLE = CampaignPaths(
    video_id=examples.id_of(4),
    counted=True,
    tracking_status="auto_tracked",
    path_count=1,
    paths=[
        Way(
            campaigns=[Place(id=examples.id_of(6), name="Spring"), Place(id=examples.id_of(16), name="Spring, Berlin")],
            item=WayEnd(item_type="creator", item_id=examples.id_of(3), label="Ana"),
        )
    ],
)

ROUTES = (
    Route(
        method="GET",
        path="/campaigns/{campaignId}/paths",
        name="listCampaignPaths",
        summary="Why a video counts in a campaign: every way through campaigns and items that leads to it",
        scope="read",
        tag="Campaigns",
        handler=list_paths,
        params=AskPaths,
        answer=CampaignPaths,
        example=_EXAMPLE,
    ),
)
