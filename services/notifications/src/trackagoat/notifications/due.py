"""Work that falls due: goals at risk for a quarter of their period, and messages to channels."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

import msgspec

from trackagoat.events import clock
from trackagoat.events.catalogue.notifications import DeliveryFailed, DisableChannel, DisabledReason, RaiseGoalAlert
from trackagoat.events.catalogue.words import ChannelId
from trackagoat.events.effects import Claimed, Decide, Done, Effect, Record
from trackagoat.notifications import store
from trackagoat.notifications.domain import deliveries
from trackagoat.notifications.domain.deliveries import Answer, Entity, Notice, Parcel
from trackagoat.notifications.domain.phrases import instant
from trackagoat.notifications.store import Order

SIDE_BY_SIDE = 64
"""Attempts under way in one process. Each row is worked on apart, so none waits for a slower one."""
PER_CHANNEL = 8
"""Of these, attempts over one channel: a receiver that always takes its full 15 s leaves 56 places to the others."""


async def goals_at_risk(_: Any, claimed: Sequence[Claimed], now: datetime) -> list[Done]:
    """A quarter of the period has passed and the goal is still at risk."""
    return [Done(row, effects=_at_risk(row, now)) for row in claimed]


def _at_risk(row: Claimed, now: datetime) -> list[Effect]:
    command = msgspec.convert(row.payload, RaiseGoalAlert)
    if now >= command.period_end:
        return []
    return [Decide(row.org, command, key=f"at_risk/{command.goal}/{instant(command.period_start)}")]


class Channel(Protocol):
    """Something that sends a parcel once and says what came of it."""

    async def send(self, parcel: Parcel, now: datetime) -> Answer: ...


class Courier:
    """Attempts deliveries and plans what follows."""

    def __init__(self, channel: Channel) -> None:
        """Send over that channel."""
        self._channel = channel
        self._under_way: Counter[ChannelId] = Counter()

    async def run(self, db: Any, claimed: Sequence[Claimed], now: datetime) -> list[Done]:
        """One attempt each."""
        return await asyncio.gather(*(self._attempt(db, row, now) for row in claimed))

    async def _attempt(self, db: Any, row: Claimed, now: datetime) -> Done:
        order = await store.order(db, UUID(row.key))
        if order is None:
            return Done(row)
        if self._under_way[order.channel] >= PER_CHANNEL:
            return Done(row, again=now + timedelta(seconds=clock.jitter(1)), attempts=row.attempts)
        self._under_way[order.channel] += 1
        try:
            answer = await self._channel.send(_parcel(order), now)
        finally:
            self._under_way -= Counter([order.channel])
        return _settled(row, order, answer, now)


def _parcel(order: Order) -> Parcel:
    notice = Notice(
        id=order.alert,
        kind=order.alert_kind,
        severity=order.severity,
        title=order.title,
        body=order.body,
        project_id=order.project,
        entity=Entity(order.entity_type, order.entity_id, order.entity_label),
        data=order.payload,
        created_at=instant(order.created_at),
    )
    return Parcel(
        channel=order.channel,
        url=order.url,
        sealed_secret=order.sealed_secret,
        message_id=order.message_id,
        body=deliveries.message(notice),
    )


def _settled(row: Claimed, order: Order, answer: Answer, began: datetime) -> Done:
    """What the attempt means for the delivery and its channel."""
    made, at = row.attempts + 1, began + timedelta(milliseconds=answer.duration_ms)
    attempt = deliveries.attempt(began, answer)
    if answer.error is None:
        return Done(
            row,
            effects=[
                store.record_attempt(order.delivery, "succeeded", attempt, None),
                store.channel_succeeded(order.org, order.channel, at),
            ],
        )
    wait = deliveries.next_wait(made, answer, at, clock.jitter)
    again = None if wait is None else at + wait
    effects: list[Effect] = [
        store.record_attempt(order.delivery, "failed" if again is None else "pending", attempt, again),
        store.channel_failed(order.org, order.channel, began),
    ]
    if again is None:
        effects.append(_given_up(order, made, answer.error, began))
    return Done(row, effects=[*effects, *_disabled(order, made, answer, at)], again=again, attempts=made)


def _given_up(order: Order, made: int, error: str, began: datetime) -> Record:
    first = datetime.fromisoformat(order.attempts[0]["at"]) if order.attempts else began
    event = DeliveryFailed(
        channel=order.channel, delivery=order.delivery, attempts=made, last_error=error, first_attempt_at=first
    )
    return Record(order.org, f"delivery-{order.delivery}", event, key=f"delivery_failed/{order.delivery}/{made}")


def _disabled(order: Order, made: int, answer: Answer, at: datetime) -> list[Effect]:
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
    return [Decide(order.org, command, key=f"disable/{order.delivery}/{made}")]
