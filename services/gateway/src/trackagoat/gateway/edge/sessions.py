"""Sessions: a person's cookie, how long it is good for, and the token that unsafe calls have to repeat."""

from __future__ import annotations

import base64
import hmac
import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from uuid import UUID

from trackagoat.events import clock
from trackagoat.events.catalogue.words import INSTALLATION, Scope
from trackagoat.events.tokens import digest, token
from trackagoat.gateway.edge.faults import ApiError
from trackagoat.gateway.edge.identity import Identity
from trackagoat.gateway.reads import access
from trackagoat.gateway.store import seen

if TYPE_CHECKING:
    from aiohttp import web

    from trackagoat.events.sql import Db

COOKIE = "tga_session"
CSRF = "X-CSRF-Token"
IDLE, LONGEST = timedelta(days=14), timedelta(days=30)
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
_SAFE = frozenset({"GET", "HEAD"})


class Sessions:
    """Looks sessions up by the SHA-256 of their token, every time: one that ended is refused at once."""

    def __init__(self, secret: str) -> None:
        """`secret` is the installation's key."""
        self._secret = secret

    async def caller(self, db: Db, cookie: str, wanted: UUID | None, now: datetime) -> Identity:
        """Whose session it is, in the org wanted or else the active one. Raises a 401 or a 404."""
        row = await access.session(db, digest(cookie)) if _TOKEN.fullmatch(cookie) else None
        if row is None or not await _lasts(db, row, now):
            raise ApiError("invalid_session")
        member = await access.membership(db, row.user_id, wanted, row.active_org)
        if wanted is not None and member is None:
            raise ApiError("not_found")
        scopes: tuple[Scope, ...] = ("read", "write", "admin") if row.is_platform_admin else ("read", "write")
        return Identity(
            type="session",
            id=row.session,
            org=member.org if member else None,
            user=row.user_id,
            role=member.role if member else None,
            scopes=scopes,
            is_platform_admin=row.is_platform_admin,
            banned=row.banned or (member is not None and member.banned),
            csrf_token=csrf_token(self._secret, row.session),
        )


async def _lasts(db: Db, row: access.SessionAccess, now: datetime) -> bool:
    """Neither older than 30 days nor unused for 14."""
    if now >= row.created_at + LONGEST:
        return False
    if now < row.created_at + IDLE:
        return True
    rows = await seen.last(db, INSTALLATION, [row.session])
    return any(now < one.at + IDLE for one in rows)


def fresh_token() -> str:
    """A session's token: 256 bits nobody can guess."""
    return base64.urlsafe_b64encode(clock.random_bytes(32)).decode().rstrip("=")


def csrf_token(secret: str, session: UUID) -> str:
    """What unsafe calls of the session repeat in a header: no other site can know it."""
    return token(secret, "csrf", session)


def check_csrf(request: web.Request, identity: Identity, base_url: str) -> None:
    """Raise a 403 for an unsafe call of a session that another site may have made a browser send."""
    if identity.type != "session" or request.method in _SAFE:
        return
    check_origin(request, base_url)
    sent = request.headers.get(CSRF, "")
    if not hmac.compare_digest(sent.encode(), (identity.csrf_token or "").encode()):
        raise ApiError("csrf_failed")


def check_origin(request: web.Request, base_url: str) -> None:
    """Raise a 403 for a call made by a page of another site, as far as the browser says so."""
    origin = request.headers.get("Origin")
    if origin is None or origin == _origin(base_url) or urlsplit(origin).netloc == request.host:
        return
    raise ApiError("csrf_failed")


def cookie_header(base_url: str, value: str | None) -> str:
    """The Set-Cookie of a session that begins, or (None) of one that is over."""
    secure = "; Secure" if base_url.startswith("https://") else ""
    age = 0 if value is None else int(LONGEST.total_seconds())
    return f"{COOKIE}={value or ''}; Max-Age={age}; Path=/; HttpOnly; SameSite=Lax{secure}"


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
