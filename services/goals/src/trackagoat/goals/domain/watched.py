"""A goal as time sees it: its terms at every instant, where it stands, and what it has come to so far."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import msgspec

from trackagoat.events.catalogue.goals import Metric, Period, Status
from trackagoat.events.catalogue.words import CreatorId, GoalId, OrgId, ProjectId, Span
from trackagoat.goals.domain.advisory import Intervals, Readings
from trackagoat.goals.domain.compliance import Measure

EVER = datetime.max.replace(tzinfo=UTC)
"""As of this instant everything heard counts."""


class Terms(msgspec.Struct, frozen=True):
    """What was agreed from `since` on, until the next terms."""

    since: datetime
    target_value: Decimal
    end_date: date | None
    is_active: bool


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """What a closed period came to. `announced`: its `period_recently_ended` was raised and not cleared."""

    period: Span
    target: Decimal
    actual: Decimal | None
    percentage: int
    status: Status
    is_final: bool = False
    announced: bool = False


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """Where a goal stands. The earliest period not closed yet begins on `open_day`; it is the one shown while it
    runs. `changes` and `turns` count what was said of its status and of `scrape_stale`, so that every saying has a
    key of its own.
    """

    open_day: date
    period: Span
    status: Status
    percentage: int
    actual: Decimal | None
    target: Decimal
    pace: Decimal | None
    is_final: bool
    stale: bool
    changes: int
    turns: int


class Watched(msgspec.Struct, frozen=True, kw_only=True):
    """Everything about one goal but the figures. `terms` are oldest first and not empty, `results` are those not
    final and the last two, oldest first. `absences` are the spans in which the creator was removed; `readings` is
    None while it is not active or was not heard of.
    """

    org: OrgId
    goal: GoalId
    creator: CreatorId
    project: ProjectId
    metric: Metric
    period: Period
    start_date: date
    created_at: datetime
    zone: ZoneInfo
    terms: tuple[Terms, ...]
    standing: Standing
    results: tuple[Result, ...] = ()
    absences: tuple[Span, ...] = ()
    readings: Readings | None = None
    intervals: Intervals = Intervals()

    def measure_at(self, instant: datetime) -> Measure:
        """What the goal asked for just before the instant; before it was set, what it asked for first."""
        terms = self.terms_at(instant)
        return Measure(self.metric, self.period, terms.target_value, self.start_date, terms.end_date)

    def terms_at(self, instant: datetime) -> Terms:
        """What was agreed just before the instant."""
        return next((t for t in reversed(self.terms) if t.since < instant), self.terms[0])

    def counts_at(self, first_day: date, instant: datetime) -> bool:
        """Whether just before the instant the goal was on and asked for the period beginning on that day."""
        absent = any(a.start < instant <= a.end for a in self.absences)
        terms = self.terms_at(instant)
        return terms.is_active and not absent and self.measure_at(instant).covers(first_day)
