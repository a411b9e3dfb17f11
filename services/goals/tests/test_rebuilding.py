"""Everything goals shows can be lost and comes back to the same rows from facts alone, and nothing is said again."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import UUID

import pytest

from trackagoat.events.catalogue.goals import DeleteGoal, UpdateGoal
from trackagoat.events.catalogue.ingest import CreatorReactivated, CreatorRemoved
from trackagoat.events.catalogue.words import GoalId
from trackagoat.events.catalogue.workspace import OrgUpdated
from trackagoat.events.codec import decode_event
from trackagoat.events.effects import Write
from trackagoat.events.host.service import Projection
from trackagoat.events.testing import play
from trackagoat.events.writer import Writer

TABLES = (
    "goals", "goal_terms", "results", "standings", "compliance", "orgs", "zones", "creators", "absences",
    "video_states", "snapshots", "profile_snapshots",
)  # fmt: skip
HOUR = timedelta(hours=1)
SHORT, LONG = GoalId(UUID(int=71)), GoalId(UUID(int=72))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


async def everything(stage: Any) -> dict[str, list[tuple[Any, ...]]]:
    return {
        table: sorted((tuple(row) for row in await stage.pool.fetch(f"SELECT * FROM {table}")), key=repr)  # noqa: S608
        for table in TABLES
    }


async def own(stage: Any) -> list[Any]:
    rows = await stage.pool.fetch("SELECT * FROM events ORDER BY pos")
    return [
        play.heard(decode_event(r["tag"], r["data"]), org=r["org"], at=r["at"], stream=r["stream"], id=r["id"])
        for r in rows
    ]


async def give(writer: Writer, projection: Projection, facts: list[Any], tx: Any) -> None:
    await writer.give(tx, projection, facts)


async def lose_and_rebuild(stage: Any, now: datetime) -> None:
    """All rows and all due work are gone; projections get every fact again, and what is shown is worked out anew."""
    said = await own(stage)
    await stage.pool.execute(f"TRUNCATE {', '.join(TABLES)}, due")
    writer = Writer(stage.pool, stage.service)
    for projection in stage.service.projections:
        for facts in (said, stage.heard):
            await writer.transact(partial(give, writer, projection, facts))
    await stage.pool.execute("TRUNCATE due")
    replaced: list[Write] = list(stage.service.replaced(now))
    await play.apply(stage.pool, stage.service, replaced, now)
    await stage.work(now)
    assert await own(stage) == said


async def live(stage: Any, dice: random.Random, until: str) -> datetime:
    """Five weeks of three goals: posts come, late and not, are excluded and taken back; terms and clock change."""
    await stage.begin(target_value=Decimal(6))
    await stage.set_goal("2026-03-20T09:00Z", goal=SHORT, metric="views", period="daily", target_value=Decimal(40))
    await stage.set_goal("2026-03-20T09:00Z", goal=LONG, metric="followers", period="monthly", target_value=Decimal(90))
    now, step, posts = at("2026-03-20T10:00Z"), 0, 0
    while now < at(until):
        now, step = now + dice.randrange(1, 30) * HOUR, step + 1
        match dice.randrange(6):
            case 0 | 1:
                posts += 1
                posted = now - dice.randrange(60) * HOUR
                await stage.hear(now, stage.discovered(posts, posted))
            case 2 | 3 if posts:
                seen = {f"v{dice.randrange(posts) + 1}": dice.randrange(1000)}
                await stage.hear(now, stage.read(now - dice.randrange(70) * HOUR, 1000 + dice.randrange(200), **seen))
            case 4 if posts:
                kept = dice.choice(["included", "excluded"])
                await stage.hear(now, stage.reviewed(dice.randrange(posts) + 1, "auto_tracked", kept))
            case _:
                zone = dice.choice(["Europe/Berlin", "Asia/Tokyo", "America/Los_Angeles"])
                await stage.hear(
                    now, OrgUpdated(org=stage.org, timezone=zone, discover_videos_hours=dice.randrange(1, 90))
                )
        if step % 5 == 0:
            target = Decimal(dice.randrange(1, 20))
            await stage.ask(now, UpdateGoal(goal=stage.goal, creator=stage.creator, target_value=target))
        if dice.random() < 0.7:
            await stage.work(now)
    return now


@pytest.mark.parametrize("seed", range(8))
async def test_lost_rows_come_back_as_they_were(stage: Any, seed: int) -> None:
    now = await live(stage, random.Random(seed), "2026-04-25T00:00Z")
    await stage.work(now)
    before = await everything(stage)
    assert len(before["results"]) > 15
    assert all(row for row in before.values() if row is not before["absences"])
    await lose_and_rebuild(stage, now)
    assert await everything(stage) == before


async def test_goals_that_ended_in_every_way_come_back_as_they_were(stage: Any) -> None:
    await stage.begin(target_value=Decimal(3), end_date=date(2026, 4, 3))
    await stage.set_goal("2026-03-20T09:00Z", goal=SHORT, metric="views", period="daily", target_value=Decimal(40))
    await stage.set_goal("2026-03-20T09:00Z", goal=LONG, metric="followers", period="monthly", target_value=Decimal(90))
    await stage.posted("2026-03-24T10:00Z", 1, 2, 3)
    await stage.hear("2026-03-25T10:00Z", stage.read("2026-03-25T10:00Z", 1000, v1=50))
    await stage.work("2026-03-28T10:00Z")
    await stage.ask("2026-03-28T13:00Z", UpdateGoal(goal=SHORT, creator=stage.creator, is_active=False))
    await stage.hear("2026-03-29T10:00Z", stage.read("2026-03-29T10:00Z", 1070, v1=90))
    for now in ("2026-03-29T22:00:05Z", "2026-04-02T10:00Z", "2026-04-20T10:00Z"):
        await stage.work(now)
    handle = {"creator": stage.creator, "project": stage.project, "tiktok_handle": "ana"}
    await stage.hear("2026-04-20T11:00Z", CreatorRemoved(**handle))
    await stage.work("2026-04-20T12:00Z")
    await stage.hear(
        "2026-04-22T11:00Z", CreatorReactivated(**handle, tracking_mode="auto", tracking_start_date=date(2026, 1, 1))
    )
    await stage.work("2026-04-22T12:00Z")
    before = await everything(stage)
    await lose_and_rebuild(stage, at("2026-05-03T12:00Z"))
    assert await everything(stage) == before
    shown = {g: await stage.compliance(g) for g in (stage.goal, SHORT, LONG)}
    assert [(r["status"], r["actual"], r["is_final"]) for r in shown.values()] == [
        ("missed", 0, True),
        ("at_risk", 0, False),
        ("at_risk", 0, False),
    ]


async def test_a_goal_taken_away_does_not_come_back(stage: Any) -> None:
    await stage.begin()
    await stage.work("2026-03-30T10:00Z")
    await stage.ask("2026-03-30T11:00Z", DeleteGoal(goal=stage.goal, creator=stage.creator))
    await lose_and_rebuild(stage, at("2026-03-30T12:00Z"))
    assert {table: len(rows) for table, rows in (await everything(stage)).items() if rows} == {
        "orgs": 1,
        "zones": 1,
        "creators": 1,
    }
