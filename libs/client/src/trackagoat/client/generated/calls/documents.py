"""Documents: the calls. Written by `goat client` from the API's registry of routes; not to be edited."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from msgspec import UNSET, UnsetType

from trackagoat.client.connection import Call, Connection
from trackagoat.client.generated import requests, resources
from trackagoat.client.listing import Listing, Page
from trackagoat.client.models import place, query, sent


class Documents(Connection):
    """The calls of the group Documents."""

    async def get_openapi(
        self,
    ) -> dict[str, Any]:
        """This API as an OpenAPI 3.1 document."""
        return await self.document(Call(method="GET", path=place("/openapi.json")))

    async def get_schema(
        self,
    ) -> resources.Schema:
        """Entities, their fields and relations, enums and plan limits; meant to be read first by programs."""
        return await self.one(resources.Schema, Call(method="GET", path=place("/schema")))
