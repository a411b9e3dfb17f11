"""Creators, videos and their levels, as ingest said them."""

from __future__ import annotations

from datetime import datetime

from trackagoat.campaigns.store.gains import SETTLE, each
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


@write(_CREATORS + SETTLE, key=("creator",))
def set_creator(org: OrgId, project: ProjectId, creator: CreatorId, removed: bool) -> Write:
    """Whether the creator is removed, with what that means for the number of creators of the campaigns it is in."""


@write(
    """
    INSERT INTO videos (org, project, video, discovered, creator_id, counts, posted_at)
    SELECT t.org, t.project, t.video, coalesce(v.discovered, t.discovered),
        CASE WHEN t.owner_said THEN t.creator_id ELSE v.creator_id END,
        coalesce(t.counts, v.counts, false),
        coalesce(v.posted_at, t.posted_at)
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


@write(
    f"""
    INSERT INTO videos AS v (org, project, video, {each("{c}_at, {c}")})
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[],
        $4::timestamptz[], $5::bigint[], $6::timestamptz[], $7::bigint[], $8::timestamptz[], $9::bigint[],
        $10::timestamptz[], $11::bigint[], $12::timestamptz[], $13::bigint[])
        AS t(org, project, video, {each("{c}_at, {c}")})
    WHERE NOT EXISTS (SELECT FROM gone WHERE gone.project = t.project)
    ON CONFLICT (video) DO UPDATE SET
        {each("{c} = later(v.{c}_at, v.{c}, excluded.{c}_at, excluded.{c})")},
        {each("{c}_at = greatest(v.{c}_at, excluded.{c}_at)")}
    """,
    key=("video",),
)
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
    """The latest known counters, unless later ones are known."""
