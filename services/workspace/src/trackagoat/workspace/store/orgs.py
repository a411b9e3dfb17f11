"""Orgs, projects and API keys, as others read them."""

from __future__ import annotations

from datetime import datetime

from trackagoat.events.catalogue.words import Json, KeyId, OrgId, ProjectId, UserId
from trackagoat.events.effects import Write
from trackagoat.events.sql import write


@write(
    """
    INSERT INTO orgs (org, name, timezone, tier, video_stats_hours, discover_videos_hours, creator_profiles_hours,
        created_at, updated_at)
    SELECT org, name, timezone, tier, video_stats, discover_videos, creator_profiles, at, at
    FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::int[], $6::int[], $7::int[], $8::timestamptz[])
        AS t(org, name, timezone, tier, video_stats, discover_videos, creator_profiles, at)
    """
)
def add_org(
    org: OrgId,
    name: str,
    timezone: str,
    tier: str,
    video_stats_hours: int,
    discover_videos_hours: int,
    creator_profiles_hours: int,
    at: datetime,
) -> Write: ...


@write(
    """
    UPDATE orgs SET name = coalesce(t.name, orgs.name), timezone = coalesce(t.timezone, orgs.timezone),
        video_stats_hours = coalesce(t.video_stats, orgs.video_stats_hours),
        discover_videos_hours = coalesce(t.discover_videos, orgs.discover_videos_hours),
        creator_profiles_hours = coalesce(t.creator_profiles, orgs.creator_profiles_hours),
        video_expiry_enabled = coalesce(t.video_expiry, orgs.video_expiry_enabled),
        updated_at = t.at
    FROM unnest($1::uuid[], $2::text[], $3::text[], $4::int[], $5::int[], $6::int[], $7::boolean[], $8::timestamptz[])
        AS t(org, name, timezone, video_stats, discover_videos, creator_profiles, video_expiry, at)
    WHERE orgs.org = t.org
    """
)
def change_org(
    org: OrgId,
    name: str | None,
    timezone: str | None,
    video_stats_hours: int | None,
    discover_videos_hours: int | None,
    creator_profiles_hours: int | None,
    video_expiry_enabled: bool | None,
    at: datetime,
) -> Write: ...


@write(
    """
    UPDATE orgs SET tier = t.tier, previous_tier = t.previous, grace_until = t.grace, updated_at = t.at
    FROM unnest($1::uuid[], $2::text[], $3::text[], $4::timestamptz[], $5::timestamptz[])
        AS t(org, tier, previous, grace, at)
    WHERE orgs.org = t.org
    """
)
def move_org(org: OrgId, tier: str, previous: str | None, grace_until: datetime | None, at: datetime) -> Write: ...


@write(
    """
    UPDATE orgs SET banned_at = t.banned FROM unnest($1::uuid[], $2::timestamptz[]) AS t(org, banned)
    WHERE orgs.org = t.org
    """
)
def ban_org(org: OrgId, banned_at: datetime | None) -> Write: ...


@write(
    """
    UPDATE orgs SET deleted_at = t.at FROM unnest($1::uuid[], $2::timestamptz[]) AS t(org, at)
    WHERE orgs.org = t.org
    """
)
def delete_org(org: OrgId, at: datetime) -> Write: ...


@write(
    """
    INSERT INTO projects (org, project, name, readme, metadata, created_at, updated_at)
    SELECT org, project, name, readme, metadata, at, at
    FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::jsonb[], $6::timestamptz[])
        AS t(org, project, name, readme, metadata, at)
    """,
    key=("project",),
)
def add_project(
    org: OrgId, project: ProjectId, name: str, readme: str | None, metadata: dict[str, Json], at: datetime
) -> Write: ...


@write(
    """
    UPDATE projects SET name = t.name, readme = t.readme, metadata = t.metadata, updated_at = t.at
    FROM unnest($1::uuid[], $2::text[], $3::text[], $4::jsonb[], $5::timestamptz[])
        AS t(project, name, readme, metadata, at)
    WHERE projects.project = t.project
    """
)
def change_project(
    project: ProjectId, name: str, readme: str | None, metadata: dict[str, Json], at: datetime
) -> Write: ...


@write("DELETE FROM projects USING unnest($1::uuid[]) AS t(project) WHERE projects.project = t.project")
def remove_project(project: ProjectId) -> Write: ...


@write(
    """
    INSERT INTO api_keys (org, key, name, prefix, digest, scopes, expires_at, owner, created_at)
    SELECT org, key, name, prefix, digest, string_to_array(scopes, ' '), expires_at, owner, at
    FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::timestamptz[],
        $8::uuid[], $9::timestamptz[]) AS t(org, key, name, prefix, digest, scopes, expires_at, owner, at)
    """,
    key=("key",),
)
def add_key(
    org: OrgId,
    key: KeyId,
    name: str,
    prefix: str,
    digest: str,
    scopes: str,
    expires_at: datetime | None,
    owner: UserId | None,
    at: datetime,
) -> Write:
    """`scopes` are separated by blanks: `unnest` would flatten a list of lists."""


@write(
    """
    UPDATE api_keys SET revoked_at = t.at
    FROM unnest($1::uuid[], $2::timestamptz[]) AS t(key, at) WHERE api_keys.key = t.key
    """
)
def revoke_key(key: KeyId, at: datetime) -> Write: ...


@write(
    """
    UPDATE api_keys SET name = t.name FROM unnest($1::uuid[], $2::text[]) AS t(key, name) WHERE api_keys.key = t.key
    """
)
def rename_key(key: KeyId, name: str) -> Write: ...
