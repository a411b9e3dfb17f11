"""Compliance: what a period's figures come to at an instant: its percentage, pace and status.

Ratios are exact fractions; only what is shown is rounded, half up. Comparisons see unrounded values.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

import msgspec

from trackagoat.events.catalogue.goals import Metric, Period, Status
from trackagoat.events.catalogue.words import Span
from trackagoat.goals.domain import calendar

OPEN = timedelta(hours=48)
"""How long after the end of a period late facts may change its result."""
JUST_STARTED = timedelta(hours=1)
JUST_STARTED_PART = 50
"""A period has just started for an hour, and for the fiftieth part of it (2 %)."""
BEHIND = Fraction(7, 10)
"""Pace under which a goal is at risk."""
TICK = timedelta(microseconds=1)
EXACTLY = 24
"""Decimals after which no two different rates round to different hundredths: views stay under 10^18."""


class Measure(msgspec.Struct, frozen=True):
    """What a goal asks for."""

    metric: Metric
    period: Period
    target: Decimal
    start_date: date
    end_date: date | None = None

    def first_day(self, now: datetime, zone: ZoneInfo) -> date:
        """The first day of the period to show: the one containing `now`, else the first or the last of the goal."""
        day = max(self.start_date, min(calendar.local_day(now, zone), self.end_date or date.max))
        return calendar.first_day(self.period, day)

    def covers(self, first: date) -> bool:
        """Whether the period beginning on that day is measured."""
        last = date.max if self.end_date is None else calendar.first_day(self.period, self.end_date)
        return calendar.first_day(self.period, self.start_date) <= first <= last


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """What a creator did in a period: posts posted, and gains. None is unknown."""

    posts: int = 0
    views: int | None = None
    likes: int | None = None
    comments: int | None = None
    shares: int | None = None
    saves: int | None = None
    followers: int | None = None


class Compliance(msgspec.Struct, frozen=True, kw_only=True):
    """How a goal stands in one period.

    `pace` is None where it says nothing, that is before `judged_from` and from the end on; `rate` is actual divided
    by target, to 24 decimals; `share` is the part elapsed, 0 to 1.
    """

    status: Status
    percentage: int
    actual: Decimal | None
    target: Decimal
    rate: Decimal | None
    pace: Decimal | None
    judged_from: datetime
    share: Decimal
    period: Span
    is_final: bool


def half_up(value: Fraction, places: int = 0) -> Decimal:
    """Rounded half up (away from zero) to that many decimals, exactly."""
    scaled = abs(value) * 10**places
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return Decimal(-whole if value < 0 else whole).scaleb(-places)


def actual(metric: Metric, figures: Figures) -> Fraction | None:
    """The figure the metric looks at, unrounded; engagement in percent of views (`engagement_rate_by_views`)."""
    match metric:
        case "posts":
            return Fraction(figures.posts)
        case "views":
            return Fraction(figures.views or 0)
        case "followers":
            return None if figures.followers is None else Fraction(figures.followers)
        case "engagement":
            known = [n for n in (figures.likes, figures.comments, figures.shares, figures.saves) if n is not None]
            views = figures.views or 0
            return Fraction(sum(known) * 100, views) if known and views > 0 else None


def compliance(measure: Measure, figures: Figures, now: datetime, zone: ZoneInfo) -> Compliance:
    """How the goal stands at `now` in the period it shows then; `figures` are that period's."""
    span = calendar.bounds(measure.period, measure.first_day(now, zone), zone)
    return assess(measure, span, figures, now, zone)


def assess(measure: Measure, span: Span, figures: Figures, now: datetime, zone: ZoneInfo) -> Compliance:
    """How the goal stands at `now` in the period given."""
    done = actual(measure.metric, figures)
    share = min(Fraction(1), max(Fraction(0), _ratio(now - span.start, span.end - span.start)))
    judged_from = _judged_from(measure, span, zone)
    pace = None if now >= span.end or now < judged_from else _pace(measure, done, share)
    return Compliance(
        status=_status(measure, span, done, pace, now),
        percentage=max(0, int(half_up(_rate(measure, done) * 100))),
        actual=None if done is None else half_up(done, 2 if measure.metric == "engagement" else 0),
        target=measure.target,
        rate=None if done is None else half_up(_rate(measure, done), EXACTLY),
        pace=None if pace is None else half_up(pace, 2),
        judged_from=judged_from,
        share=half_up(share - share % Fraction(1, 10**6), 6),
        period=span,
        is_final=now >= span.end + OPEN,
    )


def turns(measure: Measure, span: Span, figures: Figures, zone: ZoneInfo) -> Iterator[datetime]:
    """The instants at which the running period looks different though nothing happened, in no order."""
    judged = _judged_from(measure, span, zone)
    yield judged
    done = actual(measure.metric, figures)
    if measure.metric == "engagement" or done is None or done <= 0:
        return
    for line in (Fraction(1), BEHIND):
        share = done / (Fraction(measure.target) * line)
        if share < 1:
            elapsed = share * ((span.end - span.start) // TICK)
            yield max(judged, span.start + (elapsed.numerator // elapsed.denominator + 1) * TICK)


def _judged_from(measure: Measure, span: Span, zone: ZoneInfo) -> datetime:
    """From here on pace decides: the goal has begun and its period has not just started."""
    grace = max(JUST_STARTED, -((span.start - span.end) // JUST_STARTED_PART))
    return max(calendar.midnight(measure.start_date, zone), span.start + grace)


def _status(measure: Measure, span: Span, done: Fraction | None, pace: Fraction | None, now: datetime) -> Status:
    if now >= span.end:
        return "completed" if done is not None and done >= Fraction(measure.target) else "missed"
    if pace is None or pace >= 1:
        return "on_track"
    return "behind_pace" if pace >= BEHIND else "at_risk"


def _pace(measure: Measure, done: Fraction | None, share: Fraction) -> Fraction:
    expected = Fraction(measure.target) * (1 if measure.metric == "engagement" else share)
    return (done or Fraction(0)) / expected


def _rate(measure: Measure, done: Fraction | None) -> Fraction:
    return (done or Fraction(0)) / Fraction(measure.target)


def _ratio(part: timedelta, whole: timedelta) -> Fraction:
    return Fraction(part // TICK, whole // TICK)
