"""Goals as the API shows them, and how they stand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

import msgspec

from trackagoat.events.catalogue.goals import Metric, Period, Status
from trackagoat.gateway.edge.answers import Resource
from trackagoat.gateway.reads.goals import GoalRow, ResultRow
from trackagoat.gateway.resources import days
from trackagoat.gateway.resources.advisories import Advisory, advise
from trackagoat.gateway.resources.creators import CreatorRef
from trackagoat.gateway.resources.fields import Instant, Number, instant, number, quotient, shown
from trackagoat.gateway.resources.freshness import Freshness, age_factor, freshness

TICK = timedelta(microseconds=1)
WORST_FIRST: Sequence[Status] = ("missed", "at_risk", "behind_pace", "on_track", "completed")


class Goal(msgspec.Struct, frozen=True, kw_only=True):
    """A target for one creator, one metric and one kind of period."""

    id: UUID
    creator_id: UUID
    project_id: UUID
    metric: Metric
    period: Period
    target_value: Number
    start_date: date
    end_date: date | None
    is_active: bool
    created_at: Instant
    updated_at: Instant


class Previous(msgspec.Struct, frozen=True, kw_only=True):
    """How the last closed period came out."""

    period_start: Instant
    period_end: Instant
    target: Number
    actual: Number | None
    percentage: int
    status: Status
    is_final: bool
    advisory: Advisory


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """How a goal stands in the period shown."""

    target: Number
    actual: Number | None
    percentage: int
    status: Status
    pace: Number | None
    is_final: bool
    advisory: Advisory
    previous: Previous | None


class Compliance(Standing, frozen=True, kw_only=True):
    """A goal and how it stands."""

    goal: Goal


class GoalDetail(Resource, frozen=True, kw_only=True):
    """A goal with how it stands; null until that was first worked out."""

    derived: ClassVar[frozenset[str]] = frozenset({"compliance"})

    id: UUID
    creator_id: UUID
    project_id: UUID
    metric: Metric
    period: Period
    target_value: Number
    start_date: date
    end_date: date | None
    is_active: bool
    created_at: Instant
    updated_at: Instant
    compliance: Standing | None


class CreatorCompliance(msgspec.Struct, frozen=True, kw_only=True):
    """A creator and how each of its active goals stands."""

    creator: CreatorRef
    compliance: list[Compliance]


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """A closed period; from `final_at` on it never changes."""

    period_start: Instant
    period_end: Instant
    target: Number
    actual: Number | None
    percentage: int
    status: Status
    is_final: bool
    final_at: Instant


class Clock(msgspec.Struct, frozen=True):
    """When one looks: this moment, and the day it is in the organization's zone."""

    now: datetime
    today: date


def clock(now: datetime, zone: str) -> Clock:
    """The moment, there."""
    return Clock(now, days.today(now, zone))


def goal(row: GoalRow) -> Goal:
    """A goal by its terms."""
    return Goal(
        metric=row.metric,
        period=row.period,
        start_date=row.start_date,
        end_date=row.end_date,
        is_active=row.is_active,
        created_at=instant(row.created_at),
        updated_at=instant(row.updated_at),
        **_terms(row),
    )


def goal_detail(row: GoalRow, clock: Clock) -> GoalDetail:
    """A goal with how it stands."""
    return shown(GoalDetail, row, compliance=standing(row, clock), **_terms(row))


def _terms(row: GoalRow) -> dict[str, Any]:
    return {
        "id": row.goal,
        "creator_id": row.creator,
        "project_id": row.project,
        "target_value": number(row.target_value),
    }


def standing(row: GoalRow, clock: Clock) -> Standing | None:
    """How a goal stands now."""
    if row.period_start is None or row.period_end is None or row.status is None:
        return None
    fresh = _fresh(row, clock.now)
    return Standing(
        target=number(row.target) or 0,
        actual=number(row.actual),
        percentage=row.percentage or 0,
        status=row.status,
        pace=_pace(row, clock.now),
        is_final=bool(row.is_final),
        advisory=_advisory(row, (row.period_start, row.period_end), fresh, clock),
        previous=_previous(row, fresh, clock),
    )


