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

    async def get_analytics(
        self,
        *,
        entity: Literal["campaign", "creator", "project", "video"],
        entity_id: UUID | None = None,
        entity_ids: str | None = None,
        metric: Literal["avg_views_per_post", "comments", "engagement_rate_by_followers", "engagement_rate_by_views", "followers", "growth_rate_pop", "likes", "posts", "posts_per_week", "saves", "shares", "views"] | None = None,
        mode: Literal["cumulative", "new", "rate"] | None = None,
        granularity: Literal["custom", "day", "month", "week"] | None = None,
        bucket_days: int | None = None,
        from_: date | None = None,
        to: date | None = None,
        tz: str | None = None,
        compare: Literal["prior_period"] | None = None,
        breakdown: Literal["video"] | None = None,
        base_metric: Literal["comments", "followers", "likes", "posts", "saves", "shares", "views"] | None = None,
        format: Literal["csv", "json"] | None = None,
    ) -> resources.Analytics:
        """Series of a metric of videos, creators, campaigns or projects, as JSON or CSV.

        Particular refusals: retention_exceeded, not_found.
        """
        return await self.one(resources.Analytics, Call(method="GET", path=place("/analytics"), params=query(entity=entity, entity_id=entity_id, entity_ids=entity_ids, metric=metric, mode=mode, granularity=granularity, bucket_days=bucket_days, from_=from_, to=to, tz=tz, compare=compare, breakdown=breakdown, base_metric=base_metric, format=format)))

    async def get_analytics_schema(
        self,
    ) -> dict[str, Any]:
        """The call above as an OpenAPI 3.1 document of its own."""
        return await self.document(Call(method="GET", path=place("/analytics/schema")))

    def list_annotations(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        project_id: UUID | None = None,
        entity: Literal["campaign", "creator", "project", "video"] | None = None,
        entity_id: UUID | None = None,
        kind: Literal["campaign_created", "creator_added", "creator_renamed", "discovery_gap", "follower_milestone", "goal_completed", "goal_missed", "incident", "launch", "note", "promotion"] | None = None,
        from_: date | None = None,
        to: date | None = None,
    ) -> Listing[resources.Annotation, resources.PageMeta]:
        """Annotations by day, the latest first.

        Particular refusals: not_found.
        """
        return self.listing(resources.Annotation, resources.PageMeta, place("/analytics/annotations"), query(limit=limit, cursor=cursor, project_id=project_id, entity=entity, entity_id=entity_id, kind=kind, from_=from_, to=to))

    async def create_annotation(
        self,
        *,
        project_id: UUID,
        date: date,
        label: str,
        kind: Literal["incident", "launch", "note", "promotion"] | UnsetType = UNSET,
        body: str | None | UnsetType = UNSET,
        entity: Literal["campaign", "creator", "project", "video"] | None | UnsetType = UNSET,
        entity_id: UUID | None | UnsetType = UNSET,
        idempotency_key: str | None = None,
    ) -> resources.Annotation:
        """Note something on a day.

        Particular refusals: not_found.
        """
        return await self.one(resources.Annotation, Call(method="POST", path=place("/analytics/annotations"), body=sent(project_id=project_id, date=date, label=label, kind=kind, body=body, entity=entity, entity_id=entity_id), headers=self.keyed(idempotency_key)))

    async def update_annotation(
        self,
        annotation_id: UUID | str,
        *,
        date: date | UnsetType = UNSET,
        label: str | UnsetType = UNSET,
        kind: Literal["incident", "launch", "note", "promotion"] | UnsetType = UNSET,
        body: str | None | UnsetType = UNSET,
        if_match: str | None = None,
    ) -> resources.Annotation:
        """Change an annotation made by hand.

        Particular refusals: annotation_read_only.
        """
        return await self.one(resources.Annotation, Call(method="PATCH", path=place("/analytics/annotations/{}", annotation_id), body=sent(date=date, label=label, kind=kind, body=body), headers=self.matching(if_match)))

    async def delete_annotation(
        self,
        annotation_id: UUID | str,
        *,
        if_match: str | None = None,
    ) -> resources.Deleted:
        """Take an annotation made by hand away.

        Particular refusals: annotation_read_only.
        """
        return await self.one(resources.Deleted, Call(method="DELETE", path=place("/analytics/annotations/{}", annotation_id), headers=self.matching(if_match)))

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

    async def get_posting_heatmap(
        self,
        *,
        project_id: UUID,
        from_: date,
        to: date,
        tz: str | None = None,
    ) -> list[resources.Cell]:
        """Posts of a project by day of the week and hour; only cells with posts.

        Particular refusals: retention_exceeded, not_found.
        """
        return await self.one(list[resources.Cell], Call(method="GET", path=place("/analytics/aggregate/posting-heatmap"), params=query(project_id=project_id, from_=from_, to=to, tz=tz)))

    async def get_view_distribution(
        self,
        *,
        project_id: UUID,
        from_: date,
        to: date,
        bin_count: int | None = None,
    ) -> resources.Distribution:
        """How views are distributed over the videos posted in a range.

        Particular refusals: retention_exceeded, not_found.
        """
        return await self.one(resources.Distribution, Call(method="GET", path=place("/analytics/aggregate/view-distribution"), params=query(project_id=project_id, from_=from_, to=to, bin_count=bin_count)))

    async def get_outliers(
        self,
        *,
        project_id: UUID,
        from_: date | None = None,
        to: date | None = None,
        min_x_multiple: float | None = None,
        limit: int | None = None,
    ) -> list[resources.Outlier]:
        """Videos with many times the views of the median of their creator.

        Particular refusals: retention_exceeded, not_found.
        """
        return await self.one(list[resources.Outlier], Call(method="GET", path=place("/analytics/aggregate/outliers"), params=query(project_id=project_id, from_=from_, to=to, min_x_multiple=min_x_multiple, limit=limit)))

    async def get_creator_leaderboard(
        self,
        *,
        project_id: UUID,
        from_: date | None = None,
        to: date | None = None,
        limit: int | None = None,
        offset: int | None = None,
    ) -> list[resources.CreatorLeader]:
        """Creators of a project by the views of their posts of a range.

        Particular refusals: retention_exceeded, not_found.
        """
        return await self.one(list[resources.CreatorLeader], Call(method="GET", path=place("/analytics/aggregate/creator-leaderboard"), params=query(project_id=project_id, from_=from_, to=to, limit=limit, offset=offset)))

    async def get_posting_consistency(
        self,
        *,
        project_id: UUID,
        from_: date,
        to: date,
        tz: str | None = None,
    ) -> list[resources.PostingDay]:
        """On which days each creator of a project posted.

        Particular refusals: retention_exceeded, not_found.
        """
        return await self.one(list[resources.PostingDay], Call(method="GET", path=place("/analytics/aggregate/posting-consistency"), params=query(project_id=project_id, from_=from_, to=to, tz=tz)))

    async def get_creator_scatter(
        self,
        *,
        project_id: UUID,
        from_: date | None = None,
        to: date | None = None,
    ) -> list[resources.ScatterPoint]:
        """Creators that posted in a range: followers gained against engagement.

        Particular refusals: retention_exceeded, not_found.
        """
        return await self.one(list[resources.ScatterPoint], Call(method="GET", path=place("/analytics/aggregate/creator-scatter"), params=query(project_id=project_id, from_=from_, to=to)))

    async def get_campaign_leaderboard(
        self,
        *,
        project_id: UUID,
        from_: date,
        to: date,
    ) -> list[resources.CampaignLeader]:
        """Campaigns of a project by the views of their posts of a range, against the range before it.

        Particular refusals: retention_exceeded, not_found.
        """
        return await self.one(list[resources.CampaignLeader], Call(method="GET", path=place("/analytics/aggregate/campaign-leaderboard"), params=query(project_id=project_id, from_=from_, to=to)))

    async def get_member_overlap(
        self,
        *,
        project_id: UUID,
        dimension: Literal["creator", "video"] | None = None,
    ) -> list[resources.Overlap]:
        """Direct items of campaigns, those in most of them first.

        Particular refusals: not_found.
        """
        return await self.one(list[resources.Overlap], Call(method="GET", path=place("/analytics/aggregate/member-overlap"), params=query(project_id=project_id, dimension=dimension)))
