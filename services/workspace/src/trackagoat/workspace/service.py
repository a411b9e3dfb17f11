"""Workspace, the table of contents."""

from __future__ import annotations

from trackagoat.events.host.service import Projection, Service
from trackagoat.workspace import handlers, projections
from trackagoat.workspace.settings import Settings


def service(settings: Settings) -> Service:  # noqa: ARG001 - every service is made from its settings
    """Organizations, their projects and their API keys."""
    return Service(
        name="workspace",
        deciders=[handlers.org],
        projections=[
            Projection(name="orgs", facts=projections.OrgFacts, writes=projections.orgs, tables=("orgs",)),
            Projection(
                name="projects", facts=projections.ProjectFacts, writes=projections.projects, tables=("projects",)
            ),
            Projection(name="api_keys", facts=projections.KeyFacts, writes=projections.api_keys, tables=("api_keys",)),
        ],
    )
