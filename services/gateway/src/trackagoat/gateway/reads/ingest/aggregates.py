"""Counted videos of a project, summed up: by hour, by day, by size, by creator.

Instants become local times by a table of offsets, so that only one timezone database is asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

import msgspec

from trackagoat.events.catalogue.words import OrgId
from trackagoat.events.sql import Db, read

_POSTED = """
    FROM ingest.videos v
    WHERE v.org = $1 AND v.project = $2 AND v.counted AND v.posted_at >= $3 AND v.posted_at < $4
"""
_OFFSET = "($6::int[])[width_bucket(v.posted_at, $5::timestamptz[])]"
_LOCAL = f"(v.posted_at AT TIME ZONE 'UTC' + make_interval(secs => {_OFFSET}))"
_HOUR_OF_WEEK = f"(floor((date_part('epoch', v.posted_at) + {_OFFSET}) / 3600)::bigint + 96) % 168"
"""From Sunday 00:00 on: 1970 began on a Thursday."""


class CellRow(msgspec.Struct, frozen=True):
    """Posts of one hour of one day of the week, 0 being Sunday."""

    dow: int
    hour: int
    post_count: int
    views: Decimal | None
    known: int


class CreatorDayRow(msgspec.Struct, frozen=True):
    """Posts of a creator on a day."""

    creator_id: UUID
    day: date
    post_count: int


class SpreadRow(msgspec.Struct, frozen=True):
    """How many view counts are known, between which values they lie, and how many (`held`) lie in each of the `bins`.

    `ranked` are the two neighbours of each percentile asked for; bins without any are left out.
    """

    total: int
    least: int | None
    most: int | None
    ranked: list[int]
    bins: list[int]
    held: list[int]


class OutlierRow(msgspec.Struct, frozen=True):
    """A post that did far better than the middle one of its creator."""

    video_id: UUID
    creator_id: UUID
    view_count: int
    median_views: Decimal
    posted_at: datetime | None
    title: str | None
    thumbnail_url: str | None
    url: str
    tiktok_handle: str
    display_name: str | None
    avatar_url: str | None


class FirstRow(msgspec.Struct, frozen=True):
    """One of the first creators by handle."""

    creator: UUID


class CreatorBoardRow(msgspec.Struct, frozen=True):
    """A creator, what its posts of the range come to, and what followers it gained in it."""

    creator_id: UUID
    tiktok_handle: str
    display_name: str | None
    avatar_url: str | None
    current_followers: int | None
    follower_delta: int
    views: int | None
    likes: int | None
    comments: int | None
    shares: int | None
    posts: int
    total_count: int


@read(
    f"""
    SELECT (slot / 24)::int AS dow, (slot % 24)::int AS hour, post_count, views, known
    FROM (
        SELECT {_HOUR_OF_WEEK} AS slot, count(*)::int AS post_count, sum(v.view_count) AS views,
            count(v.view_count)::int AS known
        {_POSTED} GROUP BY 1
    ) AS t ORDER BY slot
    """
)
async def heatmap(
    db: Db,
    org: OrgId,
    project: UUID,
    start: datetime,
    end: datetime,
    since: Sequence[datetime],
    seconds: Sequence[int],
) -> list[CellRow]:
    """Posts by day of the week and hour; cells without any are left out."""
    ...


@read(
    f"""
    SELECT v.creator_id, {_LOCAL}::date AS day, count(*)::int AS post_count
    {_POSTED} AND v.creator_id IS NOT NULL GROUP BY 1, 2 ORDER BY 1, 2
    """
)
async def posting_days(
    db: Db,
    org: OrgId,
    project: UUID,
    start: datetime,
    end: datetime,
    since: Sequence[datetime],
    seconds: Sequence[int],
) -> list[CreatorDayRow]:
    """Posts by creator and day; days without any are left out."""
    ...


@read(
    f"""
    WITH known AS MATERIALIZED (
        SELECT v.view_count AS views {_POSTED} AND v.view_count IS NOT NULL
    ), spread AS MATERIALIZED (
        SELECT count(*) AS total, min(views) AS least, max(views) AS most FROM known
    ), ranks AS (
        SELECT array_agg((least(p * (total - 1) / 100 + k, total - 1) + 0.5)::float8 / total ORDER BY p, k) AS shares
        FROM spread CROSS JOIN unnest($5::int[]) AS p CROSS JOIN generate_series(0, 1) AS k WHERE total > 0
    ), bins AS (
        SELECT bin, count(*)::int AS held
        FROM (
            SELECT CASE WHEN most = least THEN 0
                WHEN most - least < 1e17::bigint THEN least((views - least) * $6::int / (most - least), $6 - 1)
                ELSE least(div((views - least)::numeric * $6, most - least), $6 - 1) END::int AS bin
            FROM known CROSS JOIN spread
        ) AS t GROUP BY bin
    )
    SELECT total::int, least, most,
        coalesce(
            (SELECT percentile_disc((SELECT shares FROM ranks)) WITHIN GROUP (ORDER BY views) FROM known), '{{}}'
        ) AS ranked,
        coalesce((SELECT array_agg(bin ORDER BY bin) FROM bins), '{{}}') AS bins,
        coalesce((SELECT array_agg(held ORDER BY bin) FROM bins), '{{}}') AS held
    FROM spread
    """
)
async def spread(
    db: Db, org: OrgId, project: UUID, start: datetime, end: datetime, percents: Sequence[int], count: int
) -> SpreadRow | None:
    """How the known view counts are spread, over so many equally wide bins."""
    ...


@read(
    """
    WITH medians AS MATERIALIZED (
        SELECT creator_id, percentile_cont(0.5) WITHIN GROUP (ORDER BY view_count) AS middle
        FROM ingest.videos WHERE org = $1 AND project = $2 AND counted AND creator_id IS NOT NULL GROUP BY creator_id
    ), lines AS MATERIALIZED (
        SELECT creator_id, middle::numeric AS median, least(ceil($5::numeric * middle::numeric), 9e18)::bigint AS least
        FROM medians WHERE middle > 0
    ), first AS MATERIALIZED (
        SELECT v.video, m.median, v.view_count / m.median AS multiple
        FROM lines m JOIN ingest.videos v USING (creator_id)
        WHERE v.org = $1 AND v.project = $2 AND v.counted AND v.view_count >= m.least
            AND ($3::timestamptz IS NULL OR v.posted_at >= $3) AND ($4::timestamptz IS NULL OR v.posted_at < $4)
        ORDER BY multiple DESC, v.video LIMIT $6
    )
    SELECT video AS video_id, v.creator_id, v.view_count, f.median AS median_views, v.posted_at, v.title,
        v.thumbnail_url, v.url, c.tiktok_handle,
        coalesce(c.display_name_override, c.tiktok_display_name) AS display_name, c.avatar_url
    FROM first f JOIN ingest.videos v USING (video) JOIN ingest.creators c ON c.creator = v.creator_id
    ORDER BY f.multiple DESC, video
    """
)
async def outliers(
    db: Db, org: OrgId, project: UUID, start: datetime | None, end: datetime | None, least: Decimal, limit: int
) -> list[OutlierRow]:
    """Posts whose views are at least so many times the median of all counted posts of their creator."""
    ...


@read(
    """
    SELECT c.creator AS creator_id, c.tiktok_handle,
        coalesce(c.display_name_override, c.tiktok_display_name) AS display_name, c.avatar_url,
        c.follower_count AS current_followers, coalesce(f.gained, 0)::bigint AS follower_delta,
        CASE WHEN p.posts IS NULL THEN 0 ELSE p.views END AS views,
        CASE WHEN p.posts IS NULL THEN 0 ELSE p.likes END AS likes,
        CASE WHEN p.posts IS NULL THEN 0 ELSE p.comments END AS comments,
        CASE WHEN p.posts IS NULL THEN 0 ELSE p.shares END AS shares,
        coalesce(p.posts, 0) AS posts, count(*) OVER () AS total_count
    FROM ingest.creators c
    LEFT JOIN (
        SELECT creator_id, count(*)::int AS posts, sum(view_count)::bigint AS views, sum(like_count)::bigint AS likes,
            sum(comment_count)::bigint AS comments, sum(share_count)::bigint AS shares
        FROM ingest.videos
        WHERE org = $1 AND project = $2 AND counted AND posted_at >= $3 AND posted_at < $4 GROUP BY creator_id
    ) AS p ON p.creator_id = c.creator
    LEFT JOIN (
        SELECT g.creator, sum(g.followers) AS gained FROM ingest.profile_gains g JOIN ingest.creators o USING (creator)
        WHERE o.org = $1 AND o.project = $2 AND g.quarter >= $3 AND g.quarter < $4 GROUP BY g.creator
    ) AS f USING (creator)
    WHERE c.org = $1 AND c.project = $2 AND c.inactive_reason IS DISTINCT FROM 'removed' AND coalesce(p.posts, 0) >= $5
    ORDER BY CASE WHEN p.posts IS NULL THEN 0 ELSE p.views END DESC NULLS LAST, c.handle_key,
        c.creator
    LIMIT $6 OFFSET $7
    """
)
async def creator_board(
    db: Db,
    org: OrgId,
    project: UUID,
    start: datetime,
    end: datetime,
    least_posts: int,
    limit: int | None,
    offset: int,
) -> list[CreatorBoardRow]:
    """Creators that are not removed and have at least so many posts, by the views of these, then by handle."""
    ...


@read(
    """
    SELECT creator FROM ingest.creators WHERE org = $1 AND creator = ANY ($2::uuid[]) AND is_active
    ORDER BY handle_key, creator LIMIT $3
    """
)
async def first_active(db: Db, org: OrgId, creators: Sequence[UUID], limit: int) -> list[FirstRow]:
    """The first of these creators, by handle, that are active."""
    ...
