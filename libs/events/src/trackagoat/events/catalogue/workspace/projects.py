"""Projects: they group the creators, videos and campaigns of one program or season.

These shapes are the stored bytes. Add fields with defaults; never rename, never remove.
"""

from __future__ import annotations

from trackagoat.events.catalogue.words import Json, ProjectId
from trackagoat.events.catalogue.workspace.speaker import WorkspaceCommand, WorkspaceEvent


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


ProjectEvents = ProjectCreated | ProjectUpdated | ProjectDeleted


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


ProjectCommands = CreateProject | UpdateProject | DeleteProject
