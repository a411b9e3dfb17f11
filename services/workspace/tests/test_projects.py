"""Projects: opening, changing and deleting them within the plan."""

from __future__ import annotations

from uuid import UUID

from trackagoat.events.catalogue.words import NotFound, OrgId, ProjectId
from trackagoat.events.catalogue.workspace import (
    CreateProject,
    DeleteProject,
    LimitReached,
    OrgCreated,
    ProjectCreated,
    ProjectDeleted,
    ProjectUpdated,
    UpdateProject,
)
from trackagoat.events.testing.given import Given
from trackagoat.events.testing.vault import VAULT
from trackagoat.workspace.handlers import House, org_decider

org = org_decider(House(), VAULT)
ORG = OrgId(UUID(int=1))
A, B = ProjectId(UUID(int=10)), ProjectId(UUID(int=11))
CREATED = OrgCreated(org=ORG, name="Blue")
FREE = OrgCreated(org=ORG, name="Blue", tier="free")
PROJECT = ProjectCreated(project=A, name="Spring", readme="notes", metadata={"a": 1, "b": {"c": None}})


def test_a_project_is_opened() -> None:
    create = CreateProject(project=A, name="Spring", readme="notes", metadata={"a": 1, "b": {"c": None}})
    Given(org, CREATED).when(create).then(PROJECT)


def test_a_project_needs_an_org() -> None:
    Given(org).when(CreateProject(project=A, name="Spring")).refused(NotFound)


def test_metadata_merges_and_null_removes() -> None:
    change = UpdateProject(project=A, metadata={"a": None, "d": 2}, set_metadata=True)
    updated = ProjectUpdated(project=A, name="Spring", readme="notes", metadata={"b": {"c": None}, "d": 2})
    Given(org, CREATED, PROJECT).when(change).then(updated)


def test_metadata_null_empties_it() -> None:
    change = UpdateProject(project=A, set_metadata=True)
    Given(org, CREATED, PROJECT).when(change).then(ProjectUpdated(project=A, name="Spring", readme="notes"))


def test_a_readme_is_cleared_only_when_it_was_sent() -> None:
    past = (CREATED, ProjectCreated(project=A, name="Spring", readme="notes"))
    Given(org, *past).when(UpdateProject(project=A, set_readme=True)).then(ProjectUpdated(project=A, name="Spring"))
    renamed = ProjectUpdated(project=A, name="Summer", readme="notes")
    Given(org, *past).when(UpdateProject(project=A, name="Summer")).then(renamed)


def test_sending_what_is_there_changes_nothing() -> None:
    change = UpdateProject(
        project=A, name="Spring", readme="notes", set_readme=True, metadata={"a": 1}, set_metadata=True
    )
    Given(org, CREATED, PROJECT).when(change).then()


def test_true_is_not_one_in_metadata() -> None:
    change = UpdateProject(project=A, metadata={"a": True}, set_metadata=True)
    updated = ProjectUpdated(project=A, name="Spring", readme="notes", metadata={"a": True, "b": {"c": None}})
    Given(org, CREATED, PROJECT).when(change).then(updated)


def test_a_deleted_project_is_gone() -> None:
    Given(org, CREATED, PROJECT).when(DeleteProject(project=A)).then(ProjectDeleted(project=A))
    past = (CREATED, PROJECT, ProjectDeleted(project=A))
    Given(org, *past).when(DeleteProject(project=A)).refused(NotFound)
    Given(org, *past).when(UpdateProject(project=A, name="Summer")).refused(NotFound)


def test_the_plan_counts_live_projects() -> None:
    create = CreateProject(project=B, name="Summer")
    refused = {"limitKey": "max_projects_per_org", "current": 1, "max": 1}
    Given(org, FREE, PROJECT).when(create).refused(LimitReached, **refused)
    Given(org, FREE, PROJECT, ProjectDeleted(project=A)).when(create).then(ProjectCreated(project=B, name="Summer"))


def test_self_hosted_has_no_limit() -> None:
    past = [ProjectCreated(project=ProjectId(UUID(int=n)), name="P") for n in range(100, 200)]
    Given(org, CREATED, *past).when(CreateProject(project=A, name="One more")).then(
        ProjectCreated(project=A, name="One more")
    )
