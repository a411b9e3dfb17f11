"""When a message may go out: digests on the hour or at eight, and hours in which nobody is woken.

All of it is reckoned by the clock on the wall of a timezone and holds on days of 23 and 25 hours: a time of the day
that is skipped is met an hour later, one that comes twice at its next coming.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from trackagoat.events.catalogue.notifications import Digest, QuietHours

MORNING = time(8)
"""When daily digests go out."""
_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")
DAY = timedelta(days=1)


def readable(hours: QuietHours) -> bool:
    """Two different times of the day, in a timezone there is (or none)."""
    if not _TIME.fullmatch(hours.start) or not _TIME.fullmatch(hours.end) or hours.start == hours.end:
        return False
    if hours.timezone is None:
        return True
    try:
        ZoneInfo(hours.timezone)
    except (LookupError, OSError, ValueError):
        return False
    return True


def digest_at(digest: Digest, at: datetime, zone: ZoneInfo) -> datetime:
    """The instant at which a message of `at` goes out, quiet hours aside."""
    match digest:
        case "immediate":
            return at
        case "hourly":
            return _next_hour(at, zone)
        case "daily":
            return _next(MORNING, at, zone)


def quiet_until(hours: QuietHours, at: datetime, zone: ZoneInfo) -> datetime | None:
    """The end of the quiet hours `at` lies in, None outside of them."""
    start, end = time.fromisoformat(hours.start), time.fromisoformat(hours.end)
    now = at.astimezone(zone).time()
    inside = start <= now < end if start < end else now >= start or now < end
    return _next(end, at, zone) if inside else None


def _next_hour(at: datetime, zone: ZoneInfo) -> datetime:
    """The next full hour on the wall: zones may be a half or a quarter of an hour off UTC."""
    local = at.astimezone(zone)
    past = timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
    return (at - past + timedelta(hours=1)).astimezone(UTC)


def _next(wanted: time, at: datetime, zone: ZoneInfo) -> datetime:
    """The first instant after `at` at which the wall shows that time."""
    day = at.astimezone(zone).date()
    while True:
        for coming in (0, 1):
            instant = datetime.combine(day, wanted.replace(fold=coming), zone).astimezone(UTC)
            if instant > at:
                return instant
        day += DAY
