"""Projects."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import UNSET, UnsetType

from trackagoat.events import clock
from trackagoat.events.catalogue.words import ProjectId
from trackagoat.events.catalogue.workspace import CreateProject, DeleteProject, UpdateProject
from trackagoat.gateway import tenancy
from trackagoat.gateway.edge.answers import Answer, Deleted, PageMeta
from trackagoat.gateway.edge.call import Call, created, deleted, ok
from trackagoat.gateway.reads import campaigns, goals, ingest, workspace
from trackagoat.gateway.registry import Nothing, Route
from trackagoat.gateway.resources.fields import Name, Notes, Page, Patch, Search, fits, given
from trackagoat.gateway.resources.workspace import Project, counts, project
from trackagoat.gateway.routes import examples


class ListProjects(Page, frozen=True, kw_only=True):
    """Projects, by a part of their name."""

    search: Search | None = None


class NewProject(Notes, frozen=True, kw_only=True):
    """A project to open."""

    name: Name


class ProjectPatch(Patch, frozen=True, kw_only=True):
    """What to change of a project."""

    name: Name | UnsetType = UNSET


async def list_projects(call: Call[ListProjects, None]) -> Answer[list[Project]]:
    at, after = call.after(tuple[datetime, UUID]) or (None, None)
    rows = await workspace.projects(call.db, call.org, call.params.search, at, after, call.params.limit + 1)
    page, meta = call.page(rows, lambda row: (row.created_at, row.project))
    return ok(await _with_counts(call, page), meta)


async def get_project(call: Call[Nothing, None]) -> Answer[Project]:
    return ok(await _one(call, call.ids["projectId"]))


async def create_project(call: Call[Nothing, NewProject]) -> Answer[Project]:
    new = call.body
    command = CreateProject(
        project=ProjectId(clock.new_id()),
        name=new.name.strip(),
        readme=given(new.note),
        metadata=given(new.metadata) or {},
    )
    outcome = await call.tell(command)
    return created(await _one(call, UUID(outcome.events[0]["project"])))


async def update_project(call: Call[Nothing, ProjectPatch]) -> Answer[Project]:
    row = await tenancy.project(call, call.ids["projectId"])
    if call.conditional:
        call.unchanged(await _one(call, row.project))
    patch = call.body
    fits(row.metadata, patch.metadata)
    command = UpdateProject(
        project=ProjectId(row.project),
        name=None if patch.name is UNSET else patch.name.strip(),
        readme=given(patch.note),
        set_readme=patch.note is not UNSET,
        metadata=given(patch.metadata),
        set_metadata=patch.metadata is not UNSET,
    )
    await call.tell(command)
    return ok(await _one(call, row.project))


async def delete_project(call: Call[Nothing, None]) -> Answer[Deleted]:
    row = await tenancy.project(call, call.ids["projectId"])
    if call.conditional:
        call.unchanged(await _one(call, row.project))
    await call.tell(DeleteProject(project=ProjectId(row.project)))
    return deleted(row.project)


async def _one(call: Call[Any, Any], id: UUID) -> Project:
    (shown,) = await _with_counts(call, [await tenancy.project(call, id)])
    return shown


async def _with_counts(call: Call[Any, Any], rows: Sequence[workspace.ProjectRow]) -> list[Project]:
    ids = [row.project for row in rows]
    held, campaigned, aimed = await asyncio.gather(
        ingest.counts(call.db, call.org, ids),
        campaigns.counts(call.db, call.org, ids),
        goals.counts(call.db, call.org, ids),
    )
    of_ingest = {row.project: row for row in held}
    of_campaigns = {row.project: row.count for row in campaigned}
    of_goals = {row.project: row.count for row in aimed}
    return [
        project(row, call.org, counts(of_ingest.get(id), of_campaigns.get(id, 0), of_goals.get(id, 0)))
        for row, id in zip(rows, ids, strict=True)
    ]


ROUTES = (
    Route(
        method="GET",
        path="/projects",
        name="listProjects",
        summary="Projects of the organization, newest first",
        scope="read",
        tag="Projects",
        handler=list_projects,
        params=ListProjects,
        answer=list[Project],
        meta=PageMeta,
        example=[examples.PROJECT],
    ),
    Route(
        method="POST",
        path="/projects",
        name="createProject",
        summary="Open a project",
        scope="write",
        tag="Projects",
        handler=create_project,
        body=NewProject,
        body_example={"name": "Spring launch", "readme": "Creators of the spring launch."},
        answer=Project,
        example=examples.PROJECT,
        statuses=(201,),
        errors=("limit_reached",),
    ),
    Route(
        method="GET",
        path="/projects/{projectId}",
        name="getProject",
        summary="One project",
        scope="read",
        tag="Projects",
        handler=get_project,
        answer=Project,
        example=examples.PROJECT,
    ),
    Route(
        method="PATCH",
        path="/projects/{projectId}",
        name="updateProject",
        summary="Change a project",
        scope="write",
        tag="Projects",
        handler=update_project,
        body=ProjectPatch,
        body_example={"name": "Spring launch 2026", "metadata": {"crm": None}},
        answer=Project,
        example=examples.PROJECT,
    ),
    Route(
        method="DELETE",
        path="/projects/{projectId}",
        name="deleteProject",
        summary="Take a project and everything in it away",
        scope="write",
        role="admin",
        tag="Projects",
        handler=delete_project,
        answer=Deleted,
        example=Deleted(str(examples.id_of(2))),
    ),
)
