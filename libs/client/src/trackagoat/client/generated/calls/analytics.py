"""Analytics: the calls. Written by `goat client` from the API's registry of routes; not to be edited."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from msgspec import UNSET, UnsetType

from trackagoat.client.connection import Call, Connection
from trackagoat.client.generated import requests, resources
from trackagoat.client.listing import Listing, Page
from trackagoat.client.models import place, query, sent


class Analytics(Connection):
    """The calls of the group Analytics."""

    async def get_aggregate_goal_compliance(
        self,
        *,
        project_id: UUID,
    ) -> resources.GoalSums:
        """Statuses of the goals of a project, counted.

        Particular refusals: not_found.
        """
        return await self.one(resources.GoalSums, Call(method="GET", path=place("/analytics/aggregate/goal-compliance"), params=query(project_id=project_id)))

    async def get_video_leaderboard(
        self,
        *,
        project_id: UUID,
        from_: date | None = None,
        to: date | None = None,
        order: Literal["comment_count", "like_count", "posted_at", "save_count", "share_count", "view_count"] | None = None,
        limit: int | None = None,
        offset: int | None = None,
    ) -> list[resources.Leader]:
        """Counted videos of a project, the highest first.

        Particular refusals: retention_exceeded, not_found.
        """
        return await self.one(list[resources.Leader], Call(method="GET", path=place("/analytics/aggregate/video-leaderboard"), params=query(project_id=project_id, from_=from_, to=to, order=order, limit=limit, offset=offset)))
