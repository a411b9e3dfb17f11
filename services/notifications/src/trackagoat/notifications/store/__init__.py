"""Notifications' tables, one file per read model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from trackagoat.events.codec import encode


def listed(values: Sequence[Any] | None) -> str | None:
    """A list as one value of a row, in JSON: PostgreSQL takes a list of lists for a table of values."""
    return None if values is None else encode(values).decode()
