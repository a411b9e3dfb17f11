"""When things are read again, and how far down a list is read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from trackagoat.events.catalogue.ingest import Post
from trackagoat.ingest.domain.discovery import is_enough
from trackagoat.ingest.domain.schedule import Plan, after_miss, stats_due

NOW = datetime(2026, 1, 1, tzinfo=UTC)
DAY = timedelta(hours=24)
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(("days", "hours"), [(2, 6), (3, 12), (10, 12), (14, 36), (40, 36), (60, 144), (90, 144)])
def test_the_older_a_post_the_rarer_it_is_read(days: int, hours: int) -> None:
    assert stats_due(NOW, NOW - timedelta(days=days), NOW, 6) == NOW + timedelta(hours=hours)


def test_an_error_is_tried_again_after_1_5_and_30_minutes_then_at_the_next_due_time() -> None:
    plans = [after_miss("error", attempts, NOW, DAY) for attempts in range(4)]
    assert plans == [Plan(NOW + MINUTE, 1), Plan(NOW + 5 * MINUTE, 2), Plan(NOW + 30 * MINUTE, 3), Plan(NOW + DAY)]


def test_a_refused_source_is_tried_again_after_15_minutes_1_and_4_hours() -> None:
    plans = [after_miss("blocked", attempts, NOW, DAY).again - NOW for attempts in range(4)]
    assert plans == [15 * MINUTE, 60 * MINUTE, 240 * MINUTE, DAY]


@pytest.mark.parametrize("outcome", ["not_found", "private"])
def test_what_cannot_be_seen_is_looked_for_at_the_usual_interval(outcome: str) -> None:
    assert after_miss(outcome, 2, NOW, DAY) == Plan(NOW + DAY)  # type: ignore[arg-type]


def test_a_source_that_asks_to_wait_is_waited_for_and_it_counts_for_nothing() -> None:
    assert after_miss("rate_limited", 2, NOW, DAY, 90) == Plan(NOW + timedelta(seconds=90), 2)
    assert after_miss("rate_limited", 0, NOW, DAY) == Plan(NOW + 5 * MINUTE)


def listed(*days: int) -> list[Post]:
    """Posts so many days old, in this order."""
    ids = [f"{int((NOW - timedelta(days=d)).timestamp()) << 32}" for d in days]
    return [Post(tiktok_video_id=i, url=f"https://www.tiktok.com/@a/video/{i}") for i in ids]


def ids(*days: int) -> set[str]:
    return {post.tiktok_video_id for post in listed(*days)}


def test_three_known_posts_in_a_row_are_enough() -> None:
    assert not is_enough(listed(1, 2, 3), ids(2, 3), None, NOW)
    assert not is_enough(listed(1, 2, 3, 4), ids(1, 2, 4), None, NOW)
    assert is_enough(listed(1, 2, 3, 4), ids(2, 3, 4), None, NOW)


def test_a_post_older_than_the_start_date_is_enough() -> None:
    assert not is_enough(listed(1, 2), [], NOW - 2 * DAY, NOW)
    assert is_enough(listed(1, 3), [], NOW - 2 * DAY, NOW)


def test_pinned_posts_stop_nothing_and_do_not_break_a_row_of_known_ones() -> None:
    assert not is_enough(listed(90, 80, 70, 1), ids(90, 80, 70), NOW - 30 * DAY, NOW)
    assert is_enough(listed(90, 1, 2, 3), ids(1, 2, 3), None, NOW)
