"""What is shown of a goal until something happens or falls due. It follows from the other tables and may be lost."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from trackagoat.events.catalogue.goals import Status
from trackagoat.events.catalogue.words import CreatorId, GoalId, OrgId, ProjectId
from trackagoat.events.effects import Write
from trackagoat.events.sql import write


@write(
    """
    INSERT INTO compliance (org, goal, creator, project, period_start, period_end, status, percentage, target, is_final)
    SELECT org, goal, creator, project, starts, ends, 'on_track', 0, target, false
    FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::timestamptz[], $6::timestamptz[], $7::numeric[])
        AS t(org, goal, creator, project, starts, ends, target)
    ON CONFLICT (goal) DO NOTHING
    """,
    key=("goal",),
)
def begin(
    org: OrgId,
    goal: GoalId,
    creator: CreatorId,
    project: ProjectId,
    period_start: datetime,
    period_end: datetime,
    target: Decimal,
) -> Write:
    """A goal that was just set is on track until it is looked at."""
    ...


@write(
    """
    INSERT INTO compliance AS c (org, goal, creator, project, period_start, period_end, status, percentage, actual,
        target, rate, judged_from, is_final, previous_period_start, open_day, looked_from, read_at, tracked_since,
        interval_hours, youngest_post_at)
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::timestamptz[], $6::timestamptz[],
        $7::text[], $8::bigint[], $9::numeric[], $10::numeric[], $11::numeric[], $12::timestamptz[], $13::bool[],
        $14::timestamptz[], $15::date[], $16::date[], $17::timestamptz[], $18::timestamptz[], $19::int[],
        $20::timestamptz[])
    ON CONFLICT (goal) DO UPDATE SET period_start = excluded.period_start, period_end = excluded.period_end,
        status = excluded.status, percentage = excluded.percentage, actual = excluded.actual,
        target = excluded.target, rate = excluded.rate, judged_from = excluded.judged_from,
        is_final = excluded.is_final, previous_period_start = excluded.previous_period_start,
        open_day = excluded.open_day, looked_from = excluded.looked_from, read_at = excluded.read_at,
        tracked_since = excluded.tracked_since, interval_hours = excluded.interval_hours,
        youngest_post_at = excluded.youngest_post_at
    WHERE (c.period_start, c.period_end, c.status, c.percentage, c.actual, c.target, c.rate, c.judged_from, c.is_final,
            c.previous_period_start, c.open_day, c.looked_from, c.read_at, c.tracked_since, c.interval_hours,
            c.youngest_post_at)
        IS DISTINCT FROM (excluded.period_start, excluded.period_end, excluded.status, excluded.percentage,
            excluded.actual, excluded.target, excluded.rate, excluded.judged_from, excluded.is_final,
            excluded.previous_period_start, excluded.open_day, excluded.looked_from, excluded.read_at,
            excluded.tracked_since, excluded.interval_hours, excluded.youngest_post_at)
    """,
    key=("goal",),
)
def show(
    org: OrgId,
    goal: GoalId,
    creator: CreatorId,
    project: ProjectId,
    period_start: datetime,
    period_end: datetime,
    status: Status,
    percentage: int,
    actual: Decimal | None,
    target: Decimal,
    rate: Decimal | None,
    judged_from: datetime | None,
    is_final: bool,
    previous_period_start: datetime | None,
    open_day: date,
    looked_from: date,
    read_at: datetime | None,
    tracked_since: datetime | None,
    interval_hours: int | None,
    youngest_post_at: datetime | None,
) -> Write:
    """What the goal shows from now on; a row that says so already is left alone."""
    ...


@write(
    """
    UPDATE compliance c SET open_day = t.day, looked_from = t.looked_from
    FROM unnest($1::uuid[], $2::date[], $3::date[]) AS t(goal, day, looked_from) WHERE c.goal = t.goal
    """
)
def pass_on(goal: GoalId, open_day: date, looked_from: date) -> Write:
    """No period before that day is open; what is shown stays."""
    ...


@write("DELETE FROM compliance USING unnest($1::uuid[]) AS t(goal) WHERE compliance.goal = t.goal")
def hide(goal: GoalId) -> Write:
    """The goal is gone."""
    ...


@write(
    """
    INSERT INTO due AS d (kind, key, org, due_at)
    SELECT DISTINCT 'refresh', creator::text, org, t.at FROM goals CROSS JOIN unnest($1::timestamptz[]) AS t(at)
    ON CONFLICT (kind, key) DO UPDATE SET due_at = least(d.due_at, excluded.due_at), fence = d.fence + 1,
        holder = NULL, lease_until = NULL
    """
)
def look_again_at_all(at: datetime) -> Write:
    """Every goal is looked at again at once: rows under it may be others."""
    ...
