"""What is watched: creators that are read, posts that wait, and what limits count."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

import msgspec

from trackagoat.events.catalogue.plans import Limit
from trackagoat.events.catalogue.words import CampaignId, CreatorId, Json, OrgId, ProjectId, VideoId
from trackagoat.events.catalogue.workspace import Tier
from trackagoat.events.effects import Write
from trackagoat.events.sql import Db, read, write


@write(
    """
    INSERT INTO terms AS o (org, tier, creator_profiles_hours, discover_videos_hours)
    SELECT * FROM unnest($1::uuid[], $2::text[], $3::int[], $4::int[]) ON CONFLICT (org) DO NOTHING
    """,
    key=("org",),
)
def add_org(org: OrgId, tier: Tier, profiles: int, discovery: int) -> Write: ...


@write(
    """
    UPDATE terms o SET tier = coalesce(t.tier, o.tier),
        creator_profiles_hours = coalesce(t.profiles, o.creator_profiles_hours),
        discover_videos_hours = coalesce(t.discovery, o.discover_videos_hours)
    FROM unnest($1::uuid[], $2::text[], $3::int[], $4::int[]) AS t(org, tier, profiles, discovery)
    WHERE o.org = t.org
    """,
    key=("org",),
)
def change_org(org: OrgId, tier: Tier | None, profiles: int | None, discovery: int | None) -> Write: ...


@write(
    """
    UPDATE terms o SET rests = t.resumed IS NULL, resumed_at = coalesce(t.resumed, o.resumed_at)
    FROM unnest($1::uuid[], $2::timestamptz[]) AS t(org, resumed) WHERE o.org = t.org
    """,
    key=("org",),
)
def rest_org(org: OrgId, resumed: datetime | None) -> Write:
    """Its tracking rests; or it goes on since then."""
    ...


@write(
    """
    INSERT INTO tracked AS c (org, creator, project, since)
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::timestamptz[])
    ON CONFLICT (creator) DO UPDATE SET since = excluded.since
    """,
    key=("creator",),
)
def track(org: OrgId, creator: CreatorId, project: ProjectId, since: datetime) -> Write: ...


@write(
    """
    UPDATE tracked c SET profile_at = greatest(c.profile_at, t.profile),
        discovery_at = greatest(c.discovery_at, t.discovery)
    FROM unnest($1::uuid[], $2::timestamptz[], $3::timestamptz[]) AS t(creator, profile, discovery)
    WHERE c.creator = t.creator
    """,
    key=("creator",),
)
def saw(creator: CreatorId, profile: datetime | None, discovery: datetime | None) -> Write:
    """The creator was read, by either job or both."""
    ...


@write("DELETE FROM tracked c USING unnest($1::uuid[]) AS t(creator) WHERE c.creator = t.creator", key=("creator",))
def untrack(creator: CreatorId) -> Write: ...


@write(
    """
    WITH gone AS (
        DELETE FROM tracked c USING unnest($1::uuid[]) AS t(project) WHERE c.project = t.project
    )
    DELETE FROM posts p USING unnest($1::uuid[]) AS t(project) WHERE p.project = t.project
    """,
    key=("project",),
)
def close_project(project: ProjectId) -> Write:
    """Nobody is tracked in it any more, and nothing waits."""
    ...


@write(
    """
    INSERT INTO posts AS p (org, video, project, creator, since, pending, added)
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::timestamptz[], $6::boolean[],
        $7::boolean[])
    ON CONFLICT (video) DO NOTHING
    """,
    key=("video",),
)
def add_post(
    org: OrgId,
    video: VideoId,
    project: ProjectId,
    creator: CreatorId | None,
    since: datetime,
    pending: bool,
    added: bool,
) -> Write: ...


@write(
    """
    UPDATE posts p SET pending = p.pending AND coalesce(t.pending, true), removed = coalesce(t.removed, p.removed),
        refreshed = coalesce(t.refreshed, p.refreshed)
    FROM unnest($1::uuid[], $2::boolean[], $3::boolean[], $4::boolean[]) AS t(video, pending, removed, refreshed)
    WHERE p.video = t.video
    """,
    key=("video",),
)
def change_post(video: VideoId, pending: bool | None, removed: bool | None, refreshed: bool | None) -> Write:
    """What is given holds from now on; nothing waits for a decision twice."""
    ...


@write(
    """
    UPDATE posts p SET creator = t.creator, hidden = p.hidden AND p.creator IS NOT DISTINCT FROM t.creator
    FROM unnest($1::uuid[], $2::uuid[]) AS t(video, creator) WHERE p.video = t.video
    """,
    key=("video",),
)
def own_post(video: VideoId, creator: CreatorId | None) -> Write: ...


@write(
    """
    UPDATE posts p SET hidden = t.hidden FROM unnest($1::uuid[], $2::boolean[]) AS t(creator, hidden)
    WHERE p.creator = t.creator
    """,
    key=("creator",),
)
def hide_posts(creator: CreatorId, hidden: bool) -> Write: ...


@write(
    """
    INSERT INTO holds AS h (org, limit_key, at_id, thing, until)
    SELECT * FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::uuid[], $5::timestamptz[])
    ON CONFLICT (org, limit_key, at_id, thing) DO UPDATE SET until = excluded.until
    """,
    key=("limit_key", "thing"),
)
def hold(org: OrgId, limit_key: Limit, at_id: UUID, thing: UUID, until: datetime | None = None) -> Write: ...


@write(
    """
    DELETE FROM holds h USING unnest($1::uuid[], $2::text[], $3::uuid[], $4::uuid[]) AS t(org, limit_key, at_id, thing)
    WHERE h.org = t.org AND h.limit_key = t.limit_key AND h.at_id = t.at_id AND h.thing = t.thing
    """,
    key=("limit_key", "thing"),
)
def release(org: OrgId, limit_key: Limit, at_id: UUID, thing: UUID) -> Write: ...


@write(
    """
    DELETE FROM holds h USING unnest($1::uuid[], $2::uuid[]) AS t(org, campaign)
    WHERE h.org = t.org AND h.limit_key = 'max_campaign_items_per_campaign'
        AND (h.at_id = t.campaign OR h.thing = t.campaign)
    """,
    key=("campaign",),
)
def empty_campaign(org: OrgId, campaign: CampaignId) -> Write:
    """It holds nothing and is in nothing any more."""
    ...


@write(
    """
    INSERT INTO spent AS s (org, limit_key, day, count)
    SELECT org, limit_key, day, 1 FROM unnest($1::uuid[], $2::text[], $3::date[]) AS t(org, limit_key, day)
    ON CONFLICT (org, limit_key) DO UPDATE SET day = greatest(s.day, excluded.day),
        count = CASE WHEN s.day < excluded.day THEN 1 WHEN s.day = excluded.day THEN s.count + 1 ELSE s.count END
    """,
    key=("org", "limit_key"),
)
def spend(org: OrgId, limit_key: Limit, day: date) -> Write:
    """One unit of a daily limit was used."""
    ...


@write(
    """
    UPDATE due SET due_at = t.at, fence = due.fence + 1, holder = NULL, lease_until = NULL
    FROM unnest($1::text[], $2::timestamptz[]) AS t(key, at)
    WHERE due.kind = 'watch' AND due.key = t.key AND due.payload @> '{"overdue": true}' AND due.due_at > t.at
    """,
    key=("key",),
)
def rouse(key: str, at: datetime) -> Write:
    """Look again at once, if it was overdue when it was looked at last."""
    ...


@write(
    """
    UPDATE due SET due_at = t.at, fence = due.fence + 1, holder = NULL, lease_until = NULL
    FROM unnest($1::uuid[], $2::timestamptz[]) AS t(org, at)
    JOIN tracked c ON c.org = t.org
    WHERE due.kind = 'watch' AND due.key = 'overdue/' || c.creator AND due.due_at > t.at
    """,
    key=("org",),
)
def rouse_all(org: OrgId, at: datetime) -> Write:
    """Look again at every creator of the org: what is expected of its readings has changed."""
    ...


class Terms(msgspec.Struct, frozen=True):
    """What an org may, and how often it wants its creators read."""

    tier: Tier
    creator_profiles_hours: int
    discover_videos_hours: int
    rests: bool
    resumed_at: datetime | None


@read("SELECT tier, creator_profiles_hours, discover_videos_hours, rests, resumed_at FROM terms WHERE org = $1")
async def terms(db: Db, org: OrgId) -> Terms | None: ...


class Tracked(msgspec.Struct, frozen=True):
    """A creator that is read, and when it last was."""

    project: ProjectId
    since: datetime
    profile_at: datetime | None
    discovery_at: datetime | None


@read("SELECT project, since, profile_at, discovery_at FROM tracked WHERE creator = $1")
async def tracked(db: Db, creator: UUID) -> Tracked | None: ...


class Inbox(msgspec.Struct, frozen=True):
    """The posts of a project that wait for a decision."""

    count: int
    oldest: datetime | None


@read(
    """
    SELECT count(*) AS count, min(since) AS oldest FROM posts
    WHERE project = $1 AND pending AND NOT removed AND NOT hidden
    """
)
async def inbox(db: Db, project: UUID) -> Inbox: ...


class Use(msgspec.Struct, frozen=True):
    """How much of a limit is used, in the org, a project or a campaign."""

    limit_key: Limit
    at_id: UUID
    count: int


@read(
    """
    SELECT h.limit_key, h.at_id, count(*) AS count FROM holds h
    WHERE h.org = $1 AND (h.until IS NULL OR h.until > $2) AND (
        h.limit_key <> 'max_campaigns_per_project' OR EXISTS (
            SELECT FROM holds p WHERE p.org = $1 AND p.limit_key = 'max_projects_per_org' AND p.at_id = $1
                AND p.thing = h.at_id
        )
    )
    GROUP BY h.limit_key, h.at_id
    UNION ALL
    SELECT 'max_creators_per_org', $1, count(*) FROM tracked WHERE org = $1
    UNION ALL
    SELECT 'max_tracked_videos_per_org', $1, count(*) FROM posts
    WHERE org = $1 AND added AND refreshed AND NOT removed AND NOT hidden
    UNION ALL
    SELECT limit_key, org, count FROM spent WHERE org = $1 AND day = ($2 AT TIME ZONE 'UTC')::date
    """
)
async def uses(db: Db, org: OrgId, now: datetime) -> list[Use]:
    """What is used of every limit that anything is used of."""
    ...


class Standing(msgspec.Struct, frozen=True):
    """An alert that was not cleared."""

    entity: UUID
    payload: dict[str, Json]
    created_at: datetime


@read(
    """
    SELECT entity_id AS entity, payload, created_at FROM alerts
    WHERE org = $1 AND kind = $2 AND cleared_at IS NULL AND ($3::uuid IS NULL OR entity_id = $3)
    """
)
async def standing(db: Db, org: OrgId, kind: str, entity: UUID | None) -> list[Standing]:
    """The alerts of that kind that stand, about one thing or (None) all."""
    ...
