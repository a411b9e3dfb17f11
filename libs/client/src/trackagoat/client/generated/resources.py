"""What the API shows. Written by `goat client` from the API's registry of routes; not to be edited."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from msgspec import field

from trackagoat.client.models import Model, Resource


class Registered(Model, frozen=True, kw_only=True):
    """A new account, signed in. Unsafe calls of the session repeat `csrf_token` in the header X-CSRF-Token."""

    user: User
    org: Org | None
    csrf_token: str


class User(Resource, frozen=True, kw_only=True):
    """A person who signs in."""

    id: UUID
    """Id of this resource"""
    email: str
    name: str
    """What people call it"""
    is_platform_admin: bool
    active_org_id: UUID | None
    created_at: datetime
    """When it was made, UTC"""


class Org(Resource, frozen=True, kw_only=True):
    """The root of a workspace: it owns everything below it."""

    id: UUID
    """Id of this resource"""
    name: str
    """What people call it"""
    tier: str
    """Plan; fixes the limits of the organization"""
    timezone: str
    """IANA name; days, weeks and months are cut in it"""
    video_stats_hours: int
    """Hours between readings of a video that the organization asked for"""
    discover_videos_hours: int
    """Hours between discoveries of a creator's posts that the organization asked for"""
    creator_profiles_hours: int
    """Hours between readings of a profile that the organization asked for"""
    effective_hours: EffectiveHours
    video_expiry_enabled: bool
    """Whether old posts that no longer grow stop being refreshed"""
    role: str
    """What the caller may do there"""
    created_at: datetime
    """When it was made, UTC"""
    updated_at: datetime
    """When it was last changed, UTC"""


class EffectiveHours(Model, frozen=True, kw_only=True):
    """Hours between scrapes after the tier's floors."""

    video_stats: int
    discover_videos: int
    creator_profiles: int


class SignedIn(Model, frozen=True, kw_only=True):
    """A session that has begun. Unsafe calls of it repeat `csrf_token` in the header X-CSRF-Token."""

    user: User
    orgs: list[Membership]
    csrf_token: str


class Membership(Model, frozen=True, kw_only=True):
    """An org a caller may act in."""

    id: UUID
    """Id of this resource"""
    name: str
    """What people call it"""
    role: str
    """What the caller may do there"""


class Ok(Model, frozen=True, kw_only=True):
    """It is done."""

    ok: bool | None = None


class Me(Model, frozen=True, kw_only=True):
    """Who is calling, where, and what it may do. The operator's own key has no user."""

    user: User | None
    org: Org | None
    role: str | None
    """What the caller may do there"""
    auth: str
    scopes: list[str]
    """What the key may do"""
    csrf_token: str | None
    orgs: list[Membership]


class Deleted(Model, frozen=True, kw_only=True):
    """What a DELETE answers."""

    id: str
    """Id of this resource"""
    deleted: bool | None = None


class Session(Model, frozen=True, kw_only=True):
    """A browser a person is signed in with."""

    id: UUID
    """Id of this resource"""
    created_at: datetime
    """When it was made, UTC"""
    last_seen_at: datetime | None
    user_agent: str | None
    is_current: bool


class PageMeta(Model, frozen=True, kw_only=True):
    """Where the next page begins; null on the last one."""

    next_cursor: str | None = field(name="nextCursor")


class AccountRotated(Model, frozen=True, kw_only=True):
    """It is done, and the session goes on under another cookie and token."""

    ok: bool | None = None
    csrf_token: str


class ApiKey(Resource, frozen=True, kw_only=True):
    """Access for a program, acting for its owner (null: the operator). It is shown once, in the answer that made it."""

    id: UUID
    """Id of this resource"""
    name: str
    """What people call it"""
    prefix: str
    """The first characters of the key, to recognise it by"""
    scopes: list[str]
    """What the key may do"""
    owner: KeyOwner | None
    """Whom the key acts for"""
    created_at: datetime
    """When it was made, UTC"""
    expires_at: datetime | None
    """When it stops working; null: never"""
    last_used_at: datetime | None
    """When it was last used"""
    revoked_at: datetime | None
    """When it was revoked; null: it works"""


class KeyOwner(Model, frozen=True, kw_only=True):
    """Whom a key acts for; without a name once that account is gone."""

    user_id: UUID
    name: str | None
    """What people call it"""


class NewApiKey(Resource, frozen=True, kw_only=True):
    """A key just made: `key` is shown this once."""

    id: UUID
    """Id of this resource"""
    name: str
    """What people call it"""
    prefix: str
    """The first characters of the key, to recognise it by"""
    scopes: list[str]
    """What the key may do"""
    owner: KeyOwner | None
    """Whom the key acts for"""
    created_at: datetime
    """When it was made, UTC"""
    expires_at: datetime | None
    """When it stops working; null: never"""
    last_used_at: datetime | None
    """When it was last used"""
    revoked_at: datetime | None
    """When it was revoked; null: it works"""
    key: str | None


class Member(Resource, frozen=True, kw_only=True):
    """A person who belongs to the organization."""

    user_id: UUID
    name: str
    """What people call it"""
    email: str
    role: str
    """What the caller may do there"""
    joined_at: datetime
    last_seen_at: datetime | None


class Invitation(Resource, frozen=True, kw_only=True):
    """Somebody was asked to join. `accept_url` is shown by the calls that make a token, and by no other."""

    id: UUID
    """Id of this resource"""
    email: str
    role: str
    """What the caller may do there"""
    status: str
    """Where it stands"""
    invited_by: Inviter | None
    expires_at: datetime
    """When it stops working; null: never"""
    accept_url: str | None
    created_at: datetime
    """When it was made, UTC"""


