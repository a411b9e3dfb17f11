"""Providers in the shapes of the example mappings, telling what a source given to them tells."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from trackagoat.events.catalogue.ingest import Post, SourceOutcome
from trackagoat.ingest.domain.tiktok import canonical_url
from trackagoat.ingest.sources.protocol import Follower, NotFound, Ok, Reply, Source

KEY = "let-me-in"
"""What both want to see in their header."""
_STATUSES: dict[SourceOutcome, int] = {"rate_limited": 429, "blocked": 403, "error": 500}


def web_shape(source: Source) -> web.Application:
    """Speaks like `web_shape.toml` expects."""

    async def profile(request: web.Request) -> web.Response:
        reply = await source.profile(request.query["uniqueId"])
        if not isinstance(reply, Ok):
            return _web_missed(reply)
        told = reply.value
        stats = {
            "followerCount": told.followers,
            "followingCount": told.following,
            "heartCount": told.total_likes,
            "videoCount": told.video_count,
        }
        user = {"nickname": told.display_name, "signature": told.bio, "avatarLarger": told.avatar_url}
        return web.json_response({"statusCode": 0, "userInfo": {"user": user, "stats": stats}})

    async def posts(request: web.Request) -> web.Response:
        asked = request.query
        reply = await source.posts(asked["uniqueId"], cursor=asked.get("cursor"), limit=int(asked["count"]))
        if not isinstance(reply, Ok):
            return _web_missed(reply)
        items = [_web_item(post) for post in reply.value.posts]
        more = reply.value.next is not None
        return web.json_response({"itemList": items, "cursor": reply.value.next or "0", "hasMore": more})

    async def video(request: web.Request) -> web.Response:
        reply = await source.video(_url(request.query.get("uniqueId"), request.query["videoId"]))
        if not isinstance(reply, Ok):
            return _web_missed(reply)
        return web.json_response({"itemInfo": {"itemStruct": {"stats": _web_stats(reply.value)}}})

    async def link(request: web.Request) -> web.Response:
        reply = await source.follow(request.query["url"]) if isinstance(source, Follower) else NotFound()
        return web.json_response({"canonicalUrl": reply.value}) if isinstance(reply, Ok) else _web_missed(reply)

    app = web.Application(middlewares=[_key("X-Api-Key", KEY)])
    app.router.add_get("/link/resolve", link)
    app.router.add_get("/user/info", profile)
    app.router.add_get("/user/posts", posts)
    app.router.add_get("/post/detail", video)
    return app


def _web_item(post: Post) -> dict[str, Any]:
    item: dict[str, Any] = {
        "id": post.tiktok_video_id,
        "author": {"uniqueId": post.author_handle},
        "createTime": None if post.posted_at is None else int(post.posted_at.timestamp()),
        "desc": post.title,
        "video": {"cover": post.thumbnail_url, "duration": post.duration_seconds},
        "stats": _web_stats(post),
    }
    return item | ({"imagePost": {"images": []} | {"title": "slides"}} if post.content_type == "photo" else {})


def _web_stats(counters: Any) -> dict[str, int | None]:
    return {
        "playCount": counters.views,
        "diggCount": counters.likes,
        "commentCount": counters.comments,
        "shareCount": counters.shares,
        "collectCount": counters.saves,
    }


def _web_missed(reply: Reply[Any]) -> web.Response:
    match reply.outcome:
        case "not_found":
            return web.json_response({"statusCode": 10221})
        case "private":
            return web.json_response({"statusCode": 10222})
        case "schema_changed":
            return web.json_response({"statusCode": 0, "webapp": {"itemModule": {}}})
        case outcome:
            return web.Response(status=_STATUSES[outcome], headers={"Retry-After": "60"})


def rows_shape(source: Source) -> web.Application:
    """Speaks like `rows_shape.toml` expects."""

    async def profile(request: web.Request) -> web.Response:
        reply = await source.profile(request.match_info["handle"])
        if not isinstance(reply, Ok):
            return _rows_missed(reply)
        told = reply.value
        audience = {"followers": _short(told.followers)}
        return web.json_response({"name": told.display_name, "about": told.bio, "audience": audience})

    async def search(request: web.Request) -> web.Response:
        asked = await request.json()
        size, skip, cursor = int(asked["size"]), (int(asked["page"]) - 1) * int(asked["size"]), None
        listed: list[Post] = []
        while len(listed) <= skip + size:
            reply = await source.posts(asked["account"], cursor=cursor, limit=size)
            if not isinstance(reply, Ok):
                return _rows_missed(reply)
            listed, cursor = [*listed, *reply.value.posts], reply.value.next
            if cursor is None:
                break
        rows = [_row(post) for post in listed[skip : skip + size]]
        return web.json_response({"result": {"rows": rows, "has_next": len(listed) > skip + size}})

    async def video(request: web.Request) -> web.Response:
        reply = await source.video(_url(request.query.get("account"), request.match_info["id"]))
        return web.json_response(_metrics(reply.value)) if isinstance(reply, Ok) else _rows_missed(reply)

    app = web.Application(middlewares=[_key("Authorization", f"Bearer {KEY}")])
    app.router.add_get("/v2/accounts/{handle}", profile)
    app.router.add_post("/v2/search", search)
    app.router.add_get("/v2/posts/{id}", video)
    return app


def _row(post: Post) -> dict[str, Any]:
    published = None if post.posted_at is None else post.posted_at.isoformat()
    row = {"post_id": post.tiktok_video_id, "published": published, "text": post.title, **_metrics(post)}
    return row | ({"slides": 3} if post.content_type == "photo" else {})


def _metrics(counters: Any) -> dict[str, Any]:
    named = {"views": counters.views, "likes": counters.likes, "comments": counters.comments}
    return {"metrics": [{"name": name, "value": _short(value)} for name, value in named.items()]}


def _short(number: int | None) -> str | None:
    """As people read it: `541.2K`."""
    if number is None or number < 10_000:  # noqa: PLR2004 - from five digits on
        return None if number is None else str(number)
    return f"{number / 1000:.1f}K" if number < 1_000_000 else f"{number / 1_000_000:.1f}M"  # noqa: PLR2004 - a million


def _rows_missed(reply: Reply[Any]) -> web.Response:
    match reply.outcome:
        case "not_found":
            return web.Response(status=404)
        case "private":
            return web.Response(status=451)
        case "blocked":
            return web.Response(status=402)
        case "schema_changed":
            return web.json_response({"result": {"lines": []}, "metrics": "moved"})
        case outcome:
            return web.Response(status=_STATUSES[outcome], headers={"Retry-After": "60"})


def _url(handle: str | None, tiktok_id: str) -> str:
    return f"https://m.tiktok.com/v/{tiktok_id}.html" if handle is None else canonical_url(handle, tiktok_id)


def _key(header: str, wanted: str) -> Any:
    @web.middleware
    async def check(request: web.Request, handler: Any) -> web.StreamResponse:
        if request.headers.get(header) != wanted:
            return web.Response(status=401)
        answer: web.StreamResponse = await handler(request)
        return answer

    return check
