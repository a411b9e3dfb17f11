"""Members of the organization."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from trackagoat.events.catalogue.words import UserId
from trackagoat.events.catalogue.workspace import ChangeRole, EndMembership, Role
from trackagoat.gateway.edge.answers import Answer, Deleted, PageMeta
from trackagoat.gateway.edge.call import Call, deleted, ok
from trackagoat.gateway.edge.faults import ApiError
from trackagoat.gateway.edge.identity import need_admin
from trackagoat.gateway.reads import people
from trackagoat.gateway.registry import Nothing, Route
from trackagoat.gateway.resources.account import Member, member
from trackagoat.gateway.resources.fields import Body, Page, Search, instant
from trackagoat.gateway.routes.account import examples
from trackagoat.gateway.routes.examples import id_of
from trackagoat.gateway.store import seen

_MOST = 10_000
"""Members that are looked through for a name."""


class ListMembers(Page, frozen=True, kw_only=True):
    """Members, by a part of their name or e-mail."""

    search: Search | None = None


class RolePatch(Body, frozen=True, kw_only=True):
    """What the member shall be."""

    role: Role


async def list_members(call: Call[ListMembers, None]) -> Answer[list[Member]]:
    at, after = call.after(tuple[datetime, UUID]) or (None, None)
    search, limit = call.params.search, call.params.limit + 1
    rows = await people.members(call.db, call.org, at, after, limit if search is None else _MOST)
    if search is not None:
        rows = await _named(call, rows, search.lower())
    page, meta = call.page(rows[:limit], lambda row: (row.joined_at, row.user_id))
    last = {one.who: instant(one.at) for one in await seen.last(call.db, call.org, [row.user_id for row in page])}
    return ok([member(row, last.get(row.user_id)) for row in page], meta)


async def _named(call: Call[Any, Any], rows: list[people.MemberRow], part: str) -> list[people.MemberRow]:
    """Members whose name or e-mail has that part; both are stored sealed, so they are looked through in clear."""
    names = await call.in_clear([row.name for row in rows])
    emails = await call.in_clear([row.email for row in rows])
    told = zip(rows, names, emails, strict=True)
    return [row for row, name, email in told if part in (name or "").lower() or part in (email or "").lower()]


async def change_role(call: Call[Nothing, RolePatch]) -> Answer[Member]:
    before = await _one(call)
    call.unchanged(before)
    await call.tell(ChangeRole(user=UserId(before.user_id), role=call.body.role))
    return ok(await _one(call))


async def remove_member(call: Call[Nothing, None]) -> Answer[Deleted]:
    row = await _one(call)
    if row.user_id != call.caller.user:
        need_admin(call.caller)
    call.unchanged(row)
    await call.tell(EndMembership(user=UserId(row.user_id)))
    return deleted(row.user_id)


async def _one(call: Call[Any, Any]) -> Member:
    row = await people.member(call.db, call.org, call.ids["userId"])
    if row is None:
        raise ApiError("not_found")
    last = await seen.last(call.db, call.org, [row.user_id])
    return member(row, instant(last[0].at) if last else None)


ROUTES = (
    Route(
        method="GET",
        path="/members",
        name="listMembers",
        summary="Members of the organization; who joined last comes first",
        scope="read",
        tag="Members",
        handler=list_members,
        params=ListMembers,
        answer=list[Member],
        meta=PageMeta,
        example=[examples.MEMBER],
    ),
    Route(
        method="PATCH",
        path="/members/{userId}",
        name="changeRole",
        summary="Make a member an admin, or an admin a member",
        scope="write",
        role="admin",
        tag="Members",
        handler=change_role,
        body=RolePatch,
        body_example={"role": "admin"},
        answer=Member,
        example=examples.MEMBER,
        errors=("last_admin",),
    ),
    Route(
        method="DELETE",
        path="/members/{userId}",
        name="removeMember",
        summary="Let a member go, or leave; keys the person owns here are revoked",
        scope="write",
        tag="Members",
        handler=remove_member,
        answer=Deleted,
        example=Deleted(str(id_of(20))),
        errors=("last_admin", "insufficient_role"),
    ),
)
