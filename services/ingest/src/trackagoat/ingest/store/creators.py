"""Creators as rows: their settings, whether they are tracked, and how many videos of theirs count."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec

from trackagoat.events.catalogue.words import CreatorId, Json, OrgId, ProjectId, TrackingMode
from trackagoat.events.effects import Write
from trackagoat.events.sql import Db, read, write
from trackagoat.ingest.store.scraping import effective


@write(
    """
    INSERT INTO creators (org, creator, project, tiktok_handle, handle_key, tracking_mode, tracking_start_date,
        display_name_override, readme, metadata, created_at, updated_at, tracked_since)
    SELECT t.org, t.creator, t.project, t.tiktok_handle, t.handle_key, t.tracking_mode, t.tracking_start_date,
        t.display_name_override, t.readme, t.metadata, t.at, t.at, t.at
    FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::date[], $8::text[],
        $9::text[], $10::jsonb[], $11::timestamptz[]) AS t(org, creator, project, tiktok_handle, handle_key,
        tracking_mode, tracking_start_date, display_name_override, readme, metadata, at)
    WHERE NOT EXISTS (SELECT FROM deleted_projects d WHERE d.project = t.project)
    ON CONFLICT (creator) DO NOTHING
    """,
    key=("creator",),
)
def add_creator(
    org: OrgId,
    creator: CreatorId,
    project: ProjectId,
    tiktok_handle: str,
    handle_key: str,
    tracking_mode: TrackingMode,
    tracking_start_date: date,
    display_name_override: str | None,
    readme: str | None,
    metadata: dict[str, Json],
    at: datetime,
) -> Write:
    """A creator nobody tracked before, unless its project is gone."""


@write(
    """
    UPDATE creators c SET tiktok_handle = t.tiktok_handle, handle_key = t.handle_key,
        tracking_mode = t.tracking_mode, tracking_start_date = t.tracking_start_date,
        display_name_override = t.display_name_override, readme = t.readme, metadata = t.metadata, updated_at = t.at
    FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::date[], $6::text[], $7::text[], $8::jsonb[],
        $9::timestamptz[]) AS t(creator, tiktok_handle, handle_key, tracking_mode, tracking_start_date,
        display_name_override, readme, metadata, at)
    WHERE c.creator = t.creator
    """
)
def change_creator(
    creator: CreatorId,
    tiktok_handle: str,
    handle_key: str,
    tracking_mode: TrackingMode,
    tracking_start_date: date,
    display_name_override: str | None,
    readme: str | None,
    metadata: dict[str, Json],
    at: datetime,
) -> Write:
    """The settings, whole."""


@write(
    """
    UPDATE creators c SET is_active = false, inactive_reason = t.reason, inactive_since = t.at, updated_at = t.at
    FROM unnest($1::uuid[], $2::text[], $3::timestamptz[]) AS t(creator, reason, at) WHERE c.creator = t.creator
    """
)
def deactivate_creator(creator: CreatorId, reason: str, at: datetime) -> Write:
    """The creator is not tracked any longer."""


@write(
    """
    UPDATE creators c SET is_active = true, inactive_reason = NULL, inactive_since = NULL, updated_at = t.at,
        tracked_since = t.at, misses = failing(c.misses, t.at)
    FROM unnest($1::uuid[], $2::timestamptz[]) AS t(creator, at) WHERE c.creator = t.creator
    """
)
def activate_creator(creator: CreatorId, at: datetime) -> Write:
    """The creator is tracked again; what failed before counts no longer."""


@write(
    """
    UPDATE creators c SET tiktok_handle = t.tiktok_handle, handle_key = t.handle_key, updated_at = t.at,
        renamed_at = c.renamed_at || t.at, tiktok_display_name = NULL, tiktok_display_name_at = t.at, bio = NULL,
        bio_at = t.at, avatar_url = NULL, avatar_url_at = t.at, follower_count = NULL, follower_count_at = t.at,
        following_count = NULL, following_count_at = t.at, total_likes_count = NULL, total_likes_count_at = t.at,
        video_count = NULL, video_count_at = t.at
    FROM unnest($1::uuid[], $2::text[], $3::text[], $4::timestamptz[]) AS t(creator, tiktok_handle, handle_key, at)
    WHERE c.creator = t.creator
    """
)
def rename_creator(creator: CreatorId, tiktok_handle: str, handle_key: str, at: datetime) -> Write:
    """Another handle: nothing read of the profile before holds any longer."""


@write(
    """
    UPDATE creators c SET milestones = c.milestones || t.milestone
    FROM unnest($1::uuid[], $2::bigint[]) AS t(creator, milestone)
    WHERE c.creator = t.creator AND t.milestone <> ALL (c.milestones)
    """
)
def reach_milestone(creator: CreatorId, milestone: int) -> Write:
    """A round figure of followers that need not be told again."""


@write(
    """
    UPDATE creators c SET tracked_video_count = n.tracked, pending_review_count = n.pending
    FROM (
        SELECT t.creator, count(*) FILTER (WHERE v.counted) AS tracked,
            count(*) FILTER (WHERE v.tracking_status = 'pending_review' AND NOT v.removed AND NOT v.hidden) AS pending
        FROM unnest($1::uuid[]) AS t(creator) LEFT JOIN videos v ON v.creator_id = t.creator
        GROUP BY t.creator
    ) n
    WHERE c.creator = n.creator AND (c.tracked_video_count, c.pending_review_count) <> (n.tracked, n.pending)
    """
)
def recount(creator: CreatorId) -> Write:
    """Count the creator's videos after something happened to them."""


