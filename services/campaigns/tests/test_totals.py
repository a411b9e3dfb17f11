"""Totals and gains equal a recomputation from scratch, whatever happened and in whatever order it was heard."""

from __future__ import annotations

import contextlib
import os
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from random import Random
from typing import Any, TypeAlias
from uuid import UUID, uuid4, uuid5
from zoneinfo import ZoneInfo

import asyncpg
import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from trackagoat.campaigns import domain
from trackagoat.campaigns.service import service
from trackagoat.campaigns.settings import Settings
from trackagoat.events.catalogue import ingest
from trackagoat.events.catalogue.campaigns import AddItem, Commands, CreateCampaign, DeleteCampaign, RemoveItem
from trackagoat.events.catalogue.words import COUNTED, Event, OrgId, Refused
from trackagoat.events.catalogue.workspace import OrgCreated, OrgUpdated, ProjectDeleted
from trackagoat.events.envelope import Heard
from trackagoat.events.testing.play import heard, play

Pool: TypeAlias = "asyncpg.Pool[Any]"
Action = tuple[Any, ...]

TABLES = (
    *("campaigns", "items", "closure", "membership", "campaign_creators", "creators", "videos", "gone", "orgs"),
    *("video_quarters", "first_readings", "campaign_quarters", "campaign_days"),
)
EXAMPLES = int(os.environ.get("TOTALS_EXAMPLES", "60"))
CAMPAIGNS, CREATORS, VIDEOS = 9, 4, 7
COUNTERS = ("views", "likes", "comments", "shares", "saves")
FIGURES = ("posts", "readings", *(c + kind for c in COUNTERS for kind in ("", "_base", "_known", "_baselines")))
QUARTER, DAY = timedelta(minutes=15), timedelta(hours=24)
START = datetime(2026, 3, 1, tzinfo=UTC)
SERVICE = service(Settings(database_url="postgresql://unused"))


campaigns, creators, videos = (st.integers(0, most - 1) for most in (CAMPAIGNS, CREATORS, VIDEOS))
owners = st.sampled_from([0, 0, 1, 2, CREATORS - 1, None])
statuses = st.sampled_from(["auto_tracked", "included", "direct_add", "pending_review", "excluded"])
items = st.one_of(
    st.tuples(st.just("creator"), creators),
    st.tuples(st.just("video"), videos),
    st.tuples(st.just("campaign"), campaigns),
)
placements = st.tuples(st.just("add"), campaigns, items)
links = st.tuples(st.just("add"), campaigns, st.tuples(st.just("campaign"), campaigns))
counts = st.tuples(*[st.none() | st.integers(0, 9)] * len(COUNTERS))
minutes = st.sampled_from([0, 1, 2, 3, 14, 15, 29, 600, 1380, 1440, 1455, 40_000])
"""Times of readings: several in a quarter, quarters of several days, one of them after clocks have changed."""
posted = st.sampled_from([None, -5000, -1441, -1440, -30, 0, 10])
snapshots = st.tuples(st.just("snapshot"), minutes, st.dictionaries(videos, counts, min_size=1))
births = st.tuples(*(st.tuples(st.just("discover"), st.just(n), owners, statuses, posted) for n in range(VIDEOS)))
zones = st.tuples(st.just("zone"), st.sampled_from(["UTC", "Europe/Berlin", "Asia/Kathmandu", "America/St_Johns"]))
prunings = st.tuples(st.just("prune"), st.sampled_from([0, 15, 600, 1440, 2880, 41_760]))
"""Ends of what was kept no longer; readings come before and after such a fact, and of times before and after it."""
hires = st.tuples(*(st.sampled_from([("enlist", n), ("enlist", n), ("rest", n)]) for n in range(CREATORS)))
SPINE = [("add", n, ("campaign", n + 1)) for n in range(CAMPAIGNS - 2)]
"""Eight levels, one in the other."""
events = st.one_of(
    placements,
    links,
    snapshots,
    st.tuples(st.just("take"), campaigns, items),
    st.tuples(st.just("take"), campaigns, items),
    st.tuples(st.sampled_from(["create", "delete"]), campaigns),
    st.tuples(
        st.sampled_from(["discover", "direct", "own", "restore", "review", "lose"]), videos, owners, statuses, posted
    ),
    st.tuples(st.sampled_from(["enlist", "dismiss"]), creators),
    zones,
    prunings,
)
actions = st.tuples(
    hires,
    births,
    st.sampled_from([[], [], SPINE]),
    st.lists(placements, min_size=6, max_size=12),
    st.lists(links, min_size=8, max_size=16),
    st.lists(snapshots, min_size=3, max_size=8),
    st.lists(events, min_size=10, max_size=40),
    st.sampled_from([[], [], [], [], [("raze", 0)]]),
).map(lambda parts: [action for part in parts for action in part])
"""A house full of campaigns, creators and videos, and then whatever comes."""


