"""API keys: access for programs, acting for whoever made it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import Meta

from trackagoat.events import clock
from trackagoat.events.catalogue.words import KeyId, Scope
from trackagoat.events.catalogue.workspace import CreateApiKey, RenameApiKey, RevokeApiKey
from trackagoat.events.tokens import digest as digest_of
from trackagoat.gateway.edge.answers import Answer, Deleted, PageMeta
from trackagoat.gateway.edge.call import Call, created, deleted, ok
from trackagoat.gateway.edge.faults import ApiError, invalid_body
from trackagoat.gateway.edge.identity import need_scope
from trackagoat.gateway.reads import workspace
from trackagoat.gateway.registry import Nothing, Route
from trackagoat.gateway.resources.fields import Body, KeyName, Moment, Page, check_instant, instant
from trackagoat.gateway.resources.workspace import ApiKey, NewApiKey, api_key, new_api_key
from trackagoat.gateway.routes import examples
from trackagoat.gateway.store import seen

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


class KeyPatch(Body, frozen=True, kw_only=True):
    """What to call the key."""

    name: KeyName


async def list_keys(call: Call[ListKeys, None]) -> Answer[list[ApiKey]]:
    at, after = call.after(tuple[datetime, UUID]) or (None, None)
    rows = await workspace.keys(call.db, call.org, call.params.include_revoked, at, after, call.params.limit + 1)
    page, meta = call.page(rows, lambda row: (row.created_at, row.key))
    last = {one.who: instant(one.at) for one in await seen.last(call.db, call.org, [row.key for row in page])}
    return ok([api_key(row, last.get(row.key)) for row in page], meta)


async def create_key(call: Call[Nothing, KeyWanted]) -> Answer[NewApiKey]:
    wanted = call.body
    for scope in wanted.scopes:
        need_scope(call.caller, scope)
    if "admin" in wanted.scopes and not call.caller.is_platform_admin:
        raise ApiError("insufficient_role", "Only a platform admin may hold that scope", required="platform_admin")
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
        owner=None if call.caller.user is None else call.user,
    )
    (event,) = (await call.tell(command)).events
    row = await workspace.key(call.db, call.org, UUID(event["key"]))
    if row is None:
        raise ApiError("not_found")
    first_time = event["digest"] == command.digest
    return created(new_api_key(row, key if first_time else None), secrets=("key",))


async def rename_key(call: Call[Nothing, KeyPatch]) -> Answer[ApiKey]:
    row = await _one(call)
    call.unchanged(api_key(row))
    await call.tell(RenameApiKey(key=KeyId(row.key), name=call.body.name.strip()))
    last = await seen.last(call.db, call.org, [row.key])
    return ok(api_key(await _one(call), instant(last[0].at) if last else None))


async def revoke_key(call: Call[Nothing, None]) -> Answer[Deleted]:
    row = await _one(call)
    call.unchanged(api_key(row))
    await call.tell(RevokeApiKey(key=KeyId(row.key)))
    return deleted(row.key)


async def _one(call: Call[Any, Any]) -> workspace.KeyRow:
    row = await workspace.key(call.db, call.org, call.ids["keyId"])
    if row is None:
        raise ApiError("not_found")
    return row


ROUTES = (
    Route(
        method="GET",
        path="/api-keys",
        name="listApiKeys",
        summary="API keys of the organization, newest first",
        scope="read",
        role="admin",
        tag="API keys",
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
        role="admin",
        tag="API keys",
        handler=create_key,
        body=KeyWanted,
        body_example={"name": "reporting", "scopes": ["read"]},
        answer=NewApiKey,
        example=examples.NEW_API_KEY,
        statuses=(201,),
        errors=("limit_reached", "insufficient_role"),
    ),
    Route(
        method="PATCH",
        path="/api-keys/{keyId}",
        name="renameApiKey",
        summary="Call an API key something else",
        scope="write",
        role="admin",
        tag="API keys",
        handler=rename_key,
        body=KeyPatch,
        body_example={"name": "weekly reporting"},
        answer=ApiKey,
        example=examples.API_KEY,
    ),
    Route(
        method="DELETE",
        path="/api-keys/{keyId}",
        name="revokeApiKey",
        summary="Revoke an API key, for the next request on",
        scope="write",
        role="admin",
        tag="API keys",
        handler=revoke_key,
        answer=Deleted,
        example=Deleted(str(examples.id_of(5))),
    ),
)
