"""A day of a simulated TikTok: no post is missed, no reading is stored twice, nobody is asked too often.

`TRACKAGOAT_DAY_CREATORS=2000` makes it the long form, with 60,000 posts. What is compared with comes from the world
behind the simulator and from what it was asked, never from ingest.
"""

from __future__ import annotations

import asyncio
import os
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise, takewhile
from typing import Any, NamedTuple
from uuid import UUID

import pytest

from trackagoat.events import clock, due
from trackagoat.events.catalogue.ingest import AddCreator, CreatorAutoDisabled, StatsSnapshotted, VideoDiscovered
from trackagoat.events.catalogue.words import Counters, CreatorId, OrgId, ProjectId, VideoId, video_id
from trackagoat.events.catalogue.workspace import OrgCreated
from trackagoat.events.envelope import Ask
from trackagoat.events.host.service import Service
from trackagoat.events.testing.play import handle, heard, play, said
from trackagoat.events.testing.vault import VAULT
from trackagoat.events.writer import Writer
from trackagoat.ingest.domain.schedule import age_factor
from trackagoat.ingest.domain.tiktok import post_url
from trackagoat.ingest.due.asking import Configured
from trackagoat.ingest.service import assembled
from trackagoat.ingest.sources.protocol import Failed, Ok, Private, Reply
from trackagoat.ingest.sources.simulator import Faults, Simulator, World
from trackagoat.ingest.sources.simulator.chance import throw

Pool = Any
CREATORS = int(os.environ.get("TRACKAGOAT_DAY_CREATORS", "40"))
START = datetime(2026, 1, 10, tzinfo=UTC)
HOUR, TICK = timedelta(hours=1), timedelta(minutes=10)
END = START + 24 * HOUR
BEFORE, GONE = START - 72 * HOUR, START - 42 * HOUR
"""When those who will be lost were added, and when they went private: on the day two days are over."""
SLACK = timedelta(hours=1)
"""Retries after 1, 5 and 30 minutes, and the ticks between them."""
DAYS = {"steady": 61, "corrected": 61, "carousel": 61, "pinned": 61, "daily": 30, "mega": 30, "tidy": 38, "bursty": 45}
"""In so many days before the day an account of that kind made about thirty posts."""


class Plan(NamedTuple):
    """What an org asked for, in hours, and what its tier makes of it."""

    org: OrgId
    tier: Any
    asked: dict[str, Any]
    stats: int
    discovery: int
    profile: int


def hours(stats: int, discovery: int, profile: int) -> dict[str, Any]:
    return {"video_stats_hours": stats, "discover_videos_hours": discovery, "creator_profiles_hours": profile}


PLANS = (
    Plan(OrgId(UUID(int=71)), "self_hosted", hours(6, 6, 24), stats=6, discovery=6, profile=24),
    Plan(OrgId(UUID(int=72)), "self_hosted", hours(4, 12, 12), stats=4, discovery=12, profile=12),
    Plan(OrgId(UUID(int=73)), "ultra", hours(2, 2, 2), stats=2, discovery=2, profile=6),
    Plan(OrgId(UUID(int=74)), "starter", hours(1, 1, 1), stats=12, discovery=6, profile=12),
)


class Goat(NamedTuple):
    """A tracked account."""

    number: int
    plan: Plan
    handle: str
    lost: bool

    @property
    def creator(self) -> CreatorId:
        return CreatorId(UUID(int=10_000 + self.number))

    @property
    def project(self) -> ProjectId:
        return ProjectId(UUID(int=self.plan.org.int + 1000))

    @property
    def since(self) -> datetime:
        return START - timedelta(days=DAYS[self.handle.partition("_")[0]])

    def video(self, tiktok_video_id: str) -> VideoId:
        return video_id(self.project, tiktok_video_id)


def goats() -> list[Goat]:
    """One in 25 will be lost, one in 20 is of the ultra org, one in 50 of the starter org."""
    kinds, found = list(DAYS), []
    for n in range(CREATORS):
        lost = n % 25 == 1
        plan = PLANS[0 if lost else 2 if n % 20 == 0 else 3 if n % 50 == 2 else n % 2]
        found.append(Goat(n, plan, f"{kinds[n % len(kinds)]}_{n}", lost))
    return found


class Call(NamedTuple):
    """What the source was asked when. `counts`: there was an answer, and it was not lost with a worker."""

    at: datetime
    door: str
    subject: str
    counts: bool


