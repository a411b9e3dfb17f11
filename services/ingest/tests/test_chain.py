"""The chain of sources on real tables: order, fallback, rest, pace, and answers parked for people to look at."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from trackagoat.events import clock, due
from trackagoat.events.catalogue.ingest import (
    AddCreator,
    EraseCreator,
    Post,
    ProfileReading,
    ScrapeFailed,
    StatsSnapshotted,
)
from trackagoat.events.catalogue.sources import ChooseSources
from trackagoat.events.catalogue.words import Command, Counters, CreatorId, OrgId, ProjectId
from trackagoat.events.envelope import Ask
from trackagoat.events.testing.play import handle, said, work
from trackagoat.events.testing.vault import VAULT
from trackagoat.events.writer import Writer
from trackagoat.ingest.due.asking import Configured
from trackagoat.ingest.service import assembled
from trackagoat.ingest.sources.protocol import (
    Blocked,
    Failed,
    Miss,
    NotFound,
    Ok,
    PostPage,
    RateLimited,
    Reply,
    SchemaChanged,
)

Pool = Any
ORG, OTHER = OrgId(UUID(int=7)), OrgId(UUID(int=8))
P = ProjectId(UUID(int=1))
NOW = datetime(2026, 1, 10, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


class Scripted:
    """A source that answers as told: with a miss, or with data. Every call is noted."""

    def __init__(self, name: str, miss: Miss | None = None, posts: int = 1) -> None:
        self.name, self.miss, self.posts_made = name, miss, posts
        self.asked, self.under_way, self.most = list[str](), 0, 0

    async def profile(self, handle: str) -> Reply[ProfileReading]:
        return await self._answer(f"profile {handle}", Ok(ProfileReading(followers=10)))

    async def posts(self, handle: str, *, cursor: str | None = None, limit: int = 30) -> Reply[PostPage]:
        at = int(cursor or 0)
        shown = range(at, min(at + limit, self.posts_made))
        following = str(shown.stop) if shown.stop < self.posts_made else None
        page = PostPage(posts=[_post(handle, n) for n in shown], next=following)
        return await self._answer(f"posts {handle} {at}", Ok(page))

    async def video(self, url: str) -> Reply[Counters]:
        return await self._answer(f"video {url}", Ok(Counters(views=5)))

    async def _answer(self, call: str, data: Any) -> Reply[Any]:
        self.asked.append(call)
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        await asyncio.sleep(0)
        self.under_way -= 1
        return self.miss or data


def _post(handle: str, number: int) -> Post:
    tiktok_id = str(int((NOW - (number + 1) * timedelta(hours=1)).timestamp()) << 32)
    return Post(tiktok_video_id=tiktok_id, url=f"https://www.tiktok.com/@{handle}/video/{tiktok_id}", views=number)


class Farm:
    """A service over some sources; nobody waits for a slot, so nothing here takes time."""

    def __init__(self, pool: Pool, *sources: Scripted | Configured) -> None:
        self.pool = pool
        configured = [one if isinstance(one, Configured) else Configured(one) for one in sources]
        self.service = assembled(configured, VAULT, patience=0)

    async def ask(self, *commands: Command, org: OrgId = ORG) -> None:
        outcomes = await handle(self.pool, self.service, Ask(org=org, command_id=clock.new_id(), at=NOW), commands)
        assert [o.refused for o in outcomes] == [None] * len(commands)

    async def add(self, *handles: str, org: OrgId = ORG) -> None:
        adds = [
            AddCreator(
                creator=CreatorId(clock.new_id()), project=ProjectId(UUID(int=org.int)), tiktok_handle=name,
                today=date(2026, 1, 10), tracking_start_date=date(2020, 1, 1),
            )
            for name in handles
        ]  # fmt: skip
        await self.ask(*adds, org=org)

    async def once(self, now: datetime = NOW) -> None:
        """One batch of every kind."""
        for kind in self.service.due:
            await due.work_once(self.pool, Writer(self.pool, self.service), kind, clock.new_id(), now)

    async def due(self, kind: str) -> list[timedelta]:
        rows = await self.pool.fetch("SELECT due_at FROM due WHERE kind = $1 ORDER BY due_at", kind)
        return [row["due_at"] - NOW for row in rows]

    async def standing(self, source: str) -> Any:
        return await self.pool.fetchrow("SELECT * FROM source_standings WHERE source = $1", source)


@pytest.fixture
async def pool(schema: Callable[[str], Awaitable[Pool]]) -> Pool:
    return await schema("ingest")


async def test_what_a_source_said_that_was_not_understood_is_parked_and_the_next_source_is_asked(pool: Pool) -> None:
    odd, good = Scripted("odd", SchemaChanged("no stats", b'{"a": 1}')), Scripted("good")
    farm = Farm(pool, odd, good)
    await farm.add("ana")
    await work(pool, farm.service, NOW)
    assert {s.source for s in await said(pool, StatsSnapshotted)} == {"good"}
    assert await said(pool, ScrapeFailed) == []
    rows = await pool.fetch("SELECT * FROM raw_answers ORDER BY kind")
    assert [(r["source"], r["kind"], r["subject"], r["detail"]) for r in rows[:2]] == [
        ("odd", "creator_profiles", "ana", "no stats"),
        ("odd", "discover_videos", "ana", "no stats"),
    ]
    assert (rows[0]["body"], rows[0]["size"], rows[0]["org"]) == (b'{"a": 1}', 8, ORG)
    assert (await farm.standing("odd"))["broken_since"] is not None


async def test_a_long_answer_is_kept_in_part_with_its_size_and_of_many_only_the_newest(pool: Pool) -> None:
    odd = Scripted("odd", SchemaChanged("?", b"x" * (1024 * 1024 + 5)))
    farm = Farm(pool, odd)
    await farm.add("ana")
    await work(pool, farm.service, NOW)
    assert await pool.fetchval("SELECT max(length(body)) FROM raw_answers") == 1024 * 1024
    assert await pool.fetchval("SELECT max(size) FROM raw_answers") == 1024 * 1024 + 5
    odd.miss = SchemaChanged("?", b"y")
    for days in range(40):
        await work(pool, farm.service, NOW + timedelta(days=days / 2))
    assert await pool.fetchval("SELECT count(*) FROM raw_answers") <= 50
    await work(pool, farm.service, NOW + timedelta(days=100))
    assert await pool.fetchval("SELECT count(*) FROM raw_answers WHERE at < $1", NOW + timedelta(days=60)) == 0


async def test_a_source_that_wants_fewer_calls_rests_for_every_account_and_every_replica(pool: Pool) -> None:
    first = Scripted("busy", RateLimited(90))
    farm = Farm(pool, first, Scripted("spare"))
    await farm.add("ana")
    await work(pool, farm.service, NOW)
    assert first.asked == ["profile ana"]
    replica = Scripted("busy")
    other = Farm(pool, replica, Scripted("spare"))
    await other.add("bob", org=OTHER)
    await work(pool, other.service, NOW + timedelta(seconds=30))
    assert replica.asked == []
    assert await said(pool, StatsSnapshotted) == []
    assert set(await farm.due("creator_profiles")) == {timedelta(seconds=90)}
    await work(pool, other.service, NOW + timedelta(seconds=91))
    assert {s.source for s in await said(pool, StatsSnapshotted)} == {"busy"}
    assert (await farm.standing("busy"))["outcome"] == "ok"


async def test_waiting_for_a_resting_source_counts_for_nothing(pool: Pool) -> None:
    farm = Farm(pool, Scripted("busy", RateLimited(90)))
    await farm.add("ana", "bob", "cat")
    for seconds in (0, 30, 60):
        await work(pool, farm.service, NOW + timedelta(seconds=seconds))
    assert len(await said(pool, ScrapeFailed)) <= 6
    assert await pool.fetchval("SELECT max(attempts) FROM due") == 0


async def test_a_broken_source_is_passed_over_until_it_is_probed(pool: Pool) -> None:
    odd, good = Scripted("odd", SchemaChanged("?", b"?")), Scripted("good")
    farm = Farm(pool, odd, good)
    await farm.add("ana", "bob", "cat", "dan")
    await work(pool, farm.service, NOW)
    before = len(odd.asked)
    await farm.add("eve")
    await work(pool, farm.service, NOW + MINUTE)
    assert len(odd.asked) == before
    odd.miss = None
    await farm.add("fay")
    await work(pool, farm.service, NOW + 16 * MINUTE)
    assert len(odd.asked) > before
    assert (await farm.standing("odd"))["broken_since"] is None


async def test_when_everybody_is_broken_work_waits_for_the_probe_and_says_nothing(pool: Pool) -> None:
    farm = Farm(pool, Scripted("odd", SchemaChanged("?", b"?")))
    await farm.add("ana", "bob", "cat")
    await work(pool, farm.service, NOW)
    said_before = len(await said(pool))
    await farm.add("eve")
    await work(pool, farm.service, NOW + 2 * MINUTE)
    new = [f for f in (await said(pool))[said_before:] if isinstance(f, ScrapeFailed)]
    assert new == []
    assert min(await farm.due("creator_profiles")) >= 15 * MINUTE


async def test_all_refused_is_the_last_refusal_and_is_tried_again_in_15_minutes(pool: Pool) -> None:
    farm = Farm(pool, Scripted("one", Blocked("captcha")), Scripted("two", Blocked("login wall")))
    await farm.add("ana")
    await work(pool, farm.service, NOW)
    assert {(f.source, f.outcome, f.detail) for f in await said(pool, ScrapeFailed)} == {
        ("two", "blocked", "login wall")
    }
    assert await farm.due("creator_profiles") == [15 * MINUTE]


async def test_an_account_that_is_not_there_is_not_looked_for_elsewhere(pool: Pool) -> None:
    spare = Scripted("spare")
    farm = Farm(pool, Scripted("one", NotFound("gone")), spare)
    await farm.add("ana")
    await work(pool, farm.service, NOW)
    assert spare.asked == []


async def test_an_org_is_read_from_the_sources_it_chose_and_others_are_not(pool: Pool) -> None:
    one, two = Scripted("one"), Scripted("two")
    farm = Farm(pool, one, two)
    await farm.ask(ChooseSources(kind="creator_profiles", sources=["two"]))
    await farm.ask(ChooseSources(kind="discover_videos", sources=[]))
    await farm.add("ana")
    await farm.add("bob", org=OTHER)
    await work(pool, farm.service, NOW)
    assert two.asked == ["profile ana"]
    assert [call for call in one.asked if "ana" in call] == []
    assert {call.split()[0] for call in one.asked} == {"profile", "posts"}
    await farm.ask(ChooseSources(kind="creator_profiles", sources=None))
    await work(pool, farm.service, NOW + timedelta(days=1))
    assert "profile ana" in one.asked


async def test_the_installation_may_order_each_kind_differently(pool: Pool) -> None:
    one = Configured(Scripted("one"), ranks={"creator_profiles": 1, "discover_videos": 0})
    two = Configured(Scripted("two"), ranks={"creator_profiles": 0})
    farm = Farm(pool, one, two)
    await farm.add("ana")
    await work(pool, farm.service, NOW)
    assert [two.source.asked, one.source.asked] == [["profile ana"], ["posts ana 0"]]  # type: ignore[attr-defined]
    assert await said(pool, ScrapeFailed) == []


async def test_calls_over_the_pace_of_a_source_are_put_off_one_after_another(pool: Pool) -> None:
    slow = Scripted("slow")
    farm = Farm(pool, Configured(slow, ranks={"creator_profiles": 0}, calls_per_minute=6))
    await farm.add("ana", "bob", "cat")
    await farm.once(NOW)
    assert len(slow.asked) == 1
    again = sorted(await farm.due("creator_profiles"))
    assert [round(wait.total_seconds(), 1) for wait in again[:2]] == [10, 20]
    assert await said(pool, ScrapeFailed) == []


async def test_replicas_share_the_pace(pool: Pool) -> None:
    one, two = Scripted("slow"), Scripted("slow")
    farms = [Farm(pool, Configured(s, ranks={"creator_profiles": 0}, calls_per_minute=6)) for s in (one, two)]
    await farms[0].add("ana", "bob")
    for seconds in range(0, 60, 5):
        for farm in farms:
            await farm.once(NOW + timedelta(seconds=seconds))
    assert len(one.asked) + len(two.asked) == 2
    slots = await pool.fetchval("SELECT free_at FROM source_slots")
    assert slots >= NOW + timedelta(seconds=20)


async def test_no_more_calls_than_allowed_are_under_way_at_once(pool: Pool) -> None:
    narrow, wide = Scripted("narrow"), Scripted("wide")
    farm = Farm(
        pool,
        Configured(narrow, ranks={"creator_profiles": 0}, at_once=2),
        Configured(wide, ranks={"discover_videos": 0}),
    )
    await farm.add(*(f"goat{n}" for n in range(8)))
    await work(pool, farm.service, NOW)
    assert (narrow.most, wide.most) == (2, 8)


async def test_reading_goes_on_with_the_source_that_began_it_unless_that_is_refused(pool: Pool) -> None:
    one, two = Scripted("one", posts=450), Scripted("two", posts=450)
    farm = Farm(pool, Configured(one, ranks={"discover_videos": 0}), Configured(two, ranks={"discover_videos": 1}))
    await farm.add("ana")
    await farm.once(NOW)
    assert (one.asked[-1], two.asked) == ("posts ana 175", [])
    one.miss = Blocked("captcha")
    await farm.once(NOW)
    assert (one.asked[8], two.asked[0]) == ("posts ana 200", "posts ana 0")
    await work(pool, farm.service, NOW)
    assert two.asked[-1] == "posts ana 425"
    assert await said(pool, ScrapeFailed) == []


async def test_reading_that_ran_out_of_slots_goes_on_there(pool: Pool) -> None:
    slow = Scripted("slow", posts=70)
    farm = Farm(pool, Configured(slow, ranks={"discover_videos": 0}, calls_per_minute=1))
    await farm.add("ana")
    for minutes in (0, 1, 2, 3, 4):
        await farm.once(NOW + minutes * MINUTE)
    assert slow.asked == ["posts ana 0", "posts ana 25", "posts ana 50"]
    assert await pool.fetchval("SELECT count(*) FROM videos") == 70


async def test_what_was_said_of_an_erased_creator_is_gone(pool: Pool) -> None:
    farm = Farm(pool, Scripted("odd", SchemaChanged("?", b"bio: ana")))
    await farm.add("Ana", "bob")
    await work(pool, farm.service, NOW)
    creator = await pool.fetchval("SELECT creator FROM creators WHERE handle_key = 'ana'")
    await farm.ask(EraseCreator(creator=creator))
    assert {row["subject"] for row in await pool.fetch("SELECT subject FROM raw_answers")} == {"bob"}


class Silent(Scripted):
    """Fails the way networks do."""

    async def profile(self, handle: str) -> Reply[ProfileReading]:
        raise ConnectionResetError(handle)


async def test_a_network_error_says_nothing_of_the_source(pool: Pool) -> None:
    farm = Farm(pool, Silent("silent", Failed("reset")))
    await farm.add("ana")
    await work(pool, farm.service, NOW)
    assert await farm.standing("silent") is None
    assert {f.outcome for f in await said(pool, ScrapeFailed)} == {"error"}
