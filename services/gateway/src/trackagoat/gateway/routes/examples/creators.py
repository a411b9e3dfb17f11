"""A creator, as lists, details, readings and the change log show it."""

from __future__ import annotations

from datetime import date

import msgspec

from trackagoat.gateway.resources.badges import CreatorGoal
from trackagoat.gateway.resources.changes import ChangeActor, CreatorChange
from trackagoat.gateway.resources.creators import Creator, CreatorDetail, CreatorRef, CreatorSnapshot, Totals
from trackagoat.gateway.resources.freshness import CreatorFreshness, Freshness
from trackagoat.gateway.routes.examples.words import AT, LATER, id_of

TOTALS = Totals(views=1_650, likes=60, comments=10, shares=5, saves=None, video_count=3)
FRESH = Freshness(last_scraped_at=LATER, expected_interval_hours=6, state="fresh")
ACTOR = ChangeActor(type="api_key", id=id_of(5), name="reporting")
CREATOR_GOAL = CreatorGoal(
    goal_id=id_of(7),
    metric="posts",
    period="weekly",
    target=15,
    actual=8,
    percentage=53,
    status="behind_pace",
    period_recently_ended=False,
)
CREATOR = Creator(
    id=id_of(3),
    project_id=id_of(2),
    tiktok_handle="ana",
    display_name="Ana",
    display_name_override=None,
    tiktok_display_name="Ana",
    bio="Baking bread",
    profile_url="https://www.tiktok.com/@ana",
    description=None,
    readme=None,
    metadata={},
    tracking_mode="auto",
    tracking_start_date=date(2026, 3, 1),
    avatar_url=None,
    follower_count=41_900,
    following_count=120,
    total_likes_count=980_000,
    video_count=212,
    last_scraped_at=LATER,
    is_active=True,
    inactive_reason=None,
    inactive_since=None,
    availability="available",
    tracked_video_count=2,
    pending_review_count=1,
    created_at=AT,
    updated_at=AT,
    goals=[CREATOR_GOAL],
)
CREATOR_REF = CreatorRef(id=id_of(3), tiktok_handle="ana", display_name="Ana", avatar_url=None)
CREATOR_DETAIL = CreatorDetail(
    **msgspec.structs.asdict(CREATOR),
    scrape_freshness=CreatorFreshness(creator_profiles=FRESH, discover_videos=FRESH, video_stats=FRESH),
)
CREATOR_SNAPSHOT = CreatorSnapshot(
    fetched_at=LATER,
    source="simulator",
    follower_count=41_900,
    following_count=120,
    total_likes_count=980_000,
    video_count=212,
    is_baseline=False,
)
CREATOR_CHANGE = CreatorChange(
    id=id_of(10), kind="renamed", at=LATER, actor=ACTOR, data={"from": "ana", "to": "ana.bakes"}
)
