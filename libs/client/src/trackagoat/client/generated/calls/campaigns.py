"""Campaigns: the calls. Written by `goat client` from the API's registry of routes; not to be edited."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from msgspec import UNSET, UnsetType

from trackagoat.client.connection import Call, Connection
from trackagoat.client.generated import requests, resources
from trackagoat.client.listing import Listing, Page
from trackagoat.client.models import place, query, sent


class Campaigns(Connection):
    """The calls of the group Campaigns."""

    def list_campaigns(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        project_id: UUID | None = None,
        search: str | None = None,
        top_level: bool | None = None,
    ) -> Listing[resources.Campaign, resources.PageMeta]:
        """Campaigns with their recursive totals, newest first.

        Particular refusals: not_found.
        """
        return self.listing(resources.Campaign, resources.PageMeta, place("/campaigns"), query(limit=limit, cursor=cursor, project_id=project_id, search=search, top_level=top_level))

    async def get_campaign(
        self,
        campaign_id: UUID | str,
    ) -> resources.CampaignDetail:
        """One campaign with its recursive totals and direct items."""
        return await self.one(resources.CampaignDetail, Call(method="GET", path=place("/campaigns/{}", campaign_id)))

    async def update_campaign(
        self,
        campaign_id: UUID | str,
        *,
        readme: str | None | UnsetType = UNSET,
        description: str | None | UnsetType = UNSET,
        metadata: dict[str, Any] | None | UnsetType = UNSET,
        name: str | UnsetType = UNSET,
        target_views: int | None | UnsetType = UNSET,
        target_at: datetime | None | UnsetType = UNSET,
        if_match: str | None = None,
    ) -> resources.CampaignDetail:
        """Change a campaign."""
        return await self.one(resources.CampaignDetail, Call(method="PATCH", path=place("/campaigns/{}", campaign_id), body=sent(readme=readme, description=description, metadata=metadata, name=name, target_views=target_views, target_at=target_at), headers=self.matching(if_match)))

    async def delete_campaign(
        self,
        campaign_id: UUID | str,
        *,
        if_match: str | None = None,
    ) -> resources.Deleted:
        """Take a campaign away; what it holds stays."""
        return await self.one(resources.Deleted, Call(method="DELETE", path=place("/campaigns/{}", campaign_id), headers=self.matching(if_match)))

    def list_campaign_items(
        self,
        campaign_id: UUID | str,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        item_type: Literal["campaign", "creator", "video"] | None = None,
    ) -> Listing[resources.CampaignItem, resources.PageMeta]:
        """Direct items of a campaign, newest first."""
        return self.listing(resources.CampaignItem, resources.PageMeta, place("/campaigns/{}/items", campaign_id), query(limit=limit, cursor=cursor, item_type=item_type))

    async def add_campaign_item(
        self,
        campaign_id: UUID | str,
        *,
        item_type: Literal["campaign", "creator", "video"],
        item_id: UUID,
        idempotency_key: str | None = None,
    ) -> resources.CampaignItem:
        """Put a creator, video or campaign into a campaign, or up to 100 of them.

        Particular refusals: limit_reached, duplicate_item, circular_reference, project_mismatch.
        """
        return await self.one(resources.CampaignItem, Call(method="POST", path=place("/campaigns/{}/items", campaign_id), body=sent(item_type=item_type, item_id=item_id), headers=self.keyed(idempotency_key)))

    async def add_campaign_items(
        self,
        campaign_id: UUID | str,
        *,
        items: list[requests.NewItem],
        idempotency_key: str | None = None,
    ) -> resources.BulkResults:
        """The same for several.

        Particular refusals: limit_reached, duplicate_item, circular_reference, project_mismatch.
        """
        return await self.one(resources.BulkResults, Call(method="POST", path=place("/campaigns/{}/items", campaign_id), body=sent(items=items), headers=self.keyed(idempotency_key)))

    async def remove_campaign_item(
        self,
        campaign_id: UUID | str,
        *,
        item_type: Literal["campaign", "creator", "video"] | None = None,
        item_id: UUID | None = None,
        if_match: str | None = None,
    ) -> resources.Deleted:
        """Take a direct item out of a campaign; the item is named in the query or in the body."""
        return await self.one(resources.Deleted, Call(method="DELETE", path=place("/campaigns/{}/items", campaign_id), params=query(item_type=item_type, item_id=item_id), headers=self.matching(if_match)))

    async def create_campaign(
        self,
        project_id: UUID | str,
        *,
        name: str,
        readme: str | None | UnsetType = UNSET,
        description: str | None | UnsetType = UNSET,
        metadata: dict[str, Any] | None | UnsetType = UNSET,
        target_views: int | None | UnsetType = UNSET,
        target_at: datetime | None | UnsetType = UNSET,
        idempotency_key: str | None = None,
    ) -> resources.CampaignDetail:
        """Open a campaign.

        Particular refusals: limit_reached.
        """
        return await self.one(resources.CampaignDetail, Call(method="POST", path=place("/projects/{}/campaigns", project_id), body=sent(readme=readme, description=description, metadata=metadata, name=name, target_views=target_views, target_at=target_at), headers=self.keyed(idempotency_key)))

    def list_campaign_creators(
        self,
        campaign_id: UUID | str,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        sort: Literal["-views", "tiktok_handle"] | None = None,
    ) -> Listing[resources.CampaignCreator, resources.PageMeta]:
        """Creators found in a campaign, with what they bring and how their goals stand."""
        return self.listing(resources.CampaignCreator, resources.PageMeta, place("/campaigns/{}/creators", campaign_id), query(limit=limit, cursor=cursor, sort=sort))

    def list_campaign_videos(
        self,
        campaign_id: UUID | str,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        creator_id: UUID | None = None,
        posted_from: date | None = None,
        posted_to: date | None = None,
        sort: Literal["-posted_at", "-view_count"] | None = None,
    ) -> Listing[resources.Video, resources.PageMeta]:
        """Videos a campaign reaches, each once."""
        return self.listing(resources.Video, resources.PageMeta, place("/campaigns/{}/videos", campaign_id), query(limit=limit, cursor=cursor, creator_id=creator_id, posted_from=posted_from, posted_to=posted_to, sort=sort))

    async def list_campaign_paths(
        self,
        campaign_id: UUID | str,
        *,
        video_id: UUID,
        limit: int | None = None,
        offset: int | None = None,
    ) -> resources.CampaignPaths:
        """Why a video counts in a campaign: every way through campaigns and items that leads to it."""
        return await self.one(resources.CampaignPaths, Call(method="GET", path=place("/campaigns/{}/paths", campaign_id), params=query(video_id=video_id, limit=limit, offset=offset)))
