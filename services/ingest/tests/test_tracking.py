"""Videos that rest and are refreshed again, their notes, and the slots of the plan that direct adds take."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from trackagoat.events.catalogue.ingest import (
    AddVideo,
    DisableTracking,
    DuplicateVideo,
    EnableTracking,
    Full,
    UpdateVideo,
    VideoAdded,
    VideoDiscovered,
    VideoRemoved,
    VideoRestored,
    VideoReviewed,
    VideoTrackingDisabled,
    VideoTrackingEnabled,
    VideoUpdated,
)
from trackagoat.events.catalogue.words import CreatorId, NotFound, ProjectId, video_id
from trackagoat.events.catalogue.workspace import LimitReached
from trackagoat.events.testing.given import Given
from trackagoat.ingest.handlers.deciders import video_decider

decider = video_decider()
P = ProjectId(UUID(int=1))
ANA = CreatorId(UUID(int=11))
POST = "7498305315847376135"
URL = f"https://www.tiktok.com/@ana/video/{POST}"
V = video_id(P, POST)
WHICH: dict[str, Any] = {"video": V, "project": P}
OWNED: dict[str, Any] = {**WHICH, "creator_id": ANA}
FOUND = VideoDiscovered(**OWNED, tiktok_video_id=POST, url=URL, tracking_status="pending_review")
ADDED = VideoAdded(**WHICH, tiktok_video_id=POST, url=URL, author_handle="ana")
DISABLED = VideoTrackingDisabled(**WHICH, reason="manual")
FULL = Full(3, 3)


def test_tracking_is_disabled_once_and_keeps_its_reason() -> None:
    unavailable = VideoTrackingDisabled(**OWNED, reason="unavailable")
    Given(decider, FOUND).when(DisableTracking(**OWNED, reason="unavailable")).then(unavailable)
    Given(decider, FOUND, unavailable).when(DisableTracking(**OWNED)).then()


def test_tracking_is_enabled_again() -> None:
    Given(decider, ADDED, DISABLED).when(EnableTracking(**WHICH)).then(VideoTrackingEnabled(**WHICH))
    Given(decider, ADDED).when(EnableTracking(**WHICH, full=FULL)).then()


def test_enabling_a_direct_add_takes_a_slot_and_enabling_a_discovered_post_takes_none() -> None:
    limit = {"limitKey": "max_tracked_videos_per_org", "current": 3, "max": 3}
    Given(decider, ADDED, DISABLED).when(EnableTracking(**WHICH, full=FULL)).refused(LimitReached, **limit)
    rests = VideoTrackingDisabled(**OWNED, reason="manual")
    Given(decider, FOUND, rests).when(EnableTracking(**OWNED, full=FULL)).then(VideoTrackingEnabled(**OWNED))


def test_what_was_removed_is_neither_disabled_nor_enabled() -> None:
    told = Given(decider, FOUND, VideoRemoved(**OWNED))
    told.when(DisableTracking(**OWNED)).refused(NotFound)
    told.when(EnableTracking(**OWNED)).refused(NotFound)
    told.when(UpdateVideo(**OWNED, readme="n")).refused(NotFound)


def test_a_decision_and_notes_go_together() -> None:
    command = UpdateVideo(**OWNED, decision="include", readme="n", metadata={"k": 1, "x": None})
    Given(decider, FOUND).when(command).then(
        VideoReviewed(**OWNED, from_="pending_review", to="included"),
        VideoUpdated(**OWNED, readme="n", metadata={"k": 1}, before={"readme": None, "metadata": {}}),
    )


def test_notes_are_cleared_when_their_flag_says_so_and_stay_otherwise() -> None:
    noted = VideoUpdated(**OWNED, readme="n", metadata={"k": 1})
    cleared = VideoUpdated(**OWNED, metadata={"k": 1}, before={"readme": "n"})
    Given(decider, FOUND, noted).when(UpdateVideo(**OWNED, set_readme=True)).then(cleared)
    emptied = VideoUpdated(**OWNED, readme="n", before={"metadata": {"k": 1}})
    Given(decider, FOUND, noted).when(UpdateVideo(**OWNED, set_metadata=True)).then(emptied)


def add(**given: Any) -> AddVideo:
    return AddVideo(project=P, url=URL, now=datetime(2025, 5, 1, tzinfo=UTC), **given)


def test_a_direct_add_needs_a_slot_and_a_known_post_is_told_first() -> None:
    Given(decider).when(add(full=FULL)).refused(LimitReached, current=3, max=3)
    Given(decider, ADDED).when(add(known_as="direct_add", full=FULL)).refused(DuplicateVideo)


def test_a_direct_add_that_comes_back_needs_a_slot_and_is_refreshed_again() -> None:
    told = Given(decider, ADDED, DISABLED, VideoRemoved(**WHICH))
    told.when(add(known_as="direct_add", full=FULL)).refused(LimitReached)
    told.when(add(known_as="direct_add")).then(VideoRestored(**WHICH, url=URL), VideoTrackingEnabled(**WHICH))


def test_a_discovered_post_that_comes_back_needs_none() -> None:
    told = Given(decider, FOUND, VideoRemoved(**OWNED))
    restored = VideoRestored(**OWNED, url=URL)
    told.when(add(creator_id=ANA, known_as="pending_review", home=ANA, full=FULL)).then(restored)
