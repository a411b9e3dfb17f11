"""Recomputing campaigns from items, videos and readings, by a walk that shares nothing with how they are kept."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from trackagoat.cli.gains import by_day, differing, since, summed
from trackagoat.events.audit import Check, Finding

SHOWN = 8
"""So many differences of one campaign are told."""
COUNTERS = ("views", "likes", "comments", "shares", "saves")
PATIENCE_SECONDS = 10.0
PAUSE_SECONDS = 0.25

_CAMPAIGNS = """
SELECT campaign, name, org, project, video_count, creator_count, views, likes, comments, shares, saves
FROM campaigns.campaigns ORDER BY random() LIMIT $1
"""
_ITEMS = "SELECT campaign, item_type, item FROM campaigns.items WHERE campaign = ANY($1::uuid[])"
_INGEST_VIDEOS = """
SELECT video, org, project, creator_id, view_count AS views, like_count AS likes, comment_count AS comments,
    share_count AS shares, save_count AS saves, posted_at, origin = 'discovery' AS discovered
FROM ingest.videos WHERE counted AND (video = ANY($1::uuid[]) OR creator_id = ANY($2::uuid[]))
"""
_HEARD_VIDEOS = """
SELECT video, org, project, creator_id, views, likes, comments, shares, saves, posted_at, NULL AS discovered
FROM campaigns.counted_videos WHERE video = ANY($1::uuid[]) OR creator_id = ANY($2::uuid[])
"""
_CREATORS = """
SELECT creator, project FROM ingest.creators
WHERE creator = ANY($1::uuid[]) AND inactive_reason IS DISTINCT FROM 'removed'
"""
_HEARD_CREATORS = "SELECT creator, project FROM campaigns.creators WHERE creator = ANY($1::uuid[]) AND NOT removed"
_BEHIND = """
SELECT h.seq - coalesce((SELECT min(c.seq) FROM campaigns.checkpoints c
        WHERE c.projection = 'totals' AND c.source = 'ingest' AND c.partition >= 0), 0)
    + (SELECT count(*) FROM ingest.unsequenced)
FROM ingest.feed_head h
"""

_READINGS = """
SELECT video, fetched_at, ARRAY[view_count, like_count, comment_count, share_count, save_count] AS values
FROM ingest.video_snapshots WHERE video = ANY($1::uuid[])
"""
_HOW_MANY = "SELECT count(*) FROM ingest.video_snapshots WHERE video = ANY($1::uuid[])"
_DAYS = "SELECT * FROM campaigns.campaign_days WHERE campaign = $1"
_ZONE = "SELECT timezone FROM campaigns.orgs WHERE org = $1"
_PRUNED = "SELECT before FROM ingest.pruned WHERE org = $1"
MOST_READINGS = 200_000
"""Gains of a campaign with more readings than this are not recomputed: they would not fit here."""

Items = Mapping[UUID, Collection[tuple[str, UUID]]]
"""The direct items of each campaign: (kind, id)."""


class Video(msgspec.Struct, frozen=True):
    """A video that counts, whose it is, and its latest known counters."""

    video: UUID
    org: UUID
    project: UUID
    creator_id: UUID | None
    views: int | None
    likes: int | None
    comments: int | None
    shares: int | None
    saves: int | None
    posted_at: datetime | None = None
    discovered: bool | None = None


class Snapshot:
    """What totals are recomputed from, all of one moment."""

    def __init__(self, items: Items, videos: Iterable[Video], creators: Mapping[UUID, UUID]) -> None:
        """The counted videos, and the creators that are not removed with their projects."""
        self.items, self.creators = items, creators
        self.videos: dict[UUID, Video] = {}
        self.of_creator: defaultdict[UUID, list[Video]] = defaultdict(list)
        for video in videos:
            self.videos[video.video] = video
            if video.creator_id is not None:
                self.of_creator[video.creator_id].append(video)

    def found_in(self, held: Iterable[tuple[str, UUID]]) -> dict[UUID, Video]:
        """The videos behind items, each once."""
        found: dict[UUID, Video] = {}
        for kind, item in held:
            if kind == "video" and item in self.videos:
                found[item] = self.videos[item]
            elif kind == "creator":
                found |= {video.video: video for video in self.of_creator.get(item, ())}
        return found


def below(items: Items, campaign: UUID) -> set[tuple[str, UUID]]:
    """Everything in a campaign, however deep."""
    found: set[tuple[str, UUID]] = set()
    waiting = [campaign]
    while waiting:
        for item in items.get(waiting.pop(), ()):
            if item not in found:
                found.add(item)
                waiting += [item[1]] if item[0] == "campaign" else []
    return found


def closure(row: Mapping[str, Any], snapshot: Snapshot) -> list[Video]:
    """The videos that count in a campaign."""
    held = below(snapshot.items, row["campaign"])
    place = row["org"], row["project"]
    return [video for video in snapshot.found_in(held).values() if (video.org, video.project) == place]


def recompute(row: Mapping[str, Any], snapshot: Snapshot) -> dict[str, int | None]:
    """The totals a campaign ought to have."""
    held, videos = below(snapshot.items, row["campaign"]), closure(row, snapshot)
    owners = {video.creator_id for video in videos if video.creator_id}
    owners |= {item for kind, item in held if kind == "creator"}
    totals: dict[str, int | None] = {
        "video_count": len(videos),
        "creator_count": sum(snapshot.creators.get(owner) == row["project"] for owner in owners),
    }
    for counter in COUNTERS:
        known = [value for video in videos if (value := getattr(video, counter)) is not None]
        totals[counter] = sum(known) if known or not videos else None
    return totals


def wrong(rows: Iterable[Mapping[str, Any]], snapshot: Snapshot) -> list[Finding]:
    """Campaigns whose totals are not as recomputed."""
    findings = []
    for row in rows:
        totals = recompute(row, snapshot)
        if off := [f"{name} {row[name]} instead of {ought}" for name, ought in totals.items() if row[name] != ought]:
            findings.append(_fault(row, off))
    return findings


def _fault(row: Mapping[str, Any], off: Sequence[str]) -> Finding:
    more = f" and {len(off) - SHOWN} more" if len(off) > SHOWN else ""
    what = f"campaign {row['campaign']} ({row['name']}): {', '.join(off[:SHOWN])}{more}"
    return Finding("fault", what, "`goat rebuild campaigns totals` makes the rows anew")


async def wrong_days(tx: Any, rows: Sequence[Mapping[str, Any]], snapshot: Snapshot) -> list[Finding]:
    """Campaigns whose gains per day are not as recomputed from ingest's readings."""
    findings = []
    for row in rows:
        videos = {video.video: video for video in closure(row, snapshot)}
        if await tx.fetchval(_HOW_MANY, list(videos)) > MOST_READINGS:
            what = f"campaign {row['campaign']} ({row['name']}) has too many readings: its days were not recomputed"
            findings.append(Finding("warning", what, "`goat rebuild campaigns totals --verify` compares all rows"))
            continue
        readings: defaultdict[UUID, list[tuple[datetime, Sequence[int | None]]]] = defaultdict(list)
        for reading in await tx.fetch(_READINGS, list(videos)):
            readings[reading["video"]].append((reading["fetched_at"], reading["values"]))
        zone = ZoneInfo(await tx.fetchval(_ZONE, row["org"]) or "UTC")
        shown = {day["day"]: day for day in await tx.fetch(_DAYS, row["campaign"])}
        ought = summed(
            by_day(readings[v.video], zone, v.posted_at, discovered=bool(v.discovered)) for v in videos.values()
        )
        kept = await tx.fetchval(_PRUNED, row["org"])
        off = differing(*(since(days, kept) for days in (shown, ought)))
        findings += [_fault(row, off)] if off else []
    return findings


