"""Completing commands about videos from the read models: where a post is decided, and who owns it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

import msgspec

from trackagoat.events.catalogue.ingest import (
    AddVideo,
    AdoptVideos,
    DisableTracking,
    EnableTracking,
    RecordScrape,
    RemoveVideo,
    ReviewVideo,
    UpdateVideo,
    VideoCommands,
)
from trackagoat.events.catalogue.words import OrgId, ProjectId, Refused, VideoId, video_id
from trackagoat.events.envelope import Ask
from trackagoat.events.sql import Db
from trackagoat.ingest.domain import tiktok
from trackagoat.ingest.handlers.plans import with_slots
from trackagoat.ingest.handlers.recording import scrapes
from trackagoat.ingest.store import creators, videos


async def complete(db: Db, ask: Ask, commands: Sequence[VideoCommands]) -> Sequence[VideoCommands]:
    """The commands, which are of one class, with what their decider cannot know."""
    first = commands[0]
    if isinstance(first, RecordScrape):
        return await scrapes(db, ask.org, [c for c in commands if isinstance(c, RecordScrape)])
    if isinstance(first, AddVideo):
        return await _additions(db, ask.org, [c for c in commands if isinstance(c, AddVideo)])
    if isinstance(first, AdoptVideos):
        return await _adoptions(db, ask.org, [c for c in commands if isinstance(c, AdoptVideos)])
    return await _homes(db, ask.org, [c for c in commands if isinstance(c, OfVideo)])


OfVideo = ReviewVideo | UpdateVideo | RemoveVideo | DisableTracking | EnableTracking


async def _homes(db: Db, org: OrgId, commands: Sequence[OfVideo]) -> Sequence[OfVideo]:
    """Each with the stream its video is decided in, and with a slot of the plan if it wants one."""
    known = await _known(db, org, [c.video for c in commands])
    placed = [
        msgspec.structs.replace(c, creator_id=known[c.video].home if c.video in known else c.creator_id)
        for c in commands
    ]
    enabling = [c for c in placed if isinstance(c, EnableTracking)]
    if not enabling:
        return placed
    wanted = [c.video if (row := known.get(c.video)) is not None and _rests(row) else None for c in enabling]
    return await with_slots(db, org, enabling, wanted)


def _rests(row: videos.Known) -> bool:
    """Whether enabling it takes a slot: it was added by its URL, is shown, and not refreshed."""
    return row.origin == "manual" and row.tracking_disabled and not row.removed and not row.hidden


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
    owned = [command if post is None else _addition(command, post, known, holders) for command, post in pairs]
    takers = [
        None if post is None else _taker(video_id(command.project, post.tiktok_video_id), command, known)
        for command, post in zip(owned, posts, strict=True)
    ]
    return await with_slots(db, org, owned, takers)


def _taker(video: VideoId, command: AddVideo, known: dict[UUID, videos.Known]) -> VideoId | None:
    """The video, if adding it takes a slot of the plan: it is new, or a direct add that comes back."""
    row = known.get(video)
    if row is None:
        return video
    back = row.removed or (row.hidden and row.creator_id != command.creator_id)
    return video if back and row.origin == "manual" else None


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
