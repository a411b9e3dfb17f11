"""Display API: TikTok's official way to read an account, with its owner's consent.

One source reads one account, the one its token belongs to. TikTok tells no saves; a page may be short, or empty,
and still not the last.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

import msgspec

from trackagoat.events.catalogue.ingest import InvalidUrl, Post, ProfileReading, UnresolvableUrl
from trackagoat.events.catalogue.words import ContentType, Counters
from trackagoat.ingest.domain import tiktok
from trackagoat.ingest.sources.display_api.login import API
from trackagoat.ingest.sources.importing import cells
from trackagoat.ingest.sources.protocol import (
    Blocked,
    Failed,
    Miss,
    NotFound,
    Ok,
    PostPage,
    RateLimited,
    Reply,
    SchemaChanged,
)
from trackagoat.ingest.sources.web import Answer, Web, miss_of

NAME = "display_api"
MOST = 20
"""Posts TikTok lists at once."""
EMPTY_PAGES = 5
"""Pages without a post that are passed by in one call before that is taken for a loop."""
WINDOW_SECONDS = 60.0
"""Calls are counted over a minute; so long a source waits that was not told how long."""
CALLS_PER_MINUTE = 600
_USER = "username,display_name,avatar_url,bio_description,follower_count,following_count,likes_count,video_count"
_VIDEO = (
    "id,create_time,cover_image_url,share_url,video_description,title,duration,"
    "view_count,like_count,comment_count,share_count"
)
T = TypeVar("T")


class User(msgspec.Struct, frozen=True, kw_only=True):
    """A profile as TikTok tells it; what no consent was given for is absent."""

    username: str | None = None
    display_name: str | None = None
    avatar_url: str | None = None
    bio_description: str | None = None
    follower_count: int | None = None
    following_count: int | None = None
    likes_count: int | None = None
    video_count: int | None = None


class Video(msgspec.Struct, frozen=True, kw_only=True):
    """A post as TikTok tells it."""

    id: str
    create_time: int | None = None
    cover_image_url: str | None = None
    share_url: str | None = None
    video_description: str | None = None
    title: str | None = None
    duration: int | None = None
    view_count: int | None = None
    like_count: int | None = None
    comment_count: int | None = None
    share_count: int | None = None


class _UserData(msgspec.Struct, frozen=True):
    user: User


class _Listed(msgspec.Struct, frozen=True):
    """`cursor` is in Unix milliseconds."""

    videos: list[Video]
    cursor: int | None = None
    has_more: bool = False


class _Found(msgspec.Struct, frozen=True):
    videos: list[Video]


class _Error(msgspec.Struct, frozen=True):
    code: str
    message: str = ""


class _Status(msgspec.Struct, frozen=True):
    error: _Error


class _Told(msgspec.Struct, Generic[T], frozen=True):
    data: T


class DisplayApi:
    """Reads the account that an access token belongs to."""

    name = NAME

    def __init__(self, web: Web, access_token: str, api: str = API) -> None:
        """Nothing is asked yet."""
        self._web, self._api = web, api
        self._headers = {"Authorization": f"Bearer {access_token}"}

    async def profile(self, handle: str) -> Reply[ProfileReading]:
        """See `Source.profile`."""
        url, asked = f"{self._api}/v2/user/info/", {"fields": _USER}
        answer = await self._web.ask("GET", url, query=asked, headers=self._headers)
        told = _read(answer, _Told[_UserData])
        return _profile(handle, told.data.user) if isinstance(told, _Told) else told

    async def posts(self, handle: str, *, cursor: str | None = None, limit: int = 30) -> Reply[PostPage]:
        """See `Source.posts`."""
        for _ in range(EMPTY_PAGES):
            asked: dict[str, int] = {"max_count": min(limit, MOST)}
            if cursor is not None:
                asked["cursor"] = int(cursor)
            told = _read(await self._post("/v2/video/list/", asked), _Told[_Listed])
            if not isinstance(told, _Told):
                return told
            page = told.data
            following = str(page.cursor) if page.has_more and page.cursor is not None else None
            if page.videos or following in {None, cursor}:
                posts = [_post(video, handle) for video in page.videos]
                return Ok(PostPage(posts=posts, next=None if following == cursor else following))
            cursor = following
        return Failed(f"{EMPTY_PAGES} pages in a row had no post and were not the last")

    async def video(self, url: str) -> Reply[Counters]:
        """See `Source.video`."""
        try:
            tiktok_id = tiktok.post_url(url).tiktok_video_id
        except (InvalidUrl, UnresolvableUrl) as refused:
            return NotFound(refused.message)
        told = _read(await self._post("/v2/video/query/", {"filters": {"video_ids": [tiktok_id]}}), _Told[_Found])
        if not isinstance(told, _Told):
            return told
        found = next((video for video in told.data.videos if video.id == tiktok_id), None)
        return NotFound("the account has no such post") if found is None else Ok(Counters(**_counts(found)))

    async def _post(self, path: str, asked: Any) -> Answer | Failed:
        return await self._web.ask(
            "POST", f"{self._api}{path}", query={"fields": _VIDEO}, headers=self._headers, json=asked
        )


def _read(answer: Answer | Failed, wanted: type[T]) -> T | Miss:
    """What an answer tells, or what it comes to without data."""
    if isinstance(answer, Failed):
        return answer
    try:
        error = msgspec.json.decode(answer.body, type=_Status).error
        if error.code == "ok" and answer.ok:
            return msgspec.json.decode(answer.body, type=wanted)
    except msgspec.DecodeError as odd:
        miss = miss_of(answer)
        return SchemaChanged(str(odd), answer.body) if answer.ok else miss
    return _missed(error, answer)


def _missed(error: _Error, answer: Answer) -> Miss:
    detail = f"{error.code}: {error.message}".rstrip(": ")
    match error.code:
        case "access_token_invalid":
            return Failed(f"the access token is not accepted and will be renewed ({detail})", renew=True)
        case "scope_not_authorized" | "scope_permission_missed":
            return Blocked(detail)
        case "rate_limit_exceeded":
            return RateLimited(WINDOW_SECONDS if answer.retry_after is None else answer.retry_after, detail)
        case "internal_error":
            return Failed(detail)
        case _:
            return SchemaChanged(detail, answer.body) if answer.ok else miss_of(answer)


def _profile(handle: str, user: User) -> Reply[ProfileReading]:
    """The reading, unless the account has another name by now: then it says nothing of the handle asked about."""
    if user.username is not None and tiktok.handle_key(user.username) != tiktok.handle_key(handle):
        return Blocked(f"the connected account is called @{user.username} now; connect @{handle} anew")
    return Ok(
        ProfileReading(
            followers=_known(user.follower_count),
            following=_known(user.following_count),
            total_likes=_known(user.likes_count),
            video_count=_known(user.video_count),
            display_name=cells.text(user.display_name),
            bio=cells.text(user.bio_description),
            avatar_url=cells.link(user.avatar_url),
        )
    )


def _post(video: Video, handle: str) -> Post:
    kind: ContentType = "photo" if "/photo/" in (video.share_url or "") else "video"
    return Post(
        tiktok_video_id=video.id,
        url=tiktok.canonical_url(handle, video.id, kind),
        content_type=kind,
        posted_at=None if video.create_time is None else datetime.fromtimestamp(video.create_time, UTC),
        title=cells.text(video.video_description) or cells.text(video.title),
        author_handle=handle,
        thumbnail_url=cells.link(video.cover_image_url),
        duration_seconds=_known(video.duration),
        **_counts(video),
    )


def _counts(video: Video) -> dict[str, int | None]:
    return {
        "views": _known(video.view_count),
        "likes": _known(video.like_count),
        "comments": _known(video.comment_count),
        "shares": _known(video.share_count),
    }


def _known(count: int | None) -> int | None:
    return count if count is not None and count >= 0 else None
