"""Goals as time sees them, put together from their rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import TypeVar

from trackagoat.events.catalogue.words import CreatorId, Span
from trackagoat.events.sql import Db
from trackagoat.goals.domain import calendar
from trackagoat.goals.domain.advisory import Intervals, Readings
from trackagoat.goals.domain.watched import Result, Standing, Terms, Watched
from trackagoat.goals.store import figures, periods
from trackagoat.goals.store import goals as store

K = TypeVar("K")
V = TypeVar("V")


async def watch(db: Db, creators: Sequence[CreatorId]) -> list[Watched]:
    """All goals of the creators."""
    rows = await store.goals_of(db, creators)
    if not rows:
        return []
    goals = [row.goal for row in rows]
    terms = _by((r.goal, _terms(r)) for r in await store.terms_of(db, goals))
    results = _by((r.goal, _result(r)) for r in await periods.results_of(db, goals))
    absences = _by((r.creator, Span(r.since, r.until)) for r in await figures.absences(db, creators))
    readings = {r.creator: _readings(r) for r in await figures.readings(db, list({row.creator for row in rows}))}
    return [
        _watched(row, terms[row.goal], results[row.goal], absences[row.creator], readings.get(row.creator))
        for row in rows
    ]


def _by(pairs: Iterable[tuple[K, V]]) -> defaultdict[K, tuple[V, ...]]:
    gathered: defaultdict[K, tuple[V, ...]] = defaultdict(tuple)
    for key, value in pairs:
        gathered[key] += (value,)
    return gathered


def _watched(
    row: store.GoalRow,
    terms: tuple[Terms, ...],
    results: tuple[Result, ...],
    absences: tuple[Span, ...],
    readings: Readings | None,
) -> Watched:
    hours = (row.video_stats_hours, row.discover_videos_hours, row.creator_profiles_hours)
    return Watched(
        org=row.org,
        goal=row.goal,
        creator=row.creator,
        project=row.project,
        metric=row.metric,
        period=row.period,
        start_date=row.start_date,
        created_at=row.created_at,
        zone=calendar.zone(row.timezone),
        terms=terms,
        standing=_standing(row),
        results=results,
        absences=absences,
        readings=readings,
        intervals=Intervals(row.tier, *hours),
    )


def _standing(row: store.GoalRow) -> Standing:
    return Standing(
        open_day=row.open_day,
        period=Span(row.period_start, row.period_end),
        status=row.status,
        percentage=row.percentage,
        actual=None if row.actual is None else _plain(row.actual),
        target=_plain(row.target),
        pace=row.pace,
        is_final=row.is_final,
        stale=row.stale,
        changes=row.changes,
        turns=row.turns,
    )


def _terms(row: store.TermsRow) -> Terms:
    return Terms(row.since, _plain(row.target_value), row.end_date, row.is_active)


def _result(row: periods.ResultRow) -> Result:
    return Result(
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
