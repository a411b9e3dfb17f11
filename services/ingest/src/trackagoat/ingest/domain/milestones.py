"""Milestones: round figures of followers, each told once."""

from __future__ import annotations

from collections.abc import Collection, Iterator


def reached(before: int, now: int, told: Collection[int]) -> list[int]:
    """Those between two readings, `before` not included and `now` included, that were not told yet."""
    return [one for one in _up_to(now) if one > before and one not in told]


def _up_to(most: int) -> Iterator[int]:
    """1,000, 2,500, 5,000, 10,000, 25,000 and so on."""
    unit = 1_000
    while unit <= most:
        yield from (one for one in (unit, unit * 5 // 2, unit * 5) if one <= most)
        unit *= 10
