"""A server that speaks like TikTok's Display API and its OAuth, for tests.

It tells of accounts what a source given to it tells (the simulator, or one of your own), and behaves as documented:
tokens expire and rotate, pages are short with `has_more`, cursors are in milliseconds, too many calls are answered
with 429. What goes wrong is set from outside:

    tiktok = TikTok(Simulator(clock=now), clock=now)
    async with served(tiktok.app()) as url:
        login = Login(web, tiktok.client_key, tiktok.client_secret, url)
        tokens = await login.exchange(tiktok.consent("daily_hay"), tiktok.redirect_uri)
        api = DisplayApi(web, tokens.access_token, url)
        tiktok.withdraw("daily_hay")     # the owner takes the consent back
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from typing import Any

import msgspec
from aiohttp import web

from trackagoat.events.catalogue.ingest import Post
from trackagoat.ingest.domain.tiktok import canonical_url
from trackagoat.ingest.sources.display_api.login import SCOPES
from trackagoat.ingest.sources.protocol import Ok, RateLimited, Reply, Source

MOST = 20
_NEEDS = {
    "user.info.basic": {"open_id", "union_id", "avatar_url", "display_name"},
    "user.info.profile": {"username", "bio_description", "profile_deep_link", "is_verified"},
    "user.info.stats": {"follower_count", "following_count", "likes_count", "video_count"},
}
_ERRORS = {
    "access_token_invalid": (401, "The access token is invalid or not found in the request."),
    "scope_not_authorized": (401, "The user did not authorize the scope required for completing this request."),
    "rate_limit_exceeded": (429, "The API rate limit was exceeded. Please try again later."),
    "internal_error": (500, "Something is wrong. Please try again later."),
    "invalid_params": (400, "One or more fields in the request is invalid."),
}


class Grant(msgspec.Struct):
    """What an owner consented to, and the tokens that stand for it."""

    handle: str
    scopes: list[str]
    access_token: str = ""
    refresh_token: str = ""
    expires_at: datetime | None = None
    renewable_until: datetime | None = None


class TikTok:
    """The server's state. `most` is how many posts a page has at most, `empty` how many pages are without any first;
    `changed` makes answers another shape, `down` makes them errors. `retry_after` is what is said, in seconds, with
    429, which comes after `calls_per_minute` calls.
    """

    client_key, client_secret, redirect_uri = "a-client-key", "a-client-secret", "https://goat.example/connected"

    def __init__(
        self,
        source: Source,
        *,
        clock: Callable[[], datetime],
        access_seconds: int = 7200,
        refresh_seconds: int = 180 * 86400,
        calls_per_minute: int | None = None,
    ) -> None:
        """Nobody has consented to anything yet."""
        self._source, self._clock = source, clock
        self._lives = access_seconds, refresh_seconds
        self.calls_per_minute = calls_per_minute
        self._codes: dict[str, Grant] = {}
        self.grants: list[Grant] = []
        self.calls: list[tuple[datetime, str]] = []
        self.most, self.empty, self.changed, self.down = MOST, 0, False, False
        self.retry_after: float | None = None

    def consent(self, handle: str, scopes: Collection[str] = SCOPES) -> str:
        """The owner of an account says yes; the value is the code that comes with the redirect."""
        code = secrets.token_urlsafe(16)
        self._codes[code] = Grant(handle, list(scopes))
        return code

    def withdraw(self, handle: str) -> None:
        """The owner takes the consent back: tokens of both kinds are refused from now on."""
        self.grants = [grant for grant in self.grants if grant.handle != handle]

    def app(self) -> web.Application:
        """The server."""
        app = web.Application()
        app.router.add_post("/v2/oauth/token/", self._token)
        app.router.add_post("/v2/oauth/revoke/", self._revoke)
        app.router.add_get("/v2/user/info/", self._user)
        app.router.add_post("/v2/video/list/", self._list)
        app.router.add_post("/v2/video/query/", self._query)
        return app

    # -- OAuth --------------------------------------------------------------------------------------------------

    async def _token(self, request: web.Request) -> web.Response:
        form = await request.post()
        if self.down:
            return web.Response(status=503)
        if (form.get("client_key"), form.get("client_secret")) != (self.client_key, self.client_secret):
            return _refused("invalid_client", "Client key or secret is wrong.")
        grant = self._granted(dict(form))
        if grant is None:
            return _refused("invalid_grant", "The grant or refresh token is invalid, expired or revoked.")
        now, (access, refresh) = self._clock(), self._lives
        grant.access_token, grant.refresh_token = secrets.token_urlsafe(24), secrets.token_urlsafe(24)
        grant.expires_at, grant.renewable_until = now + timedelta(seconds=access), now + timedelta(seconds=refresh)
        told = {
            "open_id": f"open-{grant.handle.lower()}",
            "scope": ",".join(grant.scopes),
            "access_token": grant.access_token,
            "expires_in": access,
            "refresh_token": grant.refresh_token,
            "refresh_expires_in": refresh,
            "token_type": "Bearer",
        }
        return web.json_response({"tokens": told} if self.changed else told)

    def _granted(self, form: dict[str, Any]) -> Grant | None:
        """The grant a code or refresh token is for; both are good once."""
        if form.get("grant_type") == "authorization_code":
            grant = self._codes.pop(str(form.get("code")), None)
            if grant is not None:
                self.grants.append(grant)
            return grant if form.get("redirect_uri") == self.redirect_uri else None
        now, token = self._clock(), form.get("refresh_token")
        return next((g for g in self.grants if g.refresh_token == token and _lives(g.renewable_until, now)), None)

    async def _revoke(self, request: web.Request) -> web.Response:
        token = (await request.post()).get("token")
        self.grants = [grant for grant in self.grants if grant.access_token != token]
        return web.Response()

    # -- reading ------------------------------------------------------------------------------------------------

    def _entered(self, request: web.Request, *scopes: str) -> Grant | web.Response:
        """The grant of the caller's token, or why there is none."""
        now, path = self._clock(), request.path
        self.calls.append((now, path))
        recent = [at for at, called in self.calls if called == path and at > now - timedelta(minutes=1)]
        if self.calls_per_minute is not None and len(recent) > self.calls_per_minute:
            return _failed("rate_limit_exceeded", self.retry_after)
        if self.down:
            return _failed("internal_error")
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        grant = next((g for g in self.grants if g.access_token == token and _lives(g.expires_at, now)), None)
        if grant is None:
            return _failed("access_token_invalid")
        return grant if set(scopes) <= set(grant.scopes) else _failed("scope_not_authorized")

    async def _user(self, request: web.Request) -> web.Response:
        fields = request.query.get("fields", "").split(",")
        grant = self._entered(request, *(scope for scope, names in _NEEDS.items() if names & set(fields)))
        if isinstance(grant, web.Response):
            return grant
        reply = await self._source.profile(grant.handle)
        if not isinstance(reply, Ok):
            return _missed(reply)
        told = reply.value
        user = {
            "open_id": f"open-{grant.handle.lower()}",
            "username": grant.handle,
            "display_name": told.display_name,
            "avatar_url": told.avatar_url,
            "bio_description": told.bio,
            "follower_count": told.followers,
            "following_count": told.following,
            "likes_count": told.total_likes,
            "video_count": told.video_count,
        }
        return self._told({"user": {name: user[name] for name in fields if user.get(name) is not None}})

    async def _list(self, request: web.Request) -> web.Response:
        grant = self._entered(request, "video.list")
        if isinstance(grant, web.Response):
            return grant
        asked = await request.json()
        wanted, cursor = asked.get("max_count", 10), asked.get("cursor")
        if not 1 <= wanted <= MOST:
            return _failed("invalid_params")
        before = None if cursor is None else str(cursor // 1000)
        if self.empty:
            self.empty -= 1
            cursor = (cursor or int(self._clock().timestamp() * 1000)) - 1
            return self._told({"videos": [], "cursor": cursor, "has_more": True})
        reply = await self._source.posts(grant.handle, cursor=before, limit=min(wanted, self.most))
        if not isinstance(reply, Ok):
            return _missed(reply)
        page = reply.value
        videos = [_video(post, request) for post in page.posts]
        following = int(page.next) * 1000 if page.next is not None else cursor or 0
        return self._told({"videos": videos, "cursor": following, "has_more": page.next is not None})

    async def _query(self, request: web.Request) -> web.Response:
        grant = self._entered(request, "video.list")
        if isinstance(grant, web.Response):
            return grant
        ids = (await request.json())["filters"]["video_ids"]
        found: list[dict[str, Any]] = []
        for tiktok_id in ids:
            reply = await self._source.video(canonical_url(grant.handle, tiktok_id))
            if isinstance(reply, Ok):
                counters = msgspec.structs.asdict(reply.value)
                post = Post(tiktok_video_id=tiktok_id, url="", author_handle=grant.handle, **counters)
                found.append(_video(post, request))
            elif reply.outcome != "not_found":
                return _missed(reply)
        return self._told({"videos": found})

    def _told(self, data: dict[str, Any]) -> web.Response:
        if self.changed:
            return _changed()
        return web.json_response({"data": data, "error": {"code": "ok", "message": "", "log_id": "1"}})


def _lives(until: datetime | None, now: datetime) -> bool:
    return until is not None and now < until


def _video(post: Post, request: web.Request) -> dict[str, Any]:
    """The fields asked for, as far as they are known."""
    video = {
        "id": post.tiktok_video_id,
        "create_time": None if post.posted_at is None else int(post.posted_at.timestamp()),
        "cover_image_url": post.thumbnail_url,
        "share_url": f"{post.url}?utm_campaign=tt4d_open_api",
        "video_description": post.title,
        "title": post.title,
        "duration": post.duration_seconds,
        "view_count": post.views,
        "like_count": post.likes,
        "comment_count": post.comments,
        "share_count": post.shares,
    }
    fields = request.query.get("fields", "").split(",")
    return {name: video[name] for name in fields if video.get(name) is not None}


def _changed() -> web.Response:
    """Another shape."""
    told = {"data": {"items": [{"aweme_id": "1"}]}, "error": {"code": "ok", "message": "", "log_id": "1"}}
    return web.json_response(told)


def _missed(reply: Reply[Any]) -> web.Response:
    """What the server says where its source has no data."""
    match reply.outcome:
        case "rate_limited":
            wait = reply.retry_after if isinstance(reply, RateLimited) else None
            return _failed("rate_limit_exceeded", wait)
        case "blocked":
            return _failed("scope_not_authorized")
        case "schema_changed":
            return _changed()
        case _:
            return _failed("internal_error")


def _failed(code: str, retry_after: float | None = None) -> web.Response:
    status, message = _ERRORS[code]
    headers = {} if retry_after is None else {"Retry-After": f"{retry_after:.0f}"}
    told = {"data": {}, "error": {"code": code, "message": message, "log_id": "1"}}
    return web.json_response(told, status=status, headers=headers)


def _refused(error: str, description: str) -> web.Response:
    told = {"error": error, "error_description": description, "log_id": "1"}
    return web.json_response(told, status=400)
