"""Readings of videos: levels that move totals by their difference, and what was gained when."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import chain
from typing import Any

import msgspec

from trackagoat.campaigns.store import gains, heard
from trackagoat.events.catalogue.ingest import StatsSnapshotted
from trackagoat.events.catalogue.words import Counters, OrgId, ProjectId, VideoId
from trackagoat.events.effects import Write
from trackagoat.events.envelope import Heard

Level = tuple[datetime, int] | None
"""When a value was read, and the value; None: never known."""
Levels = tuple[Level, ...]
UNKNOWN: Levels = (None,) * 5


class Read(msgspec.Struct):
    """What a page says of one video: the latest and the first values, and the latest of each quarter of an hour."""

    org: OrgId
    project: ProjectId
    since: datetime
    last: Levels
    first: Levels
    quarters: dict[datetime, Levels]


def readings(page: Sequence[Heard[StatsSnapshotted]]) -> Iterator[Write]:
    """What videos gained in the quarters concerned is taken out, and put back as it is afterwards."""
    read = _gathered(page)
    since = {video: min(r.quarters) for video, r in read.items()}
    yield from (gains.recede(r.org, video, since[video]) for video, r in read.items())
    for video, r in read.items():
        levels = UNKNOWN
        for quarter in sorted(r.quarters):
            levels = _each(_later, levels, r.quarters[quarter])
            yield gains.set_quarter(r.org, r.project, video, quarter, *_columns(levels))
    yield from (
        gains.set_first_reading(r.org, r.project, video, r.since, *_columns(r.first)) for video, r in read.items()
    )
    yield from (heard.set_levels(r.org, r.project, video, *_columns(r.last)) for video, r in read.items())
    yield from (gains.advance(r.org, video, since[video]) for video, r in read.items())


def _gathered(page: Sequence[Heard[StatsSnapshotted]]) -> dict[VideoId, Read]:
    read: dict[VideoId, Read] = {}
    for fact in page:
        at = fact.event.fetched_at
        quarter = _quarter(at)
        for reading in fact.event.videos:
            levels = _levels(reading, at)
            known = read.get(reading.video)
            if known is None:
                read[reading.video] = Read(fact.org, fact.event.project, at, levels, levels, {quarter: levels})
                continue
            known.since = min(known.since, at)
            known.last = _each(_later, known.last, levels)
            known.first = _each(_earlier, known.first, levels)
            known.quarters[quarter] = _each(_later, known.quarters.get(quarter, UNKNOWN), levels)
    return read


def _quarter(at: datetime) -> datetime:
    """The beginning of the quarter of an hour it lies in."""
    utc = at.astimezone(UTC)
    return utc.replace(minute=utc.minute // 15 * 15, second=0, microsecond=0)


def _levels(counters: Counters, at: datetime) -> Levels:
    values = (counters.views, counters.likes, counters.comments, counters.shares, counters.saves)
    return tuple(None if value is None else (at, value) for value in values)


def _each(chosen: Any, a: Levels, b: Levels) -> Levels:
    return tuple(map(chosen, a, b))


def _later(a: Level, b: Level) -> Level:
    if a is None or b is None:
        return a or b
    return max(a, b)


def _earlier(a: Level, b: Level) -> Level:
    """Of equal times the larger value."""
    if a is None or b is None:
        return a or b
    return max(a, b) if a[0] == b[0] else min(a, b)


def _columns(levels: Iterable[Level]) -> Iterator[Any]:
    return chain.from_iterable(level or (None, None) for level in levels)
