"""Settling: what a moment makes of a goal. Which periods close or become final, which status changes, what is said.

Time is data: every step happens at its own instant with what had been said by then, so an outage delays closing
and finalising without changing what they say. `questions` tells which figures a moment needs, `settle` answers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Literal

import msgspec

from trackagoat.events.catalogue.goals import Metric
from trackagoat.events.catalogue.words import CreatorId, Span
from trackagoat.goals.domain import advisory, calendar
from trackagoat.goals.domain.advisory import Freshness
from trackagoat.goals.domain.compliance import OPEN, Compliance, Figures, Measure, assess, turns
from trackagoat.goals.domain.sayings import Sayings
from trackagoat.goals.domain.watched import EVER, Result, Standing, Watched

LATENCY = timedelta(seconds=5)
"""What was said before an instant gets this long to be heard before the instant is settled."""
LATE_START = timedelta(minutes=1)
"""Results of periods that were long over when the goal was set stay open this long, for facts on their way."""
REFRESH = timedelta(minutes=5)
"""A goal that is watched is looked at least this often; what is shown depends on the time."""
SOON = timedelta(seconds=1)
"""When to look again for facts that are known to be on their way."""
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
    measure: Measure
    span: Span
    as_of: datetime


class Plan(msgspec.Struct, frozen=True):
    """The steps in the order of their instants, the period reached, whether it runs, and whether more wait."""

    steps: Sequence[Step]
    open_day: date
    span: Span
    running: bool
    unfinished: bool


class Settled(msgspec.Struct, frozen=True):
    """What to say, what to show from now on, which results stand now, and when to look again (None: never)."""

    said: Sayings
    standing: Standing
    results: tuple[Result, ...]
    freshness: Freshness | None
    again: datetime | None


def plan(w: Watched, now: datetime, heard_until: datetime) -> Plan:
    """What happens up to `now`; only what was said before `heard_until` is sure to be known."""
    steps = [
        _later(w, Measure(w.metric, w.period, r.target, w.start_date), r.period, now, heard_until)
        for r in w.results
        if not r.is_final
    ]
    day, passed = w.standing.open_day, 0
    while (span := calendar.bounds(w.period, day, w.zone)).end + LATENCY <= heard_until and passed < MOST_PERIODS:
        if w.counts_at(day, span.end):
            measure, at = w.measure_at(span.end), max(span.end, w.created_at)
            steps.append(Step(at=at, kind="close", measure=measure, span=span, as_of=at))
            steps.append(_later(w, measure, span, now, heard_until))
        day, passed = calendar.following(w.period, day), passed + 1
    unfinished = passed == MOST_PERIODS
    running = not unfinished and now < span.end and w.counts_at(day, EVER)
    return Plan(sorted(steps, key=lambda s: s.at), day, span, running, unfinished)


def _final_at(w: Watched, span: Span) -> datetime:
    return max(span.end + OPEN, w.created_at + LATE_START)


def _later(w: Watched, measure: Measure, span: Span, now: datetime, heard_until: datetime) -> Step:
    """The result looked at again, by what was said before it is final; for the last time once all that is heard."""
    final_at = _final_at(w, span)
    if heard_until >= final_at + LATENCY:
        return Step(at=final_at, kind="finalize", measure=measure, span=span, as_of=final_at)
    return Step(at=now, kind="review", measure=measure, span=span, as_of=final_at)


def questions(w: Watched, now: datetime, heard_until: datetime) -> Iterator[Question]:
    """The figures that settling needs."""
    planned = plan(w, now, heard_until)
    for step in planned.steps:
        yield Question(w.creator, w.metric, step.span, step.as_of)
    if planned.running:
        yield Question(w.creator, w.metric, planned.span, EVER)


def settle(w: Watched, now: datetime, heard_until: datetime, answers: Mapping[Question, Figures]) -> Settled:
    """Everything that follows for the goal at `now`."""
    planned, said = plan(w, now, heard_until), Sayings(w)
    results = _results(w, planned, now, answers, said)
    upcoming: list[datetime] = []
    standing = _rested(w, planned, results)
    if planned.running:
        figures, measure = answers[Question(w.creator, w.metric, planned.span, EVER)], w.measure_at(EVER)
        standing = _ran(w, planned, assess(measure, planned.span, figures, now, w.zone), said)
        upcoming = list(turns(measure, planned.span, figures, w.zone))
    fresh = None if w.readings is None else advisory.freshness(w.metric, w.readings, w.intervals, now)
    stale = fresh is not None and fresh.state != "fresh" and _is_open(w, planned, results)
    if stale != standing.stale:
        said.turned(stale, standing.period, fresh, now)
    standing = said.counted(msgspec.structs.replace(standing, stale=stale))
    return Settled(said, standing, results, fresh, _again(w, planned, now, results, upcoming))


def _results(
    w: Watched, planned: Plan, now: datetime, answers: Mapping[Question, Figures], said: Sayings
) -> tuple[Result, ...]:
    """The results known, and what the steps made of them, oldest first."""
    results = {r.period: r for r in w.results}
    for step in planned.steps:
        figures = answers[Question(w.creator, w.metric, step.span, step.as_of)]
        verdict = assess(step.measure, step.span, figures, max(step.at, step.span.end), w.zone)
        results[step.span] = _stepped(said, step, verdict, results.get(step.span), now)
    return tuple(sorted(results.values(), key=lambda r: r.period.start))


def _stepped(said: Sayings, step: Step, verdict: Compliance, before: Result | None, now: datetime) -> Result:
    """One step of one period, said and done."""
    announced = now < step.span.end + OPEN if before is None else before.announced
    if before is None:
        said.closed(verdict)
        if announced:
            said.announced(step.span, step.at)
    elif before.status != verdict.status:
        said.changed(before.status, verdict)
    final = step.kind == "finalize"
    if final:
        said.finalized(verdict)
        if announced:
            said.withdrawn(step.span, step.at)
    return Result(
        period=step.span,
        target=verdict.target,
        actual=verdict.actual,
        percentage=verdict.percentage,
        status=verdict.status,
        is_final=final,
        announced=announced and not final,
    )


def _ran(w: Watched, planned: Plan, verdict: Compliance, said: Sayings) -> Standing:
    """The running period is shown; a new one begins on track without a word."""
    before = w.standing.status if w.standing.open_day == planned.open_day else "on_track"
    if before != verdict.status:
        said.changed(before, verdict)
    return msgspec.structs.replace(
        w.standing,
        open_day=planned.open_day,
        period=verdict.period,
        status=verdict.status,
        percentage=verdict.percentage,
        actual=verdict.actual,
        target=verdict.target,
        pace=verdict.pace,
        is_final=False,
    )


def _rested(w: Watched, planned: Plan, results: tuple[Result, ...]) -> Standing:
    """Nothing runs: a goal that has ended shows its last period, one that waits or is off shows what it did."""
    standing = msgspec.structs.replace(w.standing, open_day=planned.open_day)
    if not results or w.measure_at(EVER).covers(planned.open_day):
        return standing
    last = results[-1]
    return msgspec.structs.replace(
        standing,
        period=last.period,
        status=last.status,
        percentage=last.percentage,
        actual=last.actual,
        target=last.target,
        pace=None,
        is_final=last.is_final,
    )


def _is_open(w: Watched, planned: Plan, results: tuple[Result, ...]) -> bool:
    """Whether late numbers still matter to the goal."""
    if not w.terms_at(EVER).is_active:
        return False
    return w.counts_at(planned.open_day, EVER) or any(not r.is_final for r in results)


def _again(
    w: Watched, planned: Plan, now: datetime, results: tuple[Result, ...], upcoming: list[datetime]
) -> datetime | None:
    """The next instant at which anything changes without new facts."""
    if planned.unfinished:
        return now
    settles = [_final_at(w, r.period) + LATENCY for r in results if not r.is_final]
    if w.counts_at(planned.open_day, EVER):
        settles.append(planned.span.end + LATENCY)
    if not settles:
        return None
    if w.readings is not None:
        upcoming = [*upcoming, advisory.stale_from(w.metric, w.readings, w.intervals, now)]
    return min(max(min(settles), now + SOON), now + REFRESH, *(i for i in upcoming if i > now))
