"""HTTP provider: any paid or own service that answers in JSON, described by a mapping file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import quote

from trackagoat.events.catalogue.ingest import InvalidUrl, Post, ProfileReading, UnresolvableUrl
from trackagoat.events.catalogue.words import ContentType, Counters
from trackagoat.ingest.domain import tiktok
from trackagoat.ingest.sources import answers
from trackagoat.ingest.sources.answers import Odd
from trackagoat.ingest.sources.http_provider.mapping import COUNTERS, Door, Listing, Mapping, Outcome, filled
from trackagoat.ingest.sources.protocol import (
    Blocked,
    Failed,
    Miss,
    NotFound,
    Ok,
    PostPage,
    Private,
    RateLimited,
    Reply,
    SchemaChanged,
)
from trackagoat.ingest.sources.web import Answer, Web, miss_of

T = TypeVar("T")
_SILENT = "the mapping has no such door"


class HttpProvider:
    """A provider read over HTTP. `secret` is what its header says after the prefix."""

    def __init__(self, mapping: Mapping, web: Web, secret: str | None = None) -> None:
        """Nothing is asked yet."""
        self.name = mapping.name
        self._mapping, self._web = mapping, web
        self._headers = {"Accept": "application/json"}
        if mapping.auth is not None:
            self._headers[mapping.auth.header] = f"{mapping.auth.prefix}{secret or ''}"

    async def profile(self, handle: str) -> Reply[ProfileReading]:
        """See `Source.profile`."""
        door = self._mapping.profile
        if door is None:
            return Blocked(_SILENT)
        return await self._ask(door, {"handle": handle}, lambda told: answers.profile(told, door.fields))

    async def posts(self, handle: str, *, cursor: str | None = None, limit: int = 30) -> Reply[PostPage]:
        """See `Source.posts`."""
        door = self._mapping.posts
        if door is None:
            return Blocked(_SILENT)
        values = {"handle": handle, "limit": str(min(limit, door.most))}
        if door.pages_from is not None:
            values["page"] = cursor or str(door.pages_from)
        elif cursor is not None:
            values["cursor"] = cursor
        return await self._ask(door, values, lambda told: _page(told, door, handle, cursor))

    async def video(self, url: str) -> Reply[Counters]:
        """See `Source.video`."""
        door = self._mapping.video
        if door is None:
            return Blocked(_SILENT)
        try:
            post = tiktok.post_url(url)
        except (InvalidUrl, UnresolvableUrl) as refused:
            return NotFound(refused.message)
        values = {"url": url, "video_id": post.tiktok_video_id} | ({"handle": post.handle} if post.handle else {})
        return await self._ask(door, values, lambda told: _counters(told, door))

    async def _ask(self, door: Door, values: dict[str, str], read: Callable[[Any], T]) -> Reply[T]:
        path = door.path
        for name, value in values.items():
            path = path.replace(f"{{{name}}}", quote(value, safe=""))
        answer = await self._web.ask(
            door.method,
            self._mapping.base_url.rstrip("/") + path,
            query=filled(door.query, values),
            headers=self._headers,
            json=filled(door.json, values) if door.method == "POST" else None,
        )
        if isinstance(answer, Failed):
            return answer
        try:
            return self._miss(answer) or Ok(read(answers.at(answers.document(answer.body), door.root)))
        except Odd as odd:
            return SchemaChanged(str(odd), answer.body)

    def _miss(self, answer: Answer) -> Miss | None:
        """What the answer comes to if it has no data."""
        outcome = self._mapping.statuses.get(str(answer.status)) or self._ruled(answer.body)
        if outcome is not None:
            return _said(outcome, answer)
        return None if answer.ok else miss_of(answer)

    def _ruled(self, body: bytes) -> Outcome | None:
        if not self._mapping.rules:
            return None
        try:
            told = answers.document(body)
        except Odd:
            return None
        for rule in self._mapping.rules:
            found = answers.at(told, rule.pointer)
            if found == rule.equals and isinstance(found, bool) == isinstance(rule.equals, bool):
                return rule.outcome
        return None


class Following(HttpProvider):
    """A provider whose mapping says how it is asked where short links lead."""

    async def follow(self, url: str) -> Reply[str]:
        """See `Follower.follow`."""
        door = self._mapping.follow
        if door is None:
            return Blocked(_SILENT)
        return await self._ask(door, {"url": url}, lambda told: _led(told, door))


def provider(mapping: Mapping, web: Web, secret: str | None = None) -> HttpProvider:
    """The source that a mapping describes; one that follows short links where it says how."""
    return (HttpProvider if mapping.follow is None else Following)(mapping, web, secret)


def _led(told: Any, door: Door) -> str:
    """Where the link leads. Raises Odd."""
    url = answers.text(told, door.fields["url"])
    if url is None:
        message = f"no URL at {door.fields['url']}"
        raise Odd(message)
    return url


def _said(outcome: Outcome, answer: Answer) -> Miss:
    detail = f"answered {answer.status}, which means {outcome} there"
    match outcome:
        case "not_found":
            return NotFound(detail)
        case "private":
            return Private(detail)
        case "rate_limited":
            return RateLimited(answer.retry_after, detail)
        case "blocked":
            return Blocked(detail)
        case "error":
            return Failed(detail)


def _page(told: Any, door: Listing, handle: str, cursor: str | None) -> PostPage:
    """A page of a list; posts of others (reposts) are left out. Raises Odd."""
    listed = answers.items(told, door.items)
    posts = [post for item in listed if (post := _post(item, door, handle)) is not None]
    return PostPage(posts=posts, next=_next(told, door, cursor) if listed else None)


def _next(told: Any, door: Listing, cursor: str | None) -> str | None:
    if door.more is not None and answers.at(told, door.more) in {None, False, "0", "false"}:
        return None
    if door.pages_from is not None:
        return str(int(cursor or door.pages_from) + 1)
    following = None if door.next is None else answers.text(told, door.next)
    return following if following != cursor else None


def _post(item: Any, door: Listing, handle: str) -> Post | None:
    fields = door.fields
    author = answers.text(item, fields["author_handle"]) if "author_handle" in fields else None
    if author is not None and tiktok.handle_key(author.removeprefix("@")) != tiktok.handle_key(handle):
        return None
    tiktok_id = answers.text(item, fields["tiktok_video_id"])
    if tiktok_id is None or not tiktok.is_video_id(tiktok_id):
        message = f"{fields['tiktok_video_id']}: {tiktok_id!r} is not the id of a post"
        raise Odd(message)
    photo = door.photo is not None and bool(answers.at(item, door.photo))
    kind: ContentType = "photo" if photo else "video"
    return Post(
        tiktok_video_id=tiktok_id,
        url=tiktok.canonical_url(handle, tiktok_id, kind),
        content_type=kind,
        posted_at=answers.instant(item, fields["posted_at"]) if "posted_at" in fields else None,
        title=answers.text(item, fields["title"]) if "title" in fields else None,
        author_handle=handle,
        thumbnail_url=answers.link(item, fields["thumbnail_url"]) if "thumbnail_url" in fields else None,
        duration_seconds=answers.duration(item, fields["duration_seconds"]) if "duration_seconds" in fields else None,
        **_counts(item, door),
    )


def _counters(told: Any, door: Door) -> Counters:
    counts = _counts(told, door)
    if all(value is None for value in counts.values()):
        message = f"no counter at {', '.join(door.fields.values())}"
        raise Odd(message)
    return Counters(**counts)


def _counts(item: Any, door: Door) -> dict[str, int | None]:
    """The counters of a post. Raises Odd."""
    if not isinstance(item, dict):
        message = "a post is no object"
        raise Odd(message)
    return {name: answers.count(item, pointer) for name, pointer in door.fields.items() if name in COUNTERS}
