"""What every org starts with, and messages that become due."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final
from uuid import UUID

from trackagoat.events import due
from trackagoat.events.catalogue.notifications import (
    AlertRaised,
    ChannelDeleted,
    ChannelDisabled,
    ChannelUpdated,
    DeliveryQueued,
    DeliveryRequeued,
    RaiseAlert,
    Subject,
    Wait,
)
from trackagoat.events.catalogue.words import OrgId
from trackagoat.events.catalogue.workspace import OrgCreated
from trackagoat.events.effects import Decide, Effect, Write
from trackagoat.events.envelope import Heard
from trackagoat.notifications.domain import channels, rules
from trackagoat.notifications.domain.alerts import SEVERITY
from trackagoat.notifications.domain.deliveries import delivery_id
from trackagoat.notifications.domain.phrases import instant
from trackagoat.notifications.store import deliveries as rows

Sent = AlertRaised | DeliveryQueued | DeliveryRequeued | ChannelUpdated | ChannelDeleted | ChannelDisabled

DELIVERY: Final = "delivery"
DIGEST: Final = "digest"


def built_in(page: Sequence[Heard[OrgCreated]]) -> Iterator[Effect]:
    """Every new org has its bell, and a rule that rings it for everything."""
    for fact in page:
        yield Decide(fact.org, channels.built_in(fact.org), key=f"built_in/{fact.org}")
        yield Decide(fact.org, rules.built_in(fact.org), key=f"built_in_rule/{fact.org}")


def deliveries(page: Sequence[Heard[Sent]]) -> Iterator[Effect]:
    """Every message is due at once, a digest at its hour; what waits for a channel that is off is looked at again."""
    for fact in page:
        match fact.event:
            case AlertRaised() as e:
                yield from (_due(fact, delivery_id(channel, e.alert)) for channel in e.channels)
                yield from (_digest(fact.org, one) for one in e.waits)
            case DeliveryQueued() | DeliveryRequeued():
                yield _due(fact, fact.event.delivery)
            case ChannelUpdated(is_active=True):
                pass
            case ChannelUpdated() | ChannelDeleted() | ChannelDisabled():
                yield rows.hurry(fact.event.channel, fact.at)


def _due(fact: Heard[Sent], delivery: UUID) -> Write:
    """Attempts belong to the request the fact belongs to, if there was one."""
    return due.schedule(DELIVERY, str(delivery), fact.org, fact.at, fact.origin)


def _digest(org: OrgId, wait: Wait) -> Write:
    key = f"{wait.channel}/{instant(wait.until)}"
    return due.pull_in(DIGEST, key, org, wait.until, {"channel": str(wait.channel)})


def own_alerts(page: Sequence[Heard[ChannelDisabled]]) -> Iterator[Effect]:
    """Tell that a channel was given up."""
    for fact in page:
        e = fact.event
        payload = {"channel_id": str(e.channel), "reason": e.reason, "since": instant(e.since or fact.at)}
        command = RaiseAlert(
            kind="webhook_disabled",
            severity=SEVERITY["webhook_disabled"],
            entity=Subject("channel", e.channel),
            occasion=instant(fact.at),
            payload=payload,
        )
        yield Decide.after(fact, command, key=f"webhook_disabled/{fact.id}")
