"""What becomes of posts: the status table of reviews, additions, removals and adoptions."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, get_args
from uuid import UUID

import pytest

from trackagoat.events.catalogue.ingest import (
    AddVideo,
    AdoptVideos,
    DuplicateVideo,
    InvalidUrl,
    RemoveVideo,
    ReviewVideo,
    UnresolvableUrl,
    VideoAdded,
    VideoDiscovered,
    VideoRemoved,
    VideoRestored,
    VideoReviewed,
    VideoUpdated,
)
from trackagoat.events.catalogue.words import COUNTED, CreatorId, NotFound, ProjectId, TrackingStatus, video_id
from trackagoat.events.testing.given import Given
from trackagoat.ingest.domain import videos as rules
from trackagoat.ingest.handlers.deciders import video_decider

decider = video_decider()

P = ProjectId(UUID(int=1))
ANA, BEN = CreatorId(UUID(int=11)), CreatorId(UUID(int=12))
POST = "7498305315847376135"
URL = f"https://www.tiktok.com/@Ana/video/{POST}"
POSTED = datetime(2025, 4, 28, 10, 14, 13, tzinfo=UTC)
NOW = datetime(2025, 5, 1, tzinfo=UTC)
V = video_id(P, POST)
STATUSES: tuple[TrackingStatus, ...] = get_args(TrackingStatus)

Event = VideoDiscovered | VideoAdded | VideoReviewed


def found(status: TrackingStatus, creator: CreatorId = ANA) -> VideoDiscovered:
    return VideoDiscovered(
        video=V, project=P, creator_id=creator, tiktok_video_id=POST, url=URL, tracking_status=status, posted_at=POSTED
    )


def added(creator: CreatorId | None = None, **given: Any) -> VideoAdded:
    return VideoAdded(
        video=V,
        project=P,
        creator_id=creator,
        tiktok_video_id=POST,
        url=URL,
        posted_at=POSTED,
        author_handle="Ana",
        **given,
    )


def reviewed(before: TrackingStatus, to: TrackingStatus, creator: CreatorId | None = ANA) -> VideoReviewed:
    return VideoReviewed(video=V, project=P, creator_id=creator, from_=before, to=to)


def add(**given: Any) -> AddVideo:
    return AddVideo(**{"project": P, "url": URL, "now": NOW, **given})


def restored(creator: CreatorId | None = ANA) -> VideoRestored:
    return VideoRestored(video=V, project=P, creator_id=creator, url=URL, posted_at=POSTED)


REMOVED = VideoRemoved(video=V, project=P, creator_id=ANA)
INCLUDE = ReviewVideo(video=V, project=P, creator_id=ANA, decision="include")
EXCLUDE = ReviewVideo(video=V, project=P, creator_id=ANA, decision="exclude")


@pytest.mark.parametrize("status", STATUSES)
def test_including_makes_what_does_not_count_count(status: TrackingStatus) -> None:
    expected = [] if status in COUNTED else [reviewed(status, "included")]
    Given(decider, found(status)).when(INCLUDE).then(*expected)


@pytest.mark.parametrize("status", STATUSES)
def test_excluding_ends_that_it_counts(status: TrackingStatus) -> None:
    expected = [] if status == "excluded" else [reviewed(status, "excluded")]
    Given(decider, found(status)).when(EXCLUDE).then(*expected)


def test_what_is_unknown_or_removed_is_not_reviewed() -> None:
    Given(decider).when(INCLUDE).refused(NotFound)
    Given(decider, found("auto_tracked"), REMOVED).when(EXCLUDE).refused(NotFound)


def test_an_unknown_url_is_a_direct_add_with_the_time_its_id_tells() -> None:
    Given(decider).when(add(url=f"tiktok.com/@Ana/video/{POST}?x=1", readme="n", metadata={"k": 1})).then(
        added(readme="n", metadata={"k": 1})
    )


def test_the_url_of_a_tracked_authors_post_belongs_to_the_author() -> None:
    assert rules.stream(add(creator_id=ANA)) == f"creator-{ANA}"
    Given(decider).when(add(creator_id=ANA)).then(added(ANA))


def test_a_post_of_nobody_tracked_is_decided_among_the_direct_adds() -> None:
    assert rules.stream(add()) == f"direct-{P}"
    assert rules.stream(add(known_as="direct_add", creator_id=ANA)) == f"direct-{P}"
    assert rules.stream(add(known_as="excluded", home=ANA)) == f"creator-{ANA}"


@pytest.mark.parametrize("status", sorted(COUNTED))
def test_adding_what_counts_already_is_refused(status: TrackingStatus) -> None:
    Given(decider, found(status)).when(add(known_as=status)).refused(DuplicateVideo, videoId=str(V))


@pytest.mark.parametrize("status", ["pending_review", "excluded"])
def test_adding_what_does_not_count_includes_it(status: TrackingStatus) -> None:
    Given(decider, found(status)).when(add(known_as=status, home=ANA)).then(reviewed(status, "included"))


def test_adding_what_was_removed_restores_it_under_its_id() -> None:
    Given(decider, found("excluded"), REMOVED).when(add(creator_id=ANA)).then(restored())


def test_adding_what_left_with_its_creator_detaches_it() -> None:
    hidden = add(known_as="pending_review", home=ANA, hidden=True)
    Given(decider, found("pending_review")).when(hidden).then(restored(None))
    Given(decider, found("auto_tracked"), REMOVED).when(hidden).then(restored(None))


WAS: dict[str, Any] = {"readme": None, "metadata": {}}


def test_notes_given_with_a_known_post_are_applied() -> None:
    noted = VideoUpdated(video=V, project=P, creator_id=ANA, readme="new", metadata={"k": 1}, before=WAS)
    command = add(known_as="excluded", home=ANA, readme="new", metadata={"k": 1})
    Given(decider, found("excluded")).when(command).then(reviewed("excluded", "included"), noted)


@pytest.mark.parametrize(
    ("url", "refusal"),
    [("https://www.tiktok.com/@ana", InvalidUrl), (POST, InvalidUrl), ("https://vm.tiktok.com/Zx/", UnresolvableUrl)],
)
def test_what_is_no_url_of_a_post_is_refused(url: str, refusal: type[InvalidUrl | UnresolvableUrl]) -> None:
    Given(decider).when(add(url=url)).refused(refusal)


def test_a_video_is_removed_once() -> None:
    remove = RemoveVideo(video=V, project=P, creator_id=ANA)
    Given(decider, found("auto_tracked")).when(remove).then(REMOVED)
    Given(decider, found("auto_tracked"), REMOVED).when(remove).then()
    Given(decider).when(remove).refused(NotFound)


ADOPT = AdoptVideos(project=P, tiktok_handle="aNA", creator=ANA)


def test_posts_of_an_author_who_is_tracked_now_get_their_owner_and_keep_their_notes() -> None:
    owned = VideoUpdated(video=V, project=P, creator_id=ANA, readme="n", metadata={"k": 1}, before={"creator_id": None})
    Given(decider, added(readme="n", metadata={"k": 1})).when(ADOPT).then(owned)


def test_only_posts_of_that_author_without_an_owner_are_adopted() -> None:
    other = VideoAdded(video=V, project=P, tiktok_video_id=POST, url=URL, author_handle="ben")
    Given(decider, other).when(ADOPT).then()
    Given(decider, added(BEN)).when(ADOPT).then()
    Given(decider, added()).when(AdoptVideos(project=P, tiktok_handle="ana")).then()


def test_detached_posts_return_to_a_creator_that_came_back() -> None:
    back = AdoptVideos(project=P, tiktok_handle="ana", creator=ANA, home=ANA)
    owned = VideoUpdated(video=V, project=P, creator_id=ANA, before={"creator_id": None})
    assert rules.stream(back) == f"creator-{ANA}"
    Given(decider, found("auto_tracked"), restored(None)).when(back).then(owned)


def test_later_decisions_name_the_owner_a_post_was_given() -> None:
    owned = VideoUpdated(video=V, project=P, creator_id=ANA)
    Given(decider, added(), owned).when(EXCLUDE).then(reviewed("direct_add", "excluded", ANA))
