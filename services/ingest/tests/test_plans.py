"""What the plan of an org, and a ban, do to what falls due."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from trackagoat.events import clock
from trackagoat.events.catalogue.ingest import AddCreator, StatsSnapshotted
from trackagoat.events.catalogue.words import CreatorId, Event, OrgId, ProjectId
from trackagoat.events.catalogue.workspace import OrgBanned, OrgCreated, OrgTierChanged, OrgUnbanned, OrgUpdated
from trackagoat.events.envelope import Ask
from trackagoat.events.testing.play import handle, heard, play, said, work
from trackagoat.events.testing.vault import VAULT
from trackagoat.ingest.due.asking import Configured
from trackagoat.ingest.service import assembled, is_simulated
from trackagoat.ingest.sources.simulator import Simulator

Pool = Any
ORG, PROJECT, ANA = OrgId(UUID(int=7)), ProjectId(UUID(int=1)), CreatorId(UUID(int=11))
START = datetime(2026, 1, 10, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


class Hours:
    """One creator of one org, a clock that moves when told, and workspace's facts."""

    def __init__(self, pool: Pool) -> None:
        self.pool, self.now, self.seq = pool, START, 0
        self.service = assembled([Configured(Simulator(clock=lambda: self.now), is_simulated)], VAULT)

    async def hear(self, *events: Event) -> None:
        """Facts of one page."""
        page = [heard(event, org=ORG, at=self.now, seq=self.seq + n) for n, event in enumerate(events, 1)]
        self.seq += len(events)
        await play(self.pool, self.service, page)

    async def add(self) -> None:
        add = AddCreator(creator=ANA, project=PROJECT, tiktok_handle="daily_jane", today=date(2026, 1, 1))
        ask = Ask(org=ORG, command_id=clock.new_id(), at=self.now)
        [outcome] = await handle(self.pool, self.service, ask, [add])
        assert outcome.refused is None
        await self.pass_by(timedelta())

    async def pass_by(self, time: timedelta) -> None:
        self.now += time
        await work(self.pool, self.service, self.now)

    async def due(self, kind: str) -> set[timedelta]:
        """When rows of that kind are due, from the start of the test."""
        return {row["due_at"] - START for row in await self.pool.fetch("SELECT due_at FROM due WHERE kind = $1", kind)}


@pytest.fixture
async def hours(schema: Callable[[str], Awaitable[Pool]]) -> Hours:
    return Hours(await schema("ingest"))


def tier(before: Any, after: Any) -> OrgTierChanged:
    return OrgTierChanged(org=ORG, before=before, after=after)


async def test_no_interval_is_shorter_than_the_floor_of_the_plan(hours: Hours) -> None:
    await hours.hear(OrgCreated(org=ORG, name="o", tier="free", discover_videos_hours=2, creator_profiles_hours=48))
    await hours.add()
    assert await hours.due("discover_videos") == {24 * HOUR}
    assert await hours.due("creator_profiles") == {48 * HOUR}
    await hours.hear(OrgUpdated(org=ORG, discover_videos_hours=1, video_stats_hours=1))
    assert await hours.due("discover_videos") == {24 * HOUR}
    assert min(await hours.due("video_stats")) >= 24 * HOUR


async def test_a_choice_below_the_floor_works_again_when_the_floor_falls(hours: Hours) -> None:
    await hours.hear(OrgCreated(org=ORG, name="o", tier="free", discover_videos_hours=2))
    await hours.add()
    await hours.hear(tier("free", "starter"))
    assert await hours.due("discover_videos") == {6 * HOUR}
    await hours.hear(tier("starter", "ultra"))
    assert await hours.due("discover_videos") == {2 * HOUR}
    await hours.pass_by(2 * HOUR)
    await hours.hear(tier("ultra", "free"))
    assert await hours.due("discover_videos") == {4 * HOUR}
    await hours.pass_by(2 * HOUR)
    assert await hours.due("discover_videos") == {28 * HOUR}


async def test_tiers_and_choices_of_one_page_end_as_they_do_one_by_one(hours: Hours) -> None:
    await hours.hear(OrgCreated(org=ORG, name="o", tier="free"))
    await hours.add()
    await hours.hear(tier("free", "ultra"), OrgUpdated(org=ORG, discover_videos_hours=3), tier("ultra", "starter"))
    assert await hours.pool.fetchrow("SELECT tier, discover_videos_hours FROM orgs") == ("starter", 3)
    assert await hours.due("discover_videos") == {3 * HOUR}, "planned while that was allowed"
    await hours.pass_by(3 * HOUR)
    assert await hours.due("discover_videos") == {9 * HOUR}


async def test_the_tracking_of_a_banned_org_rests_until_the_ban_ends(hours: Hours) -> None:
    await hours.hear(OrgCreated(org=ORG, name="o"))
    await hours.add()
    before = len(await said(hours.pool, StatsSnapshotted))
    assert before
    await hours.hear(OrgBanned(org=ORG))
    await hours.pass_by(1000 * HOUR)
    assert len(await said(hours.pool, StatsSnapshotted)) == before
    assert await hours.pool.fetchval("SELECT count(*) FROM due WHERE org = $1", ORG) == 0
    await hours.hear(OrgUnbanned(org=ORG))
    assert await hours.due("discover_videos") == await hours.due("creator_profiles") == {1000 * HOUR}
    assert await hours.pool.fetchval("SELECT count(*) FROM due WHERE org = $1", ORG) == 2 + await hours.pool.fetchval(
        "SELECT count(*) FROM videos"
    )
    await hours.pass_by(timedelta())
    assert len(await said(hours.pool, StatsSnapshotted)) > before


async def test_a_ban_that_ends_at_once_leaves_work_as_it_was_or_earlier(hours: Hours) -> None:
    await hours.hear(OrgCreated(org=ORG, name="o"))
    await hours.add()
    await hours.hear(OrgBanned(org=ORG), OrgUnbanned(org=ORG))
    assert await hours.due("creator_profiles") == {timedelta()}
