"""Taking what a plan allows: the count and the cap are compared where the event is decided."""

from __future__ import annotations

from trackagoat.events.catalogue.plans import Limit, limit
from trackagoat.events.catalogue.workspace import LimitReached, Tier


def take(tier: Tier, key: Limit, current: int) -> None:
    """Make sure that one more fits. Raises LimitReached."""
    most = limit(tier, key)
    if most is not None and current >= most:
        message = f"Limit reached: {key}"
        raise LimitReached(message, limitKey=key, current=current, max=most)
