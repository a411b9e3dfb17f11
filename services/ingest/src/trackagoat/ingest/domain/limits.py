"""Limits: what a plan allows, compared where the event is decided."""

from __future__ import annotations

from trackagoat.events.catalogue.plans import Limit
from trackagoat.events.catalogue.workspace import LimitReached


def take(key: Limit, current: int, most: int | None) -> None:
    """Make sure that one more fits; None is any number. Raises LimitReached."""
    if most is not None and current >= most:
        message = f"Limit reached: {key}"
        raise LimitReached(message, limitKey=key, current=current, max=most)
