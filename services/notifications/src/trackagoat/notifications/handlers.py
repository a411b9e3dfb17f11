"""Who decides what in notifications, and what it needs to know beyond its own stream."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, TypeVar

import msgspec

from trackagoat.events.catalogue.notifications import (
    AlertEvents,
    AlertRead,
    AllRead,
    ChannelCommands,
    ChannelEvents,
    ClearAlert,
    DeliveryCommands,
    DeliveryQueued,
    DeliveryRequeued,
    MarkAllRead,
    MarkRead,
    QueueEvent,
    RaiseAlert,
    RaiseGoalAlert,
    Redeliver,
    Routing,
    RuleCommands,
    RuleEvents,
    SendTest,
    SetRule,
    TellCommands,
)
from trackagoat.events.catalogue.words import OrgId
from trackagoat.events.decider import Decider
from trackagoat.events.envelope import Ask
from trackagoat.notifications.domain import alerts, channels, delivering, reads, routing, rules
from trackagoat.notifications.domain.public import fits
from trackagoat.notifications.domain.routing import Occurrence
from trackagoat.notifications.store import alerts as told
from trackagoat.notifications.store import channels as ways
from trackagoat.notifications.store import deliveries, heard

MOST_AGAIN = 1000
"""So many deliveries are sent again by one call."""
R = TypeVar("R", RaiseGoalAlert, RaiseAlert)


async def with_context(db: Any, ask: Ask, commands: Sequence[TellCommands]) -> Sequence[TellCommands]:
    """Name what the alert is about, the org's timezone, and the channels it goes to."""
    return [await _with_context(db, ask, command) for command in commands]


async def _with_context(db: Any, ask: Ask, command: TellCommands) -> TellCommands:
    match command:
        case ClearAlert():
            return command
        case RaiseGoalAlert(creator=creator):
            named = msgspec.structs.replace(command, handle=await heard.handle(db, ask.org, creator))
            return await _routed(db, ask, named)
        case RaiseAlert(entity=entity):
            label = entity.label or await _label(db, ask.org, command)
            named_too = msgspec.structs.replace(command, entity=msgspec.structs.replace(entity, label=label))
            return await _routed(db, ask, named_too)


async def _routed(db: Any, ask: Ask, command: R) -> R:
    timezone = await heard.timezone(db, ask.org) or command.timezone
    return msgspec.structs.replace(command, timezone=timezone, routing=await _routing(db, ask, command, timezone))


async def _routing(db: Any, ask: Ask, command: RaiseGoalAlert | RaiseAlert, timezone: str) -> Routing:
    """What is for one user only is told by the bell alone."""
    if isinstance(command, RaiseAlert) and command.user is not None:
        return Routing()
    what = Occurrence(command.kind, alerts.severity_of(command), command.project, ask.at, timezone)
    return routing.route(what, await ways.rules(db, ask.org), await ways.ways(db, ask.org))


async def _label(db: Any, org: OrgId, command: RaiseAlert) -> str | None:
    """What people call the thing the alert is about."""
    match command.entity.type:
        case "channel":
            found = await ways.standing(db, org, command.entity.id)
            return None if found is None else found.name
        case "campaign" | "project":
            return await heard.name(db, org, command.entity.id)
        case _ if command.creator is not None:
            handle = await heard.handle(db, org, command.creator)
            return None if handle is None else f"@{handle}"
        case _:
            return None


async def with_existence(db: Any, ask: Ask, commands: Sequence[MarkRead]) -> Sequence[MarkRead]:
    """Say whether there is such an alert in the org."""
    known = [await told.is_alert(db, ask.org, command.alert, command.reader) for command in commands]
    return [msgspec.structs.replace(command, known=is_one) for command, is_one in zip(commands, known, strict=True)]


async def with_channels(db: Any, ask: Ask, commands: Sequence[RuleCommands]) -> Sequence[RuleCommands]:
    """Say which channels the org has."""
    known = await ways.channels(db, ask.org)
    return [msgspec.structs.replace(c, known=[*c.known, *known]) if isinstance(c, SetRule) else c for c in commands]


