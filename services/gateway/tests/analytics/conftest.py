"""A generated program, and beside it every reading in plain Python, to work out from scratch what answers come to."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from trackagoat.events.catalogue.ingest import Post, ProfileReading, RecordScrape
from trackagoat.events.catalogue.words import CreatorId, ProjectId, video_id

COUNTERS = ("views", "likes", "comments", "shares", "saves")
BEGIN, END = datetime(2026, 2, 20, tzinfo=UTC), datetime(2026, 4, 14, tzinfo=UTC)
DAY = timedelta(days=1)
FAR = datetime(2999, 1, 1, tzinfo=UTC)


class Video:
    """A post and all readings of it."""

    def __init__(self, project: str, post: str, owner: str | None, posted_at: datetime) -> None:
        self.id, self.post = str(video_id(ProjectId(UUID(project)), post)), post
        self.owner, self.posted_at, self.discovered = owner, posted_at, owner is not None
        self.counted = True
        self.readings: list[tuple[datetime, dict[str, int | None]]] = []

    def level(self, counter: str, before: datetime = FAR) -> int | None:
        known = [(at, value) for at, v in self.readings if at < before and (value := v[counter]) is not None]
        return max(known)[1] if known else None

    def steps(self, counter: str) -> list[tuple[datetime, int, bool]]:
        """(when, what it gained, whether that was a baseline) of each reading that knows the counter."""
        known = sorted((at, value) for at, v in self.readings if (value := v[counter]) is not None)
        found = []
        for n, (at, value) in enumerate(known):
            if n:
                found.append((at, value - known[n - 1][1], False))
                continue
            first = at == min(when for when, _ in self.readings)
            whole = self.discovered and first and at - self.posted_at <= DAY
            found.append((at, value if whole else 0, not whole))
        return found

    def gain(self, counter: str, start: datetime, end: datetime) -> int:
        return sum(gain for at, gain, _ in self.steps(counter) if start <= at < end)

    def baseline(self, counter: str, start: datetime, end: datetime) -> bool:
        return any(flag for at, _, flag in self.steps(counter) if start <= at < end)

    def known_by(self, counter: str, end: datetime) -> bool:
        return any(at < end for at, _, _ in self.steps(counter))


class Raw:
    """Everything that was said of the program."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.project = ""
        self.handles: dict[str, str] = {}
        self.removed: set[str] = set()
        self.videos: dict[str, Video] = {}
        self.profiles: dict[str, list[tuple[datetime, int]]] = {}
        self.campaigns: dict[str, str] = {}
        self.held: dict[str, set[str]] = {}

    def when(self, start: datetime = BEGIN, end: datetime = END) -> datetime:
        return start + timedelta(minutes=self.dice.randrange(int((end - start) / timedelta(minutes=1))))

    # -- what is asked of it ------------------------------------------------------------------------------

    def counted(self, among: Iterable[str] | None = None) -> list[Video]:
        found = self.videos.values() if among is None else [self.videos[id] for id in among]
        return [v for v in found if v.counted and v.owner not in self.removed]

    def of(self, creator: str) -> list[Video]:
        return [v for v in self.counted() if v.owner == creator]

    def posted(self, start: datetime, end: datetime) -> list[Video]:
        return [v for v in self.counted() if start <= v.posted_at < end]

    def followers(self, creator: str, before: datetime) -> int | None:
        known = [one for one in self.profiles[creator] if one[0] < before]
        return max(known)[1] if known else None

    def followers_gained(self, creator: str, start: datetime, end: datetime) -> int:
        known = sorted(self.profiles[creator])
        return sum(b[1] - a[1] for a, b in pairwise(known) if start <= b[0] < end)


def midnight(day: str | date, zone: str) -> datetime:
    day = date.fromisoformat(day) if isinstance(day, str) else day
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)


def total(values: Iterable[int | None]) -> int | None:
    """The sum of the known; null when none of them is, 0 when there are none."""
    given = list(values)
    known = [value for value in given if value is not None]
    return sum(known) if known or not given else None


def rounded(value: Fraction | None, places: int = 2) -> float | None:
    if value is None:
        return None
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return float(exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP))


@pytest.fixture
def plain() -> dict[str, Callable[..., Any]]:
    """Plain functions tests compare with."""
    return {"midnight": midnight, "total": total, "rounded": rounded}


