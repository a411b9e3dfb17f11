"""Facts to rows: creators, videos and their readings; orgs and deleted projects as heard.

What happened to creators and videos is written in its order; readings and counts follow at the end of a page,
in sets, because they do not depend on it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from trackagoat.events.catalogue.ingest import (
    CreatorAdded,
    CreatorErased,
    CreatorReactivated,
    CreatorRemoved,
    CreatorUpdated,
    ScrapeFailed,
    StatsSnapshotted,
    VideoAdded,
    VideoDiscovered,
    VideoRemoved,
    VideoRestored,
    VideoReviewed,
    VideoUpdated,
)
from trackagoat.events.catalogue.sources import (
    AccountConnected,
    AccountDisconnected,
    AccountEvents,
    AccountRenewed,
    SourcesChosen,
)
from trackagoat.events.catalogue.words import CreatorId, VideoId
from trackagoat.events.catalogue.workspace import OrgCreated, OrgUpdated, ProjectDeleted
from trackagoat.events.effects import Write
from trackagoat.events.envelope import Heard
from trackagoat.events.host.service import Page
from trackagoat.ingest.domain.roster import RosterEvents
from trackagoat.ingest.domain.shelf import VideoEvents
from trackagoat.ingest.domain.tiktok import handle_key
from trackagoat.ingest.store import accounts as source_accounts
from trackagoat.ingest.store import creators, readings, scraping, sources, videos
from trackagoat.ingest.store.gains import readings as gains
from trackagoat.ingest.store.gains import sums

LibraryFacts = (
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
    | ProjectDeleted
)
OrgFacts = OrgCreated | OrgUpdated
RosterSettings = CreatorAdded | CreatorReactivated | CreatorUpdated | CreatorRemoved


def orgs(page: Page) -> Iterator[Write]:
    """Zones and intervals of organizations."""
    for fact in page:
        event: OrgFacts = fact.event
        match event:
            case OrgCreated() as e:
                yield scraping.add_org(
                    e.org, e.timezone, e.video_stats_hours, e.discover_videos_hours, e.creator_profiles_hours
                )
            case OrgUpdated() as e:
                yield scraping.change_org(
                    e.org, e.timezone, e.video_stats_hours, e.discover_videos_hours, e.creator_profiles_hours
                )


def choices(page: Page) -> Iterator[Write]:
    """The sources orgs chose."""
    for fact in page:
        event: SourcesChosen = fact.event
        yield sources.choose(
            fact.org, _lines(event.creator_profiles), _lines(event.discover_videos), _lines(event.video_stats)
        )


def accounts(page: Page) -> Iterator[Write]:
    """Accounts whose owners let a source read them."""
    for fact in page:
        event: AccountEvents = fact.event
        match event:
            case AccountConnected() as e:
                who = (fact.org, e.source, handle_key(e.tiktok_handle), e.tiktok_handle, e.connection, e.account)
                told = ("\n".join(e.scopes), e.sealed_tokens, e.expires_at, e.renewable_until)
                yield source_accounts.connect(*who, *told, fact.at)
            case AccountRenewed() as e:
                yield source_accounts.renew(e.connection, e.sealed_tokens, e.expires_at, e.renewable_until, fact.at)
            case AccountDisconnected() as e:
                yield source_accounts.disconnect(e.connection, e.reason, fact.at)


def _lines(names: Sequence[str] | None) -> str | None:
    return None if names is None else "\n".join(names)


def library(page: Page) -> Iterator[Write]:
    """Creators, videos, their snapshots, levels and gains."""
    snapshots: list[Heard[StatsSnapshotted]] = []
    touched: dict[CreatorId, None] = {}
    erased: list[Heard[CreatorErased]] = []
    moved: dict[VideoId, None] = {}
    for fact in page:
        event: LibraryFacts = fact.event
        match event:
            case CreatorAdded() | CreatorReactivated() | CreatorUpdated() | CreatorRemoved() as e:
                yield from _creator(fact, e)
                touched[e.creator] = None
            case CreatorErased():
                erased.append(fact)
            case StatsSnapshotted():
                snapshots.append(fact)
            case ScrapeFailed() as e:
                yield from _missed(fact, e)
            case ProjectDeleted(project=project):
                yield sums.forget_project(project, fact.org)
                yield creators.delete_project(project, fact.org)
            case e:
                yield from _video(fact, e)
                moved[e.video] = None
                touched.update({e.creator_id: None} if e.creator_id else {})
    yield from map(sums.place_video, moved)
    yield from map(sums.place_creator, touched)
    yield from _gained(snapshots)
    yield from _read(snapshots)
    yield from (creators.forget_creator(fact.event.creator, fact.at) for fact in erased)
    yield from map(creators.recount, touched)


def _creator(fact: Heard[RosterEvents], event: RosterSettings) -> Iterator[Write]:
    if isinstance(event, CreatorRemoved):
        yield creators.deactivate_creator(event.creator, "removed", fact.at)
        yield videos.hide_videos(event.creator, True)
        return
    key = handle_key(event.tiktok_handle)
    settings = (event.tracking_mode, event.tracking_start_date, event.display_name_override, event.readme)
    if isinstance(event, CreatorAdded):
        who = (fact.org, event.creator, event.project, event.tiktok_handle, key)
        yield creators.add_creator(*who, *settings, event.metadata, fact.at)
        return
    yield creators.change_creator(event.creator, event.tiktok_handle, key, *settings, event.metadata, fact.at)
    if isinstance(event, CreatorReactivated):
        yield creators.activate_creator(event.creator)
        yield videos.hide_videos(event.creator, False)


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


def _gained(page: Sequence[Heard[StatsSnapshotted]]) -> Iterator[Write]:
    """What the readings add, each once; of one that is told twice, the first stands."""
    posts: dict[tuple[VideoId, datetime, str], Write] = {}
    profiles: dict[tuple[CreatorId, datetime, str], Write] = {}
    for fact in page:
        e = fact.event
        for v in e.videos:
            key = (v.video, e.fetched_at, e.source)
            if key not in posts:
                posts[key] = gains.gain_video(fact.org, *key, v.views, v.likes, v.comments, v.shares, v.saves)
        if e.creator_id is not None and e.creator is not None:
            who = (e.creator_id, e.fetched_at, e.source)
            if who not in profiles:
                profiles[who] = gains.gain_profile(fact.org, *who, e.creator.followers)
    yield from posts.values()
    yield from profiles.values()


def _read(page: Sequence[Heard[StatsSnapshotted]]) -> Iterator[Write]:
    """Readings of posts, then of profiles, then that the accounts were seen."""
    scraped: dict[CreatorId, datetime] = {}
    for fact in page:
        e = fact.event
        for v in e.videos:
            counters = (v.views, v.likes, v.comments, v.shares, v.saves)
            yield readings.read_video(fact.org, v.video, e.fetched_at, e.source, *counters)
    for fact in page:
        e = fact.event
        if e.creator_id is None:
            continue
        if e.creator is not None:
            p = e.creator
            reading = (p.followers, p.following, p.total_likes, p.video_count, p.display_name, p.bio, p.avatar_url)
            yield readings.read_creator(fact.org, e.creator_id, e.fetched_at, e.source, *reading)
        scraped[e.creator_id] = max(scraped.get(e.creator_id, e.fetched_at), e.fetched_at)
    yield from (creators.scraped_creator(creator, at) for creator, at in scraped.items())


def _missed(fact: Heard[ScrapeFailed], event: ScrapeFailed) -> Iterator[Write]:
    """What could not be seen; other failures say nothing about it."""
    if event.outcome not in {"not_found", "private"}:
        return
    if event.video is not None:
        yield videos.missed_video(event.video, event.outcome, fact.at)
    elif event.creator_id is not None:
        yield creators.missed_creator(event.creator_id, event.outcome, fact.at)
