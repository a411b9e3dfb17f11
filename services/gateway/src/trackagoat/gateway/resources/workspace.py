"""Organizations, projects and API keys as the API shows them."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

import msgspec

from trackagoat.events.catalogue.plans import floor
from trackagoat.events.catalogue.words import Scope
from trackagoat.events.catalogue.workspace import Tier
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

    derived: ClassVar[frozenset[str]] = frozenset({"effective_hours"})

    id: UUID
    name: str
    tier: Tier
    timezone: str
    video_stats_hours: int
    discover_videos_hours: int
    creator_profiles_hours: int
    effective_hours: EffectiveHours
    video_expiry_enabled: bool = False
    role: str = "admin"
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
    """Whom a key acts for."""

    user_id: UUID
    name: str


class ApiKey(Resource, frozen=True, kw_only=True):
    """Access for a program. The key itself is shown once, in the answer that made it."""

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


class Membership(msgspec.Struct, frozen=True, kw_only=True):
    """An org a caller may act in."""

    id: UUID
    name: str
    role: str


class Me(msgspec.Struct, frozen=True, kw_only=True):
    """Who is calling, where, and what it may do."""

    user: None
    org: Org
    role: str
    auth: str
    scopes: list[Scope]
    csrf_token: None = None
    orgs: list[Membership]


def org(row: OrgRow) -> Org:
    """The organization."""
    hours = EffectiveHours(
        video_stats=max(row.video_stats_hours, floor(row.tier, "min_video_stats_hours")),
        discover_videos=max(row.discover_videos_hours, floor(row.tier, "min_discover_videos_hours")),
        creator_profiles=max(row.creator_profiles_hours, floor(row.tier, "min_creator_profiles_hours")),
    )
    return shown(Org, row, id=row.org, effective_hours=hours)


def project(row: ProjectRow, org: UUID, counts: Counts) -> Project:
    """A project with its counts."""
    return shown(Project, row, id=row.project, org_id=org, description=row.readme, counts=counts)


def counts(ingest: CountsRow | None, campaigns: int, goals: int) -> Counts:
    """The counts of a project, put together from three services."""
    if ingest is None:
        return Counts(campaigns=campaigns, goals=goals)
    return shown(Counts, ingest, campaigns=campaigns, goals=goals)


def api_key(row: KeyRow) -> ApiKey:
    """A key."""
    return shown(ApiKey, row, id=row.key, owner=None, last_used_at=None)


def new_api_key(row: KeyRow, key: str | None) -> NewApiKey:
    """A key just made, with the key."""
    return shown(NewApiKey, row, id=row.key, owner=None, last_used_at=None, key=key)


def me(caller: KeyRow, org_row: OrgRow) -> Me:
    """Who is calling."""
    there = org(org_row)
    at = Membership(id=there.id, name=there.name, role=there.role)
    return Me(user=None, org=there, role=there.role, auth="api_key", scopes=list(caller.scopes), orgs=[at])
