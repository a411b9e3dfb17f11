"""Limits: the calls. Written by `goat client` from the API's registry of routes; not to be edited."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from msgspec import UNSET, UnsetType

from trackagoat.client.connection import Call, Connection
from trackagoat.client.generated import requests, resources
from trackagoat.client.listing import Listing, Page
from trackagoat.client.models import place, query, sent


class Limits(Connection):
    """The calls of the group Limits."""

    async def get_limits(
        self,
        *,
        project_id: UUID | None = None,
    ) -> resources.Limits:
        """The plan of the organization and how much of every limit is used; the call itself is not counted.

        Particular refusals: not_found.
        """
        return await self.one(resources.Limits, Call(method="GET", path=place("/limits"), params=query(project_id=project_id)))
