"""What goals publishes: goals, how they stand, and what their closed periods came to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

import msgspec

from trackagoat.events.catalogue.goals import Metric, Period, Status
from trackagoat.events.catalogue.words import OrgId
from trackagoat.events.sql import Db, read
from trackagoat.gateway.reads.keyset import newest


class GoalRow(msgspec.Struct, frozen=True):
    """A goal and how it stands."""

    goal: UUID
    creator: UUID
    project: UUID
    metric: Metric
    period: Period
    target_value: Decimal
    start_date: date
    end_date: date | None
    is_active: bool
    created_at: datetime
    updated_at: datetime
    period_start: datetime | None
    period_end: datetime | None
    status: Status | None
    percentage: int | None
    actual: Decimal | None
    target: Decimal | None
    rate: Decimal | None
    judged_from: datetime | None
    is_final: bool | None
    read_at: datetime | None
    tracked_since: datetime | None
    interval_hours: int | None
    youngest_post_at: datetime | None
    open_day: date | None
    previous_period_start: datetime | None
    previous_period_end: datetime | None
    previous_status: Status | None
    previous_percentage: int | None
    previous_actual: Decimal | None
    previous_target: Decimal | None
    previous_is_final: bool | None


class ResultRow(msgspec.Struct, frozen=True):
    """What a closed period came to; `first_day` names it, whatever clock cut it."""

    goal: UUID
    first_day: date
    period_start: datetime
    period_end: datetime
    target: Decimal
    actual: Decimal | None
    percentage: int
    status: Status
    is_final: bool
    final_at: datetime


class CountRow(msgspec.Struct, frozen=True):
    """How many goals a project has."""

    project: UUID
    count: int


_GOAL = """
    SELECT g.goal, g.creator, g.project, g.metric, g.period, g.target_value, g.start_date, g.end_date, g.is_active,
        g.created_at, g.updated_at, c.period_start, c.period_end, c.status, c.percentage, c.actual, c.target, c.rate,
        c.judged_from, c.is_final, c.read_at, c.tracked_since, c.interval_hours, c.youngest_post_at, c.open_day,
        p.period_start AS previous_period_start, p.period_end AS previous_period_end, p.status AS previous_status,
        p.percentage AS previous_percentage, p.actual AS previous_actual, p.target AS previous_target,
        p.is_final AS previous_is_final
    FROM goals.goals g LEFT JOIN goals.compliance c ON c.goal = g.goal AND c.org = g.org
    LEFT JOIN goals.results p ON p.goal = c.goal AND p.period_start = c.previous_period_start
    WHERE g.org = $1
"""
_RESULT = """
    SELECT goal, first_day, period_start, period_end, target, actual, percentage, status, is_final, final_at
    FROM goals.results r WHERE org = $1
"""


@read(_GOAL + "AND g.goal = $2")
async def goal(db: Db, org: OrgId, goal: UUID) -> GoalRow | None:
    """One goal."""
    ...


@read(_GOAL + "AND g.goal = ANY ($2::uuid[])")
async def goals_by_id(db: Db, org: OrgId, goals: Sequence[UUID]) -> list[GoalRow]:
    """These goals."""
    ...


@read(
    _GOAL
    + """
    AND ($2::uuid IS NULL OR g.project = $2)
    AND ($3::uuid IS NULL OR g.creator = $3)
    AND ($4::text IS NULL OR g.metric = $4)
    AND ($5::text IS NULL OR g.period = $5)
    AND ($6::text IS NULL OR c.status = $6)
    AND ($7::boolean IS NULL OR g.is_active = $7)
    """
    + newest("g.created_at", "g.goal", 8)
)
async def goals(
    db: Db,
    org: OrgId,
    project: UUID | None,
    creator: UUID | None,
    metric: str | None,
    period: str | None,
    status: str | None,
    is_active: bool | None,
    at: datetime | None,
    after: UUID | None,
    limit: int,
) -> list[GoalRow]:
    """Goals, newest first."""
    ...


@read(
    _GOAL
    + """
    AND g.is_active AND g.project = $2
    AND ($3::uuid[] IS NULL OR g.creator = ANY ($3::uuid[]))
    AND ($4::text IS NULL OR g.period = $4)
    ORDER BY g.created_at, g.goal
    """
)
async def active(
    db: Db, org: OrgId, project: UUID, creators: Sequence[UUID] | None, period: str | None
) -> list[GoalRow]:
    """The goals of a project that are switched on."""
    ...


@read(
    "SELECT coalesce(array_agg(DISTINCT creator), '{}') FROM goals.goals WHERE org = $1 AND project = $2 AND is_active"
)
async def creators_with_goals(db: Db, org: OrgId, project: UUID) -> Sequence[UUID]:
    """Whose goals are switched on in a project."""
    ...


@read(_GOAL + "AND g.is_active AND g.creator = ANY ($2::uuid[]) ORDER BY g.created_at, g.goal")
async def active_of(db: Db, org: OrgId, creators: Sequence[UUID]) -> list[GoalRow]:
    """The goals of these creators that are switched on."""
    ...


@read(
    """
    SELECT p.project, (SELECT count(*) FROM goals.goals g WHERE g.org = $1 AND g.project = p.project) AS count
    FROM unnest($2::uuid[]) AS p (project)
    """
)
async def counts(db: Db, org: OrgId, projects: Sequence[UUID]) -> list[CountRow]:
    """How many goals the projects have."""
    ...


@read(
    _RESULT
    + """
    AND goal = $2
    AND ($3::timestamptz IS NULL OR period_end > $3)
    AND ($4::timestamptz IS NULL OR period_start < $4)
    AND ($5::timestamptz IS NULL OR period_start < $5)
    ORDER BY period_start DESC LIMIT $6
    """
)
async def results(
    db: Db,
    org: OrgId,
    goal: UUID,
    start: datetime | None,
    end: datetime | None,
    after: datetime | None,
    limit: int,
) -> list[ResultRow]:
    """Closed periods that touch [start, end), newest first."""
    ...


@read(
    """
    SELECT r.goal, r.first_day, r.period_start, r.period_end, r.target, r.actual, r.percentage, r.status, r.is_final,
        r.final_at
    FROM unnest($2::uuid[], $3::date[]) AS g (goal, day)
    CROSS JOIN LATERAL (
        SELECT * FROM goals.results r WHERE r.org = $1 AND r.goal = g.goal AND r.first_day <= g.day
        ORDER BY r.period_start DESC LIMIT 2
    ) r
    ORDER BY r.goal, r.period_start DESC
    """
)
async def results_at(db: Db, org: OrgId, goals: Sequence[UUID], first_days: Sequence[date]) -> list[ResultRow]:
    """Of each goal the closed period that begins on its day, if there is one, and the ones before, two at most."""
    ...
