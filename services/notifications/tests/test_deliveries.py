"""When a message is tried again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from trackagoat.events import clock
from trackagoat.notifications.domain.deliveries import Answer, next_wait

NOW = datetime(2026, 3, 10, 8, tzinfo=UTC)


def failed(status: int | None = 500, retry_after: str | None = None) -> Answer:
    return Answer(duration_ms=10, http_status=status, error="failed", retry_after=retry_after)


def as_planned(seconds: float) -> float:
    return seconds


def wait(made: int, answer: Answer) -> float | None:
    planned = next_wait(made, answer, NOW, as_planned)
    return None if planned is None else planned.total_seconds()


def test_ten_attempts_are_made_over_three_days_and_then_no_more() -> None:
    hours = [wait(made, failed()) for made in range(1, 11)]
    assert hours == [5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400, None]


def test_waits_are_spread_by_a_fifth() -> None:
    waits = [next_wait(1, failed(), NOW, clock.jitter) for _ in range(200)]
    assert all(timedelta(seconds=4) <= w <= timedelta(seconds=6) for w in waits if w)
    assert len(set(waits)) > 100


def test_nobody_knocks_again_where_nobody_lives() -> None:
    assert wait(1, failed(410)) is None


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("450", 450),
        ("1", 300),
        ("100000", 600),
        ("9" * 400, 600),
        ("Tue, 10 Mar 2026 08:08:00 GMT", 480),
        ("Tue, 10 Mar 2026 07:00:00 GMT", 300),
        ("soon", 300),
        ("-5", 300),
        ("", 300),
        (None, 300),
    ],
)
def test_retry_after_is_kept_between_the_planned_wait_and_twice_it(header: str | None, seconds: float) -> None:
    assert wait(2, failed(429, header)) == seconds
    assert wait(2, failed(503, header)) == seconds


def test_retry_after_means_nothing_with_another_status() -> None:
    assert wait(2, failed(500, "450")) == 300
