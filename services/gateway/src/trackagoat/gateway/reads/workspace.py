"""What workspace publishes: the organization, its projects and its keys."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from trackagoat.events.catalogue.words import OrgId, Scope
from trackagoat.events.catalogue.workspace import Role, Tier
from trackagoat.events.sql import Db, read
from trackagoat.gateway.reads.keyset import newest


class KeyRow(msgspec.Struct, frozen=True):
    """An API key, without the key."""

    org: UUID
    key: UUID
    name: str
    prefix: str
    scopes: list[Scope]
    expires_at: datetime | None
    owner: UUID | None
    owner_name: str | None
    created_at: datetime
    revoked_at: datetime | None


class OrgRow(msgspec.Struct, frozen=True):
    """An organization. Intervals are hours. Until `grace_until` the retention of `previous_tier` holds too."""

    org: UUID
    name: str
    timezone: str
    tier: Tier
    video_stats_hours: int
    discover_videos_hours: int
    creator_profiles_hours: int
    video_expiry_enabled: bool
    previous_tier: Tier | None
    grace_until: datetime | None
    created_at: datetime
    updated_at: datetime


class OwnOrgRow(OrgRow, frozen=True):
    """An organization, and what the person is in it."""

    role: Role


class ProjectRow(msgspec.Struct, frozen=True):
    """A project."""

    project: UUID
    name: str
    readme: str | None
    metadata: dict[str, Any]
    created_at: datetime
    updated_at: datetime


_KEY = """
SELECT k.org, k.key, k.name, k.prefix, k.scopes, k.expires_at, k.owner, u.name AS owner_name, k.created_at,
    k.revoked_at
FROM workspace.api_keys k LEFT JOIN workspace.users u ON u.user_id = k.owner
"""
_ORG = """
SELECT o.org, o.name, o.timezone, o.tier, o.video_stats_hours, o.discover_videos_hours, o.creator_profiles_hours,
    o.video_expiry_enabled, o.previous_tier, o.grace_until, o.created_at, o.updated_at
"""
_PROJECT = "SELECT project, name, readme, metadata, created_at, updated_at FROM workspace.projects "


@read(_KEY + "WHERE k.org = $1 AND k.key = $2")
async def key(db: Db, org: OrgId, key: UUID) -> KeyRow | None:
    """One key."""
    ...


class NameRow(msgspec.Struct, frozen=True):
    """What something is called."""

    id: UUID
    name: str


@read("SELECT key AS id, name FROM workspace.api_keys WHERE org = $1 AND key = ANY ($2::uuid[])")
async def key_names(db: Db, org: OrgId, keys: Sequence[UUID]) -> list[NameRow]:
    """What these keys are called, revoked ones too."""
    ...


@read(
    _KEY
    + """
    WHERE k.org = $1 AND ($2 OR k.revoked_at IS NULL)
    """
    + newest("k.created_at", "k.key", 3)
)
async def keys(
    db: Db,
    org: OrgId,
    include_revoked: bool,
    at: datetime | None,
    after: UUID | None,
    limit: int,
) -> list[KeyRow]:
    """Keys of the org, newest first."""
    ...


@read(_ORG + "FROM workspace.orgs o WHERE o.org = $1 AND o.deleted_at IS NULL")
async def org(db: Db, org: OrgId) -> OrgRow | None:
    """The organization."""
    ...


@read(
    _ORG
    + ", m.role FROM workspace.orgs o JOIN workspace.members m USING (org) WHERE m.user_id = $1"
    + newest("o.created_at", "o.org", 2)
)
async def orgs_of(db: Db, user: UUID, at: datetime | None, after: UUID | None, limit: int) -> list[OwnOrgRow]:
    """The organizations of a person, newest first."""
    ...


@read("SELECT tier FROM workspace.orgs WHERE org = $1")
async def tier(db: Db, org: OrgId) -> Tier | None:
    """What the organization is on."""
    ...


@read(_PROJECT + "WHERE org = $1 AND project = $2")
async def project(db: Db, org: OrgId, project: UUID) -> ProjectRow | None:
    """One project."""
    ...


@read(
    _PROJECT
    + """
    WHERE org = $1 AND ($2::text IS NULL OR strpos(lower(name), lower($2)) > 0)
    """
    + newest("created_at", "project", 3)
)
async def projects(
    db: Db, org: OrgId, search: str | None, at: datetime | None, after: UUID | None, limit: int
) -> list[ProjectRow]:
    """Projects of the org, newest first."""
    ...