class Inviter(Model, frozen=True, kw_only=True):
    """Who asked somebody to join; without a name once that account is gone."""

    id: UUID
    """Id of this resource"""
    name: str | None
    """What people call it"""


class OpenedInvitation(Model, frozen=True, kw_only=True):
    """What an invitation says to whoever has its token."""

    org_name: str
    email: str
    role: str
    """What the caller may do there"""
    inviter_name: str | None
    expires_at: datetime
    """When it stops working; null: never"""
    account_exists: bool


class Joined(Model, frozen=True, kw_only=True):
    """The organization a person has joined."""

    org: Org
    role: str
    """What the caller may do there"""


class Limits(Model, frozen=True, kw_only=True):
    """The plan of the organization, and how much of it is used."""

    tier: str
    """Plan; fixes the limits of the organization"""
    grace: Grace | None
    limits: list[Limit]


class Grace(Model, frozen=True, kw_only=True):
    """The plan before, whose history stays readable until then."""

    previous_tier: str
    until: datetime


class Limit(Model, frozen=True, kw_only=True):
    """One limit: `max` null is unlimited, `current` null is not counted (floors, retention). Caps per project or campaign show the fullest one, named by `at_id`. Daily ones begin anew at `resets_at`."""

    key: str
    max: int | None
    current: int | None
    unit: str
    scope: str
    at_id: UUID | None
    resets_at: datetime | None


class Project(Resource, frozen=True, kw_only=True):
    """Groups the creators, videos and campaigns of one program or season."""

    id: UUID
    """Id of this resource"""
    org_id: UUID
    """Organization it belongs to"""
    name: str
    """What people call it"""
    description: str | None
    """The same text as readme"""
    readme: str | None
    """Notes of people, in Markdown"""
    metadata: dict[str, Any]
    """An object for programs; the product never looks inside"""
    counts: Counts
    created_at: datetime
    """When it was made, UTC"""
    updated_at: datetime
    """When it was last changed, UTC"""


class Counts(Model, frozen=True, kw_only=True):
    """How much a project holds: creators not removed, counted videos, campaigns, goals, posts awaiting review."""

    creators: int | None = None
    videos: int | None = None
    campaigns: int | None = None
    goals: int | None = None
    """Active goals of the creator and how they stand, in short"""
    pending_review: int | None = None


class Creator(Model, frozen=True, kw_only=True):
    """A TikTok account tracked in a project."""

    id: UUID
    """Id of this resource"""
    project_id: UUID
    """Project it belongs to"""
    tiktok_handle: str
    """Name of the account, without the @"""
    display_name: str | None
    """The override if set, else TikTok's name"""
    display_name_override: str | None
    """A name of one's own for the creator"""
    tiktok_display_name: str | None
    """Name shown on TikTok"""
    bio: str | None
    """Text of the profile"""
    profile_url: str
    """Address of the profile"""
    description: str | None
    """The same text as readme"""
    readme: str | None
    """Notes of people, in Markdown"""
    metadata: dict[str, Any]
    """An object for programs; the product never looks inside"""
    tracking_mode: str
    """auto: discovered posts count at once; selective: they wait in the inbox"""
    tracking_start_date: date
    """Discovery takes posts from this day on"""
    avatar_url: str | None
    """Picture of the profile"""
    follower_count: int | None
    """Followers; null is unknown"""
    following_count: int | None
    """Accounts followed; null is unknown"""
    total_likes_count: int | None
    """Likes of all posts, by the profile; null is unknown"""
    video_count: int | None
    """Posts; null is unknown"""
    last_scraped_at: datetime | None
    """When TikTok was last read for it"""
    is_active: bool
    """Whether it is in use"""
    inactive_reason: str | None
    """Why the creator is no longer tracked"""
    inactive_since: datetime | None
    """Since when it is not"""
    availability: str
    """What the last reading found"""
    tracked_video_count: int
    """Counted videos of the creator"""
    pending_review_count: int
    """Posts of the creator that wait for a decision"""
    created_at: datetime
    """When it was made, UTC"""
    updated_at: datetime
    """When it was last changed, UTC"""
    goals: list[CreatorGoal]
    """Active goals of the creator and how they stand, in short"""


class CreatorGoal(Model, frozen=True, kw_only=True):
    """One goal of a creator, in short."""

    goal_id: UUID
    metric: str
    """What the goal measures"""
    period: str
    """Kind of calendar period it is measured in"""
    target: float
    """How it stands against its target, or the value to reach"""
    actual: float | None
    percentage: int
    status: str
    """Where it stands"""
    period_recently_ended: bool


class CreatorDetail(Resource, frozen=True, kw_only=True):
    """A creator by itself, with how fresh its figures are."""

    id: UUID
    """Id of this resource"""
    project_id: UUID
    """Project it belongs to"""
    tiktok_handle: str
    """Name of the account, without the @"""
    display_name: str | None
    """The override if set, else TikTok's name"""
    display_name_override: str | None
    """A name of one's own for the creator"""
    tiktok_display_name: str | None
    """Name shown on TikTok"""
    bio: str | None
    """Text of the profile"""
    profile_url: str
    """Address of the profile"""
    description: str | None
    """The same text as readme"""
    readme: str | None
    """Notes of people, in Markdown"""
    metadata: dict[str, Any]
    """An object for programs; the product never looks inside"""
    tracking_mode: str
    """auto: discovered posts count at once; selective: they wait in the inbox"""
    tracking_start_date: date
    """Discovery takes posts from this day on"""
    avatar_url: str | None
    """Picture of the profile"""
    follower_count: int | None
    """Followers; null is unknown"""
    following_count: int | None
    """Accounts followed; null is unknown"""
    total_likes_count: int | None
    """Likes of all posts, by the profile; null is unknown"""
    video_count: int | None
    """Posts; null is unknown"""
    last_scraped_at: datetime | None
    """When TikTok was last read for it"""
    is_active: bool
    """Whether it is in use"""
    inactive_reason: str | None
    """Why the creator is no longer tracked"""
    inactive_since: datetime | None
    """Since when it is not"""
    availability: str
    """What the last reading found"""
    tracked_video_count: int
    """Counted videos of the creator"""
    pending_review_count: int
    """Posts of the creator that wait for a decision"""
    created_at: datetime
    """When it was made, UTC"""
    updated_at: datetime
    """When it was last changed, UTC"""
    goals: list[CreatorGoal]
    """Active goals of the creator and how they stand, in short"""
    scrape_freshness: CreatorFreshness


