"""Scrapes that fall due, with the simulator as the world and the clock in the test's hand."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest

from trackagoat.events import clock
from trackagoat.events.catalogue.ingest import (
    AddCreator,
    AddVideo,
    CreatorAutoDisabled,
    Post,
    ProfileReading,
    RecordScrape,
    RemoveCreator,
    ReviewVideo,
    ScrapeFailed,
    StatsSnapshotted,
    UpdateCreator,
    VideoDiscovered,
)
from trackagoat.events.catalogue.words import Command, Counters, CreatorId, OrgId, ProjectId
from trackagoat.events.catalogue.workspace import OrgCreated, OrgUpdated
from trackagoat.events.envelope import Ask
from trackagoat.events.testing.play import handle, heard, play, said, work
from trackagoat.events.testing.vault import VAULT
from trackagoat.ingest.due.asking import Configured
from trackagoat.ingest.service import assembled, is_simulated
from trackagoat.ingest.sources.protocol import Blocked, NotFound, Ok, RateLimited, Reply
from trackagoat.ingest.sources.simulator import Simulator

Pool = Any
ORG = OrgId(UUID(int=7))
P = ProjectId(UUID(int=1))
ANA = CreatorId(UUID(int=11))
START = datetime(2026, 1, 10, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


class Days:
    """A service, its database, and a clock that moves when told."""

    def __init__(self, pool: Pool, *sources: Any) -> None:
        self.pool, self.now = pool, START
        simulator = Configured(Simulator(clock=lambda: self.now), is_simulated)
        self.service = assembled([*(Configured(source) for source in sources), simulator], VAULT)

    async def ask(self, *commands: Command) -> None:
        ask = Ask(org=ORG, command_id=clock.new_id(), at=self.now)
        outcomes = await handle(self.pool, self.service, ask, commands)
        assert [o.refused for o in outcomes] == [None] * len(commands)

    async def add(self, handle: str, **given: Any) -> None:
        whole = {"creator": ANA, "project": P, "tiktok_handle": handle, "today": date(2026, 1, 1)}
        await self.ask(AddCreator(**{**whole, **given}))

    async def pass_by(self, time: timedelta) -> int:
        self.now += time
        return await work(self.pool, self.service, self.now)

    async def due(self, kind: str) -> list[timedelta]:
        """When rows of that kind are due, from the start of the test."""
        rows = await self.pool.fetch("SELECT due_at FROM due WHERE kind = $1 ORDER BY due_at", kind)
        return [row["due_at"] - START for row in rows]


@pytest.fixture
async def days(schema: Callable[[str], Awaitable[Pool]]) -> Days:
    return Days(await schema("ingest"))


async def test_a_creator_is_read_at_once_and_then_at_its_intervals(days: Days) -> None:
    await days.add("daily_jane")
    await days.pass_by(timedelta())
    assert await days.due("creator_profiles") == [24 * HOUR]
    assert await days.due("discover_videos") == [6 * HOUR]
    row = await days.pool.fetchrow("SELECT * FROM creators")
    assert row["follower_count"] is not None
    assert (row["last_scraped_at"], row["availability"]) == (START, "available")
    found = await said(days.pool, VideoDiscovered)
    assert len(found) >= 5
    assert min(v.posted_at for v in found) >= datetime(2026, 1, 1, tzinfo=UTC)
    assert row["tracked_video_count"] == len(found)


async def test_new_posts_are_discovered_as_days_pass_and_none_twice(days: Days) -> None:
    await days.add("daily_jane")
    for _ in range(16):
        await days.pass_by(6 * HOUR)
    found = [v.video for v in await said(days.pool, VideoDiscovered)]
    assert len(set(found)) == len(found) >= 8
    baselines = {v.video: v.is_baseline for s in reversed(await said(days.pool, StatsSnapshotted)) for v in s.videos}
    assert sum(not flag for flag in baselines.values()) >= 2, "posts of these days gained everything"
    levels = await days.pool.fetchval("SELECT count(*) FROM videos WHERE view_count IS NOT NULL")
    assert levels == len(found)


async def test_counters_of_a_post_are_read_when_no_other_scrape_has_read_them(days: Days) -> None:
    url = await known_post(days)
    await days.ask(AddVideo(project=P, url=url, now=days.now))
    await days.pass_by(timedelta())
    row = await days.pool.fetchrow("SELECT * FROM videos WHERE origin = 'manual'")
    assert (row["last_scraped_at"], row["stats_source"]) == (days.now, "simulator")
    assert [s.creator_id for s in await said(days.pool, StatsSnapshotted)] == [None]
    before = await days.pool.fetchval("SELECT count(*) FROM video_snapshots")
    await days.pass_by(HOUR)
    assert await days.pool.fetchval("SELECT count(*) FROM video_snapshots") == before
    await days.pass_by(200 * HOUR)
    assert await days.pool.fetchval("SELECT count(*) FROM video_snapshots") == before + 1


async def test_a_retry_reads_no_post_that_another_scrape_has_read_meanwhile(days: Days) -> None:
    await days.add("daily_jane")
    await days.pass_by(timedelta())
    tried = "UPDATE due SET attempts = 1, due_at = $1 WHERE kind = 'video_stats'"
    assert await days.pool.execute(tried, START + timedelta(minutes=1)) != "UPDATE 0"
    before = len(await said(days.pool))
    await days.pass_by(timedelta(minutes=1))
    assert len(await said(days.pool)) == before
    assert min(await days.due("video_stats")) == 6 * HOUR
    assert await days.pool.fetchval("SELECT sum(attempts) FROM due WHERE kind = 'video_stats'") == 0


async def known_post(days: Days) -> str:
    """The URL of a post of an account nobody tracks."""
    simulator = Simulator(clock=lambda: days.now)
    page = await simulator.posts("steady_joe")
    assert isinstance(page, Ok)
    return page.value.posts[0].url


async def test_what_cannot_be_seen_is_noted_and_looked_for_again_at_the_usual_interval(days: Days) -> None:
    await days.add("private_jane")
    await days.pass_by(timedelta())
    assert await days.pool.fetchval("SELECT availability FROM creators") == "private"
    assert {f.outcome for f in await said(days.pool, ScrapeFailed)} == {"private"}
    assert (await days.due("discover_videos"), await days.due("creator_profiles")) == ([6 * HOUR], [24 * HOUR])


async def test_an_error_is_tried_again_after_1_5_and_30_minutes(days: Days) -> None:
    await days.add("failing_jane")
    seen: list[timedelta] = []
    await days.pass_by(timedelta())
    for _ in range(4):
        seen += await days.due("discover_videos")
        await days.pass_by(START + seen[-1] - days.now)
    gaps = [later - before for before, later in pairwise(seen)]
    assert seen[0] == timedelta(minutes=1)
    assert gaps == [timedelta(minutes=5), timedelta(minutes=30), 6 * HOUR]
    assert await days.pool.fetchval("SELECT availability FROM creators") == "unknown"


class Moody:
    """A source that refuses, for accounts of any name."""

    name = "moody"

    def __init__(self, reply: Any) -> None:
        self.reply = reply

    async def profile(self, *_: Any) -> Reply[Any]:
        return self.reply  # type: ignore[no-any-return]

    async def posts(self, *_: Any, **__: Any) -> Reply[Any]:
        return self.reply  # type: ignore[no-any-return]

    async def video(self, *_: Any) -> Reply[Any]:
        return self.reply  # type: ignore[no-any-return]


async def test_a_refused_source_gives_way_to_the_next(schema: Callable[[str], Awaitable[Pool]]) -> None:
    days = Days(await schema("ingest"), Moody(Blocked("captcha")))
    await days.add("daily_jane")
    await days.pass_by(timedelta())
    assert {s.source for s in await said(days.pool, StatsSnapshotted)} == {"simulator"}
    assert await said(days.pool, ScrapeFailed) == []


class Silent(Moody):
    """A source that sees everybody and shows no counter of anything."""

    name = "silent"

    async def profile(self, *_: Any) -> Reply[Any]:
        return Ok(ProfileReading())

    async def video(self, *_: Any) -> Reply[Any]:
        return Ok(Counters())


async def test_what_was_seen_without_a_counter_is_a_snapshot_that_says_who_saw_it_when(
    schema: Callable[[str], Awaitable[Pool]],
) -> None:
    days = Days(await schema("ingest"), Silent(NotFound()))
    await days.add("ana")
    await days.ask(AddVideo(project=P, url="https://www.tiktok.com/@joe/video/7400000000000000001", now=days.now))
    await days.pass_by(timedelta())
    for rows in (await days.pool.fetch("TABLE video_snapshots"), await days.pool.fetch("TABLE creator_snapshots")):
        (row,) = rows
        told = [value for value in row.values() if value is not None]
        assert (told[0], told[2:]) == (ORG, [START, "silent"])
    post = await days.pool.fetchrow("SELECT last_scraped_at, availability, view_count FROM videos")
    assert tuple(post) == (START, "available", None)
    assert await days.due("video_stats") == [24 * 6 * HOUR]


async def test_a_source_that_asks_to_wait_is_waited_for(schema: Callable[[str], Awaitable[Pool]]) -> None:
    days = Days(await schema("ingest"), Moody(RateLimited(90)))
    await days.add("daily_jane")
    await days.pass_by(timedelta())
    assert await days.due("discover_videos") == [timedelta(seconds=90)]


class Broken(Moody):
    """A source that raises where it should answer."""

    async def profile(self, *_: Any) -> Reply[Any]:
        raise RuntimeError(self.reply)


async def test_a_source_that_raises_counts_as_an_error_of_one_account(schema: Callable[[str], Awaitable[Pool]]) -> None:
    days = Days(await schema("ingest"), Broken(Blocked("captcha")))
    await days.add("daily_jane")
    await days.pass_by(timedelta())
    assert [(f.kind, f.outcome) for f in await said(days.pool, ScrapeFailed)] == [("creator_profiles", "error")]
    assert await days.due("creator_profiles") == [timedelta(minutes=1)]


async def test_imported_creators_are_left_alone_by_the_simulator(days: Days) -> None:
    await days.add("c0253448847", tracking_start_date=date(2025, 1, 1))
    post = Post(
        tiktok_video_id="7498305315847376135", url="https://www.tiktok.com/@c0253448847/video/7498305315847376135"
    )
    scrape = RecordScrape(
        creator=ANA, project=P, source="import", fetched_at=START, tracking_mode="auto", posts=[post],
        not_before=None,
    )  # fmt: skip
    await days.ask(scrape)
    before = len(await said(days.pool))
    for _ in range(3):
        await days.pass_by(24 * HOUR)
    assert len(await said(days.pool)) == before


async def test_without_sources_nothing_is_claimed(schema: Callable[[str], Awaitable[Pool]]) -> None:
    days = Days(await schema("ingest"))
    days.service = assembled([], VAULT)
    await days.add("daily_jane")
    assert await days.pass_by(HOUR) == 0


async def test_a_removed_creator_rests_and_is_read_again_when_it_is_back(days: Days) -> None:
    await days.add("daily_jane")
    await days.pass_by(timedelta())
    await days.ask(RemoveCreator(creator=ANA))
    before = len(await said(days.pool))
    await days.pass_by(1000 * HOUR)
    assert len(await said(days.pool)) == before
    assert await days.pool.fetchval("SELECT count(*) FROM due WHERE org = $1", ORG) == 0
    await days.add("daily_jane")
    waiting = await days.due("video_stats")
    assert len(waiting) == await days.pool.fetchval("SELECT count(*) FROM videos")
    await days.pass_by(timedelta())
    assert await days.pool.fetchval("SELECT last_scraped_at FROM creators") == days.now


async def test_an_excluded_post_is_read_no_longer_by_itself(days: Days) -> None:
    await days.add("daily_jane")
    await days.pass_by(timedelta())
    video = await days.pool.fetchval("SELECT video FROM videos LIMIT 1")
    await days.ask(ReviewVideo(video=video, project=P, decision="exclude"))
    assert await days.pool.fetchval("SELECT count(*) FROM due WHERE key = $1", str(video)) == 0
    await days.ask(ReviewVideo(video=video, project=P, decision="include"))
    assert await days.pool.fetchval("SELECT count(*) FROM due WHERE key = $1", str(video)) == 1


async def test_the_intervals_of_the_org_hold_and_shorter_ones_pull_in_what_is_planned(days: Days) -> None:
    created = OrgCreated(org=ORG, name="o", discover_videos_hours=12)
    await play(days.pool, days.service, [heard(created, org=ORG, at=START, seq=1)])
    await days.add("daily_jane")
    await days.pass_by(timedelta())
    assert await days.due("discover_videos") == [12 * HOUR]
    updated = OrgUpdated(org=ORG, discover_videos_hours=2)
    await play(days.pool, days.service, [heard(updated, org=ORG, at=START, seq=2)])
    assert await days.due("discover_videos") == [2 * HOUR]
    await days.pass_by(2 * HOUR)
    assert await days.due("discover_videos") == [4 * HOUR]
    assert await days.due("creator_profiles") == [24 * HOUR]


async def test_shorter_intervals_pull_a_post_in_no_further_than_its_age_allows(days: Days) -> None:
    created = OrgCreated(org=ORG, name="o")
    await play(days.pool, days.service, [heard(created, org=ORG, at=START, seq=1)])
    await days.add("daily_jane")
    await days.pass_by(timedelta())
    ages = [1, 4, 20, 100]
    posts = await days.pool.fetch("SELECT video FROM videos ORDER BY video LIMIT $1", len(ages))
    for age, row in zip(ages, posts, strict=True):
        posted = START - timedelta(days=age)
        await days.pool.execute("UPDATE videos SET posted_at = $2 WHERE video = $1", row["video"], posted)
        await days.pool.execute("UPDATE due SET due_at = $2 WHERE key = $1", str(row["video"]), START + 500 * HOUR)
    await days.pool.execute("DELETE FROM due WHERE due_at < $1", START + 500 * HOUR)
    updated = OrgUpdated(org=ORG, video_stats_hours=3)
    await play(days.pool, days.service, [heard(updated, org=ORG, at=START, seq=2)])
    assert await days.due("video_stats") == [3 * HOUR, 6 * HOUR, 18 * HOUR, 72 * HOUR]


async def test_an_earlier_start_date_makes_the_next_discovery_read_back_to_it(days: Days) -> None:
    await days.add("daily_jane")
    await days.pass_by(timedelta())
    few = len(await said(days.pool, VideoDiscovered))
    await days.ask(UpdateCreator(creator=ANA, tracking_start_date=date(2025, 8, 1)))
    await days.pass_by(6 * HOUR)
    found = await said(days.pool, VideoDiscovered)
    assert len(found) > few + 100
    assert min(v.posted_at for v in found) < datetime(2025, 8, 5, tzinfo=UTC)
    assert await days.due("discover_videos") == [12 * HOUR]


async def test_the_day_tracking_starts_begins_in_the_zone_of_the_org(days: Days) -> None:
    created = OrgCreated(org=ORG, name="o", timezone="Pacific/Auckland")
    await play(days.pool, days.service, [heard(created, org=ORG, at=START, seq=1)])
    await days.add("daily_jane", tracking_start_date=date(2026, 1, 6))
    await days.pass_by(timedelta())
    page = await Simulator(clock=lambda: days.now).posts("daily_jane")
    assert isinstance(page, Ok)
    midnight = datetime(2026, 1, 5, 11, tzinfo=UTC)
    expected = {p.tiktok_video_id for p in page.value.posts if p.posted_at and p.posted_at >= midnight}
    assert {v.tiktok_video_id for v in await said(days.pool, VideoDiscovered)} == expected


async def test_a_creator_that_cannot_be_seen_for_two_days_is_disabled_and_rests(days: Days) -> None:
    """Discovery every 12 h and profile every 24 h: outcomes at 0, 0, 12, 24, 24, 36 and 48 h."""
    created = OrgCreated(org=ORG, name="o", discover_videos_hours=12)
    await play(days.pool, days.service, [heard(created, org=ORG, at=START, seq=1)])
    await days.add("private_jane")
    await days.pass_by(timedelta())
    for _ in range(3):
        await days.pass_by(12 * HOUR)
        assert await said(days.pool, CreatorAutoDisabled) == []
    await days.pass_by(12 * HOUR)
    (disabled,) = await said(days.pool, CreatorAutoDisabled)
    assert (disabled.reason, disabled.failures, disabled.first_failure_at) == ("private", 7, START)
    assert await days.pool.fetchval("SELECT is_active FROM creators") is False
    before = len(await said(days.pool))
    await days.pass_by(100 * HOUR)
    assert len(await said(days.pool)) == before
