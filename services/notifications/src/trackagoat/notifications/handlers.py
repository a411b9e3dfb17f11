"""Who decides what in notifications, and what it needs to know beyond its own stream."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import msgspec

from trackagoat.events.catalogue.notifications import (
    AlertEvents,
    AlertRead,
    ChannelCommands,
    ChannelEvents,
    MarkRead,
    RaiseGoalAlert,
)
from trackagoat.events.decider import Decider
from trackagoat.events.envelope import Ask
from trackagoat.notifications import store
from trackagoat.notifications.domain import alerts, channels, reads
from trackagoat.notifications.domain.targets import Targets


async def with_context(db: Any, ask: Ask, commands: Sequence[RaiseGoalAlert]) -> Sequence[RaiseGoalAlert]:
    """Name the creator, the org's timezone, and the channels the alert goes to."""
    return [await _with_context(db, ask, command) for command in commands]


async def _with_context(db: Any, ask: Ask, command: RaiseGoalAlert) -> RaiseGoalAlert:
    found = await store.context(db, ask.org, command.creator)
    if found is None:
        return command
    timezone = found.timezone or command.timezone
    return msgspec.structs.replace(command, handle=found.handle, timezone=timezone, channels=found.channels)


async def with_existence(db: Any, ask: Ask, commands: Sequence[MarkRead]) -> Sequence[MarkRead]:
    """Say whether there is such an alert in the org."""
    return [
        msgspec.structs.replace(command, known=await store.is_alert(db, ask.org, command.alert)) for command in commands
    ]


def _alerts_stream(command: RaiseGoalAlert) -> str:
    return f"alerts-{command.goal}"


def _reads_stream(command: MarkRead) -> str:
    return f"alert-{command.alert}"


def _channels_stream(_: ChannelCommands) -> str:
    return "channels"


telling: Decider[RaiseGoalAlert, alerts.History, AlertEvents] = Decider(
    "alerts",
    commands=RaiseGoalAlert,
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
    stream=_reads_stream,
    enrich=with_existence,
)


def connecting(targets: Targets) -> Decider[ChannelCommands, channels.Channels, ChannelEvents]:
    """The channels of an org, on an installation that allows these targets."""
    return Decider(
        "channels",
        commands=ChannelCommands,
        events=ChannelEvents,
        initial=channels.INITIAL,
        decide=partial(channels.decide, targets),
        evolve=channels.evolve,
        stream=_channels_stream,
    )
