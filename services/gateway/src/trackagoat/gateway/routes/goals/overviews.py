"""How the goals of a project stand: creator by creator, and in sum."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from trackagoat.events.catalogue.goals import Period
from trackagoat.gateway import tenancy
from trackagoat.gateway.edge.answers import Answer
from trackagoat.gateway.edge.call import Call, ok
from trackagoat.gateway.edge.faults import invalid_query
from trackagoat.gateway.reads import goals, ingest
from trackagoat.gateway.reads.ingest import aggregates
from trackagoat.gateway.registry import Route
from trackagoat.gateway.resources.creators import creator_ref
from trackagoat.gateway.resources.fields import Params
from trackagoat.gateway.resources.goals import (
    WORST_FIRST,
    Clock,
    Compliance,
    CreatorCompliance,
    GoalSums,
    asked_day,
    compliance,
    goal_sums,
    standing,
    standing_at,
)
from trackagoat.gateway.routes import examples
from trackagoat.gateway.routes.goals.lists import clock_of

_CREATORS_SUMMED = 50
_RANK = {status: rank for rank, status in enumerate(WORST_FIRST)}


class ProjectCompliance(Params, frozen=True, kw_only=True):
    """Whose goals, of which kind of period, and as of which day."""

    creator_id: UUID | None = None
    period: Period | None = None
    reference_date: date | None = None


class AggregateCompliance(Params, frozen=True, kw_only=True):
    """The project summed up."""

    project_id: UUID


async def project_compliance(call: Call[ProjectCompliance, None]) -> Answer[list[CreatorCompliance]]:
    asked, project = call.params, call.ids["projectId"]
    only = None if asked.creator_id is None else [asked.creator_id]
    _, _, clock, rows = await asyncio.gather(
        tenancy.project(call, project),
        tenancy.filters(call),
        clock_of(call),
        goals.active(call.db, call.org, project, only, asked.period),
    )
    if asked.reference_date is not None and asked.reference_date > clock.today:
        raise invalid_query("reference_date", "In the future")
    creators, stands = await asyncio.gather(_creators(call, rows), _standings(call, rows, asked.reference_date, clock))
    return ok(_worst_first(rows, creators, stands))


async def _creators(call: Call[Any, Any], rows: Sequence[goals.GoalRow]) -> Mapping[UUID, ingest.CreatorRefRow]:
    """The active ones of the goals' creators."""
    found = await ingest.active_refs(call.db, call.org, list({row.creator for row in rows}))
    return {row.creator: row for row in found}


async def _standings(
    call: Call[Any, Any], rows: Sequence[goals.GoalRow], reference: date | None, clock: Clock
) -> Mapping[UUID, Compliance]:
    """How each goal stands, now or in the period that held the day; goals that had not begun are left out."""
    if reference is None or reference == clock.today:
        found = {row.goal: standing(row, clock) for row in rows}
    else:
        begun = {row.goal: asked_day(row, reference) for row in rows if row.start_date <= reference}
        closed = defaultdict(list)
        for one in await goals.results_at(call.db, call.org, list(begun), list(begun.values())):
            closed[one.goal].append(one)
        found = {
            row.goal: standing_at(row, closed[row.goal], begun[row.goal], clock) for row in rows if row.goal in begun
        }
    return {row.goal: compliance(row, stands) for row in rows if (stands := found.get(row.goal)) is not None}


def _worst_first(
    rows: Sequence[goals.GoalRow],
    creators: Mapping[UUID, ingest.CreatorRefRow],
    stands: Mapping[UUID, Compliance],
) -> list[CreatorCompliance]:
    """Creators by the worst of their statuses, then by handle; a creator's goals in the same order."""
    of_creator = defaultdict(list)
    for row in rows:
        if row.goal in stands and row.creator in creators:
            of_creator[row.creator].append(stands[row.goal])
    for found in of_creator.values():
        found.sort(key=lambda one: _RANK[one.status])
    ordered = sorted(of_creator, key=lambda who: (_RANK[of_creator[who][0].status], creators[who].handle_key, who))
    return [CreatorCompliance(creator=creator_ref(creators[id]), compliance=of_creator[id]) for id in ordered]


async def aggregate_compliance(call: Call[AggregateCompliance, None]) -> Answer[GoalSums]:
    project = call.params.project_id
    _, clock, aiming = await asyncio.gather(
        tenancy.filters(call), clock_of(call), goals.creators_with_goals(call.db, call.org, project)
    )
    first = await aggregates.first_active(call.db, call.org, aiming, _CREATORS_SUMMED)
    rows = await goals.active(call.db, call.org, project, [row.creator for row in first], None)
    stands = [(row.creator, standing(row, clock)) for row in rows]
    return ok(goal_sums([(creator, one.status) for creator, one in stands if one is not None]))


ROUTES = (
    Route(
        method="GET",
        path="/projects/{projectId}/goal-compliance",
        name="getGoalCompliance",
        summary="How the goals of active creators stand, worst first",
        scope="read",
        tag="Goals",
        handler=project_compliance,
        params=ProjectCompliance,
        answer=list[CreatorCompliance],
        example=[examples.CREATOR_COMPLIANCE],
    ),
    Route(
        method="GET",
        path="/analytics/aggregate/goal-compliance",
        name="getAggregateGoalCompliance",
        summary="Statuses of the goals of a project, counted",
        scope="read",
        tag="Analytics",
        handler=aggregate_compliance,
        params=AggregateCompliance,
        answer=GoalSums,
        errors=("not_found",),
        example=GoalSums(on_track=7, at_risk=3, missed=2, total_goals=12, creators_with_goals=9),
    ),
)
