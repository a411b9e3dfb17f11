"""The shelf: what is known of the posts decided in one stream."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec
from immutables import Map

from trackagoat.events.catalogue.ingest import (
    DisabledReason,
    VideoAdded,
    VideoDiscovered,
    VideoEvents,
    VideoRemoved,
    VideoRestored,
    VideoReviewed,
    VideoTrackingDisabled,
    VideoTrackingEnabled,
    VideoUpdated,
)
from trackagoat.events.catalogue.words import CreatorId, Json, TrackingStatus, VideoId
from trackagoat.ingest.domain import tiktok

__all__ = ["Origin", "Shelf", "Video", "VideoEvents", "evolve", "video"]

Origin = Literal["discovery", "manual"]


class Video(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a post in the stream that decides it."""

    status: TrackingStatus
    owner: CreatorId | None
    origin: Origin
    url: str
    posted_at: datetime | None
    author: str | None
    readme: str | None = None
    metadata: dict[str, Json] = {}
    removed: bool = False
    disabled: DisabledReason | None = None


class Shelf(msgspec.Struct, frozen=True):
    """The posts decided in one stream."""

    videos: Map[VideoId, Video] = Map()


def video(event: VideoDiscovered | VideoAdded) -> Video:
    """The post as it came in."""
    known = Video(
        status=event.tracking_status,
        owner=event.creator_id,
        origin="discovery",
        url=event.url,
        posted_at=event.posted_at,
        author=None if event.author_handle is None else tiktok.handle_key(event.author_handle),
    )
    if isinstance(event, VideoAdded):
        return msgspec.structs.replace(known, origin="manual", readme=event.readme, metadata=event.metadata)
    return known


def evolve(shelf: Shelf, event: VideoEvents) -> Shelf:
    """The posts after the event."""
    if isinstance(event, VideoDiscovered | VideoAdded):
        return Shelf(shelf.videos.set(event.video, video(event)))
    known = shelf.videos[event.video]
    match event:
        case VideoReviewed():
            known = msgspec.structs.replace(known, status=event.to)
        case VideoUpdated():
            known = msgspec.structs.replace(known, owner=event.creator_id, readme=event.readme, metadata=event.metadata)
        case VideoTrackingDisabled():
            known = msgspec.structs.replace(known, disabled=event.reason)
        case VideoTrackingEnabled():
            known = msgspec.structs.replace(known, disabled=None)
        case VideoRemoved():
            known = msgspec.structs.replace(known, removed=True)
        case VideoRestored():
            known = msgspec.structs.replace(known, removed=False, status=event.tracking_status, owner=event.creator_id)
    return Shelf(shelf.videos.set(event.video, known))
