"""What workspace publishes: the organization, its projects and its keys."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from trackagoat.events.catalogue.words import OrgId, Scope
from trackagoat.events.catalogue.workspace import Tier
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
    created_at: datetime
    revoked_at: datetime | None


class OrgRow(msgspec.Struct, frozen=True):
    """An organization. Intervals are hours."""

    org: UUID
    name: str
    timezone: str
    tier: Tier
    video_stats_hours: int
    discover_videos_hours: int
    creator_profiles_hours: int
    created_at: datetime
    updated_at: datetime


class ProjectRow(msgspec.Struct, frozen=True):
    """A project."""

    project: UUID
    name: str
    readme: str | None
    metadata: dict[str, Any]
    created_at: datetime
    updated_at: datetime


_KEY = "SELECT org, key, name, prefix, scopes, expires_at, created_at, revoked_at FROM workspace.api_keys "
_PROJECT = "SELECT project, name, readme, metadata, created_at, updated_at FROM workspace.projects "


@read(_KEY + "WHERE digest = $1")
async def key_by_digest(db: Db, digest: str) -> KeyRow | None:
    """The key with this SHA-256: the one question asked before the org is known."""
    ...


@read(_KEY + "WHERE org = $1 AND key = $2")
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
    WHERE org = $1 AND ($2 OR revoked_at IS NULL)
    """
    + newest("created_at", "key", 3)
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


@read(
    """
    SELECT org, name, timezone, tier, video_stats_hours, discover_videos_hours, creator_profiles_hours,
        created_at, updated_at
    FROM workspace.orgs WHERE org = $1
    """
)
async def org(db: Db, org: OrgId) -> OrgRow | None:
    """The organization."""
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
