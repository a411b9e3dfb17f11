"""What is shown: alerts and who has read them, channels; and what was heard of others to speak of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from trackagoat.events.catalogue.ingest import CreatorAdded, CreatorReactivated, CreatorRenamed, CreatorUpdated
from trackagoat.events.catalogue.notifications import (
    AlertCleared,
    AlertEvents,
    AlertRaised,
    AlertRead,
    ChannelCreated,
    ChannelDeleted,
    ChannelDisabled,
    ChannelEvents,
)
from trackagoat.events.catalogue.workspace import OrgCreated, OrgUpdated
from trackagoat.events.effects import Write
from trackagoat.events.envelope import Heard
from trackagoat.notifications import store

ZoneFacts = OrgCreated | OrgUpdated
HandleFacts = CreatorAdded | CreatorReactivated | CreatorRenamed | CreatorUpdated
AlertFacts = AlertEvents | AlertRead


def zones(page: Sequence[Heard[ZoneFacts]]) -> Iterator[Write]:
    """In which days each org thinks."""
    for fact in page:
        if fact.event.timezone is not None:
            yield store.set_zone(fact.org, fact.event.timezone)


def handles(page: Sequence[Heard[HandleFacts]]) -> Iterator[Write]:
    """What creators are called."""
    for fact in page:
        event = fact.event
        handle = event.to if isinstance(event, CreatorRenamed) else event.tiktok_handle
        yield store.set_handle(fact.org, event.creator, handle)


def alerts(page: Sequence[Heard[AlertFacts]]) -> Iterator[Write]:
    """Every alert, when it was cleared, and who has seen it."""
    for fact in page:
        match fact.event:
            case AlertRaised() as e:
                entity = (e.entity.type, e.entity.id, e.entity.label)
                yield store.add_alert(
                    fact.org, e.alert, e.kind, e.severity, e.project, *entity, e.title, e.body, e.payload, fact.at
                )
            case AlertCleared() as e:
                yield store.clear_alert(e.alert, fact.at)
            case AlertRead() as e:
                yield store.add_read(fact.org, e.reader, e.alert, fact.at)


def channels(page: Sequence[Heard[ChannelEvents]]) -> Iterator[Write]:
    """Every channel as it is set up; its secret stands apart."""
    for fact in page:
        match fact.event:
            case ChannelCreated() as e:
                yield store.add_channel(fact.org, e.channel, e.kind, e.name, e.url, fact.at)
                if e.sealed_secret is not None:
                    yield store.add_secret(fact.org, e.channel, e.sealed_secret)
            case ChannelDisabled() as e:
                yield store.disable_channel(e.channel, e.reason, fact.at)
            case ChannelDeleted() as e:
                yield store.remove_channel(e.channel)
                yield store.remove_secret(e.channel)
                yield store.remove_health(e.channel)
