"""Setting, changing and removing goals."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from trackagoat.events import clock
from trackagoat.events.catalogue.goals import DeleteGoal, Metric, Period, SetGoal, UpdateGoal
from trackagoat.events.catalogue.words import CreatorId, GoalId, NotFound, ProjectId
from trackagoat.events.decider import Outcome, Refusal
from trackagoat.gateway import tenancy
from trackagoat.gateway.edge.answers import Answer, BulkMeta, Deleted
from trackagoat.gateway.edge.bulk import BulkItem, BulkResults, bulk, failed
from trackagoat.gateway.edge.call import Call, created, deleted, ok
from trackagoat.gateway.edge.faults import ApiError, invalid_body, refused
from trackagoat.gateway.reads import ingest
from trackagoat.gateway.registry import Nothing, Route
from trackagoat.gateway.resources import days
from trackagoat.gateway.resources.fields import Body, given, something
from trackagoat.gateway.resources.goals import GoalDetail
from trackagoat.gateway.routes import examples
from trackagoat.gateway.routes.goals.lists import detail

_MOST = 10**12
_FIELDS = {"invalid_target": "target_value", "invalid_dates": "start_date", "start_is_past": "start_date"}
"""Refusals of a value, by the field that has it unless they name one."""

_RANGE = Meta(gt=0, le=_MOST)

TargetValue = Annotated[int, _RANGE] | Annotated[float, _RANGE]
"""More than 0; the range of its metric is goals' business."""


class NewGoal(Body, frozen=True, kw_only=True):
    """A target to set for a creator."""

    creator_id: UUID
    metric: Metric
    period: Period
    target_value: TargetValue
    start_date: date | UnsetType = UNSET
    end_date: date | None = None


class NewGoals(Body, frozen=True, kw_only=True):
    """Up to 50 targets to set."""

    goals: Annotated[list[NewGoal], Meta(min_length=1, max_length=50)]


class GoalPatch(Body, frozen=True, kw_only=True):
    """What to change of a goal; its start only before its first period has closed."""

    target_value: TargetValue | UnsetType = UNSET
    start_date: date | UnsetType = UNSET
    end_date: date | UnsetType | None = UNSET
    is_active: bool | UnsetType = UNSET

    def __post_init__(self) -> None:
        """A PATCH without any field is a fault."""
        something(self)


async def set_goals(call: Call[Nothing, NewGoal | NewGoals]) -> Answer[Any]:
    project = await tenancy.project(call, call.ids["projectId"])
    today = days.today(call.now, (await tenancy.org(call)).timezone)
    several = isinstance(call.body, NewGoals)
    new = call.body.goals if isinstance(call.body, NewGoals) else [call.body]
    rows = await ingest.creators_by_id(call.db, call.org, [one.creator_id for one in new])
    here = {row.creator for row in rows if row.project == project.project}
    commands = [_set(one, ProjectId(project.project), today) for one in new if one.creator_id in here]
    answers = iter(await call.ask(commands))
    absent = Outcome(refused=Refusal.of(NotFound()))
    outcomes = [next(answers) if one.creator_id in here else absent for one in new]
    if several:
        return bulk([_item(i, outcome) for i, outcome in enumerate(outcomes)])
    if outcomes[0].refused is not None:
        raise _refused(outcomes[0].refused)
    return created(await detail(call, UUID(outcomes[0].events[0]["goal"])))


def _set(new: NewGoal, project: ProjectId, today: date) -> SetGoal:
    return SetGoal(
        goal=GoalId(clock.new_id()),
        creator=CreatorId(new.creator_id),
        project=project,
        metric=new.metric,
        period=new.period,
        target_value=Decimal(str(new.target_value)),
        start_date=given(new.start_date, today),
        end_date=new.end_date,
    )


def _item(index: int, outcome: Outcome) -> BulkItem:
    if outcome.refused is not None:
        code = "invalid_body" if outcome.refused.code in _FIELDS else outcome.refused.code
        return failed(index, msgspec.structs.replace(outcome.refused, code=code))
    return BulkItem(index=index, status="created", id=UUID(outcome.events[0]["goal"]))


def _refused(refusal: Refusal) -> ApiError:
    """Values out of their range are faults of the body."""
    if refusal.code not in _FIELDS:
        return refused(refusal)
    return invalid_body(refusal.details.get("field", _FIELDS[refusal.code]), refusal.message.rstrip("."))


async def update_goal(call: Call[Nothing, GoalPatch]) -> Answer[GoalDetail]:
    row = await tenancy.goal(call, call.ids["goalId"])
    if call.conditional:
        call.unchanged(await detail(call, row.goal))
    patch = call.body
    command = UpdateGoal(
        goal=GoalId(row.goal),
        creator=CreatorId(row.creator),
        target_value=None if patch.target_value is UNSET else Decimal(str(patch.target_value)),
        start_date=given(patch.start_date),
        end_date=given(patch.end_date),
        set_end_date=patch.end_date is not UNSET,
        is_active=given(patch.is_active),
    )
    (outcome,) = await call.ask([command])
    if outcome.refused is not None:
        raise _refused(outcome.refused)
    return ok(await detail(call, row.goal))


async def delete_goal(call: Call[Nothing, None]) -> Answer[Deleted]:
    row = await tenancy.goal(call, call.ids["goalId"])
    if call.conditional:
        call.unchanged(await detail(call, row.goal))
    await call.tell(DeleteGoal(goal=GoalId(row.goal), creator=CreatorId(row.creator)))
    return deleted(row.goal)


ROUTES = (
    Route(
        method="POST",
        path="/projects/{projectId}/goals",
        name="setGoals",
        summary="Set a target for a creator, or up to 50 of them",
        scope="write",
        tag="Goals",
        handler=set_goals,
        body=NewGoal,
        bulk=NewGoals,
        bulk_answer=BulkResults,
        body_example={
            "creator_id": str(examples.id_of(3)),
            "metric": "posts",
            "period": "weekly",
            "target_value": 15,
        },
        answer=GoalDetail,
        meta=BulkMeta,
        example=examples.GOAL,
        statuses=(201, 200),
        errors=("goal_overlap", "creator_inactive"),
    ),
    Route(
        method="PATCH",
        path="/goals/{goalId}",
        name="updateGoal",
        summary="Change a goal; a new target applies to the running and later periods",
        scope="write",
        tag="Goals",
        handler=update_goal,
        body=GoalPatch,
        body_example={"target_value": 20, "end_date": None},
        answer=GoalDetail,
        example=examples.GOAL,
        errors=("goal_overlap", "creator_inactive"),
    ),
    Route(
        method="DELETE",
        path="/goals/{goalId}",
        name="deleteGoal",
        summary="Take a goal away; it leaves every compliance view",
        scope="write",
        tag="Goals",
        handler=delete_goal,
        answer=Deleted,
        example=Deleted(str(examples.id_of(7))),
    ),
)