async def furnish(api: Any, raw: Raw) -> None:
    """Creators with posts, one post of nobody's, scrapes in a shuffled order, and what makes some of it not count."""
    raw.project = await api.project()
    for handle in ("ana", "bo", "cy"):
        creator = await api.creator(raw.project, handle, tracking_start_date="2016-01-01")
        raw.handles[creator], raw.profiles[creator] = handle, []
        for n in range(9):
            post = f"{len(raw.videos) + 1:03d}{n}{'0' * 12}"
            video = Video(raw.project, post, creator, raw.when())
            raw.videos[video.id] = video
    posted_at = datetime(2026, 3, 12, 9, tzinfo=UTC)
    stranger = str(int(posted_at.timestamp()) << 32)
    url = f"https://www.tiktok.com/@stranger/video/{stranger}"
    added = (await api.post(f"/projects/{raw.project}/videos", {"url": url}))["data"]["id"]
    raw.videos[added] = Video(raw.project, stranger, None, posted_at)
    await scrapes(api, raw, added)
    await leave_out(api, raw)
    await group(api, raw, added)


async def scrapes(api: Any, raw: Raw, added: str) -> None:
    planned = [(creator, raw.when()) for creator in raw.handles for _ in range(9)]
    grown = {id: raw.dice.randrange(20, 400) for id in raw.videos}
    raw.dice.shuffle(planned)
    for creator, at in planned:
        seen = [v for v in raw.videos.values() if v.owner == creator and v.posted_at <= at]
        seen += [raw.videos[added]] if raw.handles[creator] == "ana" and at >= raw.videos[added].posted_at else []
        posts = []
        for v in seen:
            age = (at - v.posted_at) / DAY
            views = int(grown[v.id] * (10 + 40 * age)) - raw.dice.randrange(30)
            values: dict[str, int | None] = {
                "views": views,
                "likes": views // 20,
                "comments": views // 150,
                "shares": None if raw.dice.random() < 0.2 else views // 300,
                "saves": None if raw.handles[creator] == "bo" else views // 80,
            }
            if raw.dice.random() < 0.05:
                values["views"] = None
            v.readings.append((at, values))
            url = f"https://www.tiktok.com/@{raw.handles[creator]}/video/{v.post}"
            more: dict[str, Any] = {"posted_at": v.posted_at, "title": f"T{v.post[:4]}", **values}
            posts.append(Post(tiktok_video_id=v.post, url=url, **more))
        fans = 1_000 + int((at - BEGIN) / DAY) * 37 + raw.dice.randrange(60)
        raw.profiles[creator].append((at, fans))
        command = RecordScrape(
            creator=CreatorId(UUID(creator)),
            project=ProjectId(UUID(raw.project)),
            source="simulator",
            fetched_at=at,
            tracking_mode="auto",
            profile=ProfileReading(followers=fans),
            posts=posts,
        )
        assert (await api.tell(command)).refused is None
    raw.videos = {id: v for id, v in raw.videos.items() if v.readings or id == added}


async def leave_out(api: Any, raw: Raw) -> None:
    ana, bo, cy = raw.handles
    excluded, dropped = raw.of(ana)[2], raw.of(bo)[3]
    await api.patch(f"/videos/{excluded.id}", {"tracking_status": "excluded"})
    await api.delete(f"/videos/{dropped.id}")
    await api.delete(f"/creators/{cy}")
    excluded.counted = dropped.counted = False
    raw.removed.add(cy)


async def group(api: Any, raw: Raw, added: str) -> None:
    """Inner holds ana and the post of nobody's; Outer holds Inner, ana again, and one post of bo's; Empty nothing."""
    ana, bo, cy = raw.handles
    one = raw.of(bo)[0].id
    for name in ("Inner", "Outer", "Empty"):
        raw.campaigns[name] = await api.campaign(raw.project, name)
    inner, outer, _ = raw.campaigns.values()
    placed = [(inner, "creator", ana), (inner, "video", added), (inner, "creator", cy), (outer, "campaign", inner)]
    for campaign, kind, item in [*placed, (outer, "creator", ana), (outer, "video", one)]:
        await api.post(f"/campaigns/{campaign}/items", {"item_type": kind, "item_id": item})
    raw.held["Inner"] = {v.id for v in raw.of(ana)} | {added}
    raw.held["Outer"] = raw.held["Inner"] | {one}
    raw.held["Empty"] = set()


@pytest.fixture
async def raw(api: Any) -> Raw:
    made = Raw(7)
    await furnish(api, made)
    return made
