"""Triggers: readings somebody asked for, within the allowance of the day.

Stream `triggers-<day>`, one per organization and day in UTC.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import msgspec

from trackagoat.events.catalogue.ingest import (
    CreatorInactive,
    RateLimitExceeded,
    RequestScrape,
    ScrapeRequested,
    TrackingDisabled,
)
from trackagoat.events.catalogue.plans import Limit
from trackagoat.events.catalogue.words import NotFound

LIMIT: Limit = "max_manual_scrape_triggers_per_day"


class Used(msgspec.Struct, frozen=True):
    """How many triggers of the day are used."""

    triggers: int = 0


def stream(command: RequestScrape) -> str:
    """Where a trigger is decided."""
    return f"triggers-{_day(command)}"


def decide(command: RequestScrape, used: Used) -> list[ScrapeRequested]:
    """What is idle is to be read; if nothing is, nothing is used."""
    match command.subject:
        case "unknown":
            raise NotFound
        case "creator_rests":
            raise CreatorInactive
        case "video_rests":
            raise TrackingDisabled
        case "read":
            return _requested(command, used)


def _requested(command: RequestScrape, used: Used) -> list[ScrapeRequested]:
    if not command.idle or command.project is None:
        return []
    day = _day(command)
    if command.most is not None and used.triggers >= command.most:
        raise RateLimitExceeded(limitKey=LIMIT, retryAfter=_seconds_left(day, command.now))
    requested = ScrapeRequested(
        project=command.project, creator_id=command.creator, video=command.video, kinds=command.idle, day=day
    )
    return [requested]


def evolve(used: Used, _: ScrapeRequested) -> Used:
    """One more is used."""
    return Used(used.triggers + 1)


def _day(command: RequestScrape) -> date:
    return date.min if command.now is None else command.now.astimezone(UTC).date()


def _seconds_left(day: date, now: datetime | None) -> int:
    """Until the allowance begins anew, rounded up."""
    ends = datetime.combine(day + timedelta(days=1), time.min, UTC)
    return 0 if now is None else -((now - ends) // timedelta(seconds=1))
