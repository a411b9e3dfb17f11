"""Plans: what each tier allows. Counts are caps, `min_…_hours` are floors; None is unlimited."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

import msgspec

from trackagoat.events.catalogue.workspace import Tier

Limit = Literal[
    "max_creators_per_org",
    "max_tracked_videos_per_org",
    "max_projects_per_org",
    "max_members_per_org",
    "max_campaigns_per_project",
    "max_campaign_items_per_campaign",
    "max_api_keys_per_org",
    "max_api_requests_per_day",
    "max_manual_scrape_triggers_per_day",
    "min_video_stats_hours",
    "min_discover_videos_hours",
    "min_creator_profiles_hours",
    "stats_history_retention_days",
]

TIERS: tuple[Tier, ...] = ("self_hosted", "free", "starter", "ultra")

Values = tuple[int | None, ...]
Changes = dict[Tier, dict[Limit, int | None]]
"""What an operator's policy says otherwise, by tier."""
LONGEST_HOURS = 168

TABLE: dict[Limit, Values] = {
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
"""One line per limit, its values in the order of `TIERS`; what is said here is the built-in policy."""


def policy(text: str) -> Changes:
    """An operator's policy, from JSON: `{"starter": {"max_creators_per_org": 80}}`. Raises ValueError."""
    try:
        changes = msgspec.json.decode(text, type=Changes)
    except (msgspec.MsgspecError, UnicodeError) as error:
        message = f"not JSON of tiers with their limits: {error}"
        raise ValueError(message) from error
    for tier, limits in changes.items():
        for key, value in limits.items():
            if not _is_sound(key, value):
                message = f"{tier}.{key} cannot be {msgspec.json.encode(value).decode()}"
                raise ValueError(message)
    return changes


def _is_sound(key: Limit, value: int | None) -> bool:
    """Floors are 1 to 168 hours, what is kept is a day at least; everything else is a count, or unlimited."""
    if key.startswith("min_"):
        return value is not None and 1 <= value <= LONGEST_HOURS
    return value is None or value >= (1 if key == "stats_history_retention_days" else 0)


def replace(changes: Mapping[Tier, Mapping[Limit, int | None]]) -> None:
    """Let the policy hold, in this process, from now on. What it does not name stays."""
    for key, values in TABLE.items():
        told = zip(TIERS, values, strict=True)
        TABLE[key] = tuple(changes.get(tier, {}).get(key, value) for tier, value in told)


def limit(tier: Tier, key: Limit) -> int | None:
    """What the tier allows; None is unlimited."""
    return TABLE[key][TIERS.index(tier)]


def floor(tier: Tier, key: Limit) -> int:
    """The least hours between two readings that the tier allows."""
    return limit(tier, key) or 1


def kept_days(tier: Tier, previous: Tier | None, grace_until: datetime | None, now: datetime) -> int | None:
    """For how many days history is kept; None: for ever. A plan given up counts until its grace is over."""
    days = limit(tier, "stats_history_retention_days")
    if previous is None or grace_until is None or now >= grace_until or days is None:
        return days
    before = limit(previous, "stats_history_retention_days")
    return None if before is None else max(days, before)
