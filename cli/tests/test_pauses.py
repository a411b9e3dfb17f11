"""Starting again what ended: at once the first time, more slowly while it keeps ending."""

from __future__ import annotations

from trackagoat.cli.pauses import FIRST_SECONDS, LONGEST_SECONDS, SETTLED_SECONDS, Pauses


def pause(pauses: Pauses, now: float) -> float:
    """How long a part that ended now is not started again."""
    waited = 0.0
    while not pauses.over("part", now + waited):
        waited += 0.05
    return waited


def test_what_ends_is_started_again_after_a_short_pause() -> None:
    assert pause(Pauses(), 0.0) < 2 * FIRST_SECONDS


def test_what_keeps_ending_is_given_longer_and_longer_pauses_up_to_a_limit() -> None:
    pauses, now, taken = Pauses(), 0.0, list[float]()
    for _ in range(12):
        taken.append(pause(pauses, now))
        now += taken[-1]
    assert taken == sorted(taken)
    assert LONGEST_SECONDS <= taken[-1] < LONGEST_SECONDS + 0.1


def test_what_lived_for_a_while_is_given_the_first_pause_again() -> None:
    pauses, now = Pauses(), 0.0
    for _ in range(6):
        now += pause(pauses, now)
    assert pause(pauses, now + SETTLED_SECONDS) < 2 * FIRST_SECONDS


def test_one_part_does_not_hold_up_another() -> None:
    pauses = Pauses()
    pauses.over("part", 0.0)
    assert not pauses.over("other", 0.0)
    assert pauses.over("other", FIRST_SECONDS)
