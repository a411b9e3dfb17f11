"""What lies in a campaign, however deep: its creators and its videos."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from trackagoat.gateway import tenancy
from trackagoat.gateway.edge.answers import Answer, PageMeta
from trackagoat.gateway.edge.call import Call, ok
from trackagoat.gateway.reads import campaigns, ingest
from trackagoat.gateway.registry import Route
from trackagoat.gateway.resources.campaigns import sums
from trackagoat.gateway.resources.creators import Totals
from trackagoat.gateway.resources.fields import Page
from trackagoat.gateway.resources.members import CampaignCreator, campaign_creator
from trackagoat.gateway.resources.videos import Video, video
from trackagoat.gateway.routes import examples
from trackagoat.gateway.routes.goals.lists import badges


class ListCampaignCreators(Page, frozen=True, kw_only=True):
    """Creators of a campaign."""

    sort: Literal["-views", "tiktok_handle"] = "-views"


class ListCampaignVideos(Page, frozen=True, kw_only=True):
    """Videos a campaign reaches, each once."""

    creator_id: UUID | None = None
    posted_from: date | None = None
    posted_to: date | None = None
    sort: Literal["-view_count", "-posted_at"] = "-view_count"


async def list_creators(call: Call[ListCampaignCreators, None]) -> Answer[list[CampaignCreator]]:
    row = await tenancy.campaign(call, call.ids["campaignId"])
    by_views = call.params.sort == "-views"
    totals, rows, meta = await (_by_views(call, row.campaign) if by_views else _by_handle(call, row.campaign))
    aims = await badges(call, [creator.creator for creator in rows])
    return ok([campaign_creator(one, totals.get(one.creator) or Totals(), aims[one.creator]) for one in rows], meta)


Found = tuple[dict[UUID, Totals], Sequence[ingest.CreatorRow], PageMeta]


async def _by_views(call: Call[ListCampaignCreators, None], campaign: UUID) -> Found:
    views, after = call.after(tuple[int | None, UUID]) or (None, None)
    found = await campaigns.creators_by_views(call.db, call.org, campaign, views, after, call.params.limit + 1)
    page, meta = call.page(found, lambda row: (row.views, row.creator))
    rows = await ingest.creators_by_id(call.db, call.org, [row.creator for row in page])
    known = {row.creator: row for row in rows}
    return {row.creator: sums(row) for row in page}, [known[r.creator] for r in page if r.creator in known], meta


async def _by_handle(call: Call[ListCampaignCreators, None], campaign: UUID) -> Found:
    handle, after = call.after(tuple[str, UUID]) or (None, None)
    ids = await campaigns.creator_ids(call.db, call.org, campaign)
    rows = await ingest.creators_among(call.db, call.org, ids, handle, after, call.params.limit + 1)
    page, meta = call.page(rows, lambda row: (row.handle_key, row.creator))
    found = await campaigns.creator_sums(call.db, call.org, campaign, [row.creator for row in page])
    return {row.creator: sums(row) for row in found}, page, meta


async def list_videos(call: Call[ListCampaignVideos, None]) -> Answer[list[Video]]:
    asked = call.params
    tenancy.in_order(asked.posted_from, asked.posted_to, "posted_from")
    row, _, (start, end) = await asyncio.gather(
        tenancy.campaign(call, call.ids["campaignId"]),
        tenancy.filters(call),
        tenancy.posted(call, asked.posted_from, asked.posted_to),
    )
    by_views = asked.sort == "-view_count"
    kind: Any = tuple[int | None, UUID] if by_views else tuple[datetime | None, UUID]
    value, after = call.after(kind) or (None, None)
    found = await campaigns.MEMBERS[asked.sort](
        call.db, call.org, row.campaign, asked.creator_id, start, end, value, after, asked.limit + 1
    )
    page, meta = call.page(found, lambda one: (one.views if by_views else one.posted_at, one.video))
    rows = await ingest.videos_by_id(call.db, call.org, [one.video for one in page])
    known = {one.video: one for one in rows}
    return ok([video(known[one.video]) for one in page if one.video in known], meta)


ROUTES = (
    Route(
        method="GET",
        path="/campaigns/{campaignId}/creators",
        name="listCampaignCreators",
        summary="Creators found in a campaign, with what they bring and how their goals stand",
        scope="read",
        tag="Campaigns",
        handler=list_creators,
        params=ListCampaignCreators,
        answer=list[CampaignCreator],
        meta=PageMeta,
        example=[examples.CAMPAIGN_CREATOR],
    ),
    Route(
        method="GET",
        path="/campaigns/{campaignId}/videos",
        name="listCampaignVideos",
        summary="Videos a campaign reaches, each once",
        scope="read",
        tag="Campaigns",
        handler=list_videos,
        params=ListCampaignVideos,
        answer=list[Video],
        meta=PageMeta,
        example=[examples.VIDEO],
    ),
)
