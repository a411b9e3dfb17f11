"""What scraping needs beside creators and videos: the intervals of orgs, and due rows in sets."""

from __future__ import annotations

from datetime import datetime

from trackagoat.events.catalogue.words import CreatorId, OrgId, VideoId
from trackagoat.events.catalogue.workspace import Tier
from trackagoat.events.effects import Write
from trackagoat.events.sql import Db, read, write


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
        creator_profiles_hours = coalesce(t.creator_profiles, o.creator_profiles_hours)
    FROM unnest($1::uuid[], $2::text[], $3::int[], $4::int[], $5::int[])
        AS t(org, timezone, video_stats, discover_videos, creator_profiles)
    WHERE o.org = t.org
    """
)
def change_org(
    org: OrgId,
    timezone: str | None,
    video_stats: int | None,
    discover_videos: int | None,
    creator_profiles: int | None,
) -> Write:
    """What is given replaces what was; None leaves it."""


@write(
    """
    UPDATE due SET due_at = t.at FROM unnest($1::uuid[], $2::text[], $3::timestamptz[]) AS t(org, kind, at)
    WHERE due.org = t.org AND due.kind = t.kind AND due.due_at > t.at
    """,
    key=("org", "kind"),
)
def pull_in_org(org: OrgId, kind: str, at: datetime) -> Write:
    """Nothing of that kind is due later than that."""


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
    INSERT INTO due AS d (kind, key, org, due_at)
    SELECT 'video_stats', v.video::text, v.org, t.at
    FROM unnest($1::uuid[], $2::timestamptz[]) AS t(video, at) JOIN videos v USING (video)
    LEFT JOIN creators c ON c.creator = v.creator_id
    WHERE v.tracking_status <> 'excluded' AND NOT v.removed AND NOT v.tracking_disabled AND c.is_active IS NOT FALSE
    ON CONFLICT (kind, key) DO UPDATE SET due_at = excluded.due_at, payload = excluded.payload, attempts = 0,
        fence = d.fence + 1, holder = NULL, lease_until = NULL
    """
)
def refresh(video: VideoId, at: datetime) -> Write:
    """The counters of a post are read at once, if they are read at all."""