class CreatorFreshness(Model, frozen=True, kw_only=True):
    """Freshness per kind of job; null while the creator is not active."""

    creator_profiles: Freshness | None
    discover_videos: Freshness | None
    video_stats: Freshness | None


class Freshness(Model, frozen=True, kw_only=True):
    """When something was last refreshed, how often it should be, and what follows."""

    last_scraped_at: datetime | None
    """When TikTok was last read for it"""
    expected_interval_hours: float
    state: str


class CreatorSnapshot(Model, frozen=True, kw_only=True):
    """One reading of a creator's profile; unknown counters are null."""

    fetched_at: datetime
    source: str
    follower_count: int | None
    """Followers; null is unknown"""
    following_count: int | None
    """Accounts followed; null is unknown"""
    total_likes_count: int | None
    """Likes of all posts, by the profile; null is unknown"""
    video_count: int | None
    """Posts; null is unknown"""
    is_baseline: bool


class BulkResults(Resource, frozen=True, kw_only=True):
    """One result per item sent."""

    results: list[BulkItem]


class BulkItem(Model, frozen=True, kw_only=True):
    """What became of one item: a status, the id it has, or why it failed."""

    index: int
    status: str
    """Where it stands"""
    id: UUID | None = None
    """Id of this resource"""
    code: str | None = None
    error: str | None = None


class BulkMeta(Model, frozen=True, kw_only=True):
    """How many items of a bulk went through."""

    succeeded: int
    failed: int


class Video(Model, frozen=True, kw_only=True):
    """A TikTok post, a film or a photo carousel, in a project."""

    id: UUID
    """Id of this resource"""
    project_id: UUID
    """Project it belongs to"""
    creator_id: UUID | None
    """Creator it belongs to; null when there is none"""
    tiktok_video_id: str
    """Id of the post on TikTok"""
    url: str
    """Canonical address of the post"""
    content_type: str
    """A film or a photo carousel"""
    origin: str
    """Discovered, or added by its URL"""
    title: str | None
    """Caption of the post, or headline of the alert"""
    description: str | None
    """The same text as readme"""
    readme: str | None
    """Notes of people, in Markdown"""
    metadata: dict[str, Any]
    """An object for programs; the product never looks inside"""
    author_handle: str | None
    """Account that posted it"""
    thumbnail_url: str | None
    """Still picture"""
    duration_seconds: int | None
    """Length in seconds"""
    posted_at: datetime | None
    """When it was posted; null is unknown"""
    tracking_status: str
    """Whether the post counts, waits or is excluded"""
    tracking_disabled: bool
    """Whether the post is no longer refreshed"""
    tracking_disabled_reason: str | None
    """Why it is no longer refreshed"""
    tracking_disabled_at: datetime | None
    """Since when it is not"""
    availability: str
    """What the last reading found"""
    view_count: int | None
    """Views; null is unknown"""
    like_count: int | None
    """Likes; null is unknown"""
    comment_count: int | None
    """Comments; null is unknown"""
    share_count: int | None
    """Shares; null is unknown"""
    save_count: int | None
    """Saves; null is unknown"""
    stats_source: str | None
    """Where the counters were read"""
    last_scraped_at: datetime | None
    """When TikTok was last read for it"""
    created_at: datetime
    """When it was made, UTC"""
    updated_at: datetime
    """When it was last changed, UTC"""


class VideoDetail(Resource, frozen=True, kw_only=True):
    """A video by itself, with how fresh its counters are."""

    id: UUID
    """Id of this resource"""
    project_id: UUID
    """Project it belongs to"""
    creator_id: UUID | None
    """Creator it belongs to; null when there is none"""
    tiktok_video_id: str
    """Id of the post on TikTok"""
    url: str
    """Canonical address of the post"""
    content_type: str
    """A film or a photo carousel"""
    origin: str
    """Discovered, or added by its URL"""
    title: str | None
    """Caption of the post, or headline of the alert"""
    description: str | None
    """The same text as readme"""
    readme: str | None
    """Notes of people, in Markdown"""
    metadata: dict[str, Any]
    """An object for programs; the product never looks inside"""
    author_handle: str | None
    """Account that posted it"""
    thumbnail_url: str | None
    """Still picture"""
    duration_seconds: int | None
    """Length in seconds"""
    posted_at: datetime | None
    """When it was posted; null is unknown"""
    tracking_status: str
    """Whether the post counts, waits or is excluded"""
    tracking_disabled: bool
    """Whether the post is no longer refreshed"""
    tracking_disabled_reason: str | None
    """Why it is no longer refreshed"""
    tracking_disabled_at: datetime | None
    """Since when it is not"""
    availability: str
    """What the last reading found"""
    view_count: int | None
    """Views; null is unknown"""
    like_count: int | None
    """Likes; null is unknown"""
    comment_count: int | None
    """Comments; null is unknown"""
    share_count: int | None
    """Shares; null is unknown"""
    save_count: int | None
    """Saves; null is unknown"""
    stats_source: str | None
    """Where the counters were read"""
    last_scraped_at: datetime | None
    """When TikTok was last read for it"""
    created_at: datetime
    """When it was made, UTC"""
    updated_at: datetime
    """When it was last changed, UTC"""
    scrape_freshness: Freshness | None


