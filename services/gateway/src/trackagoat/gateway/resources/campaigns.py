"""Campaigns as the API shows them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

import msgspec

from trackagoat.events.catalogue import targets
from trackagoat.events.catalogue.campaigns import TargetState
from trackagoat.events.catalogue.words import ItemType
from trackagoat.gateway.edge.answers import Resource
from trackagoat.gateway.reads.campaigns import CampaignRow, ItemRow, PlaceRow, SumsRow
from trackagoat.gateway.reads.ingest import CreatorRow, VideoRow
from trackagoat.gateway.resources.creators import Totals, display_name
from trackagoat.gateway.resources.fields import Instant, Number, ratio, shown


class CampaignTotals(Totals, frozen=True, kw_only=True):
    """Counter sums over everything a campaign reaches, each video once."""

    creator_count: int = 0


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """How a campaign stands against its target."""

    state: TargetState
    percentage: int
    pace: Number | None
    reached_at: Instant | None


class CampaignItem(msgspec.Struct, frozen=True, kw_only=True):
    """A direct item, and the totals of what it brings."""

    item_type: ItemType
    item_id: UUID
    label: str
    image_url: str | None
    is_active: bool
    added_at: Instant
    totals: Totals


class Campaign(Resource, frozen=True, kw_only=True):
    """A named set of creators, videos and other campaigns."""

    derived: ClassVar[frozenset[str]] = frozenset({"totals", "target", "items"})

    id: UUID
    project_id: UUID
    name: str
    description: str | None
    readme: str | None
    metadata: dict[str, Any]
    target_views: int | None
    target_at: Instant | None
    totals: CampaignTotals
    target: Target | None
    item_count: int
    parent_ids: list[UUID]
    created_at: Instant
    updated_at: Instant


class CampaignDetail(Campaign, frozen=True, kw_only=True):
    """A campaign by itself, with the first 100 of its direct items."""

    items: list[CampaignItem]


class Cast(msgspec.Struct, frozen=True, kw_only=True):
    """What the items of a campaign are, by id."""

    creators: Mapping[UUID, CreatorRow]
    videos: Mapping[UUID, VideoRow]
    campaigns: Mapping[UUID, PlaceRow]


def campaign(row: CampaignRow, now: datetime) -> Campaign:
    """A campaign in a list."""
    return shown(Campaign, row, **_composed(row, now))


def campaign_detail(row: CampaignRow, items: list[CampaignItem], now: datetime) -> CampaignDetail:
    """A campaign by itself."""
    return shown(CampaignDetail, row, items=items, **_composed(row, now))


def _composed(row: CampaignRow, now: datetime) -> dict[str, Any]:
    return {
        "id": row.campaign,
        "project_id": row.project,
        "description": row.readme,
        "totals": shown(CampaignTotals, row),
        "target": target(row, now),
    }


def target(row: CampaignRow, now: datetime) -> Target | None:
    """How the campaign stands against its target; None without one."""
    if row.target_views is None:
        return None
    wanted = targets.Target(row.target_views, row.target_at, row.created_at, reached=row.reached_at is not None)
    found = targets.standing(wanted, row.views or 0, now)
    return shown(
        Target,
        row,
        state=found.state,
        percentage=int(ratio(found.done * 100, 0) or 0),
        pace=ratio(found.pace, 2),
    )


def item(row: ItemRow, cast: Cast) -> CampaignItem:
    """An item with what it is called; what has gone since is inactive."""
    label, image, active = _known(row, cast)
    return shown(
        CampaignItem, row, item_id=row.item, label=label, image_url=image, is_active=active, totals=shown(Totals, row)
    )


def _known(row: ItemRow, cast: Cast) -> tuple[str, str | None, bool]:
    if (creator := cast.creators.get(row.item)) is not None:
        return display_name(creator) or creator.tiktok_handle, creator.avatar_url, creator.is_active
    if (video := cast.videos.get(row.item)) is not None:
        return video.title or video.url, video.thumbnail_url, video.counted
    if (place := cast.campaigns.get(row.item)) is not None:
        return place.name, None, True
    return str(row.item), None, False


def sums(row: SumsRow) -> Totals:
    """What a creator brings to a campaign."""
    return shown(Totals, row)
