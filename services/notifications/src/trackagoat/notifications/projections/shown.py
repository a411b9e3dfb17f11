"""What is shown: alerts and who has read them, channels, rules."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from trackagoat.events.catalogue.ingest import CreatorErased
from trackagoat.events.catalogue.notifications import (
    AlertCleared,
    AlertEvents,
    AlertRaised,
    AlertRead,
    AllRead,
    ChannelCreated,
    ChannelDeleted,
    ChannelDisabled,
    ChannelEvents,
    ChannelSecretRotated,
    ChannelUpdated,
    ReaderLeft,
    ReadingEvents,
    RuleDeleted,
    RuleEvents,
    RuleSet,
)
from trackagoat.events.effects import Write
from trackagoat.events.envelope import Heard
from trackagoat.notifications.store import alerts as told
from trackagoat.notifications.store import channels as ways
from trackagoat.notifications.store import listed

AlertFacts = AlertEvents | ReadingEvents | CreatorErased


def alerts(page: Sequence[Heard[AlertFacts]]) -> Iterator[Write]:
    """Every alert, when it was cleared, and who has seen it. Of an erased creator it keeps figures alone."""
    for fact in page:
        match fact.event:
            case AlertRaised() as e:
                entity = (e.entity.type, e.entity.id, e.entity.label)
                what = (e.alert, e.kind, e.severity, e.project, *entity, e.title, e.body, e.payload)
                yield told.add_alert(fact.org, *what, fact.at, e.bell, e.user, e.for_admins)
            case AlertCleared() as e:
                yield told.clear_alert(e.alert, fact.at)
            case AlertRead() as e:
                yield told.add_read(fact.org, e.reader, e.alert, fact.at)
            case AllRead() as e:
                yield told.add_all_read(fact.org, e.reader, e.before, fact.at)
            case CreatorErased() as e:
                yield told.forget_creator(fact.org, e.creator)
    raised = (fact.event for fact in page if isinstance(fact.event, AlertRaised))
    yield from (told.forget_erased(event.alert) for event in raised if "creator_id" in event.payload)


def channels(page: Sequence[Heard[ChannelEvents]]) -> Iterator[Write]:
    """Every channel as it is set up; its secrets stand apart."""
    for fact in page:
        match fact.event:
            case ChannelCreated() as e:
                leads = (e.url, e.sealed_config, listed(e.event_types))
                yield ways.add_channel(fact.org, e.channel, e.kind, e.name, *leads, fact.at)
                if e.sealed_secret is not None:
                    yield ways.add_secret(fact.org, e.channel, e.sealed_secret)
            case ChannelUpdated() as e:
                leads = (e.url, e.sealed_config, listed(e.event_types))
                yield ways.update_channel(e.channel, e.name, *leads, e.is_active, fact.at)
            case ChannelSecretRotated() as e:
                yield ways.rotate_secret(e.channel, e.sealed_secret, e.previous_until)
            case ReaderLeft() as e:
                yield ways.leave_channel(e.channel, e.reader)
            case ChannelDisabled() as e:
                yield ways.disable_channel(e.channel, e.reason, fact.at)
            case ChannelDeleted() as e:
                yield ways.remove_channel(e.channel)
                yield ways.remove_secret(e.channel)


def rules(page: Sequence[Heard[RuleEvents]]) -> Iterator[Write]:
    """Every rule as it is set."""
    for fact in page:
        match fact.event:
            case RuleSet() as e:
                quiet = None if e.quiet_hours is None else msgspec.to_builtins(e.quiet_hours)
                what = (
                    listed(e.projects),
                    listed(e.kinds),
                    e.min_severity,
                    listed(e.channels),
                    e.digest,
                    quiet,
                    e.is_active,
                )
                yield ways.set_rule(fact.org, e.rule, e.name, *what, fact.at)
            case RuleDeleted() as e:
                yield ways.remove_rule(e.rule)