class VideoSnapshot(Model, frozen=True, kw_only=True):
    """One reading of a video's counters; unknown counters are null."""

    fetched_at: datetime
    source: str
    view_count: int | None
    """Views; null is unknown"""
    like_count: int | None
    """Likes; null is unknown"""
    comment_count: int | None
    """Comments; null is unknown"""
    share_count: int | None
    """Shares; null is unknown"""
    save_count: int | None
    """Saves; null is unknown"""
    is_baseline: bool


class InboxVideo(Model, frozen=True, kw_only=True):
    """A video in the inbox, with its creator."""

    id: UUID
    """Id of this resource"""
    project_id: UUID
    """Project it belongs to"""
    creator_id: UUID | None
    """Creator it belongs to; null when there is none"""
    tiktok_video_id: str
    """Id of the post on TikTok"""
    url: str
    """Canonical address of the post"""
    content_type: str
    """A film or a photo carousel"""
    origin: str
    """Discovered, or added by its URL"""
    title: str | None
    """Caption of the post, or headline of the alert"""
    description: str | None
    """The same text as readme"""
    readme: str | None
    """Notes of people, in Markdown"""
    metadata: dict[str, Any]
    """An object for programs; the product never looks inside"""
    author_handle: str | None
    """Account that posted it"""
    thumbnail_url: str | None
    """Still picture"""
    duration_seconds: int | None
    """Length in seconds"""
    posted_at: datetime | None
    """When it was posted; null is unknown"""
    tracking_status: str
    """Whether the post counts, waits or is excluded"""
    tracking_disabled: bool
    """Whether the post is no longer refreshed"""
    tracking_disabled_reason: str | None
    """Why it is no longer refreshed"""
    tracking_disabled_at: datetime | None
    """Since when it is not"""
    availability: str
    """What the last reading found"""
    view_count: int | None
    """Views; null is unknown"""
    like_count: int | None
    """Likes; null is unknown"""
    comment_count: int | None
    """Comments; null is unknown"""
    share_count: int | None
    """Shares; null is unknown"""
    save_count: int | None
    """Saves; null is unknown"""
    stats_source: str | None
    """Where the counters were read"""
    last_scraped_at: datetime | None
    """When TikTok was last read for it"""
    created_at: datetime
    """When it was made, UTC"""
    updated_at: datetime
    """When it was last changed, UTC"""
    creator: CreatorRef | None


class CreatorRef(Model, frozen=True, kw_only=True):
    """A creator named beside something of theirs."""

    id: UUID
    """Id of this resource"""
    tiktok_handle: str
    """Name of the account, without the @"""
    display_name: str | None
    """The override if set, else TikTok's name"""
    avatar_url: str | None
    """Picture of the profile"""


class InboxMeta(Model, frozen=True, kw_only=True):
    """The next page, and how many posts of the project wait for a decision."""

    next_cursor: str | None = field(name="nextCursor")
    pending_count: int = field(name="pendingCount")


class QueuedJobs(Model, frozen=True, kw_only=True):
    """What is read at once now, and what was queued or running already."""

    jobs: list[Job]
    already_queued: list[Job]


class Job(Model, frozen=True, kw_only=True):
    """One piece of reading: the latest of its kind about that creator or video. `waiting` is tried again at `retry_at`; `outcome` and `source` are those of the last call."""

    id: UUID
    """Id of this resource"""
    kind: str
    """What kind it is"""
    entity: JobEntity
    trigger: str
    """What queued it"""
    status: str
    """Where it stands"""
    outcome: str | None
    """What the last call came to"""
    source: str | None
    attempts: int
    """How often it was tried so far"""
    queued_at: datetime
    """When it was queued"""
    started_at: datetime | None
    """When it began"""
    finished_at: datetime | None
    """When it was over; null: not yet"""
    retry_at: datetime | None
    """When it is tried again; null: it is not"""
    error: str | None


class JobEntity(Model, frozen=True, kw_only=True):
    """What a job reads."""

    type: str
    """What kind of message or event it is"""
    id: UUID
    """Id of this resource"""


class CreatorChange(Model, frozen=True, kw_only=True):
    """Something that happened to a creator; `data` has the details of its kind."""

    id: UUID
    """Id of this resource"""
    kind: str
    """What kind it is"""
    at: datetime
    actor: ChangeActor
    data: dict[str, Any]
    """Figures that go with it"""


class ChangeActor(Model, frozen=True, kw_only=True):
    """Who did it; the system has neither id nor name."""

    type: str
    """What kind of message or event it is"""
    id: UUID | None
    """Id of this resource"""
    name: str | None
    """What people call it"""


class VideoChange(Model, frozen=True, kw_only=True):
    """Something that happened to a video; `data` has the details of its kind."""

    id: UUID
    """Id of this resource"""
    kind: str
    """What kind it is"""
    at: datetime
    actor: ChangeActor
    data: dict[str, Any]
    """Figures that go with it"""


