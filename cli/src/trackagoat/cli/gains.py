"""What a video gained day by day, reading by reading: the definition, sharing nothing with how services keep it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

COUNTERS = ("views", "likes", "comments", "shares", "saves")
DAY = timedelta(hours=24)
T = TypeVar("T")

Values = Sequence[int | None]
"""Views, likes, comments, shares and saves of one reading; None is unknown."""
Days = dict[date, Counter[str]]
"""By day, what a counter gained (`views`), and the level that a first reading set without gaining it (`views_base`)."""


def by_day(
    readings: Iterable[tuple[datetime, Values]], zone: ZoneInfo, posted_at: datetime | None, *, discovered: bool
) -> Days:
    """Each known value less the one before it. The first gains nothing, unless discovery found the video and first
    read it within 24 hours of posting. Of several values of one instant the largest holds.
    """
    at_once = _merged(readings)
    days: Days = {}
    if not at_once:
        return days
    first = min(at_once)
    soon = discovered and posted_at is not None and first - posted_at <= DAY
    levels: dict[str, int] = {}
    for at in sorted(at_once):
        day = days.setdefault(at.astimezone(zone).date(), Counter())
        for counter, value in at_once[at].items():
            fresh = counter not in levels and not (soon and at == first)
            day[f"{counter}_base" if fresh else counter] += value - levels.get(counter, 0)
            levels[counter] = value
    return days


def summed(parts: Iterable[Days]) -> Days:
    """The days of several videos together."""
    total: Days = {}
    for part in parts:
        for day, figures in part.items():
            total.setdefault(day, Counter()).update(figures)
    return total


def since(days: Mapping[date, T], pruned: datetime | None) -> dict[date, T]:
    """The days all of whose readings are kept, in any zone."""
    return {day: figures for day, figures in days.items() if pruned is None or day > pruned.date()}


def differing(shown: Mapping[date, Mapping[str, int]], ought: Days) -> list[str]:
    """Every figure of a day that is not as it ought to be: zeros need no row."""
    names = [counter + kind for counter in COUNTERS for kind in ("", "_base")]
    nothing: Mapping[str, int] = {}
    return [
        f"{name} of {day} is {found} instead of {right}"
        for day in sorted({*shown, *ought})
        for name in names
        if (found := shown.get(day, nothing).get(name, 0)) != (right := ought.get(day, nothing).get(name, 0))
    ]


def _merged(readings: Iterable[tuple[datetime, Values]]) -> dict[datetime, dict[str, int]]:
    at_once: dict[datetime, dict[str, int]] = {}
    for at, values in readings:
        known = at_once.setdefault(at, {})
        for counter, value in zip(COUNTERS, values, strict=True):
            if value is not None:
                known[counter] = max(value, known.get(counter, value))
    return at_once
