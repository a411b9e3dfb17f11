"""Workspace: organizations, projects and API keys; what may be asked and what is said to have happened.

These shapes are the stored bytes. Add fields with defaults; never rename, never remove.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Literal

from trackagoat.events.catalogue.words import Command, Event, Json, KeyId, OrgId, ProjectId, Refused, Scope

Tier = Literal["self_hosted", "free", "starter", "ultra"]


class WorkspaceEvent(Event, frozen=True, kw_only=True):
    """Said by workspace."""

    speaker: ClassVar[str] = "workspace"


class OrgCreated(WorkspaceEvent, frozen=True, kw_only=True, tag="org.created.v1"):
    """A workspace came into being. Intervals are hours."""

    org: OrgId
    name: str
    timezone: str = "UTC"
    tier: Tier = "self_hosted"
    video_stats_hours: int = 6
    discover_videos_hours: int = 6
    creator_profiles_hours: int = 24


class OrgUpdated(WorkspaceEvent, frozen=True, kw_only=True, tag="org.updated.v1"):
    """Fields of the org changed; None is unchanged."""

    org: OrgId
    name: str | None = None
    timezone: str | None = None
    video_stats_hours: int | None = None
    discover_videos_hours: int | None = None
    creator_profiles_hours: int | None = None


class ProjectCreated(WorkspaceEvent, frozen=True, kw_only=True, tag="project.created.v1"):
    """A project was opened."""

    project: ProjectId
    name: str
    readme: str | None = None
    metadata: dict[str, Json] = {}


class ProjectUpdated(WorkspaceEvent, frozen=True, kw_only=True, tag="project.updated.v1"):
    """The project as it is after the change, whole."""

    project: ProjectId
    name: str
    readme: str | None = None
    metadata: dict[str, Json] = {}


class ProjectDeleted(WorkspaceEvent, frozen=True, kw_only=True, tag="project.deleted.v1"):
    """The project and everything in it is gone."""

    project: ProjectId


class ApiKeyCreated(WorkspaceEvent, frozen=True, kw_only=True, tag="api_key.created.v1"):
    """A key was made. `digest` is the SHA-256 of the key in hex; the key itself is never stored."""

    key: KeyId
    name: str
    prefix: str
    digest: str
    scopes: list[Scope]
    expires_at: datetime | None = None


class ApiKeyRevoked(WorkspaceEvent, frozen=True, kw_only=True, tag="api_key.revoked.v1"):
    """The key is refused from now on."""

    key: KeyId
    name: str
    prefix: str
    scopes: list[Scope]


Events = OrgCreated | OrgUpdated | ProjectCreated | ProjectUpdated | ProjectDeleted | ApiKeyCreated | ApiKeyRevoked


class WorkspaceCommand(Command, frozen=True, kw_only=True):
    """Asked of workspace."""

    service: ClassVar[str] = "workspace"


class CreateOrg(WorkspaceCommand, frozen=True, kw_only=True, tag="org.create"):
    """Open a workspace."""

    org: OrgId
    name: str
    timezone: str = "UTC"
    tier: Tier = "self_hosted"


class UpdateOrg(WorkspaceCommand, frozen=True, kw_only=True, tag="org.update"):
    """Change fields of the org; None leaves a field."""

    org: OrgId
    name: str | None = None
    timezone: str | None = None
    video_stats_hours: int | None = None
    discover_videos_hours: int | None = None
    creator_profiles_hours: int | None = None


class CreateProject(WorkspaceCommand, frozen=True, kw_only=True, tag="project.create"):
    """Open a project."""

    project: ProjectId
    name: str
    readme: str | None = None
    metadata: dict[str, Json] = {}


class UpdateProject(WorkspaceCommand, frozen=True, kw_only=True, tag="project.update"):
    """Replace what is given; the three `set_*` flags say which fields are."""

    project: ProjectId
    name: str | None = None
    readme: str | None = None
    set_readme: bool = False
    metadata: dict[str, Json] | None = None
    set_metadata: bool = False


class DeleteProject(WorkspaceCommand, frozen=True, kw_only=True, tag="project.delete"):
    """Take the project and all in it away."""

    project: ProjectId


class CreateApiKey(WorkspaceCommand, frozen=True, kw_only=True, tag="api_key.create"):
    """Register a key made by the caller; only its digest travels. `now` is completed by the service."""

    key: KeyId
    name: str
    prefix: str
    digest: str
    scopes: list[Scope]
    expires_at: datetime | None = None
    now: datetime | None = None


class RevokeApiKey(WorkspaceCommand, frozen=True, kw_only=True, tag="api_key.revoke"):
    """End a key."""

    key: KeyId


Commands = CreateOrg | UpdateOrg | CreateProject | UpdateProject | DeleteProject | CreateApiKey | RevokeApiKey


class LimitReached(Refused):
    """The plan's limit is reached."""


class InvalidTimezone(Refused):
    """That is no timezone of the IANA database, such as Europe/Berlin."""
