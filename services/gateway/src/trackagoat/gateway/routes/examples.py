"""Values the documents show: one small program, the same in every example."""

from __future__ import annotations

import base64
from datetime import date
from uuid import UUID

import msgspec

from trackagoat.events.catalogue.notifications import QuietHours
from trackagoat.gateway.resources.advisories import Advisory
from trackagoat.gateway.resources.campaigns import Campaign, CampaignDetail, CampaignItem, CampaignTotals, Target
from trackagoat.gateway.resources.changes import ChangeActor, CreatorChange, VideoChange
from trackagoat.gateway.resources.channels import (
    Attempt,
    Channel,
    ChannelConfig,
    Delivery,
    NewChannel,
    Rotated,
    Rule,
    Tested,
)
from trackagoat.gateway.resources.creators import Creator, CreatorDetail, CreatorRef, CreatorSnapshot, Totals
from trackagoat.gateway.resources.events import Doer, Event, Subject
from trackagoat.gateway.resources.freshness import CreatorFreshness, Freshness
from trackagoat.gateway.resources.goals import Compliance, CreatorCompliance, Goal, GoalDetail, Result, Standing
from trackagoat.gateway.resources.members import CampaignCreator, CreatorGoal, MemberRef
from trackagoat.gateway.resources.notifications import Alert, Entity, Notification
from trackagoat.gateway.resources.videos import InboxVideo, Leader, Video, VideoDetail, VideoSnapshot
from trackagoat.gateway.resources.workspace import (
    ApiKey,
    Counts,
    EffectiveHours,
    KeyOwner,
    NewApiKey,
    Org,
    Project,
)


def id_of(n: int) -> UUID:
    """The n-th id of the examples."""
    return UUID(f"0195a1b2-0000-7000-8000-{n:012d}")


AT = "2026-03-10T08:00:00Z"
LATER = "2026-03-12T14:00:00Z"

