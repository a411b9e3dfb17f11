"""Posts that come to rest by themselves: those that cannot be seen any more, and old ones that stand still."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from trackagoat.events import clock
from trackagoat.events.catalogue.ingest import (
    AddCreator,
    AddVideo,
    EnableTracking,
    ProfileReading,
    ScrapeFailed,
    StatsSnapshotted,
    VideoTrackingDisabled,
)
from trackagoat.events.catalogue.words import Command, Counters, CreatorId, OrgId, ProjectId, video_id
from trackagoat.events.catalogue.workspace import OrgCreated, OrgUpdated
from trackagoat.events.envelope import Ask
from trackagoat.events.testing.play import handle, heard, play, said, work
from trackagoat.events.testing.vault import VAULT
from trackagoat.ingest.domain.expiring import is_still
from trackagoat.ingest.domain.tiktok import canonical_url
from trackagoat.ingest.due.asking import Configured
from trackagoat.ingest.service import assembled
from trackagoat.ingest.sources.protocol import Blocked, NotFound, Ok, PostPage, Private, Reply

Pool = Any
ORG = OrgId(UUID(int=7))
P = ProjectId(UUID(int=1))
ANA = CreatorId(UUID(int=11))
START = datetime(2026, 1, 10, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
WAITING = "SELECT count(*) FROM due WHERE kind NOT IN ('months', 'retention')"
"""Due rows about posts and creators."""
NEW = str(int((START - 10 * HOUR).timestamp()) << 32)
OLD = str(int((START - timedelta(days=200)).timestamp()) << 32)


class Script:
    """A source that answers what the test says, for every account and post."""

    name = "script"

    def __init__(self) -> None:
        self.of_profile: Reply[ProfileReading] = Ok(ProfileReading(followers=5))
        self.of_video: Reply[Counters] = Ok(Counters(views=1))

    async def profile(self, _: str) -> Reply[ProfileReading]:
        return self.of_profile

    async def posts(self, *_: Any, **__: Any) -> Reply[PostPage]:
        return Ok(PostPage(posts=[]))

    async def video(self, _: str) -> Reply[Counters]:
        return self.of_video


class Stage:
    """A service over one scripted source, and the clock."""

    def __init__(self, pool: Pool) -> None:
        self.pool, self.now, self.script, self.seq = pool, START, Script(), 0
        self.service = assembled([Configured(self.script)], VAULT)

    async def hear(self, event: Any) -> None:
        self.seq += 1
        await play(self.pool, self.service, [heard(event, org=ORG, at=self.now, seq=self.seq)])

    async def ask(self, *commands: Command) -> None:
        outcomes = await handle(self.pool, self.service, Ask(org=ORG, command_id=clock.new_id(), at=self.now), commands)
        assert [o.refused for o in outcomes] == [None] * len(commands)

    async def pass_by(self, time: timedelta) -> None:
        self.now += time
        await work(self.pool, self.service, self.now)

    async def rests(self) -> tuple[bool, str | None]:
        row = await self.pool.fetchrow("SELECT tracking_disabled, tracking_disabled_reason FROM videos")
        return row["tracking_disabled"], row["tracking_disabled_reason"]


@pytest.fixture
async def stage(schema: Callable[[str], Awaitable[Pool]]) -> Stage:
    stage = Stage(await schema("ingest"))
    await stage.hear(OrgCreated(org=ORG, name="o", video_stats_hours=12, creator_profiles_hours=12))
    return stage


async def add(stage: Stage, tiktok_video_id: str, handle: str = "joe") -> None:
    await stage.ask(AddVideo(project=P, url=canonical_url(handle, tiktok_video_id), now=stage.now))


async def test_a_post_that_cannot_be_seen_for_two_days_is_refreshed_no_longer(stage: Stage) -> None:
    stage.script.of_video = NotFound("gone")
    await add(stage, NEW)
    for _ in range(4):
        await stage.pass_by(timedelta())
        assert await stage.rests() == (False, None)
        stage.now += 12 * HOUR
    await stage.pass_by(timedelta())
    assert await stage.rests() == (True, "unavailable")
    (disabled,) = await said(stage.pool, VideoTrackingDisabled)
    assert disabled.reason == "unavailable"
    assert len(await said(stage.pool, ScrapeFailed)) == 5
    assert await stage.pool.fetchval(WAITING) == 0


async def test_an_answer_in_between_starts_the_run_anew_and_other_failures_do_not_count(stage: Stage) -> None:
    await add(stage, NEW)
    replies: list[Reply[Counters]] = [
        NotFound(""),
        NotFound(""),
        Blocked("captcha"),
        NotFound(""),
        Ok(Counters(views=1)),
        NotFound(""),
    ]
    for reply in replies:
        stage.script.of_video = reply
        await stage.pass_by(24 * HOUR)
    assert await stage.rests() == (False, None)
    assert len(await stage.pool.fetchval("SELECT misses FROM videos")) == 1


async def test_misses_count_only_while_the_profile_of_the_creator_can_be_read(stage: Stage) -> None:
    await stage.ask(AddCreator(creator=ANA, project=P, tiktok_handle="ana", today=date(2026, 1, 1)))
    await add(stage, NEW, "ana")
    stage.script.of_profile = Private("private")
    stage.script.of_video = Private("private")
    for _ in range(7):
        await stage.pass_by(12 * HOUR)
    missed = [e for e in await said(stage.pool, ScrapeFailed) if e.kind == "video_stats"]
    assert missed
    assert not any(e.counts for e in missed)
    assert await stage.pool.fetchval("SELECT misses FROM videos") == []
    assert await said(stage.pool, VideoTrackingDisabled) == []


async def test_enabling_it_clears_the_reason_and_the_run_and_reads_it_at_once(stage: Stage) -> None:
    stage.script.of_video = Private("private")
    await add(stage, NEW)
    for _ in range(5):
        await stage.pass_by(12 * HOUR)
    assert await stage.rests() == (True, "unavailable")
    await stage.ask(EnableTracking(video=video_id(P, NEW), project=P))
    assert await stage.rests() == (False, None)
    failed = len(await said(stage.pool, ScrapeFailed))
    await stage.pass_by(timedelta())
    assert len(await said(stage.pool, ScrapeFailed)) == failed + 1
    assert await stage.rests() == (False, None)


@pytest.mark.parametrize(
    ("views", "still"),
    [
        ([1_000_000, 1_000_200, 1_000_400, 1_000_600, 1_000_900], True),
        ([1_000_000, 1_000_200, 1_000_400, 1_000_600, 1_001_000], False),
        ([0, 0, 0, 0, 0], True),
        ([0, 0, 0, 0, 1], False),
        ([10, 10, 10, 10], False),
        ([5, 900, 10, 10, 10, 10], True),
        ([10, 10, 10, 10, 9], True),
    ],
)
def test_less_than_a_tenth_of_a_percent_over_five_readings_is_still(views: Sequence[int], still: bool) -> None:
    assert is_still(views) is still


async def read_five_times(stage: Stage, views: Sequence[int]) -> None:
    for count in views:
        stage.script.of_video = Ok(Counters(views=count))
        await stage.pass_by(timedelta(days=12))


STILL = [1_000_000, 1_000_200, 1_000_400, 1_000_600, 1_000_900]


async def test_an_old_post_that_stands_still_expires_where_the_org_wants_that(stage: Stage) -> None:
    await stage.hear(OrgUpdated(org=ORG, video_expiry_enabled=True))
    await add(stage, OLD)
    await read_five_times(stage, STILL[:4])
    assert await stage.rests() == (False, None)
    await read_five_times(stage, STILL[4:])
    assert await stage.rests() == (True, "expired")
    assert await stage.pool.fetchval("SELECT view_count FROM videos") == STILL[-1]
    assert await stage.pool.fetchval(WAITING) == 0


async def test_no_post_expires_unless_the_org_wants_that(stage: Stage) -> None:
    await add(stage, OLD)
    await read_five_times(stage, STILL)
    assert await stage.rests() == (False, None)


async def test_a_younger_post_does_not_expire(stage: Stage) -> None:
    await stage.hear(OrgUpdated(org=ORG, video_expiry_enabled=True))
    await add(stage, NEW)
    await read_five_times(stage, STILL)
    assert len(await said(stage.pool, StatsSnapshotted)) == 5
    assert await stage.rests() == (False, None)


async def test_an_expired_post_that_is_enabled_again_has_five_more_readings(stage: Stage) -> None:
    await stage.hear(OrgUpdated(org=ORG, video_expiry_enabled=True))
    await add(stage, OLD)
    await read_five_times(stage, STILL)
    await stage.ask(EnableTracking(video=video_id(P, OLD), project=P))
    await read_five_times(stage, STILL[:4])
    assert await stage.rests() == (False, None)
    await read_five_times(stage, STILL[4:])
    assert await stage.rests() == (True, "expired")
