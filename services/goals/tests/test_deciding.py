"""What may be set, changed and taken away."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
import pytest

from trackagoat.events.catalogue.goals import (
    CreatorInactive,
    DeleteGoal,
    EndGoals,
    GoalCreated,
    GoalDeleted,
    GoalOverlap,
    GoalUpdated,
    InvalidDates,
    InvalidTarget,
    SetGoal,
    StartIsPast,
    UpdateGoal,
)
from trackagoat.events.catalogue.words import CreatorId, GoalId, NotFound, ProjectId
from trackagoat.events.testing.given import Given
from trackagoat.goals.handlers import goals

CREATOR, PROJECT = CreatorId(UUID(int=1)), ProjectId(UUID(int=2))
ONE, TWO, THREE = (GoalId(UUID(int=n)) for n in (11, 12, 13))


def day(text: str) -> date:
    return date.fromisoformat(text)


def set_goal(goal: GoalId = ONE, **more: Any) -> SetGoal:
    asked: dict[str, Any] = {
        "metric": "posts",
        "period": "weekly",
        "target_value": Decimal(15),
        "start_date": day("2026-03-02"),
    }
    return SetGoal(goal=goal, creator=CREATOR, project=PROJECT, **(asked | more))


def created(goal: GoalId = ONE, **more: Any) -> GoalCreated:
    asked: dict[str, Any] = {
        "metric": "posts",
        "period": "weekly",
        "target_value": Decimal(15),
        "start_date": day("2026-03-02"),
    }
    return GoalCreated(goal=goal, creator=CREATOR, project=PROJECT, **(asked | more))


def updated(was: GoalCreated, **more: Any) -> GoalUpdated:
    fields = {f: getattr(was, f) for f in was.__struct_fields__ if f != "timezone"}
    return GoalUpdated(**(fields | more))


def update(goal: GoalId = ONE, **more: Any) -> UpdateGoal:
    return UpdateGoal(goal=goal, creator=CREATOR, **more)


def given(*past: Any) -> Given:
    return Given(goals, *past)


def test_a_goal_is_set() -> None:
    given().when(set_goal()).then(created())


def test_a_goal_keeps_the_zone_it_was_set_in() -> None:
    given().when(set_goal(timezone="Europe/Berlin")).then(created(timezone="Europe/Berlin"))


def test_a_goal_may_end() -> None:
    given().when(set_goal(end_date=day("2026-03-02"))).then(created(end_date=day("2026-03-02")))


def test_a_goal_is_not_set_for_a_removed_creator() -> None:
    given().when(set_goal(creator_removed=True)).refused(CreatorInactive)


@pytest.mark.parametrize(
    "dates",
    [
        {"start_date": day("2026-03-02"), "end_date": day("2026-03-01")},
        {"start_date": day("2015-12-31")},
        {"start_date": day("2100-01-02")},
        {"start_date": date.max},
    ],
)
def test_dates_that_make_no_sense_are_refused(dates: dict[str, Any]) -> None:
    given().when(set_goal(**dates)).refused(InvalidDates)


@pytest.mark.parametrize(
    ("metric", "target"),
    [
        ("posts", "1"),
        ("posts", "1000"),
        ("posts", "15.00"),
        ("views", "1"),
        ("views", "1000000000000"),
        ("engagement", "0.01"),
        ("engagement", "100"),
        ("engagement", "4.25"),
        ("followers", "1"),
        ("followers", "1000000000"),
    ],
)
def test_targets_within_the_range_of_their_metric_are_taken(metric: Any, target: str) -> None:
    wanted = {"metric": metric, "target_value": Decimal(target)}
    given().when(set_goal(**wanted)).then(created(**wanted))


@pytest.mark.parametrize(
    ("metric", "target"),
    [
        ("posts", "0"),
        ("posts", "1001"),
        ("posts", "1.5"),
        ("posts", "-1"),
        ("posts", "NaN"),
        ("posts", "Infinity"),
        ("views", "0"),
        ("views", "1000000000001"),
        ("views", "0.5"),
        ("engagement", "0"),
        ("engagement", "0.009"),
        ("engagement", "100.01"),
        ("engagement", "4.255"),
        ("followers", "0"),
        ("followers", "1000000001"),
        ("followers", "2.1"),
    ],
)
def test_targets_outside_the_range_of_their_metric_are_refused(metric: Any, target: str) -> None:
    given().when(set_goal(metric=metric, target_value=Decimal(target))).refused(InvalidTarget)


def test_two_goals_of_a_kind_may_not_overlap() -> None:
    given(created(end_date=day("2026-03-31"))).when(set_goal(TWO, start_date=day("2026-03-31"))).refused(
        GoalOverlap, goalId=str(ONE)
    )


def test_a_goal_without_an_end_overlaps_everything_after_its_start() -> None:
    given(created()).when(set_goal(TWO, start_date=day("2030-01-01"))).refused(GoalOverlap, goalId=str(ONE))


def test_a_goal_may_begin_the_day_after_another_ends() -> None:
    wanted = {"start_date": day("2026-04-01")}
    given(created(end_date=day("2026-03-31"))).when(set_goal(TWO, **wanted)).then(created(TWO, **wanted))


@pytest.mark.parametrize("other", [{"metric": "views"}, {"period": "daily"}])
def test_goals_of_different_kinds_may_overlap(other: dict[str, Any]) -> None:
    given(created()).when(set_goal(TWO, **other)).then(created(TWO, **other))


def test_a_goal_that_is_off_is_in_nobodys_way() -> None:
    given(created(), updated(created(), is_active=False)).when(set_goal(TWO)).then(created(TWO))


def test_an_id_is_used_for_one_goal_only() -> None:
    given(created()).when(set_goal(metric="views")).refused(GoalOverlap, goalId=str(ONE))


def test_a_target_is_changed() -> None:
    given(created()).when(update(target_value=Decimal(20))).then(updated(created(), target_value=Decimal(20)))


def test_a_target_is_changed_within_its_range_only() -> None:
    given(created()).when(update(target_value=Decimal(1001))).refused(InvalidTarget)


def test_a_change_to_what_is_already_so_makes_nothing_happen() -> None:
    given(created()).when(update(target_value=Decimal("15.0"), is_active=True)).then()


def test_an_end_is_set_and_taken_away_again() -> None:
    ended = updated(created(), end_date=day("2026-03-31"))
    given(created()).when(update(end_date=day("2026-03-31"))).then(ended)
    given(created(), ended).when(update(set_end_date=True)).then(updated(created()))


def test_a_goal_does_not_end_before_it_starts() -> None:
    given(created()).when(update(end_date=day("2026-03-01"))).refused(InvalidDates)


def test_a_start_is_moved_until_the_first_period_is_over() -> None:
    moved: dict[str, Any] = {"start_date": day("2026-02-02")}
    given(created()).when(update(**moved)).then(updated(created(), **moved))
    given(created()).when(update(**moved, first_period_over=True)).refused(StartIsPast)
    same = update(start_date=day("2026-03-02"), target_value=Decimal(20), first_period_over=True)
    given(created()).when(same).then(updated(created(), target_value=Decimal(20)))


def test_a_start_may_not_be_moved_into_another_goal_or_past_the_end() -> None:
    past = [created(end_date=day("2026-03-31")), created(TWO, start_date=day("2026-04-01"))]
    given(*past).when(update(TWO, start_date=day("2026-03-31"))).refused(GoalOverlap, goalId=str(ONE))
    given(*past).when(update(start_date=day("2026-04-01"))).refused(InvalidDates, field="end_date")


def test_a_later_end_may_not_reach_into_another_goal() -> None:
    past = [created(end_date=day("2026-03-31")), created(TWO, start_date=day("2026-04-01"))]
    given(*past).when(update(end_date=day("2026-04-01"))).refused(GoalOverlap, goalId=str(TWO))


def test_a_goal_is_switched_off_and_on_again() -> None:
    off = updated(created(), is_active=False)
    given(created()).when(update(is_active=False)).then(off)
    given(created(), off).when(update(is_active=True)).then(updated(created()))


def test_a_goal_is_not_switched_on_over_another() -> None:
    past = [created(), updated(created(), is_active=False), created(TWO)]
    given(*past).when(update(is_active=True)).refused(GoalOverlap, goalId=str(TWO))


def test_a_goal_of_a_removed_creator_stays_off() -> None:
    past = [created(), updated(created(), is_active=False)]
    given(*past).when(update(is_active=True, creator_removed=True)).refused(CreatorInactive)


@pytest.mark.parametrize("command", [update(TWO, is_active=False), DeleteGoal(goal=TWO, creator=CREATOR)])
def test_an_unknown_goal_is_not_found(command: UpdateGoal | DeleteGoal) -> None:
    given(created()).when(command).refused(NotFound)


def test_a_goal_is_taken_away_and_leaves_room() -> None:
    gone = GoalDeleted(goal=ONE, creator=CREATOR, project=PROJECT)
    given(created()).when(DeleteGoal(goal=ONE, creator=CREATOR)).then(gone)
    given(created(), gone).when(set_goal(TWO)).then(created(TWO))


def test_all_goals_of_a_creator_that_are_on_are_ended() -> None:
    other, off = created(TWO, metric="views"), created(THREE, metric="followers")
    past = [created(), other, off, updated(off, is_active=False)]
    given(*past).when(EndGoals(creator=CREATOR)).then(
        updated(created(), is_active=False), updated(other, is_active=False)
    )


def test_a_decimal_target_survives_the_journey_as_json() -> None:
    command = set_goal(metric="engagement", target_value=Decimal("4.10"))
    again = msgspec.json.decode(msgspec.json.encode(command), type=SetGoal)
    assert again == command
