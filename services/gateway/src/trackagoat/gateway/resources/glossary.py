"""What the fields mean: one sentence per name, shown in the documents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

MEANINGS: Mapping[str, str] = {
    "id": "Id of this resource",
    "org_id": "Organization it belongs to",
    "project_id": "Project it belongs to",
    "creator_id": "Creator it belongs to; null when there is none",
    "alert_id": "Alert it tells of",
    "name": "What people call it",
    "description": "The same text as readme",
    "readme": "Notes of people, in Markdown",
    "metadata": "An object for programs; the product never looks inside",
    "created_at": "When it was made, UTC",
    "updated_at": "When it was last changed, UTC",
    "tier": "Plan; fixes the limits of the organization",
    "timezone": "IANA name; days, weeks and months are cut in it",
    "video_stats_hours": "Hours between readings of a video that the organization asked for",
    "discover_videos_hours": "Hours between discoveries of a creator's posts that the organization asked for",
    "creator_profiles_hours": "Hours between readings of a profile that the organization asked for",
    "effective_hours": "The same hours, no less than the tier allows",
    "video_expiry_enabled": "Whether old posts that no longer grow stop being refreshed",
    "role": "What the caller may do there",
    "counts": "How much the project holds",
    "tiktok_handle": "Name of the account, without the @",
    "display_name": "The override if set, else TikTok's name",
    "display_name_override": "A name of one's own for the creator",
    "tiktok_display_name": "Name shown on TikTok",
    "bio": "Text of the profile",
    "profile_url": "Address of the profile",
    "tracking_mode": "auto: discovered posts count at once; selective: they wait in the inbox",
    "tracking_start_date": "Discovery takes posts from this day on",
    "avatar_url": "Picture of the profile",
    "follower_count": "Followers; null is unknown",
    "following_count": "Accounts followed; null is unknown",
    "total_likes_count": "Likes of all posts, by the profile; null is unknown",
    "video_count": "Posts; null is unknown",
    "last_scraped_at": "When TikTok was last read for it",
    "is_active": "Whether it is in use",
    "inactive_reason": "Why the creator is no longer tracked",
    "inactive_since": "Since when it is not",
    "availability": "What the last reading found",
    "tracked_video_count": "Counted videos of the creator",
    "pending_review_count": "Posts of the creator that wait for a decision",
    "tiktok_video_id": "Id of the post on TikTok",
    "url": "Canonical address of the post",
    "content_type": "A film or a photo carousel",
    "origin": "Discovered, or added by its URL",
    "title": "Caption of the post, or headline of the alert",
    "author_handle": "Account that posted it",
    "thumbnail_url": "Still picture",
    "duration_seconds": "Length in seconds",
    "posted_at": "When it was posted; null is unknown",
    "tracking_status": "Whether the post counts, waits or is excluded",
    "tracking_disabled": "Whether the post is no longer refreshed",
    "tracking_disabled_reason": "Why it is no longer refreshed",
    "tracking_disabled_at": "Since when it is not",
    "view_count": "Views; null is unknown",
    "like_count": "Likes; null is unknown",
    "comment_count": "Comments; null is unknown",
    "share_count": "Shares; null is unknown",
    "save_count": "Saves; null is unknown",
    "stats_source": "Where the counters were read",
    "target_views": "Views the campaign shall reach",
    "target_at": "By when it shall reach them",
    "totals": "Counters of now over everything it reaches, each video once",
    "target": "How it stands against its target, or the value to reach",
    "item_count": "Direct items",
    "parent_ids": "Campaigns that hold this one directly",
    "metric": "What the goal measures",
    "period": "Kind of calendar period it is measured in",
    "target_value": "What the creator shall reach in each period",
    "start_date": "The first period is the one that contains this day",
    "end_date": "The last period is the one that contains this day; null: no end",
    "compliance": "How the goal stands in the period shown",
    "kind": "What kind it is",
    "severity": "How much it matters",
    "body": "The alert in a sentence",
    "entity": "What it is about",
    "data": "Figures that go with it",
    "link": "Where to look",
    "read_at": "When the caller read it; null: not yet",
    "cleared_at": "When it stopped being the case; null: it is",
    "config": "Where the channel leads",
    "disabled_reason": "Why the channel was switched off",
    "last_success_at": "When a message last arrived",
    "failing_since": "Since when none has arrived",
    "prefix": "The first characters of the key, to recognise it by",
    "scopes": "What the key may do",
    "owner": "Whom the key acts for",
    "expires_at": "When it stops working; null: never",
    "last_used_at": "When it was last used",
    "revoked_at": "When it was revoked; null: it works",
}


def described(components: Mapping[str, Any]) -> dict[str, Any]:
    """The schemas, with what each known field means."""
    return {name: _described(schema) for name, schema in components.items()}


def _described(schema: dict[str, Any]) -> dict[str, Any]:
    properties = {
        name: one if "$ref" in one or name not in MEANINGS else {"description": MEANINGS[name], **one}
        for name, one in schema.get("properties", {}).items()
    }
    return {**schema, "properties": properties} if properties else schema
