"""How periods close on a real PostgreSQL: at their instant, by what was said in time, whoever comes late."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from trackagoat.events.catalogue.goals import (
    GoalAdvisoryRaised,
    GoalPeriodClosed,
    GoalPeriodFinalized,
    GoalStatusChanged,
    UpdateGoal,
)
from trackagoat.events.catalogue.ingest import (
    CreatorRemoved,
    VideoRemoved,
)
from trackagoat.events.catalogue.workspace import OrgUpdated
from trackagoat.events.clock import new_id

END = datetime.fromisoformat("2026-03-29T22:00Z")
SECOND = timedelta(seconds=1)
SETTLED = timedelta(seconds=5)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(("late_by", "status"), [(-SECOND, "completed"), (timedelta(0), "missed")])
async def test_late_facts_count_for_48_hours_to_the_second(stage: Any, late_by: timedelta, status: str) -> None:
    await stage.begin(target_value=Decimal(1))
    await stage.work(END + SETTLED)
    await stage.hear(END + timedelta(hours=48) + late_by, stage.discovered(1, "2026-03-25T10:00Z"))
    await stage.work(END + timedelta(hours=48) + SETTLED)
    [final] = await stage.said(GoalPeriodFinalized)
    assert final.status == status
    assert [r["is_final"] for r in await stage.results()] == [True]


async def test_a_post_removed_within_48_hours_turns_a_completed_week_missed(stage: Any) -> None:
    await stage.begin(target_value=Decimal(2))
    await stage.posted("2026-03-25T10:00Z", 1, 2)
    await stage.work(END + SETTLED)
    removed = VideoRemoved(video=stage.video(2), project=stage.project, creator_id=stage.creator)
    await stage.hear(END + timedelta(hours=1), removed)
    await stage.work(END + timedelta(hours=1))
    [closed], changed = await stage.said(GoalPeriodClosed), (await stage.said(GoalStatusChanged))[-1]
    assert closed.status == "completed"
    assert (changed.from_, changed.to, changed.percentage, changed.share) == ("completed", "missed", 50, 1)
    assert [(r["status"], r["actual"]) for r in await stage.results()] == [("missed", 1)]


async def test_a_provisional_result_shows_its_latest_figures_though_its_status_stays(stage: Any) -> None:
    await stage.begin()
    await stage.posted("2026-03-25T10:00Z", 1, 2)
    await stage.work(END + SETTLED)
    await stage.hear(END + timedelta(hours=1), stage.discovered(3, "2026-03-26T10:00Z"))
    await stage.work(END + timedelta(hours=1))
    assert [(r["actual"], r["percentage"], r["status"]) for r in await stage.results()] == [(3, 20, "missed")]
    row = await stage.compliance()
    assert (row["previous_actual"], row["previous_percentage"]) == (3, 20)


async def test_late_snapshots_of_views_enter_the_week_they_were_fetched_in(stage: Any) -> None:
    await stage.begin(metric="views", target_value=Decimal(1000))
    await stage.hear(
        "2026-03-24T10:00Z", stage.discovered(1, "2026-03-24T09:00Z"), stage.read("2026-03-24T10:00Z", v1=400)
    )
    await stage.hear("2026-03-30T10:00Z", stage.read("2026-03-30T10:00Z", v1=1500))
    await stage.work("2026-03-30T10:00Z")
    assert [(r["status"], r["actual"]) for r in await stage.results()] == [("missed", 400)]
    await stage.hear("2026-03-30T11:00Z", stage.read("2026-03-29T20:00Z", v1=1000))
    await stage.work("2026-03-30T11:00Z")
    assert [(r["status"], r["actual"]) for r in await stage.results()] == [("completed", 1000)]
    assert (await stage.compliance())["actual"] == 500


async def test_a_changed_target_applies_to_the_running_week_and_not_to_closed_ones(stage: Any) -> None:
    await stage.begin(target_value=Decimal(2))
    await stage.posted("2026-03-25T10:00Z", 1)
    # the change comes after the end, before anybody looked
    change = UpdateGoal(goal=stage.goal, creator=stage.creator, target_value=Decimal(1))
    await stage.ask(END + SECOND, change)
    await stage.work(END + SETTLED)
    assert [(r["target"], r["status"]) for r in await stage.results()] == [(2, "missed")]
    assert (await stage.compliance())["target"] == 1
    await stage.work(END + timedelta(hours=49))
    assert [(r["target"], r["status"], r["is_final"]) for r in await stage.results()] == [(2, "missed", True)]


async def test_a_goal_switched_off_after_the_end_still_gets_that_result(stage: Any) -> None:
    await stage.begin()
    await stage.ask(END + SECOND, UpdateGoal(goal=stage.goal, creator=stage.creator, is_active=False))
    await stage.work(END + SETTLED)
    await stage.work(END + timedelta(days=20))
    assert [(r["period_end"], r["is_final"]) for r in await stage.results()] == [(END, True)]


async def test_a_removal_heard_after_the_end_of_the_week_still_closes_it_without_a_result(stage: Any) -> None:
    await stage.begin()
    await stage.hear(
        "2026-03-29T21:59Z", CreatorRemoved(creator=stage.creator, project=stage.project, tiktok_handle="ana")
    )
    await stage.work(END + SETTLED)
    assert await stage.said(GoalPeriodClosed) == []


async def test_looking_at_the_goals_of_a_creator_that_stays_removed_comes_to_an_end(stage: Any) -> None:
    await stage.begin()
    removed = CreatorRemoved(creator=stage.creator, project=stage.project, tiktok_handle="ana")
    await stage.hear("2026-03-25T10:00Z", removed)
    await stage.work(at("2026-03-25T10:01Z"))
    assert await stage.due_at() is None


async def test_a_goal_set_for_weeks_gone_by_is_measured_over_them(stage: Any) -> None:
    await stage.open("2026-03-01T08:00Z")
    await stage.posted("2026-03-10T10:00Z", 1, 2)
    now = at("2026-03-30T10:00Z")
    await stage.set_goal(now.isoformat(), target_value=Decimal(2), start_date=date(2026, 3, 2))
    await stage.work(now)
    assert [(r["status"], r["is_final"]) for r in await stage.results()] == [
        ("missed", False),
        ("completed", False),
        ("missed", False),
        ("missed", False),
    ]
    assert [e.is_final for e in await stage.said(GoalPeriodClosed)] == [True, True, True, False]
    await stage.work(now + timedelta(seconds=65))
    assert [r["is_final"] for r in await stage.results()] == [True, True, True, False]
    assert [e.period_end for e in await stage.said(GoalAdvisoryRaised)] == [END]
    row = await stage.compliance()
    assert (row["period_start"], row["previous_status"], row["previous_is_final"]) == (END, "missed", False)


async def test_a_goal_set_for_years_gone_by_is_settled_in_parts(stage: Any) -> None:
    await stage.open("2026-03-01T08:00Z")
    await stage.set_goal("2026-03-30T10:00Z", period="daily", start_date=date(2025, 3, 30), target_value=Decimal(1))
    await stage.work("2026-03-30T10:00Z")
    assert len(await stage.results()) == 365
    await stage.work("2026-03-30T10:01:05Z")
    assert sum(not r["is_final"] for r in await stage.results()) == 2
    assert len(await stage.said(GoalPeriodFinalized)) == 363


async def test_another_clock_moves_the_running_week_and_leaves_closed_ones(stage: Any) -> None:
    await stage.begin()
    await stage.work(END + SETTLED)
    await stage.hear("2026-04-01T10:00Z", OrgUpdated(org=stage.org, timezone="America/New_York"))
    await stage.work("2026-04-01T10:00Z")
    row = await stage.compliance()
    assert (row["period_start"], row["period_end"]) == (at("2026-03-30T04:00Z"), at("2026-04-06T04:00Z"))
    await stage.work("2026-04-06T04:00:05Z")
    assert [r["period_end"] for r in await stage.results()] == [END, at("2026-04-06T04:00Z")]


async def test_a_start_moved_back_measures_the_weeks_gone_by(stage: Any) -> None:
    await stage.open("2026-03-01T08:00Z")
    await stage.posted("2026-03-10T10:00Z", 1, 2)
    await stage.set_goal("2026-03-24T08:00Z", target_value=Decimal(2), start_date=date(2026, 4, 6))
    await stage.work("2026-03-24T08:00Z")
    moved = UpdateGoal(goal=stage.goal, creator=stage.creator, start_date=date(2026, 3, 10))
    assert (await stage.ask("2026-03-25T10:00Z", moved)).refused is None
    await stage.work("2026-03-25T10:02Z")
    assert [(r["first_day"].day, r["status"], r["is_final"]) for r in await stage.results()] == [
        (9, "completed", True),
        (16, "missed", True),
    ]
    assert (await stage.compliance())["period_end"] == END
    again = UpdateGoal(goal=stage.goal, creator=stage.creator, start_date=date(2026, 3, 24))
    refusal = (await stage.ask("2026-03-25T11:00Z", again)).refused
    assert refusal is not None
    assert refusal.code == "start_is_past"


async def test_a_week_ends_by_the_clock_of_its_end_though_nobody_looked_before_the_clock_was_changed(
    stage: Any,
) -> None:
    """The outage lasts over the end of the week and over the change of timezone after it."""
    await stage.begin()
    await stage.hear("2026-03-29T22:30Z", OrgUpdated(org=stage.org, timezone="America/New_York"))
    await stage.work("2026-04-06T05:00Z")
    assert [(r["period_start"], r["period_end"]) for r in await stage.results()] == [
        (at("2026-03-22T23:00Z"), END),
        (at("2026-03-30T04:00Z"), at("2026-04-06T04:00Z")),
    ]


async def test_a_clock_that_moves_the_end_into_the_past_closes_the_week_at_once(stage: Any) -> None:
    await stage.begin(target_value=Decimal(2))
    await stage.hear(
        "2026-03-29T17:00Z", stage.discovered(1, "2026-03-29T14:00Z"), stage.discovered(2, "2026-03-29T15:30Z")
    )
    await stage.hear("2026-03-29T18:00Z", OrgUpdated(org=stage.org, timezone="Asia/Tokyo"))
    await stage.work("2026-03-29T18:00:05Z")
    assert [(r["period_end"], r["actual"], r["status"]) for r in await stage.results()] == [
        (at("2026-03-29T15:00Z"), 1, "missed")
    ]
    row = await stage.compliance()
    assert (row["period_start"], row["actual"]) == (at("2026-03-29T15:00Z"), 1)


async def test_a_week_is_not_closed_before_what_was_said_in_it_is_heard(
    stage: Any, schema: Callable[[str], Awaitable[Any]]
) -> None:
    """Ingest said something on Sunday that has not arrived; the feed knows of it."""
    await stage.begin(target_value=Decimal(1))
    ingest = await schema("ingest")
    fact = stage.discovered(1, "2026-03-29T20:00Z")
    await ingest.execute(
        """INSERT INTO events (id, org, stream, tag, at, actor, data)
           VALUES ($1, $2, 'creator-x', $3, $4, '{"type": "system"}', $5)""",
        new_id(),
        stage.org,
        fact.tag(),
        at("2026-03-29T21:00Z"),
        msgspec.json.encode(fact).decode(),
    )
    await ingest.execute("INSERT INTO feed (seq, pos) SELECT 1, pos FROM events")
    await stage.work(END + timedelta(hours=60))
    assert await stage.said(GoalPeriodClosed) == []
    upcoming = await stage.due_at()
    assert upcoming is not None
    assert upcoming <= END + timedelta(hours=60, seconds=1)
    await stage.hear("2026-03-29T21:00Z", fact)
    await stage.pool.execute("INSERT INTO checkpoints VALUES ('figures', 'ingest', 0, 1)")
    await stage.work(END + timedelta(hours=61))
    assert [e.status for e in await stage.said(GoalPeriodClosed)] == ["completed"]
    assert [e.status for e in await stage.said(GoalPeriodFinalized)] == ["completed"]
