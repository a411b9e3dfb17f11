"""A generated program, and beside it every reading in plain Python, to work out from scratch what answers come to."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable, Iterable, Iterator
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
NUMERATOR = COUNTERS[1:]
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
        self._steps: dict[str, list[tuple[datetime, int, bool]]] = {}

    def level(self, counter: str, before: datetime = FAR) -> int | None:
        known = [(at, value) for at, v in self.readings if at < before and (value := v[counter]) is not None]
        return max(known)[1] if known else None

    def steps(self, counter: str) -> list[tuple[datetime, int, bool]]:
        """(when, what it gained, whether that was a baseline) of each reading that knows the counter."""
        if len(self._steps.get(counter, ())) < sum(v[counter] is not None for _, v in self.readings):
            self._steps[counter] = self._worked_out(counter)
        return self._steps.get(counter, [])

    def _worked_out(self, counter: str) -> list[tuple[datetime, int, bool]]:
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
        self.crew: dict[str, set[str]] = {}
        self.placed: list[tuple[str, str, str]] = []

    def when(self, start: datetime = BEGIN, end: datetime = END) -> datetime:
        return start + timedelta(minutes=self.dice.randrange(int((end - start) / timedelta(minutes=1))))

    # -- what is asked of it ------------------------------------------------------------------------------

    def counted(self, among: Iterable[str] | None = None) -> list[Video]:
        found = self.videos.values() if among is None else [self.videos[id] for id in among]
        return [v for v in found if v.counted and v.owner not in self.removed]

    def owned(self) -> dict[str | None, list[Video]]:
        """The counted videos of everybody who has any."""
        found: dict[str | None, list[Video]] = {}
        for video in self.counted():
            found.setdefault(video.owner, []).append(video)
        return found

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


def cut(granularity: str, first: date, last: date, size: int = 10) -> Iterator[tuple[date, date, date]]:
    """(label, first day, day after) of each bucket of the range."""
    after = last + DAY
    begins = {"day": first, "custom": first, "week": first - timedelta(days=first.weekday())}.get(
        granularity, first.replace(day=1)
    )
    while begins < after:
        ends = {"day": begins + DAY, "custom": begins + size * DAY, "week": begins + 7 * DAY}.get(
            granularity, (begins + timedelta(days=32)).replace(day=1)
        )
        yield begins, max(begins, first), min(ends, after)
        begins = ends


class Oracle:
    """One entity in plain Python: which videos it sums, and which creators."""

    def __init__(self, raw: Raw, videos: list[Video], creators: list[str], zone: str) -> None:
        self.raw, self.videos, self.creators, self.zone = raw, videos, creators, zone

    def span(self, first: date, after: date) -> tuple[datetime, datetime]:
        return midnight(first, self.zone), midnight(after, self.zone)

    def gain(self, what: str, first: date, after: date) -> Any:
        start, end = self.span(first, after)
        if what == "posts":
            return sum(start <= v.posted_at < end for v in self.videos)
        if what == "followers":
            known = any(self.raw.followers(c, end) is not None for c in self.creators)
            return sum(self.raw.followers_gained(c, start, end) for c in self.creators) if known else None
        known = any(v.known_by(what, end) for v in self.videos)
        return sum(v.gain(what, start, end) for v in self.videos) if known else None

    def level(self, what: str, after: date) -> Any:
        _, end = self.span(after, after)
        if what == "posts":
            return sum(v.posted_at < end for v in self.videos)
        if what == "followers":
            return total(self.raw.followers(c, end) for c in self.creators)
        return total(v.level(what, end) for v in self.videos)

    def rate(self, metric: str, first: date, after: date) -> Any:
        views, acted = self.gain("views", first, after), [self.gain(c, first, after) for c in NUMERATOR]
        interactions = total(acted)
        fans = self.level("followers", after)
        if metric == "engagement_rate_by_views":
            return self.show(interactions, views if views and views > 0 else None)
        if metric == "engagement_rate_by_followers":
            return self.show(interactions, fans)
        if metric == "posts_per_week":
            return rounded(Fraction(self.gain("posts", first, after) * 7, (after - first).days))
        return self.show(views, (self.level("posts", after) or 0) * 100 or None)

    def show(self, part: int | None, whole: int | None) -> Any:
        return None if part is None or not whole else rounded(Fraction(part * 100, whole))

    def flag(self, what: str, first: date, after: date) -> bool:
        start, end = self.span(first, after)
        if what == "followers":
            return any(start <= min(read)[0] < end for c in self.creators if (read := self.raw.profiles[c]))
        return any(v.baseline(what, start, end) for v in self.videos)


@pytest.fixture
def plain() -> dict[str, Callable[..., Any]]:
    """Plain functions tests compare with."""
    return {"midnight": midnight, "total": total, "rounded": rounded, "cut": cut, "oracle": Oracle}


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
    placed += [(outer, "creator", ana), (outer, "video", one)]
    for campaign, kind, item in placed:
        await api.post(f"/campaigns/{campaign}/items", {"item_type": kind, "item_id": item})
    raw.held["Inner"] = {v.id for v in raw.of(ana)} | {added}
    raw.held["Outer"] = raw.held["Inner"] | {one}
    raw.held["Empty"] = set()
    raw.crew = {"Inner": {ana}, "Outer": {ana, bo}, "Empty": set()}
    raw.placed = placed


@pytest.fixture
def furnished(api: Any) -> Callable[[], Awaitable[Raw]]:
    async def made() -> Raw:
        raw = Raw(7)
        await furnish(api, raw)
        return raw

    return made


@pytest.fixture
async def raw(furnished: Callable[[], Awaitable[Raw]]) -> Raw:
    return await furnished()


@pytest.fixture
def empty() -> tuple[Raw, type[Video]]:
    """A program of which nothing was said yet, and what its videos are."""
    return Raw(0), Video