async def check(pool: Any, sample: int | None, patience: float = PATIENCE_SECONDS) -> Check:
    """Recompute so many campaigns (None: all), from ingest's videos once campaigns has heard everything.

    While facts keep coming it never has: then they are recomputed from the videos as campaigns heard them.
    """
    limit = asyncio.get_running_loop().time() + patience
    while True:
        async with pool.acquire() as tx, tx.transaction(isolation="repeatable_read", readonly=True):
            behind = await tx.fetchval(_BEHIND)
            late = asyncio.get_running_loop().time() >= limit
            if not behind or late:
                return await _checked(tx, sample, behind)
        await asyncio.sleep(PAUSE_SECONDS)


async def _checked(tx: Any, sample: int | None, behind: int) -> Check:
    rows = await tx.fetch(_CAMPAIGNS, sample)
    snapshot = await _snapshot(tx, [row["campaign"] for row in rows], heard=behind > 0)
    findings = wrong(rows, snapshot)
    if not behind:
        findings += await wrong_days(tx, rows, snapshot)
    else:
        what = f"campaigns is {behind:,} facts behind ingest: only compared with what it has heard"
        findings.append(Finding("warning", what, "run `goat doctor campaigns` again when it is quieter"))
    return Check("campaigns", f"totals and gains of {len(rows):,} campaigns are as recomputed", findings)


async def _snapshot(tx: Any, campaigns: Sequence[UUID], *, heard: bool) -> Snapshot:
    items = await _items(tx, campaigns)
    held = {item for direct in items.values() for item in direct}
    creators = [item for kind, item in held if kind == "creator"]
    asked = [item for kind, item in held if kind == "video"], creators
    rows = await tx.fetch(_HEARD_VIDEOS if heard else _INGEST_VIDEOS, *asked)
    owners = {*creators, *(row["creator_id"] for row in rows if row["creator_id"])}
    present = await tx.fetch(_HEARD_CREATORS if heard else _CREATORS, list(owners))
    return Snapshot(items, [Video(**row) for row in rows], {row["creator"]: row["project"] for row in present})


async def _items(tx: Any, campaigns: Sequence[UUID]) -> Items:
    found: defaultdict[UUID, set[tuple[str, UUID]]] = defaultdict(set)
    seen: set[UUID] = set()
    waiting = set(campaigns)
    while waiting:
        seen |= waiting
        rows = await tx.fetch(_ITEMS, list(waiting))
        for row in rows:
            found[row["campaign"]].add((row["item_type"], row["item"]))
        waiting = {row["item"] for row in rows if row["item_type"] == "campaign"} - seen
    return found
