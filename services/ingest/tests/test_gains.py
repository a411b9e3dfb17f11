"""Gains of posts, creators and projects equal a plain recomputation from all readings, in whatever order they came."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from operator import itemgetter
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from trackagoat.events import clock
from trackagoat.events.catalogue.ingest import (
    CreatorAdded,
    CreatorReactivated,
    CreatorRemoved,
    CreatorRenamed,
    ProfileReading,
    SnapshotsPruned,
    StatsSnapshotted,
    VideoAdded,
    VideoDiscovered,
    VideoReading,
    VideoRemoved,
    VideoRestored,
    VideoReviewed,
    VideoUpdated,
)
from trackagoat.events.catalogue.words import COUNTED, CreatorId, Event, OrgId, ProjectId, VideoId
from trackagoat.events.catalogue.workspace import ProjectDeleted
from trackagoat.events.testing.play import heard, play
from trackagoat.events.testing.vault import VAULT
from trackagoat.ingest.service import assembled

Pool = Any
SERVICE = assembled([], VAULT)
START = datetime(2026, 3, 1, tzinfo=UTC)
TOLD = START + timedelta(days=60)
COUNTERS = ("views", "likes", "comments", "shares", "saves")
PARTS = ("", "_base", "_firsts", "_baselines")
POSTED = (START, START - timedelta(hours=30), None, START + timedelta(minutes=5))
OWNERS = (0, 0, None, 1)
Found = dict[tuple[Any, datetime], Counter[str]]

video, creator = st.integers(0, 3), st.integers(0, 1)
known = st.one_of(st.none(), st.integers(0, 50))
counters = st.lists(known, min_size=5, max_size=5)
minutes = st.one_of(st.integers(0, 40), st.sampled_from([600, 1_440, 1_441, 2_000, 5_000]))
readings = st.tuples(
    st.just("read"), creator, st.sampled_from("ab"), minutes, known, st.dictionaries(video, counters, max_size=4)
)
steps = st.one_of(
    readings,
    readings,
    readings,
    st.tuples(st.just("remove"), creator),
    st.tuples(st.just("back"), creator),
    st.tuples(st.just("rename"), creator, minutes),
    st.tuples(st.just("review"), video, st.sampled_from(["included", "excluded"])),
    st.tuples(st.just("drop"), video),
    st.tuples(st.just("restore"), video),
    st.tuples(st.just("own"), video, creator),
    st.tuples(st.just("prune"), minutes),
)


def quarter(at: datetime) -> datetime:
    return at - timedelta(minutes=at.minute % 15, seconds=at.second, microseconds=at.microsecond)


class World:
    """Facts as ingest says them, beside plain bookkeeping of what they mean."""

    def __init__(self) -> None:
        self.org, self.project = OrgId(clock.new_id()), ProjectId(clock.new_id())
        self.creators = [CreatorId(clock.new_id()) for _ in range(2)]
        self.videos = [VideoId(clock.new_id()) for _ in range(4)]
        self.owner = list(OWNERS)
        self.status: list[Any] = ["auto_tracked", "pending_review", "direct_add", "auto_tracked"]
        self.dropped, self.away = [False] * 4, [False] * 2
        self.posts: dict[tuple[int, datetime, str], list[int | None]] = {}
        self.profiles: dict[tuple[int, datetime, str], int | None] = {}
        self.mark = START
        self.renames: tuple[set[datetime], set[datetime]] = (set(), set())

    def beginning(self) -> list[Event]:
        came: list[Event] = [CreatorAdded(**self.who(i)) for i in range(2)]
        for i in range(4):
            kind = VideoAdded if self.owner[i] is None else VideoDiscovered
            more = {"tiktok_video_id": str(i), "url": f"u{i}", "tracking_status": self.status[i]}
            came.append(kind(**self.what(i), **more, posted_at=POSTED[i]))
        return came

    def who(self, i: int) -> dict[str, Any]:
        whole = {"creator": self.creators[i], "project": self.project, "tiktok_handle": f"c{i}"}
        return {**whole, "tracking_mode": "auto", "tracking_start_date": date(2026, 1, 1)}

    def what(self, i: int) -> dict[str, Any]:
        owner = self.owner[i]
        owned = None if owner is None else self.creators[owner]
        return {"video": self.videos[i], "project": self.project, "creator_id": owned}

    def remove(self, i: int) -> Event | None:
        if self.away[i]:
            return None
        self.away[i] = True
        return CreatorRemoved(creator=self.creators[i], project=self.project, tiktok_handle=f"c{i}")

    def back(self, i: int) -> Event | None:
        if not self.away[i]:
            return None
        self.away[i] = False
        return CreatorReactivated(**self.who(i))

    def rename(self, i: int, minute: int) -> Event:
        self.renames[i].add(START + timedelta(minutes=minute))
        return CreatorRenamed(creator=self.creators[i], project=self.project, from_=f"c{i}", to=f"d{i}")

    def review(self, i: int, to: Any) -> Event | None:
        if self.dropped[i]:
            return None
        before, self.status[i] = self.status[i], to
        return VideoReviewed(**self.what(i), from_=before, to=to)

    def drop(self, i: int) -> Event:
        self.dropped[i] = True
        return VideoRemoved(**self.what(i))

    def restore(self, i: int) -> Event:
        owner = self.owner[i]
        self.dropped[i], self.status[i] = False, "direct_add"
        self.owner[i] = None if owner is not None and self.away[owner] else owner
        return VideoRestored(**self.what(i), url=f"u{i}")

    def own(self, i: int, owner: int) -> Event | None:
        if self.owner[i] is not None or self.away[owner]:
            return None
        self.owner[i] = owner
        return VideoUpdated(**self.what(i))

    def read(self, i: int, source: str, minute: int, followers: int | None, seen: dict[int, list[int | None]]) -> Event:
        at = START + timedelta(minutes=minute)
        self.profiles.setdefault((i, at, source), followers)
        for v, values in seen.items():
            self.posts.setdefault((v, at, source), values)
        rows = [
            VideoReading(video=self.videos[v], views=a, likes=b, comments=c, shares=d, saves=e)
            for v, (a, b, c, d, e) in seen.items()
        ]
        return StatsSnapshotted(
            project=self.project,
            creator_id=self.creators[i],
            source=source,
            fetched_at=at,
            creator=ProfileReading(followers=followers),
            videos=rows,
        )

    def prune(self, minute: int) -> Event:
        before = quarter(START + timedelta(minutes=minute))
        self.mark = max(self.mark, before)
        return SnapshotsPruned(before=before)

    # -- what the rows must be ----------------------------------------------------------------------------

    def left(self, readings: dict[tuple[int, datetime, str], Any], i: int) -> list[tuple[datetime, str, Any]]:
        """The readings of one that are not pruned: later ones, the last before, and the last to know each counter."""
        mine = sorted(
            ((at, source, row) for (who, at, source), row in readings.items() if who == i), key=itemgetter(0, 1)
        )
        old = [one for one in mine if one[0] < self.mark]
        last = old[-1:]
        for n in range(5):
            known = [one for one in old if one[2][n] is not None]
            last += [max(known, key=lambda one: (one[0], one[2][n], one[1]))] if known else []
        return [one for one in mine if one[0] >= self.mark or one in last]

    def of_video(self, i: int) -> Found:
        first = min((at for v, at, _ in self.posts if v == i), default=None)
        taken = [(at, values) for at, _, values in self.left(self.posts, i)]
        found: Found = {}
        for n, name in enumerate(COUNTERS):
            levels: dict[datetime, int] = {}
            for at, values in taken:
                if (value := values[n]) is not None:
                    levels[at] = max(value, levels.get(at, value))
            discovered, posted = OWNERS[i] is not None, POSTED[i]
            fresh = posted is not None and first is not None and first - posted <= timedelta(hours=24)
            gathered = discovered and fresh and first == min(levels, default=None)
            note(found, self.videos[i], name, levels, gathered=gathered)
        for at, values in taken:
            if values != [None] * 5:
                found[self.videos[i], quarter(at)]["readings"] += 1
        return found

    def of_creator(self, i: int) -> Found:
        levels: dict[datetime, int] = {}
        taken = self.left({key: [value] * 5 for key, value in self.profiles.items()}, i)
        for at, _, (value, *_) in taken:
            if value is not None:
                levels[at] = max(value, levels.get(at, value))
        found: Found = {}
        note(found, self.creators[i], "followers", levels, self.renames[i], gathered=False)
        for at, _, (value, *_) in taken:
            if value is not None:
                found[self.creators[i], quarter(at)]["readings"] += 1
        return found

    def sums(self) -> Found:
        """Every row of a post or profile, added to each subject it counts for."""
        total: Found = {}
        for i in range(4):
            owner = self.owner[i]
            if self.status[i] in COUNTED and not self.dropped[i]:
                add(total, self.of_video(i), list(self.subjects(owner)))
        for i in range(2):
            add(total, self.of_creator(i), list(self.subjects(i)))
        return total

    def subjects(self, owner: int | None) -> Iterator[Any]:
        if owner is not None:
            yield self.creators[owner]
        if owner is None or not self.away[owner]:
            yield self.project


def note(
    found: Found, subject: Any, name: str, levels: dict[datetime, int], anew: Iterable[datetime] = (), *, gathered: bool
) -> None:
    for n, at in enumerate(sorted(levels)):
        row = found.setdefault((subject, quarter(at)), Counter())
        if n == 0:
            row[name] += levels[at] if gathered else 0
            row[f"{name}_base"] += 0 if gathered else levels[at]
            row[f"{name}_firsts"] += 1
            row[f"{name}_baselines"] += not gathered
    for earlier, later in pairwise(sorted(levels)):
        row = found.setdefault((subject, quarter(later)), Counter())
        renamed = any(earlier < at <= later for at in anew)
        row[f"{name}_base" if renamed else name] += levels[later] - levels[earlier]
        row[f"{name}_baselines"] += renamed


def add(total: Found, rows: Found, subjects: list[Any]) -> None:
    for (_, at), row in rows.items():
        for subject in subjects:
            into = total.setdefault((subject, at), Counter())
            into.update(row)


async def stored(pool: Pool, table: str, subject: str, org: OrgId) -> Found:
    query = f"SELECT * FROM {table} WHERE org = $1"  # noqa: S608 - names of the test's own
    rows = [dict(row) for row in await pool.fetch(query, org)]
    return {(r.pop(subject), r.pop("quarter")): Counter({n: v or 0 for n, v in r.items() if n != "org"}) for r in rows}


@pytest.fixture
async def pool(schema: Callable[[str], Awaitable[Pool]]) -> Pool:
    return await schema("ingest")


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(told=st.lists(steps, max_size=25), cuts=st.lists(st.integers(1, 6), min_size=1, max_size=8))
async def test_gains_equal_a_recomputation(pool: Pool, told: list[Any], cuts: list[int]) -> None:
    world = World()
    facts = [heard(e, org=world.org, at=TOLD) for e in world.beginning()]
    events = [(name, more, fact) for name, *more in told if (fact := getattr(world, name)(*more)) is not None]
    for n, (name, more, event) in enumerate(events):
        at = START + timedelta(minutes=more[1]) if name == "rename" else TOLD + timedelta(seconds=n)
        facts.append(heard(event, org=world.org, at=at))
    done, turn = 0, 0
    while done < len(facts):
        size = cuts[turn % len(cuts)]
        await play(pool, SERVICE, facts[done : done + size])
        done, turn = done + size, turn + 1
    videos = {key: row for i in range(4) for key, row in world.of_video(i).items()}
    assert await stored(pool, "video_gains", "video", world.org) == videos
    profiles = {key: row for i in range(2) for key, row in world.of_creator(i).items()}
    assert await stored(pool, "profile_gains", "creator", world.org) == profiles
    assert await stored(pool, "gains", "subject", world.org) == world.sums()
    kept = {(world.videos[i], at, source) for i in range(4) for at, source, _ in world.left(world.posts, i)}
    rows = await pool.fetch("SELECT video, fetched_at, source FROM video_snapshots WHERE org = $1", world.org)
    assert {tuple(row) for row in rows} == kept


async def test_pruning_knows_of_a_rename_between_readings_that_stay(pool: Pool) -> None:
    world = World()
    ana, hour = world.creators[0], timedelta(hours=1)

    def profile(n: int, read: ProfileReading) -> Event:
        at = START + n * hour
        return StatsSnapshotted(project=world.project, creator_id=ana, source="a", fetched_at=at, creator=read)

    told = [
        (TOLD, CreatorAdded(**world.who(0))),
        (TOLD, profile(0, ProfileReading(followers=10, following=5))),
        (START + hour, CreatorRenamed(creator=ana, project=world.project, from_="c0", to="d0")),
        (TOLD, profile(2, ProfileReading(followers=100))),
        (TOLD, profile(3, ProfileReading(followers=101))),
        (TOLD + hour, SnapshotsPruned(before=START + timedelta(days=1))),
    ]
    await play(pool, SERVICE, [heard(event, org=world.org, at=at) for at, event in told])
    rows = await stored(pool, "profile_gains", "creator", world.org)
    assert {
        at: (row["followers"], row["followers_base"], row["followers_baselines"]) for (_, at), row in rows.items()
    } == {
        START: (0, 10, 1),
        START + 3 * hour: (0, 91, 1),
    }


async def test_a_deleted_project_leaves_no_gains(pool: Pool) -> None:
    world = World()
    told = [*world.beginning(), world.read(0, "a", 5, 100, {0: [1, 2, 3, 4, 5], 2: [9, 9, 9, 9, 9]})]
    await play(pool, SERVICE, [heard(e, org=world.org, at=START) for e in told])
    assert len(await stored(pool, "gains", "subject", world.org)) == 2
    await play(pool, SERVICE, [heard(ProjectDeleted(project=world.project), org=world.org, at=START, seq=1)])
    for table, subject in (("gains", "subject"), ("video_gains", "video"), ("profile_gains", "creator")):
        assert await stored(pool, table, subject, world.org) == {}
