"""One message to one channel: what it says, and when it is tried again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Literal
from uuid import UUID, uuid5

import msgspec

from trackagoat.events.catalogue.notifications import AlertKind
from trackagoat.events.catalogue.words import AlertId, ChannelId, Json
from trackagoat.notifications.domain.phrases import instant

SECOND, MINUTE, HOUR = 1.0, 60.0, 3600.0
WAITS = (
    *(0 * SECOND, 5 * SECOND, 5 * MINUTE, 30 * MINUTE),
    *(2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR),
)
"""Seconds before each attempt, after the one before."""

PATIENCE_WITH_CHANNEL = timedelta(days=5)
"""A channel that failed this long without a single success is disabled."""

Status = Literal["pending", "succeeded", "failed"]


class Entity(msgspec.Struct, frozen=True):
    """What the alert is about."""

    type: str
    id: UUID
    label: str | None


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """An alert as a receiver gets it."""

    id: AlertId
    kind: AlertKind
    severity: str
    title: str
    body: str
    project_id: UUID | None
    entity: Entity
    data: dict[str, Json]
    created_at: str


class Parcel(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a channel needs to send one message once."""

    channel: ChannelId
    url: str
    sealed_secret: str
    message_id: str
    body: bytes


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What came of one attempt; `error` is None exactly when it was a success. `retry_after` is the raw header."""

    duration_ms: int
    http_status: int | None = None
    error: str | None = None
    retry_after: str | None = None

    @property
    def gone(self) -> bool:
        """The receiver says it will never listen again."""
        return self.http_status == HTTPStatus.GONE


class Attempt(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line of a delivery's history."""

    at: str
    duration_ms: int
    http_status: int | None = None
    error: str | None = None


def delivery_id(channel: ChannelId, alert: AlertId) -> UUID:
    """An alert reaches a channel once, however often it is heard of."""
    return uuid5(channel, str(alert))


def message_id(delivery: UUID) -> str:
    """What receivers drop repeats by; the same in every attempt."""
    return f"msg_{delivery.hex}"


def message(notice: Notice) -> bytes:
    """The body, the same bytes in every attempt."""
    return msgspec.json.encode({"type": f"alert.{notice.kind}", "timestamp": notice.created_at, "data": notice})


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


def attempt(at: datetime, answer: Answer) -> Attempt:
    """The line that goes into the history."""
    return Attempt(instant(at), answer.duration_ms, answer.http_status, answer.error)
