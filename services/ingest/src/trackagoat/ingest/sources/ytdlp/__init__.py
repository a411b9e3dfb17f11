"""yt-dlp: TikTok's public pages, read without a key by the extractor of a project that follows their changes.

An extra of this distribution (`trackagoat-ingest[ytdlp]`). The extractor waits where it stands, so it works in a
thread. A list is a generator that knows its place; it is kept between the calls of one reading, and where it was
lost (a restart, another replica) the list is read again down to the cursor, the id of the last post handed out.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Iterator
from itertools import islice
from typing import Any

from trackagoat.events.catalogue.ingest import InvalidUrl, Post, ProfileReading, UnresolvableUrl
from trackagoat.events.catalogue.words import Counters
from trackagoat.ingest.domain import tiktok
from trackagoat.ingest.sources import answers
from trackagoat.ingest.sources.answers import Odd
from trackagoat.ingest.sources.protocol import Miss, NotFound, Ok, PostPage, Reply, SchemaChanged
from trackagoat.ingest.sources.ytdlp import reading
from trackagoat.ingest.sources.ytdlp.visiting import Opener, Seen, downloader, is_installed

__all__ = ["NAME", "YtDlp", "is_installed"]

NAME = "ytdlp"
KEPT_LISTS = 64
PINNED = 3
"""Posts that may stand before the newest."""
_NO_POSTS = "does not have any videos posted"


class _List:
    """A list being read: the generator that knows its place, and what was shown since the call began."""

    def __init__(self, seen: Seen, entries: Iterator[Any], profile: ProfileReading | None) -> None:
        self.seen, self.entries, self.profile = seen, entries, profile


class YtDlp:
    """TikTok's pages by way of yt-dlp. `opener` answers in place of the network."""

    name = NAME

    def __init__(self, opener: Opener | None = None) -> None:
        """Nothing is asked yet."""
        self._opener = opener
        self._lists: OrderedDict[tuple[str, str], _List] = OrderedDict()

    async def profile(self, handle: str) -> Reply[ProfileReading]:
        """See `Source.profile`."""
        return await asyncio.to_thread(self._profile, handle)

    async def posts(self, handle: str, *, cursor: str | None = None, limit: int = 30) -> Reply[PostPage]:
        """See `Source.posts`."""
        return await asyncio.to_thread(self._posts, handle, cursor, limit)

    async def video(self, url: str) -> Reply[Counters]:
        """See `Source.video`."""
        try:
            post = tiktok.post_url(url)
        except (InvalidUrl, UnresolvableUrl) as refused:
            return NotFound(refused.message)
        page = tiktok.canonical_url(post.handle or "", post.tiktok_video_id)
        return await asyncio.to_thread(self._video, page)

    async def follow(self, url: str) -> Reply[str]:
        """See `Follower.follow`."""
        return await asyncio.to_thread(self._follow, url)

    def _follow(self, url: str) -> Reply[str]:
        seen = Seen()
        info, error = self._visit(url, "TikTokVM", seen)
        return reading.missed(error, seen) if info is None else Ok(answers.text(info, "/url") or "")

    def _profile(self, handle: str) -> Reply[ProfileReading]:
        seen = Seen()
        _, error = self._visit(_page(handle), "TikTokUser", seen)
        detail = seen.scope("webapp.user-detail") or {}
        try:
            told = reading.profile(detail)
        except Odd as odd:
            return SchemaChanged(str(odd), seen.last)
        if miss := reading.unseen(detail):
            return miss
        return reading.missed(error or "the page has no profile", seen) if told is None else Ok(told)

    def _video(self, url: str) -> Reply[Counters]:
        seen = Seen()
        info, error = self._visit(url, "TikTok", seen)
        if info is None:
            return reading.missed(error, seen)
        try:
            return Ok(reading.counters(info))
        except Odd as odd:
            return SchemaChanged(str(odd), seen.last)

    def _posts(self, handle: str, cursor: str | None, limit: int) -> Reply[PostPage]:
        listed = None if cursor is None else self._lists.pop((tiktok.handle_key(handle), cursor), None)
        if listed is None:
            begun = self._begun(handle)
            if not isinstance(begun, _List):
                return begun
            listed = begun
            if cursor is not None:
                listed.entries = _below(listed.entries, int(cursor))
        else:
            listed.seen.answers.clear()
        return self._next(handle, listed, limit, first=cursor is None)

    def _begun(self, handle: str) -> _List | Reply[PostPage]:
        """The list of an account, at its top."""
        seen = Seen()
        info, error = self._visit(_page(handle), "TikTokUser", seen)
        detail = seen.scope("webapp.user-detail") or {}
        try:
            profile = reading.profile(detail)
        except Odd as odd:
            return SchemaChanged(str(odd), seen.last)
        if miss := reading.unseen(detail):
            return miss
        if info is not None:
            return _List(seen, iter(info["entries"]), profile)
        return Ok(PostPage(posts=[], profile=profile)) if _NO_POSTS in error else reading.missed(error, seen)

    def _next(self, handle: str, listed: _List, limit: int, *, first: bool) -> Reply[PostPage]:
        """The next stretch. What was read before something went wrong is kept; the next call meets it again."""
        infos: list[Any] = []
        miss: Miss | None = None
        try:
            infos.extend(islice(listed.entries, limit))
        except Exception as error:  # noqa: BLE001 - an extractor may raise anything at a page it does not know
            miss = reading.missed(str(error), listed.seen)
        if miss is not None and not infos:
            return miss
        if first and not infos and _is_strange(listed):
            return SchemaChanged("the account has posts, but its list says nothing of them", listed.seen.last)
        try:
            found = [reading.post(info, handle, reading.photos(listed.seen)) for info in infos]
        except Odd as odd:
            return SchemaChanged(str(odd), listed.seen.last)
        return Ok(PostPage(posts=found, next=self._kept(handle, listed, found, limit, miss), profile=listed.profile))

    def _kept(self, handle: str, listed: _List, found: list[Post], limit: int, miss: Miss | None) -> str | None:
        """The cursor after these posts, and the list kept for it while it works."""
        if not found or (miss is None and len(found) < limit):
            return None
        cursor = found[-1].tiktok_video_id
        if miss is None:
            self._lists[tiktok.handle_key(handle), cursor] = listed
            while len(self._lists) > KEPT_LISTS:
                self._lists.popitem(last=False)
        return cursor

    def _visit(self, url: str, extractor: str, seen: Seen) -> tuple[Any, str]:
        """The info dict, or None and what the extractor had to say."""
        visitor = downloader(seen, self._opener)
        try:
            return visitor.extract_info(url, download=False, process=False, ie_key=extractor), ""
        except Exception as error:  # noqa: BLE001 - as above
            return None, str(error)


def _page(handle: str) -> str:
    return f"https://www.tiktok.com/@{handle}"


def _below(entries: Iterator[Any], last: int) -> Iterator[Any]:
    """What is listed after the post of that id, or where it would be; pinned posts were handed out at the top."""
    for place, info in enumerate(entries):
        tiktok_id = int(answers.text(info, "/id") or 0)
        if tiktok_id == last:
            break
        if tiktok_id < last and place >= PINNED:
            yield info
            break
    yield from entries


def _is_strange(listed: _List) -> bool:
    """Whether an account that has posts listed none, in an answer without a list."""
    has_posts = listed.profile is not None and bool(listed.profile.video_count)
    return has_posts and b'"itemList"' not in listed.seen.last
