"""What every example is made of: ids and instants."""

from __future__ import annotations

from uuid import UUID


def id_of(n: int) -> UUID:
    """The n-th id of the examples."""
    return UUID(f"0195a1b2-0000-7000-8000-{n:012d}")


AT = "2026-03-10T08:00:00Z"
LATER = "2026-03-12T14:00:00Z"
