"""Videos: what becomes of posts that are discovered, added, reviewed, adopted and removed.

A post is decided in one stream for ever: in `creator-<id>` when its author was tracked as it came in, else in
the project's `direct-<project>`. Readings go to `observations-<creator>`, which is never folded.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import msgspec

from trackagoat.events.catalogue.ingest import (
    AddVideo,
    AdoptVideos,
    DisableTracking,
    DuplicateVideo,
    EnableTracking,
    Full,
    RecordScrape,
    RemoveVideo,
    ReviewVideo,
    UpdateVideo,
    VideoAdded,
    VideoCommands,
    VideoRemoved,
    VideoRestored,
    VideoReviewed,
    VideoTrackingDisabled,
    VideoTrackingEnabled,
    VideoUpdated,
)
from trackagoat.events.catalogue.words import COUNTED, CreatorId, NotFound, ProjectId, TrackingStatus, VideoId, video_id
from trackagoat.events.decider import On
from trackagoat.ingest.domain import limits, notes, scrapes, tiktok
from trackagoat.ingest.domain.shelf import Shelf, Video, VideoEvents


def stream(command: VideoCommands) -> str:
    """Where a command is decided."""
    match command:
        case RecordScrape():
            return f"creator-{command.creator}"
        case AddVideo(known_as=status) if status is not None:
            return _home(command.project, command.home)
        case AdoptVideos():
            return _home(command.project, command.home)
        case AddVideo() | ReviewVideo() | UpdateVideo() | RemoveVideo() | DisableTracking() | EnableTracking():
            return _home(command.project, command.creator_id)


def _home(project: ProjectId, creator: CreatorId | None) -> str:
    return f"direct-{project}" if creator is None else f"creator-{creator}"


def decide(command: VideoCommands, shelf: Shelf) -> list[VideoEvents | On]:
    """What the command makes happen."""
    match command:
        case RecordScrape():
            return scrapes.record(command, shelf)
        case AddVideo():
            return list(_add(command, shelf))
        case AdoptVideos():
            return list(_adopt(command, shelf))
        case ReviewVideo():
            return _review(command, command.decision, _known(command.video, shelf))
        case UpdateVideo():
            return list(_update(command, _known(command.video, shelf)))
        case DisableTracking():
            return _disable(command, _known(command.video, shelf))
        case EnableTracking():
            return _enable(command, _known(command.video, shelf))
        case RemoveVideo(video=video, project=project):
            if video not in shelf.videos:
                raise NotFound
            known = shelf.videos[video]
            return [] if known.removed else [VideoRemoved(video=video, project=project, creator_id=known.owner)]


def _known(video: VideoId, shelf: Shelf) -> Video:
    if video not in shelf.videos or shelf.videos[video].removed:
        raise NotFound
    return shelf.videos[video]


def _add(command: AddVideo, shelf: Shelf) -> Iterator[VideoEvents]:
    """The column "its URL is added" of the status table."""
    post = tiktok.post_url(command.url)
    video = video_id(command.project, post.tiktok_video_id)
    known = shelf.videos.get(video)
    if known is None:
        _take(command.full)
        yield _added(command, video, post)
        return
    if known.removed or (command.hidden and known.owner != command.creator_id):
        yield from _restored(command, video, known)
        known = msgspec.structs.replace(known, owner=command.creator_id)
    elif known.status in COUNTED:
        raise DuplicateVideo(videoId=str(video))
    else:
        yield VideoReviewed(
            video=video, project=command.project, creator_id=known.owner, from_=known.status, to="included"
        )
    after = msgspec.structs.replace(
        known,
        readme=known.readme if command.readme is None else command.readme,
        metadata=command.metadata or known.metadata,
    )
    yield from _noted(video, command.project, known, after)


def _restored(command: AddVideo, video: VideoId, known: Video) -> Iterator[VideoEvents]:
    """Back under its id, and read again. A post that was discovered takes no slot of the plan."""
    if known.origin == "manual":
        _take(command.full)
    yield VideoRestored(
        video=video, project=command.project, creator_id=command.creator_id, url=known.url, posted_at=known.posted_at
    )
    if known.disabled is not None:
        yield VideoTrackingEnabled(video=video, project=command.project, creator_id=command.creator_id)


def _take(full: Full | None) -> None:
    if full is not None:
        limits.take("max_tracked_videos_per_org", full.current, full.max)


def _noted(video: VideoId, project: ProjectId, before: Video, after: Video) -> Iterator[VideoUpdated]:
    """Notes that changed."""
    was = {"readme": before.readme, "metadata": before.metadata}
    now = {"readme": after.readme, "metadata": after.metadata}
    if was != now:
        yield VideoUpdated(
            video=video,
            project=project,
            creator_id=after.owner,
            readme=after.readme,
            metadata=after.metadata,
            before=notes.changed(was, now),
        )


def _added(command: AddVideo, video: VideoId, post: tiktok.PostUrl) -> VideoAdded:
    return VideoAdded(
        video=video,
        project=command.project,
        creator_id=command.creator_id,
        tiktok_video_id=post.tiktok_video_id,
        url=post.url,
        content_type=post.content_type,
        posted_at=tiktok.posted_at(post.tiktok_video_id, command.now),
        author_handle=post.handle,
        readme=command.readme,
        metadata=command.metadata,
    )


def _adopt(command: AdoptVideos, shelf: Shelf) -> Iterator[VideoUpdated]:
    """Posts without an owner whose author is tracked now, removed ones too: they may come back."""
    if command.creator is None:
        return
    author = tiktok.handle_key(command.tiktok_handle)
    for video, known in sorted(shelf.videos.items()):
        if known.owner is None and (command.home is not None or known.author == author):
            yield VideoUpdated(
                video=video,
                project=command.project,
                creator_id=command.creator,
                readme=known.readme,
                metadata=known.metadata,
                before={"creator_id": None},
            )


def _review(
    command: ReviewVideo | UpdateVideo, decision: Literal["include", "exclude"], known: Video
) -> list[VideoEvents | On]:
    """The columns "include" and "exclude" of the status table."""
    to: TrackingStatus = "included" if decision == "include" else "excluded"
    if known.status == to or (decision == "include" and known.status in COUNTED):
        return []
    event = VideoReviewed(
        video=command.video, project=command.project, creator_id=known.owner, from_=known.status, to=to
    )
    return [event]


def _update(command: UpdateVideo, known: Video) -> Iterator[VideoEvents | On]:
    if command.decision is not None:
        yield from _review(command, command.decision, known)
    after = known
    if command.readme is not None or command.set_readme:
        after = msgspec.structs.replace(after, readme=command.readme)
    if command.metadata is not None or command.set_metadata:
        after = msgspec.structs.replace(after, metadata=notes.merged(known.metadata, command.metadata))
    yield from _noted(command.video, command.project, known, after)


def _disable(command: DisableTracking, known: Video) -> list[VideoEvents | On]:
    """What rests already keeps its reason."""
    if known.disabled is not None:
        return []
    event = VideoTrackingDisabled(
        video=command.video, project=command.project, creator_id=known.owner, reason=command.reason
    )
    return [event]


def _enable(command: EnableTracking, known: Video) -> list[VideoEvents | On]:
    if known.disabled is None:
        return []
    if known.origin == "manual":
        _take(command.full)
    return [VideoTrackingEnabled(video=command.video, project=command.project, creator_id=known.owner)]
