"""Authentication: from a bearer key, or a session's cookie, to the identity it stands for."""

from __future__ import annotations

import re
from collections import OrderedDict
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from trackagoat.events.tokens import digest as digest_of
from trackagoat.gateway.edge.faults import ApiError, Fault, faulty
from trackagoat.gateway.edge.identity import Identity
from trackagoat.gateway.edge.presence import Presence
from trackagoat.gateway.edge.sessions import COOKIE, Sessions
from trackagoat.gateway.reads import access

if TYPE_CHECKING:
    from aiohttp import web

    from trackagoat.events.sql import Db

ORG = "X-Org-Id"
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_KEY = re.compile(r"(?i:bearer) +(tga_[0-9a-f]{64})")
_REMEMBER_SECONDS = 0.9
_REMEMBER_MOST = 10_000


class Keys:
    """Looks keys up by their SHA-256 and remembers them for less than a second.

    So short that a revocation holds within a second, long enough to spare a busy caller the look-up. Unknown
    keys are not remembered: a new key works at once.
    """

    def __init__(self) -> None:
        """Start knowing nobody."""
        self._known: OrderedDict[str, tuple[float, access.KeyAccess]] = OrderedDict()

    async def caller(self, db: Db, header: str | None, now: datetime, tick: float) -> Identity:
        """Whom the key stands for. `tick` is a steadily rising number of seconds. Raises a 401."""
        match = _KEY.fullmatch(header.strip()) if header else None
        if match is None:
            raise _refuse()
        digest = digest_of(match[1])
        row = self._remembered(digest, tick) or await access.key(db, digest)
        if row is None or not _works(row, now):
            raise _refuse()
        self._remember(digest, tick, row)
        return Identity(
            type="api_key",
            id=row.key,
            org=row.org,
            user=row.owner,
            role="admin" if row.owner is None else row.role,
            scopes=tuple(row.scopes),
            is_platform_admin=row.is_platform_admin,
            banned=row.banned,
        )

    def _remembered(self, digest: str, tick: float) -> access.KeyAccess | None:
        until, row = self._known.get(digest, (0.0, None))
        return row if tick < until else None

    def _remember(self, digest: str, tick: float, row: access.KeyAccess) -> None:
        if self._remembered(digest, tick) is None:
            self._known[digest] = (tick + _REMEMBER_SECONDS, row)
            self._known.move_to_end(digest)
        while len(self._known) > _REMEMBER_MOST:
            self._known.popitem(last=False)


class Gate:
    """Lets a call in by its key, else by its session; a key goes before when both are sent."""

    def __init__(self, secret: str) -> None:
        """`secret` is the installation's key."""
        self._keys, self._sessions, self._presence = Keys(), Sessions(secret), Presence()

    async def identity(self, db: Db, request: web.Request, now: datetime, tick: float) -> Identity:
        """Who calls. Raises a 401, a 404 for an org the person is not in, a 400 for one that is no id."""
        header, cookie = request.headers.get("Authorization"), request.cookies.get(COOKIE)
        if header is not None or cookie is None:
            identity = await self._keys.caller(db, header, now, tick)
        else:
            identity = await self._sessions.caller(db, cookie, _wanted(request), now)
        await self._presence.note(db, identity, now)
        return identity


def _works(row: access.KeyAccess, now: datetime) -> bool:
    """Neither revoked nor expired, and its owner still belongs to the org."""
    expired = row.expires_at is not None and row.expires_at <= now
    return row.revoked_at is None and not expired and (row.owner is None or row.role is not None)


def _wanted(request: web.Request) -> UUID | None:
    """The org the call is about: the one in its path, else the one in its header."""
    named = request.match_info.get("orgId") or request.headers.get(ORG)
    if named is None:
        return None
    if not _ID.fullmatch(named):
        if "orgId" in request.match_info:
            return None
        raise faulty("invalid_params", [Fault("header", ORG, "Not a UUID")])
    return UUID(named)


def _refuse() -> ApiError:
    return ApiError("invalid_api_key", headers={"WWW-Authenticate": 'Bearer realm="trackagoat"'})