@write(
    """
    UPDATE creators c SET last_scraped_at = greatest(c.last_scraped_at, t.at),
        profile_read_at = greatest(c.profile_read_at, t.profile_at),
        discovered_at = greatest(c.discovered_at, t.discovered_at),
        misses = CASE WHEN c.misses = '{}' THEN c.misses
            ELSE failing(c.misses, coalesce(greatest(t.profile_at, t.discovered_at), '-infinity')) END,
        availability = CASE WHEN t.at >= c.availability_at THEN 'available' ELSE c.availability END,
        availability_at = greatest(c.availability_at, t.at)
    FROM unnest($1::uuid[], $2::timestamptz[], $3::timestamptz[], $4::timestamptz[])
        AS t(creator, at, profile_at, discovered_at)
    WHERE c.creator = t.creator
    """
)
def scraped_creator(
    creator: CreatorId, at: datetime, profile_at: datetime | None, discovered_at: datetime | None
) -> Write:
    """The account was seen at that time; by the jobs of each kind last at those, if by any."""


@write(
    """
    UPDATE creators c SET availability = CASE WHEN t.at > c.availability_at THEN t.availability ELSE c.availability END,
        availability_at = greatest(c.availability_at, t.at),
        misses = failing(c.misses || t.at, greatest(c.profile_read_at, c.discovered_at,
            c.tracked_since - interval '1 microsecond')),
        profile_missed_at = CASE WHEN t.kind = 'creator_profiles' THEN greatest(c.profile_missed_at, t.at)
            ELSE c.profile_missed_at END
    FROM unnest($1::uuid[], $2::text[], $3::text[], $4::timestamptz[]) AS t(creator, kind, availability, at)
    WHERE c.creator = t.creator
    """
)
def missed_creator(creator: CreatorId, kind: str, availability: str, at: datetime) -> Write:
    """The account could not be seen at that time."""


@write(
    """
    WITH t AS (
        SELECT * FROM unnest($1::uuid[], $2::uuid[]) AS t(project, org)
    ), noted AS (
        INSERT INTO deleted_projects (project, org) SELECT project, org FROM t ON CONFLICT DO NOTHING
    ), gone AS (
        DELETE FROM videos v USING t WHERE v.project = t.project RETURNING v.video
    ), away AS (
        DELETE FROM creators c USING t WHERE c.project = t.project RETURNING c.creator
    ), read AS (
        DELETE FROM video_snapshots s USING gone WHERE s.video = gone.video
    )
    DELETE FROM creator_snapshots s USING away WHERE s.creator = away.creator
    """
)
def delete_project(project: ProjectId, org: OrgId) -> Write:
    """Everything of the project goes, and nothing of it comes again."""