class Campaign(Model, frozen=True, kw_only=True):
    """A named set of creators, videos and other campaigns."""

    id: UUID
    """Id of this resource"""
    project_id: UUID
    """Project it belongs to"""
    name: str
    """What people call it"""
    description: str | None
    """The same text as readme"""
    readme: str | None
    """Notes of people, in Markdown"""
    metadata: dict[str, Any]
    """An object for programs; the product never looks inside"""
    target_views: int | None
    """Views the campaign shall reach"""
    target_at: datetime | None
    """By when it shall reach them"""
    totals: CampaignTotals
    target: Target | None
    """How it stands against its target, or the value to reach"""
    item_count: int
    """Direct items"""
    parent_ids: list[UUID]
    """Campaigns that hold this one directly"""
    created_at: datetime
    """When it was made, UTC"""
    updated_at: datetime
    """When it was last changed, UTC"""


class CampaignTotals(Model, frozen=True, kw_only=True):
    """Counter sums over everything a campaign reaches, each video once."""

    views: int | None = None
    likes: int | None = None
    comments: int | None = None
    shares: int | None = None
    saves: int | None = None
    video_count: int | None = None
    """Posts; null is unknown"""
    creator_count: int | None = None


class Target(Model, frozen=True, kw_only=True):
    """How a campaign stands against its target."""

    state: str
    percentage: int
    pace: float | None
    reached_at: datetime | None


class CampaignDetail(Resource, frozen=True, kw_only=True):
    """A campaign by itself, with the first 100 of its direct items."""

    id: UUID
    """Id of this resource"""
    project_id: UUID
    """Project it belongs to"""
    name: str
    """What people call it"""
    description: str | None
    """The same text as readme"""
    readme: str | None
    """Notes of people, in Markdown"""
    metadata: dict[str, Any]
    """An object for programs; the product never looks inside"""
    target_views: int | None
    """Views the campaign shall reach"""
    target_at: datetime | None
    """By when it shall reach them"""
    totals: CampaignTotals
    target: Target | None
    """How it stands against its target, or the value to reach"""
    item_count: int
    """Direct items"""
    parent_ids: list[UUID]
    """Campaigns that hold this one directly"""
    created_at: datetime
    """When it was made, UTC"""
    updated_at: datetime
    """When it was last changed, UTC"""
    items: list[CampaignItem]


class CampaignItem(Model, frozen=True, kw_only=True):
    """A direct item, and the totals of what it brings."""

    item_type: str
    item_id: UUID
    label: str
    image_url: str | None
    is_active: bool
    """Whether it is in use"""
    added_at: datetime
    totals: Totals


class Totals(Model, frozen=True, kw_only=True):
    """Counter sums over a set of videos: null when all are unknown, 0 when there are none."""

    views: int | None = None
    likes: int | None = None
    comments: int | None = None
    shares: int | None = None
    saves: int | None = None
    video_count: int | None = None
    """Posts; null is unknown"""


class CampaignCreator(Model, frozen=True, kw_only=True):
    """A creator found in a campaign. `totals` are of its videos in there."""

    creator: MemberRef
    totals: Totals
    goals: list[CreatorGoal]
    """Active goals of the creator and how they stand, in short"""


class MemberRef(Model, frozen=True, kw_only=True):
    """A creator of a campaign."""

    id: UUID
    """Id of this resource"""
    tiktok_handle: str
    """Name of the account, without the @"""
    display_name: str | None
    """The override if set, else TikTok's name"""
    avatar_url: str | None
    """Picture of the profile"""
    is_active: bool
    """Whether it is in use"""


class CampaignPaths(Model, frozen=True, kw_only=True):
    """Whether a video is in the totals of a campaign, and every way that leads to it. `path_count` is the number of ways in all, told up to 9,007,199,254,740,991."""

    video_id: UUID
    counted: bool
    tracking_status: str
    """Whether the post counts, waits or is excluded"""
    path_count: int
    paths: list[Way]


class Way(Model, frozen=True, kw_only=True):
    """One way down: the campaigns from the one asked about on, and the item at its end."""

    campaigns: list[Place]
    item: WayEnd


class Place(Model, frozen=True, kw_only=True):
    """A campaign on the way."""

    id: UUID
    """Id of this resource"""
    name: str
    """What people call it"""


class WayEnd(Model, frozen=True, kw_only=True):
    """The item that brings the video: itself, or its creator."""

    item_type: str
    item_id: UUID
    label: str


class GoalDetail(Resource, frozen=True, kw_only=True):
    """A goal with how it stands; null until that was first worked out."""

    id: UUID
    """Id of this resource"""
    creator_id: UUID
    """Creator it belongs to; null when there is none"""
    project_id: UUID
    """Project it belongs to"""
    metric: str
    """What the goal measures"""
    period: str
    """Kind of calendar period it is measured in"""
    target_value: float
    """What the creator shall reach in each period"""
    start_date: date
    """The first period is the one that contains this day"""
    end_date: date | None
    """The last period is the one that contains this day; null: no end"""
    is_active: bool
    """Whether it is in use"""
    created_at: datetime
    """When it was made, UTC"""
    updated_at: datetime
    """When it was last changed, UTC"""
    compliance: Standing | None
    """How the goal stands in the period shown"""


class Standing(Model, frozen=True, kw_only=True):
    """How a goal stands in the period shown."""

    target: float
    """How it stands against its target, or the value to reach"""
    actual: float | None
    percentage: int
    status: str
    """Where it stands"""
    pace: float | None
    is_final: bool
    advisory: Advisory
    previous: Previous | None


class Advisory(Model, frozen=True, kw_only=True):
    """Notes on one period of a goal."""

    has_advisory: bool
    messages: list[str]
    not_yet_started: bool
    period_in_progress: bool
    period_recently_ended: bool
    scrape_stale: bool
    period_start: datetime
    period_end: datetime
    hours_until_period_end: float | None
    hours_since_period_end: float | None
    scrape_freshness: Freshness | None


