"""The read models once more, from the facts alone, in plain Python and with none of the services' own code."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from trackagoat.cli.gains import Days, by_day, summed
from trackagoat.events.catalogue.campaigns import (
    CampaignCreated,
    CampaignDeleted,
    CampaignItemAdded,
    CampaignItemRemoved,
)
from trackagoat.events.catalogue.ingest import (
    CreatorAdded,
    CreatorAutoDisabled,
    CreatorReactivated,
    CreatorReenabled,
    CreatorRemoved,
    CreatorRenamed,
    CreatorUpdated,
    StatsSnapshotted,
    VideoAdded,
    VideoDescribed,
    VideoDiscovered,
    VideoRemoved,
    VideoRestored,
    VideoReviewed,
    VideoTrackingDisabled,
    VideoTrackingEnabled,
    VideoUpdated,
)
from trackagoat.events.catalogue.words import COUNTED

COUNTERS = ("views", "likes", "comments", "shares", "saves")
DAY = timedelta(hours=24)


class Video:
    """A post, and every reading of it: (when, by whom) to its counters; what is said first stands."""

    def __init__(self, event: Any, *, discovered: bool) -> None:
        """As it came in."""
        self.project, self.owner, self.status = event.project, event.creator_id, event.tracking_status
        self.discovered, self.removed, self.posted_at = discovered, False, event.posted_at
        self.rests = False
        self.readings: dict[tuple[datetime, str], tuple[int | None, ...]] = {}

    def level(self, counter: int) -> int | None:
        """The latest known value; of equal times the larger."""
        known = [(at, v[counter]) for (at, _), v in self.readings.items() if v[counter] is not None]
        return max(known)[1] if known else None

    def gain(self, counter: int, start: datetime, end: datetime) -> int | None:
        """What it gained in [start, end): level by level, the first one only when it was gathered while tracked."""
        known = sorted(self.readings.items())
        base = total = None
        for nth, ((at, _), values) in enumerate(known):
            value = values[counter]
            if value is None:
                continue
            if start <= at < end:
                gathered = nth == 0 and self.discovered and self.posted_at and at - self.posted_at <= DAY
                before = base if base is not None else 0 if gathered else value
                total = (total or 0) + value - before
            base = value
        return total

    def days(self, zone: ZoneInfo) -> Days:
        """What it gained, day by day."""
        readings = ((at, values) for (at, _), values in self.readings.items())
        return by_day(readings, zone, self.posted_at, discovered=self.discovered)


class Program:
    """Creators and posts after all of ingest's facts."""

    def __init__(self, events: Sequence[Any]) -> None:
        """Hear them in order."""
        self.creators: dict[UUID, Any] = {}
        self.removed: set[UUID] = set()
        self.disabled: set[UUID] = set()
        self.handles: dict[UUID, str] = {}
        self.followers: dict[UUID, dict[tuple[datetime, str], int | None]] = {}
        self.videos: dict[UUID, Video] = {}
        for event in events:
            self._hear(event)

    def _hear(self, e: Any) -> None:
        match e:
            case StatsSnapshotted():
                self._read(e)
            case VideoDiscovered() | VideoAdded():
                self.videos[e.video] = Video(e, discovered=isinstance(e, VideoDiscovered))
            case _ if getattr(e, "video", None) in self.videos:
                self._change(self.videos[e.video], e)
            case _:
                self._settle(e)

    def _settle(self, e: Any) -> None:
        match e:
            case CreatorAdded() | CreatorReactivated() | CreatorUpdated():
                self.creators[e.creator], self.handles[e.creator] = e, e.tiktok_handle
                if isinstance(e, CreatorReactivated):
                    self.removed.discard(e.creator)
            case CreatorRenamed():
                self.handles[e.creator] = e.to
                self.followers.pop(e.creator, None)
            case CreatorAutoDisabled():
                self.disabled.add(e.creator)
            case CreatorReenabled():
                self.disabled.discard(e.creator)
            case CreatorRemoved():
                self.removed.add(e.creator)
                self.disabled.discard(e.creator)
            case _:
                pass  # it says nothing about this

    def _change(self, video: Video, e: Any) -> None:
        match e:
            case VideoReviewed():
                video.status = e.to
            case VideoUpdated():
                video.owner = e.creator_id
            case VideoTrackingDisabled() | VideoTrackingEnabled():
                video.rests = isinstance(e, VideoTrackingDisabled)
            case VideoRemoved():
                video.removed = True
            case VideoDescribed():
                video.posted_at = video.posted_at or e.posted_at
            case VideoRestored():
                video.removed, video.status, video.owner = False, e.tracking_status, e.creator_id
                video.posted_at = video.posted_at or e.posted_at
            case _:
                pass  # it says nothing about this

    def _read(self, e: Any) -> None:
        for reading in e.videos:
            counters = tuple(getattr(reading, name) for name in COUNTERS)
            self.videos[reading.video].readings.setdefault((e.fetched_at, e.source), counters)
        if e.creator is not None:
            self.followers.setdefault(e.creator_id, {}).setdefault((e.fetched_at, e.source), e.creator.followers)

    def counts(self, video: UUID) -> bool:
        """Whether it enters totals."""
        v = self.videos[video]
        return v.status in COUNTED and not v.removed and v.owner not in self.removed

    def follower_level(self, creator: UUID) -> int | None:
        """The latest known figure."""
        known = [(at, n) for (at, _), n in self.followers.get(creator, {}).items() if n is not None]
        return max(known)[1] if known else None

    def figure(self, creator: UUID, metric: str, start: datetime, end: datetime) -> int:
        """What a goal of the creator has come to in [start, end): posts posted, or views gained."""
        mine = [v for id, v in self.videos.items() if v.owner == creator and not v.rests and self.counts(id)]
        if metric == "posts":
            return sum(1 for v in mine if v.posted_at is not None and start <= v.posted_at < end)
        return sum(v.gain(0, start, end) or 0 for v in mine)


