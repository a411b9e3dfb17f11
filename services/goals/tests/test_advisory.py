"""How far a figure can be trusted, in the words people read."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from trackagoat.events.catalogue.words import Span
from trackagoat.goals.domain.advisory import (
    Freshness,
    Intervals,
    Readings,
    basis,
    freshness,
    message,
    turns,
)
from trackagoat.goals.domain.compliance import TICK

WEEK = Span(datetime.fromisoformat("2026-03-22T23:00Z"), datetime.fromisoformat("2026-03-29T22:00Z"))
NOW = datetime.fromisoformat("2026-03-27T11:00Z")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def hours(count: float) -> timedelta:
    return timedelta(hours=count)


@pytest.mark.parametrize(
    ("now", "said"),
    [
        ("2026-03-29T22:00Z", "The period ended 0.0 hours ago; late data can still change the result for 48.0 hours."),
        ("2026-03-30T08:00Z", "The period ended 10.0 hours ago; late data can still change the result for 38.0 hours."),
        ("2026-03-30T08:15Z", "The period ended 10.3 hours ago; late data can still change the result for 37.7 hours."),
        (
            "2026-03-31T21:59:59.999999Z",
            "The period ended 48.0 hours ago; late data can still change the result for 0.0 hours.",
        ),
    ],
)
def test_a_period_that_ended_lately_says_how_long_it_stays_open(now: str, said: str) -> None:
    assert message("period_recently_ended", WEEK, None, at(now)) == said


def test_stale_numbers_say_how_old_they_are() -> None:
    fresh = Freshness(NOW - hours(20.06), 6, "overdue")
    said = message("scrape_stale", WEEK, fresh, NOW)
    assert said == "Numbers were last refreshed 20.1 hours ago; every 6 hours is expected."
    assert message("scrape_stale", WEEK, Freshness(None, 6, "stale"), NOW) == "Numbers have not been refreshed yet."


@pytest.mark.parametrize(
    ("age", "state"),
    [
        (hours(9), "fresh"),
        (hours(9) + TICK, "stale"),
        (hours(18), "stale"),
        (hours(18) + TICK, "overdue"),
    ],
)
def test_numbers_are_fresh_up_to_one_and_a_half_intervals_and_stale_up_to_three(age: timedelta, state: str) -> None:
    readings = Readings(since=NOW - hours(500), scraped_at=NOW - age)
    assert freshness(basis("posts", readings, Intervals(discover_videos=6)), NOW).state == state
    never = Readings(since=NOW - age)
    assert freshness(basis("posts", never, Intervals(discover_videos=6)), NOW) == Freshness(None, 6, state)


@pytest.mark.parametrize(
    ("metric", "age_days", "expected"),
    [
        ("posts", 1, (NOW - hours(1), 8)),
        ("followers", 1, (NOW - hours(2), 24)),
        ("views", 2.999, (NOW - hours(3), 6)),
        ("views", 3, (NOW - hours(3), 12)),
        ("views", 13.999, (NOW - hours(3), 12)),
        ("engagement", 14, (NOW - hours(3), 36)),
        ("engagement", 60, (NOW - hours(3), 144)),
        ("views", None, (NOW - hours(1), 8)),
    ],
)
def test_each_metric_has_its_own_reading_and_interval(metric: Any, age_days: float | None, expected: Any) -> None:
    readings = Readings(
        since=NOW - hours(5000),
        scraped_at=NOW - hours(1),
        profile_read_at=NOW - hours(2),
        post_read_at=NOW - hours(3) if age_days else None,
        youngest=NOW - timedelta(days=age_days) if age_days else None,
    )
    got = freshness(basis(metric, readings, Intervals(video_stats=6, discover_videos=8, creator_profiles=24)), NOW)
    assert (got.last_scraped_at, got.expected_interval_hours) == expected


def test_a_tier_has_floors_under_the_configured_hours() -> None:
    readings = Readings(since=NOW)
    assert freshness(basis("posts", readings, Intervals("free", 1, 1, 1)), NOW).expected_interval_hours == 24
    assert freshness(basis("posts", readings, Intervals("starter", 1, 1, 1)), NOW).expected_interval_hours == 6
    assert freshness(basis("followers", readings, Intervals("ultra", 1, 1, 1)), NOW).expected_interval_hours == 6
    assert freshness(basis("posts", readings, Intervals("self_hosted", 1, 30, 1)), NOW).expected_interval_hours == 30


def test_numbers_turn_stale_at_the_instant_foretold() -> None:
    found = basis("posts", Readings(since=NOW, scraped_at=NOW), Intervals(discover_videos=6))
    [turn] = turns(found, NOW)
    assert [freshness(found, t).state for t in (turn - TICK, turn)] == ["fresh", "stale"]


def test_stale_numbers_are_fresh_again_when_the_youngest_post_is_old_enough_to_be_read_less_often() -> None:
    youngest = NOW - timedelta(days=3) + hours(1)
    found = basis("views", Readings(since=NOW, post_read_at=NOW - hours(10), youngest=youngest), Intervals())
    assert NOW + hours(1) in set(turns(found, NOW))
    assert [freshness(found, t).state for t in (NOW + hours(1) - TICK, NOW + hours(1))] == ["stale", "fresh"]
