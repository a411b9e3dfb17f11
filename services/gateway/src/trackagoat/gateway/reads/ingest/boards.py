"""Videos as the inbox and the leaderboard show them, and what projects hold."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from trackagoat.events.catalogue.words import OrgId
from trackagoat.events.sql import Db, read
from trackagoat.gateway.reads.ingest.videos import VIDEO_COLUMNS, VideoRow
from trackagoat.gateway.reads.keyset import highest, newest


class InboxRow(VideoRow, frozen=True):
    """A post that waits for a decision or was excluded, with its creator."""

    creator_tiktok_handle: str | None
    creator_display_name: str | None
    creator_avatar_url: str | None


class LeaderRow(msgspec.Struct, frozen=True):
    """A video of a leaderboard; `total_count` is that of the whole board."""

    video_id: UUID
    title: str | None
    thumbnail_url: str | None
    url: str
    view_count: int | None
    like_count: int | None
    comment_count: int | None
    share_count: int | None
    save_count: int | None
    posted_at: datetime | None
    creator_id: UUID | None
    tiktok_handle: str | None
    display_name: str | None
    avatar_url: str | None
    total_count: int


class CountsRow(msgspec.Struct, frozen=True):
    """What a project holds."""

    project: UUID
    creators: int
    videos: int
    pending_review: int


_INBOX = f"""
    SELECT {VIDEO_COLUMNS}, c.tiktok_handle AS creator_tiktok_handle,
        coalesce(c.display_name_override, c.tiktok_display_name) AS creator_display_name,
        c.avatar_url AS creator_avatar_url
    FROM ingest.videos v LEFT JOIN ingest.creators c ON c.creator = v.creator_id AND c.org = v.org
    WHERE v.org = $1 AND v.project = $2 AND v.tracking_status = $3 AND NOT v.removed AND NOT v.hidden
    AND ($4::uuid IS NULL OR v.creator_id = $4)
    AND ($5::timestamptz IS NULL OR v.posted_at >= $5)
    AND ($6::timestamptz IS NULL OR v.posted_at < $6)
"""


def _inbox(order: str) -> Callable[..., Awaitable[list[InboxRow]]]:
    @read(_INBOX + order)
    async def inbox(
        db: Db,
        org: OrgId,
        project: UUID,
        status: str,
        creator: UUID | None,
        posted_from: datetime | None,
        posted_before: datetime | None,
        value: Any,
        after: UUID | None,
        limit: int,
    ) -> list[InboxRow]: ...

    return inbox


INBOX: Mapping[str, Callable[..., Awaitable[list[InboxRow]]]] = {
    "-posted_at": _inbox(highest("v.posted_at", "timestamptz", "v.video", 7)),
    "-created_at": _inbox(newest("v.created_at", "v.video", 7)),
    "-view_count": _inbox(highest("v.view_count", "bigint", "v.video", 7)),
}
"""The inbox of a project, by its order."""


@read(
    """
    SELECT count(*) FROM ingest.videos
    WHERE org = $1 AND project = $2 AND tracking_status = 'pending_review' AND NOT removed AND NOT hidden
    """
)
async def pending(db: Db, org: OrgId, project: UUID) -> int:
    """How many posts of the project wait for a decision."""
    ...


@read(
    """
    SELECT p.project,
        (SELECT count(*) FROM ingest.creators c
            WHERE c.org = $1 AND c.project = p.project AND c.inactive_reason IS DISTINCT FROM 'removed') AS creators,
        (SELECT count(*) FROM ingest.videos v WHERE v.org = $1 AND v.project = p.project AND v.counted) AS videos,
        (SELECT count(*) FROM ingest.videos v WHERE v.org = $1 AND v.project = p.project
            AND v.tracking_status = 'pending_review' AND NOT v.removed AND NOT v.hidden) AS pending_review
    FROM unnest($2::uuid[]) AS p (project)
    """
)
async def counts(db: Db, org: OrgId, projects: Sequence[UUID]) -> list[CountsRow]:
    """What the projects hold."""
    ...


def _leaders(column: str) -> Callable[..., Awaitable[list[LeaderRow]]]:
    @read(
        f"""
        SELECT v.video AS video_id, v.title, v.thumbnail_url, v.url, v.view_count, v.like_count, v.comment_count,
            v.share_count, v.save_count, v.posted_at, v.creator_id, c.tiktok_handle,
            coalesce(c.display_name_override, c.tiktok_display_name) AS display_name, c.avatar_url,
            (SELECT count(*) FROM ingest.videos n WHERE n.org = $1 AND n.project = $2 AND n.counted
                AND ($3::timestamptz IS NULL OR n.posted_at >= $3) AND ($4::timestamptz IS NULL OR n.posted_at < $4)
            ) AS total_count
        FROM ingest.videos v LEFT JOIN ingest.creators c ON c.creator = v.creator_id AND c.org = v.org
        WHERE v.org = $1 AND v.project = $2 AND v.counted
            AND ($3::timestamptz IS NULL OR v.posted_at >= $3)
            AND ($4::timestamptz IS NULL OR v.posted_at < $4)
        ORDER BY v.{column} DESC NULLS LAST, v.video LIMIT $5 OFFSET $6
        """
    )
    async def leaders(
        db: Db, org: OrgId, project: UUID, start: datetime | None, end: datetime | None, limit: int, offset: int
    ) -> list[LeaderRow]: ...

    return leaders


LEADERS: Mapping[str, Callable[..., Awaitable[list[LeaderRow]]]] = {
    column: _leaders(column)
    for column in ("view_count", "like_count", "comment_count", "share_count", "save_count", "posted_at")
}
"""The video leaderboard, by what it orders by."""
