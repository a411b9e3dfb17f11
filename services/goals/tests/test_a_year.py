"""A year in fast motion: every week of every creator closes once, is announced once and becomes final once.

`TRACKAGOAT_YEAR_CREATORS=500` makes it the long form.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from trackagoat.events import clock, due
from trackagoat.events.catalogue.goals import (
    GoalAdvisoryCleared,
    GoalAdvisoryRaised,
    GoalPeriodClosed,
    GoalPeriodFinalized,
    GoalStatusChanged,
    SetGoal,
)
from trackagoat.events.catalogue.ingest import CreatorAdded, VideoDiscovered
from trackagoat.events.catalogue.words import CreatorId, GoalId, VideoId
from trackagoat.events.envelope import Ask
from trackagoat.events.testing import play

CREATORS = int(os.environ.get("TRACKAGOAT_YEAR_CREATORS", "5"))
ZONE = ZoneInfo("Europe/Berlin")
FIRST, LAST = date(2026, 1, 5), date(2027, 1, 3)
"""A Monday, and the Sunday 52 weeks later."""
WEEKS = 52
TICK, OPEN, SETTLED = timedelta(hours=6), timedelta(hours=48), timedelta(seconds=5)
TARGET = 3
MOST_TURNS = 400


def midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=ZONE).astimezone(UTC)


class Post(NamedTuple):
    creator: int
    posted: datetime
    said: datetime


def posts(dice: random.Random) -> list[Post]:
    """About three a week of each creator; most are found within a day, some only after the week is final."""
    found, span = [], midnight(LAST) - midnight(FIRST)
    for creator in range(CREATORS):
        for _ in range(3 * WEEKS):
            posted = midnight(FIRST) + timedelta(seconds=dice.randrange(int(span.total_seconds())))
            delay = dice.choice([1, 5, 20, 40, 47, 60, 90]) * timedelta(hours=1)
            found.append(Post(creator, posted, posted + delay))
    return sorted(found, key=lambda post: post.said)


def outcomes(found: list[Post]) -> tuple[Counter[str], Counter[str], int]:
    """(statuses as closed, statuses as final, weeks whose result was corrected), counted from the posts alone."""
    early: Counter[tuple[int, int]] = Counter()
    late: Counter[tuple[int, int]] = Counter()
    for post in found:
        week = (post.posted.astimezone(ZONE).date() - FIRST).days // 7
        end = midnight(FIRST + timedelta(weeks=week + 1))
        early[post.creator, week] += post.said < end
        late[post.creator, week] += post.said < end + OPEN
    every = [(creator, week) for creator in range(CREATORS) for week in range(WEEKS)]
    closed = ["completed" if early[one] >= TARGET else "missed" for one in every]
    final = ["completed" if late[one] >= TARGET else "missed" for one in every]
    return Counter(closed), Counter(final), sum(a != b for a, b in zip(closed, final, strict=True))


async def begin(stage: Any) -> list[CreatorId]:
    """Every creator has a weekly goal of three posts from the first Monday on."""
    at = midnight(FIRST) - timedelta(days=1)
    await stage.open(at.isoformat(), hours=100_000)
    ids = [CreatorId(UUID(int=10_000 + n)) for n in range(CREATORS)]
    start = {"project": stage.project, "tracking_start_date": FIRST}
    await stage.hear(at, *(CreatorAdded(creator=id, tiktok_handle=f"c{n}", **start) for n, id in enumerate(ids)))
    goal: dict[str, Any] = {"metric": "posts", "period": "weekly", "target_value": Decimal(TARGET)}
    goal |= {"project": stage.project, "start_date": FIRST, "end_date": LAST}
    asked = [SetGoal(goal=GoalId(UUID(int=50_000 + n)), creator=id, **goal) for n, id in enumerate(ids)]
    ask = Ask(org=stage.org, command_id=clock.new_id(), at=at)
    assert all(o.refused is None for o in await play.handle(stage.pool, stage.service, ask, asked))
    return ids


def event(stage: Any, number: int, post: Post, ids: list[CreatorId]) -> VideoDiscovered:
    return VideoDiscovered(
        video=VideoId(UUID(int=1_000_000 + number)),
        project=stage.project,
        creator_id=ids[post.creator],
        tiktok_video_id=str(number),
        url=f"https://www.tiktok.com/@c/video/{number}",
        tracking_status="auto_tracked",
        posted_at=post.posted,
    )


async def killed(stage: Any, now: datetime) -> None:
    """A worker dies before it commits; another one finds what it held."""
    [refresh] = [d for d in stage.service.due if d.kind == "refresh"]
    await refresh.run(stage.pool, await due.claim(stage.pool, refresh, clock.new_id(), now), now)
    await stage.pool.execute("UPDATE due SET holder = NULL, lease_until = NULL, fence = fence + 1")


async def killed_at_some_moment(stage: Any, now: datetime, turns: int) -> bool:
    """The service dies between any two statements, or over one: after so many turns of its loop, if it still works."""
    work = asyncio.create_task(stage.work(now))
    for _ in range(turns):
        if work.done():
            break
        await asyncio.sleep(0)
    work.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await work
    return work.cancelled()


async def live_through(stage: Any, dice: random.Random, found: list[Post], ids: list[CreatorId]) -> int:
    """Six hours at a time; now and then the service is down for days, or is killed over its work: how often."""
    now, said, down, deaths = midnight(FIRST), 0, 0, 0
    end = midnight(LAST) + timedelta(days=6)
    while now < end:
        now += TICK
        heard = said
        while said < len(found) and found[said].said <= now:
            said += 1
        facts = [(post.said, event(stage, heard + n, post, ids)) for n, post in enumerate(found[heard:said])]
        await play.play(stage.pool, stage.service, [play.heard(e, org=stage.org, at=at) for at, e in facts])
        down = down - 1 if down else dice.choice([0] * 40 + [3, 12, 20])
        if not down:
            if dice.random() < 0.1:
                await killed(stage, now)
            if dice.random() < 0.3:
                deaths += await killed_at_some_moment(stage, now, dice.randrange(1, MOST_TURNS))
            await stage.work(now)
    await stage.work(end)
    return deaths


@pytest.mark.timeout(180 + CREATORS * 12)
async def test_a_year_of_weekly_goals_says_exactly_what_happened(stage: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    dice = random.Random(2026)
    found = posts(dice)
    closed, final, corrected = outcomes(found)
    ids = await begin(stage)
    assert await live_through(stage, dice, found, ids) > WEEKS
    said = await stage.said()
    weeks = CREATORS * WEEKS
    assert Counter(e.status for e in said if isinstance(e, GoalPeriodClosed)) == closed
    assert Counter(e.status for e in said if isinstance(e, GoalPeriodFinalized)) == final
    assert sum(isinstance(e, GoalStatusChanged) and e.to in {"completed", "missed"} for e in said) == corrected
    assert min(closed.total(), final.total(), corrected) == min(weeks, corrected) > 0
    for kind in (GoalPeriodClosed, GoalPeriodFinalized, GoalAdvisoryRaised, GoalAdvisoryCleared):
        told = Counter((e.goal, e.period_start) for e in said if isinstance(e, kind))
        assert (len(told), max(told.values())) == (weeks, 1), kind
    assert {e.flag for e in said if isinstance(e, GoalAdvisoryRaised)} == {"period_recently_ended"}
    assert await stage.pool.fetchval("SELECT count(*) FROM due") == 0
