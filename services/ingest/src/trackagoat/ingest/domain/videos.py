"""Videos: what becomes of posts that are discovered, added, reviewed, adopted and removed.

A post is decided in one stream for ever: in `creator-<id>` when its author was tracked as it came in, else in
the project's `direct-<project>`. Readings go to `observations-<creator>`, which is never folded.
"""

from __future__ import annotations

from collections.abc import Iterator

from trackagoat.events.catalogue.ingest import (
    AddVideo,
    AdoptVideos,
    DuplicateVideo,
    RecordScrape,
    RemoveVideo,
    ReviewVideo,
    VideoAdded,
    VideoCommands,
    VideoRemoved,
    VideoRestored,
    VideoReviewed,
    VideoUpdated,
)
from trackagoat.events.catalogue.words import COUNTED, CreatorId, NotFound, ProjectId, TrackingStatus, VideoId, video_id
from trackagoat.events.decider import On
from trackagoat.ingest.domain import scrapes, tiktok
from trackagoat.ingest.domain.shelf import Shelf, Video, VideoEvents


def stream(command: VideoCommands) -> str:
    """Where a command is decided."""
    match command:
        case RecordScrape():
            return f"creator-{command.creator}"
        case AddVideo(known_as=None) | ReviewVideo() | RemoveVideo():
            return _home(command.project, command.creator_id)
        case AddVideo() | AdoptVideos():
            return _home(command.project, command.home)


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
            return _review(command, _known(command.video, shelf))
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
        yield _added(command, video, post)
        return
    owner = known.owner
    if known.removed or (command.hidden and owner != command.creator_id):
        owner = command.creator_id
        yield VideoRestored(
            video=video, project=command.project, creator_id=owner, url=known.url, posted_at=known.posted_at
        )
    elif known.status in COUNTED:
        raise DuplicateVideo(videoId=str(video))
    else:
        yield VideoReviewed(video=video, project=command.project, creator_id=owner, from_=known.status, to="included")
    readme = known.readme if command.readme is None else command.readme
    metadata = command.metadata or known.metadata
    if (readme, metadata) != (known.readme, known.metadata):
        yield VideoUpdated(video=video, project=command.project, creator_id=owner, readme=readme, metadata=metadata)


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
            )


def _review(command: ReviewVideo, known: Video) -> list[VideoEvents | On]:
    """The columns "include" and "exclude" of the status table."""
    if command.decision == "include":
        if known.status in COUNTED:
            return []
        to: TrackingStatus = "included"
    else:
        if known.status == "excluded":
            return []
        to = "excluded"
    event = VideoReviewed(
        video=command.video, project=command.project, creator_id=known.owner, from_=known.status, to=to
    )
    return [event]