class Story:
    """What the actions come to: the facts of each speaker in its own order."""

    def __init__(self, actions: Sequence[Action]) -> None:
        self.org = OrgId(uuid4())
        self.said: dict[str, list[Event]] = {"campaigns": [], "ingest": [], "workspace": []}
        self.graphs: dict[UUID, domain.Graph] = {}
        self.known: set[UUID] = set()
        for n in range(CAMPAIGNS):
            self.tell(("create", n))
        for action in actions:
            self.tell(action)

    def id(self, kind: str, n: int) -> Any:
        return uuid5(self.org, f"{kind} {n}")

    def project(self, kind: str, n: int) -> Any:
        """The last of every kind lies in another project."""
        last = {"campaign": CAMPAIGNS, "creator": CREATORS, "video": VIDEOS}[kind] - 1
        return self.id("project", int(n == last))

    def tell(self, action: Action) -> None:
        match action:
            case ("add" | "take" as what, n, (kind, m)):
                command = AddItem if what == "add" else RemoveItem
                where: dict[str, Any] = {"campaign": self.id("campaign", n), "project": self.project("campaign", n)}
                self.ask(command(**where, item_type=kind, item=self.id(kind, m)))
            case ("create", n):
                where = {"campaign": self.id("campaign", n), "project": self.project("campaign", n)}
                self.ask(CreateCampaign(**where, name=f"campaign {n}"))
            case ("delete", n):
                self.ask(DeleteCampaign(campaign=self.id("campaign", n), project=self.project("campaign", n)))
            case ("raze", n):
                self.said["workspace"].append(ProjectDeleted(project=self.id("project", n)))
            case ("rest", _):
                return
            case ("enlist" | "dismiss" as what, n):
                self.staff(what, n)
            case ("snapshot" | "prune", minute, *readings):
                self.said["ingest"].append(self.snapshot(minute, *readings) if readings else self.pruned(minute))
            case ("zone", zone):
                self.said["workspace"].append(self.zone(zone))
            case (what, n, owner, status, minute):
                at = None if minute is None else START + timedelta(minutes=minute)
                self.said["ingest"].extend(self.video(what, n, owner, status, at))

    def zone(self, zone: str) -> Event:
        if self.org in self.known:
            return OrgUpdated(org=self.org, timezone=zone)
        self.known.add(self.org)
        return OrgCreated(org=self.org, name="org", timezone=zone)

    def ask(self, command: Commands) -> None:
        state = self.graphs.get(command.project, domain.INITIAL)
        with contextlib.suppress(Refused):
            for event in domain.decide(command, state):
                self.said["campaigns"].append(event)
                state = domain.evolve(state, event)
        self.graphs[command.project] = state

    def staff(self, what: str, n: int) -> None:
        where = {"creator": self.id("creator", n), "project": self.project("creator", n), "tiktok_handle": "h"}
        if what == "dismiss" and where["creator"] in self.known:
            self.said["ingest"].append(ingest.CreatorRemoved(**where))
        elif what == "enlist":
            kind = ingest.CreatorReactivated if where["creator"] in self.known else ingest.CreatorAdded
            self.said["ingest"].append(kind(**where, tracking_mode="auto", tracking_start_date=date(2026, 1, 1)))
            self.known.add(where["creator"])

    def video(self, what: str, n: int, owner: int | None, status: Any, at: datetime | None) -> Iterator[Event]:
        where: dict[str, Any] = {"video": self.id("video", n), "project": self.project("video", n)}
        creator: dict[str, Any] = {"creator_id": None if owner is None else self.id("creator", owner)}
        post = {"tiktok_video_id": "1", "url": "u", "tracking_status": status, "posted_at": at}
        fresh = where["video"] not in self.known
        self.known.add(where["video"])
        match what:
            case "discover" if fresh and owner is not None:
                yield ingest.VideoDiscovered(**where, **creator, **post)
            case "discover" | "direct" if fresh:
                yield ingest.VideoAdded(**where, **creator, **post)
            case _ if fresh:
                self.known.remove(where["video"])
            case "review":
                yield ingest.VideoReviewed(**where, from_="pending_review", to=status)
            case "own":
                yield ingest.VideoUpdated(**where, **creator)
            case "lose":
                yield ingest.VideoRemoved(**where)
            case "restore":
                yield ingest.VideoRestored(**where, **creator, url="u", tracking_status=status, posted_at=at)

    def snapshot(self, minute: int, readings: dict[int, tuple[int | None, ...]]) -> ingest.StatsSnapshotted:
        """Readings of one instant come in any order, but not before and after a pruning that took one of them."""
        seconds = sum(isinstance(event, ingest.SnapshotsPruned) for event in self.said["ingest"])
        read = [(n, dict(zip(COUNTERS, values, strict=True))) for n, values in readings.items() if n < VIDEOS - 1]
        return ingest.StatsSnapshotted(
            project=self.id("project", 0),
            source="simulator",
            fetched_at=START + timedelta(minutes=minute, seconds=seconds),
            videos=[
                msgspec.convert({"video": self.id("video", n), **values}, ingest.VideoReading) for n, values in read
            ],
        )

    def pruned(self, minute: int) -> Event:
        return ingest.SnapshotsPruned(before=START + timedelta(minutes=minute))

    def pages(self, chance: Random) -> Iterator[list[Heard[Any]]]:
        """The facts as they may be heard: each speaker in order, in pages of any size, in any interleaving."""
        left = {speaker: list(events) for speaker, events in self.said.items() if events}
        while left:
            speaker = chance.choice(sorted(left))
            size = chance.choice([1, 1, 2, 4, 8, 16])
            page, rest = left[speaker][:size], left[speaker][size:]
            yield [heard(event, org=self.org, at=START) for event in page]
            left = {**left, speaker: rest} if rest else {s: e for s, e in left.items() if s != speaker}