class Graph:
    """Campaigns after all of their facts."""

    def __init__(self, events: Sequence[Any], program: Program) -> None:
        """Hear them in order."""
        self._program = program
        self.holds: dict[UUID, list[tuple[str, UUID]]] = {}
        self.home: dict[UUID, UUID] = {}
        for event in events:
            self._hear(event)
        self._down = cache(self._counted_down)

    def _hear(self, e: Any) -> None:
        match e:
            case CampaignCreated():
                self.holds[e.campaign], self.home[e.campaign] = [], e.project
            case CampaignDeleted():
                del self.holds[e.campaign]
                gone = ("campaign", e.campaign)
                self.holds = {c: [item for item in held if item != gone] for c, held in self.holds.items()}
            case CampaignItemAdded():
                self.holds[e.campaign].append((e.item_type, e.item))
            case CampaignItemRemoved():
                self.holds[e.campaign].remove((e.item_type, e.item))
            case _:
                pass  # it says nothing about this

    def _counted_down(self, campaign: UUID) -> Counter[UUID]:
        ways = Counter({campaign: 1})
        for kind, item in self.holds[campaign]:
            if kind == "campaign":
                ways.update(self._down(item))
        return ways

    def closure(self) -> dict[tuple[UUID, UUID], int]:
        """In how many ways each campaign lies in another."""
        return {(above, below): ways for above in self.holds for below, ways in self._down(above).items()}

    def days(self, zone: ZoneInfo) -> dict[UUID, Days]:
        """What each campaign gained, day by day."""
        inside: dict[UUID, list[Days]] = {campaign: [] for campaign in self.holds}
        for campaign, video in self.membership():
            inside[campaign].append(self._program.videos[video].days(zone))
        return {campaign: summed(parts) for campaign, parts in inside.items()}

    def membership(self) -> dict[tuple[UUID, UUID], int]:
        """In how many ways each counted post lies in a campaign."""
        found: Counter[tuple[UUID, UUID]] = Counter()
        for campaign in self.holds:
            for item, ways in self._leaves(campaign):
                for video in self._counted(campaign, item):
                    found[campaign, video] += ways
        return dict(found)

    def _leaves(self, campaign: UUID) -> Iterator[tuple[tuple[str, UUID], int]]:
        for below, ways in self._down(campaign).items():
            yield from ((item, ways) for item in self.holds[below] if item[0] != "campaign")

    def _counted(self, campaign: UUID, item: tuple[str, UUID]) -> Iterator[UUID]:
        kind, id = item
        for video, v in self._program.videos.items():
            named = video == id if kind == "video" else v.owner == id
            if named and v.project == self.home[campaign] and self._program.counts(video):
                yield video

    def totals(self) -> dict[UUID, dict[str, int | None]]:
        """Each campaign's row."""
        inside: dict[UUID, set[UUID]] = {campaign: set() for campaign in self.holds}
        for campaign, video in self.membership():
            inside[campaign].add(video)
        return {campaign: self._total(campaign, videos) for campaign, videos in inside.items()}

    def _total(self, campaign: UUID, videos: set[UUID]) -> dict[str, int | None]:
        p = self._program
        owners = {p.videos[v].owner for v in videos}
        items = {id for (kind, id), _ in self._leaves(campaign) if kind == "creator"}
        here = [c for c in owners | items if c in p.creators and c not in p.removed]
        total: dict[str, int | None] = {
            "video_count": len(videos),
            "item_count": len(self.holds[campaign]),
            "creator_count": sum(1 for c in here if p.creators[c].project == self.home[campaign]),
        }
        for nth, name in enumerate(COUNTERS):
            known = [level for v in videos if (level := p.videos[v].level(nth)) is not None]
            total[name] = sum(known) if known or not videos else None
        return total
