"""What follows by itself: work to schedule when something comes or goes, owners for posts that had none."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import get_args

import msgspec

from trackagoat.events.catalogue.ingest import (
    AdoptVideos,
    CreatorAdded,
    CreatorErased,
    CreatorReactivated,
    CreatorRemoved,
    CreatorUpdated,
    JobKind,
    VideoAdded,
    VideoDiscovered,
    VideoRemoved,
    VideoRestored,
    VideoReviewed,
)
from trackagoat.events.catalogue.sources import AccountConnected, AccountDisconnected
from trackagoat.events.catalogue.words import OrgId, VideoId
from trackagoat.events.catalogue.workspace import OrgCreated, OrgUpdated
from trackagoat.events.due import schedule, unschedule
from trackagoat.events.effects import Decide, Effect, Write
from trackagoat.events.host.service import Page
from trackagoat.events.personal import destroy
from trackagoat.ingest.domain.accounts import renew_at
from trackagoat.ingest.domain.discovery import BACK
from trackagoat.ingest.domain.tiktok import handle_key
from trackagoat.ingest.store import accounts, scraping, sources

ScheduleFacts = (
    CreatorAdded
    | CreatorReactivated
    | CreatorUpdated
    | CreatorRemoved
    | VideoDiscovered
    | VideoAdded
    | VideoRestored
    | VideoReviewed
    | VideoRemoved
)
IntervalFacts = OrgCreated | OrgUpdated
RenewalFacts = AccountConnected | AccountDisconnected
AdoptionFacts = CreatorAdded | CreatorReactivated | VideoAdded
ErasureFacts = CreatorErased

KINDS: tuple[JobKind, ...] = get_args(JobKind)


def schedules(page: Page) -> Iterator[Effect]:
    """Whatever comes is read at once; whatever goes, no longer. A creator's start date may have moved earlier
    when its settings changed, so its next discovery reads back.

    The posts of a removed creator keep their rows: each is dropped when it falls due.
    """
    for fact in page:
        event: ScheduleFacts = fact.event
        match event:
            case CreatorAdded(creator=creator) | CreatorReactivated(creator=creator):
                yield schedule("creator_profiles", str(creator), fact.org, fact.at)
                yield schedule("discover_videos", str(creator), fact.org, fact.at, BACK)
                if isinstance(event, CreatorReactivated):
                    yield scraping.resume_stats(creator, fact.at)
            case CreatorUpdated(creator=creator):
                yield scraping.read_back(creator)
            case CreatorRemoved(creator=creator):
                yield unschedule("creator_profiles", str(creator))
                yield unschedule("discover_videos", str(creator))
            case VideoReviewed(video=video, to="excluded") | VideoRemoved(video=video):
                yield unschedule("video_stats", str(video))
            case VideoDiscovered(video=video) | VideoAdded(video=video) | VideoRestored(video=video):
                yield _stats(video, fact.org, fact.at)
            case VideoReviewed(video=video):
                yield _stats(video, fact.org, fact.at)


def _stats(video: VideoId, org: OrgId, at: datetime) -> Write:
    return schedule("video_stats", str(video), org, at)


def erasures(page: Page) -> Iterator[Effect]:
    """The key of an erased creator is destroyed with the fact that says so, and what sources said of it is gone."""
    for fact in page:
        yield destroy(fact.event.creator, fact.org, fact.at)
        yield sources.forget(fact.event.creator)


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


def intervals(page: Page) -> Iterator[Effect]:
    """Work due further away than a new interval is pulled in; a post's age is looked at when it falls due."""
    for fact in page:
        for kind in KINDS:
            hours = getattr(fact.event, f"{kind}_hours")
            if hours is not None:
                yield scraping.pull_in_org(fact.event.org, kind, fact.at + timedelta(hours=hours))


def adoptions(page: Page) -> Iterator[Effect]:
    """A post added by its URL belongs to the creator who wrote it from the moment both are known."""
    for fact in page:
        event: AdoptionFacts = fact.event
        if isinstance(event, VideoAdded):
            if event.creator_id is None and event.author_handle is not None:
                adopt = AdoptVideos(project=event.project, tiktok_handle=event.author_handle)
                yield Decide(fact.org, adopt, f"adopt/{fact.id}")
            continue
        adopt = AdoptVideos(project=event.project, tiktok_handle=event.tiktok_handle)
        yield Decide(fact.org, adopt, f"adopt/{fact.id}")
        if isinstance(event, CreatorReactivated):
            detached = msgspec.structs.replace(adopt, home=event.creator)
            yield Decide(fact.org, detached, f"adopt/{fact.id}/detached")
