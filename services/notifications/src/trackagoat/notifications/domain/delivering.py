"""What is sent beside single alerts: public events, tests, and what somebody asks for again."""

from __future__ import annotations

from uuid import UUID, uuid5

from trackagoat.events.catalogue.notifications import (
    DeliveryCommands,
    DeliveryQueued,
    DeliveryRequeued,
    QueueEvent,
    Redeliver,
    SendTest,
    SwitchedOff,
)
from trackagoat.events.catalogue.words import ChannelId, NotFound
from trackagoat.events.decider import On
from trackagoat.notifications.domain.deliveries import delivery_id

TEST = "test.ping"
DIGEST = "alert.digest"


def decide(command: DeliveryCommands, _: None) -> list[On]:
    """Each delivery speaks on a stream of its own; nothing here is folded."""
    match command:
        case QueueEvent():
            return [_of_event(command, channel) for channel in command.channels]
        case SendTest():
            if not command.known:
                raise NotFound
            id = command.delivery
            return [_on(id, DeliveryQueued(channel=command.channel, delivery=id, message_type=TEST))]
        case Redeliver():
            if not command.known or command.channel is None:
                raise NotFound
            if not command.active:
                raise SwitchedOff
            again = command.found
            return [_on(id, DeliveryRequeued(channel=command.channel, delivery=id)) for id in again]


def evolve(_: None, __: object) -> None:
    """There is nothing to know."""


def _of_event(command: QueueEvent, channel: ChannelId) -> On:
    id = delivery_id(channel, command.event)
    queued = DeliveryQueued(channel=channel, delivery=id, message_type=command.event_type, event=command.event)
    return _on(id, queued)


def digest_id(channel: ChannelId, key: str) -> UUID:
    """A digest goes out once, however often its hour is looked at."""
    return uuid5(channel, f"digest/{key}")


def _on(delivery: UUID, event: DeliveryQueued | DeliveryRequeued) -> On:
    return On(f"delivery-{delivery}", event)