class Watched:
    """The simulator, with faults and accounts that go private. It remembers what it was asked and what it showed."""

    name = "simulator"

    def __init__(self, lost: set[str]) -> None:
        self.now, self.dying, self._lost = BEFORE, False, lost
        self.world = World()
        self._tiktok = Simulator(
            clock=lambda: self.now, world=self.world, faults=Faults(error=15, schema_changed=1, rate_limited=1)
        )
        self.calls: list[Call] = []
        self.shown: defaultdict[str, dict[datetime, Counters]] = defaultdict(dict)
        self.listed: defaultdict[str, dict[str, datetime]] = defaultdict(dict)

    async def profile(self, handle: str) -> Reply[Any]:
        gone = self._gone(handle)
        return self._noted("profile", handle, gone or await self._tiktok.profile(handle))

    async def posts(self, handle: str, *, cursor: str | None = None, limit: int = 30) -> Reply[Any]:
        cut = Failed("reset") if cursor and throw("cut", handle, self.now) % 10 == 0 else None
        answer = self._gone(handle) or cut or await self._tiktok.posts(handle, cursor=cursor, limit=limit)
        if isinstance(answer, Ok) and not self.dying:
            for post in answer.value.posts:
                self.listed[handle][post.tiktok_video_id] = post.posted_at or START
                self.shown[post.tiktok_video_id][self.now] = counters(post)
        return self._noted("posts" if cursor is None else "more posts", handle, answer)

    async def video(self, url: str) -> Reply[Any]:
        post = post_url(url)
        answer = self._gone(post.handle) or await self._tiktok.video(url)
        if isinstance(answer, Ok) and not self.dying:
            self.shown[post.tiktok_video_id][self.now] = counters(answer.value)
        return self._noted("video", post.tiktok_video_id, answer)

    def _gone(self, handle: str | None) -> Private | None:
        return Private() if handle in self._lost and self.now >= GONE else None

    def _noted(self, door: str, subject: str, answer: Reply[Any]) -> Reply[Any]:
        told = answer.outcome in {"ok", "not_found", "private"}
        self.calls.append(Call(self.now, door, subject, told and not self.dying))
        return answer


def counters(given: Any) -> Counters:
    return Counters(**{name: getattr(given, name) for name in Counters.__struct_fields__})


def levels(row: Any) -> Counters:
    return Counters(**{name: row[f"{name[:-1]}_count"] for name in Counters.__struct_fields__})


class Day:
    """Two replicas over one database, and the clock."""

    def __init__(self, pool: Pool) -> None:
        self.pool, self.goats = pool, goats()
        self.watched = Watched({goat.handle for goat in self.goats if goat.lost})
        self.service: Service = assembled([Configured(self.watched)], VAULT)
        self.replicas = [(Writer(pool, self.service), clock.new_id()) for _ in range(2)]

    async def open(self) -> None:
        made = [OrgCreated(org=p.org, name="o", tier=p.tier, **p.asked) for p in PLANS]
        await play(self.pool, self.service, [heard(e, org=e.org, at=BEFORE, seq=n) for n, e in enumerate(made, 1)])

    async def add(self, at: datetime, *, lost: bool) -> None:
        for plan in PLANS:
            asked = [goat for goat in self.goats if goat.lost is lost and goat.plan is plan]
            for first in range(0, len(asked), 50):
                commands = [
                    AddCreator(
                        creator=g.creator, project=g.project, tiktok_handle=g.handle, today=at.date(),
                        tracking_start_date=g.since.date(),
                    )
                    for g in asked[first : first + 50]
                ]  # fmt: skip
                ask = Ask(org=plan.org, command_id=clock.new_id(), at=at)
                assert not any(o.refused for o in await handle(self.pool, self.service, ask, commands))

    async def live(self, until: datetime, step: timedelta) -> None:
        """Up to that instant; now and then a worker dies over its work."""
        while self.watched.now < until:
            await self.work()
            self.watched.now += step
        await self.work()

    async def work(self) -> None:
        now = self.watched.now
        if throw("kill", now) % 12 == 0:
            await self._die(now)
        while True:
            done = 0
            for kind in self.service.due:
                ran = (due.work_once(self.pool, writer, kind, holder, now) for writer, holder in self.replicas)
                done += sum(await asyncio.gather(*ran))
            if not done:
                return

    async def _die(self, now: datetime) -> None:
        """Work is claimed and done, and its worker is gone before it commits."""
        self.watched.dying = True
        for kind in self.service.due[:3]:
            await kind.run(self.pool, await due.claim(self.pool, kind, clock.new_id(), now), now)
        self.watched.dying = False

    def truth(self, goat: Goat) -> Iterator[str]:
        """The posts that were there for longer than it may take to find them."""
        window = goat.plan.discovery * HOUR + SLACK
        at = START
        while at + window <= END:
            yield from self._visible(goat, at) & self._visible(goat, at + window)
            at += window

    def _visible(self, goat: Goat, at: datetime) -> set[str]:
        posts = takewhile(lambda p: (p.posted_at or at) >= goat.since, self.watched.world.posts_at(goat.handle, at))
        return {post.tiktok_video_id for post in posts}


def found_exactly(day: Day, discovered: list[VideoDiscovered]) -> None:
    """Every post that could be found and every one that was shown, each once, and nothing else."""
    found: defaultdict[CreatorId | None, list[str]] = defaultdict(list)
    for event in discovered:
        found[event.creator_id].append(event.tiktok_video_id)
    for goat in day.goats:
        ids = found.pop(goat.creator)
        listed = {id for id, posted_at in day.watched.listed[goat.handle].items() if posted_at >= goat.since}
        assert (len(ids), set(ids)) == (len(listed), listed), goat
        assert goat.lost or not set(day.truth(goat)) - listed, goat
    assert not found


