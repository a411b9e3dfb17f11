"""The only place that reads the clock and throws dice."""

from __future__ import annotations

import random
import secrets
from datetime import UTC, datetime
from uuid import UUID

import uuid_utils.compat


def now() -> datetime:
    """This moment, UTC."""
    return datetime.now(UTC)


def new_id() -> UUID:
    """A fresh id, ordered by time (UUID version 7)."""
    return uuid_utils.compat.uuid7()


def jitter(seconds: float, share: float = 0.2) -> float:
    """The duration, stretched or shrunk at random by at most `share`."""
    return seconds * random.uniform(1 - share, 1 + share)  # noqa: S311 - spreading load, no secret


def random_bytes(count: int) -> bytes:
    """Bytes nobody can guess, for keys and secrets."""
    return secrets.token_bytes(count)