class Recomputed:
    """The totals of a story by the definitions alone."""

    def __init__(self, story: Story) -> None:
        self.holds: dict[UUID, list[tuple[str, UUID]]] = {}
        self.home: dict[UUID, UUID] = {}
        self.removed: dict[UUID, bool] = {}
        self.owner: dict[UUID, UUID | None] = {}
        self.counts: dict[UUID, bool] = {}
        self.levels: dict[tuple[UUID, str], tuple[datetime, int]] = {}
        self.readings: dict[UUID, dict[datetime, dict[str, int]]] = {}
        self.first: dict[UUID, datetime] = {}
        self.quarters: dict[UUID, set[datetime]] = {}
        self.moved: dict[tuple[UUID, str, datetime], datetime] = {}
        self.discovered: dict[UUID, bool] = {}
        self.posted: dict[UUID, datetime] = {}
        for event in story.said["campaigns"]:
            self.build(event)
        for event in story.said["ingest"]:
            self.hear(event)
        razed = {event.project for event in story.said["workspace"] if isinstance(event, ProjectDeleted)}
        zones = [event.timezone for event in story.said["workspace"] if not isinstance(event, ProjectDeleted)]  # type: ignore[attr-defined]
        self.zone = ZoneInfo(zones[-1] if zones else "UTC")
        self.holds = {c: held for c, held in self.holds.items() if self.home[c] not in razed}

    def build(self, e: Any) -> None:
        match type(e).__name__:
            case "CampaignCreated":
                self.holds[e.campaign], self.home[e.campaign] = [], e.project
            case "CampaignDeleted":
                del self.holds[e.campaign]
                self.holds = {c: [i for i in held if i[1] != e.campaign] for c, held in self.holds.items()}
            case "CampaignItemAdded":
                self.holds[e.campaign].append((e.item_type, e.item))
            case "CampaignItemRemoved":
                self.holds[e.campaign].remove((e.item_type, e.item))

    def hear(self, e: Any) -> None:
        match type(e).__name__:
            case "CreatorAdded" | "CreatorReactivated" | "CreatorRemoved" as kind:
                self.home[e.creator], self.removed[e.creator] = e.project, kind == "CreatorRemoved"
            case "VideoDiscovered" | "VideoAdded" | "VideoRestored" as kind:
                self.discovered.setdefault(e.video, kind == "VideoDiscovered")
                if e.posted_at is not None:
                    self.posted.setdefault(e.video, e.posted_at)
                self.home[e.video], self.owner[e.video] = e.project, e.creator_id
                self.counts[e.video] = e.tracking_status in COUNTED
            case "VideoReviewed":
                self.counts[e.video] = e.to in COUNTED
            case "VideoUpdated":
                self.owner[e.video] = e.creator_id
            case "VideoRemoved":
                self.counts[e.video] = False
            case "StatsSnapshotted":
                self.read(e)
            case "SnapshotsPruned":
                for video in self.readings:
                    self.prune(video, e.before)

    def read(self, event: ingest.StatsSnapshotted) -> None:
        for reading in event.videos:
            self.first[reading.video] = min(event.fetched_at, self.first.get(reading.video, event.fetched_at))
            self.quarters.setdefault(reading.video, set()).add(quarter_of(event.fetched_at))
            values = self.readings.setdefault(reading.video, {}).setdefault(event.fetched_at, {})
            for counter in COUNTERS:
                value = getattr(reading, counter)
                if value is not None:
                    known = self.levels.get((reading.video, counter), (event.fetched_at, value))
                    self.levels[reading.video, counter] = max(known, (event.fetched_at, value))
                    values[counter] = max(value, values.get(counter, value))

    def prune(self, video: UUID, before: datetime) -> None:
        """Of the time before, the last quarter read is left, and the last known value of each counter in it."""
        if not (old := {quarter for quarter in self.quarters[video] if quarter < before}):
            return
        self.quarters[video] -= old - {max(old)}
        for counter in COUNTERS:
            past = [at for at, quarter in self.shown(video, counter) if quarter < before]
            for at in past[:-1]:
                del self.readings[video][at][counter]
            self.moved |= {(video, counter, at): max(old) for at in past[-1:]}

    @cached_property
    def counted(self) -> list[UUID]:
        return [v for v, counts in self.counts.items() if counts and not self.orphaned(v, self.owner[v])]

    def orphaned(self, video: UUID, owner: UUID | None) -> bool:
        return owner is not None and self.removed.get(owner, False) and self.home[owner] == self.home[video]

    def down(self, campaign: UUID) -> Counter[UUID]:
        """In how many ways each campaign lies in this one."""
        ways = Counter({campaign: 1})
        for kind, item in self.holds[campaign]:
            if kind == "campaign":
                ways.update(self.down(item))
        return ways

    def ways(self, campaign: UUID, *items: tuple[str, UUID | None]) -> int:
        return sum(n * sum(item in self.holds[c] for item in items) for c, n in self.down(campaign).items())

    def closure(self) -> dict[tuple[UUID, UUID], int]:
        return {(a, d): paths for a in self.holds for d, paths in self.down(a).items()}

    def membership(self) -> dict[tuple[UUID, UUID], int]:
        ways = {
            (c, v): self.ways(c, ("video", v), ("creator", self.owner[v]))
            for c in self.holds
            for v in self.counted
            if self.home[v] == self.home[c]
        }
        return {pair: paths for pair, paths in ways.items() if paths}

    def owners(self) -> dict[tuple[UUID, UUID], tuple[int, int]]:
        """By campaign and creator: in how many ways it is an item, and how many of its videos count there."""
        named = {item for held in self.holds.values() for kind, item in held if kind == "creator"}
        ways = {(c, k): self.ways(c, ("creator", k)) for c in self.holds for k in named}
        videos = Counter((c, owner) for c, v in self.membership() if (owner := self.owner[v]) is not None)
        return {pair: (ways.get(pair, 0), videos[pair]) for pair in {*ways, *videos} if ways.get(pair) or videos[pair]}

    def overlap(self) -> dict[tuple[UUID, UUID], int]:
        """How many videos two campaigns share, each once however many ways lead to it."""
        inside: dict[UUID, set[UUID]] = {}
        for campaign, video in self.membership():
            inside.setdefault(campaign, set()).add(video)
        return {(a, b): n for a in inside for b in inside if a < b and (n := len(inside[a] & inside[b]))}

    def totals(self) -> dict[UUID, dict[str, Any]]:
        inside = self.membership()
        return {c: self.total(c, [v for a, v in inside if a == c]) for c in self.holds}

    def total(self, campaign: UUID, videos: list[UUID]) -> dict[str, Any]:
        found = {k for k in self.removed if self.ways(campaign, ("creator", k))} | {self.owner[v] for v in videos}
        here = [k for k in found if k in self.removed and not self.removed[k] and self.home[k] == self.home[campaign]]
        levels = {c: [self.levels[v, c][1] for v in videos if (v, c) in self.levels] for c in COUNTERS}
        return {
            "video_count": len(videos),
            "creator_count": len(here),
            "item_count": len(self.holds[campaign]),
            **{c: sum(known) if known or not videos else None for c, known in levels.items()},
        }

    def gains(self) -> dict[tuple[UUID, datetime], Counter[str]]:
        """By campaign and quarter of an hour."""
        sums: dict[tuple[UUID, datetime], Counter[str]] = {}
        for campaign, video in self.membership():
            for quarter, figures in self.part(video).items():
                sums.setdefault((campaign, quarter), Counter()).update(figures)
        return sums

    def days(self) -> dict[tuple[UUID, date], Counter[str]]:
        sums: dict[tuple[UUID, date], Counter[str]] = {}
        for (campaign, quarter), figures in self.gains().items():
            sums.setdefault((campaign, quarter.astimezone(self.zone).date()), Counter()).update(figures)
        return sums

    def part(self, video: UUID) -> dict[datetime, Counter[str]]:
        """What one video gained, reading by reading, each in the quarter that is left of its time."""
        readings, posted, first = self.readings.get(video, {}), self.posted.get(video), self.first.get(video)
        part = {quarter: Counter(readings=1) for quarter in self.quarters.get(video, ())}
        soon = self.discovered[video] and posted is not None and first is not None and first <= posted + DAY
        for counter in COUNTERS:
            level = None
            for at, quarter in self.shown(video, counter):
                value, figures = readings[at][counter], part[quarter]
                if level is not None:
                    figures[counter] += value - level
                elif soon and at == first:
                    figures.update({counter: value, f"{counter}_known": 1})
                else:
                    figures.update({f"{counter}_base": value, f"{counter}_known": 1, f"{counter}_baselines": 1})
                level = value
        if posted is not None:
            part.setdefault(quarter_of(posted), Counter()).update(posts=1)
        return part

    def shown(self, video: UUID, counter: str) -> list[tuple[datetime, datetime]]:
        """When values of a counter were read, in order, and in which quarter each first shows: what pruning left of a
        time shows in the quarter it left, unless a later value shows before it.
        """
        found: list[tuple[datetime, datetime]] = []
        for at in sorted(
            (at for at, values in self.readings.get(video, {}).items() if counter in values), reverse=True
        ):
            place = self.moved.get((video, counter, at), quarter_of(at))
            found.append((at, min(place, found[-1][1]) if found else place))
        return found[::-1]


