"""Events: the calls. Written by `goat client` from the API's registry of routes; not to be edited."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from msgspec import UNSET, UnsetType

from trackagoat.client.connection import Call, Connection
from trackagoat.client.generated import requests, resources
from trackagoat.client.listing import Listing, Page
from trackagoat.client.models import place, query, sent


class Events(Connection):
    """The calls of the group Events."""

    async def list_events(
        self,
        *,
        after: str | None = None,
        types: str | None = None,
        project_id: UUID | None = None,
        limit: int | None = None,
    ) -> Page[resources.Event, resources.FeedMeta]:
        """Public events of the organization, oldest first, after a position.

        Particular refusals: not_found, position_expired.
        """
        return await self.several(resources.Event, resources.FeedMeta, Call(method="GET", path=place("/events"), params=query(after=after, types=types, project_id=project_id, limit=limit)))

    async def stream_events(
        self,
        *,
        types: str | None = None,
        project_id: UUID | None = None,
        after: str | None = None,
    ) -> dict[str, Any]:
        """The same as Server-Sent Events; go on where you were with Last-Event-ID.

        Particular refusals: not_found, position_expired.
        """
        return await self.document(Call(method="GET", path=place("/events/stream"), params=query(types=types, project_id=project_id, after=after)))
