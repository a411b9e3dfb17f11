"""Proving to be somebody: passwords checked and tokens made, the same way wherever it happens."""

from __future__ import annotations

from typing import Any

import msgspec

from trackagoat.events import clock
from trackagoat.events.catalogue.words import SessionId, UserId
from trackagoat.events.tokens import digest
from trackagoat.gateway.edge.attempts import Attempt
from trackagoat.gateway.edge.call import Call
from trackagoat.gateway.edge.faults import ApiError
from trackagoat.gateway.edge.sessions import fresh_token
from trackagoat.gateway.reads import access

_AGENT = 200


class Begun(msgspec.Struct, frozen=True):
    """A session about to begin: its id, the token for the cookie, what is stored of it."""

    id: SessionId
    token: str
    digest: str
    agent: str | None


def session(call: Call[Any, Any]) -> Begun:
    """A new session; whatever cookie came with the call has no part in it."""
    token = fresh_token()
    agent = "".join(one for one in call.agent if one.isprintable())[:_AGENT] if call.agent else None
    return Begun(SessionId(clock.new_id()), token, digest(token), agent)


async def checked(call: Call[Any, Any], password: str) -> access.Credentials:
    """The caller's credentials, when the password is right. Raises a 401, or a 429 after too many failures."""
    attempt = Attempt(f"user {call.user}", call.address, call.now)
    await attempt.begin(call.db)
    found = await access.credentials(call.db, call.user)
    return await _right(call, attempt, found, password)


async def recognised(call: Call[Any, Any], email_hash: str, password: str) -> access.Credentials:
    """The credentials of whoever has that address, when the password is right. Raises a 401 or a 429."""
    attempt = Attempt(email_hash, call.address, call.now)
    await attempt.begin(call.db)
    found = await access.credentials_of(call.db, email_hash)
    return await _right(call, attempt, found, password)


async def _right(
    call: Call[Any, Any], attempt: Attempt, found: access.Credentials | None, password: str
) -> access.Credentials:
    right = await call.passwords.matches(found.password if found else None, password)
    if found is None or not right:
        raise ApiError("invalid_credentials")
    await attempt.succeeded(call.db)
    call.speaks_for(UserId(found.user_id))
    return found
