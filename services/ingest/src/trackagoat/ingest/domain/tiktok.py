"""TikTok's own words: handles, URLs of posts and profiles, and the posting time hidden in a post's id."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import cast

import msgspec

from trackagoat.events.catalogue.ingest import InvalidHandle, InvalidUrl, UnresolvableUrl
from trackagoat.events.catalogue.words import ContentType

FIRST_POST = datetime(2016, 1, 1, tzinfo=UTC)
"""No post is older than TikTok; an id that claims so is no clock."""

_HANDLE = r"[A-Za-z0-9._-]{1,30}"
_TAIL = r"/?(?:[?#].*)?"
_SITE = r"(?:https?://)?(?:www\.|m\.)?tiktok\.com"
_handle = re.compile(f"@?({_HANDLE})")
_profile = re.compile(f"(?i:{_SITE})/@({_HANDLE}){_TAIL}", re.DOTALL)
_post = re.compile(f"(?i:{_SITE})/@({_HANDLE})/(video|photo)/([0-9]{{10,20}}){_TAIL}", re.DOTALL)
_mobile = re.compile(rf"(?i:{_SITE})/v/([0-9]{{10,20}})\.html{_TAIL}", re.DOTALL)
_short = re.compile(
    f"(?:(?i:(?:https?://)?(v[mt])\\.tiktok\\.com)|(?i:{_SITE})/t)/([A-Za-z0-9_-]+){_TAIL}",
    re.DOTALL,
)
_id = re.compile("[0-9]{10,20}")


class PostUrl(msgspec.Struct, frozen=True, kw_only=True):
    """What the URL of a post says. `url` is the canonical one; `handle` is None where the URL names no author."""

    tiktok_video_id: str
    handle: str | None
    content_type: ContentType
    url: str


def handle(text: str) -> str:
    """The handle in what somebody typed: itself, with `@`, or the URL of its profile. Spelling is kept.

    Raises InvalidHandle.
    """
    text = text.strip()
    found = _handle.fullmatch(text) or _profile.fullmatch(text)
    if found is None:
        raise InvalidHandle(tiktok_handle=text)
    return found[1]


def handle_key(handle: str) -> str:
    """The form in which two spellings of one handle are equal."""
    return handle.lower()


def is_video_id(text: str) -> bool:
    """Whether this can be the id of a post: 10 to 20 ASCII digits."""
    return _id.fullmatch(text) is not None


def canonical_url(handle: str, tiktok_video_id: str, content_type: ContentType = "video") -> str:
    """The one URL a post is stored and shown with."""
    return f"https://www.tiktok.com/@{handle}/{content_type}/{tiktok_video_id}"


def post_url(text: str) -> PostUrl:
    """What the URL of a post says; query and fragment are dropped.

    Raises UnresolvableUrl for a short link (only a source can follow it), InvalidUrl for anything else that
    is not the URL of a post.
    """
    text = text.strip()
    if found := _post.fullmatch(text):
        author, kind, post = found[1], cast("ContentType", found[2]), found[3]
        url = canonical_url(author, post, kind)
        return PostUrl(tiktok_video_id=post, handle=author, content_type=kind, url=url)
    if found := _mobile.fullmatch(text):
        url = f"https://m.tiktok.com/v/{found[1]}.html"
        return PostUrl(tiktok_video_id=found[1], handle=None, content_type="video", url=url)
    if _short.fullmatch(text):
        raise UnresolvableUrl(url=text)
    raise InvalidUrl(url=text)


def short_link(text: str) -> str | None:
    """The short link in what somebody typed, in its one spelling; None when it is none. Only a source knows where it
    leads.
    """
    found = _short.fullmatch(text.strip())
    if found is None:
        return None
    return f"https://{found[1].lower()}.tiktok.com/{found[2]}" if found[1] else f"https://www.tiktok.com/t/{found[2]}"


def posted_at(tiktok_video_id: str, now: datetime) -> datetime | None:
    """When a post was made, as its id tells: the upper 32 bits are Unix seconds.

    None when that is not a time between 2016-01-01 and `now`.
    """
    if not is_video_id(tiktok_video_id):
        return None
    told = datetime.fromtimestamp(int(tiktok_video_id) >> 32, UTC)
    return told if FIRST_POST <= told <= now else None
