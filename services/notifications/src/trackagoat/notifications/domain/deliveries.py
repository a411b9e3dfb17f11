"""One message to one channel: what it says, and when it is tried again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from uuid import UUID, uuid5

import msgspec

from trackagoat.events.catalogue.words import ChannelId

SECOND, MINUTE, HOUR = 1.0, 60.0, 3600.0
WAITS = (
    *(0 * SECOND, 5 * SECOND, 5 * MINUTE, 30 * MINUTE),
    *(2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR),
)
"""Seconds before each attempt, after the one before."""

PATIENCE_WITH_CHANNEL = timedelta(days=5)
"""A channel that failed this long without a single success is disabled."""


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What came of one attempt; `error` is None exactly when it was a success. `retry_after` is the raw header,
    `response` how the answer began.
    """

    duration_ms: int
    http_status: int | None = None
    error: str | None = None
    retry_after: str | None = None
    response: str | None = None

    @property
    def gone(self) -> bool:
        """The receiver says it will never listen again."""
        return self.http_status == HTTPStatus.GONE


def delivery_id(channel: ChannelId, what: UUID) -> UUID:
    """An alert or event reaches a channel once, however often it is heard of."""
    return uuid5(channel, str(what))


def message_id(delivery: UUID) -> str:
    """What receivers drop repeats by; the same in every attempt."""
    return f"msg_{delivery.hex}"


def next_wait(made: int, answer: Answer, now: datetime, spread: Callable[[float], float]) -> timedelta | None:
    """How long to wait after that many attempts; None: enough. `spread` stretches or shrinks a wait at random."""
    if answer.gone or made >= len(WAITS):
        return None
    planned = spread(WAITS[made])
    asked = _asked(answer, now)
    return timedelta(seconds=planned if asked is None else min(max(asked, planned), 2 * planned))


def _asked(answer: Answer, now: datetime) -> float | None:
    """The seconds in Retry-After, when the receiver may ask for them."""
    if answer.http_status not in {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}:
        return None
    header = (answer.retry_after or "").strip()
    if header.isdecimal() and header.isascii():
        return float(header[:9])
    try:
        at = parsedate_to_datetime(header)
    except ValueError:
        return None
    return ((at if at.tzinfo else at.replace(tzinfo=UTC)) - now).total_seconds()
