"""What scraping needs beside creators and videos: the intervals of orgs, and due rows in sets."""

from __future__ import annotations

from datetime import datetime
from typing import get_args
from uuid import UUID

import msgspec

from trackagoat.events.catalogue.ingest import JobKind
from trackagoat.events.catalogue.plans import TIERS, Limit, floor
from trackagoat.events.catalogue.words import CreatorId, Json, OrgId, VideoId
from trackagoat.events.catalogue.workspace import Tier
from trackagoat.events.effects import Write
from trackagoat.events.sql import Db, read, write
from trackagoat.ingest.domain.expiring import AGE
from trackagoat.ingest.domain.schedule import AGES, OLD

_KINDS: tuple[JobKind, ...] = get_args(JobKind)
_FLOORS: dict[JobKind, Limit] = {
    "creator_profiles": "min_creator_profiles_hours",
    "discover_videos": "min_discover_videos_hours",
    "video_stats": "min_video_stats_hours",
}
_UNSAID: dict[JobKind, int] = {"creator_profiles": 24, "discover_videos": 6, "video_stats": 6}


def effective(kind: JobKind) -> str:
    """Hours between two readings of a kind as an expression over `orgs o`: what the org chose, at least its plan's
    floor. A choice below the floor is kept and holds again when the floor falls.
    """
    floors = " ".join(f"WHEN '{tier}' THEN {floor(tier, _FLOORS[kind])}" for tier in TIERS)
    return f"greatest(coalesce(o.{kind}_hours, {_UNSAID[kind]}), CASE o.tier {floors} ELSE 1 END)"


@write(
    """
    INSERT INTO orgs (org, timezone, tier, video_stats_hours, discover_videos_hours, creator_profiles_hours)
    SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::int[], $5::int[], $6::int[])
    ON CONFLICT (org) DO NOTHING
    """
)
def add_org(
    org: OrgId, timezone: str, tier: Tier, video_stats: int, discover_videos: int, creator_profiles: int
) -> Write:
    """An org, its plan and its intervals, in hours."""


@read("SELECT tier FROM orgs WHERE org = $1")
async def tier_of(db: Db, org: OrgId) -> Tier | None:
    """The plan of the org; None while nothing was heard of it."""


@write(
    """
    UPDATE orgs o SET timezone = coalesce(t.timezone, o.timezone),
        video_stats_hours = coalesce(t.video_stats, o.video_stats_hours),
        discover_videos_hours = coalesce(t.discover_videos, o.discover_videos_hours),
        creator_profiles_hours = coalesce(t.creator_profiles, o.creator_profiles_hours),
        video_expiry_enabled = coalesce(t.video_expiry, o.video_expiry_enabled)
    FROM unnest($1::uuid[], $2::text[], $3::int[], $4::int[], $5::int[], $6::bool[])
        AS t(org, timezone, video_stats, discover_videos, creator_profiles, video_expiry)
    WHERE o.org = t.org
    """
)
def change_org(
    org: OrgId,
    timezone: str | None,
    video_stats: int | None,
    discover_videos: int | None,
    creator_profiles: int | None,
    video_expiry: bool | None,
) -> Write:
    """What is given replaces what was; None leaves it."""


@write(
    """
    UPDATE orgs o SET tier = t.tier, previous_tier = t.previous, grace_until = t.grace_until
    FROM unnest($1::uuid[], $2::text[], $3::text[], $4::timestamptz[]) AS t(org, tier, previous, grace_until)
    WHERE o.org = t.org
    """
)
def change_tier(org: OrgId, tier: Tier, previous: Tier | None, grace_until: datetime | None) -> Write:
    """Another plan holds; until then what the previous one keeps is kept too."""


class Kept(msgspec.Struct, frozen=True):
    """What tells how long readings of an org are kept, up to when they went, and when there were none yet."""

    org: UUID
    tier: Tier
    previous_tier: Tier | None
    grace_until: datetime | None
    pruned_before: datetime | None
    since: datetime | None


