"""Reading goals and what their periods came to."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from trackagoat.events.catalogue.goals import Metric, Period, Status
from trackagoat.gateway import tenancy
from trackagoat.gateway.edge.answers import Answer, PageMeta
from trackagoat.gateway.edge.call import Call, ok
from trackagoat.gateway.reads import goals
from trackagoat.gateway.registry import Nothing, Route
from trackagoat.gateway.resources.badges import CreatorGoal
from trackagoat.gateway.resources.fields import Page
from trackagoat.gateway.resources.goals import Clock, GoalDetail, Result, clock, goal_detail, result, standing
from trackagoat.gateway.resources.members import creator_goal
from trackagoat.gateway.routes import examples


class ListGoals(Page, frozen=True, kw_only=True):
    """Goals; `status` is that of the period shown."""

    project_id: UUID | None = None
    creator_id: UUID | None = None
    metric: Metric | None = None
    period: Period | None = None
    status: Status | None = None
    is_active: bool | None = None


class ListResults(Page, frozen=True, kw_only=True, rename={"from_": "from"}):
    """Closed periods that touch these days; all unless named."""

    from_: date | None = None
    to: date | None = None


async def list_goals(call: Call[ListGoals, None]) -> Answer[list[GoalDetail]]:
    asked = call.params
    _, moment = await asyncio.gather(tenancy.filters(call), clock_of(call))
    at, after = call.after(tuple[datetime, UUID]) or (None, None)
    rows = await goals.goals(
        call.db,
        call.org,
        asked.project_id,
        asked.creator_id,
        asked.metric,
        asked.period,
        asked.status,
        asked.is_active,
        at,
        after,
        asked.limit + 1,
    )
    page, meta = call.page(rows, lambda row: (row.created_at, row.goal))
    return ok([goal_detail(row, moment) for row in page], meta)


async def get_goal(call: Call[Nothing, None]) -> Answer[GoalDetail]:
    return ok(await detail(call, call.ids["goalId"]))


async def detail(call: Call[Any, Any], id: UUID) -> GoalDetail:
    """A goal as it stands now."""
    row, moment = await asyncio.gather(tenancy.goal(call, id), clock_of(call))
    return goal_detail(row, moment)


async def clock_of(call: Call[Any, Any]) -> Clock:
    """This moment, where the organization is."""
    return clock(call.now, (await tenancy.org(call)).timezone)


async def badges(call: Call[Any, Any], creators: Sequence[UUID]) -> defaultdict[UUID, list[CreatorGoal]]:
    """The active goals of these creators and how they stand, in short; an empty list for who has none."""
    rows, moment = await asyncio.gather(goals.active_of(call.db, call.org, creators), clock_of(call))
    found: defaultdict[UUID, list[CreatorGoal]] = defaultdict(list)
    for row in rows:
        stands = standing(row, moment)
        if stands is not None:
            found[row.creator].append(creator_goal(row, stands))
    return found


async def list_results(call: Call[ListResults, None]) -> Answer[list[Result]]:
    row, (start, end) = await asyncio.gather(
        tenancy.goal(call, call.ids["goalId"]), tenancy.between(call, call.params.from_, call.params.to)
    )
    (after,) = call.after(tuple[datetime]) or (None,)
    rows = await goals.results(call.db, call.org, row.goal, start, end, after, call.params.limit + 1)
    page, meta = call.page(rows, lambda one: (one.period_start,))
    return ok([result(one) for one in page], meta)


ROUTES = (
    Route(
        method="GET",
        path="/goals",
        name="listGoals",
        summary="Goals and how they stand, newest first",
        scope="read",
        tag="Goals",
        handler=list_goals,
        params=ListGoals,
        answer=list[GoalDetail],
        meta=PageMeta,
        errors=("not_found",),
        example=[examples.GOAL],
    ),
    Route(
        method="GET",
        path="/goals/{goalId}",
        name="getGoal",
        summary="One goal and how it stands",
        scope="read",
        tag="Goals",
        handler=get_goal,
        answer=GoalDetail,
        example=examples.GOAL,
    ),
    Route(
        method="GET",
        path="/goals/{goalId}/results",
        name="listGoalResults",
        summary="Closed periods of a goal, newest first",
        scope="read",
        tag="Goals",
        handler=list_results,
        params=ListResults,
        answer=list[Result],
        meta=PageMeta,
        example=[examples.RESULT],
    ),
)
