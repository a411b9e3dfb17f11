"""Videos as the API shows them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar, Literal
from uuid import UUID

import msgspec

from trackagoat.events.catalogue.words import ContentType, TrackingStatus
from trackagoat.gateway.edge.answers import Resource
from trackagoat.gateway.reads.ingest import InboxRow, LeaderRow, VideoRow, VideoSnapshotRow
from trackagoat.gateway.resources.creators import Availability, CreatorRef
from trackagoat.gateway.resources.fields import Instant, shown
from trackagoat.gateway.resources.freshness import Freshness

_GATHERED_WHILE_TRACKED = timedelta(hours=24)


class Video(Resource, frozen=True, kw_only=True):
    """A TikTok post, a film or a photo carousel, in a project."""

    derived: ClassVar[frozenset[str]] = frozenset(
        {
            "view_count",
            "like_count",
            "comment_count",
            "share_count",
            "save_count",
            "stats_source",
            "last_scraped_at",
            "scrape_freshness",
        }
    )

    id: UUID
    project_id: UUID
    creator_id: UUID | None
    tiktok_video_id: str
    url: str
    content_type: ContentType
    origin: Literal["discovery", "manual"]
    title: str | None
    description: str | None
    readme: str | None
    metadata: dict[str, Any]
    author_handle: str | None
    thumbnail_url: str | None
    duration_seconds: int | None
    posted_at: Instant | None
    tracking_status: TrackingStatus
    tracking_disabled: bool
    tracking_disabled_reason: Literal["manual", "expired", "unavailable"] | None
    tracking_disabled_at: Instant | None
    availability: Availability
    view_count: int | None
    like_count: int | None
    comment_count: int | None
    share_count: int | None
    save_count: int | None
    stats_source: str | None
    last_scraped_at: Instant | None
    created_at: Instant
    updated_at: Instant


class VideoDetail(Video, frozen=True, kw_only=True):
    """A video by itself, with how fresh its counters are."""

    scrape_freshness: Freshness | None


class InboxVideo(Video, frozen=True, kw_only=True):
    """A video in the inbox, with its creator."""

    creator: CreatorRef | None


class InboxMeta(msgspec.Struct, frozen=True, rename="camel"):
    """The next page, and how many posts of the project wait for a decision."""

    next_cursor: str | None
    pending_count: int


class VideoSnapshot(msgspec.Struct, frozen=True, kw_only=True):
    """One reading of a video's counters; unknown counters are null."""

    fetched_at: Instant
    source: str
    view_count: int | None
    like_count: int | None
    comment_count: int | None
    share_count: int | None
    save_count: int | None
    is_baseline: bool


class Leader(msgspec.Struct, frozen=True, kw_only=True):
    """A video of the leaderboard; `total_count` is the number of rows before limit and offset."""

    video_id: UUID
    title: str | None
    thumbnail_url: str | None
    url: str | None
    view_count: int | None
    like_count: int | None
    comment_count: int | None
    share_count: int | None
    save_count: int | None
    posted_at: Instant | None
    creator_id: UUID | None
    tiktok_handle: str | None
    display_name: str | None
    avatar_url: str | None
    total_count: int


def video(row: VideoRow) -> Video:
    """A video in a list."""
    return shown(Video, row, id=row.video, project_id=row.project, description=row.readme)


def video_detail(row: VideoRow, fresh: Freshness | None) -> VideoDetail:
    """A video by itself."""
    return shown(VideoDetail, row, id=row.video, project_id=row.project, description=row.readme, scrape_freshness=fresh)


def inbox_video(row: InboxRow) -> InboxVideo:
    """A video in the inbox."""
    by = None
    if row.creator_id is not None and row.creator_tiktok_handle is not None:
        by = CreatorRef(
            id=row.creator_id,
            tiktok_handle=row.creator_tiktok_handle,
            display_name=row.creator_display_name,
            avatar_url=row.creator_avatar_url,
        )
    return shown(InboxVideo, row, id=row.video, project_id=row.project, description=row.readme, creator=by)


def snapshot(video: VideoRow, row: VideoSnapshotRow) -> VideoSnapshot:
    """A reading. The first one is a baseline unless the post was discovered and read within a day of posting."""
    fresh = (
        video.origin == "discovery"
        and video.posted_at is not None
        and row.fetched_at - video.posted_at <= _GATHERED_WHILE_TRACKED
    )
    return shown(VideoSnapshot, row, is_baseline=row.is_first and not fresh)


def leader(row: LeaderRow) -> Leader:
    """A row of the leaderboard."""
    return shown(Leader, row)
