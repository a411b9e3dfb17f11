"""Days of an organization: cut in its timezone, as instants in UTC."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

_EARLIEST, _LATEST = date(1900, 1, 1), date(2200, 1, 1)
_DEFAULT_DAYS = 30


def today(now: datetime, zone: str) -> date:
    """The day it is there."""
    return now.astimezone(ZoneInfo(zone)).date()


def start(day: date, zone: str) -> datetime:
    """The instant the day begins there, UTC. Days before 1900 and after 2200 are taken for those."""
    day = min(max(day, _EARLIEST), _LATEST)
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)


def end(day: date, zone: str) -> datetime:
    """The instant the day ends there, UTC."""
    return start(min(max(day, _EARLIEST), _LATEST) + timedelta(days=1), zone)


def last_thirty(first: date | None, last: date | None, today: date) -> tuple[date, date]:
    """The range meant: the last 30 days unless named; a missing end is today, a missing start 29 days before."""
    last = last or max(today, first or today)
    return first or max(last, _EARLIEST + timedelta(days=_DEFAULT_DAYS)) - timedelta(days=_DEFAULT_DAYS - 1), last


def first_of(period: Literal["daily", "weekly", "monthly"], day: date) -> date:
    """The first day of the day, ISO week or month that holds the day."""
    match period:
        case "daily":
            return day
        case "weekly":
            return day - timedelta(days=day.weekday())
        case "monthly":
            return day.replace(day=1)
