"""Failing: when a run of outcomes that could not be seen has been long enough."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

LEAST = 5
"""So many in a row at least."""
SPAN = timedelta(hours=48)
"""From the first to the last at least."""


def is_lost(run: Sequence[datetime]) -> bool:
    """Whether the run, in order of time, disables what it is about."""
    return len(run) >= LEAST and run[-1] - run[0] >= SPAN
