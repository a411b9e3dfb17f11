"""Goals of one creator: what may be set, changed and taken away, decided in the stream `creator-<creator>`."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import msgspec
from immutables import Map

from trackagoat.events.catalogue.goals import (
    Commands,
    CreatorInactive,
    DeleteGoal,
    EndGoals,
    GoalCreated,
    GoalDeleted,
    GoalOverlap,
    GoalUpdated,
    InvalidDates,
    InvalidTarget,
    Metric,
    Period,
    SetGoal,
    StartIsPast,
    UpdateGoal,
)
from trackagoat.events.catalogue.words import GoalId, NotFound, ProjectId

Events = GoalCreated | GoalUpdated | GoalDeleted

EARLIEST, LATEST = date(2016, 1, 1), date(2100, 1, 1)
"""Days a goal may start on: no post is older, and no calendar ends."""
RANGES: dict[Metric, tuple[Decimal, Decimal, Decimal]] = {
    "posts": (Decimal(1), Decimal(1000), Decimal(1)),
    "views": (Decimal(1), Decimal(10**12), Decimal(1)),
    "engagement": (Decimal("0.01"), Decimal(100), Decimal("0.01")),
    "followers": (Decimal(1), Decimal(10**9), Decimal(1)),
}
"""Least and greatest target of a metric, and the step between targets."""


class Goal(msgspec.Struct, frozen=True):
    """What decisions look at."""

    project: ProjectId
    metric: Metric
    period: Period
    target_value: Decimal
    start_date: date
    end_date: date | None
    is_active: bool = True

    def overlaps(self, other: Goal) -> bool:
        """Whether both ask for the same kind of thing on the same day."""
        same = (self.metric, self.period) == (other.metric, other.period)
        return (
            same and self.start_date <= (other.end_date or date.max) and other.start_date <= (self.end_date or date.max)
        )


State = Map[GoalId, Goal]
INITIAL: State = Map()


def stream(command: Commands) -> str:
    """Where a command is decided: all goals of a creator in one place, because they may not overlap."""
    return f"creator-{command.creator}"


def decide(command: Commands, goals: State) -> list[Events]:
    """What the command makes happen."""
    match command:
        case SetGoal():
            return _set(command, goals)
        case UpdateGoal(goal=goal, creator=creator):
            if goal not in goals:
                raise NotFound
            after = _changed(command, goals[goal])
            return [] if after == goals[goal] else [_updated(command, goal, _accepted(goal, after, goals))]
        case DeleteGoal(goal=goal, creator=creator):
            if goal not in goals:
                raise NotFound
            return [GoalDeleted(goal=goal, creator=creator, project=goals[goal].project)]
        case EndGoals():
            ended = {k: msgspec.structs.replace(g, is_active=False) for k, g in goals.items() if g.is_active}
            return [_updated(command, goal, ended[goal]) for goal in sorted(ended)]


def evolve(goals: State, event: Events) -> State:
    """The goals after it."""
    match event:
        case GoalCreated(goal=id, project=project, metric=metric, period=period):
            target, start, end = event.target_value, event.start_date, event.end_date
            return goals.set(id, Goal(project, metric, period, target, start, end))
        case GoalUpdated(goal=id, project=project, metric=metric, period=period):
            target, start, end = event.target_value, event.start_date, event.end_date
            return goals.set(id, Goal(project, metric, period, target, start, end, event.is_active))
        case GoalDeleted(goal=id):
            return goals.delete(id) if id in goals else goals


def _set(command: SetGoal, goals: State) -> list[Events]:
    if command.creator_removed:
        raise CreatorInactive
    target = _target(command.metric, command.target_value)
    wanted = Goal(command.project, command.metric, command.period, target, command.start_date, command.end_date)
    if goals.get(command.goal) == wanted:
        return []
    _accepted(command.goal, wanted, goals)
    if command.goal in goals:
        raise GoalOverlap(goalId=str(command.goal))
    created = GoalCreated(
        goal=command.goal,
        creator=command.creator,
        project=command.project,
        metric=command.metric,
        period=command.period,
        target_value=target,
        start_date=command.start_date,
        end_date=command.end_date,
        timezone=command.timezone,
    )
    return [created]


def _changed(command: UpdateGoal, goal: Goal) -> Goal:
    """The goal with what the command names."""
    if command.is_active and not goal.is_active and command.creator_removed:
        raise CreatorInactive
    if command.first_period_over and command.start_date not in {None, goal.start_date}:
        raise StartIsPast
    return msgspec.structs.replace(
        goal,
        start_date=command.start_date or goal.start_date,
        target_value=goal.target_value if command.target_value is None else _target(goal.metric, command.target_value),
        end_date=command.end_date if command.set_end_date or command.end_date is not None else goal.end_date,
        is_active=goal.is_active if command.is_active is None else command.is_active,
    )


def _accepted(id: GoalId, wanted: Goal, goals: State) -> Goal:
    """The goal, if its dates make sense and no other active goal wants the same thing on some of its days."""
    if not EARLIEST <= wanted.start_date <= LATEST:
        raise InvalidDates
    if (wanted.end_date or date.max) < wanted.start_date:
        message = "A goal ends on the day it starts or later."
        raise InvalidDates(message, field="end_date")
    if wanted.is_active:
        for other, goal in sorted(goals.items()):
            if other != id and goal.is_active and goal.overlaps(wanted):
                raise GoalOverlap(goalId=str(other))
    return wanted


def _target(metric: Metric, value: Decimal) -> Decimal:
    """The target in the metric's own form."""
    least, greatest, step = RANGES[metric]
    if not value.is_finite() or not least <= value <= greatest or value % step:
        message = f"A {metric} target is between {least} and {greatest} in steps of {step}."
        raise InvalidTarget(message, least=str(least), greatest=str(greatest), step=str(step))
    return value.quantize(step)


def _updated(command: UpdateGoal | EndGoals, id: GoalId, goal: Goal) -> GoalUpdated:
    return GoalUpdated(
        goal=id,
        creator=command.creator,
        project=goal.project,
        metric=goal.metric,
        period=goal.period,
        target_value=goal.target_value,
        start_date=goal.start_date,
        end_date=goal.end_date,
        is_active=goal.is_active,
    )
