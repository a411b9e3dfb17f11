"""Goals: the calls. Written by `goat client` from the API's registry of routes; not to be edited."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from msgspec import UNSET, UnsetType

from trackagoat.client.connection import Call, Connection
from trackagoat.client.generated import requests, resources
from trackagoat.client.listing import Listing, Page
from trackagoat.client.models import place, query, sent


class Goals(Connection):
    """The calls of the group Goals."""

    def list_goals(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        project_id: UUID | None = None,
        creator_id: UUID | None = None,
        metric: Literal["engagement", "followers", "posts", "views"] | None = None,
        period: Literal["daily", "monthly", "weekly"] | None = None,
        status: Literal["at_risk", "behind_pace", "completed", "missed", "on_track"] | None = None,
        is_active: bool | None = None,
    ) -> Listing[resources.GoalDetail, resources.PageMeta]:
        """Goals and how they stand, newest first.

        Particular refusals: not_found.
        """
        return self.listing(resources.GoalDetail, resources.PageMeta, place("/goals"), query(limit=limit, cursor=cursor, project_id=project_id, creator_id=creator_id, metric=metric, period=period, status=status, is_active=is_active))

    async def get_goal(
        self,
        goal_id: UUID | str,
    ) -> resources.GoalDetail:
        """One goal and how it stands."""
        return await self.one(resources.GoalDetail, Call(method="GET", path=place("/goals/{}", goal_id)))

    async def update_goal(
        self,
        goal_id: UUID | str,
        *,
        target_value: float | UnsetType = UNSET,
        start_date: date | UnsetType = UNSET,
        end_date: date | None | UnsetType = UNSET,
        is_active: bool | UnsetType = UNSET,
        if_match: str | None = None,
    ) -> resources.GoalDetail:
        """Change a goal; a new target applies to the running and later periods.

        Particular refusals: goal_overlap, creator_inactive.
        """
        return await self.one(resources.GoalDetail, Call(method="PATCH", path=place("/goals/{}", goal_id), body=sent(target_value=target_value, start_date=start_date, end_date=end_date, is_active=is_active), headers=self.matching(if_match)))

    async def delete_goal(
        self,
        goal_id: UUID | str,
        *,
        if_match: str | None = None,
    ) -> resources.Deleted:
        """Take a goal away; it leaves every compliance view."""
        return await self.one(resources.Deleted, Call(method="DELETE", path=place("/goals/{}", goal_id), headers=self.matching(if_match)))

    def list_goal_results(
        self,
        goal_id: UUID | str,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        from_: date | None = None,
        to: date | None = None,
    ) -> Listing[resources.Result, resources.PageMeta]:
        """Closed periods of a goal, newest first."""
        return self.listing(resources.Result, resources.PageMeta, place("/goals/{}/results", goal_id), query(limit=limit, cursor=cursor, from_=from_, to=to))

    async def set_goal(
        self,
        project_id: UUID | str,
        *,
        creator_id: UUID,
        metric: Literal["engagement", "followers", "posts", "views"],
        period: Literal["daily", "monthly", "weekly"],
        target_value: float,
        start_date: date | UnsetType = UNSET,
        end_date: date | None | UnsetType = UNSET,
        idempotency_key: str | None = None,
    ) -> resources.GoalDetail:
        """Set a target for a creator, or up to 50 of them.

        Particular refusals: goal_overlap, creator_inactive.
        """
        return await self.one(resources.GoalDetail, Call(method="POST", path=place("/projects/{}/goals", project_id), body=sent(creator_id=creator_id, metric=metric, period=period, target_value=target_value, start_date=start_date, end_date=end_date), headers=self.keyed(idempotency_key)))

    async def set_goals(
        self,
        project_id: UUID | str,
        *,
        goals: list[requests.NewGoal],
        idempotency_key: str | None = None,
    ) -> resources.BulkResults:
        """The same for several.

        Particular refusals: goal_overlap, creator_inactive.
        """
        return await self.one(resources.BulkResults, Call(method="POST", path=place("/projects/{}/goals", project_id), body=sent(goals=goals), headers=self.keyed(idempotency_key)))

    async def get_goal_compliance(
        self,
        project_id: UUID | str,
        *,
        creator_id: UUID | None = None,
        period: Literal["daily", "monthly", "weekly"] | None = None,
        reference_date: date | None = None,
    ) -> list[resources.CreatorCompliance]:
        """How the goals of active creators stand, worst first."""
        return await self.one(list[resources.CreatorCompliance], Call(method="GET", path=place("/projects/{}/goal-compliance", project_id), params=query(creator_id=creator_id, period=period, reference_date=reference_date)))
