"""Days of an organization: cut in its timezone, as instants in UTC."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from importlib import resources
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec

_EARLIEST, _LATEST = date(1900, 1, 1), date(2200, 1, 1)
_DEFAULT_DAYS = 30
_DAY, _SECOND = timedelta(days=1), timedelta(seconds=1)


class Range(msgspec.Struct, frozen=True):
    """Whole days of a zone, the first and the last included, and the instants between which they lie."""

    zone: str
    first: date
    last: date
    today: date

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1

    @property
    def start(self) -> datetime:
        """The instant it begins, UTC."""
        return start(self.first, self.zone)

    @property
    def end(self) -> datetime:
        """The instant it ends, UTC."""
        return end(self.last, self.zone)

    @property
    def prior(self) -> Range:
        """As many days directly before it."""
        before = self.first - _DAY
        return Range(self.zone, before - timedelta(days=self.days - 1), before, self.today)


class Offsets(msgspec.Struct, frozen=True):
    """How far a zone is from UTC, in seconds: `seconds[i]` from `since[i]` on."""

    since: list[datetime]
    seconds: list[int]


@cache
def zones() -> frozenset[str]:
    """The names of the IANA database, the same on every machine."""
    return frozenset(resources.files("tzdata").joinpath("zones").read_text(encoding="utf-8").split())


def offsets(zone: str, start: datetime, end: datetime) -> Offsets:
    """The offsets that hold in [start, end), each with the instant it begins to; the first holds from `start`."""
    there, since, seconds = ZoneInfo(zone), [start], [_offset(start, ZoneInfo(zone))]
    for before, after in _steps(start, end):
        while (found := _offset(after, there)) != seconds[-1]:
            lower, upper = before, after
            while upper - lower > _SECOND:
                middle = lower + ((upper - lower) / 2 // _SECOND) * _SECOND
                lower, upper = (middle, upper) if _offset(middle, there) == seconds[-1] else (lower, middle)
            since.append(upper)
            seconds.append(_offset(upper, there))
            if seconds[-1] == found:
                break
    return Offsets(since, seconds)


def _steps(start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Neighbouring instants at most a day apart."""
    while start < end:
        yield start, (start := min(start + _DAY, end))


def _offset(at: datetime, zone: ZoneInfo) -> int:
    return int((at.astimezone(zone).utcoffset() or timedelta()).total_seconds())


def today(now: datetime, zone: str) -> date:
    """The day it is there."""
    return now.astimezone(ZoneInfo(zone)).date()


def clamped(day: date) -> date:
    """The day, or the end of the calendar of the product (1900 to 2200) it lies beyond."""
    return min(max(day, _EARLIEST), _LATEST)


def start(day: date, zone: str) -> datetime:
    """The instant the day begins there, UTC. Days before 1900 and after 2200 are taken for those."""
    return datetime.combine(clamped(day), time(), ZoneInfo(zone)).astimezone(UTC)


def end(day: date, zone: str) -> datetime:
    """The instant the day ends there, UTC."""
    return start(clamped(day) + timedelta(days=1), zone)


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
