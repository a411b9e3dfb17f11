"""The rows of creators and videos equal a plain recomputation, however facts are cut into pages and repeated."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from trackagoat.events import clock
from trackagoat.events.catalogue.ingest import (
    CreatorAdded,
    CreatorReactivated,
    CreatorRemoved,
    ProfileReading,
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
START = datetime(2026, 1, 1, tzinfo=UTC)
COUNTERS = ("views", "likes", "comments", "shares", "saves")
LEVELS = ("view_count", "like_count", "comment_count", "share_count", "save_count")

known = st.one_of(st.none(), st.integers(0, 3))
creator = st.integers(0, 1)
video = st.integers(0, 3)
steps = st.one_of(
    st.tuples(st.just("remove"), creator),
    st.tuples(st.just("back"), creator),
    st.tuples(st.just("review"), video, st.sampled_from(["included", "excluded"])),
    st.tuples(st.just("drop"), video),
    st.tuples(st.just("restore"), video),
    st.tuples(st.just("own"), video, creator),
    st.tuples(
        st.just("read"),
        st.one_of(st.none(), creator),
        st.sampled_from(["import", "simulator"]),
        st.integers(0, 5),
        known,
        st.dictionaries(video, st.lists(known, min_size=5, max_size=5), max_size=4),
    ),
)


class World:
    """Facts in the order ingest says them, and by plain bookkeeping what their rows must be."""

    def __init__(self) -> None:
        self.org, self.project = OrgId(clock.new_id()), ProjectId(clock.new_id())
        self.creators = [CreatorId(clock.new_id()) for _ in range(2)]
        self.videos = [VideoId(clock.new_id()) for _ in range(4)]
        self.owner: list[int | None] = [0, 0, None, 1]
        self.status: list[Any] = ["auto_tracked", "pending_review", "direct_add", "auto_tracked"]
        self.dropped, self.away = [False] * 4, [False] * 2
        self.snapshots: dict[tuple[int, datetime, str], Sequence[int | None]] = {}
        self.profiles: dict[tuple[int, datetime, str], int | None] = {}
        self.scraped: dict[int, datetime] = {}
        self.facts: list[Event] = [self.came(i) for i in range(2)] + [self.found(i) for i in range(4)]

    def who(self, i: int) -> dict[str, Any]:
        whole = {"creator": self.creators[i], "project": self.project, "tiktok_handle": f"c{i}"}
        return {**whole, "tracking_mode": "auto", "tracking_start_date": date(2026, 1, 1)}

    def what(self, i: int) -> dict[str, Any]:
        owner = self.owner[i]
        owned = None if owner is None else self.creators[owner]
        return {"video": self.videos[i], "project": self.project, "creator_id": owned}

    def came(self, i: int) -> Event:
        return CreatorAdded(**self.who(i))

    def found(self, i: int) -> Event:
        kind = VideoAdded if self.owner[i] is None else VideoDiscovered
        return kind(**self.what(i), tiktok_video_id=str(i), url=f"u{i}", tracking_status=self.status[i])

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

    def read(self, i: int | None, source: str, hour: int, followers: int | None, seen: dict[int, list[Any]]) -> Event:
        at = START + timedelta(hours=hour)
        if i is not None:
            self.profiles.setdefault((i, at, source), followers)
            self.scraped[i] = max(at, self.scraped.get(i, at))
        for v, values in seen.items():
            self.snapshots.setdefault((v, at, source), values)
        readings = [
            VideoReading(video=self.videos[v], **dict(zip(COUNTERS, values, strict=True))) for v, values in seen.items()
        ]
        return StatsSnapshotted(
            project=self.project,
            creator_id=None if i is None else self.creators[i],
            source=source,
            fetched_at=at,
            creator=None if i is None else ProfileReading(followers=followers, bio=f"{followers} fans"),
            videos=readings,
        )

    def expected_video(self, i: int) -> dict[str, Any]:
        owner = self.owner[i]
        hidden = owner is not None and self.away[owner]
        read = sorted((at, source) for v, at, source in self.snapshots if v == i)
        row: dict[str, Any] = {
            "creator_id": None if owner is None else self.creators[owner],
            "tracking_status": self.status[i],
            "hidden": hidden,
            "removed": self.dropped[i],
            "counted": self.status[i] in COUNTED and not self.dropped[i] and not hidden,
            "first_scraped_at": read[0][0] if read else None,
            "last_scraped_at": read[-1][0] if read else None,
            "stats_source": read[-1][1] if read else None,
            "availability": "available" if read else "unknown",
        }
        for n, column in enumerate(LEVELS):
            values = [(at, s[n]) for (v, at, _), s in self.snapshots.items() if v == i and s[n] is not None]
            row[column] = max(values)[1] if values else None
        return row

    def expected_creator(self, i: int) -> dict[str, Any]:
        rows = [self.expected_video(v) for v in range(4) if self.owner[v] == i]
        waiting = [r for r in rows if r["tracking_status"] == "pending_review" and not r["removed"] and not r["hidden"]]
        followers = [(at, n) for (c, at, _), n in self.profiles.items() if c == i and n is not None]
        bios = [(at, f"{n} fans") for (c, at, _), n in self.profiles.items() if c == i]
        return {
            "is_active": not self.away[i],
            "inactive_reason": "removed" if self.away[i] else None,
            "tracked_video_count": sum(r["counted"] for r in rows),
            "pending_review_count": len(waiting),
            "follower_count": max(followers)[1] if followers else None,
            "bio": max(bios)[1] if bios else None,
            "last_scraped_at": self.scraped.get(i),
        }

    async def rows(self, pool: Pool) -> list[tuple[dict[str, Any], dict[str, Any]]]:
        """What is there and what must be, for every row there is."""
        wanted: dict[Any, dict[str, Any]] = {self.videos[i]: self.expected_video(i) for i in range(4)}
        wanted |= {self.creators[i]: self.expected_creator(i) for i in range(2)}
        videos = await pool.fetch("SELECT * FROM videos WHERE org = $1", self.org)
        creators = await pool.fetch("SELECT * FROM creators WHERE org = $1", self.org)
        rows = {row["video"]: row for row in videos} | {row["creator"]: row for row in creators}
        return [({name: row[name] for name in wanted[key]}, wanted[key]) for key, row in rows.items()]


@pytest.fixture
async def pool(schema: Callable[[str], Awaitable[Pool]]) -> Pool:
    return await schema("ingest")


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    told=st.lists(steps, max_size=25),
    cuts=st.lists(st.integers(1, 6), min_size=1, max_size=8),
    deleted_after=st.one_of(st.none(), st.none(), st.integers(1, 12)),
)
async def test_rows_equal_a_recomputation(
    pool: Pool, told: list[Any], cuts: list[int], deleted_after: int | None
) -> None:
    world = World()
    for name, *given_ in told:
        fact = getattr(world, name)(*given_)
        world.facts += [fact] if fact is not None else []
    facts = [heard(e, org=world.org, at=START + timedelta(seconds=n)) for n, e in enumerate(world.facts)]
    done, turn = 0, 0
    while done < len(facts):
        size = cuts[turn % len(cuts)]
        await play(pool, SERVICE, facts[done : done + size])
        done, turn = done + size, turn + 1
        if deleted_after == turn:
            gone = ProjectDeleted(project=world.project)
            await play(pool, SERVICE, [heard(gone, org=world.org, at=START, seq=1)])
    pairs = await world.rows(pool)
    assert len(pairs) == (6 if deleted_after is None or deleted_after > turn else 0)
    for found, wanted in pairs:
        assert found == wanted
