"""Creators and posts that rest: what goals still count, and what they say of freshness."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from itertools import permutations
from typing import Any

import pytest

from trackagoat.events.catalogue.goals import GoalAdvisoryCleared, GoalAdvisoryRaised
from trackagoat.events.catalogue.ingest import (
    CreatorAutoDisabled,
    CreatorReenabled,
    VideoAdded,
    VideoDescribed,
    VideoTrackingDisabled,
    VideoTrackingEnabled,
)
from trackagoat.events.catalogue.workspace import OrgCreated, OrgTierChanged
from trackagoat.events.testing import play


def disabled(stage: Any) -> CreatorAutoDisabled:
    return CreatorAutoDisabled(
        creator=stage.creator,
        project=stage.project,
        tiktok_handle="ana",
        reason="private",
        failures=5,
        first_failure_at=datetime(2026, 3, 21, tzinfo=UTC),
    )


def enabled(stage: Any) -> CreatorReenabled:
    return CreatorReenabled(creator=stage.creator, project=stage.project, tiktok_handle="ana")


async def test_goals_of_a_disabled_creator_go_on_without_freshness(stage: Any) -> None:
    await stage.open("2026-03-20T08:00Z", hours=24)
    await stage.set_goal("2026-03-20T09:00Z")
    await stage.posted("2026-03-23T03:00Z", 1, 2)
    await stage.work("2026-03-26T12:00Z")
    assert [e.flag for e in await stage.said(GoalAdvisoryRaised)] == ["scrape_stale"]
    await stage.hear("2026-03-26T13:00Z", disabled(stage))
    await stage.work("2026-03-26T13:00Z")
    shown = await stage.compliance()
    assert (shown["tracked_since"], shown["interval_hours"], shown["read_at"]) == (None, None, None)
    assert shown["actual"] == 2
    assert [e.flag for e in await stage.said(GoalAdvisoryCleared)] == ["scrape_stale"]
    await stage.work("2026-03-29T22:01Z")
    assert [r["actual"] for r in await stage.results()] == [2]
    await stage.hear("2026-03-30T08:00Z", enabled(stage))
    await stage.work("2026-03-30T08:00Z")
    shown = await stage.compliance()
    assert shown["tracked_since"] == datetime(2026, 3, 30, 8, tzinfo=UTC)
    assert shown["interval_hours"] == 24


async def test_a_post_whose_tracking_is_disabled_is_not_goal_counted_until_it_is_tracked_again(stage: Any) -> None:
    await stage.begin()
    await stage.posted("2026-03-23T03:00Z", 1, 2)
    post = {"video": stage.video(1), "project": stage.project, "creator_id": stage.creator}
    await stage.hear("2026-03-24T03:00Z", VideoTrackingDisabled(**post, reason="manual"))
    await stage.work("2026-03-24T03:00Z")
    assert (await stage.compliance())["actual"] == 1
    await stage.hear("2026-03-25T03:00Z", stage.reviewed(1, "auto_tracked", "included"))
    await stage.work("2026-03-25T03:00Z")
    assert (await stage.compliance())["actual"] == 1, "a review does not refresh it"
    await stage.hear("2026-03-26T03:00Z", VideoTrackingEnabled(**post))
    await stage.work("2026-03-26T03:00Z")
    assert (await stage.compliance())["actual"] == 2


async def test_what_is_disabled_after_the_last_word_changes_no_final_result(stage: Any) -> None:
    await stage.begin()
    await stage.posted("2026-03-23T03:00Z", 1, 2)
    await stage.work("2026-03-29T22:00Z")
    await stage.work("2026-03-31T22:00Z")
    post = {"video": stage.video(1), "project": stage.project, "creator_id": stage.creator}
    await stage.hear("2026-04-01T03:00Z", VideoTrackingDisabled(**post, reason="expired"))
    await stage.work("2026-04-01T03:00Z")
    assert [(r["actual"], r["is_final"]) for r in await stage.results()] == [(2, True)]


async def test_a_post_counts_from_the_moment_its_time_of_posting_is_known(stage: Any) -> None:
    await stage.begin()
    post = {"video": stage.video(1), "project": stage.project, "creator_id": stage.creator}
    added = VideoAdded(**post, tiktok_video_id="1", url="https://www.tiktok.com/@ana/video/1")
    await stage.hear("2026-03-24T03:00Z", added)
    await stage.work("2026-03-24T03:00Z")
    assert (await stage.compliance())["actual"] == 0
    for posted in ("2026-03-23T09:00Z", "2026-03-02T09:00Z"):
        await stage.hear("2026-03-24T04:00Z", VideoDescribed(**post, posted_at=datetime.fromisoformat(posted)))
        await stage.work("2026-03-24T04:00Z")
        assert (await stage.compliance())["actual"] == 1, "the time known first stands"


@pytest.mark.parametrize("order", list(permutations(range(3))))
async def test_rows_are_the_same_however_speakers_and_the_goal_interleave(stage: Any, order: tuple[int, ...]) -> None:
    now = datetime(2026, 3, 24, 3, tzinfo=UTC)
    post = {"video": stage.video(1), "project": stage.project, "creator_id": stage.creator}
    workspace = [
        OrgCreated(org=stage.org, name="Blue", timezone="Europe/Berlin"),
        OrgTierChanged(org=stage.org, before="self_hosted", after="free"),
    ]
    ingest = [
        stage.discovered(1, "2026-03-23T03:00Z"),
        stage.discovered(2, "2026-03-23T04:00Z"),
        VideoTrackingDisabled(**post, reason="manual"),
        disabled(stage),
        enabled(stage),
    ]
    added = play.heard(stage.added(), org=stage.org, at=now)

    async def hear(events: list[Any]) -> None:
        facts = [play.heard(event, org=stage.org, at=now) for event in events]
        await play.play(stage.pool, stage.service, facts)

    async def goal() -> None:
        await stage.set_goal("2026-03-24T02:00Z", target_value=Decimal(4))

    await play.play(stage.pool, stage.service, [added])
    steps = [lambda: hear(workspace), lambda: hear(ingest), goal]
    for step in order:
        await steps[step]()
    await stage.work(now)
    shown = await stage.compliance()
    assert (shown["actual"], shown["interval_hours"], shown["tracked_since"]) == (1, 24, now)
