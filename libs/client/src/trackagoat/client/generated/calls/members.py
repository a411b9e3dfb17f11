"""Members: the calls. Written by `goat client` from the API's registry of routes; not to be edited."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from msgspec import UNSET, UnsetType

from trackagoat.client.connection import Call, Connection
from trackagoat.client.generated import requests, resources
from trackagoat.client.listing import Listing, Page
from trackagoat.client.models import place, query, sent


class Members(Connection):
    """The calls of the group Members."""

    def list_members(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        search: str | None = None,
    ) -> Listing[resources.Member, resources.PageMeta]:
        """Members of the organization; who joined last comes first."""
        return self.listing(resources.Member, resources.PageMeta, place("/members"), query(limit=limit, cursor=cursor, search=search))

    async def change_role(
        self,
        user_id: UUID | str,
        *,
        role: Literal["admin", "member"],
        if_match: str | None = None,
    ) -> resources.Member:
        """Make a member an admin, or an admin a member.

        Particular refusals: last_admin.
        """
        return await self.one(resources.Member, Call(method="PATCH", path=place("/members/{}", user_id), body=sent(role=role), headers=self.matching(if_match)))

    async def remove_member(
        self,
        user_id: UUID | str,
        *,
        if_match: str | None = None,
    ) -> resources.Deleted:
        """Let a member go, or leave; keys the person owns here are revoked.

        Particular refusals: insufficient_role, last_admin.
        """
        return await self.one(resources.Deleted, Call(method="DELETE", path=place("/members/{}", user_id), headers=self.matching(if_match)))
