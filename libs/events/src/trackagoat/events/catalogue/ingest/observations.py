"""Observations: every reading of counters, and looks that came to nothing.

They go to streams `observations-<creator or video>`, which have no versions and are never folded.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

import msgspec

from trackagoat.events.catalogue.ingest.speaker import IngestCommand, IngestEvent, JobKind, SourceOutcome
from trackagoat.events.catalogue.words import (
    ContentType,
    Counters,
    CreatorId,
    ProjectId,
    TrackingMode,
    VideoId,
)


class ProfileReading(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Profile counters and texts of one scrape; None is unknown."""

    followers: int | None = None
    following: int | None = None
    total_likes: int | None = None
    video_count: int | None = None
    display_name: str | None = None
    bio: str | None = None
    avatar_url: str | None = None


class VideoReading(Counters, frozen=True, kw_only=True, omit_defaults=True):
    """Counters of one post in one scrape."""

    video: VideoId
    is_baseline: bool = False


class StatsSnapshotted(IngestEvent, frozen=True, kw_only=True, tag="stats.snapshotted.v1"):
    """One scrape: the profile counters and those of every video seen, as they were at `fetched_at`.

    `kind` is the job that read them; None: they came by import.
    """

    project: ProjectId
    creator_id: CreatorId | None = None
    source: str
    fetched_at: datetime
    creator: ProfileReading | None = None
    videos: list[VideoReading] = []
    kind: JobKind | None = None


class VideoDescribed(IngestEvent, frozen=True, kw_only=True, tag="video.described.v1"):
    """What a post added by its URL looks like, seen for the first time; None is unknown."""

    public: ClassVar[bool] = False
    video: VideoId
    project: ProjectId
    creator_id: CreatorId | None = None
    title: str | None = None
    author_handle: str | None = None
    thumbnail_url: str | None = None
    duration_seconds: int | None = None
    posted_at: datetime | None = None


class ScrapeFailed(IngestEvent, frozen=True, kw_only=True, tag="scrape.failed.v1"):
    """A scrape ended without data. `counts`: an outcome that could not be seen is part of the run of failures that
    disables in the end.
    """

    public: ClassVar[bool] = False
    project: ProjectId
    creator_id: CreatorId | None = None
    video: VideoId | None = None
    kind: JobKind
    source: str
    outcome: SourceOutcome
    detail: str = ""
    counts: bool = True


class DiscoveryGapFound(IngestEvent, frozen=True, kw_only=True, tag="discovery.gap_found.v1"):
    """A discovery ended before it reached what was known: posts between these times may be missing. `gap_from` is
    when the newest known post was posted, `gap_to` the oldest one read.
    """

    creator: CreatorId
    project: ProjectId
    gap_from: datetime
    gap_to: datetime
    posts_read: int
    outcome: SourceOutcome


class DiscoveryGapClosed(IngestEvent, frozen=True, kw_only=True, tag="discovery.gap_closed.v1"):
    """Everything between these times has been read now."""

    creator: CreatorId
    project: ProjectId
    gap_from: datetime
    gap_to: datetime


class SnapshotsPruned(IngestEvent, frozen=True, kw_only=True, tag="stats.pruned.v1"):
    """Snapshots of the org before this instant are kept no longer, but for the last one of each creator and video."""

    public: ClassVar[bool] = False
    before: datetime


ObservationEvents = (
    StatsSnapshotted | VideoDescribed | ScrapeFailed | DiscoveryGapFound | DiscoveryGapClosed | SnapshotsPruned
)


class Post(Counters, frozen=True, kw_only=True, omit_defaults=True):
    """A post as a source showed it: what it is and its counters at that moment."""

    tiktok_video_id: str
    url: str
    content_type: ContentType = "video"
    posted_at: datetime | None = None
    title: str | None = None
    author_handle: str | None = None
    thumbnail_url: str | None = None
    duration_seconds: int | None = None


class RecordScrape(IngestCommand, frozen=True, kw_only=True, tag="scrape.record"):
    """Record one successful scrape of a creator: discover what is new, snapshot everything seen.

    `tracking_mode` is the creator's at the time; posts older than `not_before` are ignored unless known already.
    Ingest itself completes the rest, and drops what is stored already: `elsewhere` are posts decided in another
    stream, `first` those of which no reading at or before `fetched_at` is stored, `resting` says that the
    creator is not tracked, `milestones` are round figures its followers had not reached before, `undescribed` are
    posts of which nothing but the URL is known.

    `kind` is the job that read it; None: it came by import.
    """

    creator: CreatorId
    project: ProjectId
    source: str
    fetched_at: datetime
    tracking_mode: TrackingMode
    not_before: datetime | None = None
    profile: ProfileReading | None = None
    posts: list[Post] = []
    elsewhere: list[VideoId] = []
    first: list[VideoId] = []
    undescribed: list[VideoId] = []
    milestones: list[int] = []
    resting: bool = False
    kind: JobKind | None = None
