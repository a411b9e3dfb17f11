"""Coming in and going out: registering, signing in, signing out."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from msgspec import Meta

from trackagoat.events import clock
from trackagoat.events.catalogue.words import INSTALLATION, OrgId, SessionId, UserId
from trackagoat.events.catalogue.workspace import EndSession, RegisterUser, StartSession
from trackagoat.events.tokens import digest, email_hash
from trackagoat.gateway.edge.answers import Answer
from trackagoat.gateway.edge.call import Call
from trackagoat.gateway.edge.faults import ApiError, invalid_body
from trackagoat.gateway.edge.sessions import cookie_header, csrf_token
from trackagoat.gateway.reads import people, workspace
from trackagoat.gateway.registry import Nothing, Route
from trackagoat.gateway.resources.account import (
    Email,
    Membership,
    NewPassword,
    Ok,
    Password,
    Registered,
    SignedIn,
    Token,
    membership,
    user,
)
from trackagoat.gateway.resources.fields import Body, Name
from trackagoat.gateway.resources.workspace import org
from trackagoat.gateway.routes.account import examples, proving

Timezone = Annotated[str, Meta(min_length=1, max_length=64, description="An IANA name, such as Europe/Berlin")]


class Registering(Body, frozen=True, kw_only=True):
    """A person who wants an account: with an organization to open, or an invitation to accept."""

    email: Email
    password: NewPassword
    name: Name
    org_name: Name | None = None
    timezone: Timezone = "UTC"
    invitation_token: Token | None = None


class SigningIn(Body, frozen=True, kw_only=True):
    """What a person proves to be that person with."""

    email: Email
    password: Password


async def register(call: Call[Nothing, Registering]) -> Answer[Registered]:
    wanted, begun = call.body, proving.session(call)
    if wanted.invitation_token is None and wanted.org_name is None:
        raise invalid_body("org_name", "Required without an invitation")
    command = RegisterUser(
        user=UserId(clock.new_id()),
        email=wanted.email.strip(),
        name=wanted.name.strip(),
        email_hash=email_hash(_secret(call), wanted.email),
        password=await call.passwords.hashed(wanted.password),
        org=OrgId(clock.new_id()) if wanted.invitation_token is None else None,
        org_name=None if wanted.org_name is None else wanted.org_name.strip(),
        timezone=wanted.timezone,
        invitation_digest=None if wanted.invitation_token is None else digest(wanted.invitation_token),
        session=begun.id,
        session_digest=begun.digest,
        user_agent=begun.agent,
    )
    call.speaks_for(command.user)
    await call.tell(command, INSTALLATION)
    row, belongs = await _person(call, command.user)
    rows = [await workspace.org(call.db, OrgId(one.id)) for one in belongs]
    data = Registered(
        user=user(row, belongs),
        org=next((org(found, belongs[0].role) for found in rows if found is not None), None),
        csrf_token=csrf_token(_secret(call), begun.id),
    )
    return Answer(data=data, status=201, headers=_cookie(call, begun.token))


async def log_in(call: Call[Nothing, SigningIn]) -> Answer[SignedIn]:
    found = await proving.recognised(call, email_hash(_secret(call), call.body.email), call.body.password)
    begun = proving.session(call)
    command = StartSession(
        user=UserId(found.user_id),
        session=begun.id,
        digest=begun.digest,
        password=found.password,
        user_agent=begun.agent,
    )
    await call.tell(command, INSTALLATION)
    row, belongs = await _person(call, found.user_id)
    data = SignedIn(user=user(row, belongs), orgs=belongs, csrf_token=csrf_token(_secret(call), begun.id))
    return Answer(data=data, headers=_cookie(call, begun.token))


async def log_out(call: Call[Nothing, None]) -> Answer[Ok]:
    await call.tell(EndSession(user=call.user, session=SessionId(call.caller.id)), INSTALLATION)
    return Answer(data=Ok(), headers=_cookie(call, None))


async def _person(call: Call[Any, Any], id: UUID) -> tuple[people.UserRow, list[Membership]]:
    row = await people.user(call.db, id)
    if row is None:
        raise ApiError("not_found")
    return row, [membership(one) for one in await people.belongings(call.db, id)]


def _cookie(call: Call[Any, Any], token: str | None) -> dict[str, str]:
    return {"Set-Cookie": cookie_header(call.settings.base_url, token)}


def _secret(call: Call[Any, Any]) -> str:
    return call.settings.secret_key.get_secret_value()


_REGISTERING = {
    "email": "ana@example.com",
    "password": "correct horse battery",
    "name": "Ana",
    "org_name": "Goat Agency",
    "timezone": "Europe/Berlin",
}

ROUTES = (
    Route(
        method="POST",
        path="/auth/register",
        name="register",
        summary="Open an account with an organization, or by an invitation; it is signed in at once",
        scope="open",
        tag="Account",
        handler=register,
        body=Registering,
        body_example=_REGISTERING,
        answer=Registered,
        example=examples.REGISTERED,
        statuses=(201,),
        errors=(
            "registration_closed",
            "email_taken",
            "invitation_expired",
            "invitation_used",
            "email_mismatch",
            "limit_reached",
            "csrf_failed",
        ),
    ),
    Route(
        method="POST",
        path="/auth/login",
        name="login",
        summary="Sign in with e-mail and password; the answer sets the session's cookie",
        scope="open",
        tag="Account",
        handler=log_in,
        body=SigningIn,
        body_example={"email": "ana@example.com", "password": "correct horse battery"},
        answer=SignedIn,
        example=examples.SIGNED_IN,
        errors=("invalid_credentials", "banned", "csrf_failed"),
    ),
    Route(
        method="POST",
        path="/auth/logout",
        name="logout",
        summary="End this session and clear its cookie",
        scope="write",
        session=True,
        tag="Account",
        handler=log_out,
        answer=Ok,
        example=Ok(),
    ),
)
