"""Ingest: creators, their posts, and every reading of their counters.

These shapes are the stored bytes. Add fields with defaults; never rename, never remove.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar, Literal

import msgspec

from trackagoat.events.catalogue.words import (
    Command,
    ContentType,
    Counters,
    CreatorId,
    Event,
    Json,
    ProjectId,
    Refused,
    TrackingMode,
    TrackingStatus,
    VideoId,
)

SourceOutcome = Literal["ok", "not_found", "private", "rate_limited", "blocked", "schema_changed", "error"]
JobKind = Literal["creator_profiles", "discover_videos", "video_stats"]


class IngestEvent(Event, frozen=True, kw_only=True):
    """Said by ingest."""

    speaker: ClassVar[str] = "ingest"


# -- creators: stream `roster` of the org ---------------------------------------------------------------


class CreatorAdded(IngestEvent, frozen=True, kw_only=True, tag="creator.added.v1"):
    """A TikTok account is tracked in a project from now on."""

    creator: CreatorId
    project: ProjectId
    tiktok_handle: str
    tracking_mode: TrackingMode = "auto"
    tracking_start_date: date
    display_name_override: str | None = None
    readme: str | None = None
    metadata: dict[str, Json] = {}


class CreatorReactivated(IngestEvent, frozen=True, kw_only=True, tag="creator.reactivated.v1"):
    """A removed creator's handle was added again: same id, whole new state of its settings."""

    creator: CreatorId
    project: ProjectId
    tiktok_handle: str
    tracking_mode: TrackingMode
    tracking_start_date: date
    display_name_override: str | None = None
    readme: str | None = None
    metadata: dict[str, Json] = {}


class CreatorUpdated(IngestEvent, frozen=True, kw_only=True, tag="creator.updated.v1"):
    """Settings of the creator after the change, whole."""

    creator: CreatorId
    project: ProjectId
    tiktok_handle: str
    tracking_mode: TrackingMode
    tracking_start_date: date
    display_name_override: str | None = None
    readme: str | None = None
    metadata: dict[str, Json] = {}


class CreatorRemoved(IngestEvent, frozen=True, kw_only=True, tag="creator.removed.v1"):
    """The creator leaves every list and total, and with it all videos it owns."""

    creator: CreatorId
    project: ProjectId
    tiktok_handle: str


class CreatorErased(IngestEvent, frozen=True, kw_only=True, tag="creator.erased.v1"):
    """The person asked to be forgotten: name, texts and notes can no longer be read by anybody, past facts included.

    Whoever keeps them elsewhere drops them now.
    """

    creator: CreatorId
    project: ProjectId


# -- videos: stream `creator-<id>`, direct adds: stream `direct-<project>` ------------------------------


class VideoDiscovered(IngestEvent, frozen=True, kw_only=True, tag="video.discovered.v1"):
    """A post of a tracked creator was seen for the first time."""

    video: VideoId
    project: ProjectId
    creator_id: CreatorId
    tiktok_video_id: str
    url: str
    content_type: ContentType = "video"
    tracking_status: TrackingStatus
    posted_at: datetime | None = None
    title: str | None = None
    author_handle: str | None = None
    thumbnail_url: str | None = None
    duration_seconds: int | None = None


class VideoAdded(IngestEvent, frozen=True, kw_only=True, tag="video.added.v1"):
    """A post was added by its URL (status `direct_add`). `creator_id` is the creator of the project that
    wrote it, None while there is none (`VideoUpdated` says when there is).
    """

    video: VideoId
    project: ProjectId
    creator_id: CreatorId | None = None
    tiktok_video_id: str
    url: str
    content_type: ContentType = "video"
    tracking_status: TrackingStatus = "direct_add"
    posted_at: datetime | None = None
    author_handle: str | None = None
    readme: str | None = None
    metadata: dict[str, Json] = {}


class VideoReviewed(IngestEvent, frozen=True, kw_only=True, tag="video.reviewed.v1"):
    """A decision on a video: it counts from now on (`included`) or no longer (`excluded`)."""

    video: VideoId
    project: ProjectId
    creator_id: CreatorId | None = None
    from_: TrackingStatus = msgspec.field(name="from")
    to: TrackingStatus


class VideoUpdated(IngestEvent, frozen=True, kw_only=True, tag="video.updated.v1"):
    """Owner and notes of a video after the change, whole."""

    video: VideoId
    project: ProjectId
    creator_id: CreatorId | None = None
    readme: str | None = None
    metadata: dict[str, Json] = {}


class VideoRemoved(IngestEvent, frozen=True, kw_only=True, tag="video.removed.v1"):
    """The video leaves every list and total; discovery does not bring it back."""

    video: VideoId
    project: ProjectId
    creator_id: CreatorId | None = None


class VideoRestored(IngestEvent, frozen=True, kw_only=True, tag="video.restored.v1"):
    """A removed video was added again by its URL: same id, status `direct_add`."""

    video: VideoId
    project: ProjectId
    creator_id: CreatorId | None = None
    url: str
    posted_at: datetime | None = None
    tracking_status: TrackingStatus = "direct_add"


