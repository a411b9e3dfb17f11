"""What a successful look at an account makes happen."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from trackagoat.events.catalogue.ingest import (
    CreatorInactive,
    Post,
    ProfileReading,
    RecordScrape,
    StatsSnapshotted,
    VideoAdded,
    VideoDiscovered,
    VideoReading,
    VideoRemoved,
    VideoReviewed,
)
from trackagoat.events.catalogue.words import CreatorId, ProjectId, TrackingMode, TrackingStatus, video_id
from trackagoat.events.decider import On
from trackagoat.events.testing.given import Given
from trackagoat.ingest.handlers.deciders import video_decider

decider = video_decider()

P = ProjectId(UUID(int=1))
ANA = CreatorId(UUID(int=11))
POSTED = datetime(2025, 4, 28, 10, 14, 13, tzinfo=UTC)
READ = POSTED + timedelta(days=2)
ID = "7498305315847376135"
V = video_id(P, ID)


def post(tiktok_id: str = ID, **given: Any) -> Post:
    url = f"https://www.tiktok.com/@ana/video/{tiktok_id}"
    return Post(**{"tiktok_video_id": tiktok_id, "url": url, "posted_at": POSTED, "views": 5, **given})


def scrape(*posts: Post, **given: Any) -> RecordScrape:
    whole = {"creator": ANA, "project": P, "source": "simulator", "fetched_at": READ, "tracking_mode": "auto"}
    return RecordScrape(**{**whole, "posts": list(posts), **given})


def found(**given: Any) -> VideoDiscovered:
    whole = {"video": V, "project": P, "creator_id": ANA, "tiktok_video_id": ID, "url": post().url}
    return VideoDiscovered(**{**whole, "tracking_status": "auto_tracked", "posted_at": POSTED, **given})


def snapshot(*videos: VideoReading, **given: Any) -> On:
    whole = {"project": P, "creator_id": ANA, "source": "simulator", "fetched_at": READ}
    return On(f"observations-{ANA}", StatsSnapshotted(**{**whole, "videos": list(videos), **given}))


@pytest.mark.parametrize(("mode", "status"), [("auto", "auto_tracked"), ("selective", "pending_review")])
def test_a_new_post_is_discovered_and_read(mode: TrackingMode, status: TrackingStatus) -> None:
    told: dict[str, Any] = {
        "title": "t",
        "author_handle": "ana",
        "thumbnail_url": "https://x/y.jpg",
        "duration_seconds": 9,
    }
    command = scrape(post(content_type="photo", likes=1, **told), tracking_mode=mode)
    discovered = found(tracking_status=status, content_type="photo", **told)
    reading = VideoReading(video=V, views=5, likes=1, is_baseline=True)
    Given(decider).when(command).then(discovered, snapshot(reading))


def test_a_known_post_is_only_read() -> None:
    Given(decider, found()).when(scrape(post())).then(snapshot(VideoReading(video=V, views=5)))


def test_an_excluded_post_is_read_and_a_removed_one_is_not() -> None:
    out = VideoReviewed(video=V, project=P, creator_id=ANA, from_="auto_tracked", to="excluded")
    Given(decider, found(), out).when(scrape(post())).then(snapshot(VideoReading(video=V, views=5)))
    Given(decider, found(), VideoRemoved(video=V, project=P, creator_id=ANA)).when(scrape(post())).then()


def test_one_event_carries_the_profile_and_every_post() -> None:
    other = "7498305315847376999"
    profile = ProfileReading(followers=7)
    readings = [VideoReading(video=V, views=5), VideoReading(video=video_id(P, other), views=6, is_baseline=True)]
    second = found(video=video_id(P, other), tiktok_video_id=other, url=post(other).url)
    command = scrape(post(), post(other, views=6), profile=profile)
    Given(decider, found()).when(command).then(second, snapshot(*readings, creator=profile))


def test_posts_older_than_the_creator_is_tracked_for_are_left_alone_unless_known() -> None:
    command = scrape(post(), not_before=POSTED + timedelta(seconds=1))
    Given(decider).when(command).then()
    Given(decider, found()).when(command).then(snapshot(VideoReading(video=V, views=5)))
    exactly = scrape(post(), not_before=POSTED)
    Given(decider).when(exactly).then(found(), snapshot(VideoReading(video=V, views=5, is_baseline=True)))


def test_a_posting_time_that_no_source_gives_is_read_from_the_id() -> None:
    command = scrape(post(posted_at=None), not_before=POSTED)
    Given(decider).when(command).then(found(), snapshot(VideoReading(video=V, views=5, is_baseline=True)))


def test_a_post_listed_twice_is_one_post() -> None:
    reading = VideoReading(video=V, views=5, is_baseline=True)
    Given(decider).when(scrape(post(), post(views=6))).then(found(), snapshot(reading))


def test_a_post_that_is_only_named_is_discovered_without_a_reading() -> None:
    Given(decider).when(scrape(post(views=None))).then(found())


def test_a_scrape_that_shows_nothing_says_nothing() -> None:
    Given(decider).when(scrape()).then()
    Given(decider, found()).when(scrape(post(views=None), profile=ProfileReading())).then()


def test_a_post_decided_elsewhere_is_read_but_not_discovered() -> None:
    command = scrape(post(), elsewhere=[V], first=[V])
    Given(decider).when(command).then(snapshot(VideoReading(video=V, views=5, is_baseline=True)))


def test_nothing_is_recorded_for_a_creator_that_is_not_tracked() -> None:
    Given(decider).when(scrape(post(), resting=True)).refused(CreatorInactive)


# -- baselines ---------------------------------------------------------------------------------------------------


def test_a_discovered_post_first_read_within_a_day_of_posting_gained_everything() -> None:
    day = timedelta(hours=24)
    soon, late = POSTED + day, POSTED + day + timedelta(seconds=1)
    Given(decider).when(scrape(post(), fetched_at=soon)).then(
        found(), snapshot(VideoReading(video=V, views=5), fetched_at=soon)
    )
    Given(decider).when(scrape(post(), fetched_at=late)).then(
        found(), snapshot(VideoReading(video=V, views=5, is_baseline=True), fetched_at=late)
    )


def test_a_first_reading_of_a_post_known_before_follows_the_same_rule() -> None:
    soon = POSTED + timedelta(hours=1)
    read_soon, read_late = VideoReading(video=V, views=5), VideoReading(video=V, views=5, is_baseline=True)
    command = scrape(post(), fetched_at=soon, first=[V])
    Given(decider, found()).when(command).then(snapshot(read_soon, fetched_at=soon))
    Given(decider, found()).when(scrape(post(), first=[V])).then(snapshot(read_late))


def test_a_direct_add_begins_with_a_baseline_however_young_it_is() -> None:
    soon = POSTED + timedelta(hours=1)
    added = VideoAdded(video=V, project=P, creator_id=ANA, tiktok_video_id=ID, url=post().url, posted_at=POSTED)
    reading = VideoReading(video=V, views=5, is_baseline=True)
    Given(decider, added).when(scrape(post(), fetched_at=soon, first=[V])).then(snapshot(reading, fetched_at=soon))
