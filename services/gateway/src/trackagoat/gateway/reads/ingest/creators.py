"""Creators, what their posts sum up to, and readings of their profiles."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec

from trackagoat.events.catalogue.words import OrgId
from trackagoat.events.sql import Db, read
from trackagoat.gateway.reads.keyset import highest, newest, rising


class CreatorRow(msgspec.Struct, frozen=True):
    """A TikTok account tracked in a project."""

    creator: UUID
    project: UUID
    tiktok_handle: str
    handle_key: str
    display_name_override: str | None
    tiktok_display_name: str | None
    bio: str | None
    avatar_url: str | None
    readme: str | None
    metadata: dict[str, Any]
    tracking_mode: str
    tracking_start_date: date
    follower_count: int | None
    following_count: int | None
    total_likes_count: int | None
    video_count: int | None
    last_scraped_at: datetime | None
    is_active: bool
    inactive_reason: str | None
    inactive_since: datetime | None
    availability: str
    tracked_video_count: int
    pending_review_count: int
    created_at: datetime
    updated_at: datetime
    profile_read_at: datetime | None
    discovered_at: datetime | None
    tracked_since: datetime


class CreatorRefRow(msgspec.Struct, frozen=True):
    """An active creator, as it is named beside something of theirs."""

    creator: UUID
    tiktok_handle: str
    handle_key: str
    display_name_override: str | None
    tiktok_display_name: str | None
    avatar_url: str | None


class CreatorSnapshotRow(msgspec.Struct, frozen=True):
    """One reading of a creator's profile."""

    fetched_at: datetime
    source: str
    follower_count: int | None
    following_count: int | None
    total_likes_count: int | None
    video_count: int | None
    is_baseline: bool


class SumsRow(msgspec.Struct, frozen=True):
    """Counter sums of a creator's counted videos: null when all unknown, 0 when there are none."""

    creator: UUID
    views: int | None
    likes: int | None
    comments: int | None
    shares: int | None
    saves: int | None
    video_count: int


class RefreshRow(msgspec.Struct, frozen=True):
    """When a creator's counted, enabled posts were last refreshed, and when the youngest was posted."""

    last_scraped_at: datetime | None
    youngest: datetime | None


_CREATOR = """
    SELECT creator, project, tiktok_handle, handle_key, display_name_override, tiktok_display_name, bio, avatar_url,
        readme, metadata, tracking_mode, tracking_start_date, follower_count, following_count, total_likes_count,
        video_count, last_scraped_at, is_active, inactive_reason, inactive_since, availability, tracked_video_count,
        pending_review_count, created_at, updated_at, profile_read_at, discovered_at,
        greatest(created_at, tracked_since) AS tracked_since
    FROM ingest.creators WHERE org = $1
"""
_NOT_REMOVED = " AND inactive_reason IS DISTINCT FROM 'removed' "
_SELECTED_CREATORS = """
    AND ($2::uuid IS NULL OR project = $2)
    AND ($3::text IS NULL OR strpos(handle_key, lower($3)) > 0)
    AND CASE $4::text WHEN 'active' THEN is_active WHEN 'removed' THEN inactive_reason = 'removed'
        WHEN 'disabled' THEN NOT is_active AND inactive_reason <> 'removed'
        ELSE inactive_reason IS DISTINCT FROM 'removed' END
    AND ($5::text IS NULL OR tracking_mode = $5)
"""


@read(_CREATOR + "AND creator = $2")
async def creator(db: Db, org: OrgId, creator: UUID) -> CreatorRow | None:
    """One creator, removed or not."""
    ...


@read(
    """
    SELECT creator, tiktok_handle, handle_key, display_name_override, tiktok_display_name, avatar_url
    FROM ingest.creators WHERE org = $1 AND creator = ANY ($2::uuid[]) AND is_active
    """
)
async def active_refs(db: Db, org: OrgId, creators: Sequence[UUID]) -> list[CreatorRefRow]:
    """Those of these creators that are active."""
    ...


@read(_CREATOR + "AND creator = ANY ($2::uuid[])")
async def creators_by_id(db: Db, org: OrgId, creators: Sequence[UUID]) -> list[CreatorRow]:
    """These creators, removed or not."""
    ...


