"""Completing commands from the read models: where a post is decided, who owns it, what is stored already."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from trackagoat.events.catalogue.ingest import (
    AddVideo,
    AdoptVideos,
    Post,
    RecordScrape,
    RemoveVideo,
    ReviewVideo,
    VideoCommands,
)
from trackagoat.events.catalogue.words import OrgId, ProjectId, Refused, VideoId, video_id
from trackagoat.events.envelope import Ask
from trackagoat.events.sql import Db
from trackagoat.ingest.domain import tiktok
from trackagoat.ingest.domain.scrapes import is_profile, is_reading
from trackagoat.ingest.store import creators, readings, videos

Reading = tuple[UUID, str, datetime]
"""Of what, from which source, when: what makes a snapshot the same one."""


async def complete(db: Db, ask: Ask, commands: Sequence[VideoCommands]) -> Sequence[VideoCommands]:
    """The commands, which are of one class, with what their decider cannot know."""
    first = commands[0]
    if isinstance(first, RecordScrape):
        return await _scrapes(db, ask.org, [c for c in commands if isinstance(c, RecordScrape)])
    if isinstance(first, AddVideo):
        return await _additions(db, ask.org, [c for c in commands if isinstance(c, AddVideo)])
    if isinstance(first, AdoptVideos):
        return await _adoptions(db, ask.org, [c for c in commands if isinstance(c, AdoptVideos)])
    return await _homes(db, ask.org, [c for c in commands if isinstance(c, ReviewVideo | RemoveVideo)])


async def _homes(db: Db, org: OrgId, commands: Sequence[ReviewVideo | RemoveVideo]) -> list[ReviewVideo | RemoveVideo]:
    """Each with the stream its video is decided in."""
    known = await _known(db, org, [c.video for c in commands])
    return [
        msgspec.structs.replace(c, creator_id=known[c.video].home if c.video in known else c.creator_id)
        for c in commands
    ]


async def _known(db: Db, org: OrgId, wanted: Iterable[VideoId]) -> dict[UUID, videos.Known]:
    return {row.video: row for row in await videos.known(db, org, sorted(set(wanted)))}


async def _holders(db: Db, org: OrgId, wanted: Iterable[tuple[ProjectId, str]]) -> dict[tuple[UUID, str], UUID]:
    places = sorted(set(wanted))
    rows = await creators.holders(db, org, [p for p, _ in places], [key for _, key in places])
    return {(row.project, row.handle_key): row.creator for row in rows}


async def _adoptions(db: Db, org: OrgId, commands: Sequence[AdoptVideos]) -> list[AdoptVideos]:
    """Each with the creator that has the handle, if one has."""
    places = [(c.project, tiktok.handle_key(c.tiktok_handle)) for c in commands]
    holders = await _holders(db, org, places)
    return [msgspec.structs.replace(c, creator=holders.get(place)) for c, place in zip(commands, places, strict=True)]


# -- posts added by their URL --------------------------------------------------------------------------------


async def _additions(db: Db, org: OrgId, commands: Sequence[AddVideo]) -> list[AddVideo]:
    """Each with the owner of its post, and where the post is known."""
    posts = [_post(command.url) for command in commands]
    pairs = list(zip(commands, posts, strict=True))
    known = await _known(db, org, [video_id(c.project, p.tiktok_video_id) for c, p in pairs if p])
    handles = [(c.project, tiktok.handle_key(p.handle)) for c, p in pairs if p and p.handle]
    holders = await _holders(db, org, handles)
    return [command if post is None else _addition(command, post, known, holders) for command, post in pairs]


def _post(url: str) -> tiktok.PostUrl | None:
    """None when the decider will refuse it anyway."""
    try:
        return tiktok.post_url(url)
    except Refused:
        return None


def _addition(
    command: AddVideo,
    post: tiktok.PostUrl,
    known: dict[UUID, videos.Known],
    holders: dict[tuple[UUID, str], UUID],
) -> AddVideo:
    holder = holders.get((command.project, tiktok.handle_key(post.handle))) if post.handle else None
    row = known.get(video_id(command.project, post.tiktok_video_id))
    if row is None:
        return msgspec.structs.replace(command, creator_id=holder, known_as=None, home=None, hidden=False)
    owner = holder if row.creator_id is None or row.hidden else row.creator_id
    return msgspec.structs.replace(
        command, creator_id=owner, known_as=row.tracking_status, home=row.home, hidden=row.hidden
    )


# -- scrapes -------------------------------------------------------------------------------------------------


async def _scrapes(db: Db, org: OrgId, commands: Sequence[RecordScrape]) -> list[RecordScrape]:
    """Each without what is stored already, and with what its stream does not know.

    Readings are in no stream whose version would tell of another writer, so scrapes of a creator queue up.
    """
    scraped = sorted({c.creator for c in commands})
    await creators.line_up(db, scraped)
    tracked = {row.creator for row in await creators.tracked(db, org, scraped)}
    seen = [(c, [(video_id(c.project, p.tiktok_video_id), p) for p in c.posts]) for c in commands]
    known = await _known(db, org, [video for _, posts in seen for video, _ in posts])
    stored = await _stored(db, org, seen)
    earliest = {video: row.first_scraped_at for video, row in known.items() if row.first_scraped_at is not None}
    return [_scrape(c, posts, known, stored, earliest, resting=c.creator not in tracked) for c, posts in seen]


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
    resting: bool,
) -> RecordScrape:
    """`stored` and `earliest` grow with what this command will store, for the commands after it."""
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
    if profile is None or not is_profile(profile) or of_profile in stored:
        profile = None
    else:
        stored.add(of_profile)
    return msgspec.structs.replace(
        command, profile=profile, posts=posts, elsewhere=elsewhere, first=first, resting=resting
    )