ORG = Org(
    id=id_of(1),
    name="Goat Agency",
    tier="self_hosted",
    timezone="Europe/Berlin",
    video_stats_hours=6,
    discover_videos_hours=6,
    creator_profiles_hours=24,
    effective_hours=EffectiveHours(video_stats=6, discover_videos=6, creator_profiles=24),
    video_expiry_enabled=False,
    role="admin",
    created_at=AT,
    updated_at=AT,
)
PROJECT = Project(
    id=id_of(2),
    org_id=id_of(1),
    name="Spring launch",
    description="Creators of the spring launch.",
    readme="Creators of the spring launch.",
    metadata={"crm": "4711"},
    counts=Counts(creators=24, videos=310, campaigns=4, goals=12, pending_review=3),
    created_at=AT,
    updated_at=AT,
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
)
CREATOR_REF = CreatorRef(id=id_of(3), tiktok_handle="ana", display_name="Ana", avatar_url=None)
VIDEO = Video(
    id=id_of(4),
    project_id=id_of(2),
    creator_id=id_of(3),
    tiktok_video_id="7480000000000000000",
    url="https://www.tiktok.com/@ana/video/7480000000000000000",
    content_type="video",
    origin="discovery",
    title="Sourdough in a minute",
    description=None,
    readme=None,
    metadata={},
    author_handle="ana",
    thumbnail_url=None,
    duration_seconds=58,
    posted_at=AT,
    tracking_status="auto_tracked",
    tracking_disabled=False,
    tracking_disabled_reason=None,
    tracking_disabled_at=None,
    availability="available",
    view_count=1_700,
    like_count=60,
    comment_count=10,
    share_count=5,
    save_count=None,
    stats_source="simulator",
    last_scraped_at=LATER,
    created_at=AT,
    updated_at=AT,
)
TOTALS = Totals(views=1_650, likes=60, comments=10, shares=5, saves=None, video_count=3)
API_KEY = ApiKey(
    id=id_of(5),
    name="reporting",
    prefix="tga_0f3a9c12",
    scopes=["read"],
    owner=KeyOwner(user_id=id_of(20), name="Ana"),
    created_at=AT,
    expires_at=None,
    last_used_at=LATER,
    revoked_at=None,
)
NEW_API_KEY = NewApiKey(**msgspec.structs.asdict(API_KEY), key="tga_" + "0f3a9c12" * 8)
FRESH = Freshness(last_scraped_at=LATER, expected_interval_hours=6, state="fresh")
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
VIDEO_DETAIL = VideoDetail(**msgspec.structs.asdict(VIDEO), scrape_freshness=FRESH)
INBOX_VIDEO = InboxVideo(**{**msgspec.structs.asdict(VIDEO), "tracking_status": "pending_review"}, creator=CREATOR_REF)
VIDEO_SNAPSHOT = VideoSnapshot(
    fetched_at=LATER,
    source="simulator",
    view_count=1_700,
    like_count=60,
    comment_count=10,
    share_count=5,
    save_count=None,
    is_baseline=False,
)
_ACTOR = ChangeActor(type="api_key", id=id_of(5), name="reporting")
CREATOR_CHANGE = CreatorChange(
    id=id_of(10), kind="renamed", at=LATER, actor=_ACTOR, data={"from": "ana", "to": "ana.bakes"}
)
VIDEO_CHANGE = VideoChange(
    id=id_of(11), kind="included", at=LATER, actor=_ACTOR, data={"from": "pending_review", "to": "included"}
)
LEADER = Leader(
    video_id=id_of(4),
    title="Sourdough in a minute",
    thumbnail_url=None,
    url=VIDEO.url,
    view_count=1_700,
    like_count=60,
    comment_count=10,
    share_count=5,
    save_count=None,
    posted_at=AT,
    creator_id=id_of(3),
    tiktok_handle="ana",
    display_name="Ana",
    avatar_url=None,
    total_count=310,
)
CAMPAIGN = Campaign(
    id=id_of(6),
    project_id=id_of(2),
    name="Spring",
    description=None,
    readme=None,
    metadata={},
    target_views=1_000_000,
    target_at="2026-06-01T00:00:00Z",
    totals=CampaignTotals(
        views=850_000, likes=21_000, comments=900, shares=310, saves=None, video_count=310, creator_count=24
    ),
    target=Target(state="on_track", percentage=85, pace=1.12, reached_at=None),
    item_count=1,
    parent_ids=[],
    created_at=AT,
    updated_at=AT,
)
CAMPAIGN_ITEM = CampaignItem(
    item_type="creator",
    item_id=id_of(3),
    label="Ana",
    image_url=None,
    is_active=True,
    added_at=AT,
    totals=TOTALS,
)
CAMPAIGN_DETAIL = CampaignDetail(**msgspec.structs.asdict(CAMPAIGN), items=[CAMPAIGN_ITEM])
ADVISORY = Advisory(
    has_advisory=True,
    messages=["The period ends in 59.0 hours; numbers are not final."],
    not_yet_started=False,
    period_in_progress=True,
    period_recently_ended=False,
    scrape_stale=False,
    period_start="2026-03-22T23:00:00Z",
    period_end="2026-03-29T22:00:00Z",
    hours_until_period_end=59,
    hours_since_period_end=None,
    scrape_freshness=FRESH,
)
STANDING = Standing(
    target=15,
    actual=8,
    percentage=53,
    status="behind_pace",
    pace=0.83,
    is_final=False,
    advisory=ADVISORY,
    previous=None,
)
_TERMS = Goal(
    id=id_of(7),
    creator_id=id_of(3),
    project_id=id_of(2),
    metric="posts",
    period="weekly",
    target_value=15,
    start_date=date(2026, 3, 2),
    end_date=None,
    is_active=True,
    created_at=AT,
    updated_at=AT,
)
GOAL = GoalDetail(**msgspec.structs.asdict(_TERMS), compliance=STANDING)
CREATOR_COMPLIANCE = CreatorCompliance(
    creator=CREATOR_REF, compliance=[Compliance(goal=_TERMS, **msgspec.structs.asdict(STANDING))]
)
RESULT = Result(
    period_start="2026-03-22T23:00:00Z",
    period_end="2026-03-29T22:00:00Z",
    target=15,
    actual=15,
    percentage=100,
    status="completed",
    is_final=True,
    final_at="2026-03-31T22:00:00Z",
)
CAMPAIGN_CREATOR = CampaignCreator(
    creator=MemberRef(id=id_of(3), tiktok_handle="ana", display_name="Ana", avatar_url=None, is_active=True),
    totals=TOTALS,
    goals=[
        CreatorGoal(
            goal_id=id_of(7),
            metric="posts",
            period="weekly",
            target=15,
            actual=8,
            percentage=53,
            status="behind_pace",
            period_recently_ended=False,
        )
    ],
)
ALERT = Alert(
    id=id_of(8),
    alert_id=id_of(8),
    kind="goal_at_risk",
    severity="warning",
    title="@ana is at risk",
    body="8 of 15 posts this week.",
    project_id=id_of(2),
    entity=Entity(type="goal", id=id_of(7), label="@ana"),
    data={"goal_id": str(id_of(7)), "actual": 8, "target": 15},
    link=f"http://127.0.0.1:8080/api/v1/goals/{id_of(7)}",
    created_at=AT,
    cleared_at=None,
)
NOTIFICATION = Notification(
    **{name: value for name, value in msgspec.structs.asdict(ALERT).items() if name != "cleared_at"}, read_at=None
)
CHANNEL = Channel(
    id=id_of(9),
    kind="webhook",
    name="Ops",
    config=ChannelConfig(url="https://hooks.example.com/tiktok", event_types=[]),
    is_active=True,
    disabled_reason=None,
    last_success_at=None,
    failing_since=None,
    created_at=AT,
    updated_at=AT,
)
_SECRET = f"whsec_{base64.b64encode(bytes(range(32))).decode()}"
NEW_CHANNEL = NewChannel(**msgspec.structs.asdict(CHANNEL), secret=_SECRET)
ROTATED = Rotated(_SECRET, LATER)
TESTED = Tested(ok=True, http_status=204, duration_ms=87, error=None)
RULE = Rule(
    id=id_of(12),
    name="Goals to Ops",
    project_ids=None,
    kinds=["goal_at_risk", "goal_missed"],
    min_severity="warning",
    channel_ids=[id_of(9)],
    digest="immediate",
    quiet_hours=QuietHours("22:00", "07:00", "Europe/Berlin"),
    is_active=True,
    created_at=AT,
    updated_at=AT,
)
DELIVERY = Delivery(
    id=id_of(13),
    channel_id=id_of(9),
    type="alert.goal_at_risk",
    message_id=f"msg_{id_of(13).hex}",
    alert_ids=[id_of(8)],
    event_id=None,
    status="succeeded",
    attempts=[Attempt(at=AT, http_status=204, duration_ms=87, error=None, response=None)],
    next_attempt_at=None,
    created_at=AT,
)
EVENT = Event(
    position="1773129600000001",
    id=id_of(14),
    type="creator.added",
    occurred_at=AT,
    recorded_at=AT,
    org_id=id_of(1),
    project_id=id_of(2),
    subject=Subject("creator", id_of(3)),
    actor=Doer("api_key", id_of(10)),
    request_id=None,
    data={"tiktok_handle": "ana", "tracking_mode": "auto"},
)
