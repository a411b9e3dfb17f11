"""What follows by itself: work to schedule when something comes or goes, owners for posts that had none."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, get_args

import msgspec

from trackagoat.events.catalogue.ingest import (
    AdoptVideos,
    CloseRoster,
    CreatorAdded,
    CreatorAutoDisabled,
    CreatorErased,
    CreatorReactivated,
    CreatorReenabled,
    CreatorRemoved,
    CreatorRenamed,
    CreatorUpdated,
    JobKind,
    ScrapeRequested,
    StatsSnapshotted,
    VideoAdded,
    VideoDiscovered,
    VideoRemoved,
    VideoRestored,
    VideoReviewed,
    VideoTrackingDisabled,
    VideoTrackingEnabled,
)
from trackagoat.events.catalogue.sources import AccountConnected, AccountDisconnected, EndConnection
from trackagoat.events.catalogue.words import CreatorId, Json, OrgId
from trackagoat.events.catalogue.workspace import ProjectDeleted
from trackagoat.events.due import schedule, unschedule
from trackagoat.events.effects import Decide, Effect, Write
from trackagoat.events.host.service import Page
from trackagoat.events.personal import destroy
from trackagoat.ingest.domain.accounts import renew_at
from trackagoat.ingest.domain.discovery import BACK
from trackagoat.ingest.domain.tiktok import handle_key
from trackagoat.ingest.store import accounts, jobs, scraping, sources

CreatorFacts = (
    CreatorAdded
    | CreatorReactivated
    | CreatorReenabled
    | CreatorUpdated
    | CreatorRenamed
    | CreatorAutoDisabled
    | CreatorRemoved
)
VideoFacts = (
    VideoDiscovered
    | VideoAdded
    | VideoRestored
    | VideoReviewed
    | VideoTrackingDisabled
    | VideoTrackingEnabled
    | VideoRemoved
)
ScheduleFacts = CreatorFacts | VideoFacts
RenewalFacts = AccountConnected | AccountDisconnected
ErasureFacts = CreatorErased
AdoptionFacts = CreatorAdded | CreatorReactivated | CreatorRenamed | VideoAdded

KINDS: tuple[JobKind, ...] = get_args(JobKind)
OF_CREATORS: tuple[JobKind, ...] = ("creator_profiles", "discover_videos")
AT_ONCE: dict[str, Json] = {"now": True}
"""The wish that a post be read although it was read a short while ago."""


def schedules(page: Page) -> Iterator[Effect]:
    """Whatever comes is read at once; whatever goes or rests, no longer.

    The posts of a creator that rests keep their rows: each is dropped when it falls due.
    """
    for fact in page:
        event: ScheduleFacts = fact.event
        if isinstance(event, CreatorFacts):
            yield from _creator(fact.org, fact.at, event)
        else:
            yield from _video(fact.org, fact.at, event)


def _creator(org: OrgId, at: datetime, event: CreatorFacts) -> Iterator[Write]:
    """A start date may have moved earlier when settings changed, so the next discovery reads back then."""
    match event:
        case CreatorAdded(creator=creator):
            yield from _read_at_once(org, creator, at, BACK)
        case CreatorReactivated(creator=creator):
            yield from _read_at_once(org, creator, at, BACK)
            yield scraping.resume_stats(creator, at)
        case CreatorReenabled(creator=creator):
            yield from _read_at_once(org, creator, at)
            yield scraping.resume_stats(creator, at)
        case CreatorUpdated(creator=creator):
            if "tracking_start_date" in event.before or not event.before:
                yield scraping.read_back(creator)
        case CreatorRenamed(creator=creator):
            yield scraping.read_anew(creator, at)
            yield jobs.queue("creator_profiles", creator, org, "system", at)
        case CreatorAutoDisabled(creator=creator) | CreatorRemoved(creator=creator):
            for kind in OF_CREATORS:
                yield unschedule(kind, str(creator))
                yield jobs.drop(kind, creator)


def _read_at_once(org: OrgId, creator: CreatorId, at: datetime, wish: dict[str, Any] | None = None) -> Iterator[Write]:
    yield schedule("creator_profiles", str(creator), org, at)
    yield schedule("discover_videos", str(creator), org, at, wish)
    for kind in OF_CREATORS:
        yield jobs.queue(kind, creator, org, "system", at)


def _video(org: OrgId, at: datetime, event: VideoFacts) -> Iterator[Write]:
    """A post that was just discovered, or waited for a decision, was read with the list that showed it."""
    match event:
        case VideoReviewed(to="excluded") | VideoTrackingDisabled() | VideoRemoved():
            yield unschedule("video_stats", str(event.video))
            yield jobs.drop("video_stats", event.video)
        case VideoDiscovered() | VideoReviewed():
            yield scraping.refresh(event.video, at, {})
        case VideoAdded() | VideoRestored() | VideoTrackingEnabled():
            yield scraping.refresh(event.video, at, AT_ONCE)
            yield jobs.queue("video_stats", event.video, org, "system", at)


def requests(page: Page) -> Iterator[Effect]:
    """What somebody wants read is due before anything that is scheduled."""
    for fact in page:
        event: ScrapeRequested = fact.event
        for kind in event.kinds:
            yield jobs.request(fact.org, event.creator_id, event.video, kind, fact.at)


def expiries(page: Page) -> Iterator[Effect]:
    """Old posts that were read are looked at, where they may expire."""
    for fact in page:
        event: StatsSnapshotted = fact.event
        if event.videos:
            video = event.videos[0].video if len(event.videos) == 1 else None
            yield scraping.look_whether_expired(fact.org, event.creator_id, video, event.fetched_at, fact.at)


def erasures(page: Page) -> Iterator[Effect]:
    """The key of an erased creator is destroyed with the fact that says so, what sources said of it is gone, and none
    may read the account any longer.
    """
    for fact in page:
        for connection in fact.event.connections:
            yield Decide(fact.org, EndConnection(connection=connection), f"erased/{fact.event.creator}/{connection}")
        yield destroy(fact.event.creator, fact.org, fact.at)
        yield sources.forget(fact.event.creator)
        yield jobs.forget(fact.event.creator)


def renewals(page: Page) -> Iterator[Effect]:
    """The tokens of a connected account are renewed before they expire, for as long as it is connected."""
    for fact in page:
        event: RenewalFacts = fact.event
        key = accounts.renewal(fact.org, event.source, handle_key(event.tiktok_handle))
        match event:
            case AccountConnected(expires_at=expires_at):
                yield schedule(accounts.RENEW, key, fact.org, renew_at(fact.at, expires_at))
            case AccountDisconnected():
                yield unschedule(accounts.RENEW, key)


def adoptions(page: Page) -> Iterator[Effect]:
    """A post added by its URL belongs to the creator who wrote it from the moment both are known."""
    for fact in page:
        event: AdoptionFacts = fact.event
        if isinstance(event, VideoAdded):
            if event.creator_id is None and event.author_handle is not None:
                adopt = AdoptVideos(project=event.project, tiktok_handle=event.author_handle)
                yield Decide(fact.org, adopt, f"adopt/{fact.id}")
            continue
        handle = event.to if isinstance(event, CreatorRenamed) else event.tiktok_handle
        adopt = AdoptVideos(project=event.project, tiktok_handle=handle)
        yield Decide(fact.org, adopt, f"adopt/{fact.id}")
        if isinstance(event, CreatorReactivated):
            detached = msgspec.structs.replace(adopt, home=event.creator)
            yield Decide(fact.org, detached, f"adopt/{fact.id}/detached")


def closings(page: Page) -> Iterator[Effect]:
    """A project that is gone tracks nobody: what its creators took of the plan is free again."""
    for fact in page:
        event: ProjectDeleted = fact.event
        yield Decide(fact.org, CloseRoster(project=event.project), f"close/{event.project}")