class Previous(Model, frozen=True, kw_only=True):
    """How the last closed period came out."""

    period_start: datetime
    period_end: datetime
    target: float
    """How it stands against its target, or the value to reach"""
    actual: float | None
    percentage: int
    status: str
    """Where it stands"""
    is_final: bool
    advisory: Advisory


class Result(Model, frozen=True, kw_only=True):
    """A closed period; from `final_at` on it never changes."""

    period_start: datetime
    period_end: datetime
    target: float
    """How it stands against its target, or the value to reach"""
    actual: float | None
    percentage: int
    status: str
    """Where it stands"""
    is_final: bool
    final_at: datetime


class CreatorCompliance(Model, frozen=True, kw_only=True):
    """A creator and how each of its active goals stands."""

    creator: CreatorRef
    compliance: list[Compliance]
    """How the goal stands in the period shown"""


class Compliance(Model, frozen=True, kw_only=True):
    """A goal and how it stands."""

    target: float
    """How it stands against its target, or the value to reach"""
    actual: float | None
    percentage: int
    status: str
    """Where it stands"""
    pace: float | None
    is_final: bool
    advisory: Advisory
    previous: Previous | None
    goal: Goal


class Goal(Model, frozen=True, kw_only=True):
    """A target for one creator, one metric and one kind of period."""

    id: UUID
    """Id of this resource"""
    creator_id: UUID
    """Creator it belongs to; null when there is none"""
    project_id: UUID
    """Project it belongs to"""
    metric: str
    """What the goal measures"""
    period: str
    """Kind of calendar period it is measured in"""
    target_value: float
    """What the creator shall reach in each period"""
    start_date: date
    """The first period is the one that contains this day"""
    end_date: date | None
    """The last period is the one that contains this day; null: no end"""
    is_active: bool
    """Whether it is in use"""
    created_at: datetime
    """When it was made, UTC"""
    updated_at: datetime
    """When it was last changed, UTC"""


class GoalSums(Model, frozen=True, kw_only=True):
    """Goals of a project by status: `on_track` with the completed ones, `at_risk` with those behind pace."""

    on_track: int
    at_risk: int
    missed: int
    total_goals: int
    creators_with_goals: int


class Analytics(Model, frozen=True, kw_only=True):
    """The query as it was understood, and its series."""

    entity: str
    """What it is about"""
    metric: str
    """What the goal measures"""
    base_metric: str | None
    mode: str
    granularity: str
    bucket_days: int | None
    tz: str
    from_: date = field(name="from")
    to: date
    series: list[Series]
    compare_series: list[Series] | None
    breakdown_series: list[Series] | None
    annotations: list[Annotation]
    tier_retention_days: int | None
    totals: list[Total]
    """Counters of now over everything it reaches, each video once"""


class Series(Model, frozen=True, kw_only=True):
    """One entity, bucket by bucket."""

    entity_ref: EntityRef
    points: list[Point]


class EntityRef(Model, frozen=True, kw_only=True):
    """Whose series it is; the id of the rest of a breakdown is `__other__`."""

    type: str
    """What kind of message or event it is"""
    id: str
    """Id of this resource"""
    label: str


class Point(Model, frozen=True, kw_only=True):
    """One bucket: its first day, even where the range begins later. `partial`: it holds now, lies in the future or is cut by the range. `baseline`: a first snapshot in it gained nothing."""

    date: date
    value: float | None
    partial: bool
    baseline: bool


class Annotation(Resource, frozen=True, kw_only=True):
    """Something noted on a day of a project, or that happened there by itself; null: about all of it."""

    id: UUID
    """Id of this resource"""
    project_id: UUID
    """Project it belongs to"""
    entity_type: str | None
    entity_id: UUID | None
    date: date
    kind: str
    """What kind it is"""
    label: str
    body: str | None
    """The alert in a sentence"""
    is_automatic: bool
    created_by: UUID | None
    created_at: datetime
    """When it was made, UTC"""
    updated_at: datetime
    """When it was last changed, UTC"""


class Total(Model, frozen=True, kw_only=True):
    """The range as a whole: the sum of what was gained, the last level, or the formula over all of it. The last three fields are there with `compare` only."""

    entity_id: UUID
    value: float | None
    prior_value: float | None = None
    change: float | None = None
    change_pct: float | None = None


class AnalyticsMeta(Model, frozen=True, kw_only=True):
    """When the answer was worked out, and which counters of a numerator no source gives."""

    as_of: datetime = field(name="asOf")
    unknown_counters: list[str] = field(name="unknownCounters")


class Leader(Model, frozen=True, kw_only=True):
    """A video of the leaderboard; `total_count` is the number of rows before limit and offset."""

    video_id: UUID
    title: str | None
    """Caption of the post, or headline of the alert"""
    thumbnail_url: str | None
    """Still picture"""
    url: str | None
    """Canonical address of the post"""
    view_count: int | None
    """Views; null is unknown"""
    like_count: int | None
    """Likes; null is unknown"""
    comment_count: int | None
    """Comments; null is unknown"""
    share_count: int | None
    """Shares; null is unknown"""
    save_count: int | None
    """Saves; null is unknown"""
    posted_at: datetime | None
    """When it was posted; null is unknown"""
    creator_id: UUID | None
    """Creator it belongs to; null when there is none"""
    tiktok_handle: str | None
    """Name of the account, without the @"""
    display_name: str | None
    """The override if set, else TikTok's name"""
    avatar_url: str | None
    """Picture of the profile"""
    total_count: int


class Cell(Model, frozen=True, kw_only=True):
    """Posts of one hour of one day of the week (0 Sunday … 6), and their average level of views."""

    dow: int
    hour: int
    post_count: int
    avg_views: float | None


