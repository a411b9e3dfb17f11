"""The stream `org`: the organization, its projects and its keys."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TypeVar

import msgspec
from immutables import Map

from trackagoat.events.catalogue.words import Json, KeyId, NotFound, ProjectId, Scope
from trackagoat.events.catalogue.workspace import (
    ApiKeyCreated,
    ApiKeyRevoked,
    Commands,
    CreateApiKey,
    CreateOrg,
    CreateProject,
    DeleteProject,
    Events,
    OrgCreated,
    OrgUpdated,
    ProjectCreated,
    ProjectDeleted,
    ProjectUpdated,
    RevokeApiKey,
    Tier,
    UpdateOrg,
    UpdateProject,
)
from trackagoat.workspace.domain import zones
from trackagoat.workspace.domain.plans import take

T = TypeVar("T")


class Hours(msgspec.Struct, frozen=True):
    """How often the org wants its numbers read, in hours."""

    video_stats: int
    discover_videos: int
    creator_profiles: int


class Project(msgspec.Struct, frozen=True):
    """A live project."""

    name: str
    readme: str | None
    metadata: dict[str, Json]


class Key(msgspec.Struct, frozen=True):
    """A key that was made."""

    name: str
    prefix: str
    scopes: list[Scope]
    expires_at: datetime | None
    revoked: bool = False

    def works(self, now: datetime | None) -> bool:
        """Neither revoked nor expired."""
        expired = self.expires_at is not None and now is not None and self.expires_at <= now
        return not self.revoked and not expired


class Org(msgspec.Struct, frozen=True):
    """What decisions look at."""

    name: str
    timezone: str
    tier: Tier
    hours: Hours
    projects: Map[ProjectId, Project] = Map()
    keys: Map[KeyId, Key] = Map()

    def project(self, id: ProjectId) -> Project:
        """Raises NotFound."""
        return _found(self.projects.get(id))

    def key(self, id: KeyId) -> Key:
        """Raises NotFound."""
        return _found(self.keys.get(id))


INITIAL: Org | None = None
"""Before the org exists."""


def decide(command: Commands, org: Org | None) -> list[Events]:
    """What the command makes happen."""
    if isinstance(command, CreateOrg):
        return _create_org(command) if org is None else []
    return _decide(command, _found(org))


def _decide(
    command: UpdateOrg | CreateProject | UpdateProject | DeleteProject | CreateApiKey | RevokeApiKey, org: Org
) -> list[Events]:
    match command:
        case UpdateOrg():
            return _update_org(command, org)
        case CreateProject():
            return _create_project(command, org)
        case UpdateProject():
            return _update_project(command, org.project(command.project))
        case DeleteProject(project=project):
            org.project(project)
            return [ProjectDeleted(project=project)]
        case CreateApiKey():
            return _create_key(command, org)
        case RevokeApiKey(key=id):
            key = org.key(id)
            return [] if key.revoked else [ApiKeyRevoked(key=id, name=key.name, prefix=key.prefix, scopes=key.scopes)]


def evolve(org: Org | None, event: Events) -> Org | None:
    """The state after the event."""
    if isinstance(event, OrgCreated):
        hours = Hours(event.video_stats_hours, event.discover_videos_hours, event.creator_profiles_hours)
        return Org(event.name, event.timezone, event.tier, hours)
    return None if org is None else _evolve(org, event)


def _evolve(
    org: Org, event: OrgUpdated | ProjectCreated | ProjectUpdated | ProjectDeleted | ApiKeyCreated | ApiKeyRevoked
) -> Org:
    replace = msgspec.structs.replace
    match event:
        case OrgUpdated():
            return _with_updates(org, event)
        case ProjectCreated() | ProjectUpdated():
            project = Project(event.name, event.readme, event.metadata)
            return replace(org, projects=org.projects.set(event.project, project))
        case ProjectDeleted():
            return replace(org, projects=org.projects.delete(event.project))
        case ApiKeyCreated():
            key = Key(event.name, event.prefix, event.scopes, event.expires_at)
            return replace(org, keys=org.keys.set(event.key, key))
        case ApiKeyRevoked():
            return replace(org, keys=org.keys.set(event.key, replace(org.keys[event.key], revoked=True)))


def _with_updates(org: Org, event: OrgUpdated) -> Org:
    hours = Hours(
        _or(event.video_stats_hours, org.hours.video_stats),
        _or(event.discover_videos_hours, org.hours.discover_videos),
        _or(event.creator_profiles_hours, org.hours.creator_profiles),
    )
    return msgspec.structs.replace(
        org, name=_or(event.name, org.name), timezone=_or(event.timezone, org.timezone), hours=hours
    )


def _create_org(command: CreateOrg) -> list[Events]:
    timezone = zones.checked(command.timezone)
    return [OrgCreated(org=command.org, name=command.name, timezone=timezone, tier=command.tier)]


def _update_org(command: UpdateOrg, org: Org) -> list[Events]:
    if command.timezone is not None:
        zones.checked(command.timezone)
    event = OrgUpdated(
        org=command.org,
        name=_changed(command.name, org.name),
        timezone=_changed(command.timezone, org.timezone),
        video_stats_hours=_changed(command.video_stats_hours, org.hours.video_stats),
        discover_videos_hours=_changed(command.discover_videos_hours, org.hours.discover_videos),
        creator_profiles_hours=_changed(command.creator_profiles_hours, org.hours.creator_profiles),
    )
    return [] if event == OrgUpdated(org=command.org) else [event]


def _create_project(command: CreateProject, org: Org) -> list[Events]:
    if command.project in org.projects:
        return []
    take(org.tier, "max_projects_per_org", len(org.projects))
    metadata = _merged({}, command.metadata)
    return [ProjectCreated(project=command.project, name=command.name, readme=command.readme, metadata=metadata)]


def _update_project(command: UpdateProject, project: Project) -> list[Events]:
    metadata = project.metadata
    if command.set_metadata:
        metadata = {} if command.metadata is None else _merged(metadata, command.metadata)
    after = Project(_or(command.name, project.name), command.readme if command.set_readme else project.readme, metadata)
    if _same(after, project):
        return []
    return [ProjectUpdated(project=command.project, name=after.name, readme=after.readme, metadata=metadata)]


def _create_key(command: CreateApiKey, org: Org) -> list[Events]:
    if command.key in org.keys:
        return []
    take(org.tier, "max_api_keys_per_org", sum(key.works(command.now) for key in org.keys.values()))
    return [
        ApiKeyCreated(
            key=command.key,
            name=command.name,
            prefix=command.prefix,
            digest=command.digest,
            scopes=command.scopes,
            expires_at=command.expires_at,
        )
    ]


def _merged(metadata: Mapping[str, Json], sent: Mapping[str, Json]) -> dict[str, Json]:
    """Members sent replace, null removes, the others stay."""
    return {name: value for name, value in {**metadata, **sent}.items() if value is not None}


def _same(a: Project, b: Project) -> bool:
    """Equal as JSON: Python alone would take true for 1."""
    return msgspec.json.encode(a, order="sorted") == msgspec.json.encode(b, order="sorted")


def _found(thing: T | None) -> T:
    if thing is None:
        raise NotFound
    return thing


def _or(given: T | None, otherwise: T) -> T:
    return otherwise if given is None else given


def _changed(given: T | None, present: T) -> T | None:
    return None if given == present else given
