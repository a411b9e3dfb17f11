"""What was to be sent, and what became of it.

Facts of one delivery come from due work and from people at once, so a row keeps as of which instant it is what it is:
whichever of two facts is written last, the later one holds.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from trackagoat.events.catalogue.notifications import (
    AlertRaised,
    DeliveriesPruned,
    DeliveryAttempted,
    DeliveryCancelled,
    DeliveryQueued,
    DeliveryRequeued,
    DigestDropped,
)
from trackagoat.events.effects import Write
from trackagoat.events.envelope import Heard
from trackagoat.notifications.domain.deliveries import delivery_id, message_id
from trackagoat.notifications.domain.delivering import DIGEST
from trackagoat.notifications.store import deliveries as rows
from trackagoat.notifications.store import listed

Facts = (
    AlertRaised
    | DeliveryQueued
    | DeliveryAttempted
    | DeliveryCancelled
    | DeliveryRequeued
    | DigestDropped
    | DeliveriesPruned
)


def deliveries(page: Sequence[Heard[Facts]]) -> Iterator[Write]:
    """Every message to every channel, its attempts, and what waits for a digest."""
    for fact in page:
        yield from _of(fact)


def _of(fact: Heard[Facts]) -> Iterator[Write]:
    match fact.event:
        case AlertRaised():
            yield from _told(fact, fact.event)
        case DeliveryQueued() as e:
            what = (e.message_type, message_id(e.delivery), listed(e.alerts), e.event)
            yield rows.queue(fact.org, e.delivery, e.channel, *what, fact.at)
            if e.message_type == DIGEST:
                yield from (rows.waited(e.channel, alert) for alert in e.alerts)
        case DeliveryAttempted():
            yield from _tried(fact, fact.event)
        case DeliveryCancelled() as e:
            yield rows.stands(e.delivery, "cancelled", None, e.at, anew=False)
        case DeliveryRequeued() as e:
            yield rows.stands(e.delivery, "pending", fact.at, fact.at, anew=True)
        case DigestDropped() as e:
            yield from (rows.waited(e.channel, alert) for alert in e.alerts)
        case DeliveriesPruned() as e:
            yield rows.prune(fact.org, e.before)


def _told(fact: Heard[Facts], e: AlertRaised) -> Iterator[Write]:
    for channel in e.channels:
        id = delivery_id(channel, e.alert)
        yield rows.queue(fact.org, id, channel, f"alert.{e.kind}", message_id(id), listed([e.alert]), None, fact.at)
    for one in e.waits:
        yield rows.wait(fact.org, one.channel, e.alert, one.until)


def _tried(fact: Heard[Facts], e: DeliveryAttempted) -> Iterator[Write]:
    answer = (e.duration_ms, e.http_status, e.error, e.response)
    yield rows.add_attempt(fact.org, e.delivery, e.channel, e.began, *answer)
    yield rows.stands(e.delivery, e.status, e.next_attempt_at, e.began, anew=False)
    if e.error is None:
        yield rows.channel_succeeded(fact.org, e.channel, e.began)