class Distribution(Model, frozen=True, kw_only=True):
    """How views are distributed over the videos whose views are known."""

    total: int
    min: int | None
    max: int | None
    p50: int | None
    p75: int | None
    p90: int | None
    p99: int | None
    bins: list[Bin]


class Bin(Model, frozen=True, kw_only=True):
    """View counts from `bin_lower` on and under `bin_upper`; the last bin holds those at its upper edge too."""

    bin_index: int
    bin_lower: float
    bin_upper: float
    video_count: int
    """Posts; null is unknown"""


class Outlier(Model, frozen=True, kw_only=True):
    """A video with many times the views of the middle one of its creator."""

    video_id: UUID
    creator_id: UUID
    """Creator it belongs to; null when there is none"""
    view_count: int
    """Views; null is unknown"""
    median_views: float
    x_multiple: float
    posted_at: datetime | None
    """When it was posted; null is unknown"""
    title: str | None
    """Caption of the post, or headline of the alert"""
    thumbnail_url: str | None
    """Still picture"""
    url: str | None
    """Canonical address of the post"""
    tiktok_handle: str
    """Name of the account, without the @"""
    display_name: str | None
    """The override if set, else TikTok's name"""
    avatar_url: str | None
    """Picture of the profile"""


class CreatorLeader(Model, frozen=True, kw_only=True):
    """A creator of the leaderboard. Rates are in percent; `engagement_rate` counts no saves."""

    creator_id: UUID
    """Creator it belongs to; null when there is none"""
    tiktok_handle: str
    """Name of the account, without the @"""
    display_name: str | None
    """The override if set, else TikTok's name"""
    avatar_url: str | None
    """Picture of the profile"""
    current_followers: int | None
    follower_delta: int
    total_views: int | None
    posts_in_period: int
    posts_per_week: float
    engagement_rate: float | None
    growth_rate: float | None
    total_count: int


class PostingDay(Model, frozen=True, kw_only=True):
    """Posts of a creator on a day."""

    creator_id: UUID
    """Creator it belongs to; null when there is none"""
    day: date
    post_count: int


class ScatterPoint(Model, frozen=True, kw_only=True):
    """A creator that posted in the range: followers gained against engagement."""

    creator_id: UUID
    """Creator it belongs to; null when there is none"""
    tiktok_handle: str
    """Name of the account, without the @"""
    follower_delta: int
    engagement_rate: float | None
    posts_count: int


class CampaignLeader(Model, frozen=True, kw_only=True):
    """What the posts of a range bring to a campaign, against the prior one; its creators are all it has."""

    campaign_id: UUID
    name: str
    """What people call it"""
    total_views: int | None
    total_likes: int | None
    video_count: int
    """Posts; null is unknown"""
    creator_count: int
    preview_thumbnail_url: str | None
    prior_views: int | None
    views_delta: int | None
    views_delta_pct: int | None


class Overlap(Model, frozen=True, kw_only=True):
    """A creator or video, and the campaigns it is a direct item of, by name."""

    entity_id: UUID
    entity_label: str
    entity_avatar: str | None
    campaign_ids: list[UUID]
    campaign_names: list[str]
    campaign_count: int


class Notification(Resource, frozen=True, kw_only=True):
    """An alert as its reader has it."""

    id: UUID
    """Id of this resource"""
    alert_id: UUID
    """Alert it tells of"""
    kind: str
    """What kind it is"""
    severity: str
    """How much it matters"""
    title: str
    """Caption of the post, or headline of the alert"""
    body: str
    """The alert in a sentence"""
    project_id: UUID | None
    """Project it belongs to"""
    entity: NotificationsEntity | None
    """What it is about"""
    data: dict[str, Any]
    """Figures that go with it"""
    link: str
    """Where to look"""
    read_at: datetime | None
    """When the caller read it; null: not yet"""
    created_at: datetime
    """When it was made, UTC"""


class NotificationsEntity(Model, frozen=True, kw_only=True):
    """What an alert is about."""

    type: str
    """What kind of message or event it is"""
    id: UUID
    """Id of this resource"""
    label: str | None


class NotificationsMeta(Model, frozen=True, kw_only=True):
    """The next page, and how many notifications are unread."""

    next_cursor: str | None = field(name="nextCursor")
    unread_count: int = field(name="unreadCount")


class ReadAll(Model, frozen=True, kw_only=True):
    """How many notifications were marked read."""

    read: int


class Alert(Model, frozen=True, kw_only=True):
    """Something worth telling."""

    id: UUID
    """Id of this resource"""
    alert_id: UUID
    """Alert it tells of"""
    kind: str
    """What kind it is"""
    severity: str
    """How much it matters"""
    title: str
    """Caption of the post, or headline of the alert"""
    body: str
    """The alert in a sentence"""
    project_id: UUID | None
    """Project it belongs to"""
    entity: NotificationsEntity | None
    """What it is about"""
    data: dict[str, Any]
    """Figures that go with it"""
    link: str
    """Where to look"""
    created_at: datetime
    """When it was made, UTC"""
    cleared_at: datetime | None
    """When it stopped being the case; null: it is"""


class Channel(Resource, frozen=True, kw_only=True):
    """A way to tell people or programs. A webhook's secret is shown once, in the answer that made it."""

    id: UUID
    """Id of this resource"""
    kind: str
    """What kind it is"""
    name: str
    """What people call it"""
    config: ChannelConfig
    is_active: bool
    """Whether it is in use"""
    disabled_reason: str | None
    """Why the channel was switched off"""
    last_success_at: datetime | None
    """When a message last arrived"""
    failing_since: datetime | None
    """Since when none has arrived"""
    created_at: datetime
    """When it was made, UTC"""
    updated_at: datetime
    """When it was last changed, UTC"""


