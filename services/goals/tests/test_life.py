"""The life of a goal on a real PostgreSQL: set, watched, changed, ended; what is shown and said at each step."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from importlib.resources import files
from itertools import pairwise
from typing import Any
from uuid import UUID

import msgspec
import pytest

from trackagoat.events import clock
from trackagoat.events.catalogue.goals import (
    DeleteGoal,
    GoalAdvisoryCleared,
    GoalAdvisoryRaised,
    GoalPeriodClosed,
    GoalPeriodFinalized,
    GoalStatusChanged,
    GoalUpdated,
    SetGoal,
    UpdateGoal,
)
from trackagoat.events.catalogue.ingest import (
    CreatorReactivated,
    CreatorRemoved,
    StatsSnapshotted,
    VideoAdded,
    VideoReading,
    VideoRemoved,
    VideoRestored,
    VideoUpdated,
)
from trackagoat.events.catalogue.words import CreatorId, GoalId
from trackagoat.events.catalogue.workspace import ProjectDeleted

MONDAY = "2026-03-23T08:00Z"
END = datetime.fromisoformat("2026-03-29T22:00Z")
SECOND = timedelta(seconds=1)
SETTLED = timedelta(seconds=5)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


async def test_a_goal_shows_on_track_as_soon_as_it_is_answered(stage: Any) -> None:
    await stage.open("2026-03-20T08:00Z")
    outcome = await stage.set_goal(MONDAY)
    assert outcome.refused is None
    assert outcome.events[0]["type"] == "goal.created.v1"
    row = await stage.compliance()
    assert (row["status"], row["percentage"], row["target"], row["is_final"]) == ("on_track", 0, 15, False)
    assert (row["period_start"], row["period_end"]) == (at("2026-03-22T23:00Z"), END)
    [goal] = await stage.pool.fetch("SELECT * FROM goals")
    assert (goal["is_active"], goal["created_at"], goal["updated_at"]) == (True, at(MONDAY), at(MONDAY))


async def test_a_repeated_command_gets_the_first_answer(stage: Any) -> None:
    await stage.open("2026-03-20T08:00Z")
    command = SetGoal(
        goal=stage.goal, creator=stage.creator, project=stage.project, metric="posts", period="weekly",
        target_value=Decimal(15), start_date=date(2026, 3, 23),
    )  # fmt: skip
    once = UUID(int=77)
    assert await stage.ask(MONDAY, command, once) == await stage.ask(MONDAY, command, once)
    assert len(await stage.said()) == 1


async def test_a_goal_of_a_removed_creator_is_refused(stage: Any) -> None:
    await stage.open("2026-03-20T08:00Z")
    await stage.hear(MONDAY, CreatorRemoved(creator=stage.creator, project=stage.project, tiktok_handle="ana"))
    outcome = await stage.set_goal(MONDAY)
    assert outcome.refused is not None
    assert outcome.refused.code == "creator_inactive"


async def test_a_goal_is_looked_at_when_its_status_turns_by_itself(stage: Any) -> None:
    await stage.open("2026-03-16T08:00Z")
    await stage.posted("2026-03-16T09:00Z", *range(10))
    await stage.set_goal("2026-03-16T09:00Z", start_date=date(2026, 3, 16))
    # 10 of 15: on track until two thirds of the week's 168 h are over
    turn = at("2026-03-15T23:00Z") + timedelta(hours=112, microseconds=1)
    await stage.work(turn - timedelta(microseconds=1))
    assert await stage.due_at() == turn
    assert await stage.said(GoalStatusChanged) == []
    await stage.work(turn)
    [changed] = await stage.said(GoalStatusChanged)
    assert (changed.from_, changed.to, changed.pace, changed.share) == (
        "on_track",
        "behind_pace",
        Decimal("1.00"),
        Decimal("0.666666"),
    )


async def test_a_goal_that_is_watched_is_looked_at_every_few_minutes(stage: Any) -> None:
    await stage.begin()
    await stage.work("2026-03-24T10:00Z")
    upcoming = await stage.due_at()
    assert upcoming is not None
    assert upcoming - at("2026-03-24T10:00Z") <= timedelta(minutes=15)


async def test_creators_that_were_looked_at_together_come_back_apart(stage: Any) -> None:
    await stage.open("2026-03-20T08:00Z")
    command = SetGoal(
        goal=stage.goal, creator=stage.creator, project=stage.project, metric="posts", period="weekly",
        target_value=Decimal(15), start_date=date(2026, 3, 23),
    )  # fmt: skip
    for n in range(20):
        other = {"goal": GoalId(UUID(int=500 + n)), "creator": CreatorId(UUID(int=18 * n))}
        await stage.ask("2026-03-24T10:00Z", msgspec.structs.replace(command, **other))
    await stage.work("2026-03-24T10:00Z")
    rows = await stage.pool.fetch("SELECT due_at - $1 AS wait FROM due ORDER BY due_at", at("2026-03-24T10:00Z"))
    waits = [row["wait"] for row in rows]
    assert [b - a for a, b in pairwise(waits)] == [timedelta(seconds=18)] * 19
    assert timedelta(minutes=6) <= waits[0] < waits[-1] <= timedelta(minutes=12)


async def test_round_targets_are_said_as_they_are_written(stage: Any) -> None:
    await stage.begin(metric="views", target_value=Decimal(1_000_000))
    await stage.work("2026-03-24T10:00Z")
    data = await stage.pool.fetchval("SELECT data FROM events WHERE tag = 'goal.status_changed.v1'")
    assert msgspec.json.decode(data)["target"] == "1000000"


async def test_engagement_and_followers_are_watched_too(stage: Any) -> None:
    await stage.open("2026-03-20T08:00Z")
    rate, fans = GoalId(UUID(int=50)), GoalId(UUID(int=51))
    await stage.set_goal("2026-03-20T09:00Z", goal=rate, metric="engagement", target_value=Decimal(5))
    await stage.set_goal("2026-03-20T09:00Z", goal=fans, metric="followers", target_value=Decimal(1000))
    await stage.hear("2026-03-24T08:00Z", stage.discovered(1, "2026-03-24T07:00Z"))
    counters: dict[str, Any] = {"views": 12_000, "likes": 380, "comments": 60, "shares": 40}
    for fetched, followers, some in (("2026-03-24T08:00Z", 41_900, 0), ("2026-03-27T11:00Z", 42_650, 1)):
        reading = VideoReading(video=stage.video(1), **{k: v * some for k, v in counters.items()})
        scrape = msgspec.structs.replace(stage.read(fetched, followers), videos=[reading])
        await stage.hear(fetched, scrape)
    await stage.work("2026-03-27T11:00Z")
    first, second = await stage.compliance(rate), await stage.compliance(fans)
    assert (first["actual"], first["rate"], first["status"], first["percentage"]) == (
        Decimal("4.00"),
        Decimal("0.80"),
        "behind_pace",
        80,
    )
    assert (second["actual"], second["percentage"]) == (750, 75)


async def test_a_goal_switched_off_closes_its_running_week_without_a_result(stage: Any) -> None:
    await stage.begin()
    await stage.ask("2026-03-25T10:00Z", UpdateGoal(goal=stage.goal, creator=stage.creator, is_active=False))
    await stage.work("2026-04-20T10:00Z")
    assert await stage.results() == []
    assert await stage.said(GoalPeriodClosed) == []
    assert await stage.due_at() is None


async def test_a_goal_switched_on_again_goes_on_with_the_week_it_is(stage: Any) -> None:
    await stage.begin()
    await stage.ask("2026-03-25T10:00Z", UpdateGoal(goal=stage.goal, creator=stage.creator, is_active=False))
    await stage.work("2026-03-25T10:00Z")
    await stage.ask("2026-04-15T10:00Z", UpdateGoal(goal=stage.goal, creator=stage.creator, is_active=True))
    await stage.work("2026-04-15T10:00Z")
    await stage.work("2026-04-19T22:00:05Z")
    assert [e.period_end for e in await stage.said(GoalPeriodClosed)] == [at("2026-04-19T22:00Z")]


async def test_a_goal_past_its_last_day_shows_its_last_week_and_rests(stage: Any) -> None:
    await stage.begin(target_value=Decimal(1), end_date=date(2026, 4, 1))
    await stage.posted("2026-03-25T10:00Z", 1)
    for now in ("2026-03-29T22:00:05Z", "2026-04-05T22:00:05Z", "2026-04-09T00:00Z"):
        await stage.work(now)
    row = await stage.compliance()
    assert (row["status"], row["period_end"], row["is_final"], row["judged_from"]) == (
        "missed",
        at("2026-04-05T22:00Z"),
        True,
        None,
    )
    assert (row["previous_status"], row["previous_period_end"], row["previous_is_final"]) == ("completed", END, True)
    assert await stage.due_at() is None


async def test_removing_the_creator_ends_its_goals_for_good(stage: Any) -> None:
    await stage.begin()
    handle = {"creator": stage.creator, "project": stage.project, "tiktok_handle": "ana"}
    await stage.hear("2026-03-25T10:00Z", CreatorRemoved(**handle))
    await stage.work("2026-03-25T10:00Z")
    [ended] = await stage.said(GoalUpdated)
    assert not ended.is_active
    back = CreatorReactivated(**handle, tracking_mode="auto", tracking_start_date=date(2026, 1, 1))
    await stage.hear("2026-03-26T10:00Z", back)
    await stage.work("2026-04-20T10:00Z")
    assert await stage.said(GoalPeriodClosed) == []
    assert not await stage.pool.fetchval("SELECT is_active FROM goals")


async def test_an_upgrade_ends_the_goals_of_a_creator_whose_removal_was_not_passed_on(stage: Any) -> None:
    """The rows were told of the removal; the follower that ended goals before was not yet."""
    await stage.begin()
    await stage.pool.execute("UPDATE creators SET removed = true")
    await stage.pool.execute(
        "INSERT INTO checkpoints VALUES ('end_goals', 'ingest', 0, 7), ('figures', 'ingest', 0, 9)"
    )
    text = (files("trackagoat.goals") / "migrations/1070_post_one_follower.sql").read_text(encoding="utf-8")
    for _ in range(2):
        await stage.pool.execute(text.partition("-- migrate:down")[0])
    await stage.work(clock.now() + SECOND)
    assert not await stage.pool.fetchval("SELECT is_active FROM goals")
    assert [e.is_active for e in await stage.said(GoalUpdated)] == [False]
    assert await stage.pool.fetchval("SELECT array_agg(projection) FROM checkpoints") == ["figures"]


async def test_a_goal_that_is_taken_away_leaves_no_row(stage: Any) -> None:
    await stage.begin()
    await stage.work(END + SETTLED)
    await stage.ask(END + timedelta(hours=1), DeleteGoal(goal=stage.goal, creator=stage.creator))
    await stage.work(END + timedelta(days=9))
    for table in ("goals", "goal_terms", "compliance", "results", "standings", "due"):
        assert await stage.pool.fetchval(f"SELECT count(*) FROM {table}") == 0, table  # noqa: S608 - names above
    assert [e.period_end for e in await stage.said(GoalPeriodClosed)] == [END]
    assert await stage.said(GoalPeriodFinalized) == []


async def test_the_end_of_a_project_takes_its_goals_away(stage: Any) -> None:
    await stage.begin()
    await stage.hear("2026-03-25T10:00Z", ProjectDeleted(project=stage.project))
    await stage.work("2026-03-25T10:00Z")
    assert await stage.pool.fetchval("SELECT count(*) FROM goals") == 0


async def test_numbers_that_get_stale_are_announced_once_and_cleared_once(stage: Any) -> None:
    await stage.open("2026-03-23T08:00Z", hours=6)
    await stage.set_goal("2026-03-23T08:30Z")
    await stage.hear("2026-03-23T09:00Z", stage.read("2026-03-23T09:00Z"))
    await stage.work("2026-03-23T09:00Z")
    assert await stage.said(GoalAdvisoryRaised) == []
    for now in ("2026-03-23T18:00Z", "2026-03-23T18:00:00.000001Z", "2026-03-23T19:00Z", "2026-03-24T09:00Z"):
        await stage.work(now)
    [raised] = await stage.said(GoalAdvisoryRaised)
    assert (raised.flag, raised.message) == (
        "scrape_stale",
        "Numbers were last refreshed 9.0 hours ago; every 6 hours is expected.",
    )
    row = await stage.compliance()
    assert (row["read_at"], row["tracked_since"], row["interval_hours"], row["youngest_post_at"]) == (
        at("2026-03-23T09:00Z"),
        at("2026-03-23T08:00Z"),
        6,
        None,
    )
    for now in ("2026-03-24T10:00Z", "2026-03-24T11:00Z"):
        await stage.hear(now, stage.read(now))
        await stage.work(now)
    [cleared] = await stage.said(GoalAdvisoryCleared)
    assert cleared.flag == "scrape_stale"
    await stage.work("2026-03-25T11:00Z")
    assert len(await stage.said(GoalAdvisoryRaised)) == 2


async def test_a_direct_add_counts_once_its_author_is_tracked(stage: Any) -> None:
    await stage.begin()
    added = VideoAdded(
        video=stage.video(1), project=stage.project, tiktok_video_id="1", url="", posted_at=at("2026-03-24T10:00Z")
    )
    await stage.hear("2026-03-25T10:00Z", added)
    await stage.work("2026-03-25T10:00Z")
    assert (await stage.compliance())["actual"] == 0
    await stage.hear(
        "2026-03-25T11:00Z", VideoUpdated(video=stage.video(1), project=stage.project, creator_id=stage.creator)
    )
    await stage.work("2026-03-25T11:00Z")
    assert (await stage.compliance())["actual"] == 1


async def test_a_reading_that_names_no_creator_reaches_the_owner_of_the_post(stage: Any) -> None:
    await stage.begin(metric="views", target_value=Decimal(100))
    await stage.posted("2026-03-24T10:00Z", 1)
    scrape = StatsSnapshotted(
        project=stage.project,
        source="import",
        fetched_at=at("2026-03-24T11:00Z"),
        videos=[VideoReading(video=stage.video(1), views=70)],
    )
    await stage.hear("2026-03-24T11:00Z", scrape)
    await stage.work("2026-03-24T11:00Z")
    assert (await stage.compliance())["actual"] == 70


@pytest.mark.parametrize("status", ["pending_review", "excluded"])
async def test_posts_that_wait_or_are_excluded_do_not_count(stage: Any, status: str) -> None:
    await stage.begin()
    await stage.hear("2026-03-24T10:00Z", stage.discovered(1, "2026-03-24T09:00Z", tracking_status=status))
    await stage.work("2026-03-24T10:00Z")
    assert (await stage.compliance())["actual"] == 0
    await stage.hear("2026-03-24T11:00Z", stage.reviewed(1, status, "included"))
    await stage.work("2026-03-24T11:00Z")
    assert (await stage.compliance())["actual"] == 1


async def test_a_removed_post_counts_again_when_it_is_added_again(stage: Any) -> None:
    await stage.begin()
    await stage.posted("2026-03-24T10:00Z", 1)
    post = {"video": stage.video(1), "project": stage.project, "creator_id": stage.creator}
    await stage.hear("2026-03-24T11:00Z", VideoRemoved(**post))
    await stage.work("2026-03-24T11:00Z")
    assert (await stage.compliance())["actual"] == 0
    await stage.hear("2026-03-24T12:00Z", VideoRestored(**post, url=""))
    await stage.work("2026-03-24T12:00Z")
    assert (await stage.compliance())["actual"] == 1
