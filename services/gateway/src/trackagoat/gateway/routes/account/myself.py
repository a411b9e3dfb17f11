"""The caller: who it is, the profile, and the sessions of a person."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import UNSET, UnsetType

from trackagoat.events.catalogue.words import INSTALLATION, OrgId, SessionId
from trackagoat.events.catalogue.workspace import EndSession, EraseUser, UpdateUser
from trackagoat.gateway.edge.answers import Answer, Deleted, PageMeta
from trackagoat.gateway.edge.call import Call, ok
from trackagoat.gateway.edge.faults import ApiError
from trackagoat.gateway.edge.sessions import LONGEST, cookie_header
from trackagoat.gateway.reads import people, workspace
from trackagoat.gateway.registry import Nothing, Route
from trackagoat.gateway.resources.account import Me, Membership, Password, Session, User, membership, session, user
from trackagoat.gateway.resources.fields import Body, Name, Page, instant, something
from trackagoat.gateway.resources.workspace import org
from trackagoat.gateway.routes.account import examples, proving
from trackagoat.gateway.routes.examples import id_of
from trackagoat.gateway.store import seen


class ProfilePatch(Body, frozen=True, kw_only=True):
    """What to change of the profile."""

    name: Name | UnsetType = UNSET
    active_org_id: UUID | UnsetType = UNSET

    def __post_init__(self) -> None:
        """A PATCH without any field is a fault."""
        something(self)


class Leaving(Body, frozen=True, kw_only=True):
    """The password, once more."""

    password: Password


async def get_me(call: Call[Nothing, None]) -> Answer[Me]:
    caller = call.caller
    there = None if caller.org is None else await workspace.org(call.db, call.org)
    person = None if caller.user is None else await people.user(call.db, caller.user)
    belongs = [] if person is None else await _belongings(call)
    if caller.type == "api_key" and there is not None and caller.role is not None:
        belongs = [Membership(id=there.org, name=there.name, role=caller.role)]
    data = Me(
        user=None if person is None else user(person, await _belongings(call)),
        org=None if there is None or caller.role is None else org(there, caller.role),
        role=caller.role,
        auth=caller.type,
        scopes=list(caller.scopes),
        csrf_token=caller.csrf_token,
        orgs=belongs,
    )
    return ok(data)


async def update_me(call: Call[Nothing, ProfilePatch]) -> Answer[User]:
    before = await _myself(call)
    call.unchanged(before)
    patch, belongs = call.body, await _belongings(call)
    if patch.active_org_id is not UNSET and patch.active_org_id not in {one.id for one in belongs}:
        raise ApiError("not_found")
    command = UpdateUser(
        user=call.user,
        name=None if patch.name is UNSET else patch.name.strip(),
        active_org=None if patch.active_org_id is UNSET else OrgId(patch.active_org_id),
    )
    await call.tell(command, INSTALLATION)
    return ok(await _myself(call))


async def delete_me(call: Call[Nothing, Leaving]) -> Answer[Deleted]:
    call.unchanged(await _myself(call))
    found = await proving.checked(call, call.body.password)
    await call.tell(EraseUser(user=call.user, present=found.password), INSTALLATION)
    return Answer(data=Deleted(str(call.user)), headers={"Set-Cookie": cookie_header(call.settings.base_url, None)})


async def list_sessions(call: Call[Page, None]) -> Answer[list[Session]]:
    at, after = call.after(tuple[datetime, UUID]) or (None, None)
    since = call.now - LONGEST
    rows = await people.sessions(call.db, call.user, since, at, after, call.params.limit + 1)
    page, meta = call.page(rows, lambda row: (row.created_at, row.session))
    last = {one.who: instant(one.at) for one in await seen.last(call.db, INSTALLATION, [row.session for row in page])}
    data = [session(row, last.get(row.session), is_current=row.session == call.caller.id) for row in page]
    return ok(data, meta)


async def end_session(call: Call[Nothing, None]) -> Answer[Deleted]:
    row = await people.session(call.db, call.user, call.ids["sessionId"])
    if row is None:
        raise ApiError("not_found")
    call.unchanged(session(row, None, is_current=False))
    await call.tell(EndSession(user=call.user, session=SessionId(row.session)), INSTALLATION)
    over = row.session == call.caller.id
    headers = {"Set-Cookie": cookie_header(call.settings.base_url, None)} if over else {}
    return Answer(data=Deleted(str(row.session)), headers=headers)


async def _myself(call: Call[Any, Any]) -> User:
    row = await people.user(call.db, call.user)
    if row is None:
        raise ApiError("not_found")
    return user(row, await _belongings(call))


async def _belongings(call: Call[Any, Any]) -> list[Membership]:
    return [membership(one) for one in await people.belongings(call.db, call.user)]


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
        method="PATCH",
        path="/auth/me",
        name="updateMe",
        summary="Change the name, or the organization worked in by default",
        scope="write",
        session=True,
        tag="Account",
        handler=update_me,
        body=ProfilePatch,
        body_example={"name": "Ana B."},
        answer=User,
        example=examples.USER,
        errors=("not_found",),
    ),
    Route(
        method="DELETE",
        path="/auth/me",
        name="deleteMe",
        summary="Delete the account for good; e-mail and name are destroyed everywhere",
        scope="write",
        session=True,
        tag="Account",
        handler=delete_me,
        body=Leaving,
        body_example={"password": "correct horse battery"},
        answer=Deleted,
        example=Deleted(str(id_of(20))),
        errors=("invalid_credentials", "last_admin"),
    ),
    Route(
        method="GET",
        path="/auth/sessions",
        name="listSessions",
        summary="Where the person is signed in, newest first",
        scope="read",
        session=True,
        tag="Account",
        handler=list_sessions,
        params=Page,
        answer=list[Session],
        meta=PageMeta,
        example=[examples.SESSION],
    ),
    Route(
        method="DELETE",
        path="/auth/sessions/{sessionId}",
        name="endSession",
        summary="Sign one of the person's browsers out",
        scope="write",
        session=True,
        tag="Account",
        handler=end_session,
        answer=Deleted,
        example=Deleted(str(id_of(21))),
    ),
)
