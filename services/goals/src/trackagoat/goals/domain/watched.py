"""A goal as time sees it: its terms and the org's clock at every instant, what was said of it, and its results."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import pairwise
from zoneinfo import ZoneInfo

import msgspec

from trackagoat.events.catalogue.goals import Metric, Period, Status
from trackagoat.events.catalogue.words import CreatorId, GoalId, OrgId, ProjectId, Span
from trackagoat.goals.domain import calendar
from trackagoat.goals.domain.advisory import Intervals, Readings
from trackagoat.goals.domain.compliance import Measure

EVER = datetime.max.replace(tzinfo=UTC)
"""As of this instant everything heard counts."""


class Terms(msgspec.Struct, frozen=True):
    """What was agreed from `since` on, until the next terms."""

    since: datetime
    start_date: date
    target_value: Decimal
    end_date: date | None
    is_active: bool


class Clock(msgspec.Struct, frozen=True):
    """The zone the org went by from `since` on, until the next; the first one holds for all time before, too."""

    since: datetime
    zone: ZoneInfo


class Cut(msgspec.Struct, frozen=True):
    """A period as the clock of its end cuts it. `over` is when that was so: its end, or the moment another clock
    moved the end into the past.
    """

    span: Span
    zone: ZoneInfo
    over: datetime


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """What a closed period came to. `announced`: its `period_recently_ended` was raised and not cleared."""

    first_day: date
    period: Span
    target: Decimal
    actual: Decimal | None
    percentage: int
    status: Status
    is_final: bool = False
    announced: bool = False


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """What was said of a goal: the last status of a running period and which that was, whether the numbers are
    stale, and how often either was said, so that every saying has a key of its own.
    """

    first_day: date | None = None
    status: Status = "on_track"
    stale: bool = False
    changes: int = 0
    turns: int = 0


class Watched(msgspec.Struct, frozen=True, kw_only=True):
    """Everything about one goal but the figures. `terms` are oldest first, not empty, and all of the same start date;
    `clocks` are oldest first and not empty. `results` are those not final and the last two, oldest first. `absences`
    are the spans in which the creator was removed; `readings` is None while it is not active or was not heard of.
    `passed` spares looking again at periods that closed without a result: a first day none before which is open.
    """

    org: OrgId
    goal: GoalId
    creator: CreatorId
    project: ProjectId
    metric: Metric
    period: Period
    terms: tuple[Terms, ...]
    clocks: tuple[Clock, ...]
    standing: Standing = Standing()
    results: tuple[Result, ...] = ()
    absences: tuple[Span, ...] = ()
    readings: Readings | None = None
    intervals: Intervals = Intervals()
    passed: date | None = None
    is_shown: bool = True

    @property
    def begun(self) -> datetime:
        """Since when the goal asks for what it does: it was set, or its start was moved."""
        return self.terms[0].since

    @property
    def off_since(self) -> datetime | None:
        """When the goal was switched off, if it is."""
        since = None
        for terms in reversed(self.terms):
            if terms.is_active:
                break
            since = terms.since
        return since

    @property
    def open_day(self) -> date:
        """The first day of the earliest period that is not known to be closed."""
        if self.results:
            first = calendar.following(self.period, self.results[-1].first_day)
        else:
            first = calendar.first_day(self.period, self.terms[-1].start_date)
        return max(first, self.passed or first)

    def cut(self, first_day: date) -> Cut:
        """The period beginning on that day, by the clock the org goes by when it ends."""
        for clock, until in self._clocks():
            span = calendar.bounds(self.period, first_day, clock.zone)
            over = span.end if clock is self.clocks[0] else max(span.end, clock.since)
            if max(over, self.begun) <= until:
                return Cut(span, clock.zone, over)
        raise AssertionError

    def zone_at(self, instant: datetime) -> ZoneInfo:
        """The zone the org went by just before the instant."""
        return next((c.zone for c in reversed(self.clocks) if c.since < instant), self.clocks[0].zone)

    def measure_at(self, instant: datetime) -> Measure:
        """What the goal asked for just before the instant; before it was set, what it asked for first."""
        terms = self.terms_at(instant)
        return Measure(self.metric, self.period, terms.target_value, terms.start_date, terms.end_date)

    def terms_at(self, instant: datetime) -> Terms:
        """What was agreed just before the instant."""
        return next((t for t in reversed(self.terms) if t.since < instant), self.terms[0])

    def counts_at(self, first_day: date, instant: datetime) -> bool:
        """Whether just before the instant the goal was on and asked for the period beginning on that day."""
        absent = any(a.start < instant <= a.end for a in self.absences)
        terms = self.terms_at(instant)
        return terms.is_active and not absent and self.measure_at(instant).covers(first_day)

    def rests(self, first_day: date, over: datetime) -> bool:
        """Whether neither the period beginning on that day nor a later one counts, unless other terms are agreed."""
        off, end = self.off_since, self.terms[-1].end_date
        return (off is not None and off < over) or (end is not None and end < first_day)

    def _clocks(self) -> Iterator[tuple[Clock, datetime]]:
        """Each clock with the instant the next one replaced it."""
        yield from ((one, after.since) for one, after in pairwise(self.clocks))
        yield self.clocks[-1], EVER