# -- observations: stream `observations-<creator or video>`, no version, never folded -------------------


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
    """One scrape: the profile counters and those of every video seen, as they were at `fetched_at`."""

    project: ProjectId
    creator_id: CreatorId | None = None
    source: str
    fetched_at: datetime
    creator: ProfileReading | None = None
    videos: list[VideoReading] = []


class ScrapeFailed(IngestEvent, frozen=True, kw_only=True, tag="scrape.failed.v1"):
    """A scrape ended without data."""

    public: ClassVar[bool] = False
    project: ProjectId
    creator_id: CreatorId | None = None
    video: VideoId | None = None
    kind: JobKind
    source: str
    outcome: SourceOutcome
    detail: str = ""


Events = (
    CreatorAdded
    | CreatorReactivated
    | CreatorUpdated
    | CreatorRemoved
    | CreatorErased
    | VideoDiscovered
    | VideoAdded
    | VideoReviewed
    | VideoUpdated
    | VideoRemoved
    | VideoRestored
    | StatsSnapshotted
    | ScrapeFailed
)


class IngestCommand(Command, frozen=True, kw_only=True):
    """Asked of ingest."""

    service: ClassVar[str] = "ingest"


class AddCreator(IngestCommand, frozen=True, kw_only=True, tag="creator.add"):
    """Track an account in a project. Fields left None keep the old value when the creator comes back."""

    creator: CreatorId
    project: ProjectId
    tiktok_handle: str
    today: date
    tracking_mode: TrackingMode | None = None
    tracking_start_date: date | None = None
    display_name_override: str | None = None
    readme: str | None = None
    metadata: dict[str, Json] | None = None


class UpdateCreator(IngestCommand, frozen=True, kw_only=True, tag="creator.update"):
    """Replace what is given; None leaves a field unless its `set_*` flag is up."""

    creator: CreatorId
    tracking_mode: TrackingMode | None = None
    tracking_start_date: date | None = None
    display_name_override: str | None = None
    set_display_name_override: bool = False
    readme: str | None = None
    set_readme: bool = False
    metadata: dict[str, Json] | None = None
    set_metadata: bool = False


class RemoveCreator(IngestCommand, frozen=True, kw_only=True, tag="creator.remove"):
    """Stop tracking; the creator's videos leave every total."""

    creator: CreatorId


class EraseCreator(IngestCommand, frozen=True, kw_only=True, tag="creator.erase"):
    """Remove a creator and destroy what makes its personal fields readable. Not reversible."""

    creator: CreatorId


class AddVideo(IngestCommand, frozen=True, kw_only=True, tag="video.add"):
    """Add a post by its URL. `now` bounds the posting time read from the id.

    Ingest itself completes the rest: `creator_id` is the creator of the project that owns the post, `known_as`
    the status it has if it is known already, `home` the creator in whose stream it is then decided (None: the
    direct adds), `hidden` whether its owner was removed.
    """

    project: ProjectId
    url: str
    now: datetime
    creator_id: CreatorId | None = None
    known_as: TrackingStatus | None = None
    home: CreatorId | None = None
    hidden: bool = False
    readme: str | None = None
    metadata: dict[str, Json] = {}


class AdoptVideos(IngestCommand, frozen=True, kw_only=True, tag="video.adopt"):
    """Give posts without an owner to the creator who wrote them: those of the project's direct adds whose author
    has this handle, or, with `home`, those that were detached from this creator while it was removed.

    Asked by ingest itself. It completes `creator` when only the handle is known.
    """

    project: ProjectId
    tiktok_handle: str
    creator: CreatorId | None = None
    home: CreatorId | None = None


class ReviewVideo(IngestCommand, frozen=True, kw_only=True, tag="video.review"):
    """Include or exclude a video. `creator_id` names the stream it is decided in; ingest itself completes it."""

    video: VideoId
    project: ProjectId
    creator_id: CreatorId | None = None
    decision: Literal["include", "exclude"]


class RemoveVideo(IngestCommand, frozen=True, kw_only=True, tag="video.remove"):
    """Take a video out of every list and total."""

    video: VideoId
    project: ProjectId
    creator_id: CreatorId | None = None


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
    creator is not tracked.
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
    resting: bool = False


RosterCommands = AddCreator | UpdateCreator | RemoveCreator | EraseCreator
VideoCommands = AddVideo | AdoptVideos | ReviewVideo | RemoveVideo | RecordScrape
Commands = RosterCommands | VideoCommands


class HandleTaken(Refused):
    """That handle is already tracked in this project."""


class InvalidHandle(Refused):
    """A handle is 1-30 of ASCII letters, digits, '.', '_' and '-', or the URL of a TikTok profile."""


class CreatorBanned(Refused):
    """That handle may not be tracked on this installation."""


class CreatorInactive(Refused):
    """The creator was removed."""


class DuplicateVideo(Refused):
    """That post is already tracked in this project."""


class InvalidUrl(Refused):
    """That is not the URL of a TikTok post, such as https://www.tiktok.com/@handle/video/7480000000000000000."""


class UnresolvableUrl(Refused):
    """That short link cannot be resolved by any configured source; use the full URL of the post."""
