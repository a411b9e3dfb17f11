"""The caller, its organization and its API keys."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from trackagoat.events import clock
from trackagoat.events.catalogue.words import KeyId, Scope
from trackagoat.events.catalogue.workspace import CreateApiKey, RevokeApiKey
from trackagoat.gateway import tenancy
from trackagoat.gateway.edge.answers import Answer, Deleted, PageMeta
from trackagoat.gateway.edge.auth import digest_of, need_scope
from trackagoat.gateway.edge.call import Call, created, deleted, ok
from trackagoat.gateway.edge.faults import ApiError, invalid_body
from trackagoat.gateway.reads import workspace
from trackagoat.gateway.registry import Nothing, Route
from trackagoat.gateway.resources.fields import Body, KeyName, Moment, Page, check_instant
from trackagoat.gateway.resources.workspace import ApiKey, Me, NewApiKey, Org, api_key, me, new_api_key, org
from trackagoat.gateway.routes import examples

_SHOWN = len("tga_") + 8


class ListKeys(Page, frozen=True, kw_only=True):
    """Keys that work, or all."""

    include_revoked: bool = False


class KeyWanted(Body, frozen=True, kw_only=True):
    """A key to make."""

    name: KeyName
    scopes: Annotated[list[Scope], Meta(min_length=1, max_length=3)] = msgspec.field(
        default_factory=lambda: ["read", "write"]
    )
    expires_at: Moment | None = None

    def __post_init__(self) -> None:
        """Check what no type says."""
        check_instant("expires_at", self.expires_at)


async def get_me(call: Call[Nothing, None]) -> Answer[Me]:
    return ok(me(call.caller, await tenancy.org(call)))


async def list_orgs(call: Call[Page, None]) -> Answer[list[Org]]:
    call.after(tuple[datetime, UUID])
    return ok([org(await tenancy.org(call))], PageMeta(None))


async def get_org(call: Call[Nothing, None]) -> Answer[Org]:
    if call.ids["orgId"] != call.org:
        raise ApiError("not_found")
    return ok(org(await tenancy.org(call)))


async def list_keys(call: Call[ListKeys, None]) -> Answer[list[ApiKey]]:
    at, after = call.after(tuple[datetime, UUID]) or (None, None)
    rows = await workspace.keys(call.db, call.org, call.params.include_revoked, at, after, call.params.limit + 1)
    page, meta = call.page(rows, lambda row: (row.created_at, row.key))
    return ok([api_key(row) for row in page], meta)


async def create_key(call: Call[Nothing, KeyWanted]) -> Answer[NewApiKey]:
    wanted = call.body
    for scope in wanted.scopes:
        need_scope(call.caller, scope)
    if wanted.expires_at is not None and wanted.expires_at <= call.now:
        raise invalid_body("expires_at", "In the past")
    key = f"tga_{clock.random_bytes(32).hex()}"
    command = CreateApiKey(
        key=KeyId(clock.new_id()),
        name=wanted.name.strip(),
        prefix=key[:_SHOWN],
        digest=digest_of(key),
        scopes=sorted(set(wanted.scopes)),
        expires_at=wanted.expires_at,
    )
    (event,) = (await call.tell(command)).events
    row = await workspace.key(call.db, call.org, UUID(event["key"]))
    if row is None:
        raise ApiError("not_found")
    first_time = event["digest"] == command.digest
    return created(new_api_key(row, key if first_time else None), secrets=("key",))


async def revoke_key(call: Call[Nothing, None]) -> Answer[Deleted]:
    row = await workspace.key(call.db, call.org, call.ids["keyId"])
    if row is None:
        raise ApiError("not_found")
    call.unchanged(api_key(row))
    await call.tell(RevokeApiKey(key=KeyId(row.key)))
    return deleted(row.key)


ROUTES = (
    Route(
        method="GET",
        path="/auth/me",
        name="getMe",
        summary="Who is calling, where, and with which scopes",
        scope="read",
        tag="Account",
        handler=get_me,
        answer=Me,
        example=examples.ME,
    ),
    Route(
        method="GET",
        path="/orgs",
        name="listOrgs",
        summary="The organization of the key",
        scope="read",
        tag="Account",
        handler=list_orgs,
        params=Page,
        answer=list[Org],
        meta=PageMeta,
        example=[examples.ORG],
    ),
    Route(
        method="GET",
        path="/orgs/{orgId}",
        name="getOrg",
        summary="One organization",
        scope="read",
        tag="Account",
        handler=get_org,
        answer=Org,
        example=examples.ORG,
    ),
    Route(
        method="GET",
        path="/api-keys",
        name="listApiKeys",
        summary="API keys of the organization, newest first",
        scope="read",
        tag="Account",
        handler=list_keys,
        params=ListKeys,
        answer=list[ApiKey],
        meta=PageMeta,
        example=[examples.API_KEY],
    ),
    Route(
        method="POST",
        path="/api-keys",
        name="createApiKey",
        summary="Make an API key; it is shown this once",
        scope="write",
        tag="Account",
        handler=create_key,
        body=KeyWanted,
        body_example={"name": "reporting", "scopes": ["read"]},
        answer=NewApiKey,
        example=examples.NEW_API_KEY,
        statuses=(201,),
        errors=("limit_reached",),
    ),
    Route(
        method="DELETE",
        path="/api-keys/{keyId}",
        name="revokeApiKey",
        summary="Revoke an API key, for the next request on",
        scope="write",
        tag="Account",
        handler=revoke_key,
        answer=Deleted,
        example=Deleted(str(examples.id_of(5))),
    ),
)
