"""Decisions about projects."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from trackagoat.events.catalogue.words import Json
from trackagoat.events.catalogue.workspace import (
    CreateProject,
    DeleteProject,
    ProjectCommands,
    ProjectCreated,
    ProjectDeleted,
    ProjectEvents,
    ProjectUpdated,
    UpdateProject,
)
from trackagoat.workspace.domain.plans import take
from trackagoat.workspace.domain.state import Org, Project, otherwise


def decide(command: ProjectCommands, org: Org) -> list[ProjectEvents]:
    """What becomes of a project. Raises NotFound and LimitReached."""
    match command:
        case CreateProject():
            return _create(command, org)
        case UpdateProject():
            return _update(command, org.project(command.project))
        case DeleteProject(project=project):
            org.project(project)
            return [ProjectDeleted(project=project)]


def _create(command: CreateProject, org: Org) -> list[ProjectEvents]:
    if command.project in org.projects:
        return []
    take(org.tier, "max_projects_per_org", len(org.projects))
    metadata = _merged({}, command.metadata)
    return [ProjectCreated(project=command.project, name=command.name, readme=command.readme, metadata=metadata)]


def _update(command: UpdateProject, project: Project) -> list[ProjectEvents]:
    metadata = project.metadata
    if command.set_metadata:
        metadata = {} if command.metadata is None else _merged(metadata, command.metadata)
    readme = command.readme if command.set_readme else project.readme
    after = Project(otherwise(command.name, project.name), readme, metadata)
    if _same(after, project):
        return []
    return [ProjectUpdated(project=command.project, name=after.name, readme=after.readme, metadata=metadata)]


def _merged(metadata: Mapping[str, Json], sent: Mapping[str, Json]) -> dict[str, Json]:
    """Members sent replace, null removes, the others stay."""
    return {name: value for name, value in {**metadata, **sent}.items() if value is not None}


def _same(a: Project, b: Project) -> bool:
    """Equal as JSON: Python alone would take true for 1."""
    return msgspec.json.encode(a, order="sorted") == msgspec.json.encode(b, order="sorted")
