"""Discovery misses no post: where it has to stop too early, the gap is told, read back to its end, and closed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from trackagoat.events import clock
from trackagoat.events.catalogue.ingest import (
    AddCreator,
    AddVideo,
    DisableCreator,
    DiscoveryGapClosed,
    DiscoveryGapFound,
    Post,
    ProfileReading,
    ReenableCreator,
    VideoDiscovered,
)
from trackagoat.events.catalogue.words import Command, Counters, CreatorId, OrgId, ProjectId
from trackagoat.events.envelope import Ask
from trackagoat.events.testing.play import handle, said, work
from trackagoat.events.testing.vault import VAULT
from trackagoat.ingest.due.asking import Configured
from trackagoat.ingest.service import assembled
from trackagoat.ingest.sources.protocol import Failed, Miss, Ok, PostPage, RateLimited, Reply

Pool = Any
ORG = OrgId(UUID(int=7))
P = ProjectId(UUID(int=1))
ANA = CreatorId(UUID(int=11))
START = datetime(2026, 1, 10, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
ADD = AddCreator(
    creator=ANA, project=P, tiktok_handle="ana", today=date(2026, 1, 10), tracking_start_date=date(2020, 1, 1)
)


class Account:
    """An account whose posts appear when told; a page may fail once, or be shorter than asked for."""

    name = "account"

    def __init__(self) -> None:
        self.times = [START - n * HOUR for n in range(1, 6)]
        self.asked: list[str] = []
        self.misses: dict[str, Miss] = {}
        self.most = 1000

    def posts_up_to(self, now: datetime, count: int) -> None:
        """So many new posts, a second apart, the last one just before `now`."""
        self.times = [now - timedelta(seconds=n) for n in range(1, count + 1)] + self.times

    async def profile(self, handle: str) -> Reply[ProfileReading]:
        return Ok(ProfileReading(followers=len(handle)))

    async def posts(self, handle: str, *, cursor: str | None = None, limit: int = 30) -> Reply[PostPage]:
        at = cursor or "0"
        self.asked.append(at)
        if at in self.misses:
            return self.misses.pop(at)
        shown = range(int(at), min(int(at) + min(limit, self.most), len(self.times)))
        following = str(shown.stop) if shown.stop < len(self.times) else None
        return Ok(PostPage(posts=[_post(handle, self.times[n]) for n in shown], next=following))

    async def video(self, url: str) -> Reply[Counters]:
        return Ok(Counters(views=len(url)))


def _post(handle: str, at: datetime) -> Post:
    tiktok_id = str(int(at.timestamp()) << 32)
    url = f"https://www.tiktok.com/@{handle}/video/{tiktok_id}"
    return Post(tiktok_video_id=tiktok_id, url=url, posted_at=at, views=1)


class Watch:
    """A creator whose first reading is over, and the clock."""

    def __init__(self, pool: Pool) -> None:
        self.pool, self.account, self.now = pool, Account(), START
        self.service = assembled([Configured(self.account)], VAULT, patience=0)

    async def ask(self, command: Command) -> None:
        (outcome,) = await handle(
            self.pool, self.service, Ask(org=ORG, command_id=clock.new_id(), at=self.now), [command]
        )
        assert outcome.refused is None

    async def work(self, time: timedelta = timedelta()) -> None:
        self.now += time
        await work(self.pool, self.service, self.now)

    async def found(self) -> int:
        return len(await said(self.pool, VideoDiscovered))

    async def gaps(self) -> tuple[list[DiscoveryGapFound], list[DiscoveryGapClosed]]:
        return await said(self.pool, DiscoveryGapFound), await said(self.pool, DiscoveryGapClosed)

    async def open_gap(self) -> tuple[datetime | None, datetime | None]:
        row = await self.pool.fetchrow("SELECT gap_from, gap_to FROM creators")
        return row["gap_from"], row["gap_to"]


@pytest.fixture
async def watch(schema: Callable[[str], Awaitable[Pool]]) -> Watch:
    watch = Watch(await schema("ingest"))
    await watch.ask(ADD)
    await watch.work()
    assert await watch.found() == 5
    watch.account.asked.clear()
    return watch


async def test_the_first_reading_leaves_no_gap_however_long_it_is(schema: Callable[[str], Awaitable[Pool]]) -> None:
    watch = Watch(await schema("ingest"))
    watch.account.posts_up_to(START, 450)
    await watch.ask(ADD)
    await watch.work()
    assert await watch.found() == 455
    assert await watch.gaps() == ([], [])


async def test_more_posts_than_one_run_reads_are_a_gap_that_is_read_back_and_closed(watch: Watch) -> None:
    later = START + 6 * HOUR
    watch.account.posts_up_to(later, 290)
    await watch.work(6 * HOUR)
    assert await watch.found() == 295
    (found,), (closed,) = await watch.gaps()
    newest_before, oldest_read = START - HOUR, later - timedelta(seconds=200)
    assert (found.gap_from, found.gap_to, found.posts_read, found.outcome) == (newest_before, oldest_read, 200, "ok")
    assert (closed.gap_from, closed.gap_to) == (newest_before, oldest_read)
    assert await watch.open_gap() == (None, None)
    assert watch.account.asked == [str(n) for n in range(0, 300, 25)]


async def test_reading_back_stops_when_it_has_passed_the_gap(watch: Watch) -> None:
    watch.account.times += [START - timedelta(days=1, hours=n) for n in range(400)]
    await watch.pool.execute("UPDATE creators SET tracking_start_date = '2015-01-01'")
    watch.account.posts_up_to(START + 6 * HOUR, 290)
    await watch.work(6 * HOUR)
    assert len((await watch.gaps())[1]) == 1
    assert watch.account.asked[-1] == "275", "one page past the gap, and no further"


@pytest.mark.parametrize("miss", [Failed("reset"), RateLimited(60)])
async def test_a_source_that_fails_in_the_middle_leaves_a_gap_until_it_answers(watch: Watch, miss: Miss) -> None:
    watch.account.posts_up_to(START + 6 * HOUR, 90)
    watch.account.misses["25"] = miss
    await watch.work(6 * HOUR)
    (found,), closed = await watch.gaps()
    assert (found.posts_read, found.outcome, closed) == (25, miss.outcome, [])
    assert await watch.found() == 30
    assert await watch.open_gap() == (found.gap_from, found.gap_to)
    await watch.work(MINUTE)
    assert await watch.found() == 95
    assert [(c.gap_from, c.gap_to) for c in (await watch.gaps())[1]] == [(found.gap_from, found.gap_to)]


async def test_a_source_that_fails_at_once_leaves_none(watch: Watch) -> None:
    watch.account.posts_up_to(START + 6 * HOUR, 90)
    watch.account.misses["0"] = Failed("reset")
    await watch.work(6 * HOUR)
    assert await watch.gaps() == ([], [])
    await watch.work(MINUTE)
    assert await watch.found() == 95


async def test_a_gap_outlives_a_rest_and_is_closed_by_the_next_discovery(watch: Watch) -> None:
    watch.account.posts_up_to(START + 6 * HOUR, 90)
    watch.account.misses["25"] = Failed("reset")
    await watch.work(6 * HOUR)
    lost = DisableCreator(creator=ANA, reason="private", failures=5, first_failure_at=START)
    await watch.ask(lost)
    await watch.ask(ReenableCreator(creator=ANA))
    await watch.work()
    assert await watch.found() == 95
    assert len((await watch.gaps())[1]) == 1


async def test_a_post_added_by_its_url_is_no_end_of_the_gap(watch: Watch) -> None:
    """What lies between it and the newest discovered one was never read."""
    watch.account.posts_up_to(START + 6 * HOUR, 290)
    inside = watch.account.times[250]
    await watch.ask(AddVideo(project=P, url=_post("ana", inside).url, now=START + 6 * HOUR))
    await watch.work(6 * HOUR)
    assert (await watch.gaps())[0][0].gap_from == START - HOUR
    assert await watch.found() == 294


async def test_the_same_gap_is_told_and_closed_as_often_as_it_opens(watch: Watch) -> None:
    """Two posts a page are too few to say that the rest is known, so each look that breaks off leaves the same gap."""
    watch.account.most = 2
    watch.account.posts_up_to(START + 6 * HOUR, 2)
    for _ in range(2):
        watch.account.misses["2"] = Failed("reset")
        await watch.work(6 * HOUR)
        await watch.work(MINUTE)
    found, closed = await watch.gaps()
    assert len(found) == 2
    assert {(gap.gap_from, gap.gap_to) for gap in found} == {(START - HOUR, watch.account.times[1])}
    assert [(gap.gap_from, gap.gap_to) for gap in closed] == [(gap.gap_from, gap.gap_to) for gap in found]
    assert await watch.open_gap() == (None, None)