def quarter_of(at: datetime) -> datetime:
    return at - (at - START) % QUARTER


def figures_of(rows: Sequence[dict[str, Any]], column: str) -> dict[tuple[UUID, Any], Counter[str]]:
    """The rows of a table of gains as they are recomputed: zeros are left out of a Counter's equality."""
    return {(r["campaign"], r[column]): Counter({name: r[name] for name in FIGURES}) for r in rows}


SHARED = """
SELECT a.campaign, b.campaign, count(*) FROM membership a JOIN membership b USING (video)
WHERE a.org = $1 AND a.campaign < b.campaign GROUP BY 1, 2
"""


async def overlap(pool: Pool, org: OrgId) -> dict[tuple[UUID, UUID], int]:
    """Two campaigns laid over each other, as the rows have it."""
    return {(a, b): n for a, b, n in await pool.fetch(SHARED, org)}


async def rows(pool: Pool, org: OrgId) -> dict[str, list[dict[str, Any]]]:
    found = {t: await pool.fetch(f"SELECT * FROM {t} WHERE org = $1 ORDER BY {t}", org) for t in TABLES}  # noqa: S608
    return {table: [dict(row) for row in records] for table, records in found.items()}


async def forget(pool: Pool, org: OrgId) -> None:
    for table in TABLES:
        await pool.execute(f"DELETE FROM {table} WHERE org = $1", org)  # noqa: S608