@write(
    """
    WITH t AS (
        SELECT * FROM unnest($1::uuid[], $2::timestamptz[]) AS t(creator, at)
    ), posts AS (
        UPDATE videos v SET title = NULL, author_handle = NULL, thumbnail_url = NULL,
            url = 'https://www.tiktok.com/@/' || v.content_type || '/' || v.tiktok_video_id
        FROM t WHERE v.creator_id = t.creator
    )
    UPDATE creators c SET tiktok_handle = 'erased', handle_key = 'erased ' || c.creator, display_name_override = NULL,
        tiktok_display_name = NULL, bio = NULL, avatar_url = NULL, readme = NULL, metadata = '{}', updated_at = t.at
    FROM t WHERE c.creator = t.creator
    """
)
def forget_creator(creator: CreatorId, at: datetime) -> Write:
    """Nothing says any more whose account it was."""


class Holder(msgspec.Struct, frozen=True):
    """Who is tracked under a handle."""

    project: UUID
    handle_key: str
    creator: UUID


@read(
    """
    SELECT c.project, c.handle_key, c.creator
    FROM unnest($2::uuid[], $3::text[]) AS t(project, handle_key) JOIN creators c USING (project, handle_key)
    WHERE c.org = $1 AND c.inactive_reason IS DISTINCT FROM 'removed'
    """
)
async def holders(db: Db, org: OrgId, projects: list[ProjectId], handle_keys: list[str]) -> list[Holder]:
    """The creators, not removed, that have these handles in these projects."""


@read(
    """
    SELECT DISTINCT ON (c.project, c.handle_key) c.project, c.handle_key, c.creator
    FROM unnest($2::uuid[], $3::text[]) AS t(project, handle_key) JOIN creators c USING (project, handle_key)
    WHERE c.org = $1
    ORDER BY c.project, c.handle_key, c.inactive_reason IS NOT DISTINCT FROM 'removed', c.inactive_since DESC
    """
)
async def remembered(db: Db, org: OrgId, projects: list[ProjectId], handle_keys: list[str]) -> list[Holder]:
    """The creators that have these handles in these projects, or had them last."""


class Tracked(msgspec.Struct, frozen=True):
    """A creator that is tracked."""

    creator: UUID
    tracking_mode: Any


@read("SELECT creator, tracking_mode FROM creators WHERE org = $1 AND creator = ANY ($2::uuid[]) AND is_active")
async def tracked(db: Db, org: OrgId, creators: list[CreatorId]) -> list[Tracked]:
    """Those of the creators that are tracked."""


@read(
    """
    SELECT count(pg_advisory_xact_lock(hashtextextended('scrapes of ' || creator::text, 0)))
    FROM (SELECT DISTINCT creator FROM unnest($1::uuid[]) AS t(creator) ORDER BY creator) AS sorted
    """
)
async def line_up(db: Db, creators: list[CreatorId]) -> int:
    """Wait until no other transaction records scrapes of these creators; others wait for this one from then on."""


class Account(msgspec.Struct, frozen=True):
    """What is needed to scrape a creator. The intervals are effective ones, in hours; between `gap_from` and `gap_to`
    posts may be missing.
    """

    creator: UUID
    project: UUID
    tiktok_handle: str
    tracking_mode: Any
    tracking_start_date: date
    timezone: str
    discover_videos_hours: int
    creator_profiles_hours: int
    misses: list[datetime]
    gap_from: datetime | None
    gap_to: datetime | None


@read(
    f"""
    SELECT c.creator, c.project, c.tiktok_handle, c.tracking_mode, c.tracking_start_date,
        coalesce(o.timezone, 'UTC') AS timezone, {effective("discover_videos")} AS discover_videos_hours,
        {effective("creator_profiles")} AS creator_profiles_hours, c.misses, c.gap_from,
        c.gap_to
    FROM creators c LEFT JOIN orgs o USING (org) WHERE c.creator = ANY ($1::uuid[]) AND c.is_active
        AND o.banned IS NOT TRUE
    """
)
async def accounts(db: Db, creators: list[UUID]) -> list[Account]:
    """Those of the creators that are tracked."""
