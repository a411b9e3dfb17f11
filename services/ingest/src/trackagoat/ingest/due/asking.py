"""Asking the configured sources in their order, and what follows when none has data."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

import msgspec
import structlog

from trackagoat.events.catalogue.ingest import JobKind, ScrapeFailed
from trackagoat.events.catalogue.words import CreatorId, ProjectId, VideoId
from trackagoat.events.effects import Claimed, Done, Record
from trackagoat.ingest.domain.schedule import Plan, after_miss
from trackagoat.ingest.domain.scrapes import observations
from trackagoat.ingest.sources.protocol import Blocked, Failed, Miss, RateLimited, Reply, SchemaChanged, Source

log = structlog.get_logger()
T = TypeVar("T")


class Configured(msgspec.Struct, frozen=True):
    """A source, and whose data it has: it is never asked about other handles (None: a post of unknown author)."""

    source: Source
    serves: Callable[[str | None], bool] = lambda _: True


async def ask(
    sources: Sequence[Configured], handle: str | None, call: Callable[[Source], Awaitable[Reply[T]]]
) -> tuple[Source, Reply[T]] | None:
    """The first answer of a source that is neither refused nor broken, else the last; None when nobody serves."""
    answer: tuple[Source, Reply[T]] | None = None
    for configured in sources:
        if configured.serves(handle):
            answer = configured.source, await _reply(configured.source, call)
            if not isinstance(answer[1], Blocked | SchemaChanged):
                return answer
    return answer


async def _reply(source: Source, call: Callable[[Source], Awaitable[Reply[T]]]) -> Reply[T]:
    try:
        return await call(source)
    except Exception as error:
        log.exception("a source raised instead of answering", source=source.name)
        return Failed(repr(error))


class Missed(msgspec.Struct, frozen=True, kw_only=True):
    """A scrape without data: of what, by whom, and the interval at which it would be due again."""

    kind: JobKind
    project: ProjectId
    creator: CreatorId | None
    video: VideoId | None = None
    source: str
    miss: Miss
    interval: timedelta

    def plan(self, claimed: Claimed, now: datetime) -> Plan:
        """When to try again."""
        wait = self.miss.retry_after if isinstance(self.miss, RateLimited) else None
        return after_miss(self.miss.outcome, claimed.attempts, now, self.interval, wait)

    def record(self, claimed: Claimed, now: datetime) -> Record:
        """The fact that it failed."""
        failed = ScrapeFailed(
            project=self.project,
            creator_id=self.creator,
            video=self.video,
            kind=self.kind,
            source=self.source,
            outcome=self.miss.outcome,
            detail=self.miss.detail,
        )
        subject = self.creator or self.video
        if subject is None:
            raise AssertionError
        key = f"missed/{claimed.kind}/{claimed.key}/{now.isoformat()}/{claimed.fence}"
        return Record(claimed.org, observations(subject), failed, key)

    def done(self, claimed: Claimed, now: datetime) -> Done:
        """The row after it."""
        plan = self.plan(claimed, now)
        return Done(claimed, [self.record(claimed, now)], plan.again, plan.attempts)
