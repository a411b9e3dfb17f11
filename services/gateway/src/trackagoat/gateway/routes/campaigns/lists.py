"""Reading campaigns and their direct items."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from trackagoat.events.catalogue.words import ItemType
from trackagoat.gateway import tenancy
from trackagoat.gateway.edge.answers import Answer, PageMeta
from trackagoat.gateway.edge.call import Call, ok
from trackagoat.gateway.reads import campaigns, ingest
from trackagoat.gateway.registry import Nothing, Route
from trackagoat.gateway.resources.campaigns import (
    Campaign,
    CampaignDetail,
    CampaignItem,
    Cast,
    campaign,
    campaign_detail,
    item,
)
from trackagoat.gateway.resources.fields import Page, Search
from trackagoat.gateway.routes import examples

_ITEMS_SHOWN = 100


class ListCampaigns(Page, frozen=True, kw_only=True):
    """Campaigns; `top_level`: only those that are in no other."""

    project_id: UUID | None = None
    search: Search | None = None
    top_level: bool = False


class ListItems(Page, frozen=True, kw_only=True):
    """Direct items."""

    item_type: ItemType | None = None


async def list_campaigns(call: Call[ListCampaigns, None]) -> Answer[list[Campaign]]:
    asked = call.params
    await tenancy.filters(call)
    at, after = call.after(tuple[datetime, UUID]) or (None, None)
    rows = await campaigns.campaigns(
        call.db, call.org, asked.project_id, asked.search, asked.top_level, at, after, asked.limit + 1
    )
    page, meta = call.page(rows, lambda row: (row.created_at, row.campaign))
    return ok([campaign(row, call.now) for row in page], meta)


async def get_campaign(call: Call[Nothing, None]) -> Answer[CampaignDetail]:
    return ok(await detail(call, call.ids["campaignId"]))


async def detail(call: Call[Any, Any], id: UUID) -> CampaignDetail:
    """A campaign by itself, as it is now."""
    row, items = await asyncio.gather(
        tenancy.campaign(call, id),
        campaigns.items(call.db, call.org, id, None, None, None, None, _ITEMS_SHOWN),
    )
    return campaign_detail(row, await named(call, items), call.now)


async def list_items(call: Call[ListItems, None]) -> Answer[list[CampaignItem]]:
    row = await tenancy.campaign(call, call.ids["campaignId"])
    at, after = call.after(tuple[datetime, UUID]) or (None, None)
    rows = await campaigns.items(
        call.db, call.org, row.campaign, call.params.item_type, None, at, after, call.params.limit + 1
    )
    page, meta = call.page(rows, lambda row: (row.added_at, row.item))
    return ok(await named(call, page), meta)


async def named(call: Call[Any, Any], rows: Sequence[campaigns.ItemRow]) -> list[CampaignItem]:
    """The items with what they are called, asked of the services that know."""
    ids: dict[str, list[UUID]] = {"creator": [], "video": [], "campaign": []}
    for row in rows:
        ids[row.item_type].append(row.item)
    creators, videos, places = await asyncio.gather(
        ingest.creators_by_id(call.db, call.org, ids["creator"]),
        ingest.videos_by_id(call.db, call.org, ids["video"]),
        campaigns.places(call.db, call.org, ids["campaign"]),
    )
    cast = Cast(
        creators={row.creator: row for row in creators},
        videos={row.video: row for row in videos},
        campaigns={row.campaign: row for row in places},
    )
    return [item(row, cast) for row in rows]


ROUTES = (
    Route(
        method="GET",
        path="/campaigns",
        name="listCampaigns",
        summary="Campaigns with their recursive totals, newest first",
        scope="read",
        tag="Campaigns",
        handler=list_campaigns,
        params=ListCampaigns,
        answer=list[Campaign],
        meta=PageMeta,
        errors=("not_found",),
        example=[examples.CAMPAIGN],
    ),
    Route(
        method="GET",
        path="/campaigns/{campaignId}",
        name="getCampaign",
        summary="One campaign with its recursive totals and direct items",
        scope="read",
        tag="Campaigns",
        handler=get_campaign,
        answer=CampaignDetail,
        example=examples.CAMPAIGN_DETAIL,
    ),
    Route(
        method="GET",
        path="/campaigns/{campaignId}/items",
        name="listCampaignItems",
        summary="Direct items of a campaign, newest first",
        scope="read",
        tag="Campaigns",
        handler=list_items,
        params=ListItems,
        answer=list[CampaignItem],
        meta=PageMeta,
        example=[examples.CAMPAIGN_ITEM],
    ),
)