async def stored_exactly(day: Day, discovered: list[VideoDiscovered], read: list[StatsSnapshotted]) -> int:
    """Every reading that was shown, once, with its counters; levels are those of the last that knew them."""
    ids = {event.video: event.tiktok_video_id for event in discovered}
    shown = {(video, at): c for video, id in ids.items() for at, c in day.watched.shown[id].items()}
    told = Counter((v.video, e.fetched_at) for e in read for v in e.videos)
    assert told == dict.fromkeys(shown, 1)
    rows = await day.pool.fetch("SELECT * FROM video_snapshots")
    assert len(rows) == len(shown)
    assert {(row["video"], row["fetched_at"]): levels(row) for row in rows} == shown
    for row in await day.pool.fetch("SELECT * FROM videos"):
        readings = [c for _, c in sorted(day.watched.shown[ids[row["video"]]].items())]
        last = Counters(**{name: _last(readings, name) for name in Counters.__struct_fields__})
        assert levels(row) == last
    return len(rows)


def _last(readings: list[Counters], name: str) -> int | None:
    return next((value for c in reversed(readings) if (value := getattr(c, name)) is not None), None)


def asked_in_time(day: Day) -> None:
    """No account sooner than its org asked for and its tier allows, nor much later."""
    times: defaultdict[tuple[str, str], list[datetime]] = defaultdict(list)
    for call in day.watched.calls:
        if call.counts:
            times[call.door, call.subject].append(call.at)
    for goat in day.goats:
        for door, hours in (("posts", goat.plan.discovery), ("profile", goat.plan.profile)):
            asked = times[door, goat.handle]
            gaps = [later - before for before, later in pairwise(asked)]
            assert not gaps or min(gaps) >= hours * HOUR, (goat, door)
            assert goat.lost or max([*gaps, END - asked[-1]]) <= hours * HOUR + SLACK, (goat, door)


def read_in_time(day: Day, discovered: list[VideoDiscovered]) -> int:
    """No post sooner than its age allows after it was seen last, nor much later; how many were read by themselves."""
    goats = {goat.creator: goat for goat in day.goats}
    calls: defaultdict[str, list[Call]] = defaultdict(list)
    for call in day.watched.calls:
        if call.door == "video":
            calls[call.subject].append(call)
    for event in discovered:
        assert event.creator_id is not None
        goat, id = goats[event.creator_id], event.tiktok_video_id
        answered = {call.at for call in calls[id] if call.counts}
        looks = sorted(day.watched.shown[id].keys() | answered)
        wait = goat.plan.stats * HOUR
        born = event.posted_at or END
        for call in calls[id]:
            before = max(at for at in looks if at < call.at)
            assert call.at - before >= wait * age_factor(before - born), (goat, id)
        assert goat.lost or END - looks[-1] <= wait * age_factor(END - born) + SLACK, (goat, id)
    return sum(map(len, calls.values()))


def left_alone(day: Day, disabled: list[CreatorAutoDisabled], times: list[datetime]) -> None:
    """Who was lost is disabled on the day, once, and then costs nothing."""
    lost = {goat.creator: goat for goat in day.goats if goat.lost}
    assert Counter(event.creator for event in disabled) == Counter(lost.keys())
    for event, at in zip(disabled, times, strict=True):
        goat = lost[event.creator]
        posts = day.watched.listed[goat.handle].keys() | {goat.handle}
        asked = [call.at for call in day.watched.calls if call.subject in posts]
        assert START <= at <= START + 12 * HOUR
        assert (min(asked), max(asked)) == (BEFORE, at)


@pytest.mark.timeout(180 + CREATORS)
async def test_a_day_finds_every_post_and_reads_it_as_often_as_agreed(schema: Callable[[str], Awaitable[Pool]]) -> None:
    day = Day(await schema("ingest"))
    await day.open()
    await day.add(BEFORE, lost=True)
    await day.live(START, HOUR)
    await day.add(START, lost=False)
    await day.live(END, TICK)
    discovered = await said(day.pool, VideoDiscovered)
    found_exactly(day, discovered)
    readings = await stored_exactly(day, discovered, await said(day.pool, StatsSnapshotted))
    asked_in_time(day)
    alone = read_in_time(day, discovered)
    disabled = await said(day.pool, CreatorAutoDisabled)
    at = await day.pool.fetch("SELECT at FROM events WHERE tag = $1 ORDER BY pos", CreatorAutoDisabled.tag())
    left_alone(day, disabled, [row["at"] for row in at])
    assert await day.pool.fetchval("SELECT count(*) FROM due WHERE due_at <= $1", END) == 0
    print(f"{len(day.goats)} creators, {len(discovered)} posts, {readings} readings, {alone} of one post alone")  # noqa: T201 - the counts of the long form
