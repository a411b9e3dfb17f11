"""What yt-dlp's info dicts, TikTok's pages and yt-dlp's errors say."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from http import HTTPStatus
from typing import Any

import msgspec

from trackagoat.events.catalogue.ingest import Post, ProfileReading
from trackagoat.events.catalogue.words import ContentType, Counters
from trackagoat.ingest.domain import tiktok
from trackagoat.ingest.sources import answers
from trackagoat.ingest.sources.answers import Odd
from trackagoat.ingest.sources.protocol import Blocked, Failed, Miss, NotFound, Private, RateLimited, SchemaChanged
from trackagoat.ingest.sources.ytdlp.visiting import Seen

_NOBODY = {10202, 10221, 10223}
"""What TikTok's pages say of accounts that are not there, or no longer."""
_HIDDEN = {10216, 10222}
"""And of posts and accounts that are private."""
_COUNTERS = {
    "views": "/view_count",
    "likes": "/like_count",
    "comments": "/comment_count",
    "shares": "/repost_count",
    "saves": "/save_count",
}
_PROFILE = {"followers": "followerCount", "following": "followingCount", "video_count": "videoCount"}
_REFUSALS = (
    "IP address is blocked",
    "likely either private",
    "keeps sending the same page",
    "requiring login",
    "Log in for access",
    "JS challenge",
    "challenge data",
    "Unexpected response from webpage",
)
LONGEST_DETAIL = 300


def unseen(detail: Mapping[str, Any]) -> Miss | None:
    """Why the account of a profile page cannot be seen, if it cannot."""
    status = detail.get("statusCode")
    if status in _NOBODY:
        return NotFound(f"TikTok says {status}")
    if status in _HIDDEN or answers.at(detail, "/userInfo/user/privateAccount") is True:
        return Private("the account is private")
    return None


def profile(detail: Mapping[str, Any]) -> ProfileReading | None:
    """The profile of the account's own page; None when the page has no counters. Raises Odd.

    `statsV2` is asked first: counts over 2^31 are broken in `stats`.
    """
    shown = {name: _stat(detail, name) for name in (*_PROFILE.values(), "heartCount", "heart")}
    if all(value is None for value in shown.values()):
        return None
    user = "/userInfo/user"
    return ProfileReading(
        **{ours: shown[theirs] for ours, theirs in _PROFILE.items()},
        total_likes=shown["heartCount"] if shown["heartCount"] is not None else shown["heart"],
        display_name=answers.text(detail, f"{user}/nickname"),
        bio=answers.text(detail, f"{user}/signature"),
        avatar_url=answers.link(detail, f"{user}/avatarLarger"),
    )


def _stat(detail: Mapping[str, Any], name: str) -> int | None:
    told = answers.count(detail, f"/userInfo/statsV2/{name}")
    return answers.count(detail, f"/userInfo/stats/{name}") if told is None else told


def post(info: Mapping[str, Any], handle: str, photos: Collection[str]) -> Post:
    """A post from its info dict. Raises Odd."""
    tiktok_id = answers.text(info, "/id")
    if tiktok_id is None or not tiktok.is_video_id(tiktok_id):
        message = f"{tiktok_id!r} is not the id of a post"
        raise Odd(message)
    kind: ContentType = "photo" if tiktok_id in photos else "video"
    return Post(
        tiktok_video_id=tiktok_id,
        url=tiktok.canonical_url(handle, tiktok_id, kind),
        content_type=kind,
        posted_at=answers.instant(info, "/timestamp"),
        title=answers.text(info, "/description") or answers.text(info, "/title"),
        author_handle=handle,
        thumbnail_url=_thumbnail(info),
        duration_seconds=answers.duration(info, "/duration"),
        **_counts(info),
    )


def counters(info: Mapping[str, Any]) -> Counters:
    """The counters of an info dict. Raises Odd when there are none."""
    counts = _counts(info)
    if all(value is None for value in counts.values()):
        message = "the post has no counters"
        raise Odd(message)
    return Counters(**counts)


def _counts(info: Mapping[str, Any]) -> dict[str, int | None]:
    return {name: answers.count(info, pointer) for name, pointer in _COUNTERS.items()}


def _thumbnail(info: Mapping[str, Any]) -> str | None:
    thumbnails = info.get("thumbnails") or []
    ranked = sorted(thumbnails, key=lambda one: one.get("id") != "cover")
    return next((link for one in ranked if (link := answers.link(one, "/url"))), None)


def photos(seen: Seen) -> set[str]:
    """TikTok's ids of the carousels among the posts that were listed."""
    found: set[str] = set()
    for _, _, body in seen:
        try:
            told = msgspec.json.decode(body)
        except msgspec.DecodeError:
            continue
        listed = answers.at(told, "/itemList")
        for item in listed if isinstance(listed, list) else []:
            if isinstance(item, dict) and item.get("imagePost"):
                found.add(str(item.get("id")))
    return found


def missed(said: str, seen: Seen) -> Miss:
    """What an error of the extractor comes to, by what it was shown."""
    detail = said.removeprefix("ERROR: ")[:LONGEST_DETAIL]
    if seen.status is not None:
        return _by_status(seen.status, detail)
    if hidden := _by_page(seen, detail):
        return hidden
    if any(word in detail for word in _REFUSALS) or (seen.answers and not seen.last.strip()):
        return Blocked(detail)
    if "requests and no end" in detail or not seen.answers:
        return Failed(detail)
    return SchemaChanged(detail, seen.last)


def _by_status(status: int, detail: str) -> Miss:
    match status:
        case HTTPStatus.TOO_MANY_REQUESTS:
            return RateLimited(None, detail)
        case HTTPStatus.UNAUTHORIZED | HTTPStatus.FORBIDDEN:
            return Blocked(detail)
        case HTTPStatus.NOT_FOUND | HTTPStatus.GONE:
            return NotFound(detail)
        case _:
            return Failed(detail)


def _by_page(seen: Seen, detail: str) -> Miss | None:
    """Why the account or post of a page cannot be seen, as the page says it."""
    if hidden := unseen(seen.scope("webapp.user-detail") or {}):
        return hidden
    video = seen.scope("webapp.video-detail") or {}
    if video.get("statusCode") in _HIDDEN:
        return Private(detail)
    return NotFound(str(video["statusMsg"])) if "exist" in str(video.get("statusMsg") or "") else None
