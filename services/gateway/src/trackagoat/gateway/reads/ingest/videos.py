"""Videos and readings of their counters."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from trackagoat.events.catalogue.words import OrgId
from trackagoat.events.sql import Db, read
from trackagoat.gateway.reads.keyset import highest, newest


class VideoRow(msgspec.Struct, frozen=True):
    """A post in a project."""

    video: UUID
    project: UUID
    creator_id: UUID | None
    tiktok_video_id: str
    url: str
    content_type: str
    origin: str
    title: str | None
    readme: str | None
    metadata: dict[str, Any]
    author_handle: str | None
    thumbnail_url: str | None
    duration_seconds: int | None
    posted_at: datetime | None
    tracking_status: str
    removed: bool
    counted: bool
    tracking_disabled: bool
    tracking_disabled_reason: str | None
    tracking_disabled_at: datetime | None
    availability: str
    view_count: int | None
    like_count: int | None
    comment_count: int | None
    share_count: int | None
    save_count: int | None
    stats_source: str | None
    last_scraped_at: datetime | None
    created_at: datetime
    updated_at: datetime
    tracked_since: datetime


class VideoSnapshotRow(msgspec.Struct, frozen=True):
    """One reading of a video's counters."""

    fetched_at: datetime
    source: str
    view_count: int | None
    like_count: int | None
    comment_count: int | None
    share_count: int | None
    save_count: int | None
    is_first: bool


VIDEO_COLUMNS = """
    v.video, v.project, v.creator_id, v.tiktok_video_id, v.url, v.content_type, v.origin, v.title, v.readme,
    v.metadata, v.author_handle, v.thumbnail_url, v.duration_seconds, v.posted_at, v.tracking_status, v.removed,
    v.counted, v.tracking_disabled, v.tracking_disabled_reason, v.tracking_disabled_at, v.availability, v.view_count,
    v.like_count, v.comment_count, v.share_count, v.save_count, v.stats_source, v.last_scraped_at, v.created_at,
    v.updated_at, greatest(v.created_at, v.tracked_since) AS tracked_since
"""
_VIDEO = f"SELECT {VIDEO_COLUMNS} FROM ingest.videos v WHERE v.org = $1 "
_COUNTED = """
    AND v.counted
    AND ($2::uuid IS NULL OR v.project = $2)
    AND ($3::uuid IS NULL OR v.creator_id = $3)
    AND ($4::text IS NULL OR v.tracking_status = $4)
    AND ($5::boolean IS NULL OR v.tracking_disabled = $5)
    AND ($6::text IS NULL OR v.content_type = $6)
    AND ($7::text IS NULL OR strpos(lower(v.title), lower($7)) > 0)
    AND ($8::timestamptz IS NULL OR v.posted_at >= $8)
    AND ($9::timestamptz IS NULL OR v.posted_at < $9)
"""


@read(_VIDEO + "AND v.video = $2 AND NOT v.removed")
async def video(db: Db, org: OrgId, video: UUID) -> VideoRow | None:
    """One video, whatever its status."""
    ...


@read(_VIDEO + "AND v.video = ANY ($2::uuid[]) AND NOT v.removed")
async def videos_by_id(db: Db, org: OrgId, videos: Sequence[UUID]) -> list[VideoRow]:
    """These videos, whatever their status."""
    ...


def _videos(order: str) -> Callable[..., Awaitable[list[VideoRow]]]:
    @read(_VIDEO + _COUNTED + order)
    async def videos(
        db: Db,
        org: OrgId,
        project: UUID | None,
        creator: UUID | None,
        tracking_status: str | None,
        tracking_disabled: bool | None,
        content_type: str | None,
        search: str | None,
        posted_from: datetime | None,
        posted_before: datetime | None,
        value: Any,
        after: UUID | None,
        limit: int,
    ) -> list[VideoRow]: ...

    return videos


VIDEOS: Mapping[str, Callable[..., Awaitable[list[VideoRow]]]] = {
    "-created_at": _videos(newest("v.created_at", "v.video", 10)),
    "-posted_at": _videos(highest("v.posted_at", "timestamptz", "v.video", 10)),
    "-view_count": _videos(highest("v.view_count", "bigint", "v.video", 10)),
}
"""Lists of counted videos, by their order."""


@read(
    """
    SELECT fetched_at, source, view_count, like_count, comment_count, share_count, save_count,
        NOT EXISTS (SELECT FROM ingest.video_snapshots e WHERE e.video = s.video
            AND (e.fetched_at, e.source) < (s.fetched_at, s.source)) AS is_first
    FROM ingest.video_snapshots s
    WHERE org = $1 AND video = $2 AND fetched_at >= $3 AND fetched_at < $4
        AND ($5::timestamptz IS NULL OR (fetched_at, source) < ($5, $6))
    ORDER BY fetched_at DESC, source DESC LIMIT $7
    """
)
async def video_snapshots(
    db: Db,
    org: OrgId,
    video: UUID,
    start: datetime,
    end: datetime,
    at: datetime | None,
    source: str | None,
    limit: int,
) -> list[VideoSnapshotRow]:
    """Readings of a video in [start, end), the latest first."""
    ...
