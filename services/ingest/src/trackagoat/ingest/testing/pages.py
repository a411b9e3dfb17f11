"""TikTok's public pages, for the real extractor of yt-dlp to read without a network.

    source = YtDlp(Pages(Simulator(clock=now), now))

They tell what a source given to them tells, in the shape TikTok's own pages have.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import msgspec

from trackagoat.events.catalogue.ingest import Post, SourceOutcome
from trackagoat.ingest.domain.tiktok import canonical_url
from trackagoat.ingest.sources.protocol import Ok, Reply, Source

_SEC_UID = "MS4wLjABAAAA"
_STATUSES: dict[SourceOutcome, int] = {"rate_limited": 429, "error": 503}
PAGE = 15


class Pages:
    """Answers URLs of TikTok's site. Every one asked for is noted."""

    def __init__(self, source: Source, clock: Callable[[], datetime]) -> None:
        """`clock` tells which cursor is the present."""
        self._source, self._clock = source, clock
        self.asked: list[str] = []

    def __call__(self, url: str) -> tuple[int, bytes]:
        """(status, body) of a page, asked for in a thread."""
        self.asked.append(url)
        return asyncio.run(self._answer(urlsplit(url)))

    async def _answer(self, url: Any) -> tuple[int, bytes]:
        asked = {name: values[0] for name, values in parse_qs(url.query).items()}
        if url.path == "/api/creator/item_list/":
            return await self._list(asked)
        if found := re.fullmatch(r"/@([^/]*)/(?:video|photo)/(\d+)", unquote(url.path)):
            return await self._video(found[1], found[2])
        if found := re.fullmatch(r"/@([^/]+)/?", unquote(url.path)):
            return await self._user(found[1])
        return 404, b""

    async def _user(self, handle: str) -> tuple[int, bytes]:
        reply = await self._source.profile(handle)
        if not isinstance(reply, Ok):
            return _missed(reply, "webapp.user-detail", nobody=10221, hidden=10222)
        told = reply.value
        stats = {
            "followerCount": told.followers,
            "followingCount": told.following,
            "heartCount": told.total_likes,
            "videoCount": told.video_count,
        }
        user = {
            "uniqueId": handle,
            "secUid": f"{_SEC_UID}{handle.encode().hex():0>64}",
            "nickname": told.display_name,
            "signature": told.bio,
            "avatarLarger": told.avatar_url,
            "privateAccount": False,
        }
        text = {name: str(value) for name, value in stats.items() if value is not None}
        info = {"user": user, "stats": stats, "statsV2": text, "itemList": []}
        return _page("webapp.user-detail", {"statusCode": 0, "userInfo": info})

    async def _list(self, asked: dict[str, str]) -> tuple[int, bytes]:
        handle = bytes.fromhex(asked["secUid"].removeprefix(_SEC_UID)).lstrip(b"\0").decode()
        before = int(asked["cursor"]) // 1000
        cursor = None if before >= int(self._clock().timestamp()) else str(before)
        reply = await self._source.posts(handle, cursor=cursor, limit=int(asked["count"]))
        if not isinstance(reply, Ok):
            return _STATUSES.get(reply.outcome, 403), b""
        items = [_item(post) for post in reply.value.posts]
        told = {"statusCode": 0, "hasMorePrevious": reply.value.next is not None, "itemList": items}
        return 200, msgspec.json.encode(told)

    async def _video(self, handle: str, tiktok_id: str) -> tuple[int, bytes]:
        reply = await self._source.video(canonical_url(handle, tiktok_id))
        if not isinstance(reply, Ok):
            return _missed(reply, "webapp.video-detail", nobody=10204, hidden=10216)
        counters = msgspec.structs.asdict(reply.value)
        item = _item(Post(tiktok_video_id=tiktok_id, url="", author_handle=handle, **counters))
        return _page("webapp.video-detail", {"statusCode": 0, "itemInfo": {"itemStruct": item}})


def _item(post: Post) -> dict[str, Any]:
    """A post as the pages and the list hold it; what is unknown is absent."""
    stats = {
        "playCount": post.views,
        "diggCount": post.likes,
        "commentCount": post.comments,
        "shareCount": post.shares,
        "collectCount": post.saves,
    }
    item: dict[str, Any] = {
        "id": post.tiktok_video_id,
        "desc": post.title or "",
        "createTime": None if post.posted_at is None else int(post.posted_at.timestamp()),
        "author": {"uniqueId": post.author_handle, "id": "1", "nickname": post.author_handle},
        "stats": {name: value for name, value in stats.items() if value is not None},
        "video": {"id": post.tiktok_video_id, "duration": post.duration_seconds, "cover": post.thumbnail_url},
        "music": {"title": "original sound", "authorName": post.author_handle, "duration": post.duration_seconds},
    }
    return item | ({"imagePost": {"images": [{}], "title": ""}} if post.content_type == "photo" else {})


def _missed(reply: Reply[Any], scope: str, *, nobody: int, hidden: int) -> tuple[int, bytes]:
    match reply.outcome:
        case "not_found":
            return _page(scope, {"statusCode": nobody, "statusMsg": "it doesn't exist"})
        case "private":
            return _page(scope, {"statusCode": hidden, "statusMsg": "it is private"})
        case "schema_changed":
            return _page(scope.replace("webapp", "app"), {"statusCode": 0, "info": {}})
        case "blocked":
            return 403, b"<html>Verify to continue</html>"
        case outcome:
            return _STATUSES.get(outcome, 503), b""


def _page(scope: str, data: Any) -> tuple[int, bytes]:
    """A page with its data in it."""
    told = msgspec.json.encode({"__DEFAULT_SCOPE__": {scope: data}})
    return 200, b'<html><script id="__UNIVERSAL_DATA_FOR_REHYDRATION__" type="application/json">' + told + b"</script>"
