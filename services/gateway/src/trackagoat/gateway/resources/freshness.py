"""Freshness: how long ago something was refreshed, against how long it may take (product rule 3.3)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

import msgspec

from trackagoat.gateway.reads.ingest import CreatorRow, RefreshRow, VideoRow
from trackagoat.gateway.resources.fields import Instant, Number, instant
from trackagoat.gateway.resources.workspace import EffectiveHours

State = Literal["fresh", "stale", "overdue"]

_AGE_FACTORS = ((timedelta(days=3), 1), (timedelta(days=14), 2), (timedelta(days=60), 6))
_OLDEST_FACTOR = 24
_FRESH, _STALE = 1.5, 3.0


class Freshness(msgspec.Struct, frozen=True, kw_only=True):
    """When something was last refreshed, how often it should be, and what follows."""

    last_scraped_at: Instant | None
    expected_interval_hours: Number
    state: State


class CreatorFreshness(msgspec.Struct, frozen=True, kw_only=True):
    """Freshness per kind of job; null while the creator is not active."""

    creator_profiles: Freshness | None
    discover_videos: Freshness | None
    video_stats: Freshness | None


def freshness(last: datetime | None, since: datetime, hours: float, now: datetime) -> Freshness:
    """`since`, when it was added or last enabled again, counts when nothing was ever refreshed."""
    elapsed = (now - (last or since)) / timedelta(hours=hours)
    state: State = "fresh" if elapsed <= _FRESH else "stale" if elapsed <= _STALE else "overdue"
    return Freshness(last_scraped_at=instant(last) if last else None, expected_interval_hours=hours, state=state)


def age_factor(born: datetime, now: datetime) -> int:
    """How many times the interval a post of that age is refreshed at."""
    return next((factor for under, factor in _AGE_FACTORS if now - born < under), _OLDEST_FACTOR)


def of_video(row: VideoRow, hours: EffectiveHours, now: datetime) -> Freshness | None:
    """The freshness of a video; null while it is not refreshed."""
    if row.tracking_disabled or row.tracking_status == "excluded":
        return None
    born = row.posted_at or row.created_at
    return freshness(row.last_scraped_at, row.tracked_since, hours.video_stats * age_factor(born, now), now)


def of_creator(row: CreatorRow, posts: RefreshRow | None, hours: EffectiveHours, now: datetime) -> CreatorFreshness:
    """The freshness of a creator per kind of job; posts are judged by the youngest of them."""
    if not row.is_active:
        return CreatorFreshness(creator_profiles=None, discover_videos=None, video_stats=None)
    discovery = freshness(row.discovered_at, row.tracked_since, hours.discover_videos, now)
    stats = discovery
    if posts is not None and posts.youngest is not None:
        interval = hours.video_stats * age_factor(posts.youngest, now)
        stats = freshness(posts.last_scraped_at, row.tracked_since, interval, now)
    return CreatorFreshness(
        creator_profiles=freshness(row.profile_read_at, row.tracked_since, hours.creator_profiles, now),
        discover_videos=discovery,
        video_stats=stats,
    )
