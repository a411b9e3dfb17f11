"""Goals, what was agreed when, and where they stand, as rows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

import msgspec

from trackagoat.events.catalogue.goals import Metric, Period, Status
from trackagoat.events.catalogue.words import CreatorId, GoalId, OrgId, ProjectId
from trackagoat.events.catalogue.workspace import Tier
from trackagoat.events.effects import Write
from trackagoat.events.sql import Db, read, write


class GoalRow(msgspec.Struct, frozen=True):
    """A goal, where it stands, and its org's clock and intervals."""

    org: OrgId
    goal: GoalId
    creator: CreatorId
    project: ProjectId
    metric: Metric
    period: Period
    start_date: date
    created_at: datetime
    period_start: datetime
    period_end: datetime
    status: Status
    percentage: int
    actual: Decimal | None
    target: Decimal
    pace: Decimal | None
    is_final: bool
    open_day: date
    stale: bool
    changes: int
    turns: int
    timezone: str
    tier: Tier
    video_stats_hours: int
    discover_videos_hours: int
    creator_profiles_hours: int


class TermsRow(msgspec.Struct, frozen=True):
    """What was agreed from `since` on."""

    goal: GoalId
    since: datetime
    target_value: Decimal
    end_date: date | None
    is_active: bool


@read(
    """
    SELECT g.org, g.goal, g.creator, g.project, g.metric, g.period, g.start_date, g.created_at,
        c.period_start, c.period_end, c.status, c.percentage, c.actual, c.target, c.pace, c.is_final,
        c.open_day, c.stale, c.changes, c.turns,
        coalesce(o.timezone, 'UTC') AS timezone, coalesce(o.tier, 'self_hosted') AS tier,
        coalesce(o.video_stats_hours, 6) AS video_stats_hours,
        coalesce(o.discover_videos_hours, 6) AS discover_videos_hours,
        coalesce(o.creator_profiles_hours, 24) AS creator_profiles_hours
    FROM goals g JOIN compliance c USING (goal) LEFT JOIN orgs o ON o.org = g.org
    WHERE g.creator = ANY($1::uuid[]) ORDER BY g.goal
    """
)
async def goals_of(db: Db, creators: Sequence[CreatorId]) -> list[GoalRow]: ...


@read(
    "SELECT goal, since, target_value, end_date, is_active FROM goal_terms WHERE goal = ANY($1::uuid[]) ORDER BY since"
)
async def terms_of(db: Db, goals: Sequence[GoalId]) -> list[TermsRow]: ...


class Ownership(msgspec.Struct, frozen=True):
    """A goal and whose it is."""

    goal: GoalId
    creator: CreatorId


@read("SELECT goal, creator FROM goals WHERE org = $1 AND project = $2 ORDER BY goal")
async def goals_in_project(db: Db, org: OrgId, project: ProjectId) -> list[Ownership]: ...


class CreatorRow(msgspec.Struct, frozen=True):
    """A creator."""

    creator: CreatorId


@read("SELECT DISTINCT creator FROM goals WHERE org = $1 ORDER BY creator")
async def creators_with_goals(db: Db, org: OrgId) -> list[CreatorRow]: ...


@write(
    """
    INSERT INTO goals (org, goal, creator, project, metric, period, target_value, start_date, end_date,
        created_at, updated_at)
    SELECT t.*, at FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::numeric[],
        $8::date[], $9::date[], $10::timestamptz[])
        AS t(org, goal, creator, project, metric, period, target_value, start_date, end_date, at)
    """,
    key=("goal",),
)
def add_goal(
    org: OrgId,
    goal: GoalId,
    creator: CreatorId,
    project: ProjectId,
    metric: Metric,
    period: Period,
    target_value: Decimal,
    start_date: date,
    end_date: date | None,
    at: datetime,
) -> Write: ...


@write(
    """
    UPDATE goals SET target_value = t.target_value, end_date = t.end_date, is_active = t.is_active, updated_at = t.at
    FROM unnest($1::uuid[], $2::numeric[], $3::date[], $4::bool[], $5::timestamptz[])
        AS t(goal, target_value, end_date, is_active, at)
    WHERE goals.goal = t.goal
    """
)
def change_goal(goal: GoalId, target_value: Decimal, end_date: date | None, is_active: bool, at: datetime) -> Write: ...


@write(
    """
    INSERT INTO goal_terms (org, goal, since, target_value, end_date, is_active)
    SELECT t.org, t.goal, greatest(t.at, (SELECT max(since) FROM goal_terms WHERE goal = t.goal)),
        t.target_value, t.end_date, t.is_active
    FROM unnest($1::uuid[], $2::uuid[], $3::numeric[], $4::date[], $5::bool[], $6::timestamptz[])
        AS t(org, goal, target_value, end_date, is_active, at)
    ON CONFLICT (goal, since) DO UPDATE SET target_value = excluded.target_value, end_date = excluded.end_date,
        is_active = excluded.is_active
    """,
    key=("goal",),
)
def agree(
    org: OrgId, goal: GoalId, target_value: Decimal, end_date: date | None, is_active: bool, at: datetime
) -> Write:
    """New terms hold from now on."""
    ...


@write(
    """
    WITH gone AS (SELECT * FROM unnest($1::uuid[]) AS t(goal)),
        terms AS (DELETE FROM goal_terms USING gone WHERE goal_terms.goal = gone.goal),
        shown AS (DELETE FROM compliance USING gone WHERE compliance.goal = gone.goal),
        closed AS (DELETE FROM results USING gone WHERE results.goal = gone.goal)
    DELETE FROM goals USING gone WHERE goals.goal = gone.goal
    """
)
def remove_goal(goal: GoalId) -> Write: ...
