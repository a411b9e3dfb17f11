"""What the tiers allow: the table of plan limits. None is unlimited."""

from __future__ import annotations

from collections.abc import Mapping

TIERS = ("self_hosted", "free", "starter", "ultra")

_TABLE: Mapping[str, tuple[int | None, int | None, int | None, int | None]] = {
    "max_creators_per_org": (None, 5, 50, 300),
    "max_tracked_videos_per_org": (None, 25, 500, 10_000),
    "max_projects_per_org": (None, 1, 3, 10),
    "max_members_per_org": (None, 2, 5, 50),
    "max_campaigns_per_project": (None, 2, 20, 200),
    "max_campaign_items_per_campaign": (None, 20, 200, 2_000),
    "max_api_keys_per_org": (None, 1, 5, 50),
    "max_api_requests_per_day": (None, 0, 1_000, 50_000),
    "max_manual_scrape_triggers_per_day": (None, 1, 10, 100),
    "min_video_stats_hours": (1, 24, 12, 1),
    "min_discover_videos_hours": (1, 24, 6, 1),
    "min_creator_profiles_hours": (1, 24, 12, 6),
    "stats_history_retention_days": (None, 30, 365, None),
}

LIMITS: Mapping[str, Mapping[str, int | None]] = {
    key: dict(zip(TIERS, values, strict=True)) for key, values in _TABLE.items()
}


def floor(key: str, tier: str) -> int:
    """The least hours between scrapes of a tier; 1 when it says nothing."""
    return LIMITS[key].get(tier) or 1
