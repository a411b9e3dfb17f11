"""Creators, videos and their readings as rows; deleted projects as heard.

What happened to creators and videos is written in its order; readings and counts follow at the end of a page,
in sets, because they do not depend on it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime

from trackagoat.events.catalogue.ingest import (
    CreatorAdded,
    CreatorAutoDisabled,
    CreatorErased,
    CreatorFollowerMilestone,
    CreatorReactivated,
    CreatorReenabled,
    CreatorRemoved,
    CreatorRenamed,
    CreatorUpdated,
    DiscoveryGapClosed,
    DiscoveryGapFound,
    JobKind,
    ProfileReading,
    ScrapeFailed,
    SnapshotsPruned,
    StatsSnapshotted,
    VideoAdded,
    VideoDescribed,
    VideoDiscovered,
    VideoRemoved,
    VideoRestored,
    VideoReviewed,
    VideoTrackingDisabled,
    VideoTrackingEnabled,
    VideoUpdated,
)
from trackagoat.events.catalogue.words import CreatorId, Json, OrgId, TrackingMode, VideoId
from trackagoat.events.catalogue.workspace import ProjectDeleted
from trackagoat.events.effects import Write
from trackagoat.events.envelope import Heard
from trackagoat.events.host.service import Page
from trackagoat.ingest.domain.keeping import SHORTEST
from trackagoat.ingest.domain.shelf import VideoEvents
from trackagoat.ingest.domain.tiktok import handle_key
from trackagoat.ingest.store import creators, gaps, pruning, readings, videos
from trackagoat.ingest.store.gains import posts, profiles, sums

CreatorFacts = (
    CreatorAdded
    | CreatorReactivated
    | CreatorUpdated
    | CreatorRenamed
    | CreatorAutoDisabled
    | CreatorReenabled
    | CreatorRemoved
    | CreatorFollowerMilestone
)
LibraryFacts = (
    CreatorFacts
    | CreatorErased
    | VideoEvents
    | VideoDescribed
    | StatsSnapshotted
    | ScrapeFailed
    | DiscoveryGapFound
    | DiscoveryGapClosed
    | SnapshotsPruned
    | ProjectDeleted
)


def library(page: Page) -> Iterator[Write]:
    """Creators, videos, their snapshots, levels and gains."""
    snapshots: list[Heard[StatsSnapshotted]] = []
    touched: dict[CreatorId, None] = {}
    erased: list[Heard[CreatorErased]] = []
    moved: dict[VideoId, None] = {}
    pruned: dict[OrgId, None] = {}
    for fact in page:
        event: LibraryFacts = fact.event
        match event:
            case StatsSnapshotted():
                snapshots.append(fact)
            case CreatorErased():
                erased.append(fact)
            case ScrapeFailed() as e:
                yield from _missed(fact, e)
            case DiscoveryGapFound() | DiscoveryGapClosed() as e:
                yield _gap(e)
            case SnapshotsPruned(before=before):
                yield pruning.mark(fact.org, before, fact.at)
                pruned[fact.org] = None
            case ProjectDeleted(project=project):
                yield sums.forget_project(project, fact.org)
                yield creators.delete_project(project, fact.org)
            case VideoDescribed() as e:
                yield _described(e)
                moved[e.video] = None
            case e if isinstance(e, CreatorFacts):
                yield from _creator(fact, e)
                touched[e.creator] = None
            case e:
                yield from _video(fact, e)
                moved[e.video] = None
                touched.update({e.creator_id: None} if e.creator_id else {})
    yield from map(sums.place_video, moved)
    yield from map(sums.place_creator, touched)
    yield from _read(snapshots)
    yield from _settled([fact for fact in snapshots if fact.at - fact.event.fetched_at >= SHORTEST])
    yield from map(pruning.prune_posts, pruned)
    yield from map(pruning.prune_profiles, pruned)
    yield from (creators.forget_creator(fact.event.creator, fact.at) for fact in erased)
    yield from map(creators.recount, touched)


def _creator(fact: Heard[CreatorFacts], event: CreatorFacts) -> Iterator[Write]:
    match event:
        case CreatorAdded() as e:
            who = (fact.org, e.creator, e.project, e.tiktok_handle, handle_key(e.tiktok_handle))
            yield creators.add_creator(*who, *_settings(e), fact.at)
        case CreatorUpdated() as e:
            yield _changed(fact.at, e)
        case CreatorReactivated() as e:
            yield _changed(fact.at, e)
            yield creators.activate_creator(e.creator, fact.at)
            yield videos.hide_videos(e.creator, False)
        case CreatorRenamed() as e:
            yield profiles.begin_anew(e.creator, fact.at)
            yield creators.rename_creator(e.creator, e.to, handle_key(e.to), fact.at)
        case CreatorReenabled() as e:
            yield creators.activate_creator(e.creator, fact.at)
        case CreatorAutoDisabled() as e:
            yield creators.deactivate_creator(e.creator, e.reason, fact.at)
        case CreatorRemoved() as e:
            yield creators.deactivate_creator(e.creator, "removed", fact.at)
            yield videos.hide_videos(e.creator, True)
        case CreatorFollowerMilestone() as e:
            yield creators.reach_milestone(e.creator, e.milestone)


Whole = CreatorAdded | CreatorUpdated | CreatorReactivated


def _changed(at: datetime, e: Whole) -> Write:
    key = handle_key(e.tiktok_handle)
    return creators.change_creator(e.creator, e.tiktok_handle, key, *_settings(e), at)


def _settings(e: Whole) -> tuple[TrackingMode, date, str | None, str | None, dict[str, Json]]:
    return e.tracking_mode, e.tracking_start_date, e.display_name_override, e.readme, e.metadata


def _video(fact: Heard[VideoEvents], event: VideoEvents) -> Iterator[Write]:
    match event:
        case VideoDiscovered() | VideoAdded():
            yield _came_in(fact, event)
        case VideoReviewed():
            yield videos.review_video(event.video, event.to, fact.at)
        case VideoRemoved():
            yield videos.remove_video(event.video, fact.at)
        case VideoRestored():
            yield videos.restore_video(event.video, event.tracking_status, fact.at)
            yield videos.own_video(event.video, event.creator_id)
        case VideoUpdated():
            yield videos.note_video(event.video, event.readme, event.metadata, fact.at)
            yield videos.own_video(event.video, event.creator_id)
        case VideoTrackingDisabled():
            yield videos.disable_tracking(event.video, event.reason, fact.at)
        case VideoTrackingEnabled():
            yield videos.enable_tracking(event.video, fact.at)


def _gap(event: DiscoveryGapFound | DiscoveryGapClosed) -> Write:
    match event:
        case DiscoveryGapFound() as e:
            return gaps.leave(e.creator, e.gap_from, e.gap_to)
        case DiscoveryGapClosed() as e:
            return gaps.leave(e.creator, None, None)


def _described(e: VideoDescribed) -> Write:
    return videos.describe_video(e.video, e.title, e.author_handle, e.thumbnail_url, e.duration_seconds, e.posted_at)


def _came_in(fact: Heard[VideoEvents], event: VideoDiscovered | VideoAdded) -> Write:
    found = event if isinstance(event, VideoDiscovered) else None
    added = event if isinstance(event, VideoAdded) else None
    return videos.add_video(
        fact.org,
        event.video,
        event.project,
        event.creator_id,
        "discovery" if found else "manual",
        event.tiktok_video_id,
        event.url,
        event.content_type,
        found.title if found else None,
        added.readme if added else None,
        added.metadata if added else {},
        event.author_handle,
        found.thumbnail_url if found else None,
        found.duration_seconds if found else None,
        event.posted_at,
        event.tracking_status,
        fact.at,
    )


def _read(page: Sequence[Heard[StatsSnapshotted]]) -> Iterator[Write]:
    """Readings of posts, then of profiles, then that the accounts were seen. Of one that is told twice, the first
    stands.
    """
    of_posts: dict[tuple[VideoId, datetime, str], Write] = {}
    of_profiles: dict[tuple[CreatorId, datetime, str], tuple[Write, Write]] = {}
    seen: dict[CreatorId, list[StatsSnapshotted]] = {}
    for fact in page:
        e = fact.event
        for v in e.videos:
            key = (v.video, e.fetched_at, e.source)
            if key not in of_posts:
                of_posts[key] = posts.read_video(fact.org, *key, v.views, v.likes, v.comments, v.shares, v.saves)
        if e.creator_id is None or e.kind == "video_stats":
            continue
        if e.creator is not None:
            of_profiles.setdefault((e.creator_id, e.fetched_at, e.source), _of_profile(fact, e.creator_id, e.creator))
        seen.setdefault(e.creator_id, []).append(e)
    yield from of_posts.values()
    yield from (gained for gained, _ in of_profiles.values())
    yield from (read for _, read in of_profiles.values())
    for creator, events in seen.items():
        profiles_, discoveries = _last(events, "creator_profiles"), _last(events, "discover_videos")
        yield creators.scraped_creator(creator, max(e.fetched_at for e in events), profiles_, discoveries)


def _of_profile(fact: Heard[StatsSnapshotted], creator: CreatorId, p: ProfileReading) -> tuple[Write, Write]:
    """What it adds, to be written first, and the reading itself."""
    key = (fact.org, creator, fact.event.fetched_at, fact.event.source)
    counters = (p.followers, p.following, p.total_likes, p.video_count)
    read = readings.read_creator(*key, *counters, p.display_name, p.bio, p.avatar_url)
    return profiles.gain_profile(*key, p.followers), read


def _settled(late: Sequence[Heard[StatsSnapshotted]]) -> Iterator[Write]:
    """Readings so old that a pruning which came first may have meant them too."""
    for fact in late:
        for v in fact.event.videos:
            yield pruning.settle_post(v.video, fact.event.fetched_at, fact.at)
    for fact in late:
        if fact.event.creator_id is not None and fact.event.creator is not None:
            yield pruning.settle_profile(fact.event.creator_id, fact.event.fetched_at, fact.at)


def _last(events: Sequence[StatsSnapshotted], kind: JobKind) -> datetime | None:
    return max((e.fetched_at for e in events if e.kind == kind), default=None)


def _missed(fact: Heard[ScrapeFailed], event: ScrapeFailed) -> Iterator[Write]:
    """What could not be seen; other failures say nothing about it."""
    if event.outcome not in {"not_found", "private"}:
        return
    if event.video is not None:
        yield videos.missed_video(event.video, event.outcome, fact.at, event.counts)
    elif event.creator_id is not None:
        yield creators.missed_creator(event.creator_id, event.kind, event.outcome, fact.at)
