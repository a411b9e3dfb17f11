"""Organizations: those of the caller, opening another, changing and deleting one."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from msgspec import UNSET, Meta, UnsetType

from trackagoat.events import clock
from trackagoat.events.catalogue.words import OrgId
from trackagoat.events.catalogue.workspace import CreateOrg, DeleteOrg, UpdateOrg
from trackagoat.gateway import tenancy
from trackagoat.gateway.edge.answers import Answer, Deleted, PageMeta
from trackagoat.gateway.edge.call import Call, created, deleted, ok
from trackagoat.gateway.edge.faults import ApiError
from trackagoat.gateway.reads import workspace
from trackagoat.gateway.registry import Nothing, Route
from trackagoat.gateway.resources.fields import Body, Name, Page, given, something
from trackagoat.gateway.resources.workspace import Org, org
from trackagoat.gateway.routes import examples

Timezone = Annotated[str, Meta(min_length=1, max_length=64, description="An IANA name, such as Europe/Berlin")]
Hours = Annotated[int, Meta(ge=1, le=168)]


class OrgWanted(Body, frozen=True, kw_only=True):
    """An organization to open."""

    name: Name
    timezone: Timezone = "UTC"


class OrgPatch(Body, frozen=True, kw_only=True):
    """What to change of the organization. Hours under the floor of the plan are kept and work once it falls."""

    name: Name | UnsetType = UNSET
    timezone: Timezone | UnsetType = UNSET
    video_stats_hours: Hours | UnsetType = UNSET
    discover_videos_hours: Hours | UnsetType = UNSET
    creator_profiles_hours: Hours | UnsetType = UNSET
    video_expiry_enabled: bool | UnsetType = UNSET

    def __post_init__(self) -> None:
        """A PATCH without any field is a fault."""
        something(self)


class Confirming(Body, frozen=True, kw_only=True):
    """The name of what is to be deleted."""

    confirm_name: Annotated[str, Meta(max_length=120)]


async def list_orgs(call: Call[Page, None]) -> Answer[list[Org]]:
    at, after = call.after(tuple[datetime, UUID]) or (None, None)
    if call.caller.type == "api_key":
        return ok([await _here(call)] if at is None else [], PageMeta(None))
    rows = await workspace.orgs_of(call.db, call.user, at, after, call.params.limit + 1)
    page, meta = call.page(rows, lambda row: (row.created_at, row.org))
    return ok([org(row, row.role) for row in page], meta)


async def create_org(call: Call[Nothing, OrgWanted]) -> Answer[Org]:
    id, wanted = OrgId(clock.new_id()), call.body
    command = CreateOrg(org=id, name=wanted.name.strip(), timezone=wanted.timezone, owner=call.user)
    outcome = await call.tell(command, id)
    row = await workspace.org(call.db, OrgId(UUID(outcome.events[0]["org"])))
    if row is None:
        raise ApiError("not_found")
    return created(org(row, "admin"))


async def get_org(call: Call[Nothing, None]) -> Answer[Org]:
    _within(call)
    return ok(await _here(call))


async def update_org(call: Call[Nothing, OrgPatch]) -> Answer[Org]:
    _within(call)
    if call.conditional:
        call.unchanged(await _here(call))
    patch = call.body
    command = UpdateOrg(
        org=call.org,
        name=None if patch.name is UNSET else patch.name.strip(),
        timezone=given(patch.timezone),
        video_stats_hours=given(patch.video_stats_hours),
        discover_videos_hours=given(patch.discover_videos_hours),
        creator_profiles_hours=given(patch.creator_profiles_hours),
        video_expiry_enabled=given(patch.video_expiry_enabled),
    )
    await call.tell(command)
    return ok(await _here(call))


async def delete_org(call: Call[Nothing, Confirming]) -> Answer[Deleted]:
    _within(call)
    if call.conditional:
        call.unchanged(await _here(call))
    await call.tell(DeleteOrg(org=call.org, confirm_name=call.body.confirm_name))
    return deleted(call.org)


def _within(call: Call[Any, Any]) -> None:
    """Raise a 404 for an org that is not the caller's."""
    if call.ids["orgId"] != call.org:
        raise ApiError("not_found")


async def _here(call: Call[Any, Any]) -> Org:
    return org(await tenancy.org(call), call.caller.role or "member")


ROUTES = (
    Route(
        method="GET",
        path="/orgs",
        name="listOrgs",
        summary="The organizations of the person, or the one of the key",
        scope="read",
        tag="Organizations",
        handler=list_orgs,
        params=Page,
        answer=list[Org],
        meta=PageMeta,
        example=[examples.ORG],
    ),
    Route(
        method="POST",
        path="/orgs",
        name="createOrg",
        summary="Open another organization and become its admin",
        scope="write",
        session=True,
        tag="Organizations",
        handler=create_org,
        body=OrgWanted,
        body_example={"name": "Goat Agency", "timezone": "Europe/Berlin"},
        answer=Org,
        example=examples.ORG,
        statuses=(201,),
        errors=("limit_reached",),
    ),
    Route(
        method="GET",
        path="/orgs/{orgId}",
        name="getOrg",
        summary="One organization",
        scope="read",
        tag="Organizations",
        handler=get_org,
        answer=Org,
        example=examples.ORG,
    ),
    Route(
        method="PATCH",
        path="/orgs/{orgId}",
        name="updateOrg",
        summary="Change name, timezone, intervals or expiry",
        scope="write",
        role="admin",
        tag="Organizations",
        handler=update_org,
        body=OrgPatch,
        body_example={"timezone": "Europe/Lisbon", "video_stats_hours": 12},
        answer=Org,
        example=examples.ORG,
    ),
    Route(
        method="DELETE",
        path="/orgs/{orgId}",
        name="deleteOrg",
        summary="Delete the organization and everything in it",
        scope="write",
        session=True,
        role="admin",
        tag="Organizations",
        handler=delete_org,
        body=Confirming,
        body_example={"confirm_name": "Goat Agency"},
        answer=Deleted,
        example=Deleted(str(examples.id_of(1))),
    ),
)
