"""How long readings are kept."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from trackagoat.events.catalogue.plans import TABLE

MARGIN = timedelta(days=2)
"""More than is readable: the first day of a plan begins at most this much earlier in some zone than in UTC."""
SHORTEST = timedelta(days=min(30, *(kept for kept in TABLE["stats_history_retention_days"] if kept is not None)))
"""What every plan keeps, at least."""


def boundary(days: int, now: datetime) -> datetime:
    """Readings before it are not kept: a midnight in UTC."""
    return _midnight(now - timedelta(days=days) - MARGIN)


def step(since: datetime, until: datetime) -> datetime:
    """Up to where is pruned in one go: the end of the month of `since`, at most `until`."""
    month = _midnight(since).replace(day=1)
    return min(until, (month + timedelta(days=32)).replace(day=1))


def _midnight(at: datetime) -> datetime:
    return datetime.combine(at.astimezone(UTC).date(), time.min, UTC)
