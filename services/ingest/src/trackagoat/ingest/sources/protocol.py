"""What a source is, and what one call to it can come to.

A source is a value with a name that reads public TikTok data. Only its three doors wait; turning bytes into
readings is pure. Nothing here raises for what the outside world did: every such thing is an answer.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Generic, Protocol, TypeAlias, TypeVar, runtime_checkable

import msgspec

from trackagoat.events.catalogue.ingest import Post, ProfileReading, SourceOutcome
from trackagoat.events.catalogue.words import Counters

T = TypeVar("T")


class Ok(msgspec.Struct, Generic[T], frozen=True):
    """Data; what the source did not show is None in it."""

    outcome: ClassVar[SourceOutcome] = "ok"
    value: T


class NotFound(msgspec.Struct, frozen=True):
    """There is no such account or post, or no longer."""

    outcome: ClassVar[SourceOutcome] = "not_found"
    detail: str = ""


class Private(msgspec.Struct, frozen=True):
    """It is there but not for everybody's eyes."""

    outcome: ClassVar[SourceOutcome] = "private"
    detail: str = ""


class RateLimited(msgspec.Struct, frozen=True):
    """Too many calls. `retry_after` is in seconds, None when the source did not say."""

    outcome: ClassVar[SourceOutcome] = "rate_limited"
    retry_after: float | None = None
    detail: str = ""


class Blocked(msgspec.Struct, frozen=True):
    """The source itself was refused: captcha, login wall, ban."""

    outcome: ClassVar[SourceOutcome] = "blocked"
    detail: str = ""


class SchemaChanged(msgspec.Struct, frozen=True):
    """The answer came and was not understood. `raw` is the answer itself, kept for people to look at."""

    outcome: ClassVar[SourceOutcome] = "schema_changed"
    detail: str = ""
    raw: bytes = b""


class Failed(msgspec.Struct, frozen=True):
    """Network, timeout, or anything else that may be better next time. `renew`: the tokens that let in have run out."""

    outcome: ClassVar[SourceOutcome] = "error"
    detail: str = ""
    renew: bool = False


Miss: TypeAlias = NotFound | Private | RateLimited | Blocked | SchemaChanged | Failed
"""Every answer without data."""

Reply: TypeAlias = Ok[T] | Miss
"""The answer to one call."""


class PostPage(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch of an account's list of posts, as the source listed it: newest first, pinned posts before that.

    `next` asks for the stretch after it; None: the list ends here. `profile` is there when the same answer
    showed the profile too.
    """

    posts: list[Post]
    next: str | None = None
    profile: ProfileReading | None = None


class Scrape(msgspec.Struct, frozen=True, kw_only=True):
    """Everything read of one account at one instant, whoever read it: what RecordScrape wants."""

    handle: str
    fetched_at: datetime
    profile: ProfileReading | None
    posts: list[Post]


class Source(Protocol):
    """Reads one provider. Handles are bare (no `@`), URLs canonical."""

    @property
    def name(self) -> str:
        """The word snapshots carry as their `source`."""
        ...

    async def profile(self, handle: str) -> Reply[ProfileReading]:
        """Name, texts and counters of an account."""
        ...

    async def posts(self, handle: str, *, cursor: str | None = None, limit: int = 30) -> Reply[PostPage]:
        """At most `limit` posts of an account, from the newest or from where `cursor` (an earlier `next`) points."""
        ...

    async def video(self, url: str) -> Reply[Counters]:
        """The counters of one post."""
        ...


@runtime_checkable
class Follower(Protocol):
    """What a source is besides when it can tell where short links lead."""

    @property
    def name(self) -> str:
        """See `Source.name`."""
        ...

    async def follow(self, url: str) -> Reply[str]:
        """The URL that a short link of TikTok leads to, as TikTok spells it."""
        ...