class ChannelConfig(Model, frozen=True, kw_only=True):
    """Where a channel leads: a webhook's `url` and `event_types`, an e-mail channel's `to`, a masked `webhook_url`."""

    url: str | None = None
    """Canonical address of the post"""
    event_types: list[str] | None = None
    to: list[str] | None = None
    webhook_url: str | None = None


class NewChannel(Resource, frozen=True, kw_only=True):
    """A channel just made: a webhook's `secret` is shown this once."""

    id: UUID
    """Id of this resource"""
    kind: str
    """What kind it is"""
    name: str
    """What people call it"""
    config: ChannelConfig
    is_active: bool
    """Whether it is in use"""
    disabled_reason: str | None
    """Why the channel was switched off"""
    last_success_at: datetime | None
    """When a message last arrived"""
    failing_since: datetime | None
    """Since when none has arrived"""
    created_at: datetime
    """When it was made, UTC"""
    updated_at: datetime
    """When it was last changed, UTC"""
    secret: str | None


class ChannelsRotated(Model, frozen=True, kw_only=True):
    """A new signing secret, shown this once; the one before signs beside it until then."""

    secret: str | None
    previous_valid_until: datetime


class Tested(Model, frozen=True, kw_only=True):
    """What came of a test."""

    ok: bool
    http_status: int | None
    duration_ms: int
    error: str | None


class Rule(Resource, frozen=True, kw_only=True):
    """Which alerts go to which channels, and when. Null lists mean all."""

    id: UUID
    """Id of this resource"""
    name: str
    """What people call it"""
    project_ids: list[UUID] | None
    """Projects it is limited to; null means all"""
    kinds: list[str] | None
    """Kinds of alerts it is limited to; null means all that are on by default"""
    min_severity: str
    """Alerts less urgent than this are left out"""
    channel_ids: list[UUID]
    """Channels the alerts go to"""
    digest: str
    """At once, on every full hour, or every morning at eight"""
    quiet_hours: QuietHours | None
    """Hours in which messages wait; critical ones do not"""
    is_active: bool
    """Whether it is in use"""
    created_at: datetime
    """When it was made, UTC"""
    updated_at: datetime
    """When it was last changed, UTC"""


class QuietHours(Model, frozen=True, kw_only=True):
    """From `start` to `end` (`22:00`, over midnight when the end is not later); the org's timezone unless named."""

    start: str
    end: str
    timezone: str | None = None
    """IANA name; days, weeks and months are cut in it"""


class Delivery(Resource, frozen=True, kw_only=True):
    """One message to one channel, and what became of it."""

    id: UUID
    """Id of this resource"""
    channel_id: UUID
    """Channel it goes over"""
    type: str
    """What kind of message or event it is"""
    message_id: str
    """The webhook-id; the same in every attempt"""
    alert_ids: list[UUID]
    """Alerts it tells of"""
    event_id: UUID | None
    """Public event it tells of"""
    status: str
    """Where it stands"""
    attempts: list[Attempt]
    """Every try so far, the first one first"""
    next_attempt_at: datetime | None
    """When it is tried next"""
    created_at: datetime
    """When it was made, UTC"""


class Attempt(Model, frozen=True, kw_only=True):
    """One try at a delivery; `response` is how the answer began."""

    at: datetime
    http_status: int | None
    duration_ms: int
    error: str | None
    response: str | None


class Queued(Model, frozen=True, kw_only=True):
    """How many deliveries are sent again."""

    queued: int


class Event(Model, frozen=True, kw_only=True):
    """Something that happened in the organization, at its position in the feed."""

    position: str
    """Place in the feed; digits, rising per organization"""
    id: UUID
    """Id of this resource"""
    type: str
    """What kind of message or event it is"""
    occurred_at: datetime
    """When it happened, UTC"""
    recorded_at: datetime
    """When it came into the feed, UTC"""
    org_id: UUID
    """Organization it belongs to"""
    project_id: UUID | None
    """Project it belongs to"""
    subject: Subject
    actor: Doer
    request_id: str | None
    """The X-Request-Id of the call that caused it"""
    data: dict[str, Any]
    """Figures that go with it"""


class Subject(Model, frozen=True, kw_only=True):
    """What an event is about."""

    type: str
    """What kind of message or event it is"""
    id: UUID
    """Id of this resource"""


class Doer(Model, frozen=True, kw_only=True):
    """Who caused it."""

    type: str
    """What kind of message or event it is"""
    id: UUID | None
    """Id of this resource"""


class FeedMeta(Model, frozen=True, kw_only=True):
    """Where to go on, where the feed ends, and whether there is more now."""

    next_after: str = field(name="nextAfter")
    head: str
    has_more: bool = field(name="hasMore")


class Schema(Model, frozen=True, kw_only=True):
    """Everything a program has to know first."""

    entities: dict[str, SchemaEntity]
    enums: dict[str, list[str]]
    limits: dict[str, dict[str, int | None]]


class SchemaEntity(Model, frozen=True, kw_only=True):
    """A kind of resource."""

    description: str
    """The same text as readme"""
    fields: dict[str, Field]
    relations: list[Relation]


class Field(Model, frozen=True, kw_only=True):
    """A field: its JSON type, whether it may be null, what it means."""

    type: str
    """What kind of message or event it is"""
    nullable: bool
    description: str
    """The same text as readme"""


class Relation(Model, frozen=True, kw_only=True):
    """How one entity points to others: the field, the entity, and how many of them."""

    field: str
    entity: str
    """What it is about"""
    many: bool | None = None
