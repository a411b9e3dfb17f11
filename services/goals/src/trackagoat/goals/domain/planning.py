"""Planning: which steps a moment has for a goal, and which figures they need.

Time is data: every step happens at its own instant with what had been said by then, so an outage delays closing and
finalising without changing what they say.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Literal

import msgspec

from trackagoat.events.catalogue.goals import Metric
from trackagoat.events.catalogue.words import CreatorId, Span
from trackagoat.goals.domain import calendar
from trackagoat.goals.domain.compliance import OPEN, Measure
from trackagoat.goals.domain.watched import EVER, Cut, Watched

LATENCY = timedelta(seconds=5)
"""What was said before an instant gets this long to be heard before the instant is settled."""
LATE_START = timedelta(minutes=1)
"""Results of periods that were long over when the goal was set stay open this long, for facts on their way."""
MOST_PERIODS = 100
"""Periods closed in one go."""


class Question(msgspec.Struct, frozen=True):
    """Which figures: of the creator in the span, by what had been said before `as_of`."""

    creator: CreatorId
    metric: Metric
    span: Span
    as_of: datetime


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happens to the result of one period at one instant."""

    at: datetime
    kind: Literal["close", "review", "finalize"]
    first_day: date
    measure: Measure
    span: Span
    as_of: datetime


class Ended(msgspec.Struct, frozen=True):
    """The period in which a goal was switched off, and when."""

    first_day: date
    span: Span
    at: datetime


class Plan(msgspec.Struct, frozen=True):
    """The steps in the order of their instants, the period reached, whether it runs, whether more wait, and where
    the goal ended if it is off.
    """

    steps: Sequence[Step]
    open_day: date
    cut: Cut
    running: bool
    unfinished: bool
    ended: Ended | None


def plan(w: Watched, now: datetime, heard_until: datetime) -> Plan:
    """What happens up to `now`; only what was said before `heard_until` is sure to be known."""
    asked = w.measure_at(EVER)
    steps = [
        _later(w, r.first_day, msgspec.structs.replace(asked, target=r.target), r.period, now, heard_until)
        for r in w.results
        if not r.is_final
    ]
    day, passed = w.open_day, 0
    while (cut := w.cut(day)).over + LATENCY <= heard_until and passed < MOST_PERIODS and not w.rests(day, cut.over):
        if w.counts_at(day, cut.over):
            measure, at = w.measure_at(cut.over), max(cut.over, w.begun)
            steps.append(Step(at=at, kind="close", first_day=day, measure=measure, span=cut.span, as_of=at))
            steps.append(_later(w, day, measure, cut.span, now, heard_until))
        day, passed = calendar.following(w.period, day), passed + 1
    unfinished = passed == MOST_PERIODS
    running = not unfinished and now < cut.span.end and w.counts_at(day, EVER)
    return Plan(sorted(steps, key=lambda s: s.at), day, cut, running, unfinished, ended(w))


def final_at(w: Watched, span: Span) -> datetime:
    """When a result becomes final: 48 hours after the end, a minute after the goal was set at the earliest."""
    return max(span.end + OPEN, w.begun + LATE_START)


def _later(  # noqa: PLR0913, PLR0917 - a period of a goal, and what is known of the moment
    w: Watched, day: date, measure: Measure, span: Span, now: datetime, heard_until: datetime
) -> Step:
    """The result looked at again, by what was said before it is final; for the last time once all that is heard."""
    last = final_at(w, span)
    settled = heard_until >= last + LATENCY
    at: datetime = last if settled else now
    kind: Literal["review", "finalize"] = "finalize" if settled else "review"
    return Step(at=at, kind=kind, first_day=day, measure=measure, span=span, as_of=last)


def ended(w: Watched) -> Ended | None:
    """Where a goal that is off ended: the period of that moment, by the clock of that moment."""
    at = w.off_since
    if at is None:
        return None
    zone = w.zone_at(at)
    day = w.measure_at(at).first_day(at, zone)
    return Ended(day, calendar.bounds(w.period, day, zone), at)


def questions(w: Watched, planned: Plan) -> Iterator[Question]:
    """The figures that settling needs."""
    for step in planned.steps:
        yield Question(w.creator, w.metric, step.span, step.as_of)
    if planned.running:
        yield Question(w.creator, w.metric, planned.cut.span, EVER)
    if planned.ended is not None:
        yield Question(w.creator, w.metric, planned.ended.span, planned.ended.at)