@read(_CREATOR + "AND creator = ANY ($2::uuid[])" + _NOT_REMOVED + rising("handle_key", "text", "creator", 3))
async def creators_among(
    db: Db, org: OrgId, creators: Sequence[UUID], handle: str | None, after: UUID | None, limit: int
) -> list[CreatorRow]:
    """Those of these creators that are not removed, by handle."""
    ...


def _creators(order: str) -> Callable[..., Awaitable[list[CreatorRow]]]:
    @read(_CREATOR + _SELECTED_CREATORS + order)
    async def creators(
        db: Db,
        org: OrgId,
        project: UUID | None,
        search: str | None,
        status: str | None,
        tracking_mode: str | None,
        value: Any,
        after: UUID | None,
        limit: int,
    ) -> list[CreatorRow]: ...

    return creators


CREATORS: Mapping[str, Callable[..., Awaitable[list[CreatorRow]]]] = {
    "-created_at": _creators(newest("created_at", "creator", 6)),
    "tiktok_handle": _creators(rising("handle_key", "text", "creator", 6)),
    "-follower_count": _creators(highest("follower_count", "bigint", "creator", 6)),
}
"""Lists of creators, by their order."""


@read(
    """
    SELECT c.creator,
        CASE WHEN count(v.video) = 0 THEN 0 ELSE sum(v.view_count)::bigint END AS views,
        CASE WHEN count(v.video) = 0 THEN 0 ELSE sum(v.like_count)::bigint END AS likes,
        CASE WHEN count(v.video) = 0 THEN 0 ELSE sum(v.comment_count)::bigint END AS comments,
        CASE WHEN count(v.video) = 0 THEN 0 ELSE sum(v.share_count)::bigint END AS shares,
        CASE WHEN count(v.video) = 0 THEN 0 ELSE sum(v.save_count)::bigint END AS saves,
        count(v.video)::integer AS video_count
    FROM unnest($2::uuid[]) AS c (creator)
    LEFT JOIN ingest.videos v ON v.org = $1 AND v.creator_id = c.creator AND v.counted
        AND ($3::uuid[] IS NULL OR v.video = ANY ($3::uuid[]))
    GROUP BY c.creator
    """
)
async def sums(db: Db, org: OrgId, creators: Sequence[UUID], among: Sequence[UUID] | None) -> list[SumsRow]:
    """Counter sums per creator, over all its counted videos or over those among the given ones."""
    ...


@read(
    """
    SELECT max(last_scraped_at) AS last_scraped_at, max(coalesce(posted_at, created_at)) AS youngest
    FROM ingest.videos WHERE org = $1 AND creator_id = $2 AND counted AND NOT tracking_disabled
    """
)
async def refreshes(db: Db, org: OrgId, creator: UUID) -> RefreshRow | None:
    """How fresh a creator's posts are."""
    ...


@read(
    """
    SELECT fetched_at, source, follower_count, following_count, total_likes_count, video_count,
        NOT EXISTS (SELECT FROM ingest.creator_snapshots e WHERE e.creator = s.creator
            AND (e.fetched_at, e.source) < (s.fetched_at, s.source) AND e.fetched_at >= coalesce((
                SELECT max(n.at) FROM ingest.creators c, unnest(c.renamed_at) AS n(at)
                WHERE c.creator = s.creator AND n.at <= s.fetched_at
            ), '-infinity')) AS is_baseline
    FROM ingest.creator_snapshots s
    WHERE org = $1 AND creator = $2 AND fetched_at >= $3 AND fetched_at < $4
        AND ($5::timestamptz IS NULL OR (fetched_at, source) < ($5, $6))
    ORDER BY fetched_at DESC, source DESC LIMIT $7
    """
)
async def creator_snapshots(
    db: Db,
    org: OrgId,
    creator: UUID,
    start: datetime,
    end: datetime,
    at: datetime | None,
    source: str | None,
    limit: int,
) -> list[CreatorSnapshotRow]:
    """Readings of a profile in [start, end), the latest first."""
    ...