async def tell(pool: Pool, story: Story, chance: Random) -> dict[str, list[dict[str, Any]]]:
    for page in story.pages(chance):
        await play(pool, SERVICE, page)
    return await rows(pool, story.org)


@pytest.fixture
async def pool(schema: Callable[[str], Awaitable[Pool]]) -> Pool:
    return await schema("campaigns")


@pytest.mark.timeout(120 + 2 * EXAMPLES)
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(actions=actions, seed=st.integers(0, 2**32))
async def test_rows_equal_a_recomputation_and_any_other_interleaving(
    pool: Pool, actions: list[Action], seed: int
) -> None:
    story, chance = Story(actions), Random(seed)
    first = await tell(pool, story, chance)
    ought = Recomputed(story)
    columns = [*COUNTERS, "video_count", "creator_count", "item_count"]
    assert {(r["ancestor"], r["descendant"]): r["paths"] for r in first["closure"]} == ought.closure()
    assert {(r["campaign"], r["video"]): r["paths"] for r in first["membership"]} == ought.membership()
    assert {r["campaign"]: {c: r[c] for c in columns} for r in first["campaigns"]} == ought.totals()
    assert {(r["campaign"], r["creator"]): (r["item_paths"], r["videos"]) for r in first["campaign_creators"]} == (
        ought.owners()
    )
    assert {(r["campaign"], r["item_type"], r["item"]) for r in first["items"]} == {
        (campaign, *item) for campaign, held in ought.holds.items() for item in held
    }
    assert await overlap(pool, story.org) == ought.overlap()
    assert figures_of(first["campaign_quarters"], "quarter") == ought.gains()
    assert figures_of(first["campaign_days"], "day") == ought.days()
    await forget(pool, story.org)
    assert await tell(pool, story, chance) == first
