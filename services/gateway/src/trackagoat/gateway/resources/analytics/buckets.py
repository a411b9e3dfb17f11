"""Buckets: a range of days cut into days, ISO weeks, months, or stretches of so many days."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Literal

import msgspec

from trackagoat.gateway.resources import days

Granularity = Literal["day", "week", "month", "custom"]

MOST = 400
"""More buckets than this are refused."""
_DAY, _WEEK, _MORE_THAN_A_MONTH = timedelta(days=1), timedelta(days=7), timedelta(days=32)


class Bucket(msgspec.Struct, frozen=True):
    """Days from `first` to `last`, both included: what the range leaves of the whole bucket from `begins` to `ends`."""

    begins: date
    ends: date
    first: date
    last: date

    def earlier(self, by: int) -> Bucket:
        """The same, so many days before."""
        shift = timedelta(days=by)
        return Bucket(self.begins - shift, self.ends - shift, self.first - shift, self.last - shift)

    def is_future(self, today: date) -> bool:
        """It has not begun."""
        return self.first > today

    def is_partial(self, today: date) -> bool:
        """It holds now, lies in the future, or is cut by the range."""
        return self.last >= today or (self.begins, self.ends) != (self.first, self.last)

    def days_until(self, today: date) -> int:
        """How many of its days are not in the future."""
        return max((min(self.last, today) - self.first).days + 1, 0)


def cut(first: date, last: date, granularity: Granularity, bucket_days: int = 1) -> Iterator[Bucket]:
    """The buckets of the range, in order. Stretches begin at its first day, the last one may be shorter."""
    begins = first if granularity == "custom" else _begin(first, granularity)
    while begins <= last:
        following = _following(begins, granularity, bucket_days)
        ends = following - _DAY
        yield Bucket(begins, ends, max(begins, first), min(ends, last))
        begins = following


def whole(first: date, last: date) -> Bucket:
    """The range as one bucket."""
    return Bucket(first, last, first, last)


def before(bucket: Bucket, granularity: Granularity, bucket_days: int = 1) -> Bucket:
    """The whole bucket before this one."""
    if granularity == "custom":
        return whole(bucket.begins - timedelta(days=bucket_days), bucket.begins - _DAY)
    return whole(_begin(bucket.begins - _DAY, granularity), bucket.begins - _DAY)


def bounds(buckets: Sequence[Bucket], zone: str) -> list[datetime]:
    """The instants at which the buckets begin and end: bins 1, 3, 5 … are the buckets, those between them the gaps."""
    return [at for one in buckets for at in (days.start(one.first, zone), days.end(one.last, zone))]


def _begin(day: date, granularity: Granularity) -> date:
    match granularity:
        case "day" | "custom":
            return day
        case "week":
            return day - timedelta(days=day.weekday())
        case "month":
            return day.replace(day=1)


def _following(begins: date, granularity: Granularity, bucket_days: int) -> date:
    match granularity:
        case "day":
            return begins + _DAY
        case "week":
            return begins + _WEEK
        case "month":
            return (begins + _MORE_THAN_A_MONTH).replace(day=1)
        case "custom":
            return begins + timedelta(days=bucket_days)
