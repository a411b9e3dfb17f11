"""How far a figure can be trusted, in the words people read."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from trackagoat.events.catalogue.words import Span
from trackagoat.goals.domain.advisory import (
    Freshness,
    Intervals,
    Readings,
    advise,
    freshness,
    stale_from,
)
from trackagoat.goals.domain.compliance import TICK

BERLIN = ZoneInfo("Europe/Berlin")
WEEK = Span(datetime.fromisoformat("2026-03-22T23:00Z"), datetime.fromisoformat("2026-03-29T22:00Z"))
NOW = datetime.fromisoformat("2026-03-27T11:00Z")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def hours(count: float) -> timedelta:
    return timedelta(hours=count)


def test_a_running_period_says_when_it_ends() -> None:
    got = advise(date(2026, 3, 23), WEEK, None, NOW, BERLIN)
    assert got.messages == ["The period ends in 59.0 hours; numbers are not final."]
    assert (got.period_in_progress, got.not_yet_started, got.has_advisory) == (True, False, True)
    assert (got.hours_until_period_end, got.hours_since_period_end) == (59.0, None)


def test_a_goal_that_starts_tomorrow_says_so_first() -> None:
    got = advise(date(2026, 3, 28), WEEK, None, NOW, BERLIN)
    assert got.messages == [
        "The goal starts on 2026-03-28.",
        "The period ends in 59.0 hours; numbers are not final.",
    ]


def test_a_goal_that_starts_today_has_started() -> None:
    assert not advise(date(2026, 3, 27), WEEK, None, NOW, BERLIN).not_yet_started
    assert advise(date(2026, 3, 27), WEEK, None, at("2026-03-26T22:59:59Z"), BERLIN).not_yet_started
    assert not advise(date(2026, 3, 27), WEEK, None, at("2026-03-26T23:00:00Z"), BERLIN).not_yet_started


@pytest.mark.parametrize(
    ("now", "message"),
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
def test_a_period_that_ended_lately_says_how_long_it_stays_open(now: str, message: str) -> None:
    got = advise(date(2026, 3, 23), WEEK, None, at(now), BERLIN)
    assert got.messages == [message]
    assert got.period_recently_ended
    assert not got.period_in_progress
    assert got.hours_until_period_end is None


def test_after_48_hours_there_is_nothing_to_say() -> None:
    got = advise(date(2026, 3, 23), WEEK, None, at("2026-03-31T22:00Z"), BERLIN)
    assert (got.messages, got.has_advisory, got.period_recently_ended) == ([], False, False)
    assert got.hours_since_period_end == 48.0


def test_stale_numbers_say_how_old_they_are() -> None:
    fresh = Freshness(NOW - hours(20.06), 6, "overdue")
    got = advise(date(2026, 3, 23), WEEK, fresh, NOW, BERLIN)
    assert got.messages[1:] == ["Numbers were last refreshed 20.1 hours ago; every 6 hours is expected."]
    assert got.scrape_stale


def test_numbers_never_read_say_so() -> None:
    got = advise(date(2026, 3, 23), WEEK, Freshness(None, 6, "stale"), NOW, BERLIN)
    assert got.messages[1:] == ["Numbers have not been refreshed yet."]


def test_fresh_numbers_are_no_news() -> None:
    got = advise(date(2026, 3, 23), WEEK, Freshness(NOW, 6, "fresh"), NOW, BERLIN)
    assert (len(got.messages), got.scrape_stale) == (1, False)


def test_an_advisory_is_shown_as_json_numbers_and_instants() -> None:
    got = msgspec.to_builtins(advise(date(2026, 3, 23), WEEK, Freshness(NOW, 6, "fresh"), NOW, BERLIN))
    assert got["hours_until_period_end"] == 59.0
    assert got["period_end"] == "2026-03-29T22:00:00Z"
    assert got["scrape_freshness"] == {
        "last_scraped_at": "2026-03-27T11:00:00Z",
        "expected_interval_hours": 6,
        "state": "fresh",
    }


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
    assert freshness("posts", readings, Intervals(discover_videos=6), NOW).state == state
    never = Readings(since=NOW - age)
    assert freshness("posts", never, Intervals(discover_videos=6), NOW) == Freshness(None, 6, state)


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
    got = freshness(metric, readings, Intervals(video_stats=6, discover_videos=8, creator_profiles=24), NOW)
    assert (got.last_scraped_at, got.expected_interval_hours) == expected


def test_a_tier_has_floors_under_the_configured_hours() -> None:
    readings = Readings(since=NOW)
    assert freshness("posts", readings, Intervals("free", 1, 1, 1), NOW).expected_interval_hours == 24
    assert freshness("posts", readings, Intervals("starter", 1, 1, 1), NOW).expected_interval_hours == 6
    assert freshness("followers", readings, Intervals("ultra", 1, 1, 1), NOW).expected_interval_hours == 6
    assert freshness("posts", readings, Intervals("self_hosted", 1, 30, 1), NOW).expected_interval_hours == 30


def test_numbers_turn_stale_at_the_instant_foretold() -> None:
    readings, intervals = Readings(since=NOW, scraped_at=NOW), Intervals(discover_videos=6)
    turn = stale_from("posts", readings, intervals, NOW)
    assert [freshness("posts", readings, intervals, t).state for t in (turn - TICK, turn)] == ["fresh", "stale"]
