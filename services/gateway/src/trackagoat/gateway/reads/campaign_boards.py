"""Campaigns of a project side by side: what their posts of a range come to, and who is in several of them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec

from trackagoat.events.catalogue.words import OrgId
from trackagoat.events.sql import Db, read


class BoardRow(msgspec.Struct, frozen=True):
    """A campaign and the levels of now of its posts in a range and before it; no posts: null sums and 0."""

    campaign: UUID
    name: str
    creator_count: int
    views: int | None
    likes: int | None
    posts: int
    prior_views: int | None
    prior_posts: int
    most_viewed: UUID | None


class OverlapRow(msgspec.Struct, frozen=True):
    """Something that is a direct item, and of which campaigns, by their names."""

    item: UUID
    campaign_ids: list[UUID]
    campaign_names: list[str]


@read(
    """
    WITH posted AS MATERIALIZED (
        SELECT video, creator_id, posted_at >= $4 AS now, views, likes,
            row_number() OVER (ORDER BY posted_at >= $4 DESC, views DESC NULLS LAST, video) AS rank
        FROM campaigns.counted_videos WHERE org = $1 AND project = $2 AND posted_at >= $3 AND posted_at < $5
    ), whole AS (
        SELECT campaign, creator FROM campaigns.campaign_creators WHERE org = $1 AND project = $2 AND item_paths > 0
    ), of_creators AS (
        SELECT creator_id, now, count(*) AS posts, sum(views) AS views, sum(likes) AS likes, min(rank) AS rank
        FROM posted WHERE creator_id IS NOT NULL GROUP BY creator_id, now
    ), of_videos AS (
        SELECT DISTINCT a.ancestor AS campaign, p.video, p.creator_id, p.now, p.views, p.likes, p.rank
        FROM campaigns.items i JOIN posted p ON p.video = i.item JOIN campaigns.closure a ON a.descendant = i.campaign
        WHERE i.org = $1 AND i.item_type = 'video'
    ), parts AS (
        SELECT w.campaign, c.now, c.posts, c.views, c.likes, c.rank
        FROM of_creators c JOIN whole w ON w.creator = c.creator_id
        UNION ALL
        SELECT v.campaign, v.now, 1, v.views, v.likes, v.rank FROM of_videos v
        WHERE NOT EXISTS (SELECT FROM whole w WHERE w.campaign = v.campaign AND w.creator = v.creator_id)
    ), held AS (
        SELECT campaign, sum(posts) FILTER (WHERE now)::int AS posts, sum(views) FILTER (WHERE now)::bigint AS views,
            sum(likes) FILTER (WHERE now)::bigint AS likes, sum(posts) FILTER (WHERE NOT now)::int AS prior_posts,
            sum(views) FILTER (WHERE NOT now)::bigint AS prior_views, min(rank) FILTER (WHERE now) AS rank
        FROM parts GROUP BY campaign
    )
    SELECT c.campaign, c.name, c.creator_count, h.views, h.likes, coalesce(h.posts, 0) AS posts, h.prior_views,
        coalesce(h.prior_posts, 0) AS prior_posts, p.video AS most_viewed
    FROM campaigns.campaigns c LEFT JOIN held h USING (campaign) LEFT JOIN posted p USING (rank)
    WHERE c.org = $1 AND c.project = $2
    """
)
async def board(db: Db, org: OrgId, project: UUID, prior: datetime, start: datetime, end: datetime) -> list[BoardRow]:
    """Every campaign of the project with its posts of [start, end) and of [prior, start), in no order.

    Posts of a creator that is an item anywhere below come as one sum; posts that are items themselves come one by one,
    unless their creator brought them already.
    """
    ...


@read(
    """
    SELECT i.item, array_agg(c.campaign ORDER BY c.name, c.campaign) AS campaign_ids,
        array_agg(c.name ORDER BY c.name, c.campaign) AS campaign_names
    FROM campaigns.items i JOIN campaigns.campaigns c USING (campaign)
    WHERE i.org = $1 AND c.project = $2 AND i.item_type = $3 AND CASE i.item_type
        WHEN 'creator' THEN EXISTS (SELECT FROM campaigns.creators o WHERE o.creator = i.item AND NOT o.removed)
        ELSE EXISTS (SELECT FROM campaigns.counted_videos v WHERE v.video = i.item) END
    GROUP BY i.item ORDER BY count(*) DESC
    FETCH FIRST $4 ROWS WITH TIES
    """
)
async def overlap(db: Db, org: OrgId, project: UUID, item_type: str, limit: int) -> list[OverlapRow]:
    """Direct items that count, those in most campaigns first: so many, and all that are in as many as the last."""
    ...
