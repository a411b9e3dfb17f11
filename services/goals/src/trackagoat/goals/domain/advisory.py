"""Advisories: which notes on a figure are announced, in which words, and how fresh the numbers under it are.

What the other notes say follows from the clock alone; whoever shows a figure works it out.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Literal

import msgspec

from trackagoat.events.catalogue.goals import Metric
from trackagoat.events.catalogue.ingest import JobKind
from trackagoat.events.catalogue.plans import Limit, floor
from trackagoat.events.catalogue.words import Span
from trackagoat.events.catalogue.workspace import Tier
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


class Basis(msgspec.Struct, frozen=True):
    """What freshness follows from, whatever the time: the last reading (None: never) of a creator tracked since
    then, the hours in which the next one is expected, and the youngest post, whose age stretches them.
    """

    read_at: datetime | None
    since: datetime
    hours: int
    youngest: datetime | None = None


class Freshness(msgspec.Struct, frozen=True):
    """How long ago the numbers were refreshed, against how often they should be."""

    last_scraped_at: datetime | None
    expected_interval_hours: int
    state: FreshnessState


def basis(metric: Metric, readings: Readings, intervals: Intervals) -> Basis:
    """What the freshness of the numbers the metric is made of follows from."""
    if metric == "followers":
        return Basis(readings.profile_read_at, readings.since, intervals.effective("creator_profiles"))
    if metric == "posts" or readings.youngest is None:
        return Basis(readings.scraped_at, readings.since, intervals.effective("discover_videos"))
    return Basis(readings.post_read_at, readings.since, intervals.effective("video_stats"), readings.youngest)


def freshness(basis: Basis, now: datetime) -> Freshness:
    """Fresh up to 1.5 times the expected hours, stale up to 3; what was never read counts from `since`."""
    hours = _expected(basis, now)
    age, expected = now - (basis.read_at or basis.since), timedelta(hours=hours)
    state: FreshnessState = "fresh" if age <= expected * 3 // 2 else "stale" if age <= 3 * expected else "overdue"
    return Freshness(basis.read_at, hours, state)


def turns(basis: Basis, now: datetime) -> Iterator[datetime]:
    """The instants at which freshness may look different though nothing is read, in no order."""
    yield (basis.read_at or basis.since) + timedelta(hours=_expected(basis, now)) * 3 // 2 + TICK
    if basis.youngest is not None:
        yield from (basis.youngest + age for age, _ in AGES)


def _expected(basis: Basis, now: datetime) -> int:
    """Hours in which the next reading should come."""
    return basis.hours if basis.youngest is None else basis.hours * _age_factor(now - basis.youngest)


def _age_factor(age: timedelta) -> int:
    return next((factor for limit, factor in AGES if age < limit), OLD)


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
