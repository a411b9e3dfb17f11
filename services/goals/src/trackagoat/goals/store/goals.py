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
    """A goal, what was said of it, and its org's intervals. `passed`: no period before that day is open."""

    org: OrgId
    goal: GoalId
    creator: CreatorId
    project: ProjectId
    metric: Metric
    period: Period
    is_shown: bool
    passed: date | None
    first_day: date | None
    status: Status
    stale: bool
    changes: int
    turns: int
    tier: Tier
    video_stats_hours: int
    discover_videos_hours: int
    creator_profiles_hours: int


class TermsRow(msgspec.Struct, frozen=True):
    """What was agreed from `since` on."""

    goal: GoalId
    since: datetime
    start_date: date
    target_value: Decimal
    end_date: date | None
    is_active: bool


@read(
    """
    SELECT g.org, g.goal, g.creator, g.project, g.metric, g.period,
        c.goal IS NOT NULL AS is_shown, CASE WHEN c.looked_from = g.start_date THEN c.open_day END AS passed,
        s.first_day, coalesce(s.status, 'on_track') AS status, coalesce(s.stale, false) AS stale,
        coalesce(s.changes, 0) AS changes, coalesce(s.turns, 0) AS turns,
        coalesce(o.tier, 'self_hosted') AS tier, coalesce(o.video_stats_hours, 6) AS video_stats_hours,
        coalesce(o.discover_videos_hours, 6) AS discover_videos_hours,
        coalesce(o.creator_profiles_hours, 24) AS creator_profiles_hours
    FROM goals g LEFT JOIN compliance c USING (goal) LEFT JOIN standings s USING (goal)
        LEFT JOIN orgs o ON o.org = g.org
    WHERE g.creator = ANY($1::uuid[]) ORDER BY g.goal
    """
)
async def goals_of(db: Db, creators: Sequence[CreatorId]) -> list[GoalRow]: ...


@read(
    """
    SELECT goal, since, start_date, target_value, end_date, is_active FROM goal_terms
    WHERE goal = ANY($1::uuid[]) ORDER BY since
    """
)
async def terms_of(db: Db, goals: Sequence[GoalId]) -> list[TermsRow]: ...


class Beginning(msgspec.Struct, frozen=True):
    """When a goal begins, and whether a period of it has closed."""

    goal: GoalId
    period: Period
    start_date: date
    has_closed: bool


@read(
    """
    SELECT g.goal, g.period, g.start_date, EXISTS (SELECT FROM results r WHERE r.goal = g.goal) AS has_closed
    FROM goals g WHERE g.org = $1 AND g.goal = ANY($2::uuid[]) ORDER BY g.goal
    """
)
async def beginnings(db: Db, org: OrgId, goals: Sequence[GoalId]) -> list[Beginning]: ...


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
    UPDATE goals SET target_value = t.target_value, start_date = t.start_date, end_date = t.end_date,
        is_active = t.is_active, updated_at = t.at
    FROM unnest($1::uuid[], $2::numeric[], $3::date[], $4::date[], $5::bool[], $6::timestamptz[])
        AS t(goal, target_value, start_date, end_date, is_active, at)
    WHERE goals.goal = t.goal
    """
)
def change_goal(
    goal: GoalId, target_value: Decimal, start_date: date, end_date: date | None, is_active: bool, at: datetime
) -> Write: ...


@write(
    """
    INSERT INTO goal_terms (org, goal, since, target_value, start_date, end_date, is_active)
    SELECT t.org, t.goal, greatest(t.at, (SELECT max(since) FROM goal_terms WHERE goal = t.goal)),
        t.target_value, t.start_date, t.end_date, t.is_active
    FROM unnest($1::uuid[], $2::uuid[], $3::numeric[], $4::date[], $5::date[], $6::bool[], $7::timestamptz[])
        AS t(org, goal, target_value, start_date, end_date, is_active, at)
    ON CONFLICT (goal, since) DO UPDATE SET target_value = excluded.target_value, start_date = excluded.start_date,
        end_date = excluded.end_date, is_active = excluded.is_active
    """,
    key=("goal",),
)
def agree(
    org: OrgId,
    goal: GoalId,
    target_value: Decimal,
    start_date: date,
    end_date: date | None,
    is_active: bool,
    at: datetime,
) -> Write:
    """New terms hold from now on."""
    ...


@write(
    """
    WITH gone AS (SELECT * FROM unnest($1::uuid[]) AS t(goal)),
        terms AS (DELETE FROM goal_terms USING gone WHERE goal_terms.goal = gone.goal)
    DELETE FROM goals USING gone WHERE goals.goal = gone.goal
    """
)
def remove_goal(goal: GoalId) -> Write: ...
