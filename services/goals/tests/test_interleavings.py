"""Whatever the order in which speakers are heard, the rows come out the same and everything is said once."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest

from trackagoat.events.catalogue.goals import GoalStatusChanged
from trackagoat.events.catalogue.ingest import CreatorAdded, VideoRemoved, VideoRestored
from trackagoat.events.catalogue.words import GoalId
from trackagoat.events.catalogue.workspace import OrgCreated, OrgTierChanged, OrgUpdated
from trackagoat.events.decider import Outcome
from trackagoat.events.testing import play


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def everything(stage: Any) -> list[Any]:
    """Facts of three speakers, the goals' own among them, each with its place in its speaker's order."""
    creator = {"creator": stage.creator, "project": stage.project, "tiktok_handle": "ana"}
    post = {"video": stage.video(2), "project": stage.project, "creator_id": stage.creator}
    said = {
        "workspace": [
            OrgCreated(org=stage.org, name="Blue", timezone="Europe/Berlin", discover_videos_hours=100),
            OrgUpdated(org=stage.org, video_stats_hours=50),
            OrgTierChanged(org=stage.org, before="self_hosted", after="ultra"),
        ],
        "ingest": [
            CreatorAdded(**creator, tracking_start_date=date(2026, 1, 1)),
            *(stage.discovered(n, f"2026-03-24T0{n}:00Z") for n in range(1, 8)),
            stage.read("2026-03-24T10:00Z", 1000, v1=10, v2=20, v3=30),
            stage.reviewed(3, "auto_tracked", "excluded"),
            VideoRemoved(**post),
            stage.read("2026-03-24T20:00Z", 1100, v1=110, v4=40),
            stage.read("2026-03-24T15:00Z", None, v1=60, v2=90),
            VideoRestored(**post, url=""),
            stage.reviewed(3, "excluded", "included"),
            stage.read("2026-03-24T22:00Z", 1150, v1=120, v3=None, v5=5),
        ],
    }
    return [[play.heard(e, org=stage.org, at=at("2026-03-24T23:00Z")) for e in events] for events in said.values()]


async def set_all(stage: Any) -> list[Callable[[], Awaitable[Outcome]]]:
    def one(number: int, metric: str, target: int) -> Callable[[], Awaitable[Outcome]]:
        goal = GoalId(UUID(int=60 + number))
        return lambda: stage.set_goal("2026-03-24T22:59Z", goal=goal, metric=metric, target_value=Decimal(target))

    return [one(n, metric, 50) for n, metric in enumerate(("posts", "views", "engagement", "followers"))]


@pytest.mark.parametrize("seed", range(6))
async def test_rows_are_the_same_for_every_interleaving_of_the_speakers(stage: Any, seed: int) -> None:
    dice = random.Random(seed)
    queues = [*everything(stage), await set_all(stage)]
    now = at("2026-03-25T00:00Z")
    while any(queues):
        queue = dice.choice([q for q in queues if q])
        step = queue.pop(0)
        if callable(step):
            await step()
        else:
            await play.play(stage.pool, stage.service, [step])
        if seed and dice.random() < 0.3:
            await stage.work(now)
    await stage.work(now)
    shown = await stage.pool.fetch(
        "SELECT metric, status, percentage, actual, period_start FROM compliance JOIN goals USING (goal) ORDER BY goal"
    )
    start = at("2026-03-22T23:00Z")
    assert [tuple(row) for row in shown] == [
        ("posts", "at_risk", 14, Decimal(7), start),
        ("views", "on_track", 570, Decimal(285), start),
        ("engagement", "at_risk", 0, None, start),
        ("followers", "on_track", 300, Decimal(150), start),
    ]
    states = await stage.pool.fetch(
        "SELECT counted, until = 'infinity' AS now, count(*) FROM video_states GROUP BY 1, 2"
    )
    assert {(r["counted"], r["now"]): r["count"] for r in states}[True, True] == 7
    assert await stage.pool.fetchval("SELECT count(*) FROM due WHERE kind <> 'refresh'") == 0
    assert await stage.pool.fetchrow("SELECT tier, video_stats_hours FROM orgs") == ("ultra", 50)


async def test_every_status_change_is_said_once_from_where_the_last_one_led(stage: Any) -> None:
    await stage.begin(target_value=Decimal(9))
    await stage.posted("2026-03-23T03:00Z", *range(9))
    dice, now = random.Random(7), at("2026-03-23T04:00Z")
    while now < at("2026-03-29T20:00Z"):
        count = dice.randrange(10)
        kept = [stage.reviewed(n, "auto_tracked", "included" if n < count else "excluded") for n in range(9)]
        await stage.hear(now, *kept)
        for _ in range(2):
            await stage.work(now)
        now += timedelta(hours=6)
    changes = await stage.said(GoalStatusChanged)
    assert len(changes) > 8
    assert all(one.to == after.from_ for one, after in pairwise(changes))
    assert all(one.from_ != one.to for one in changes)
