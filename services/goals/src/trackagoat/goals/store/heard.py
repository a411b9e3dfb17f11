"""What was heard of orgs, creators and posts, as rows that still know when it was said."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from trackagoat.events.catalogue.words import CreatorId, OrgId, TrackingStatus, VideoId
from trackagoat.events.catalogue.workspace import Tier
from trackagoat.events.effects import Write
from trackagoat.events.sql import write


@write(
    """
    INSERT INTO orgs (org, timezone, tier, video_stats_hours, discover_videos_hours, creator_profiles_hours)
    SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::int[], $5::int[], $6::int[])
    ON CONFLICT (org) DO NOTHING
    """
)
def add_org(org: OrgId, timezone: str, tier: Tier, stats: int, discovery: int, profiles: int) -> Write: ...


@write(
    """
    UPDATE orgs SET timezone = coalesce(t.timezone, orgs.timezone),
        video_stats_hours = coalesce(t.stats, orgs.video_stats_hours),
        discover_videos_hours = coalesce(t.discovery, orgs.discover_videos_hours),
        creator_profiles_hours = coalesce(t.profiles, orgs.creator_profiles_hours)
    FROM unnest($1::uuid[], $2::text[], $3::int[], $4::int[], $5::int[]) AS t(org, timezone, stats, discovery, profiles)
    WHERE orgs.org = t.org
    """
)
def change_org(
    org: OrgId, timezone: str | None, stats: int | None, discovery: int | None, profiles: int | None
) -> Write: ...


@write("UPDATE orgs SET tier = t.tier FROM unnest($1::uuid[], $2::text[]) AS t(org, tier) WHERE orgs.org = t.org")
def change_tier(org: OrgId, tier: Tier) -> Write: ...


@write(
    """
    INSERT INTO zones (org, since, timezone)
    SELECT t.org, greatest(t.at, (SELECT max(since) FROM zones WHERE org = t.org)), t.timezone
    FROM unnest($1::uuid[], $2::timestamptz[], $3::text[]) AS t(org, at, timezone)
    ON CONFLICT (org, since) DO UPDATE SET timezone = excluded.timezone
    """,
    key=("org",),
)
def go_by(org: OrgId, at: datetime, timezone: str) -> Write:
    """The org goes by that clock from now on."""
    ...


@write(
    """
    INSERT INTO creators (org, creator, since) SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[])
    ON CONFLICT (creator) DO UPDATE SET since = excluded.since, removed = false, disabled = false
    """,
    key=("creator",),
)
def add_creator(org: OrgId, creator: CreatorId, at: datetime) -> Write:
    """The creator is tracked (again)."""
    ...


@write("UPDATE creators c SET disabled = true FROM unnest($1::uuid[]) AS t(creator) WHERE c.creator = t.creator")
def disable_creator(creator: CreatorId) -> Write:
    """The creator is read no longer; its goals go on."""


@write(
    """
    UPDATE creators c SET disabled = false, since = t.at
    FROM unnest($1::uuid[], $2::timestamptz[]) AS t(creator, at) WHERE c.creator = t.creator
    """
)
def enable_creator(creator: CreatorId, at: datetime) -> Write:
    """The creator is read again from then on."""


@write(
    """
    INSERT INTO renames (org, creator, at) SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[])
    ON CONFLICT DO NOTHING
    """,
    key=(),
)
def rename_creator(org: OrgId, creator: CreatorId, at: datetime) -> Write:
    """From then on another account is read: the first reading of its profile is a baseline."""


@write(
    """
    UPDATE absences a SET until = greatest(t.at, a.since) FROM unnest($1::uuid[], $2::timestamptz[]) AS t(creator, at)
    WHERE a.creator = t.creator AND a.until = 'infinity'
    """
)
def end_absence(creator: CreatorId, at: datetime) -> Write: ...


@write(
    """
    WITH gone AS (SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[]) AS t(org, creator, at)),
        marked AS (UPDATE creators c SET removed = true FROM gone WHERE c.creator = gone.creator)
    INSERT INTO absences (org, creator, since) SELECT org, creator, at FROM gone
    ON CONFLICT (creator, since) DO UPDATE SET until = 'infinity'
    """,
    key=("creator",),
)
def remove_creator(org: OrgId, creator: CreatorId, at: datetime) -> Write: ...


@write(
    """
    UPDATE creators c SET scraped_at = greatest(c.scraped_at, t.at),
        profile_read_at = greatest(c.profile_read_at, t.profile_at)
    FROM unnest($1::uuid[], $2::timestamptz[], $3::timestamptz[]) AS t(creator, at, profile_at)
    WHERE c.creator = t.creator
    """
)
def scraped(creator: CreatorId, at: datetime, profile_at: datetime | None) -> Write: ...


@write(
    """
    WITH said AS (
        SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::uuid[], $5::bool[], $6::text[], $7::text[],
            $8::bool[], $9::bool[], $10::timestamptz[])
            AS t(org, video, at, creator, owned_anew, origin, tracking_status, removed, tracking_disabled, posted_at)
    ), changed AS (
        INSERT INTO video_states AS v (org, video, since, creator, origin, tracking_status, removed, tracking_disabled,
            posted_at, known_at)
        SELECT s.org, s.video, greatest(s.at, o.since),
            CASE WHEN s.owned_anew THEN s.creator ELSE o.creator END,
            coalesce(o.origin, s.origin),
            coalesce(s.tracking_status, o.tracking_status, 'excluded'),
            coalesce(s.removed, o.removed, false),
            coalesce(s.tracking_disabled, o.tracking_disabled, false),
            coalesce(o.posted_at, s.posted_at),
            coalesce(o.known_at, s.at)
        FROM said s LEFT JOIN video_states o ON o.video = s.video AND o.until = 'infinity'
        ON CONFLICT (video, since) DO UPDATE SET creator = excluded.creator,
            tracking_status = excluded.tracking_status, removed = excluded.removed,
            tracking_disabled = excluded.tracking_disabled, posted_at = excluded.posted_at
        RETURNING v.video, v.since
    )
    UPDATE video_states v SET until = changed.since FROM changed
    WHERE v.video = changed.video AND v.until = 'infinity' AND v.since < changed.since
    """,
    key=("video",),
)
def change_video(
    org: OrgId,
    video: VideoId,
    at: datetime,
    creator: CreatorId | None,
    owned_anew: bool,
    origin: Literal["discovery", "manual"],
    tracking_status: TrackingStatus | None,
    removed: bool | None,
    tracking_disabled: bool | None,
    posted_at: datetime | None,
) -> Write:
    """The post is something else from now on; None leaves a field. What it was stays known, with its span.

    The owner is taken when `owned_anew`, origin and time of posting when they were not known.
    """
    ...


@write(
    """
    INSERT INTO snapshots (org, video, fetched_at, source, said_at, counters)
    SELECT org, video, fetched_at, source, said_at, ARRAY[views, likes, comments, shares, saves]
    FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::text[], $5::timestamptz[], $6::bigint[], $7::bigint[],
        $8::bigint[], $9::bigint[], $10::bigint[])
        AS t(org, video, fetched_at, source, said_at, views, likes, comments, shares, saves)
    ON CONFLICT (video, fetched_at, source) DO NOTHING
    """,
    key=(),
)
def add_snapshot(
    org: OrgId,
    video: VideoId,
    fetched_at: datetime,
    source: str,
    said_at: datetime,
    views: int | None,
    likes: int | None,
    comments: int | None,
    shares: int | None,
    saves: int | None,
) -> Write: ...


@write(
    """
    INSERT INTO profile_snapshots (org, creator, fetched_at, source, said_at, followers)
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::text[], $5::timestamptz[], $6::bigint[])
    ON CONFLICT (creator, fetched_at, source) DO NOTHING
    """,
    key=(),
)
def add_profile_snapshot(
    org: OrgId, creator: CreatorId, fetched_at: datetime, source: str, said_at: datetime, followers: int
) -> Write: ...
