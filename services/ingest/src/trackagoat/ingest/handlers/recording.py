"""Completing scrapes from the read models: what is stored already, what is new, and what is decided elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from trackagoat.events.catalogue.ingest import Post, RecordScrape
from trackagoat.events.catalogue.words import OrgId, TrackingMode, VideoId, video_id
from trackagoat.events.sql import Db
from trackagoat.ingest.domain.milestones import reached
from trackagoat.ingest.domain.scrapes import is_profile, is_reading
from trackagoat.ingest.store import creators, readings, videos

Reading = tuple[UUID, str, datetime]
"""Of what, from which source, when: what makes a snapshot the same one."""


async def scrapes(db: Db, org: OrgId, commands: Sequence[RecordScrape]) -> list[RecordScrape]:
    """Each without what is stored already, and with what its stream does not know.

    Readings are in no stream whose version would tell of another writer, so scrapes of a creator queue up.
    """
    scraped = sorted({c.creator for c in commands})
    await creators.line_up(db, scraped)
    tracked = {row.creator: row.tracking_mode for row in await creators.tracked(db, org, scraped)}
    seen = [(c, [(video_id(c.project, p.tiktok_video_id), p) for p in c.posts]) for c in commands]
    known = {row.video: row for row in await videos.known(db, org, sorted({v for _, posts in seen for v, _ in posts}))}
    stored = await _stored(db, org, seen)
    earliest = {video: row.first_scraped_at for video, row in known.items() if row.first_scraped_at is not None}
    found = [_scrape(c, posts, known, stored, earliest, mode=tracked.get(c.creator)) for c, posts in seen]
    return await _milestones(db, found)


Seen = Sequence[tuple[RecordScrape, Sequence[tuple[VideoId, Post]]]]


async def _stored(db: Db, org: OrgId, seen: Seen) -> set[Reading]:
    """Which of the readings are stored."""
    posts = [(video, c.source, c.fetched_at) for c, found in seen for video, _ in found]
    profiles = [(c.creator, c.source, c.fetched_at) for c, _ in seen if c.profile is not None]
    rows = [
        *await readings.stored_videos(db, org, *_columns(posts)),
        *await readings.stored_profiles(db, org, *_columns(profiles)),
    ]
    return {(row.subject, row.source, row.fetched_at) for row in rows}


def _columns(found: Sequence[tuple[Any, str, datetime]]) -> tuple[list[Any], list[str], list[datetime]]:
    return [s for s, _, _ in found], [s for _, s, _ in found], [at for _, _, at in found]


def _scrape(  # noqa: PLR0913 - what was read, and everything it is compared with
    command: RecordScrape,
    seen: Sequence[tuple[VideoId, Post]],
    known: dict[UUID, videos.Known],
    stored: set[Reading],
    earliest: dict[UUID, datetime],
    *,
    mode: TrackingMode | None,
) -> RecordScrape:
    """`stored` and `earliest` grow with what this command will store, for the commands after it. `mode` is the
    creator's now; None: it is not tracked.
    """
    posts: list[Post] = []
    elsewhere: list[VideoId] = []
    first: list[VideoId] = []
    for video, post in seen:
        row = known.get(video)
        reading: Reading = (video, command.source, command.fetched_at)
        apart = row is not None and row.home != command.creator
        if reading in stored or (apart and row is not None and row.removed):
            continue
        posts.append(post)
        if apart:
            elsewhere.append(video)
        if is_reading(post):
            stored.add(reading)
            if video not in earliest or command.fetched_at < earliest[video]:
                first.append(video)
                earliest[video] = command.fetched_at
    profile, of_profile = command.profile, (command.creator, command.source, command.fetched_at)
    if profile is None or not is_profile(profile, command.kind) or of_profile in stored:
        profile = None
    else:
        stored.add(of_profile)
    return msgspec.structs.replace(
        command,
        tracking_mode=mode or command.tracking_mode,
        profile=profile,
        posts=posts,
        elsewhere=elsewhere,
        first=first,
        undescribed=[video for video, _ in seen if video in known and not known[video].described],
        resting=mode is None,
    )


async def _milestones(db: Db, commands: Sequence[RecordScrape]) -> list[RecordScrape]:
    """Each with the round figures its profile's followers reach for the first time, from the reading before it.

    The first reading of a profile reaches nothing, and neither does the first one under another handle.
    """
    asked = [(c.creator, c.fetched_at) for c in commands if _followers(c) is not None]
    if not asked:
        return list(commands)
    rows = await readings.followed(db, [creator for creator, _ in asked], [at for _, at in asked])
    known = {(row.creator, row.at): row for row in rows}
    heard: dict[UUID, list[tuple[datetime, int]]] = {}
    told: dict[UUID, set[int]] = {row.creator: set(row.milestones) for row in rows}
    completed: list[RecordScrape] = []
    for command in commands:
        followers, row = _followers(command), known.get((command.creator, command.fetched_at))
        if followers is None or row is None:
            completed.append(command)
            continue
        earlier = heard.setdefault(command.creator, [])
        before = _before(row, earlier)
        new = [] if before is None else reached(before, followers, told[command.creator])
        earlier.append((command.fetched_at, followers))
        told[command.creator].update(new)
        completed.append(msgspec.structs.replace(command, milestones=new))
    return completed


def _followers(command: RecordScrape) -> int | None:
    return None if command.profile is None else command.profile.followers


def _before(row: readings.Followed, earlier: Sequence[tuple[datetime, int]]) -> int | None:
    """The last known figure before the reading and after the last rename before it, stored or in this question."""
    known = [(at, n) for at, n in earlier if at < row.at and (row.renamed_at is None or at >= row.renamed_at)]
    if row.before is not None and row.before_at is not None:
        known.append((row.before_at, row.before))
    return max(known)[1] if known else None
