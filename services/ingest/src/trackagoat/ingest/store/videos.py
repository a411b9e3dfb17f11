"""Videos as rows: what each post is, its status, and who owns it."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from trackagoat.events.catalogue.words import ContentType, CreatorId, Json, OrgId, ProjectId, TrackingStatus, VideoId
from trackagoat.events.effects import Write
from trackagoat.events.sql import Db, read, write
from trackagoat.ingest.domain.expiring import READINGS
from trackagoat.ingest.store.scraping import effective


@write(
    """
    INSERT INTO videos (org, video, project, creator_id, home, origin, tiktok_video_id, url, content_type, title,
        readme, metadata, author_handle, thumbnail_url, duration_seconds, posted_at, tracking_status, hidden,
        created_at, updated_at, tracked_since, described)
    SELECT t.org, t.video, t.project, t.creator_id, t.creator_id, t.origin, t.tiktok_video_id, t.url, t.content_type,
        t.title, t.readme, t.metadata, t.author_handle, t.thumbnail_url, t.duration_seconds, t.posted_at,
        t.tracking_status, coalesce(c.inactive_reason = 'removed', false), t.at, t.at, t.at, t.origin = 'discovery'
    FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::text[], $8::text[],
        $9::text[], $10::text[], $11::jsonb[], $12::text[], $13::text[], $14::int[], $15::timestamptz[], $16::text[],
        $17::timestamptz[]) AS t(org, video, project, creator_id, origin, tiktok_video_id, url, content_type, title,
        readme, metadata, author_handle, thumbnail_url, duration_seconds, posted_at, tracking_status, at)
    LEFT JOIN creators c ON c.creator = t.creator_id
    WHERE NOT EXISTS (SELECT FROM deleted_projects d WHERE d.project = t.project)
    ON CONFLICT (video) DO NOTHING
    """,
    key=("video",),
)
def add_video(
    org: OrgId,
    video: VideoId,
    project: ProjectId,
    creator_id: CreatorId | None,
    origin: str,
    tiktok_video_id: str,
    url: str,
    content_type: ContentType,
    title: str | None,
    readme: str | None,
    metadata: dict[str, Json],
    author_handle: str | None,
    thumbnail_url: str | None,
    duration_seconds: int | None,
    posted_at: datetime | None,
    tracking_status: TrackingStatus,
    at: datetime,
) -> Write:
    """A post as it came in, unless its project is gone."""


@write(
    """
    UPDATE videos v SET tracking_status = t.status, updated_at = t.at
    FROM unnest($1::uuid[], $2::text[], $3::timestamptz[]) AS t(video, status, at) WHERE v.video = t.video
    """
)
def review_video(video: VideoId, status: TrackingStatus, at: datetime) -> Write:
    """Another status."""


@write(
    """
    UPDATE videos v SET removed = true, updated_at = t.at
    FROM unnest($1::uuid[], $2::timestamptz[]) AS t(video, at) WHERE v.video = t.video
    """
)
def remove_video(video: VideoId, at: datetime) -> Write:
    """Out of every list and total."""


@write(
    """
    UPDATE videos v SET removed = false, tracking_status = t.status, updated_at = t.at
    FROM unnest($1::uuid[], $2::text[], $3::timestamptz[]) AS t(video, status, at) WHERE v.video = t.video
    """
)
def restore_video(video: VideoId, status: TrackingStatus, at: datetime) -> Write:
    """Back in, with another status."""


@write(
    """
    UPDATE videos v SET creator_id = t.creator_id, hidden = t.hidden
    FROM (
        SELECT u.video, u.creator_id, coalesce(c.inactive_reason = 'removed', false) AS hidden
        FROM unnest($1::uuid[], $2::uuid[]) AS u(video, creator_id) LEFT JOIN creators c ON c.creator = u.creator_id
    ) t
    WHERE v.video = t.video AND (v.creator_id, v.hidden) IS DISTINCT FROM (t.creator_id, t.hidden)
    """
)
def own_video(video: VideoId, creator_id: CreatorId | None) -> Write:
    """Whose post it is; that of a removed creator is hidden."""


@write(
    """
    UPDATE videos v SET readme = t.readme, metadata = t.metadata, updated_at = t.at
    FROM unnest($1::uuid[], $2::text[], $3::jsonb[], $4::timestamptz[]) AS t(video, readme, metadata, at)
    WHERE v.video = t.video
    """
)
def note_video(video: VideoId, readme: str | None, metadata: dict[str, Json], at: datetime) -> Write:
    """What people and programs wrote about it."""


@write(
    """
    UPDATE videos v SET hidden = t.hidden FROM unnest($1::uuid[], $2::boolean[]) AS t(creator, hidden)
    WHERE v.creator_id = t.creator AND v.hidden <> t.hidden
    """
)
def hide_videos(creator: CreatorId, hidden: bool) -> Write:
    """All posts of a creator that was removed, or came back."""


@write(
    """
    UPDATE videos v SET availability = CASE WHEN t.at > v.availability_at THEN t.availability ELSE v.availability END,
        availability_at = greatest(v.availability_at, t.at),
        misses = CASE WHEN t.counts
            THEN failing(v.misses || t.at, greatest(v.last_scraped_at, v.tracked_since - interval '1 microsecond'))
            ELSE v.misses END
    FROM unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::boolean[]) AS t(video, availability, at, counts)
    WHERE v.video = t.video
    """
)
def missed_video(video: VideoId, availability: str, at: datetime, counts: bool) -> Write:
    """The post could not be seen at that time; whether that is part of a run of failures."""


@write(
    """
    UPDATE videos v SET tracking_disabled = true, tracking_disabled_reason = t.reason, tracking_disabled_at = t.at,
        updated_at = t.at
    FROM unnest($1::uuid[], $2::text[], $3::timestamptz[]) AS t(video, reason, at) WHERE v.video = t.video
    """
)
def disable_tracking(video: VideoId, reason: str, at: datetime) -> Write:
    """It is refreshed no longer."""


@write(
    """
    UPDATE videos v SET tracking_disabled = false, tracking_disabled_reason = NULL, tracking_disabled_at = NULL,
        updated_at = t.at, tracked_since = t.at, misses = failing(v.misses, t.at)
    FROM unnest($1::uuid[], $2::timestamptz[]) AS t(video, at) WHERE v.video = t.video
    """
)
def enable_tracking(video: VideoId, at: datetime) -> Write:
    """It is refreshed again; what failed before counts no longer."""


@write(
    """
    UPDATE videos v SET described = true, title = coalesce(v.title, t.title),
        author_handle = coalesce(v.author_handle, t.author_handle),
        thumbnail_url = coalesce(v.thumbnail_url, t.thumbnail_url),
        duration_seconds = coalesce(v.duration_seconds, t.duration_seconds),
        posted_at = coalesce(v.posted_at, t.posted_at)
    FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::int[], $6::timestamptz[])
        AS t(video, title, author_handle, thumbnail_url, duration_seconds, posted_at)
    WHERE v.video = t.video
    """
)
def describe_video(
    video: VideoId,
    title: str | None,
    author_handle: str | None,
    thumbnail_url: str | None,
    duration_seconds: int | None,
    posted_at: datetime | None,
) -> Write:
    """What a post added by its URL looks like, where that is not known."""


class Known(msgspec.Struct, frozen=True):
    """Where a post is decided, and what its decider cannot know."""

    video: UUID
    home: UUID | None
    creator_id: UUID | None
    tracking_status: Any
    removed: bool
    hidden: bool
    origin: Any
    tracking_disabled: bool
    described: bool
    first_scraped_at: datetime | None


@read(
    """
    SELECT video, home, creator_id, tracking_status, removed, hidden, origin, tracking_disabled, described,
        first_scraped_at
    FROM videos WHERE org = $1 AND video = ANY ($2::uuid[])
    """
)
async def known(db: Db, org: OrgId, videos: list[VideoId]) -> list[Known]:
    """Those of the posts that are known, removed ones too."""


@read(
    """
    SELECT count(pg_advisory_xact_lock(hashtextextended('direct adds of ' || $1::uuid::text, 0)))
    """
)
async def line_up_adding(db: Db, org: OrgId) -> int:
    """Wait until no other transaction takes slots of direct adds; others wait for this one from then on."""


@read(
    """
    SELECT count(*)::int FROM videos
    WHERE org = $1 AND origin = 'manual' AND NOT removed AND NOT hidden AND NOT tracking_disabled
    """
)
async def slots_taken(db: Db, org: OrgId) -> int:
    """How many direct adds are refreshed."""


class Post(msgspec.Struct, frozen=True):
    """What is needed to read the counters of a post. `video_stats_hours` is the org's effective interval;
    `miss_counts`: that it cannot be seen would be part of its run of failures, since its creator can be.
    """

    video: UUID
    project: UUID
    creator_id: UUID | None
    url: str
    origin: Any
    posted_at: datetime | None
    created_at: datetime
    first_scraped_at: datetime | None
    last_scraped_at: datetime | None
    stats_source: str | None
    misses: list[datetime]
    video_stats_hours: int
    miss_counts: bool


@read(
    f"""
    SELECT v.video, v.project, v.creator_id, v.url, v.origin, v.posted_at, v.created_at, v.first_scraped_at,
        v.last_scraped_at, v.stats_source, v.misses, {effective("video_stats")} AS video_stats_hours,
        (v.creator_id IS NULL OR coalesce(c.profile_read_at >= coalesce(c.profile_missed_at, '-infinity'), false))
            AS miss_counts
    FROM videos v LEFT JOIN creators c ON c.creator = v.creator_id LEFT JOIN orgs o ON o.org = v.org
    WHERE v.video = ANY ($1::uuid[]) AND v.tracking_status <> 'excluded' AND NOT v.removed
        AND NOT v.tracking_disabled AND c.is_active IS NOT FALSE AND o.banned IS NOT TRUE
    """
)
async def refreshed(db: Db, videos: list[UUID]) -> list[Post]:
    """Those of the posts whose counters are still read."""


class Lately(msgspec.Struct, frozen=True):
    """What the last readings of a post that is refreshed say of its views, in order of time."""

    video: UUID
    project: UUID
    views: list[int]


@read(
    f"""
    SELECT v.video, v.project, ARRAY (
        SELECT l.view_count FROM (
            SELECT s.view_count, s.fetched_at, s.source FROM video_snapshots s
            WHERE s.video = v.video AND s.view_count IS NOT NULL
                AND (v.tracked_since <= v.created_at OR s.fetched_at > v.tracked_since)
            ORDER BY s.fetched_at DESC, s.source DESC LIMIT {READINGS}
        ) l ORDER BY l.fetched_at, l.source
    ) AS views
    FROM videos v JOIN orgs o ON o.org = v.org
    WHERE v.video = ANY ($1::uuid[]) AND v.tracking_status <> 'excluded' AND NOT v.removed AND NOT v.hidden
        AND NOT v.tracking_disabled AND o.video_expiry_enabled
    """
)
async def lately(db: Db, videos: list[UUID]) -> list[Lately]:
    """Those of the posts that are refreshed in orgs where they may expire; of one that was enabled again, the
    readings since.
    """
