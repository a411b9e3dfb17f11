"""How much room a channel gets, and when those who find none look again."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import pytest

from trackagoat.events.catalogue.words import ChannelId
from trackagoat.notifications.domain.deliveries import Answer
from trackagoat.notifications.due.pressure import AT_MOST, AT_MOST_SLOW, LONGEST_REST, Pressure

HERE, THERE = ChannelId(UUID(int=1)), ChannelId(UUID(int=2))
NOW = datetime.fromisoformat("2026-03-10T08:00:00Z")


@pytest.fixture(autouse=True)
def _no_dice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trackagoat.events.clock.jitter", lambda seconds, _=0.2: seconds)


def full(pressure: Pressure, room: int) -> None:
    for _ in range(room):
        assert pressure.wait(HERE, NOW) is None
        pressure.begins(HERE)


def answered(pressure: Pressure, ms: int) -> None:
    pressure.begins(HERE)
    pressure.ends(HERE, Answer(duration_ms=ms), NOW)


def test_who_finds_no_room_waits_as_long_as_those_before_need() -> None:
    pressure = Pressure()
    answered(pressure, 800)
    full(pressure, AT_MOST)
    waits = [pressure.wait(HERE, NOW) for _ in range(30)]
    assert waits == [timedelta(milliseconds=100 * n) for n in range(1, 31)]
    assert pressure.wait(THERE, NOW) is None, "that concerns nobody else"


def test_a_backlog_of_a_slow_channel_is_spread_over_the_time_it_takes() -> None:
    pressure = Pressure()
    answered(pressure, 3000)
    full(pressure, AT_MOST_SLOW)
    waits = [pressure.wait(HERE, NOW) for _ in range(100)]
    assert waits[:3] == [timedelta(seconds=1.5 * n) for n in (1, 2, 3)]
    assert waits[-1] == LONGEST_REST, "not longer than a minute: it may have become quicker"


def test_a_quick_channel_is_looked_at_again_soon() -> None:
    pressure = Pressure()
    answered(pressure, 4)
    full(pressure, AT_MOST)
    assert pressure.wait(HERE, NOW) == timedelta(milliseconds=50)


def test_places_that_were_promised_are_over_when_their_time_is() -> None:
    pressure = Pressure()
    answered(pressure, 8000)
    full(pressure, AT_MOST_SLOW)
    for _ in range(5):
        pressure.wait(HERE, NOW)
    later = NOW + timedelta(minutes=1)
    assert pressure.wait(HERE, later) == timedelta(seconds=4)
    pressure.ends(HERE, Answer(duration_ms=3000), later)
    assert pressure.wait(HERE, later) is None
