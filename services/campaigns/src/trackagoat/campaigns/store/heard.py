"""Creators, videos and their levels, as ingest said them."""

from __future__ import annotations

from datetime import datetime

from trackagoat.campaigns.store.sets import SETTLE
from trackagoat.events.catalogue.words import CreatorId, OrgId, ProjectId, VideoId
from trackagoat.events.effects import Write
from trackagoat.events.sql import write

_CREATORS = """
WITH given AS (
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::boolean[]) AS t(org, project, creator, removed)
    WHERE NOT EXISTS (SELECT FROM gone WHERE gone.project = t.project)
), noted AS (
    INSERT INTO creators (org, project, creator, removed) SELECT org, project, creator, removed FROM given
    ON CONFLICT (creator) DO UPDATE SET removed = excluded.removed
), turned AS (
    SELECT g.org, g.project, g.creator, coalesce(k.removed, true)::int - g.removed::int AS creators
    FROM given g LEFT JOIN creators k USING (creator)
    WHERE coalesce(k.removed, true) <> g.removed
), shift AS (
    SELECT k.campaign, sum(t.creators) AS creators, 0 AS videos,
        0 AS views, 0 AS likes, 0 AS comments, 0 AS shares, 0 AS saves,
        0 AS views_known, 0 AS likes_known, 0 AS comments_known, 0 AS shares_known, 0 AS saves_known
    FROM turned t JOIN campaign_creators k USING (creator)
    WHERE (k.org, k.project) IS NOT DISTINCT FROM (t.org, t.project)
    GROUP BY k.campaign
)
"""

_LEVELS = """
WITH given AS (
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[],
        $4::timestamptz[], $5::bigint[], $6::timestamptz[], $7::bigint[], $8::timestamptz[], $9::bigint[],
        $10::timestamptz[], $11::bigint[], $12::timestamptz[], $13::bigint[])
        AS t(org, project, video, views_at, views, likes_at, likes, comments_at, comments,
            shares_at, shares, saves_at, saves)
    WHERE NOT EXISTS (SELECT FROM gone WHERE gone.project = t.project)
), noted AS (
    INSERT INTO videos AS v (org, project, video, views, views_at, likes, likes_at, comments, comments_at,
        shares, shares_at, saves, saves_at)
    SELECT org, project, video, views, views_at, likes, likes_at, comments, comments_at,
        shares, shares_at, saves, saves_at
    FROM given
    ON CONFLICT (video) DO UPDATE SET
        views = CASE WHEN v.views_at IS NULL OR (excluded.views_at, excluded.views) > (v.views_at, v.views)
            THEN excluded.views ELSE v.views END,
        likes = CASE WHEN v.likes_at IS NULL OR (excluded.likes_at, excluded.likes) > (v.likes_at, v.likes)
            THEN excluded.likes ELSE v.likes END,
        comments = CASE WHEN v.comments_at IS NULL
                OR (excluded.comments_at, excluded.comments) > (v.comments_at, v.comments)
            THEN excluded.comments ELSE v.comments END,
        shares = CASE WHEN v.shares_at IS NULL OR (excluded.shares_at, excluded.shares) > (v.shares_at, v.shares)
            THEN excluded.shares ELSE v.shares END,
        saves = CASE WHEN v.saves_at IS NULL OR (excluded.saves_at, excluded.saves) > (v.saves_at, v.saves)
            THEN excluded.saves ELSE v.saves END,
        views_at = greatest(v.views_at, excluded.views_at),
        likes_at = greatest(v.likes_at, excluded.likes_at),
        comments_at = greatest(v.comments_at, excluded.comments_at),
        shares_at = greatest(v.shares_at, excluded.shares_at),
        saves_at = greatest(v.saves_at, excluded.saves_at)
    RETURNING v.video, v.views, v.likes, v.comments, v.shares, v.saves
), shift AS (
    SELECT m.campaign, 0 AS videos, 0 AS creators,
        sum(coalesce(n.views, 0) - coalesce(v.views, 0)) AS views,
        sum(coalesce(n.likes, 0) - coalesce(v.likes, 0)) AS likes,
        sum(coalesce(n.comments, 0) - coalesce(v.comments, 0)) AS comments,
        sum(coalesce(n.shares, 0) - coalesce(v.shares, 0)) AS shares,
        sum(coalesce(n.saves, 0) - coalesce(v.saves, 0)) AS saves,
        count(n.views) - count(v.views) AS views_known,
        count(n.likes) - count(v.likes) AS likes_known,
        count(n.comments) - count(v.comments) AS comments_known,
        count(n.shares) - count(v.shares) AS shares_known,
        count(n.saves) - count(v.saves) AS saves_known
    FROM noted n JOIN videos v USING (video) JOIN membership m USING (video)
    GROUP BY m.campaign
)
"""


@write(_CREATORS + SETTLE, key=("creator",))
def set_creator(org: OrgId, project: ProjectId, creator: CreatorId, removed: bool) -> Write:
    """Whether the creator is removed, with what that means for the number of creators of the campaigns it is in."""


@write(
    """
    INSERT INTO videos (org, project, video, discovered, creator_id, counts, posted_at)
    SELECT t.org, t.project, t.video, coalesce(v.discovered, t.discovered),
        CASE WHEN t.owner_said THEN t.creator_id ELSE v.creator_id END,
        coalesce(t.counts, v.counts, false),
        coalesce(t.posted_at, v.posted_at)
    FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::boolean[], $5::boolean[], $6::uuid[], $7::boolean[],
        $8::timestamptz[]) AS t(org, project, video, discovered, owner_said, creator_id, counts, posted_at)
    LEFT JOIN videos v USING (video)
    WHERE NOT EXISTS (SELECT FROM gone WHERE gone.project = t.project)
    ON CONFLICT (video) DO UPDATE
        SET discovered = excluded.discovered, creator_id = excluded.creator_id, counts = excluded.counts,
            posted_at = excluded.posted_at
    """,
    key=("video",),
)
def set_video(
    org: OrgId,
    project: ProjectId,
    video: VideoId,
    discovered: bool | None,
    owner_said: bool,
    creator_id: CreatorId | None,
    counts: bool | None,
    posted_at: datetime | None,
) -> Write:
    """What was said of a video. Its rows in campaigns are withdrawn before and readmitted after."""


@write(_LEVELS + SETTLE, key=("video",))
def set_levels(
    org: OrgId,
    project: ProjectId,
    video: VideoId,
    views_at: datetime | None,
    views: int | None,
    likes_at: datetime | None,
    likes: int | None,
    comments_at: datetime | None,
    comments: int | None,
    shares_at: datetime | None,
    shares: int | None,
    saves_at: datetime | None,
    saves: int | None,
) -> Write:
    """The latest known counters, unless later ones are known, and the difference for the campaigns above."""
