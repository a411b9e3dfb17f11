"""Simulator: a TikTok that is not there. The source of the demo, of load, and of every test without a network.

What it tells is a pure function of (seed, handle, instant): history can be read at past instants and live
scrapes go on along the same curves. The truth behind it is `World`; here is the source that reads it, with a
clock and with faults.

A handle that begins with the name of a kind and an underscore behaves so (`personality.KINDS`):
`steady_` `daily_` `bursty_` `quiet_` `mega_` `pinned_` `carousel_` `tidy_` (deletes posts) `corrected_` (counters
fall once) answer; `missing_` `private_` `limited_` `blocked_` `changed_` `failing_` always answer with the outcome of
that name. Every other handle answers, as a kind drawn from the seed.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from itertools import chain, islice

import msgspec

from trackagoat.events.catalogue.ingest import InvalidUrl, Post, ProfileReading, SourceOutcome, UnresolvableUrl
from trackagoat.events.catalogue.words import Counters
from trackagoat.ingest.domain.tiktok import handle_key, post_url
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
from trackagoat.ingest.sources.simulator.chance import throw
from trackagoat.ingest.sources.simulator.world import World

__all__ = ["NAME", "Faults", "Simulator", "World"]


NAME = "simulator"
"""The source that simulated snapshots name."""

_DIGITS = 10
"""A Unix second has no more of them until the year 2286."""


_MISSES: dict[SourceOutcome, Miss] = {
    "not_found": NotFound("no such account"),
    "private": Private("this account is private"),
    "blocked": Blocked("a captcha was asked for"),
    "schema_changed": SchemaChanged("the answer has another shape", b'{"simulated": {"stats": "moved elsewhere"}}'),
    "error": Failed("the connection was reset"),
}


class Faults(msgspec.Struct, frozen=True, kw_only=True):
    """How many calls in a thousand go wrong, drawn anew each minute per account and door."""

    rate_limited: int = 0
    blocked: int = 0
    schema_changed: int = 0
    error: int = 0
    retry_after: float = 60.0


class Simulator(msgspec.Struct, frozen=True, kw_only=True):
    """The simulated source. `clock` gives the instant a reading is made at, UTC."""

    clock: Callable[[], datetime]
    world: World = World()
    faults: Faults = Faults()
    name: str = NAME

    async def profile(self, handle: str) -> Reply[ProfileReading]:
        """See `Source.profile`."""
        at = self.clock()
        return self._miss("profile", handle, at) or Ok(self.world.profile_at(handle, at))

    async def posts(self, handle: str, *, cursor: str | None = None, limit: int = 30) -> Reply[PostPage]:
        """See `Source.posts`."""
        at = self.clock()
        return self._miss("posts", handle, at) or self._page(handle, at, cursor, limit)

    async def video(self, url: str) -> Reply[Counters]:
        """See `Source.video`."""
        at = self.clock()
        try:
            post = post_url(url)
        except (InvalidUrl, UnresolvableUrl) as refused:
            return NotFound(refused.message)
        if miss := self._miss("video", post.handle or post.tiktok_video_id, at):
            return miss
        true = self.world.counters_at(post.tiktok_video_id, at)
        if true is None:
            return NotFound("no such post")
        return Ok(Counters(**self.world.veiled(post.tiktok_video_id, true, at)))

    async def follow(self, url: str) -> Reply[str]:
        """See `Follower.follow`; a simulated link says itself where it leads (`World.short_link`)."""
        post = self.world.led(url)
        if post is None or post.handle is None:
            return NotFound("no such link")
        if miss := self._miss("follow", post.handle, self.clock()):
            return miss
        return Ok(post.url)

    def _page(self, handle: str, at: datetime, cursor: str | None, limit: int) -> Reply[PostPage]:
        """A page holds the pinned posts first; a cursor is the posting time of the last one listed in order."""
        if cursor is not None and not (cursor.isascii() and cursor.isdigit() and len(cursor) <= _DIGITS):
            return Failed("that cursor is not one of mine")
        before = None if cursor is None else datetime.fromtimestamp(int(cursor), UTC)
        pinned = self.world.pinned_at(handle, at)
        pinned = pinned if len(pinned) < limit else []
        apart = {post.tiktok_video_id for post in pinned}
        rest = (p for p in self.world.posts_at(handle, at, before=before) if p.tiktok_video_id not in apart)
        listed = list(islice(chain(pinned, rest) if cursor is None else rest, limit + 1))
        shown = [self._shown(post, at) for post in listed[:limit]]
        return Ok(PostPage(posts=shown, next=_second(shown[-1]) if len(listed) > limit else None))

    def _shown(self, post: Post, at: datetime) -> Post:
        return msgspec.structs.replace(post, **self.world.veiled(post.tiktok_video_id, post, at))

    def _miss(self, door: str, handle: str, at: datetime) -> Miss | None:
        """The answer without data this call comes to, if it does."""
        outcome: SourceOutcome = self.world.personality(handle).answers
        if outcome == "ok" and at < self.world.joined(handle):
            outcome = "not_found"
        if outcome == "ok":
            outcome = self._fault(door, handle, at)
        return self._answer(outcome)

    def _fault(self, door: str, handle: str, at: datetime) -> SourceOutcome:
        die = throw(self.world.seed, "fault", door, handle_key(handle), int(at.timestamp()) // 60) % 1000
        chances: tuple[tuple[SourceOutcome, int], ...] = (
            ("rate_limited", self.faults.rate_limited),
            ("blocked", self.faults.blocked),
            ("schema_changed", self.faults.schema_changed),
            ("error", self.faults.error),
        )
        for outcome, chance in chances:
            if die < chance:
                return outcome
            die -= chance
        return "ok"

    def _answer(self, outcome: SourceOutcome) -> Miss | None:
        if outcome == "rate_limited":
            return RateLimited(self.faults.retry_after, "too many calls")
        return _MISSES.get(outcome)


def _second(post: Post) -> str:
    return str(int(post.tiktok_video_id) >> 32)