@read(
    """
    SELECT o.org, o.tier, o.previous_tier, o.grace_until, p.before AS pruned_before,
        CASE WHEN p.before IS NULL THEN least(
            (SELECT min(v.first_scraped_at) FROM videos v WHERE v.org = o.org),
            (SELECT min(c.created_at) FROM creators c WHERE c.org = o.org)
        ) END AS since
    FROM orgs o LEFT JOIN pruned p USING (org)
    WHERE o.tier = ANY ($1) AND ($2::uuid IS NULL OR o.org > $2) ORDER BY o.org LIMIT $3
    """
)
async def kept(db: Db, tiers: list[str], after: UUID | None, most: int) -> list[Kept]:
    """Orgs on these plans, in the order of their ids."""


_CASES = " ".join(f"WHEN '{kind}' THEN {effective(kind)}" for kind in _KINDS)
_ANY_KIND = ", ".join(f"'{kind}'" for kind in _KINDS)
_BORN = "coalesce(v.posted_at, v.created_at)"
_FACTORS = " ".join(f"WHEN t.at - {_BORN} < interval '{age.days} days' THEN {factor}" for age, factor in AGES)


@write(
    f"""
    UPDATE due SET due_at = s.due_at
    FROM (
        SELECT d.kind, d.key, t.at + make_interval(hours => CASE d.kind {_CASES} END
            * CASE WHEN v.video IS NULL THEN 1 {_FACTORS} ELSE {OLD} END) AS due_at
        FROM unnest($1::uuid[], $2::timestamptz[]) AS t(org, at) JOIN orgs o USING (org) JOIN due d USING (org)
        LEFT JOIN videos v ON v.video = CASE WHEN d.kind = 'video_stats' THEN d.key::uuid END
        WHERE d.kind IN ({_ANY_KIND})
    ) AS s
    WHERE due.kind = s.kind AND due.key = s.key AND due.due_at > s.due_at
    """,
    key=("org",),
)
def pull_in_org(org: OrgId, at: datetime) -> Write:
    """Nothing is due later than one effective interval of its kind from then on, a post by its age."""


@write("UPDATE orgs o SET banned = t.banned FROM unnest($1::uuid[], $2::bool[]) AS t(org, banned) WHERE o.org = t.org")
def ban(org: OrgId, banned: bool) -> Write:
    """While an org is banned nothing of it is read."""


@write(
    """
    INSERT INTO due AS d (kind, key, org, due_at)
    SELECT k.kind, c.creator::text, c.org, t.at FROM unnest($1::uuid[], $2::timestamptz[]) AS t(org, at)
    JOIN creators c USING (org) CROSS JOIN (VALUES ('creator_profiles'), ('discover_videos')) AS k(kind)
    WHERE c.is_active
    UNION ALL
    SELECT 'video_stats', v.video::text, v.org, t.at FROM unnest($1::uuid[], $2::timestamptz[]) AS t(org, at)
    JOIN videos v USING (org) LEFT JOIN creators c ON c.creator = v.creator_id
    WHERE v.tracking_status <> 'excluded' AND NOT v.removed AND NOT v.tracking_disabled AND c.is_active IS NOT FALSE
    ON CONFLICT (kind, key) DO UPDATE SET due_at = least(d.due_at, excluded.due_at), fence = d.fence + 1,
        holder = NULL, lease_until = NULL
    """,
    key=("org",),
)
def resume_org(org: OrgId, at: datetime) -> Write:
    """Everything of the org that is read at all is read at once, and what a run would have dropped is kept."""


