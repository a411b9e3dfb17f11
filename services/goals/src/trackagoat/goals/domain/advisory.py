"""Advisories: how far a compliance figure can be trusted yet, and how fresh the numbers under it are."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec

from trackagoat.events.catalogue.goals import Metric
from trackagoat.events.catalogue.ingest import JobKind
from trackagoat.events.catalogue.plans import Limit, floor
from trackagoat.events.catalogue.words import Span
from trackagoat.events.catalogue.workspace import Tier
from trackagoat.goals.domain import calendar
from trackagoat.goals.domain.compliance import OPEN, TICK, half_up

FreshnessState = Literal["fresh", "stale", "overdue"]
Announced = Literal["period_recently_ended", "scrape_stale"]
"""The flags whose turns are facts of their own."""

_FLOORS: dict[JobKind, Limit] = {
    "video_stats": "min_video_stats_hours",
    "discover_videos": "min_discover_videos_hours",
    "creator_profiles": "min_creator_profiles_hours",
}
AGES = ((timedelta(days=3), 1), (timedelta(days=14), 2), (timedelta(days=60), 6))
"""Posts younger than that are read every so many intervals."""
OLD = 24


class Intervals(msgspec.Struct, frozen=True):
    """The org's tier and the hours it asked for."""

    tier: Tier = "self_hosted"
    video_stats: int = 6
    discover_videos: int = 6
    creator_profiles: int = 24

    def effective(self, kind: JobKind) -> int:
        """Hours between two readings of that kind."""
        configured: int = getattr(self, kind)
        return max(configured, floor(self.tier, _FLOORS[kind]))


class Readings(msgspec.Struct, frozen=True, kw_only=True):
    """When a creator was last read. `since` is when it was added (or came back); `youngest` is the time of its
    youngest goal-counted post and `post_read_at` the last reading of any of them; both None without such posts.
    """

    since: datetime
    scraped_at: datetime | None = None
    profile_read_at: datetime | None = None
    post_read_at: datetime | None = None
    youngest: datetime | None = None


class Freshness(msgspec.Struct, frozen=True):
    """How long ago the numbers were refreshed, against how often they should be."""

    last_scraped_at: datetime | None
    expected_interval_hours: int
    state: FreshnessState


class Advisory(msgspec.Struct, frozen=True, kw_only=True):
    """The notes on one period of a goal, as they are shown."""

    not_yet_started: bool
    period_in_progress: bool
    period_recently_ended: bool
    scrape_stale: bool
    has_advisory: bool
    messages: list[str]
    period_start: datetime
    period_end: datetime
    hours_until_period_end: float | None
    hours_since_period_end: float | None
    scrape_freshness: Freshness | None


def freshness(metric: Metric, readings: Readings, intervals: Intervals, now: datetime) -> Freshness:
    """Freshness of the numbers the metric is made of; what was never read counts from `since`."""
    last, hours = _expected(metric, readings, intervals, now)
    age = now - (last or readings.since)
    expected = timedelta(hours=hours)
    state: FreshnessState = "fresh" if age <= expected * 3 // 2 else "stale" if age <= 3 * expected else "overdue"
    return Freshness(last, hours, state)


def stale_from(metric: Metric, readings: Readings, intervals: Intervals, now: datetime) -> datetime:
    """The first instant at which the numbers are stale unless something is read."""
    last, hours = _expected(metric, readings, intervals, now)
    return (last or readings.since) + timedelta(hours=hours) * 3 // 2 + TICK


def _expected(metric: Metric, readings: Readings, intervals: Intervals, now: datetime) -> tuple[datetime | None, int]:
    """(last reading, hours until the next should have come)."""
    if metric == "followers":
        return readings.profile_read_at, intervals.effective("creator_profiles")
    if metric == "posts" or readings.youngest is None:
        return readings.scraped_at, intervals.effective("discover_videos")
    return readings.post_read_at, intervals.effective("video_stats") * _age_factor(now - readings.youngest)


def _age_factor(age: timedelta) -> int:
    return next((factor for limit, factor in AGES if age < limit), OLD)


def advise(start_date: date, span: Span, fresh: Freshness | None, now: datetime, zone: ZoneInfo) -> Advisory:
    """Everything to be noted at `now` on the period. `fresh` is None while the creator is not active."""
    flags = {
        "not_yet_started": start_date > calendar.local_day(now, zone),
        "period_in_progress": now < span.end,
        "period_recently_ended": span.end <= now < span.end + OPEN,
        "scrape_stale": fresh is not None and fresh.state != "fresh",
    }
    return Advisory(
        **flags,
        has_advisory=any(flags.values()),
        messages=list(_messages(flags, start_date, span, fresh, now)),
        period_start=span.start,
        period_end=span.end,
        hours_until_period_end=float(hours(span.end - now)) if now < span.end else None,
        hours_since_period_end=float(hours(now - span.end)) if now >= span.end else None,
        scrape_freshness=fresh,
    )


def _messages(
    flags: dict[str, bool], start_date: date, span: Span, fresh: Freshness | None, now: datetime
) -> Iterator[str]:
    if flags["not_yet_started"]:
        yield f"The goal starts on {start_date}."
    if flags["period_in_progress"]:
        yield f"The period ends in {hours(span.end - now)} hours; numbers are not final."
    if flags["period_recently_ended"]:
        yield message("period_recently_ended", span, fresh, now)
    if flags["scrape_stale"]:
        yield message("scrape_stale", span, fresh, now)


def message(flag: Announced, span: Span, fresh: Freshness | None, now: datetime) -> str:
    """What a flag that is announced says at `now`."""
    if flag == "period_recently_ended":
        since = hours(now - span.end)
        left = hours(OPEN) - since
        return f"The period ended {since} hours ago; late data can still change the result for {left} hours."
    if fresh is None or fresh.last_scraped_at is None:
        return "Numbers have not been refreshed yet."
    age = hours(now - fresh.last_scraped_at)
    return f"Numbers were last refreshed {age} hours ago; every {fresh.expected_interval_hours} hours is expected."


def hours(span: timedelta) -> Decimal:
    """Hours with one decimal, rounded half up."""
    return half_up(Fraction(span // TICK, timedelta(hours=1) // TICK), 1)
