"""Campaigns and their direct items, as campaigns said them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec

from trackagoat.events.catalogue.words import CampaignId, ItemType, Json, OrgId, ProjectId
from trackagoat.events.effects import Write
from trackagoat.events.sql import Db, read, write


class Place(msgspec.Struct, frozen=True):
    """The project something lies in."""

    item_type: ItemType
    item: UUID
    project: ProjectId


@read(
    """
    SELECT t.item_type, t.item, p.project
    FROM unnest($2::text[], $3::uuid[]) AS t(item_type, item)
    JOIN (
        SELECT org, 'campaign' AS item_type, campaign AS item, project FROM campaigns
        UNION ALL SELECT org, 'creator', creator, project FROM creators
        UNION ALL SELECT org, 'video', video, project FROM videos
    ) AS p ON p.org = $1 AND p.item_type = t.item_type AND p.item = t.item
    """
)
async def places(db: Db, org: OrgId, item_types: list[ItemType], items: list[UUID]) -> list[Place]:
    """Where the items lie, those known in the org."""


@write(
    """
    WITH opened AS (
        INSERT INTO campaigns (org, campaign, project, name, readme, metadata, target_views, target_at,
            created_at, updated_at)
        SELECT org, campaign, project, name, readme, metadata, target_views, target_at, at, at
        FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::jsonb[], $7::bigint[],
            $8::timestamptz[], $9::timestamptz[])
            AS t(org, campaign, project, name, readme, metadata, target_views, target_at, at)
        WHERE NOT EXISTS (SELECT FROM gone WHERE gone.project = t.project)
        RETURNING org, campaign
    )
    INSERT INTO closure (org, ancestor, descendant, paths) SELECT org, campaign, campaign, 1 FROM opened
    """,
    key=("campaign",),
)
def open_campaign(
    org: OrgId,
    campaign: CampaignId,
    project: ProjectId,
    name: str,
    readme: str | None,
    metadata: Json,
    target_views: int | None,
    target_at: datetime | None,
    at: datetime,
) -> Write: ...


@write(
    """
    UPDATE campaigns c SET name = t.name, readme = t.readme, metadata = t.metadata, target_views = t.target_views,
        target_at = t.target_at, updated_at = greatest(c.updated_at, t.at),
        target_state = CASE WHEN same THEN c.target_state ELSE 'on_track' END,
        reached_at = CASE WHEN same THEN c.reached_at END,
        target_turns = c.target_turns + (NOT same)::int
    FROM unnest($1::uuid[], $2::text[], $3::text[], $4::jsonb[], $5::bigint[], $6::timestamptz[], $7::timestamptz[])
        AS t(campaign, name, readme, metadata, target_views, target_at, at)
    CROSS JOIN LATERAL (
        SELECT (b.target_views, b.target_at) IS NOT DISTINCT FROM (t.target_views, t.target_at) AS same
        FROM campaigns b WHERE b.campaign = t.campaign
    ) AS before
    WHERE c.campaign = t.campaign
    """
)
def change_campaign(
    campaign: CampaignId,
    name: str,
    readme: str | None,
    metadata: Json,
    target_views: int | None,
    target_at: datetime | None,
    at: datetime,
) -> Write: ...


@write(
    """
    WITH given AS (
        SELECT * FROM unnest($1::uuid[], $2::timestamptz[]) AS t(campaign, at)
    ), dropped AS (
        DELETE FROM items i USING given g WHERE i.item = g.campaign AND i.item_type = 'campaign'
        RETURNING i.campaign, g.at
    )
    UPDATE campaigns c SET item_count = c.item_count - d.items, updated_at = greatest(c.updated_at, d.at)
    FROM (SELECT campaign, count(*) AS items, max(at) AS at FROM dropped GROUP BY campaign) AS d
    WHERE c.campaign = d.campaign
    """
)
def drop_places(campaign: CampaignId, at: datetime) -> Write:
    """Take the campaign out of the lists of those that hold it."""


@write(
    """
    WITH given AS (
        SELECT * FROM unnest($1::uuid[]) AS t(campaign)
    ), emptied AS (
        DELETE FROM items i USING given g WHERE i.campaign = g.campaign
    ), days AS (
        DELETE FROM campaign_days d USING given g WHERE d.campaign = g.campaign
    ), quarters AS (
        DELETE FROM campaign_quarters q USING given g WHERE q.campaign = g.campaign
    ), unwatched AS (
        DELETE FROM target_watch w USING given g WHERE w.campaign = g.campaign
    )
    DELETE FROM campaigns c USING given g WHERE c.campaign = g.campaign
    """
)
def close_campaign(campaign: CampaignId) -> Write: ...


@write(
    """
    WITH placed AS (
        INSERT INTO items (org, project, campaign, item_type, item, added_at)
        SELECT c.org, c.project, c.campaign, t.item_type, t.item, t.at
        FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::timestamptz[]) AS t(campaign, item_type, item, at)
        JOIN campaigns c USING (campaign)
        RETURNING campaign, added_at
    )
    UPDATE campaigns c SET item_count = c.item_count + p.items, updated_at = greatest(c.updated_at, p.at)
    FROM (SELECT campaign, count(*) AS items, max(added_at) AS at FROM placed GROUP BY campaign) AS p
    WHERE c.campaign = p.campaign
    """,
    key=("campaign", "item_type", "item"),
)
def place_item(campaign: CampaignId, item_type: ItemType, item: UUID, at: datetime) -> Write: ...


@write(
    """
    WITH taken AS (
        DELETE FROM items i USING unnest($1::uuid[], $2::text[], $3::uuid[], $4::timestamptz[])
            AS t(campaign, item_type, item, at)
        WHERE i.campaign = t.campaign AND i.item_type = t.item_type AND i.item = t.item
        RETURNING i.campaign, t.at
    )
    UPDATE campaigns c SET item_count = c.item_count - k.items, updated_at = greatest(c.updated_at, k.at)
    FROM (SELECT campaign, count(*) AS items, max(at) AS at FROM taken GROUP BY campaign) AS k
    WHERE c.campaign = k.campaign
    """,
    key=("campaign", "item_type", "item"),
)
def take_item(campaign: CampaignId, item_type: ItemType, item: UUID, at: datetime) -> Write: ...


@write(
    """
    WITH given AS (
        SELECT * FROM unnest($1::uuid[], $2::uuid[]) AS t(org, project)
    ), noted AS (
        INSERT INTO gone (org, project) SELECT org, project FROM given ON CONFLICT DO NOTHING
    ), closed AS (
        DELETE FROM campaigns c USING given g WHERE c.project = g.project AND c.org = g.org RETURNING c.campaign
    ), emptied AS (
        DELETE FROM items i USING closed WHERE i.campaign = closed.campaign
    ), parted AS (
        DELETE FROM closure l USING closed WHERE l.descendant = closed.campaign
    ), left_by_videos AS (
        DELETE FROM membership m USING closed WHERE m.campaign = closed.campaign
    ), left_by_creators AS (
        DELETE FROM campaign_creators k USING closed WHERE k.campaign = closed.campaign
    ), days AS (
        DELETE FROM campaign_days d USING closed WHERE d.campaign = closed.campaign
    ), quarters AS (
        DELETE FROM campaign_quarters q USING closed WHERE q.campaign = closed.campaign
    ), unwatched AS (
        DELETE FROM target_watch w USING closed WHERE w.campaign = closed.campaign
    ), creators_forgotten AS (
        DELETE FROM creators k USING given g WHERE k.project = g.project AND k.org = g.org
    ), videos_forgotten AS (
        DELETE FROM videos v USING given g WHERE v.project = g.project AND v.org = g.org RETURNING v.video
    ), first_readings_forgotten AS (
        DELETE FROM first_readings f USING videos_forgotten v WHERE f.video = v.video
    )
    DELETE FROM video_quarters q USING videos_forgotten v WHERE q.video = v.video
    """,
    key=("project",),
)
def forget_project(org: OrgId, project: ProjectId) -> Write:
    """Everything of a deleted project goes, and what is heard of it later leaves no trace."""