@write(
    """
    INSERT INTO due (kind, key, org, due_at)
    SELECT 'video_stats', v.video::text, v.org, t.at
    FROM unnest($1::uuid[], $2::timestamptz[]) AS t(creator, at) JOIN videos v ON v.creator_id = t.creator
    WHERE v.tracking_status <> 'excluded' AND NOT v.removed AND NOT v.tracking_disabled
    ON CONFLICT (kind, key) DO NOTHING
    """
)
def resume_stats(creator: CreatorId, at: datetime) -> Write:
    """The posts of a creator that came back are read again, unless that is planned already."""


@write(
    """
    UPDATE due SET payload = coalesce(nullif(due.payload, 'null'), '{}') || '{"back": true}',
        fence = due.fence + 1, holder = NULL, lease_until = NULL
    FROM unnest($1::uuid[]) AS t(creator) WHERE due.kind = 'discover_videos' AND due.key = t.creator::text
    """
)
def read_back(creator: CreatorId) -> Write:
    """The creator's next discovery does not stop at known posts; one that runs now is run again."""


@write(
    """
    UPDATE due SET attempts = 0, fence = due.fence + 1, holder = NULL, lease_until = NULL,
        due_at = CASE WHEN due.kind = 'creator_profiles' THEN least(due.due_at, t.at) ELSE due.due_at END
    FROM unnest($1::uuid[], $2::timestamptz[]) AS t(creator, at)
    WHERE due.kind IN ('creator_profiles', 'discover_videos') AND due.key = t.creator::text
    """
)
def read_anew(creator: CreatorId, at: datetime) -> Write:
    """The profile of a creator that is tracked is read at once; what is being read under its old name is void."""


@write(
    """
    INSERT INTO due AS d (kind, key, org, due_at, payload)
    SELECT 'video_stats', v.video::text, v.org, t.at, t.wish
    FROM unnest($1::uuid[], $2::timestamptz[], $3::jsonb[]) AS t(video, at, wish) JOIN videos v USING (video)
    LEFT JOIN creators c ON c.creator = v.creator_id
    WHERE v.tracking_status <> 'excluded' AND NOT v.removed AND NOT v.tracking_disabled AND c.is_active IS NOT FALSE
    ON CONFLICT (kind, key) DO UPDATE SET due_at = excluded.due_at, payload = excluded.payload, attempts = 0,
        fence = d.fence + 1, holder = NULL, lease_until = NULL
    """
)
def refresh(video: VideoId, at: datetime, wish: dict[str, Json]) -> Write:
    """The counters of a post are read at once, if they are read at all."""


EXPIRE = "expire_video"
"""The kind of due rows that look whether a post has expired."""
_OLD = f"""
o.video_expiry_enabled AND NOT v.tracking_disabled AND NOT v.removed
    AND coalesce(v.posted_at, v.created_at) < t.read_at - interval '{AGE.days} days'
"""


@write(
    f"""
    INSERT INTO due AS d (kind, key, org, due_at)
    SELECT '{EXPIRE}', old.video::text, old.org, max(old.at) FROM (
        SELECT v.video, v.org, t.at
        FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::timestamptz[], $5::timestamptz[])
            AS t(org, creator, video, read_at, at)
        JOIN orgs o ON o.org = t.org JOIN videos v ON v.video = t.video WHERE {_OLD}
        UNION ALL
        SELECT v.video, v.org, t.at
        FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::timestamptz[], $5::timestamptz[])
            AS t(org, creator, video, read_at, at)
        JOIN orgs o ON o.org = t.org JOIN videos v ON v.creator_id = t.creator
        WHERE t.video IS NULL AND v.last_scraped_at >= t.read_at AND {_OLD}
    ) AS old GROUP BY old.video, old.org
    ON CONFLICT (kind, key) DO UPDATE SET due_at = excluded.due_at, fence = d.fence + 1, holder = NULL,
        lease_until = NULL
    """,
    key=(),
)
def look_whether_expired(
    org: OrgId, creator: CreatorId | None, video: VideoId | None, read_at: datetime, at: datetime
) -> Write:
    """What was read may have expired: that video, or with None all of the creator's that were read then or later."""
