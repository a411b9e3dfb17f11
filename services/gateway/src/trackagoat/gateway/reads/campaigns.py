"""What campaigns publishes: campaigns with their totals, their items, and what lies beneath them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from trackagoat.events.catalogue.words import OrgId
from trackagoat.events.sql import Db, read
from trackagoat.gateway.reads.keyset import highest, newest


class CampaignRow(msgspec.Struct, frozen=True):
    """A campaign with its recursive totals."""

    campaign: UUID
    project: UUID
    name: str
    readme: str | None
    metadata: dict[str, Any]
    target_views: int | None
    target_at: datetime | None
    reached_at: datetime | None
    views: int | None
    likes: int | None
    comments: int | None
    shares: int | None
    saves: int | None
    video_count: int
    creator_count: int
    item_count: int
    parent_ids: list[UUID]
    created_at: datetime
    updated_at: datetime


class ItemRow(msgspec.Struct, frozen=True):
    """A direct item with the totals of what it brings."""

    item_type: str
    item: UUID
    added_at: datetime
    views: int | None
    likes: int | None
    comments: int | None
    shares: int | None
    saves: int | None
    video_count: int


class SumsRow(msgspec.Struct, frozen=True):
    """A creator found in a campaign, and the sums of its videos in there."""

    creator: UUID
    views: int | None
    likes: int | None
    comments: int | None
    shares: int | None
    saves: int | None
    video_count: int


class MemberRow(msgspec.Struct, frozen=True):
    """A video of a closure."""

    video: UUID
    views: int | None
    posted_at: datetime | None


class CountRow(msgspec.Struct, frozen=True):
    """How many campaigns a project has."""

    project: UUID
    count: int


class PlaceRow(msgspec.Struct, frozen=True):
    """Which project a campaign is in."""

    campaign: UUID
    project: UUID
    name: str


_CAMPAIGN = """
    SELECT campaign, project, name, readme, metadata, target_views, target_at, reached_at, views, likes, comments,
        shares, saves, video_count, creator_count, item_count,
        ARRAY(SELECT i.campaign FROM campaigns.items i WHERE i.item = c.campaign AND i.item_type = 'campaign'
            AND i.org = c.org ORDER BY i.campaign) AS parent_ids,
        created_at, updated_at
    FROM campaigns.campaigns c WHERE org = $1
"""
_SUMS = """
    CASE WHEN count(v.video) = 0 THEN 0 ELSE sum(v.views)::bigint END AS views,
    CASE WHEN count(v.video) = 0 THEN 0 ELSE sum(v.likes)::bigint END AS likes,
    CASE WHEN count(v.video) = 0 THEN 0 ELSE sum(v.comments)::bigint END AS comments,
    CASE WHEN count(v.video) = 0 THEN 0 ELSE sum(v.shares)::bigint END AS shares,
    CASE WHEN count(v.video) = 0 THEN 0 ELSE sum(v.saves)::bigint END AS saves,
    count(v.video)::integer AS video_count
"""
_CREATOR_SUMS = f"""
    SELECT f.creator, {_SUMS}
    FROM campaigns.campaign_creators f
    LEFT JOIN (
        SELECT v.* FROM campaigns.membership m JOIN campaigns.videos v ON v.video = m.video
        WHERE m.org = $1 AND m.campaign = $2
    ) v ON v.creator_id = f.creator
    WHERE f.org = $1 AND f.campaign = $2
        AND NOT EXISTS (SELECT FROM campaigns.creators r WHERE r.creator = f.creator AND r.removed)
