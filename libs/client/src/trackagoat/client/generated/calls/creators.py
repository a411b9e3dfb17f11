"""Creators: the calls. Written by `goat client` from the API's registry of routes; not to be edited."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from msgspec import UNSET, UnsetType

from trackagoat.client.connection import Call, Connection
from trackagoat.client.generated import requests, resources
from trackagoat.client.listing import Listing, Page
from trackagoat.client.models import place, query, sent


class Creators(Connection):
    """The calls of the group Creators."""

    def list_creators(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        project_id: UUID | None = None,
        search: str | None = None,
        status: Literal["active", "disabled", "removed"] | None = None,
        tracking_mode: Literal["auto", "selective"] | None = None,
        sort: Literal["-created_at", "-follower_count", "tiktok_handle"] | None = None,
    ) -> Listing[resources.Creator, resources.PageMeta]:
        """Creators, active and disabled unless a status is named.

        Particular refusals: not_found.
        """
        return self.listing(resources.Creator, resources.PageMeta, place("/creators"), query(limit=limit, cursor=cursor, project_id=project_id, search=search, status=status, tracking_mode=tracking_mode, sort=sort))

    async def get_creator(
        self,
        creator_id: UUID | str,
    ) -> resources.CreatorDetail:
        """One creator, removed ones too."""
        return await self.one(resources.CreatorDetail, Call(method="GET", path=place("/creators/{}", creator_id)))

    async def update_creator(
        self,
        creator_id: UUID | str,
        *,
        readme: str | None | UnsetType = UNSET,
        description: str | None | UnsetType = UNSET,
        metadata: dict[str, Any] | None | UnsetType = UNSET,
        tiktok_handle: str | UnsetType = UNSET,
        tracking_mode: Literal["auto", "selective"] | UnsetType = UNSET,
        tracking_start_date: date | UnsetType = UNSET,
        display_name_override: str | None | UnsetType = UNSET,
        if_match: str | None = None,
    ) -> resources.CreatorDetail:
        """Change a creator, all or nothing.

        Particular refusals: handle_taken, creator_banned, invalid_handle, no_change, creator_inactive.
        """
        return await self.one(resources.CreatorDetail, Call(method="PATCH", path=place("/creators/{}", creator_id), body=sent(readme=readme, description=description, metadata=metadata, tiktok_handle=tiktok_handle, tracking_mode=tracking_mode, tracking_start_date=tracking_start_date, display_name_override=display_name_override), headers=self.matching(if_match)))

    async def remove_creator(
        self,
        creator_id: UUID | str,
        *,
        if_match: str | None = None,
    ) -> resources.Deleted:
        """Stop tracking a creator; its videos leave every list and total."""
        return await self.one(resources.Deleted, Call(method="DELETE", path=place("/creators/{}", creator_id), headers=self.matching(if_match)))

    def list_creator_snapshots(
        self,
        creator_id: UUID | str,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        from_: date | None = None,
        to: date | None = None,
    ) -> Listing[resources.CreatorSnapshot, resources.PageMeta]:
        """Readings of a creator's profile, the latest first.

        Particular refusals: retention_exceeded.
        """
        return self.listing(resources.CreatorSnapshot, resources.PageMeta, place("/creators/{}/snapshots", creator_id), query(limit=limit, cursor=cursor, from_=from_, to=to))

    async def add_creator(
        self,
        project_id: UUID | str,
        *,
        tiktok_handle: str,
        readme: str | None | UnsetType = UNSET,
        description: str | None | UnsetType = UNSET,
        metadata: dict[str, Any] | None | UnsetType = UNSET,
        tracking_mode: Literal["auto", "selective"] | UnsetType = UNSET,
        tracking_start_date: date | UnsetType = UNSET,
        display_name_override: str | None | UnsetType = UNSET,
        idempotency_key: str | None = None,
    ) -> resources.CreatorDetail:
        """Track an account, or up to 50 of them.

        Particular refusals: limit_reached, handle_taken, creator_banned.
        """
        return await self.one(resources.CreatorDetail, Call(method="POST", path=place("/projects/{}/creators", project_id), body=sent(readme=readme, description=description, metadata=metadata, tiktok_handle=tiktok_handle, tracking_mode=tracking_mode, tracking_start_date=tracking_start_date, display_name_override=display_name_override), headers=self.keyed(idempotency_key)))

    async def add_creators(
        self,
        project_id: UUID | str,
        *,
        creators: list[requests.NewCreator],
        idempotency_key: str | None = None,
    ) -> resources.BulkResults:
        """The same for several.

        Particular refusals: limit_reached, handle_taken, creator_banned.
        """
        return await self.one(resources.BulkResults, Call(method="POST", path=place("/projects/{}/creators", project_id), body=sent(creators=creators), headers=self.keyed(idempotency_key)))

    async def reenable_creator(
        self,
        creator_id: UUID | str,
        *,
        idempotency_key: str | None = None,
    ) -> resources.CreatorDetail:
        """Track a disabled creator again.

        Particular refusals: limit_reached, handle_taken, creator_inactive.
        """
        return await self.one(resources.CreatorDetail, Call(method="POST", path=place("/creators/{}/reenable", creator_id), headers=self.keyed(idempotency_key)))

    async def reenable_creators(
        self,
        project_id: UUID | str,
        *,
        creator_ids: list[UUID],
        idempotency_key: str | None = None,
    ) -> resources.BulkResults:
        """Track up to 500 disabled creators again."""
        return await self.one(resources.BulkResults, Call(method="POST", path=place("/projects/{}/creators/bulk-reenable", project_id), body=sent(creator_ids=creator_ids), headers=self.keyed(idempotency_key)))

    async def remove_creators(
        self,
        project_id: UUID | str,
        *,
        creator_ids: list[UUID],
        idempotency_key: str | None = None,
    ) -> resources.BulkResults:
        """Stop tracking up to 500 creators."""
        return await self.one(resources.BulkResults, Call(method="POST", path=place("/projects/{}/creators/bulk-remove", project_id), body=sent(creator_ids=creator_ids), headers=self.keyed(idempotency_key)))

    async def scrape_creator(
        self,
        creator_id: UUID | str,
        *,
        kinds: list[Literal["creator_profiles", "discover_videos", "video_stats"]] | UnsetType = UNSET,
        idempotency_key: str | None = None,
    ) -> resources.QueuedJobs:
        """Read a creator at once; one unit of the day's allowance, unless all of it is queued already.

        Particular refusals: creator_inactive.
        """
        return await self.one(resources.QueuedJobs, Call(method="POST", path=place("/creators/{}/scrape", creator_id), body=sent(kinds=kinds), headers=self.keyed(idempotency_key)))

    def list_creator_changes(
        self,
        creator_id: UUID | str,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        kind: Literal["added", "auto_disabled", "follower_milestone", "goal_changed", "goal_created", "goal_deleted", "goal_status_changed", "notes_changed", "reactivated", "reenabled", "removed", "renamed", "tracking_mode_changed", "tracking_start_date_changed"] | None = None,
        from_: date | None = None,
        to: date | None = None,
    ) -> Listing[resources.CreatorChange, resources.PageMeta]:
        """What happened to a creator, the latest first."""
        return self.listing(resources.CreatorChange, resources.PageMeta, place("/creators/{}/history", creator_id), query(limit=limit, cursor=cursor, kind=kind, from_=from_, to=to))
