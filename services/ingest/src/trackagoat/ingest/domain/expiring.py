"""Expiring: when a post is too old and too still to be read any longer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

AGE = timedelta(days=180)
"""Posts up to this old never expire."""
READINGS = 5
"""So many last readings are looked at."""
_GROWTH = 1000
"""One part in so many more views, from the first of them to the last, keeps a post."""


def is_still(views: Sequence[int]) -> bool:
    """Whether these, in order of time, are enough readings and show less than 0.1 % more views."""
    if len(views) < READINGS:
        return False
    first, last = views[-READINGS], views[-1]
    return last <= first or (last - first) * _GROWTH < first
