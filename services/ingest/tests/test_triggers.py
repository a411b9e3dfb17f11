"""Readings asked for by hand: within the day's allowance, before scheduled ones, never twice; and jobs as told."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from trackagoat.events import clock
from trackagoat.events.catalogue.ingest import (
    AddCreator,
    AddVideo,
    CreatorInactive,
    DisableTracking,
    EnableTracking,
    EraseCreator,
    RateLimitExceeded,
    RemoveCreator,
    RequestScrape,
    ScrapeRequested,
    TrackingDisabled,
    VideoDiscovered,
)
from trackagoat.events.catalogue.words import Command, CreatorId, NotFound, OrgId, ProjectId, video_id
from trackagoat.events.catalogue.workspace import OrgCreated
from trackagoat.events.decider import Outcome
from trackagoat.events.envelope import Ask
from trackagoat.events.testing.given import Given
from trackagoat.events.testing.play import handle, heard, play, said, work
from trackagoat.events.testing.vault import VAULT
from trackagoat.events.writer import Writer
from trackagoat.ingest.domain.tiktok import canonical_url
from trackagoat.ingest.domain.triggers import Used
from trackagoat.ingest.due.asking import Configured
from trackagoat.ingest.handlers.deciders import trigger_decider
from trackagoat.ingest.service import assembled, is_simulated
from trackagoat.ingest.sources.simulator import Simulator

Pool = Any
ORG = OrgId(UUID(int=7))
P = ProjectId(UUID(int=1))
ANA = CreatorId(UUID(int=11))
NOW = datetime(2026, 1, 10, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
WANTED = RequestScrape(
    creator=ANA, project=P, kinds=["creator_profiles"], now=NOW, subject="read", idle=["creator_profiles"], most=1
)
REQUESTED = ScrapeRequested(project=P, creator_id=ANA, kinds=["creator_profiles"], day=NOW.date())
decider = trigger_decider()


def replaced(**given: Any) -> RequestScrape:
    return RequestScrape(**{name: getattr(WANTED, name) for name in WANTED.__struct_fields__} | given)


def test_a_trigger_uses_one_unit_of_its_day_and_what_is_queued_already_uses_none() -> None:
    Given(decider).when(WANTED).then(REQUESTED)
    Given(decider, REQUESTED).when(replaced(idle=[])).then()
    assert decider.decide(replaced(most=None), Used(1_000_000)) == [REQUESTED]
    told = {"limitKey": "max_manual_scrape_triggers_per_day", "retryAfter": 12 * 3600}
    Given(decider, REQUESTED).when(WANTED).refused(RateLimitExceeded, **told)


def test_what_rests_or_is_not_there_is_not_read() -> None:
    Given(decider).when(replaced(subject="unknown")).refused(NotFound)
    Given(decider).when(replaced(subject="creator_rests")).refused(CreatorInactive)
    Given(decider).when(replaced(subject="video_rests")).refused(TrackingDisabled)


class Days:
    """A service over simulated accounts, and the clock."""

    def __init__(self, pool: Pool) -> None:
        self.pool, self.now = pool, NOW
        self.service = assembled([Configured(Simulator(clock=lambda: self.now), is_simulated)], VAULT)
        self.writer = Writer(pool, self.service)

    async def open(self, tier: Any = "self_hosted") -> None:
        await play(self.pool, self.service, [heard(OrgCreated(org=ORG, name="o", tier=tier), org=ORG, at=NOW, seq=1)])

    async def ask(self, command: Command) -> Outcome:
        (outcome,) = await handle(
            self.pool, self.service, Ask(org=ORG, command_id=clock.new_id(), at=self.now), [command]
        )
        return outcome

    async def code(self, command: Command) -> str | None:
        outcome = await self.ask(command)
        return outcome.refused.code if outcome.refused else None

    async def pass_by(self, time: timedelta) -> None:
        self.now += time
        await work(self.pool, self.service, self.now)

    async def add(self) -> None:
        command = AddCreator(creator=ANA, project=P, tiktok_handle="daily_jane", today=date(2026, 1, 1))
        assert await self.code(command) is None

    async def job(self, kind: str, entity: UUID = ANA) -> dict[str, Any]:
        row = await self.pool.fetchrow("SELECT * FROM scrape_jobs WHERE kind = $1 AND entity = $2", kind, entity)
        return dict(row)


@pytest.fixture
async def days(schema: Callable[[str], Awaitable[Pool]]) -> Days:
    return Days(await schema("ingest"))


BOTH = RequestScrape(creator=ANA, kinds=["creator_profiles", "discover_videos"])


async def test_a_creator_is_read_at_once_whatever_the_schedule_says(days: Days) -> None:
    await days.open()
    await days.add()
    first = await days.job("creator_profiles")
    assert (first["trigger"], first["status"], first["attempts"]) == ("system", "queued", 0)
    await days.pass_by(timedelta())
    done = await days.job("creator_profiles")
    assert (done["status"], done["outcome"], done["source"], done["attempts"]) == ("succeeded", "ok", "simulator", 1)
    assert (done["id"], done["finished_at"]) == (first["id"], NOW)
    days.now += HOUR
    assert await days.code(BOTH) is None
    assert await days.code(BOTH) is None
    assert len(await said(days.pool, ScrapeRequested)) == 1, "what is queued already is not asked for again"
    assert await days.pool.fetchval("SELECT used FROM manual_triggers") == 1
    job = await days.job("discover_videos")
    assert (job["trigger"], job["status"], job["queued_at"]) == ("manual", "queued", NOW + HOUR)
    assert job["id"] not in {first["id"], (await days.job("creator_profiles"))["id"]}
    await days.pass_by(timedelta())
    assert await days.pool.fetchval("SELECT profile_read_at FROM creators") == NOW + HOUR
    assert (await days.job("discover_videos"))["status"] == "succeeded"
    await days.pass_by(23 * HOUR)
    assert (await days.job("creator_profiles"))["trigger"] == "manual", "a day after it, the next is not due yet"
    await days.pass_by(HOUR)
    assert (await days.job("creator_profiles"))["trigger"] == "schedule"


async def test_a_manual_job_goes_before_every_scheduled_one(days: Days) -> None:
    await days.open()
    await days.add()
    await days.pass_by(timedelta())
    await days.pool.execute(
        "INSERT INTO due (kind, key, org, due_at) VALUES ('creator_profiles', 'late', $1, $2)", ORG, NOW - 99 * HOUR
    )
    days.now += HOUR
    assert await days.code(BOTH) is None
    first = await days.pool.fetchval("SELECT key FROM due WHERE kind = 'creator_profiles' ORDER BY due_at LIMIT 1")
    assert first == str(ANA)


async def test_video_stats_of_a_creator_are_all_its_posts_that_are_refreshed(days: Days) -> None:
    await days.open()
    await days.add()
    await days.pass_by(timedelta())
    videos = [v.video for v in await said(days.pool, VideoDiscovered)]
    assert await days.code(DisableTracking(video=videos[0], project=P)) is None
    days.now += HOUR
    assert await days.code(RequestScrape(creator=ANA, kinds=["video_stats"])) is None
    rows = await days.pool.fetch("SELECT entity FROM scrape_jobs WHERE kind = 'video_stats' AND trigger = 'manual'")
    assert {row["entity"] for row in rows} == set(videos[1:])
    await days.pass_by(timedelta())
    read = "SELECT count(*) FROM videos WHERE last_scraped_at = $1"
    assert await days.pool.fetchval(read, days.now) == len(videos) - 1
    assert await days.pool.fetchval("SELECT count(*) FROM due WHERE payload ? 'now'") == 0
    assert await days.code(RequestScrape(creator=ANA, video=videos[0], kinds=["video_stats"])) == "tracking_disabled"


async def test_a_post_that_is_enabled_again_is_read_although_it_was_read_just_now(days: Days) -> None:
    await days.open()
    post = (await Simulator(clock=lambda: NOW).posts("steady_joe")).value.posts[0]  # type: ignore[union-attr]
    url = canonical_url("steady_joe", post.tiktok_video_id)
    assert await days.code(AddVideo(project=P, url=url, now=NOW)) is None
    await days.pass_by(timedelta())
    which: dict[str, Any] = {"video": video_id(P, post.tiktok_video_id), "project": P}
    for command in (DisableTracking(**which), EnableTracking(**which)):
        assert await days.code(command) is None
    await days.pass_by(timedelta(minutes=1))
    assert await days.pool.fetchval("SELECT last_scraped_at FROM videos") == days.now


async def test_the_allowance_is_reached_exactly_by_triggers_at_once_and_begins_anew_at_midnight(days: Days) -> None:
    await days.open("free")
    for number, handle_ in enumerate(["daily_a", "daily_b", "daily_c"]):
        await days.ask(
            AddCreator(creator=CreatorId(UUID(int=20 + number)), project=P, tiktok_handle=handle_, today=NOW.date())
        )
    await days.pass_by(timedelta())
    days.now += HOUR
    wanted = [RequestScrape(creator=CreatorId(UUID(int=20 + n)), kinds=["creator_profiles"]) for n in range(3)]
    codes = await asyncio.gather(*(days.code(command) for command in wanted))
    assert sorted(codes, key=str) == [None, "rate_limit_exceeded", "rate_limit_exceeded"]
    assert await days.pool.fetchval("SELECT used FROM manual_triggers") == 1
    days.now = datetime(2026, 1, 11, tzinfo=UTC)
    left = wanted[1 if codes[0] is None else 0]
    assert await days.code(left) is None


async def test_a_failing_job_waits_for_its_next_try_and_then_fails(days: Days) -> None:
    await days.open()
    command = AddCreator(creator=ANA, project=P, tiktok_handle="failing_jane", today=date(2026, 1, 1))
    await days.ask(command)
    await days.pass_by(timedelta())
    job = await days.job("creator_profiles")
    assert (job["status"], job["outcome"], job["retry_at"]) == ("waiting", "error", NOW + timedelta(minutes=1))
    assert job["error"]
    for minutes in (1, 5, 30):
        await days.pass_by(timedelta(minutes=minutes))
    job = await days.job("creator_profiles")
    assert (job["status"], job["attempts"], job["finished_at"], job["retry_at"]) == ("failed", 4, days.now, None)


async def test_who_is_erased_leaves_nothing_that_sources_said_of_it_or_its_posts(days: Days) -> None:
    await days.open()
    await days.add()
    await days.pass_by(timedelta())
    await days.ask(RequestScrape(creator=ANA, kinds=["video_stats"]))
    assert await days.pool.fetchval("SELECT count(*) FROM scrape_jobs") > 2
    await days.ask(EraseCreator(creator=ANA))
    assert await days.pool.fetchval("SELECT count(*) FROM scrape_jobs") == 0


async def test_who_rests_has_no_jobs(days: Days) -> None:
    await days.open()
    await days.add()
    await days.ask(RemoveCreator(creator=ANA))
    assert await days.pool.fetchval("SELECT count(*) FROM scrape_jobs") == 0
    assert await days.code(BOTH) == "creator_inactive"
    assert await days.code(RequestScrape(creator=CreatorId(UUID(int=99)), kinds=["creator_profiles"])) == "not_found"
