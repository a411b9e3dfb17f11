"""What is configured to be asked, and what follows when nobody has data."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

import msgspec

from trackagoat.events.catalogue.ingest import JobKind, ScrapeFailed
from trackagoat.events.catalogue.words import CreatorId, Json, ProjectId, VideoId
from trackagoat.events.effects import Claimed, Done, Effect, Record, Write
from trackagoat.ingest.domain.schedule import Plan, after_miss
from trackagoat.ingest.domain.scrapes import observations
from trackagoat.ingest.due import jobs
from trackagoat.ingest.sources.protocol import Miss, RateLimited, Source
from trackagoat.ingest.store.accounts import Account


class Configured(msgspec.Struct, frozen=True):
    """A source, and how it is asked: about whose data (None: a post of unknown author), for which kinds of job,
    and how much of it.

    `ranks` places it in the installation's order of each kind, lowest first; a kind it is not in is not asked of it
    unless an org chose it. None, as for every kind: in the order given. `calls_per_minute` holds over all
    replicas, `at_once` in each. `account` makes of it the source that reads one account with its owner's consent;
    without one that is connected it is not asked.
    """

    source: Source
    serves: Callable[[str | None], bool] = lambda _: True
    ranks: Mapping[JobKind, int] | None = None
    calls_per_minute: float | None = None
    at_once: int | None = None
    account: Callable[[Account], Source | None] | None = None

    def rank(self, kind: JobKind) -> int | None:
        """Its place in the order of that kind of job; None: it is not asked."""
        return 0 if self.ranks is None else self.ranks.get(kind)


class Missed(msgspec.Struct, frozen=True, kw_only=True):
    """A scrape without data: of what, by whom, and the interval at which it would be due again. `counts`: it is part of
    the run of failures, should it say that nothing could be seen.
    """

    kind: JobKind
    project: ProjectId
    creator: CreatorId | None
    video: VideoId | None = None
    source: str
    miss: Miss
    interval: timedelta
    counts: bool = True

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
            counts=self.counts,
        )
        subject = self.creator or self.video
        if subject is None:
            raise AssertionError
        key = f"missed/{claimed.kind}/{claimed.key}/{now.isoformat()}/{claimed.fence}"
        return Record(claimed.org, observations(subject), failed, key)

    def told(self, claimed: Claimed, now: datetime) -> Write:
        """What becomes of the job."""
        plan, outcome, detail = self.plan(claimed, now), self.miss.outcome, self.miss.detail
        if self.is_final(plan):
            return jobs.failed(claimed, now, detail, self.source, outcome)
        return jobs.waits(claimed, plan.again, self.source, outcome, detail)

    def is_final(self, plan: Plan) -> bool:
        """Whether what comes next is the schedule's, and not another try."""
        return not plan.attempts and self.miss.outcome != "rate_limited"

    def done(self, claimed: Claimed, now: datetime, effects: Sequence[Effect] = ()) -> Done:
        """The row after it, with what else is to be committed. A final miss ends what was wished for."""
        plan = self.plan(claimed, now)
        payload: dict[str, Json] | None = {} if claimed.payload and self.is_final(plan) else None
        effects = [self.told(claimed, now), *effects, self.record(claimed, now)]
        return Done(claimed, effects, plan.again, plan.attempts, payload)
