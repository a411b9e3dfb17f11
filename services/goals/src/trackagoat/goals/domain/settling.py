"""Settling: what a moment makes of a goal. Which periods close or become final, which status changes, what is said."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal

import msgspec

from trackagoat.events.catalogue.goals import Status
from trackagoat.events.catalogue.words import Span
from trackagoat.goals.domain import advisory, compliance
from trackagoat.goals.domain.advisory import Basis
from trackagoat.goals.domain.compliance import OPEN, Compliance, Figures, assess
from trackagoat.goals.domain.planning import LATENCY, Ended, Plan, Question, Step, final_at
from trackagoat.goals.domain.sayings import Sayings
from trackagoat.goals.domain.watched import EVER, Result, Watched

REFRESH = timedelta(minutes=12)
"""A goal that is watched is looked at least this often, though every instant that changes something is known."""
APART = 360
"""Seconds by which creators come back earlier than that, each by its own number: many that were looked at together (a
day has ended, rows were rebuilt) do not stay together, and nobody's reading waits behind all of them.
"""
SOON = timedelta(seconds=1)
"""When to look again for facts that are known to be on their way."""

Answers = Mapping[Question, Figures]


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """What is shown of a goal until something happens or falls due; nothing in it depends on when one looks.

    `judged_from` is None when the period does not run; `previous` is the start of the closed period before it.
    """

    period: Span
    status: Status
    percentage: int
    actual: Decimal | None
    target: Decimal
    rate: Decimal | None
    judged_from: datetime | None
    is_final: bool
    previous: datetime | None = None


class Settled(msgspec.Struct, frozen=True):
    """What to say, what to show from now on (None: what is shown stays), the earliest period that is open, what
    freshness follows from (None: the creator is not active), and when to look again (None: never).
    """

    said: Sayings
    shown: Shown | None
    open_day: date
    basis: Basis | None
    again: datetime | None


def settle(w: Watched, planned: Plan, now: datetime, answers: Answers) -> Settled:
    """Everything that follows for the goal at `now`, for which it was planned."""
    said = Sayings(w)
    results = _results(w, planned, now, answers, said)
    verdict = _running(w, planned, now, answers) if planned.running else None
    shown = _shown(w, planned, verdict, results, now, answers)
    if verdict is not None:
        _judge(w, planned, verdict, said)
    basis = None if w.readings is None else advisory.basis(w.metric, w.readings, w.intervals)
    _freshen(w, planned, results, basis, now, said)
    if shown is not None:
        before = [r.period.start for r in results if r.period.start < shown.period.start]
        shown = msgspec.structs.replace(shown, previous=max(before, default=None))
    upcoming = _upcoming(w, planned, results, basis, now, answers)
    return Settled(said, shown, planned.open_day, basis, upcoming)


def _results(w: Watched, planned: Plan, now: datetime, answers: Answers, said: Sayings) -> tuple[Result, ...]:
    """The results known, and what the steps made of them, oldest first."""
    results = {r.first_day: r for r in w.results}
    for step in planned.steps:
        figures = answers[Question(w.creator, w.metric, step.span, step.as_of)]
        verdict = assess(step.measure, step.span, figures, max(step.at, step.span.end), w.zone_at(now))
        results[step.first_day] = _stepped(w, said, step, verdict, results.get(step.first_day))
    return tuple(result for _, result in sorted(results.items()))


def _stepped(w: Watched, said: Sayings, step: Step, verdict: Compliance, before: Result | None) -> Result:
    """One step of one period, said and done. Late data could still change it when the goal was set: that is said."""
    day, final = step.first_day, step.kind == "finalize"
    announced = w.begun < step.span.end + OPEN if before is None else before.announced
    if before is None:
        said.closed(day, verdict)
        if announced:
            said.announced(step.span, step.at)
    elif before.status != verdict.status:
        said.changed(day, before.status, verdict)
    elif not final and (before.actual, before.percentage) != (verdict.actual, verdict.percentage):
        said.revised(day, verdict)
    if final:
        said.finalized(day, verdict)
        if announced:
            said.withdrawn(step.span, step.at)
    return Result(
        first_day=day,
        period=step.span,
        target=verdict.target,
        actual=verdict.actual,
        percentage=verdict.percentage,
        status=verdict.status,
        is_final=final,
        announced=announced and not final,
    )


def _judge(w: Watched, planned: Plan, verdict: Compliance, said: Sayings) -> None:
    """Say how the running period stands if that is another status; a new one begins on track without a word."""
    before = w.standing.status if w.standing.first_day == planned.open_day else "on_track"
    if before != verdict.status:
        said.changed(planned.open_day, before, verdict)


def _running(w: Watched, planned: Plan, now: datetime, answers: Answers) -> Compliance:
    span, zone = planned.cut.span, planned.cut.zone
    return assess(w.measure_at(EVER), span, answers[Question(w.creator, w.metric, span, EVER)], now, zone)


def _shown(  # noqa: PLR0913, PLR0917 - what is known of the moment
    w: Watched, planned: Plan, verdict: Compliance | None, results: tuple[Result, ...], now: datetime, answers: Answers
) -> Shown | None:
    """The period that runs; of a goal that is off the one it ended in, of one past its end the last."""
    if verdict is not None:
        return _of_verdict(verdict, judged_from=verdict.judged_from)
    if planned.ended is not None:
        return _where_it_ended(w, planned.ended, results, answers)
    if results and not w.measure_at(EVER).covers(planned.open_day):
        return _of_result(results[-1])
    return None if w.is_shown else first_look(w, now)


def _where_it_ended(w: Watched, ended: Ended, results: tuple[Result, ...], answers: Answers) -> Shown:
    """The result of that period; when it closed without one, how it stood at that moment."""
    for result in results:
        if result.first_day == ended.first_day:
            return _of_result(result)
    figures = answers[Question(w.creator, w.metric, ended.span, ended.at)]
    verdict = assess(w.measure_at(ended.at), ended.span, figures, ended.at, w.zone_at(ended.at))
    return msgspec.structs.replace(_of_verdict(verdict), is_final=False)


def first_look(w: Watched, now: datetime) -> Shown:
    """A goal of which nothing is known yet is on track."""
    measure, zone = w.measure_at(EVER), w.zone_at(EVER)
    span = w.cut(measure.first_day(now, zone)).span
    shown = _of_verdict(assess(measure, span, Figures(), span.start, zone))
    return msgspec.structs.replace(shown, actual=None, rate=None)


def _of_verdict(verdict: Compliance, judged_from: datetime | None = None) -> Shown:
    return Shown(
        period=verdict.period,
        status=verdict.status,
        percentage=verdict.percentage,
        actual=verdict.actual,
        target=verdict.target,
        rate=verdict.rate,
        judged_from=judged_from,
        is_final=verdict.is_final,
    )


def _of_result(result: Result) -> Shown:
    return Shown(
        period=result.period,
        status=result.status,
        percentage=result.percentage,
        actual=result.actual,
        target=result.target,
        rate=None,
        judged_from=None,
        is_final=result.is_final,
    )


def _freshen(  # noqa: PLR0913, PLR0917 - what is known of the moment
    w: Watched, planned: Plan, results: tuple[Result, ...], basis: Basis | None, now: datetime, said: Sayings
) -> None:
    """Say when numbers that still matter became stale, or fresh again."""
    fresh = None if basis is None else advisory.freshness(basis, now)
    stale = fresh is not None and fresh.state != "fresh" and _matters(w, planned, results)
    if stale != w.standing.stale:
        runs = w.counts_at(planned.open_day, EVER) or not results
        said.turned(stale, planned.cut.span if runs else results[-1].period, fresh, now)


def _matters(w: Watched, planned: Plan, results: tuple[Result, ...]) -> bool:
    """Whether late numbers still matter to the goal."""
    if not w.terms_at(EVER).is_active:
        return False
    return w.counts_at(planned.open_day, EVER) or any(not r.is_final for r in results)


def _upcoming(  # noqa: PLR0913, PLR0917 - what is known of the moment
    w: Watched, planned: Plan, results: tuple[Result, ...], basis: Basis | None, now: datetime, answers: Answers
) -> datetime | None:
    """The next instant at which anything changes without new facts."""
    if planned.unfinished:
        return now
    settles = [final_at(w, r.period) + LATENCY for r in results if not r.is_final]
    if w.counts_at(planned.open_day, EVER):
        settles.append(planned.cut.over + LATENCY)
    if not settles:
        return None
    turns = (i for i in _turns(w, planned, basis, now, answers) if i > now)
    patience = REFRESH - timedelta(seconds=w.creator.int % APART)
    return min(max(min(settles), now + SOON), now + patience, *turns)


def _turns(w: Watched, planned: Plan, basis: Basis | None, now: datetime, answers: Answers) -> Iterator[datetime]:
    if planned.running:
        span, zone = planned.cut.span, planned.cut.zone
        figures = answers[Question(w.creator, w.metric, span, EVER)]
        yield from compliance.turns(w.measure_at(EVER), span, figures, zone)
    if basis is not None:
        yield from advisory.turns(basis, now)
