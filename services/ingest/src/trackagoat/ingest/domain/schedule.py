"""Schedule: when a creator or a post is read again after what came of reading it."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from trackagoat.events.catalogue.ingest import SourceOutcome

AGES = ((timedelta(days=3), 1), (timedelta(days=14), 2), (timedelta(days=60), 6))
OLD = 24
"""By how much the interval of a post's counters grows: below each of these ages, and from the last one on."""
_RETRIES = tuple(timedelta(minutes=m) for m in (1, 5, 30))
_BLOCKED = tuple(timedelta(minutes=m) for m in (15, 60, 240))
_UNTOLD_WAIT = timedelta(minutes=5)


class Plan(msgspec.Struct, frozen=True):
    """When the work is due again, and how many retries in a row that makes."""

    again: datetime
    attempts: int = 0


def age_factor(age: timedelta) -> int:
    """By how much the interval of a post's counters grows with the post's age (product rule 3.3)."""
    return next((factor for limit, factor in AGES if age < limit), OLD)


def stats_due(read_at: datetime, born: datetime, now: datetime, hours: int) -> datetime:
    """When a post last read at `read_at` is due; `born` is its posting time, else when it came in."""
    return read_at + timedelta(hours=hours) * age_factor(now - born)


def after_miss(
    outcome: SourceOutcome, attempts: int, now: datetime, interval: timedelta, retry_after: float | None = None
) -> Plan:
    """What follows a call without data; `attempts` counts the retries before it, `retry_after` is in seconds."""
    match outcome:
        case "ok" | "not_found" | "private":
            return Plan(now + interval)
        case "rate_limited":
            wait = _UNTOLD_WAIT if retry_after is None else timedelta(seconds=retry_after)
            return Plan(now + wait, attempts)
        case "blocked":
            return _retry(_BLOCKED, attempts, now, interval)
        case "schema_changed" | "error":
            return _retry(_RETRIES, attempts, now, interval)


def _retry(waits: tuple[timedelta, ...], attempts: int, now: datetime, interval: timedelta) -> Plan:
    if attempts < len(waits):
        return Plan(now + waits[attempts], attempts + 1)
    return Plan(now + interval)
