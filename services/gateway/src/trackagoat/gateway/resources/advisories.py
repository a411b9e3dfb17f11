"""Advisories: how far a compliance figure can be trusted at this moment."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from fractions import Fraction

import msgspec

from trackagoat.gateway.resources.fields import Instant, Number, instant, ratio
from trackagoat.gateway.resources.freshness import Freshness

OPEN = timedelta(hours=48)
_TICK = timedelta(microseconds=1)
_HOUR = timedelta(hours=1) // _TICK


class Advisory(msgspec.Struct, frozen=True, kw_only=True):
    """Notes on one period of a goal."""

    has_advisory: bool
    messages: list[str]
    not_yet_started: bool
    period_in_progress: bool
    period_recently_ended: bool
    scrape_stale: bool
    period_start: Instant
    period_end: Instant
    hours_until_period_end: Number | None
    hours_since_period_end: Number | None
    scrape_freshness: Freshness | None


def advise(
    starts: date, today: date, period: tuple[datetime, datetime], fresh: Freshness | None, now: datetime
) -> Advisory:
    """Everything to be noted at `now` on a period of a goal that starts on that day."""
    start, end = period
    flags = {
        "not_yet_started": starts > today,
        "period_in_progress": now < end,
        "period_recently_ended": end <= now < end + OPEN,
        "scrape_stale": fresh is not None and fresh.state != "fresh",
    }
    return Advisory(
        has_advisory=any(flags.values()),
        messages=list(_messages(flags, starts, end, fresh, now)),
        period_start=instant(start),
        period_end=instant(end),
        hours_until_period_end=hours(end - now) if now < end else None,
        hours_since_period_end=hours(now - end) if now >= end else None,
        scrape_freshness=fresh,
        **flags,
    )


def _messages(
    flags: dict[str, bool], starts: date, end: datetime, fresh: Freshness | None, now: datetime
) -> Iterator[str]:
    if flags["not_yet_started"]:
        yield f"The goal starts on {starts}."
    if flags["period_in_progress"]:
        yield f"The period ends in {hours(end - now)} hours; numbers are not final."
    if flags["period_recently_ended"]:
        since = hours(now - end)
        left = hours(timedelta(hours=48) - timedelta(hours=since))
        yield f"The period ended {since} hours ago; late data can still change the result for {left} hours."
    if flags["scrape_stale"] and fresh is not None:
        yield _stale(fresh, now)


def _stale(fresh: Freshness, now: datetime) -> str:
    if fresh.last_scraped_at is None:
        return "Numbers have not been refreshed yet."
    age = hours(now - datetime.fromisoformat(fresh.last_scraped_at))
    return f"Numbers were last refreshed {age} hours ago; every {fresh.expected_interval_hours} hours is expected."


def hours(span: timedelta) -> float:
    """Hours with one decimal, rounded half up."""
    return float(ratio(Fraction(span // _TICK, _HOUR), 1) or 0)
