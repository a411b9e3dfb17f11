"""Readings of profiles as rows: every snapshot once, and the levels they leave behind; and what is stored of any.

A level is the last value that was known; an unknown one leaves it standing, a late one never overwrites a later
one, and of equal times the larger value holds. Each is kept with the time it was read at. Levels follow only from
snapshots that were not stored before, so that a repeated one changes nothing.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec

from trackagoat.events.catalogue.words import CreatorId, OrgId, VideoId
from trackagoat.events.effects import Write
from trackagoat.events.sql import Db, read, write


@write(
    """
    WITH given AS (
        SELECT t.*
        FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::text[], $5::bigint[], $6::bigint[], $7::bigint[],
            $8::bigint[], $9::text[], $10::text[], $11::text[]) AS t(org, creator, at, source,
            followers, following, likes, posts, name, bio, avatar)
        JOIN creators c USING (creator)
    ), stored AS (
        INSERT INTO creator_snapshots
        SELECT org, creator, at, source, followers, following, likes, posts FROM given
        ON CONFLICT DO NOTHING RETURNING creator, fetched_at AS at, source
    ), newest AS (
        SELECT creator,
            (array_agg(followers ORDER BY at DESC, followers DESC)
                FILTER (WHERE followers IS NOT NULL))[1] AS followers,
            max(at) FILTER (WHERE followers IS NOT NULL) AS followers_at,
            (array_agg(following ORDER BY at DESC, following DESC)
                FILTER (WHERE following IS NOT NULL))[1] AS following,
            max(at) FILTER (WHERE following IS NOT NULL) AS following_at,
            (array_agg(likes ORDER BY at DESC, likes DESC) FILTER (WHERE likes IS NOT NULL))[1] AS likes,
            max(at) FILTER (WHERE likes IS NOT NULL) AS likes_at,
            (array_agg(posts ORDER BY at DESC, posts DESC) FILTER (WHERE posts IS NOT NULL))[1] AS posts,
            max(at) FILTER (WHERE posts IS NOT NULL) AS posts_at,
            (array_agg(name ORDER BY at DESC, name COLLATE "C" DESC) FILTER (WHERE name IS NOT NULL))[1] AS name,
            max(at) FILTER (WHERE name IS NOT NULL) AS name_at,
            (array_agg(bio ORDER BY at DESC, bio COLLATE "C" DESC) FILTER (WHERE bio IS NOT NULL))[1] AS bio,
            max(at) FILTER (WHERE bio IS NOT NULL) AS bio_at,
            (array_agg(avatar ORDER BY at DESC, avatar COLLATE "C" DESC)
                FILTER (WHERE avatar IS NOT NULL))[1] AS avatar,
            max(at) FILTER (WHERE avatar IS NOT NULL) AS avatar_at
        FROM given JOIN stored USING (creator, at, source) GROUP BY creator
    )
    UPDATE creators c SET
        follower_count = later(c.follower_count_at, c.follower_count, n.followers_at, n.followers),
        follower_count_at = greatest(c.follower_count_at, n.followers_at),
        following_count = later(c.following_count_at, c.following_count, n.following_at, n.following),
        following_count_at = greatest(c.following_count_at, n.following_at),
        total_likes_count = later(c.total_likes_count_at, c.total_likes_count, n.likes_at, n.likes),
        total_likes_count_at = greatest(c.total_likes_count_at, n.likes_at),
        video_count = later(c.video_count_at, c.video_count, n.posts_at, n.posts),
        video_count_at = greatest(c.video_count_at, n.posts_at),
        tiktok_display_name = later(c.tiktok_display_name_at, c.tiktok_display_name, n.name_at, n.name),
        tiktok_display_name_at = greatest(c.tiktok_display_name_at, n.name_at),
        bio = later(c.bio_at, c.bio, n.bio_at, n.bio),
        bio_at = greatest(c.bio_at, n.bio_at),
        avatar_url = later(c.avatar_url_at, c.avatar_url, n.avatar_at, n.avatar),
        avatar_url_at = greatest(c.avatar_url_at, n.avatar_at)
    FROM newest n WHERE c.creator = n.creator
    """,
    key=("creator", "fetched_at", "source"),
)
def read_creator(
    org: OrgId,
    creator: CreatorId,
    fetched_at: datetime,
    source: str,
    followers: int | None,
    following: int | None,
    total_likes: int | None,
    video_count: int | None,
    display_name: str | None,
    bio: str | None,
    avatar_url: str | None,
) -> Write:
    """One reading of a profile."""


class Stored(msgspec.Struct, frozen=True):
    """A snapshot that is stored: of what, from where, when."""

    subject: UUID
    source: str
    fetched_at: datetime


@read(
    """
    SELECT s.video AS subject, s.source, s.fetched_at
    FROM unnest($2::uuid[], $3::text[], $4::timestamptz[]) AS t(video, source, fetched_at)
    JOIN video_snapshots s USING (video, source, fetched_at) WHERE s.org = $1
    """
)
async def stored_videos(
    db: Db, org: OrgId, videos: list[VideoId], sources: list[str], times: list[datetime]
) -> list[Stored]:
    """Those of the readings of posts that are stored."""


@read(
    """
    SELECT s.creator AS subject, s.source, s.fetched_at
    FROM unnest($2::uuid[], $3::text[], $4::timestamptz[]) AS t(creator, source, fetched_at)
    JOIN creator_snapshots s USING (creator, source, fetched_at) WHERE s.org = $1
    """
)
async def stored_profiles(
    db: Db, org: OrgId, creators: list[CreatorId], sources: list[str], times: list[datetime]
) -> list[Stored]:
    """Those of the readings of profiles that are stored."""


class Followed(msgspec.Struct, frozen=True):
    """What a reading of followers at `at` is compared with: the one before it under the same handle."""

    creator: UUID
    at: datetime
    milestones: list[int]
    renamed_at: datetime | None
    before: int | None
    before_at: datetime | None


@read(
    """
    SELECT t.creator, t.at, c.milestones, r.renamed_at, s.follower_count AS before, s.fetched_at AS before_at
    FROM (SELECT DISTINCT * FROM unnest($1::uuid[], $2::timestamptz[]) AS u(creator, at)) t
    JOIN creators c USING (creator)
    CROSS JOIN LATERAL (SELECT max(at) AS renamed_at FROM unnest(c.renamed_at) AS n(at) WHERE n.at <= t.at) r
    LEFT JOIN LATERAL (
        SELECT follower_count, fetched_at FROM creator_snapshots s
        WHERE s.creator = t.creator AND s.fetched_at < t.at AND s.follower_count IS NOT NULL
            AND (r.renamed_at IS NULL OR s.fetched_at >= r.renamed_at)
        ORDER BY fetched_at DESC LIMIT 1
    ) s ON true
    """
)
async def followed(db: Db, creators: list[CreatorId], at: list[datetime]) -> list[Followed]:
    """The reading of followers before each of these instants."""