async def with_deliveries(db: Any, ask: Ask, commands: Sequence[DeliveryCommands]) -> Sequence[DeliveryCommands]:
    """Say which webhooks asked for an event, whether a channel is there, and what is to be sent again."""
    if isinstance(commands[0], QueueEvent):
        asked = await ways.subscriptions(db, ask.org)
        return [_for_subscribers(c, asked) if isinstance(c, QueueEvent) else c for c in commands]
    return [await _of_channel(db, ask.org, command) for command in commands]


def _for_subscribers(command: QueueEvent, asked: Sequence[ways.Subscription]) -> QueueEvent:
    wanted = [one.channel for one in asked if fits(command.event_type, one.event_types)]
    return msgspec.structs.replace(command, channels=wanted) if wanted else command


async def _of_channel(db: Any, org: OrgId, command: DeliveryCommands) -> DeliveryCommands:
    match command:
        case QueueEvent():
            return command
        case SendTest(channel=id):
            return msgspec.structs.replace(command, known=await ways.standing(db, org, id) is not None)
        case Redeliver():
            return await _again(db, org, command)


async def _again(db: Any, org: OrgId, command: Redeliver) -> Redeliver:
    channel = command.channel
    if command.delivery is not None:
        channel = await deliveries.channel_of(db, org, command.delivery)
    if channel is None:
        return command
    standing = await ways.standing(db, org, channel)
    found = [] if command.delivery is None else [command.delivery]
    if command.delivery is None and command.start is not None and command.end is not None:
        span = (command.start, command.end, command.status)
        found = await deliveries.made_between(db, org, channel, *span, MOST_AGAIN)
    return msgspec.structs.replace(
        command,
        channel=channel,
        found=found,
        known=standing is not None or command.delivery is not None,
        active=standing is not None and standing.is_active,
    )


def _alerts_stream(command: TellCommands) -> str:
    match command:
        case RaiseGoalAlert():
            return f"alerts-{command.goal}"
        case RaiseAlert():
            return f"alerts-{command.entity.id}"
        case ClearAlert():
            return f"alerts-{command.entity}"


def _read_stream(command: MarkRead) -> str:
    return f"alert-{command.alert}"


def _all_read_stream(command: MarkAllRead) -> str:
    return f"reader-{command.reader}"


def _channels_stream(_: ChannelCommands) -> str:
    return "channels"


def _rules_stream(_: RuleCommands) -> str:
    return "rules"


def _deliveries_stream(_: DeliveryCommands) -> str:
    return "deliveries"


telling: Decider[TellCommands, alerts.History, AlertEvents] = Decider(
    "alerts",
    commands=TellCommands,
    events=AlertEvents,
    initial=alerts.INITIAL,
    decide=alerts.decide,
    evolve=alerts.evolve,
    stream=_alerts_stream,
    enrich=with_context,
)

reading: Decider[MarkRead, reads.Readers, AlertRead] = Decider(
    "reads",
    commands=MarkRead,
    events=AlertRead,
    initial=reads.INITIAL,
    decide=reads.decide,
    evolve=reads.evolve,
    stream=_read_stream,
    enrich=with_existence,
)

reading_all: Decider[MarkAllRead, reads.Until, AllRead] = Decider(
    "all_reads",
    commands=MarkAllRead,
    events=AllRead,
    initial=None,
    decide=reads.decide_all,
    evolve=reads.evolve_all,
    stream=_all_read_stream,
)

ruling: Decider[RuleCommands, rules.Rules, RuleEvents] = Decider(
    "rules",
    commands=RuleCommands,
    events=RuleEvents,
    initial=rules.INITIAL,
    decide=rules.decide,
    evolve=rules.evolve,
    stream=_rules_stream,
    enrich=with_channels,
)

sending: Decider[DeliveryCommands, None, DeliveryQueued | DeliveryRequeued] = Decider(
    "deliveries",
    commands=DeliveryCommands,
    events=DeliveryQueued | DeliveryRequeued,
    initial=None,
    decide=delivering.decide,
    evolve=delivering.evolve,
    stream=_deliveries_stream,
    enrich=with_deliveries,
)


def connecting(reach: channels.Reach) -> Decider[ChannelCommands, channels.Channels, ChannelEvents]:
    """The channels of an org, on an installation that reaches so far."""
    return Decider(
        "channels",
        commands=ChannelCommands,
        events=ChannelEvents,
        initial=channels.INITIAL,
        decide=partial(channels.decide, reach),
        evolve=channels.evolve,
        stream=_channels_stream,
    )