"""


@read(_CAMPAIGN + "AND campaign = $2")
async def campaign(db: Db, org: OrgId, campaign: UUID) -> CampaignRow | None:
    """One campaign."""
    ...


@read(
    _CAMPAIGN
    + """
    AND ($2::uuid IS NULL OR project = $2)
    AND ($3::text IS NULL OR strpos(lower(name), lower($3)) > 0)
    AND (NOT $4 OR NOT EXISTS (
        SELECT FROM campaigns.items i WHERE i.item = c.campaign AND i.item_type = 'campaign' AND i.org = c.org))
    """
    + newest("created_at", "campaign", 5)
)
async def campaigns(
    db: Db,
    org: OrgId,
    project: UUID | None,
    search: str | None,
    top_level: bool,
    at: datetime | None,
    after: UUID | None,
    limit: int,
) -> list[CampaignRow]:
    """Campaigns, newest first."""
    ...


@read("SELECT campaign, project, name FROM campaigns.campaigns WHERE org = $1 AND campaign = ANY ($2::uuid[])")
async def places(db: Db, org: OrgId, campaigns: Sequence[UUID]) -> list[PlaceRow]:
    """Where these campaigns are."""
    ...


@read(
    """
    SELECT p.project, (SELECT count(*) FROM campaigns.campaigns c WHERE c.org = $1 AND c.project = p.project) AS count
    FROM unnest($2::uuid[]) AS p (project)
    """
)
async def counts(db: Db, org: OrgId, projects: Sequence[UUID]) -> list[CountRow]:
    """How many campaigns the projects have."""
    ...


@read(
    f"""
    SELECT i.item_type, i.item, i.added_at, t.views, t.likes, t.comments, t.shares, t.saves, t.video_count
    FROM campaigns.items i
    CROSS JOIN LATERAL (
        SELECT {_SUMS} FROM campaigns.counted_videos v
        WHERE i.item_type <> 'campaign' AND v.org = i.org
            AND (i.item_type = 'creator' AND v.creator_id = i.item OR i.item_type = 'video' AND v.video = i.item)
        HAVING i.item_type <> 'campaign'
        UNION ALL
        SELECT c.views, c.likes, c.comments, c.shares, c.saves, c.video_count FROM campaigns.campaigns c
        WHERE i.item_type = 'campaign' AND c.campaign = i.item AND c.org = i.org
    ) t
    WHERE i.org = $1 AND i.campaign = $2 AND ($3::text IS NULL OR i.item_type = $3)
        AND ($4::uuid[] IS NULL OR i.item = ANY ($4::uuid[]))
    """
    + newest("i.added_at", "i.item", 5)
)
async def items(
    db: Db,
    org: OrgId,
    campaign: UUID,
    item_type: str | None,
    only: Sequence[UUID] | None,
    at: datetime | None,
    after: UUID | None,
    limit: int,
) -> list[ItemRow]:
    """Direct items, newest first."""
    ...


@read(f"SELECT * FROM ({_CREATOR_SUMS} GROUP BY f.creator) t WHERE true " + highest("views", "bigint", "creator", 3))
async def creators_by_views(
    db: Db, org: OrgId, campaign: UUID, views: int | None, after: UUID | None, limit: int
) -> list[SumsRow]:
    """Creators of a campaign, most viewed first."""
    ...


@read(_CREATOR_SUMS + " AND f.creator = ANY ($3::uuid[]) GROUP BY f.creator")
async def creator_sums(db: Db, org: OrgId, campaign: UUID, creators: Sequence[UUID]) -> list[SumsRow]:
    """What these creators bring to a campaign."""
    ...


@read(
    """
    SELECT coalesce(array_agg(creator), '{}') FROM campaigns.campaign_creators f
    WHERE org = $1 AND campaign = $2
        AND NOT EXISTS (SELECT FROM campaigns.creators r WHERE r.creator = f.creator AND r.removed)
    """
)
async def creator_ids(db: Db, org: OrgId, campaign: UUID) -> Sequence[UUID]:
    """Creators of a campaign, in no order."""
    ...


def _members(order: str) -> Callable[..., Awaitable[list[MemberRow]]]:
    @read(
        """
        SELECT v.video, v.views, v.posted_at
        FROM campaigns.membership m JOIN campaigns.videos v ON v.video = m.video
        WHERE m.org = $1 AND m.campaign = $2
            AND ($3::uuid IS NULL OR v.creator_id = $3)
            AND ($4::timestamptz IS NULL OR v.posted_at >= $4)
            AND ($5::timestamptz IS NULL OR v.posted_at < $5)
        """
        + order
    )
    async def members(
        db: Db,
        org: OrgId,
        campaign: UUID,
        creator: UUID | None,
        posted_from: datetime | None,
        posted_before: datetime | None,
        value: Any,
        after: UUID | None,
        limit: int,
    ) -> list[MemberRow]: ...

    return members


MEMBERS: Mapping[str, Callable[..., Awaitable[list[MemberRow]]]] = {
    "-view_count": _members(highest("v.views", "bigint", "v.video", 6)),
    "-posted_at": _members(highest("v.posted_at", "timestamptz", "v.video", 6)),
}
"""The closure of a campaign, each video once, by its order."""
