"""Days, weeks and months of a time zone as instants."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from trackagoat.goals.domain import calendar


@pytest.mark.parametrize(
    ("period", "day", "zone", "start", "end", "hours"),
    [
        ("weekly", "2026-03-25", "Europe/Berlin", "2026-03-22T23:00Z", "2026-03-29T22:00Z", 167),
        ("weekly", "2026-10-25", "Europe/Berlin", "2026-10-18T22:00Z", "2026-10-25T23:00Z", 169),
        ("weekly", "2026-03-30", "Europe/Berlin", "2026-03-29T22:00Z", "2026-04-05T22:00Z", 168),
        ("daily", "2026-03-29", "Europe/Berlin", "2026-03-28T23:00Z", "2026-03-29T22:00Z", 23),
        ("daily", "2026-10-25", "Europe/Berlin", "2026-10-24T22:00Z", "2026-10-25T23:00Z", 25),
        ("daily", "2026-03-28", "Europe/Berlin", "2026-03-27T23:00Z", "2026-03-28T23:00Z", 24),
        ("monthly", "2026-03-31", "Europe/Berlin", "2026-02-28T23:00Z", "2026-03-31T22:00Z", 743),
        ("monthly", "2026-10-01", "Europe/Berlin", "2026-09-30T22:00Z", "2026-10-31T23:00Z", 745),
        ("monthly", "2028-02-29", "UTC", "2028-02-01T00:00Z", "2028-03-01T00:00Z", 29 * 24),
        ("monthly", "2027-02-01", "UTC", "2027-02-01T00:00Z", "2027-03-01T00:00Z", 28 * 24),
        ("monthly", "2026-12-31", "UTC", "2026-12-01T00:00Z", "2027-01-01T00:00Z", 31 * 24),
        ("daily", "2028-02-29", "Asia/Ho_Chi_Minh", "2028-02-28T17:00Z", "2028-02-29T17:00Z", 24),
        ("weekly", "2027-01-03", "UTC", "2026-12-28T00:00Z", "2027-01-04T00:00Z", 168),
        ("weekly", "2026-03-09", "America/New_York", "2026-03-09T04:00Z", "2026-03-16T04:00Z", 168),
        ("weekly", "2026-03-08", "America/New_York", "2026-03-02T05:00Z", "2026-03-09T04:00Z", 167),
        ("daily", "2026-04-05", "Australia/Lord_Howe", "2026-04-04T13:00Z", "2026-04-05T13:30Z", 24.5),
        # the clock jumps from 24:00 to 01:00: the day begins at the jump
        ("daily", "2026-09-06", "America/Santiago", "2026-09-06T04:00Z", "2026-09-07T03:00Z", 23),
        ("daily", "2026-01-01", "Pacific/Kiritimati", "2025-12-31T10:00Z", "2026-01-01T10:00Z", 24),
    ],
)
def test_periods_are_whole_calendar_periods_of_the_zone(
    period: Any, day: str, zone: str, start: str, end: str, hours: float
) -> None:
    first = calendar.first_day(period, date.fromisoformat(day))
    span = calendar.bounds(period, first, ZoneInfo(zone))
    assert (span.start, span.end) == (datetime.fromisoformat(start), datetime.fromisoformat(end))
    assert span.end - span.start == timedelta(hours=hours)


@pytest.mark.parametrize("period", ["daily", "weekly", "monthly"])
@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/Santiago", "Australia/Lord_Howe", "UTC"])
def test_periods_follow_each_other_without_gap_or_overlap(period: Any, zone: str) -> None:
    day = calendar.first_day(period, date(2026, 1, 1))
    while day < date(2027, 2, 1):
        after = calendar.following(period, day)
        last = after - timedelta(days=1)
        assert calendar.first_day(period, last) == day
        assert calendar.bounds(period, day, ZoneInfo(zone)).end == calendar.bounds(period, after, ZoneInfo(zone)).start
        day = after


def test_the_day_it_is_depends_on_the_zone() -> None:
    instant = datetime(2026, 3, 29, 21, 59, tzinfo=UTC)
    assert calendar.local_day(instant, ZoneInfo("Europe/Berlin")) == date(2026, 3, 29)
    assert calendar.local_day(instant + timedelta(minutes=1), ZoneInfo("Europe/Berlin")) == date(2026, 3, 30)


@pytest.mark.parametrize("name", ["", "Mars/Olympus", "../etc/passwd"])
def test_an_unknown_zone_is_read_as_utc(name: str) -> None:
    assert calendar.zone(name) == ZoneInfo("UTC")
