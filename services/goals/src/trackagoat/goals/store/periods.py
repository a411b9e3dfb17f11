"""What was decided of the periods of goals: results of those that closed, and where the running one stands."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

import msgspec

from trackagoat.events.catalogue.goals import Status
from trackagoat.events.catalogue.words import GoalId, OrgId
from trackagoat.events.effects import Write
from trackagoat.events.sql import Db, read, write


class ResultRow(msgspec.Struct, frozen=True):
    """What a closed period came to."""

    goal: GoalId
    first_day: date
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
    SELECT r.goal, r.first_day, r.period_start, r.period_end, r.target, r.actual, r.percentage, r.status, r.is_final,
        r.announced
    FROM unnest($1::uuid[]) AS t(goal) CROSS JOIN LATERAL (
        SELECT * FROM results WHERE goal = t.goal AND NOT is_final
        UNION
        (SELECT * FROM results WHERE goal = t.goal ORDER BY period_start DESC LIMIT 2)
    ) r ORDER BY r.goal, r.first_day
    """
)
async def results_of(db: Db, goals: Sequence[GoalId]) -> list[ResultRow]:
    """Results that are not final yet, and the last two."""
    ...


@write(
    """
    INSERT INTO results (org, goal, first_day, period_start, period_end, target, actual, percentage, status, final_at,
        closed_at)
    SELECT org, goal, day, starts, ends, target, actual, percentage, status, ends + interval '48 hours', at
    FROM unnest($1::uuid[], $2::uuid[], $3::date[], $4::timestamptz[], $5::timestamptz[], $6::numeric[], $7::numeric[],
        $8::bigint[], $9::text[], $10::timestamptz[])
        AS t(org, goal, day, starts, ends, target, actual, percentage, status, at)
    ON CONFLICT (goal, period_start) DO NOTHING
    """,
    key=("goal", "period_start"),
)
def close_period(
    org: OrgId,
    goal: GoalId,
    first_day: date,
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


@write(
    """
    INSERT INTO standings AS s (org, goal, first_day, status, changes)
    SELECT org, goal, day, status, 1 FROM unnest($1::uuid[], $2::uuid[], $3::date[], $4::text[])
        AS t(org, goal, day, status)
    ON CONFLICT (goal) DO UPDATE SET first_day = excluded.first_day, status = excluded.status, changes = s.changes + 1
    """,
    key=("goal",),
)
def stand(org: OrgId, goal: GoalId, first_day: date, status: Status) -> Write:
    """The running period that begins on that day has that status."""
    ...


@write(
    """
    INSERT INTO standings AS s (org, goal, changes) SELECT org, goal, 1 FROM unnest($1::uuid[], $2::uuid[])
        AS t(org, goal)
    ON CONFLICT (goal) DO UPDATE SET changes = s.changes + 1
    """,
    key=("goal",),
)
def count_change(org: OrgId, goal: GoalId) -> Write:
    """Something was said of the result of a closed period."""
    ...


@write(
    """
    INSERT INTO standings AS s (org, goal, stale, turns) SELECT org, goal, stale, 1
    FROM unnest($1::uuid[], $2::uuid[], $3::bool[]) AS t(org, goal, stale)
    ON CONFLICT (goal) DO UPDATE SET stale = excluded.stale, turns = s.turns + 1
    """,
    key=("goal",),
)
def turn(org: OrgId, goal: GoalId, stale: bool) -> Write:
    """The numbers became stale, or fresh again."""
    ...


@write(
    """
    WITH gone AS (SELECT * FROM unnest($1::uuid[]) AS t(goal)),
        closed AS (DELETE FROM results USING gone WHERE results.goal = gone.goal)
    DELETE FROM standings USING gone WHERE standings.goal = gone.goal
    """
)
def forget(goal: GoalId) -> Write:
    """The goal is gone."""
    ...
