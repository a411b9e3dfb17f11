"""Videos: the calls. Written by `goat client` from the API's registry of routes; not to be edited."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from msgspec import UNSET, UnsetType

from trackagoat.client.connection import Call, Connection
from trackagoat.client.generated import requests, resources
from trackagoat.client.listing import Listing, Page
from trackagoat.client.models import place, query, sent


class Videos(Connection):
    """The calls of the group Videos."""

    def list_videos(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        project_id: UUID | None = None,
        creator_id: UUID | None = None,
        tracking_status: Literal["auto_tracked", "direct_add", "included"] | None = None,
        tracking_disabled: bool | None = None,
        content_type: Literal["photo", "video"] | None = None,
        search: str | None = None,
        posted_from: date | None = None,
        posted_to: date | None = None,
        sort: Literal["-created_at", "-posted_at", "-view_count"] | None = None,
    ) -> Listing[resources.Video, resources.PageMeta]:
        """Counted videos.

        Particular refusals: not_found.
        """
        return self.listing(resources.Video, resources.PageMeta, place("/videos"), query(limit=limit, cursor=cursor, project_id=project_id, creator_id=creator_id, tracking_status=tracking_status, tracking_disabled=tracking_disabled, content_type=content_type, search=search, posted_from=posted_from, posted_to=posted_to, sort=sort))

    async def get_video(
        self,
        video_id: UUID | str,
    ) -> resources.VideoDetail:
        """One video, whatever its status."""
        return await self.one(resources.VideoDetail, Call(method="GET", path=place("/videos/{}", video_id)))

    async def update_video(
        self,
        video_id: UUID | str,
        *,
        readme: str | None | UnsetType = UNSET,
        description: str | None | UnsetType = UNSET,
        metadata: dict[str, Any] | None | UnsetType = UNSET,
        tracking_status: Literal["excluded", "included"] | UnsetType = UNSET,
        if_match: str | None = None,
    ) -> resources.VideoDetail:
        """Change the notes of a video, include or exclude it, all or nothing."""
        return await self.one(resources.VideoDetail, Call(method="PATCH", path=place("/videos/{}", video_id), body=sent(readme=readme, description=description, metadata=metadata, tracking_status=tracking_status), headers=self.matching(if_match)))

    async def remove_video(
        self,
        video_id: UUID | str,
        *,
        if_match: str | None = None,
    ) -> resources.Deleted:
        """Take a video out of every list and total."""
        return await self.one(resources.Deleted, Call(method="DELETE", path=place("/videos/{}", video_id), headers=self.matching(if_match)))

    def list_video_snapshots(
        self,
        video_id: UUID | str,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        from_: date | None = None,
        to: date | None = None,
    ) -> Listing[resources.VideoSnapshot, resources.PageMeta]:
        """Readings of a video's counters, the latest first.

        Particular refusals: retention_exceeded.
        """
        return self.listing(resources.VideoSnapshot, resources.PageMeta, place("/videos/{}/snapshots", video_id), query(limit=limit, cursor=cursor, from_=from_, to=to))

    async def add_video(
        self,
        project_id: UUID | str,
        *,
        url: str,
        readme: str | None | UnsetType = UNSET,
        description: str | None | UnsetType = UNSET,
        metadata: dict[str, Any] | None | UnsetType = UNSET,
        idempotency_key: str | None = None,
    ) -> resources.VideoDetail:
        """Add a post by its URL, or up to 50 of them.

        Particular refusals: limit_reached, duplicate_video.
        """
        return await self.one(resources.VideoDetail, Call(method="POST", path=place("/projects/{}/videos", project_id), body=sent(readme=readme, description=description, metadata=metadata, url=url), headers=self.keyed(idempotency_key)))

    async def add_videos(
        self,
        project_id: UUID | str,
        *,
        videos: list[requests.NewVideo],
        idempotency_key: str | None = None,
    ) -> resources.BulkResults:
        """The same for several.

        Particular refusals: limit_reached, duplicate_video.
        """
        return await self.one(resources.BulkResults, Call(method="POST", path=place("/projects/{}/videos", project_id), body=sent(videos=videos), headers=self.keyed(idempotency_key)))

    async def disable_tracking(
        self,
        video_id: UUID | str,
        *,
        idempotency_key: str | None = None,
    ) -> resources.VideoDetail:
        """Refresh a video no longer; it keeps its counters in all totals."""
        return await self.one(resources.VideoDetail, Call(method="POST", path=place("/videos/{}/tracking-disable", video_id), headers=self.keyed(idempotency_key)))

    async def enable_tracking(
        self,
        video_id: UUID | str,
        *,
        idempotency_key: str | None = None,
    ) -> resources.VideoDetail:
        """Refresh a video again.

        Particular refusals: limit_reached.
        """
        return await self.one(resources.VideoDetail, Call(method="POST", path=place("/videos/{}/tracking-enable", video_id), headers=self.keyed(idempotency_key)))

    async def disable_tracking_of_many(
        self,
        project_id: UUID | str,
        *,
        video_ids: list[UUID],
        idempotency_key: str | None = None,
    ) -> resources.BulkResults:
        """Refresh up to 500 videos no longer."""
        return await self.one(resources.BulkResults, Call(method="POST", path=place("/projects/{}/videos/bulk-tracking-disable", project_id), body=sent(video_ids=video_ids), headers=self.keyed(idempotency_key)))

    async def enable_tracking_of_many(
        self,
        project_id: UUID | str,
        *,
        video_ids: list[UUID],
        idempotency_key: str | None = None,
    ) -> resources.BulkResults:
        """Refresh up to 500 videos again."""
        return await self.one(resources.BulkResults, Call(method="POST", path=place("/projects/{}/videos/bulk-tracking-enable", project_id), body=sent(video_ids=video_ids), headers=self.keyed(idempotency_key)))

    def list_inbox(
        self,
        project_id: UUID | str,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        creator_id: UUID | None = None,
        status: Literal["excluded", "pending_review"] | None = None,
        posted_from: date | None = None,
        posted_to: date | None = None,
        sort: Literal["-created_at", "-posted_at", "-view_count"] | None = None,
    ) -> Listing[resources.InboxVideo, resources.InboxMeta]:
        """Posts of a project that wait for a decision, or were excluded."""
        return self.listing(resources.InboxVideo, resources.InboxMeta, place("/projects/{}/inbox", project_id), query(limit=limit, cursor=cursor, creator_id=creator_id, status=status, posted_from=posted_from, posted_to=posted_to, sort=sort))

    async def review_inbox(
        self,
        project_id: UUID | str,
        *,
        video_ids: list[UUID],
        decision: Literal["exclude", "include"],
        idempotency_key: str | None = None,
    ) -> resources.BulkResults:
        """Include or exclude up to 500 videos."""
        return await self.one(resources.BulkResults, Call(method="POST", path=place("/projects/{}/inbox/review", project_id), body=sent(video_ids=video_ids, decision=decision), headers=self.keyed(idempotency_key)))

    async def scrape_video(
        self,
        video_id: UUID | str,
        *,
        idempotency_key: str | None = None,
    ) -> resources.QueuedJobs:
        """Read the counters of a video at once; one unit of the day's allowance, unless that is queued already.

        Particular refusals: tracking_disabled, creator_inactive.
        """
        return await self.one(resources.QueuedJobs, Call(method="POST", path=place("/videos/{}/scrape", video_id), headers=self.keyed(idempotency_key)))

    def list_video_changes(
        self,
        video_id: UUID | str,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        kind: Literal["added", "discovered", "excluded", "included", "notes_changed", "removed", "restored", "tracking_disabled", "tracking_enabled"] | None = None,
        from_: date | None = None,
        to: date | None = None,
    ) -> Listing[resources.VideoChange, resources.PageMeta]:
        """What happened to a video, the latest first."""
        return self.listing(resources.VideoChange, resources.PageMeta, place("/videos/{}/history", video_id), query(limit=limit, cursor=cursor, kind=kind, from_=from_, to=to))
