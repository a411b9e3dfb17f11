"""Organizations: the calls. Written by `goat client` from the API's registry of routes; not to be edited."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from msgspec import UNSET, UnsetType

from trackagoat.client.connection import Call, Connection
from trackagoat.client.generated import requests, resources
from trackagoat.client.listing import Listing, Page
from trackagoat.client.models import place, query, sent


class Organizations(Connection):
    """The calls of the group Organizations."""

    def list_orgs(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Listing[resources.Org, resources.PageMeta]:
        """The organizations of the person, or the one of the key."""
        return self.listing(resources.Org, resources.PageMeta, place("/orgs"), query(limit=limit, cursor=cursor))

    async def create_org(
        self,
        *,
        name: str,
        timezone: str | UnsetType = UNSET,
        idempotency_key: str | None = None,
    ) -> resources.Org:
        """Open another organization and become its admin.

        Particular refusals: limit_reached.
        """
        return await self.one(resources.Org, Call(method="POST", path=place("/orgs"), body=sent(name=name, timezone=timezone), headers=self.keyed(idempotency_key)))

    async def get_org(
        self,
        org_id: UUID | str,
    ) -> resources.Org:
        """One organization."""
        return await self.one(resources.Org, Call(method="GET", path=place("/orgs/{}", org_id)))

    async def update_org(
        self,
        org_id: UUID | str,
        *,
        name: str | UnsetType = UNSET,
        timezone: str | UnsetType = UNSET,
        video_stats_hours: int | UnsetType = UNSET,
        discover_videos_hours: int | UnsetType = UNSET,
        creator_profiles_hours: int | UnsetType = UNSET,
        video_expiry_enabled: bool | UnsetType = UNSET,
        if_match: str | None = None,
    ) -> resources.Org:
        """Change name, timezone, intervals or expiry."""
        return await self.one(resources.Org, Call(method="PATCH", path=place("/orgs/{}", org_id), body=sent(name=name, timezone=timezone, video_stats_hours=video_stats_hours, discover_videos_hours=discover_videos_hours, creator_profiles_hours=creator_profiles_hours, video_expiry_enabled=video_expiry_enabled), headers=self.matching(if_match)))

    async def delete_org(
        self,
        org_id: UUID | str,
        *,
        confirm_name: str,
        if_match: str | None = None,
    ) -> resources.Deleted:
        """Delete the organization and everything in it."""
        return await self.one(resources.Deleted, Call(method="DELETE", path=place("/orgs/{}", org_id), body=sent(confirm_name=confirm_name), headers=self.matching(if_match)))
