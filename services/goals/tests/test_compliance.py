"""How goals stand: the worked table of the product's rules, every boundary on both sides."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trackagoat.events.catalogue.words import Span
from trackagoat.goals.domain.compliance import (
    TICK,
    Figures,
    Measure,
    assess,
    compliance,
    half_up,
    turns,
)

BERLIN = "Europe/Berlin"
WEEK = ("posts", "weekly", "15", "2026-03-23", BERLIN)
VIEWS = ("views", "monthly", "40000", "2026-03-01", BERLIN)
MONTH = ("posts", "monthly", "10", "2026-03-01", "UTC")
DAY = ("posts", "daily", "10", "2026-03-29", BERLIN)
AUTUMN = ("posts", "weekly", "10", "2026-10-19", BERLIN)
MIDWEEK = ("posts", "weekly", "10", "2026-03-25", "UTC")
RATE = ("engagement", "weekly", "5", "2026-03-23", BERLIN)
FOLLOWERS = ("followers", "weekly", "1000", "2026-03-23", BERLIN)
LEAP = ("posts", "daily", "2", "2028-02-29", "UTC")
FEBRUARY = ("posts", "monthly", "29", "2028-02-01", "UTC")
EXAMPLE_RATE = {"views": 12_000, "likes": 380, "comments": 60, "shares": 40}

TABLE: list[tuple[tuple[str, str, str, str, str], dict[str, int], str, str, int, str | None, str]] = [
    # a goal with its figures at an instant: the status, percentage, pace and share it has
    # the week of 23 to 29 March in Berlin, 167 h
    (WEEK, {"posts": 0}, "2026-03-23T01:00:00Z", "on_track", 0, None, "0.011976"),
    (WEEK, {"posts": 0}, "2026-03-23T02:20:23.999999Z", "on_track", 0, None, "0.019999"),
    (WEEK, {"posts": 0}, "2026-03-23T02:20:24Z", "at_risk", 0, "0.00", "0.020000"),
    (WEEK, {"posts": 8}, "2026-03-27T11:00:00Z", "behind_pace", 53, "0.82", "0.646706"),
    (WEEK, {"posts": 10}, "2026-03-27T11:30:00Z", "on_track", 67, "1.03", "0.649700"),
    (WEEK, {"posts": 13}, "2026-03-29T10:00:00Z", "behind_pace", 87, "0.93", "0.928143"),
    (WEEK, {"posts": 14}, "2026-03-29T21:59:59.999999Z", "behind_pace", 93, "0.93", "0.999999"),
    (WEEK, {"posts": 15}, "2026-03-29T21:59:59.999999Z", "on_track", 100, "1.00", "0.999999"),
    # monthly views, March 2026 in Berlin, 743 h, half of them and half an hour over
    (VIEWS, {"views": 14_019}, "2026-03-16T11:00:00Z", "behind_pace", 35, "0.70", "0.500672"),
    (VIEWS, {"views": 14_018}, "2026-03-16T11:00:00Z", "at_risk", 35, "0.70", "0.500672"),
    (VIEWS, {"views": 20_027}, "2026-03-16T11:00:00Z", "on_track", 50, "1.00", "0.500672"),
    (VIEWS, {"views": 20_026}, "2026-03-16T11:00:00Z", "behind_pace", 50, "1.00", "0.500672"),
    (VIEWS, {"views": -50}, "2026-03-16T11:00:00Z", "at_risk", 0, "0.00", "0.500672"),
    (VIEWS, {}, "2026-03-16T11:00:00Z", "at_risk", 0, "0.00", "0.500672"),
    (VIEWS, {"views": 130_000}, "2026-03-16T11:00:00Z", "on_track", 325, "6.49", "0.500672"),
    # exactly 70 % and exactly 100 % of what should be there: half of March in UTC, 5 of 10 expected
    (MONTH, {"posts": 5}, "2026-03-16T12:00:00Z", "on_track", 50, "1.00", "0.500000"),
    (MONTH, {"posts": 5}, "2026-03-16T12:00:00.000001Z", "behind_pace", 50, "1.00", "0.500000"),
    (MONTH, {"posts": 7}, "2026-03-31T23:59:59.999999Z", "behind_pace", 70, "0.70", "0.999999"),
    (
        ("posts", "monthly", "20", "2026-03-01", "UTC"),
        {"posts": 7},
        "2026-03-16T12:00:00Z",
        "behind_pace",
        35,
        "0.70",
        "0.500000",
    ),
    (
        ("posts", "monthly", "20", "2026-03-01", "UTC"),
        {"posts": 7},
        "2026-03-16T12:00:00.000001Z",
        "at_risk",
        35,
        "0.70",
        "0.500000",
    ),
    # a day of 23 h has just started for an hour, not for 2 %
    (DAY, {"posts": 0}, "2026-03-28T23:00:00Z", "on_track", 0, None, "0.000000"),
    (DAY, {"posts": 0}, "2026-03-28T23:59:59.999999Z", "on_track", 0, None, "0.043478"),
    (DAY, {"posts": 0}, "2026-03-29T00:00:00Z", "at_risk", 0, "0.00", "0.043478"),
    (DAY, {"posts": 1}, "2026-03-29T00:00:00Z", "on_track", 10, "2.30", "0.043478"),
    (DAY, {"posts": 5}, "2026-03-29T10:30:00Z", "on_track", 50, "1.00", "0.500000"),
    # the week of 19 to 25 October, 169 h, 84.5 h in
    (AUTUMN, {"posts": 5}, "2026-10-22T10:30:00Z", "on_track", 50, "1.00", "0.500000"),
    (AUTUMN, {"posts": 5}, "2026-10-22T10:30:00.000001Z", "behind_pace", 50, "1.00", "0.500000"),
    (AUTUMN, {"posts": 9}, "2026-10-25T22:59:59Z", "behind_pace", 90, "0.90", "0.999998"),
    # a month has just started for 2 %, a month of 31 days in UTC for 14 h 52 min 48 s
    (MONTH, {"posts": 0}, "2026-03-01T14:52:47.999999Z", "on_track", 0, None, "0.019999"),
    (MONTH, {"posts": 0}, "2026-03-01T14:52:48Z", "at_risk", 0, "0.00", "0.020000"),
    # a goal that starts in the middle of its period is measured over all of it
    (MIDWEEK, {"posts": 0}, "2026-03-23T12:00:00Z", "on_track", 0, None, "0.071428"),
    (MIDWEEK, {"posts": 0}, "2026-03-24T23:59:59.999999Z", "on_track", 0, None, "0.285714"),
    (MIDWEEK, {"posts": 0}, "2026-03-25T00:00:00Z", "at_risk", 0, "0.00", "0.285714"),
    (MIDWEEK, {"posts": 2}, "2026-03-25T00:00:00Z", "behind_pace", 20, "0.70", "0.285714"),
    (MIDWEEK, {"posts": 3}, "2026-03-25T00:00:00Z", "on_track", 30, "1.05", "0.285714"),
    # before it starts, weeks ahead, the first period is shown
    (MIDWEEK, {"posts": 0}, "2026-01-01T00:00:00Z", "on_track", 0, None, "0.000000"),
    # engagement has no share: its pace is the figure against the target
    (RATE, EXAMPLE_RATE, "2026-03-27T11:00:00Z", "behind_pace", 80, "0.80", "0.646706"),
    (RATE, EXAMPLE_RATE | {"saves": 120}, "2026-03-27T11:00:00Z", "on_track", 100, "1.00", "0.646706"),
    (RATE, {"views": 10_000, "likes": 350}, "2026-03-27T11:00:00Z", "behind_pace", 70, "0.70", "0.646706"),
    (RATE, {"views": 10_000, "likes": 349}, "2026-03-27T11:00:00Z", "at_risk", 70, "0.70", "0.646706"),
    (RATE, {"views": 0, "likes": 10}, "2026-03-27T11:00:00Z", "at_risk", 0, "0.00", "0.646706"),
    (RATE, {"views": 500}, "2026-03-27T11:00:00Z", "at_risk", 0, "0.00", "0.646706"),
    (RATE, {}, "2026-03-23T01:00:00Z", "on_track", 0, None, "0.011976"),
    # followers, 41,900 to 42,650
    (FOLLOWERS, {"followers": 750}, "2026-03-27T11:00:00Z", "on_track", 75, "1.16", "0.646706"),
    (FOLLOWERS, {}, "2026-03-27T11:00:00Z", "at_risk", 0, "0.00", "0.646706"),
    # the leap day and its month
    (LEAP, {"posts": 1}, "2028-02-29T12:00:00Z", "on_track", 50, "1.00", "0.500000"),
    (LEAP, {"posts": 1}, "2028-02-29T12:00:00.000001Z", "behind_pace", 50, "1.00", "0.500000"),
    (FEBRUARY, {"posts": 28}, "2028-02-29T00:00:00Z", "on_track", 97, "1.00", "0.965517"),
    (FEBRUARY, {"posts": 27}, "2028-02-29T00:00:00Z", "behind_pace", 93, "0.96", "0.965517"),
]


def measure(goal: tuple[str, str, str, str, str], end_date: str | None = None) -> tuple[Measure, ZoneInfo]:
    metric, period, target, start, zone = goal
    end = None if end_date is None else date.fromisoformat(end_date)
    return Measure(metric, period, Decimal(target), date.fromisoformat(start), end), ZoneInfo(zone)  # type: ignore[arg-type]


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(("goal", "figures", "now", "status", "percentage", "pace", "share"), TABLE)
def test_a_running_period_stands_as_the_rules_say(
    goal: Any, figures: dict[str, int], now: str, status: str, percentage: int, pace: str | None, share: str
) -> None:
    asked, zone = measure(goal)
    got = compliance(asked, Figures(**figures), instant(now), zone)
    wanted_pace = None if pace is None else Decimal(pace)
    assert (got.status, got.percentage, got.pace, got.share) == (status, percentage, wanted_pace, Decimal(share))
    assert not got.is_final


LAST_WEEK = ("posts", "weekly", "15", "2026-03-23", BERLIN)


@pytest.mark.parametrize(
    ("figures", "now", "status", "percentage", "is_final"),
    [
        ({"posts": 14}, "2026-03-29T22:00:00Z", "missed", 93, False),
        ({"posts": 15}, "2026-03-29T22:00:00Z", "completed", 100, False),
        ({"posts": 15}, "2026-03-30T08:00:00Z", "completed", 100, False),
        ({"posts": 15}, "2026-03-31T21:59:59.999999Z", "completed", 100, False),
        ({"posts": 15}, "2026-03-31T22:00:00Z", "completed", 100, True),
        ({"posts": 0}, "2026-04-30T00:00:00Z", "missed", 0, True),
        ({"posts": 31}, "2026-04-30T00:00:00Z", "completed", 207, True),
    ],
)
def test_a_goal_that_has_ended_shows_its_last_period(
    figures: dict[str, int], now: str, status: str, percentage: int, is_final: bool
) -> None:
    asked, zone = measure(LAST_WEEK, end_date="2026-03-25")
    got = compliance(asked, Figures(**figures), instant(now), zone)
    assert (got.status, got.percentage, got.is_final, got.pace) == (status, percentage, is_final, None)
    assert got.period == Span(instant("2026-03-22T23:00Z"), instant("2026-03-29T22:00Z"))


@pytest.mark.parametrize(
    ("goal", "figures", "status"),
    [
        (RATE, {"views": 100_000, "likes": 5000}, "completed"),
        (RATE, {"views": 100_000, "likes": 4999}, "missed"),
        (RATE, {}, "missed"),
        (FOLLOWERS, {"followers": 1000}, "completed"),
        (FOLLOWERS, {"followers": 999}, "missed"),
        (FOLLOWERS, {}, "missed"),
    ],
)
def test_a_period_that_is_over_is_completed_or_missed(goal: Any, figures: dict[str, int], status: str) -> None:
    asked, zone = measure(goal, end_date="2026-03-29")
    assert compliance(asked, Figures(**figures), instant("2026-03-29T22:00Z"), zone).status == status


def test_engagement_is_shown_with_two_decimals_and_judged_unrounded() -> None:
    asked, zone = measure(("engagement", "weekly", "4", "2026-03-23", BERLIN), end_date="2026-03-29")
    got = compliance(asked, Figures(views=100_000, likes=3996), instant("2026-03-29T22:00Z"), zone)
    assert (got.actual, got.percentage, got.status) == (Decimal("4.00"), 100, "missed")


def test_the_worked_engagement_is_four_percent() -> None:
    asked, zone = measure(RATE)
    assert compliance(asked, Figures(**EXAMPLE_RATE), instant("2026-03-27T11:00Z"), zone).actual == Decimal("4.00")


@pytest.mark.parametrize(
    ("value", "places", "rounded"),
    [
        (Fraction(1, 2), 0, "1"),
        (Fraction(49, 100), 0, "0"),
        (Fraction(5, 1000), 2, "0.01"),
        (Fraction(-5, 1000), 2, "-0.01"),
        (Fraction(1, 3), 2, "0.33"),
        (Fraction(2, 3), 2, "0.67"),
        (Fraction(10**20 + 1, 2), 0, str((10**20 + 2) // 2)),
    ],
)
def test_halves_are_rounded_up(value: Fraction, places: int, rounded: str) -> None:
    assert half_up(value, places) == Decimal(rounded)


@given(
    st.sampled_from([WEEK, VIEWS, MONTH, DAY, AUTUMN, MIDWEEK, RATE, FOLLOWERS, LEAP]),
    st.integers(-10, 40_000),
    st.fractions(0, 1),
)
def test_between_its_turns_a_period_keeps_its_status(goal: Any, actual: int, part: Fraction) -> None:
    asked, zone = measure(goal)
    figures = Figures(posts=max(0, actual), views=actual, likes=actual, followers=actual)
    span = compliance(asked, figures, instant(f"{goal[3]}T12:00Z"), zone).period
    length = (span.end - span.start) // TICK
    now = span.start + min(int(part * length), length - 1) * TICK
    upcoming = min((t for t in turns(asked, span, figures, zone) if t > now), default=span.end)
    before = assess(asked, span, figures, now, zone).status
    assert assess(asked, span, figures, min(upcoming, span.end) - TICK, zone).status == before
    if upcoming < span.end:
        after = assess(asked, span, figures, upcoming, zone)
        judged = assess(asked, span, figures, now, zone).pace is None
        assert after.status != before or judged


def test_a_status_turns_at_the_first_instant_pace_falls_under_a_line() -> None:
    asked, zone = measure(WEEK)
    figures = Figures(posts=8)
    span = compliance(asked, figures, instant("2026-03-27T11:00Z"), zone).period
    for turn in turns(asked, span, figures, zone):
        earlier, later = (assess(asked, span, figures, t, zone).status for t in (turn - TICK, turn))
        assert turn - span.start == timedelta(hours=3, minutes=20, seconds=24) or earlier != later
