"""Scrapes: what a successful look at an account makes happen, and which first readings are baselines."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from operator import attrgetter

from trackagoat.events.catalogue.ingest import (
    CreatorFollowerMilestone,
    CreatorInactive,
    JobKind,
    Post,
    ProfileReading,
    RecordScrape,
    StatsSnapshotted,
    VideoDescribed,
    VideoDiscovered,
    VideoReading,
)
from trackagoat.events.catalogue.words import Counters, CreatorId, VideoId, video_id
from trackagoat.events.decider import On
from trackagoat.ingest.domain import tiktok
from trackagoat.ingest.domain.shelf import Origin, Shelf, VideoEvents
from trackagoat.ingest.domain.shelf import video as discovered

FRESH = timedelta(hours=24)
"""A discovered post first read this soon after posting gathered everything while it was tracked."""


def observations(subject: CreatorId | VideoId) -> str:
    """The stream of the readings of a creator, or of a post that has none."""
    return f"observations-{subject}"


def record(command: RecordScrape, shelf: Shelf) -> list[VideoEvents | On]:
    """New posts as discoveries, then one reading of everything seen that is known now and not removed.

    A job that came to nothing new is a fact too: it says that the account was seen.
    """
    if command.resting:
        raise CreatorInactive
    found: dict[VideoId, VideoDiscovered] = {}
    readings: dict[VideoId, VideoReading] = {}
    elsewhere, first = frozenset(command.elsewhere), frozenset(command.first)
    for post in command.posts:
        video = video_id(command.project, post.tiktok_video_id)
        known = shelf.videos.get(video)
        if known is None and video not in elsewhere and video not in found:
            discovery = _discover(command, video, post)
            if discovery is None:
                continue
            found[video] = discovery
        if is_reading(post) and video not in readings and not (known and known.removed):
            new = discovered(found[video]) if video in found else known
            gathered = new is not None and gathered_while_tracked(new.origin, new.posted_at, command.fetched_at)
            unread = video in first or video in found
            readings[video] = reading(video, post, is_baseline=unread and not gathered)
    profile = command.profile if command.profile is not None and is_profile(command.profile, command.kind) else None
    said = readings or profile or command.kind is not None
    snapshot = [_snapshot(command, profile, list(readings.values()))] if said else []
    return [*found.values(), *_described(command), *snapshot, *_milestones(command, profile)]


def _described(command: RecordScrape) -> Iterator[On]:
    """What posts look like that were added by their URL alone."""
    wanted = dict.fromkeys(command.undescribed)
    for post in command.posts:
        video = video_id(command.project, post.tiktok_video_id)
        if video in wanted and (post.title or post.thumbnail_url):
            del wanted[video]
            event = VideoDescribed(
                video=video,
                project=command.project,
                creator_id=command.creator,
                title=post.title,
                author_handle=post.author_handle,
                thumbnail_url=post.thumbnail_url,
                duration_seconds=post.duration_seconds,
                posted_at=post.posted_at,
            )
            yield On(observations(video), event)


def _milestones(command: RecordScrape, profile: ProfileReading | None) -> Iterator[On]:
    if profile is None or profile.followers is None:
        return
    for milestone in command.milestones:
        event = CreatorFollowerMilestone(
            creator=command.creator,
            project=command.project,
            milestone=milestone,
            follower_count=profile.followers,
        )
        yield On(observations(command.creator), event)


def _discover(command: RecordScrape, video: VideoId, post: Post) -> VideoDiscovered | None:
    """The post as a discovery, None when it is older than the creator is tracked for."""
    posted_at = post.posted_at or tiktok.posted_at(post.tiktok_video_id, command.fetched_at)
    if command.not_before is not None and posted_at is not None and posted_at < command.not_before:
        return None
    return VideoDiscovered(
        video=video,
        project=command.project,
        creator_id=command.creator,
        tiktok_video_id=post.tiktok_video_id,
        url=post.url,
        content_type=post.content_type,
        tracking_status="auto_tracked" if command.tracking_mode == "auto" else "pending_review",
        posted_at=posted_at,
        title=post.title,
        author_handle=post.author_handle,
        thumbnail_url=post.thumbnail_url,
        duration_seconds=post.duration_seconds,
    )


def _snapshot(command: RecordScrape, profile: ProfileReading | None, readings: list[VideoReading]) -> On:
    event = StatsSnapshotted(
        project=command.project,
        creator_id=command.creator,
        source=command.source,
        fetched_at=command.fetched_at,
        creator=profile,
        videos=readings,
        kind=command.kind,
    )
    return On(observations(command.creator), event)


def is_reading(counters: Counters) -> bool:
    """Whether any counter is known; a list that merely names a post reads nothing of it."""
    return _counted(counters) != _UNKNOWN


def is_profile(profile: ProfileReading, kind: JobKind | None) -> bool:
    """Whether it is a reading of the account: anything is known of it, or it was what the job asked for."""
    return profile != ProfileReading() or kind == "creator_profiles"


def reading(video: VideoId, counters: Counters, *, is_baseline: bool) -> VideoReading:
    """The counters as a reading of that video."""
    views, likes, comments, shares, saves = _counted(counters)
    return VideoReading(
        video=video, is_baseline=is_baseline, views=views, likes=likes, comments=comments, shares=shares, saves=saves
    )


_counted = attrgetter(*Counters.__struct_fields__)
_UNKNOWN = (None,) * len(Counters.__struct_fields__)


def gathered_while_tracked(origin: Origin, posted_at: datetime | None, fetched_at: datetime) -> bool:
    """Whether a first reading counts as gain in full (product rule 3.4: discovered, read within 24 h of posting).

    `is_baseline` is fixed when a reading is recorded: up for the first reading of a video, which is one that no
    stored reading precedes or equals in `fetched_at`, unless this holds. A reading that arrives late and lies
    before all others is thus flagged too, and the one flagged before it keeps its flag, since stored events never
    change; whoever computes gains orders the readings by `fetched_at` and takes the flag of the first alone.
    """
    return origin == "discovery" and posted_at is not None and fetched_at - posted_at <= FRESH
