"""Advisories: how far a compliance figure can be trusted at this moment."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import lru_cache

import msgspec

from trackagoat.gateway.resources.fields import Instant, Number, instant
from trackagoat.gateway.resources.freshness import Freshness

OPEN = timedelta(hours=48)
_TICK = timedelta(microseconds=1)
_TENTH = timedelta(minutes=6) // _TICK


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


class Phase(msgspec.Struct, frozen=True, kw_only=True):
    """Where a moment lies against a period, which is the same for every goal measured in it."""

    in_progress: bool
    recently_ended: bool
    said: list[str]
    start: Instant
    end: Instant
    until_end: Number | None
    since_end: Number | None


@lru_cache(maxsize=1024)
def phase(start: datetime, end: datetime, now: datetime) -> Phase:
    """How far the period has come at `now`."""
    recently = end <= now < end + OPEN
    until, since = (hours(end - now), None) if now < end else (None, hours(now - end))
    said = []
    if until is not None:
        said.append(f"The period ends in {until} hours; numbers are not final.")
    if recently and since is not None:
        left = hours(OPEN - timedelta(hours=since))
        said.append(f"The period ended {since} hours ago; late data can still change the result for {left} hours.")
    return Phase(
        in_progress=now < end,
        recently_ended=recently,
        said=said,
        start=instant(start),
        end=instant(end),
        until_end=until,
        since_end=since,
    )


def advise(
    starts: date, today: date, period: tuple[datetime, datetime], fresh: Freshness | None, now: datetime
) -> Advisory:
    """Everything to be noted at `now` on a period of a goal that starts on that day."""
    at = phase(*period, now)
    early = [f"The goal starts on {starts}."] if starts > today else []
    stale = [_stale(fresh, now)] if fresh is not None and fresh.state != "fresh" else []
    messages = [*early, *at.said, *stale]
    return Advisory(
        has_advisory=bool(messages),
        messages=messages,
        not_yet_started=bool(early),
        period_in_progress=at.in_progress,
        period_recently_ended=at.recently_ended,
        scrape_stale=bool(stale),
        period_start=at.start,
        period_end=at.end,
        hours_until_period_end=at.until_end,
        hours_since_period_end=at.since_end,
        scrape_freshness=fresh,
    )


def _stale(fresh: Freshness, now: datetime) -> str:
    if fresh.last_scraped_at is None:
        return "Numbers have not been refreshed yet."
    age = hours(now - datetime.fromisoformat(fresh.last_scraped_at))
    return f"Numbers were last refreshed {age} hours ago; every {fresh.expected_interval_hours} hours is expected."


def hours(span: timedelta) -> float:
    """Hours with one decimal, rounded half up."""
    tenths = (2 * abs(span // _TICK) + _TENTH) // (2 * _TENTH)
    return (tenths if span >= timedelta(0) else -tenths) / 10