def _pace(row: GoalRow, now: datetime) -> Number | None:
    """Actual against what should be there by now: actual / (target * share of the period), for engagement actual /
    target; 2 decimals, 0 for an unknown actual. Null before pace decides and once the period is over.
    """
    start, end = row.period_start, row.period_end
    if row.judged_from is None or start is None or end is None or not row.judged_from <= now < end:
        return None
    done, asked = (row.rate or Decimal(0)).as_integer_ratio()
    if row.metric == "engagement":
        return quotient(done, asked, 2)
    return quotient(done * ((end - start) // TICK), asked * ((now - start) // TICK), 2)


def _fresh(row: GoalRow, now: datetime) -> Freshness | None:
    """How fresh the numbers under a goal are; null while its creator is not active."""
    if row.tracked_since is None or row.interval_hours is None:
        return None
    hours = row.interval_hours * (1 if row.youngest_post_at is None else age_factor(row.youngest_post_at, now))
    return freshness(row.read_at, row.tracked_since, hours, now)


def _previous(row: GoalRow, fresh: Freshness | None, clock: Clock) -> Previous | None:
    if row.previous_period_start is None or row.previous_period_end is None or row.previous_status is None:
        return None
    return Previous(
        period_start=instant(row.previous_period_start),
        period_end=instant(row.previous_period_end),
        target=number(row.previous_target) or 0,
        actual=number(row.previous_actual),
        percentage=row.previous_percentage or 0,
        status=row.previous_status,
        is_final=bool(row.previous_is_final),
        advisory=_advisory(row, (row.previous_period_start, row.previous_period_end), fresh, clock),
    )


def asked_day(row: GoalRow, reference: date) -> date:
    """The first day of the period that holds the day, of a goal that had ended by then its last."""
    return days.first_of(row.period, min(reference, row.end_date or reference))


def standing_at(row: GoalRow, results: Sequence[ResultRow], first_day: date, clock: Clock) -> Standing | None:
    """How a goal stood in the period that begins on that day; None when it closed without a result.

    `results` are its closed periods until then, newest first.
    """
    if row.judged_from is not None and row.open_day == first_day:
        return standing(row, clock)
    if not results or results[0].first_day != first_day:
        return None
    last, fresh = results[0], _fresh(row, clock.now)
    before = _closed(row, results[1], fresh, clock) if len(results) > 1 else None
    return Standing(
        target=number(last.target) or 0,
        actual=number(last.actual),
        percentage=last.percentage,
        status=last.status,
        pace=None,
        is_final=last.is_final,
        advisory=_advisory(row, (last.period_start, last.period_end), fresh, clock),
        previous=before,
    )


def _closed(row: GoalRow, result: ResultRow, fresh: Freshness | None, clock: Clock) -> Previous:
    return shown(
        Previous,
        result,
        target=number(result.target) or 0,
        actual=number(result.actual),
        advisory=_advisory(row, (result.period_start, result.period_end), fresh, clock),
    )


def _advisory(row: GoalRow, period: tuple[datetime, datetime], fresh: Freshness | None, clock: Clock) -> Advisory:
    return advise(row.start_date, clock.today, period, fresh, clock.now)


def compliance(row: GoalRow, stands: Standing) -> Compliance:
    """A goal and how it stands."""
    return Compliance(
        goal=goal(row),
        target=stands.target,
        actual=stands.actual,
        percentage=stands.percentage,
        status=stands.status,
        pace=stands.pace,
        is_final=stands.is_final,
        advisory=stands.advisory,
        previous=stands.previous,
    )


def result(row: ResultRow) -> Result:
    """A closed period."""
    return shown(Result, row, target=number(row.target) or 0, actual=number(row.actual))


class GoalSums(msgspec.Struct, frozen=True, kw_only=True):
    """Goals of a project by status: `on_track` with the completed ones, `at_risk` with those behind pace."""

    on_track: int
    at_risk: int
    missed: int
    total_goals: int
    creators_with_goals: int


def goal_sums(statuses: Sequence[tuple[UUID, Status]]) -> GoalSums:
    """Goals counted by status; each comes with its creator."""
    count = Counter(status for _, status in statuses)
    return GoalSums(
        on_track=count["on_track"] + count["completed"],
        at_risk=count["at_risk"] + count["behind_pace"],
        missed=count["missed"],
        total_goals=len(statuses),
        creators_with_goals=len({creator for creator, _ in statuses}),
    )
