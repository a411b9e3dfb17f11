"""The calendar: whole days, ISO weeks and months of a time zone as instants.

A period is named by its first day; its bounds follow from the zone, so a day has 23, 24 or 25 hours.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from trackagoat.events.catalogue.goals import Period
from trackagoat.events.catalogue.words import Span


def zone(name: str) -> ZoneInfo:
    """The zone of that name; UTC when this machine's database has none, so that one org cannot stop the others."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def local_day(instant: datetime, zone: ZoneInfo) -> date:
    """The day it is there."""
    return instant.astimezone(zone).date()


@lru_cache(maxsize=4096)
def midnight(day: date, zone: ZoneInfo) -> datetime:
    """The instant the day begins there, UTC. Where the clock skips midnight, the instant of the skip."""
    return datetime.combine(day, time.min, zone).astimezone(UTC)


def first_day(period: Period, day: date) -> date:
    """The first day of the period that contains the day."""
    match period:
        case "daily":
            return day
        case "weekly":
            return day - timedelta(days=day.weekday())
        case "monthly":
            return day.replace(day=1)


def following(period: Period, first: date) -> date:
    """The first day of the next period."""
    match period:
        case "daily":
            return first + timedelta(days=1)
        case "weekly":
            return first + timedelta(days=7)
        case "monthly":
            return first_day("monthly", first + timedelta(days=31))


def named(period: Period, span: Span) -> date:
    """The first day of a period known by its bounds only: that of the day around their middle, UTC."""
    return first_day(period, (span.start + (span.end - span.start) / 2).astimezone(UTC).date())


def bounds(period: Period, first: date, zone: ZoneInfo) -> Span:
    """[start, end) of the period that begins on that day."""
    return Span(midnight(first, zone), midnight(following(period, first), zone))
