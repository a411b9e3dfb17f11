"""A goal, how far it is and what it came to."""

from __future__ import annotations

from datetime import date

import msgspec

from trackagoat.gateway.resources.advisories import Advisory
from trackagoat.gateway.resources.goals import Compliance, CreatorCompliance, Goal, GoalDetail, Result, Standing
from trackagoat.gateway.routes.examples.creators import CREATOR_REF, FRESH
from trackagoat.gateway.routes.examples.words import AT, id_of

ADVISORY = Advisory(
    has_advisory=True,
    messages=["The period ends in 59.0 hours; numbers are not final."],
    not_yet_started=False,
    period_in_progress=True,
    period_recently_ended=False,
    scrape_stale=False,
    period_start="2026-03-22T23:00:00Z",
    period_end="2026-03-29T22:00:00Z",
    hours_until_period_end=59,
    hours_since_period_end=None,
    scrape_freshness=FRESH,
)
STANDING = Standing(
    target=15,
    actual=8,
    percentage=53,
    status="behind_pace",
    pace=0.83,
    is_final=False,
    advisory=ADVISORY,
    previous=None,
)
_TERMS = Goal(
    id=id_of(7),
    creator_id=id_of(3),
    project_id=id_of(2),
    metric="posts",
    period="weekly",
    target_value=15,
    start_date=date(2026, 3, 2),
    end_date=None,
    is_active=True,
    created_at=AT,
    updated_at=AT,
)
GOAL = GoalDetail(**msgspec.structs.asdict(_TERMS), compliance=STANDING)
CREATOR_COMPLIANCE = CreatorCompliance(
    creator=CREATOR_REF, compliance=[Compliance(goal=_TERMS, **msgspec.structs.asdict(STANDING))]
)
RESULT = Result(
    period_start="2026-03-22T23:00:00Z",
    period_end="2026-03-29T22:00:00Z",
    target=15,
    actual=15,
    percentage=100,
    status="completed",
    is_final=True,
    final_at="2026-03-31T22:00:00Z",
)
