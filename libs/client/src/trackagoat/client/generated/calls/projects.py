"""Projects: the calls. Written by `goat client` from the API's registry of routes; not to be edited."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from msgspec import UNSET, UnsetType

from trackagoat.client.connection import Call, Connection
from trackagoat.client.generated import requests, resources
from trackagoat.client.listing import Listing, Page
from trackagoat.client.models import place, query, sent


class Projects(Connection):
    """The calls of the group Projects."""

    def list_projects(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        search: str | None = None,
    ) -> Listing[resources.Project, resources.PageMeta]:
        """Projects of the organization, newest first."""
        return self.listing(resources.Project, resources.PageMeta, place("/projects"), query(limit=limit, cursor=cursor, search=search))

    async def create_project(
        self,
        *,
        name: str,
        readme: str | None | UnsetType = UNSET,
        description: str | None | UnsetType = UNSET,
        metadata: dict[str, Any] | None | UnsetType = UNSET,
        idempotency_key: str | None = None,
    ) -> resources.Project:
        """Open a project.

        Particular refusals: limit_reached.
        """
        return await self.one(resources.Project, Call(method="POST", path=place("/projects"), body=sent(readme=readme, description=description, metadata=metadata, name=name), headers=self.keyed(idempotency_key)))

    async def get_project(
        self,
        project_id: UUID | str,
    ) -> resources.Project:
        """One project."""
        return await self.one(resources.Project, Call(method="GET", path=place("/projects/{}", project_id)))

    async def update_project(
        self,
        project_id: UUID | str,
        *,
        readme: str | None | UnsetType = UNSET,
        description: str | None | UnsetType = UNSET,
        metadata: dict[str, Any] | None | UnsetType = UNSET,
        name: str | UnsetType = UNSET,
        if_match: str | None = None,
    ) -> resources.Project:
        """Change a project."""
        return await self.one(resources.Project, Call(method="PATCH", path=place("/projects/{}", project_id), body=sent(readme=readme, description=description, metadata=metadata, name=name), headers=self.matching(if_match)))

    async def delete_project(
        self,
        project_id: UUID | str,
        *,
        if_match: str | None = None,
    ) -> resources.Deleted:
        """Take a project and everything in it away."""
        return await self.one(resources.Deleted, Call(method="DELETE", path=place("/projects/{}", project_id), headers=self.matching(if_match)))
