"""Goals as time sees them, put together from their rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from itertools import takewhile
from typing import TypeVar
from zoneinfo import ZoneInfo

import msgspec

from trackagoat.events.catalogue.words import CreatorId, GoalId, OrgId, Span
from trackagoat.events.sql import Db
from trackagoat.goals.domain import calendar
from trackagoat.goals.domain.advisory import Intervals, Readings
from trackagoat.goals.domain.watched import Clock, Result, Standing, Terms, Watched
from trackagoat.goals.store import figures, periods
from trackagoat.goals.store import goals as store

K = TypeVar("K")
V = TypeVar("V")

UNHEARD = (Clock(datetime(2000, 1, 1, tzinfo=UTC), ZoneInfo("UTC")),)
"""The clock of an org that was not heard of yet."""


async def watch(db: Db, creators: Sequence[CreatorId]) -> list[Watched]:
    """All goals of the creators."""
    rows = await store.goals_of(db, creators)
    if not rows:
        return []
    goals, orgs = [row.goal for row in rows], list({row.org for row in rows})
    rest = Rest(
        terms=_by((r.goal, _terms(r)) for r in await store.terms_of(db, goals)),
        clocks=_by((r.org, Clock(r.since, calendar.zone(r.timezone))) for r in await figures.clocks(db, orgs)),
        results=_by((r.goal, _result(r)) for r in await periods.results_of(db, goals)),
        absences=_by((r.creator, Span(r.since, r.until)) for r in await figures.absences(db, creators)),
        readings={r.creator: _readings(r) for r in await figures.readings(db, list({row.creator for row in rows}))},
    )
    return [_watched(row, rest) for row in rows]


class Rest(msgspec.Struct, frozen=True, kw_only=True):
    """What else is known of the goals, of their orgs and of their creators."""

    terms: Mapping[GoalId, tuple[Terms, ...]]
    clocks: Mapping[OrgId, tuple[Clock, ...]]
    results: Mapping[GoalId, tuple[Result, ...]]
    absences: Mapping[CreatorId, tuple[Span, ...]]
    readings: Mapping[CreatorId, Readings]


def _by(pairs: Iterable[tuple[K, V]]) -> defaultdict[K, tuple[V, ...]]:
    gathered: defaultdict[K, tuple[V, ...]] = defaultdict(tuple)
    for key, value in pairs:
        gathered[key] += (value,)
    return gathered


def _watched(row: store.GoalRow, rest: Rest) -> Watched:
    hours = (row.video_stats_hours, row.discover_videos_hours, row.creator_profiles_hours)
    return Watched(
        org=row.org,
        goal=row.goal,
        creator=row.creator,
        project=row.project,
        metric=row.metric,
        period=row.period,
        terms=_of_this_start(rest.terms[row.goal]),
        clocks=rest.clocks[row.org] or UNHEARD,
        standing=Standing(
            first_day=row.first_day, status=row.status, stale=row.stale, changes=row.changes, turns=row.turns
        ),
        results=rest.results[row.goal],
        absences=rest.absences[row.creator],
        readings=rest.readings.get(row.creator),
        intervals=Intervals(row.tier, *hours),
        passed=row.passed,
        is_shown=row.is_shown,
    )


def _of_this_start(terms: tuple[Terms, ...]) -> tuple[Terms, ...]:
    """The terms since the start was last moved: a goal asks for all periods from its start on, whenever it was set."""
    start = terms[-1].start_date
    return tuple(reversed(list(takewhile(lambda t: t.start_date == start, reversed(terms)))))


def _terms(row: store.TermsRow) -> Terms:
    return Terms(row.since, row.start_date, _plain(row.target_value), row.end_date, row.is_active)


def _result(row: periods.ResultRow) -> Result:
    return Result(
        first_day=row.first_day,
        period=Span(row.period_start, row.period_end),
        target=_plain(row.target),
        actual=None if row.actual is None else _plain(row.actual),
        percentage=row.percentage,
        status=row.status,
        is_final=row.is_final,
        announced=row.announced,
    )


def _readings(row: figures.ReadingsRow) -> Readings:
    return Readings(
        since=row.since,
        scraped_at=row.scraped_at,
        profile_read_at=row.profile_read_at,
        post_read_at=row.post_read_at,
        youngest=row.youngest,
    )


def _plain(value: Decimal) -> Decimal:
    """The same number, written out: the driver gives round numbers as 1E+6, and so they would be said."""
    return value.quantize(Decimal(1)) if value == value.to_integral_value() else value
