"""Messages to channels: attempted, recorded, planned again."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

import msgspec

from trackagoat.events import clock, tracing
from trackagoat.events.catalogue.notifications import (
    ChannelKind,
    DeliveryAttempted,
    DeliveryCancelled,
    DeliveryFailed,
    DeliveryStatus,
    DisableChannel,
    DisabledReason,
)
from trackagoat.events.effects import Claimed, Decide, Done, Effect, Record
from trackagoat.events.host.metrics import OUTSIDE_SECONDS
from trackagoat.events.personal import reveal
from trackagoat.notifications.domain import deliveries, messages
from trackagoat.notifications.domain.deliveries import Answer
from trackagoat.notifications.domain.delivering import DIGEST, TEST
from trackagoat.notifications.domain.messages import Entity, Message, Notice, Parcel
from trackagoat.notifications.domain.phrases import instant
from trackagoat.notifications.due.pressure import Pressure
from trackagoat.notifications.store import alerts, events
from trackagoat.notifications.store import deliveries as rows
from trackagoat.notifications.store.deliveries import Order

SIDE_BY_SIDE = 256
"""Attempts under way in one process. Each row is worked on apart, so none waits for a slower one."""


class Channel(Protocol):
    """Something that sends a parcel once and says what came of it."""

    async def send(self, parcel: Parcel, now: datetime) -> Answer: ...


class Courier:
    """Attempts deliveries and plans what follows."""

    def __init__(self, channels: Mapping[ChannelKind, Channel]) -> None:
        """Send over these channels, by their kind."""
        self._channels = channels
        self._pressure = Pressure()

    async def run(self, db: Any, claimed: Sequence[Claimed], now: datetime) -> list[Done]:
        """One attempt each."""
        return await asyncio.gather(*(self._attempt(db, row, now) for row in claimed))

    async def _attempt(self, db: Any, row: Claimed, now: datetime) -> Done:
        order = await rows.order(db, UUID(row.key))
        if order is None:
            return Done(row)
        if order.kind is None or not (order.is_active or order.type == TEST):
            return Done(row, effects=[_recorded(order, _cancelled(order, now), "cancelled", now)])
        wait = self._pressure.wait(order.channel, now)
        if wait is not None:
            return Done(row, again=now + wait, attempts=row.attempts)
        return await self._sent(db, row, order, now)

    async def _sent(self, db: Any, row: Claimed, order: Order, now: datetime) -> Done:
        self._pressure.begins(order.channel)
        answer: Answer | None = None
        try:
            parcel = await _parcel(db, order, now)
            cause, request = _part_of(row, order, parcel.message)
            with tracing.doing("notifications", f"deliver {parcel.kind}", request, cause=cause, kind="CLIENT") as about:
                answer = await self._channels[parcel.kind].send(parcel, now)
                about["http.response.status_code"] = answer.http_status or 0
            OUTSIDE_SECONDS.labels(parcel.kind, row.kind, _outcome(answer)).observe(answer.duration_ms / 1000)
        finally:
            took = timedelta(milliseconds=0 if answer is None else answer.duration_ms)
            self._pressure.ends(order.channel, answer, now + took)
        return _settled(row, order, answer, now)


def _part_of(row: Claimed, order: Order, message: Message) -> tuple[UUID | None, str | None]:
    """The fact that an attempt follows from, and its request: of an event that event, else what made it due."""
    if order.event is not None:
        return order.event, (message.event or {}).get("request_id")
    told = row.payload or {}
    return (UUID(told["cause"]), told["request_id"]) if told else (None, None)


def _outcome(answer: Answer) -> str:
    """In a word: taken, refused by whoever answered, or nobody answered."""
    return "ok" if answer.error is None else "failed" if answer.http_status is None else "refused"


async def _parcel(db: Any, order: Order, now: datetime) -> Parcel:
    secrets = [order.sealed_secret] if order.sealed_secret else []
    if order.previous_secret and order.previous_until and now < order.previous_until:
        secrets.append(order.previous_secret)
    assert order.kind is not None  # noqa: S101 - a delivery whose channel is gone was cancelled before
    return Parcel(
        channel=order.channel,
        kind=order.kind,
        name=order.name or "",
        message=await _message(db, order),
        url=order.url,
        sealed_config=order.sealed_config,
        sealed_secrets=secrets,
        org=order.org,
        left_by=order.left_by or (),
    )


async def _message(db: Any, order: Order) -> Message:
    """The same at every attempt: alerts and events do not change."""
    if order.type == TEST:
        said = {"channel_id": str(order.channel)}
        return Message(id=order.message_id, type=TEST, at=order.created_at, event=said)
    if order.event is not None:
        row = await events.event(db, order.org, order.event)
        if row is None:
            return Message(id=order.message_id, type=order.type, at=order.created_at, event={"id": str(order.event)})
        event = msgspec.json.decode(reveal(msgspec.json.encode(_event(order, row)), {}))
        return Message(id=order.message_id, type=order.type, at=row.occurred_at, event=event)
    notices = [_outside(_notice(row)) for row in await alerts.alerts(db, order.alert_ids)]
    ordered = messages.by_urgency(notices) if order.type == DIGEST else notices
    return Message(id=order.message_id, type=order.type, at=order.created_at, notices=ordered)


def _event(order: Order, row: events.PublicRow) -> dict[str, Any]:
    """A public event, as the feed shows it; personal fields, which are sealed there, leave the house as null."""
    return {
        "position": str(row.position),
        "id": str(row.event),
        "type": row.type,
        "occurred_at": instant(row.occurred_at),
        "recorded_at": instant(row.recorded_at),
        "org_id": str(order.org),
        "project_id": None if row.project is None else str(row.project),
        "subject": {"type": row.subject_type, "id": str(row.subject)},
        "actor": {"type": row.actor_type, "id": None if row.actor is None else str(row.actor)},
        "request_id": row.request_id,
        "data": row.data,
    }


def _outside(notice: Notice) -> Notice:
    """As it leaves the house: personal fields, which are sealed, are null."""
    return msgspec.json.decode(reveal(msgspec.json.encode(notice), {}), type=Notice)


def _notice(row: alerts.AlertRow) -> Notice:
    return Notice(
        id=row.alert,
        kind=row.kind,
        severity=row.severity,
        title=row.title,
        body=row.body,
        project_id=row.project,
        entity=Entity(row.entity_type, row.entity_id, row.entity_label),
        data=row.payload,
        created_at=instant(row.created_at),
    )


def _settled(row: Claimed, order: Order, answer: Answer, began: datetime) -> Done:
    """What the attempt means for the delivery and its channel."""
    made, at = row.attempts + 1, began + timedelta(milliseconds=answer.duration_ms)
    if answer.error is None:
        return Done(row, effects=[_recorded(order, _attempted(order, answer, began, "succeeded"), "attempt", began)])
    wait = None if order.type == TEST else deliveries.next_wait(made, answer, at, clock.jitter)
    again = None if wait is None else at + wait
    status: DeliveryStatus = "failed" if again is None else "pending"
    effects: list[Effect] = [_recorded(order, _attempted(order, answer, began, status, again), "attempt", began)]
    if again is None and order.type != TEST:
        effects.append(_recorded(order, _given_up(order, made, answer.error, began), "delivery_failed", began))
    return Done(row, effects=[*effects, *_disabled(order, answer, began, at)], again=again, attempts=made)


def _recorded(order: Order, event: Any, what: str, at: datetime) -> Record:
    return Record(order.org, f"delivery-{order.delivery}", event, key=f"{what}/{order.delivery}/{at.isoformat()}")


def _attempted(
    order: Order, answer: Answer, began: datetime, status: DeliveryStatus, again: datetime | None = None
) -> DeliveryAttempted:
    return DeliveryAttempted(
        channel=order.channel,
        delivery=order.delivery,
        began=began,
        duration_ms=answer.duration_ms,
        http_status=answer.http_status,
        error=answer.error,
        response=answer.response,
        status=status,
        next_attempt_at=again,
    )


def _cancelled(order: Order, now: datetime) -> DeliveryCancelled:
    return DeliveryCancelled(channel=order.channel, delivery=order.delivery, at=now)


def _given_up(order: Order, made: int, error: str, began: datetime) -> DeliveryFailed:
    return DeliveryFailed(
        channel=order.channel,
        delivery=order.delivery,
        attempts=made,
        last_error=error,
        first_attempt_at=order.first_attempt_at or began,
    )


def _disabled(order: Order, answer: Answer, began: datetime, at: datetime) -> list[Effect]:
    """Gone at once; failing after five days without a success."""
    since = order.failing_since
    reason: DisabledReason
    if answer.gone:
        reason = "gone"
    elif since is not None and at - since >= deliveries.PATIENCE_WITH_CHANNEL:
        reason = "failing"
    else:
        return []
    command = DisableChannel(channel=order.channel, reason=reason, since=since)
    return [Decide(order.org, command, key=f"disable/{order.delivery}/{began.isoformat()}")]
