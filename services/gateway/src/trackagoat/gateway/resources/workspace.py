"""Organizations, projects and API keys as the API shows them."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

import msgspec

from trackagoat.events.catalogue.plans import floor
from trackagoat.events.catalogue.words import Scope
from trackagoat.events.catalogue.workspace import Role, Tier
from trackagoat.gateway.edge.answers import Resource
from trackagoat.gateway.reads.ingest import CountsRow
from trackagoat.gateway.reads.workspace import KeyRow, OrgRow, ProjectRow
from trackagoat.gateway.resources.fields import Count, Instant, shown


class EffectiveHours(msgspec.Struct, frozen=True, kw_only=True):
    """Hours between scrapes after the tier's floors."""

    video_stats: int
    discover_videos: int
    creator_profiles: int


class Org(Resource, frozen=True, kw_only=True):
    """The root of a workspace: it owns everything below it."""

    derived: ClassVar[frozenset[str]] = frozenset({"effective_hours", "role"})

    id: UUID
    name: str
    tier: Tier
    timezone: str
    video_stats_hours: int
    discover_videos_hours: int
    creator_profiles_hours: int
    effective_hours: EffectiveHours
    video_expiry_enabled: bool
    role: Role
    created_at: Instant
    updated_at: Instant


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """How much a project holds: creators not removed, counted videos, campaigns, goals, posts awaiting review."""

    creators: Count = 0
    videos: Count = 0
    campaigns: Count = 0
    goals: Count = 0
    pending_review: Count = 0


class Project(Resource, frozen=True, kw_only=True):
    """Groups the creators, videos and campaigns of one program or season."""

    derived: ClassVar[frozenset[str]] = frozenset({"counts"})

    id: UUID
    org_id: UUID
    name: str
    description: str | None
    readme: str | None
    metadata: dict[str, Any]
    counts: Counts
    created_at: Instant
    updated_at: Instant


class KeyOwner(msgspec.Struct, frozen=True, kw_only=True):
    """Whom a key acts for; without a name once that account is gone."""

    user_id: UUID
    name: str | None


class ApiKey(Resource, frozen=True, kw_only=True):
    """Access for a program, acting for its owner (null: the operator). It is shown once, in the answer that made it."""

    derived: ClassVar[frozenset[str]] = frozenset({"last_used_at", "key"})

    id: UUID
    name: str
    prefix: str
    scopes: list[Scope]
    owner: KeyOwner | None
    created_at: Instant
    expires_at: Instant | None
    last_used_at: Instant | None
    revoked_at: Instant | None


class NewApiKey(ApiKey, frozen=True, kw_only=True):
    """A key just made: `key` is shown this once."""

    key: str | None


def org(row: OrgRow, role: Role) -> Org:
    """The organization, as somebody with that role there sees it."""
    return shown(Org, row, id=row.org, effective_hours=effective_hours(row), role=role)


def effective_hours(row: OrgRow) -> EffectiveHours:
    """Hours between scrapes: those asked for, no less than the tier allows."""
    return EffectiveHours(
        video_stats=max(row.video_stats_hours, floor(row.tier, "min_video_stats_hours")),
        discover_videos=max(row.discover_videos_hours, floor(row.tier, "min_discover_videos_hours")),
        creator_profiles=max(row.creator_profiles_hours, floor(row.tier, "min_creator_profiles_hours")),
    )


def project(row: ProjectRow, org: UUID, counts: Counts) -> Project:
    """A project with its counts."""
    return shown(Project, row, id=row.project, org_id=org, description=row.readme, counts=counts)


def counts(ingest: CountsRow | None, campaigns: int, goals: int) -> Counts:
    """The counts of a project, put together from three services."""
    if ingest is None:
        return Counts(campaigns=campaigns, goals=goals)
    return shown(Counts, ingest, campaigns=campaigns, goals=goals)


def api_key(row: KeyRow, last_used_at: Instant | None = None) -> ApiKey:
    """A key."""
    return shown(ApiKey, row, id=row.key, owner=_owner(row), last_used_at=last_used_at)


def new_api_key(row: KeyRow, key: str | None) -> NewApiKey:
    """A key just made, with the key."""
    return shown(NewApiKey, row, id=row.key, owner=_owner(row), last_used_at=None, key=key)


def _owner(row: KeyRow) -> KeyOwner | None:
    return None if row.owner is None else KeyOwner(user_id=row.owner, name=row.owner_name)
