"""What is noted on a period of a goal, at every boundary, in the words people read."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from trackagoat.gateway.resources import days
from trackagoat.gateway.resources.advisories import advise
from trackagoat.gateway.resources.freshness import freshness

WEEK = (datetime(2026, 3, 22, 23, tzinfo=UTC), datetime(2026, 3, 29, 22, tzinfo=UTC))
BERLIN = "Europe/Berlin"
AUTUMN = (datetime(2026, 10, 18, 22, tzinfo=UTC), datetime(2026, 10, 25, 23, tzinfo=UTC))
LEAP = (datetime(2028, 2, 29, tzinfo=UTC), datetime(2028, 3, 1, tzinfo=UTC))
MARCH = (datetime(2026, 2, 28, 23, tzinfo=UTC), datetime(2026, 3, 31, 22, tzinfo=UTC))
READ = {"read_at": datetime(2026, 3, 27, tzinfo=UTC), "since": datetime(2026, 1, 1, tzinfo=UTC)}


@pytest.mark.parametrize(
    ("now", "flags", "messages"),
    [
        ("2026-03-27T11:00:00Z", {"period_in_progress"}, ["The period ends in 59.0 hours; numbers are not final."]),
        (
            "2026-03-30T08:00:00Z",
            {"period_recently_ended"},
            ["The period ended 10.0 hours ago; late data can still change the result for 38.0 hours."],
        ),
        ("2026-03-31T22:00:00Z", set(), []),
        (
            "2026-03-01T00:00:00Z",
            {"not_yet_started", "period_in_progress"},
            ["The goal starts on 2026-03-23.", "The period ends in 694.0 hours; numbers are not final."],
        ),
    ],
)
def test_an_advisory_says_how_far_figures_can_be_trusted(now: str, flags: set[str], messages: list[str]) -> None:
    at = datetime.fromisoformat(now)
    made = advise(date(2026, 3, 23), at.date(), WEEK, None, at)
    names = ("not_yet_started", "period_in_progress", "period_recently_ended", "scrape_stale")
    assert {name for name in names if getattr(made, name)} == flags
    assert made.messages == messages
    assert made.has_advisory == bool(flags)
    assert (made.hours_until_period_end is None) == (at >= WEEK[1])


@pytest.mark.parametrize(
    ("starts", "period", "zone", "age", "now", "flags", "until", "since"),
    [
        # the worked week of 167 h, in which summer time begins
        # n: not yet started, p: in progress, r: recently ended, s: stale
        ("2026-03-23", WEEK, BERLIN, 0, "2026-03-22T22:59:59Z", "np", 167.0, None),
        ("2026-03-23", WEEK, BERLIN, 0, "2026-03-22T23:00:00Z", "p", 167.0, None),
        ("2026-03-23", WEEK, BERLIN, 0, "2026-03-23T01:00:00Z", "p", 165.0, None),
        ("2026-03-23", WEEK, BERLIN, 0, "2026-03-27T11:00:00Z", "p", 59.0, None),
        ("2026-03-23", WEEK, BERLIN, 0, "2026-03-29T10:00:00Z", "p", 12.0, None),
        ("2026-03-23", WEEK, BERLIN, 0, "2026-03-29T21:56:59Z", "p", 0.1, None),
        ("2026-03-23", WEEK, BERLIN, 0, "2026-03-29T21:57:01Z", "p", 0.0, None),
        ("2026-03-23", WEEK, BERLIN, 0, "2026-03-29T21:59:59Z", "p", 0.0, None),
        ("2026-03-23", WEEK, BERLIN, 0, "2026-03-29T22:00:00Z", "r", None, 0.0),
        ("2026-03-23", WEEK, BERLIN, 0, "2026-03-30T08:00:00Z", "r", None, 10.0),
        ("2026-03-23", WEEK, BERLIN, 0, "2026-03-30T08:15:00Z", "r", None, 10.3),
        ("2026-03-23", WEEK, BERLIN, 0, "2026-03-31T21:59:59Z", "r", None, 48.0),
        ("2026-03-23", WEEK, BERLIN, 0, "2026-03-31T22:00:00Z", "", None, 48.0),
        ("2026-03-23", WEEK, BERLIN, 0, "2026-04-01T09:00:00Z", "", None, 59.0),
        # a goal that starts in the middle of its period
        ("2026-03-25", WEEK, BERLIN, 0, "2026-03-24T22:59:59Z", "np", 119.0, None),
        ("2026-03-25", WEEK, BERLIN, 0, "2026-03-24T23:00:00Z", "p", 119.0, None),
        # 169 h, in which summer time ends; a leap day; a month of 743 h
        ("2026-10-19", AUTUMN, BERLIN, 0, "2026-10-18T22:00:00Z", "p", 169.0, None),
        ("2026-10-19", AUTUMN, BERLIN, 0, "2026-10-25T00:30:00Z", "p", 22.5, None),
        ("2026-10-19", AUTUMN, BERLIN, 0, "2026-10-27T22:59:59Z", "r", None, 48.0),
        ("2026-10-19", AUTUMN, BERLIN, 0, "2026-10-27T23:00:00Z", "", None, 48.0),
        ("2028-02-29", LEAP, "UTC", 0, "2028-02-29T12:00:00Z", "p", 12.0, None),
        ("2028-02-29", LEAP, "UTC", 0, "2028-03-02T23:59:59Z", "r", None, 48.0),
        ("2026-03-01", MARCH, BERLIN, 0, "2026-03-16T11:00:00Z", "p", 371.0, None),
        ("2026-03-01", MARCH, BERLIN, 0, "2026-04-02T21:59:59Z", "r", None, 48.0),
        # read every 6 hours: stale after 9
        ("2026-03-23", WEEK, BERLIN, 6, "2026-03-27T09:00:00Z", "p", 61.0, None),
        ("2026-03-23", WEEK, BERLIN, 6, "2026-03-27T09:00:01Z", "ps", 61.0, None),
        ("2026-03-23", WEEK, BERLIN, 6, "2026-03-30T08:00:00Z", "rs", None, 10.0),
        ("2026-03-28", WEEK, BERLIN, 6, "2026-03-27T09:30:00Z", "nps", 60.5, None),
        ("2026-03-23", WEEK, BERLIN, 6, "2026-04-01T08:00:00Z", "s", None, 58.0),
    ],
)
def test_an_advisory_is_right_to_the_second(
    starts: str, period: Any, zone: str, age: int, now: str, flags: str, until: float | None, since: float | None
) -> None:
    """`age` is the hours between readings; 0: the creator is not active, so freshness says nothing."""
    at = datetime.fromisoformat(now)
    fresh = freshness(READ["read_at"], READ["since"], age, at) if age else None
    made = advise(date.fromisoformat(starts), days.today(at, zone), period, fresh, at)
    names = {"n": "not_yet_started", "p": "period_in_progress", "r": "period_recently_ended", "s": "scrape_stale"}
    assert "".join(letter for letter, name in names.items() if getattr(made, name)) == flags
    assert (made.has_advisory, len(made.messages)) == (bool(flags), len(flags))
    assert (made.hours_until_period_end, made.hours_since_period_end) == (until, since)
    assert (made.scrape_freshness is None) == (not age)


def test_a_goal_that_starts_today_has_started() -> None:
    for now, ahead in (("2026-03-26T22:59:59Z", True), ("2026-03-26T23:00:00Z", False)):
        at = datetime.fromisoformat(now)
        assert advise(date(2026, 3, 27), days.today(at, BERLIN), WEEK, None, at).not_yet_started == ahead
