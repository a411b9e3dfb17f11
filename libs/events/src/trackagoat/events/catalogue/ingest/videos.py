"""Videos: what becomes of posts. Streams `creator-<id>`, and `direct-<project>` for direct adds."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from trackagoat.events.catalogue.ingest.speaker import DisabledReason, IngestCommand, IngestEvent
from trackagoat.events.catalogue.words import ContentType, CreatorId, Json, ProjectId, Refused, TrackingStatus, VideoId


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
    """Owner and notes of a video after the change, whole; `before` has the changed ones as they were."""

    video: VideoId
    project: ProjectId
    creator_id: CreatorId | None = None
    readme: str | None = None
    metadata: dict[str, Json] = {}
    before: dict[str, Json] = {}


class VideoTrackingDisabled(IngestEvent, frozen=True, kw_only=True, tag="video.tracking_disabled.v1"):
    """The video keeps its last counters in every total and is refreshed no longer."""

    video: VideoId
    project: ProjectId
    creator_id: CreatorId | None = None
    reason: DisabledReason


class VideoTrackingEnabled(IngestEvent, frozen=True, kw_only=True, tag="video.tracking_enabled.v1"):
    """The video is refreshed again."""

    video: VideoId
    project: ProjectId
    creator_id: CreatorId | None = None


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


VideoEvents = (
    VideoDiscovered
    | VideoAdded
    | VideoReviewed
    | VideoUpdated
    | VideoTrackingDisabled
    | VideoTrackingEnabled
    | VideoRemoved
    | VideoRestored
)


class Full(msgspec.Struct, frozen=True):
    """A plan's cap that is reached: how many there are, how many there may be."""

    current: int
    max: int


class AddVideo(IngestCommand, frozen=True, kw_only=True, tag="video.add"):
    """Add a post by its URL. `now` bounds the posting time read from the id.

    Ingest itself completes the rest: `creator_id` is the creator of the project that owns the post, `known_as`
    the status it has if it is known already, `home` the creator in whose stream it is then decided (None: the
    direct adds), `hidden` whether its owner was removed, `full` that the plan lets no more be tracked.
    """

    project: ProjectId
    url: str
    now: datetime
    creator_id: CreatorId | None = None
    known_as: TrackingStatus | None = None
    home: CreatorId | None = None
    hidden: bool = False
    full: Full | None = None
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


class UpdateVideo(IngestCommand, frozen=True, kw_only=True, tag="video.update"):
    """Replace notes, merge metadata (null removes a member, null as a whole empties it), decide; all or nothing.

    None leaves a field unless its `set_*` flag is up. `creator_id` as for ReviewVideo.
    """

    video: VideoId
    project: ProjectId
    creator_id: CreatorId | None = None
    decision: Literal["include", "exclude"] | None = None
    readme: str | None = None
    set_readme: bool = False
    metadata: dict[str, Json] | None = None
    set_metadata: bool = False


class DisableTracking(IngestCommand, frozen=True, kw_only=True, tag="video.disable_tracking"):
    """Refresh the video no longer. `creator_id` as for ReviewVideo."""

    video: VideoId
    project: ProjectId
    creator_id: CreatorId | None = None
    reason: DisabledReason = "manual"


class EnableTracking(IngestCommand, frozen=True, kw_only=True, tag="video.enable_tracking"):
    """Refresh the video again. `creator_id` as for ReviewVideo, `full` as for AddVideo."""

    video: VideoId
    project: ProjectId
    creator_id: CreatorId | None = None
    full: Full | None = None


class DuplicateVideo(Refused):
    """That post is already tracked in this project."""


class InvalidUrl(Refused):
    """That is not the URL of a TikTok post, such as https://www.tiktok.com/@handle/video/7480000000000000000."""


class UnresolvableUrl(Refused):
    """That short link cannot be resolved by any configured source; use the full URL of the post."""
