"""What the periods of goals come to: the one that is shown, and the results of those that closed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

import msgspec

from trackagoat.events.catalogue.goals import Status
from trackagoat.events.catalogue.words import CreatorId, GoalId, Json, OrgId, ProjectId
from trackagoat.events.effects import Write
from trackagoat.events.sql import Db, read, write


class ResultRow(msgspec.Struct, frozen=True):
    """What a closed period came to."""

    goal: GoalId
    period_start: datetime
    period_end: datetime
    target: Decimal
    actual: Decimal | None
    percentage: int
    status: Status
    is_final: bool
    announced: bool


@read(
    """
    SELECT r.goal, r.period_start, r.period_end, r.target, r.actual, r.percentage, r.status, r.is_final, r.announced
    FROM unnest($1::uuid[]) AS t(goal) CROSS JOIN LATERAL (
        SELECT * FROM results WHERE goal = t.goal AND NOT is_final
        UNION
        (SELECT * FROM results WHERE goal = t.goal ORDER BY period_start DESC LIMIT 2)
    ) r ORDER BY r.goal, r.period_start
    """
)
async def results_of(db: Db, goals: Sequence[GoalId]) -> list[ResultRow]:
    """Results that are not final yet, and the last two."""
    ...


@write(
    """
    INSERT INTO compliance (org, goal, creator, project, period_start, period_end, status, percentage, target, is_final,
        advisory, open_day, refreshed_at)
    SELECT org, goal, creator, project, starts, ends, 'on_track', 0, target, false, advisory, open_day, at
    FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::timestamptz[], $6::timestamptz[], $7::numeric[],
        $8::jsonb[], $9::date[], $10::timestamptz[])
        AS t(org, goal, creator, project, starts, ends, target, advisory, open_day, at)
    """,
    key=("goal",),
)
def begin_compliance(
    org: OrgId,
    goal: GoalId,
    creator: CreatorId,
    project: ProjectId,
    period_start: datetime,
    period_end: datetime,
    target: Decimal,
    advisory: Json,
    open_day: date,
    at: datetime,
) -> Write:
    """A goal that was just set is on track until it is looked at."""
    ...


@write(
    """
    UPDATE compliance c SET period_start = t.starts, period_end = t.ends, status = t.status, percentage = t.percentage,
        actual = t.actual, target = t.target, pace = t.pace, is_final = t.is_final, advisory = t.advisory,
        open_day = t.open_day, stale = t.stale, changes = t.changes, turns = t.turns, refreshed_at = t.at,
        previous_period_start = p.period_start, previous_period_end = p.period_end, previous_status = p.status,
        previous_percentage = p.percentage, previous_actual = p.actual, previous_target = p.target,
        previous_is_final = p.is_final, previous_advisory = t.previous_advisory
    FROM unnest($1::uuid[], $2::timestamptz[], $3::timestamptz[], $4::text[], $5::bigint[], $6::numeric[],
        $7::numeric[], $8::numeric[], $9::bool[], $10::jsonb[], $11::date[], $12::bool[], $13::int[],
        $14::int[], $15::timestamptz[], $16::timestamptz[], $17::jsonb[])
        AS t(goal, starts, ends, status, percentage, actual, target, pace, is_final, advisory, open_day, stale, changes,
            turns, at, previous, previous_advisory)
    LEFT JOIN results p ON p.goal = t.goal AND p.period_start = t.previous
    WHERE c.goal = t.goal
    """
)
def show(
    goal: GoalId,
    period_start: datetime,
    period_end: datetime,
    status: Status,
    percentage: int,
    actual: Decimal | None,
    target: Decimal,
    pace: Decimal | None,
    is_final: bool,
    advisory: Json,
    open_day: date,
    stale: bool,
    changes: int,
    turns: int,
    at: datetime,
    previous: datetime | None,
    previous_advisory: Json,
) -> Write:
    """What the goal shows from now on, beside the result of the period that began at `previous`."""
    ...


@write(
    """
    INSERT INTO results (org, goal, period_start, period_end, target, actual, percentage, status, final_at, closed_at)
    SELECT org, goal, starts, ends, target, actual, percentage, status, ends + interval '48 hours', at
    FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::timestamptz[], $5::numeric[], $6::numeric[],
        $7::bigint[], $8::text[], $9::timestamptz[])
        AS t(org, goal, starts, ends, target, actual, percentage, status, at)
    ON CONFLICT (goal, period_start) DO NOTHING
    """,
    key=("goal", "period_start"),
)
def close_period(
    org: OrgId,
    goal: GoalId,
    period_start: datetime,
    period_end: datetime,
    target: Decimal,
    actual: Decimal | None,
    percentage: int,
    status: Status,
    at: datetime,
) -> Write: ...


@write(
    """
    UPDATE results r SET actual = t.actual, percentage = t.percentage, status = t.status, is_final = t.is_final
    FROM unnest($1::uuid[], $2::timestamptz[], $3::numeric[], $4::bigint[], $5::text[], $6::bool[])
        AS t(goal, starts, actual, percentage, status, is_final)
    WHERE r.goal = t.goal AND r.period_start = t.starts AND NOT r.is_final
    """,
    key=("goal", "period_start"),
)
def restate(
    goal: GoalId, period_start: datetime, actual: Decimal | None, percentage: int, status: Status, is_final: bool
) -> Write:
    """The result of a closed period is another; a final one never is."""
    ...


@write(
    """
    UPDATE results r SET announced = t.announced
    FROM unnest($1::uuid[], $2::timestamptz[], $3::bool[]) AS t(goal, starts, announced)
    WHERE r.goal = t.goal AND r.period_start = t.starts
    """,
    key=("goal", "period_start"),
)
def announce(goal: GoalId, period_start: datetime, announced: bool) -> Write: ...
