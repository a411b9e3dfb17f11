"""Passwords: changing one that is known, and setting one anew by a link when it is not."""

from __future__ import annotations

from typing import Any

from trackagoat.events import clock
from trackagoat.events.catalogue.words import INSTALLATION, UserId
from trackagoat.events.catalogue.workspace import ChangePassword, RequestPasswordReset, ResetPassword
from trackagoat.events.tokens import digest, email_hash, token
from trackagoat.gateway.edge.answers import Answer
from trackagoat.gateway.edge.attempts import Attempt
from trackagoat.gateway.edge.call import Call, ok
from trackagoat.gateway.edge.faults import ApiError
from trackagoat.gateway.edge.sessions import cookie_header, csrf_token
from trackagoat.gateway.reads import access
from trackagoat.gateway.registry import Nothing, Route
from trackagoat.gateway.resources.account import Email, NewPassword, Ok, Password, Rotated, Token
from trackagoat.gateway.resources.fields import Body
from trackagoat.gateway.routes.account import examples, proving

RESET = "password reset"
"""The purpose of the tokens in reset links."""


class Changing(Body, frozen=True, kw_only=True):
    """The present password and the next one."""

    current_password: Password
    new_password: NewPassword


class Forgotten(Body, frozen=True, kw_only=True):
    """Whose password is to be set anew."""

    email: Email


class Resetting(Body, frozen=True, kw_only=True):
    """The token of a link, and the next password."""

    token: Token
    new_password: NewPassword


async def change_password(call: Call[Nothing, Changing]) -> Answer[Rotated]:
    found, begun = await proving.checked(call, call.body.current_password), proving.session(call)
    command = ChangePassword(
        user=call.user,
        password=await call.passwords.hashed(call.body.new_password),
        present=found.password,
        session=begun.id,
        session_digest=begun.digest,
        user_agent=begun.agent,
    )
    await call.tell(command, INSTALLATION)
    headers = {"Set-Cookie": cookie_header(call.settings.base_url, begun.token)}
    return Answer(data=Rotated(csrf_token=csrf_token(_secret(call), begun.id)), headers=headers)


async def request_reset(call: Call[Nothing, Forgotten]) -> Answer[Ok]:
    """Whether there is such an account shows in nothing: not in the answer, and hardly in the time it takes."""
    hash = email_hash(_secret(call), call.body.email)
    try:
        await Attempt(f"reset {hash}", call.address, call.now).begin(call.db)
    except ApiError:
        return Answer(data=Ok(), status=202)
    found, nonce = await access.credentials_of(call.db, hash), clock.new_id()
    user = clock.new_id() if found is None else found.user_id
    command = RequestPasswordReset(user=UserId(user), nonce=nonce, digest=digest(token(_secret(call), RESET, nonce)))
    await call.ask([command], INSTALLATION)
    return Answer(data=Ok(), status=202)


async def confirm_reset(call: Call[Nothing, Resetting]) -> Answer[Ok]:
    known = digest(call.body.token)
    found = await access.credentials_to_reset(call.db, known)
    if found is None:
        raise ApiError("token_expired", "The link was used already, or is older than an hour")
    call.speaks_for(UserId(found.user_id))
    password = await call.passwords.hashed(call.body.new_password)
    await call.tell(ResetPassword(user=UserId(found.user_id), digest=known, password=password), INSTALLATION)
    return ok(Ok())


def _secret(call: Call[Any, Any]) -> str:
    return call.settings.secret_key.get_secret_value()


ROUTES = (
    Route(
        method="POST",
        path="/auth/password",
        name="changePassword",
        summary="Change the password; every other session ends, and this one goes on under a new cookie",
        scope="write",
        session=True,
        tag="Account",
        handler=change_password,
        body=Changing,
        body_example={"current_password": "correct horse battery", "new_password": "another horse entirely"},
        answer=Rotated,
        example=Rotated(csrf_token=examples.CSRF_TOKEN),
        errors=("invalid_credentials",),
    ),
    Route(
        method="POST",
        path="/auth/password-reset",
        name="requestPasswordReset",
        summary="Mail a link that sets a new password within an hour, if there is such an account",
        scope="open",
        tag="Account",
        handler=request_reset,
        body=Forgotten,
        body_example={"email": "ana@example.com"},
        answer=Ok,
        example=Ok(),
        statuses=(202,),
        errors=("csrf_failed",),
    ),
    Route(
        method="POST",
        path="/auth/password-reset/confirm",
        name="confirmPasswordReset",
        summary="Set a new password by a link; every session ends",
        scope="open",
        tag="Account",
        handler=confirm_reset,
        body=Resetting,
        body_example={"token": "q1w2e3r4t5y6u7i8o9p0", "new_password": "another horse entirely"},
        answer=Ok,
        example=Ok(),
        errors=("token_expired", "csrf_failed"),
    ),
)
