"""API keys: the calls. Written by `goat client` from the API's registry of routes; not to be edited."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from msgspec import UNSET, UnsetType

from trackagoat.client.connection import Call, Connection
from trackagoat.client.generated import requests, resources
from trackagoat.client.listing import Listing, Page
from trackagoat.client.models import place, query, sent


class ApiKeys(Connection):
    """The calls of the group API keys."""

    def list_api_keys(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        include_revoked: bool | None = None,
    ) -> Listing[resources.ApiKey, resources.PageMeta]:
        """API keys of the organization, newest first."""
        return self.listing(resources.ApiKey, resources.PageMeta, place("/api-keys"), query(limit=limit, cursor=cursor, include_revoked=include_revoked))

    async def create_api_key(
        self,
        *,
        name: str,
        scopes: list[Literal["admin", "read", "write"]] | UnsetType = UNSET,
        expires_at: datetime | None | UnsetType = UNSET,
        idempotency_key: str | None = None,
    ) -> resources.NewApiKey:
        """Make an API key; it is shown this once.

        Particular refusals: limit_reached, insufficient_role.
        """
        return await self.one(resources.NewApiKey, Call(method="POST", path=place("/api-keys"), body=sent(name=name, scopes=scopes, expires_at=expires_at), headers=self.keyed(idempotency_key)))

    async def rename_api_key(
        self,
        key_id: UUID | str,
        *,
        name: str,
        if_match: str | None = None,
    ) -> resources.ApiKey:
        """Call an API key something else."""
        return await self.one(resources.ApiKey, Call(method="PATCH", path=place("/api-keys/{}", key_id), body=sent(name=name), headers=self.matching(if_match)))

    async def revoke_api_key(
        self,
        key_id: UUID | str,
        *,
        if_match: str | None = None,
    ) -> resources.Deleted:
        """Revoke an API key, for the next request on."""
        return await self.one(resources.Deleted, Call(method="DELETE", path=place("/api-keys/{}", key_id), headers=self.matching(if_match)))
