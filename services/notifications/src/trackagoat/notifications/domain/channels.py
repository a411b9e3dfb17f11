"""The stream `channels`: over which channels an org is told."""

from __future__ import annotations

from uuid import uuid5

import msgspec
from immutables import Map

from trackagoat.events.catalogue.notifications import (
    BuiltinChannel,
    ChannelCommands,
    ChannelCreated,
    ChannelDeleted,
    ChannelDisabled,
    ChannelEvents,
    ChannelKind,
    CreateChannel,
    DeleteChannel,
    DisableChannel,
    ForbiddenTarget,
    IncompleteChannel,
)
from trackagoat.events.catalogue.words import ChannelId, NotFound, OrgId
from trackagoat.notifications.domain.targets import Targets


class Channel(msgspec.Struct, frozen=True):
    """A channel that was not deleted."""

    kind: ChannelKind
    is_active: bool = True


Channels = Map[ChannelId, Channel]
INITIAL: Channels = Map()


def built_in(org: OrgId) -> CreateChannel:
    """The bell every org has from its first moment."""
    return CreateChannel(channel=ChannelId(uuid5(org, "in_app")), kind="in_app", name="In the app")


def decide(targets: Targets, command: ChannelCommands, channels: Channels) -> list[ChannelEvents]:
    """What the command makes happen, on an installation that allows these targets."""
    match command:
        case CreateChannel():
            return _create(targets, command, channels)
        case DeleteChannel(channel=id):
            if id not in channels:
                raise NotFound
            if channels[id].kind == "in_app":
                raise BuiltinChannel
            return [ChannelDeleted(channel=id)]
        case DisableChannel(channel=id, reason=reason, since=since):
            if id not in channels or not channels[id].is_active:
                return []
            return [ChannelDisabled(channel=id, reason=reason, since=since)]


def evolve(channels: Channels, event: ChannelEvents) -> Channels:
    """The channels after the event."""
    match event:
        case ChannelCreated():
            return channels.set(event.channel, Channel(event.kind))
        case ChannelDisabled():
            return channels.set(event.channel, Channel(channels[event.channel].kind, is_active=False))
        case ChannelDeleted():
            return channels.delete(event.channel)


def _create(targets: Targets, command: CreateChannel, channels: Channels) -> list[ChannelEvents]:
    if command.channel in channels:
        return []
    if command.kind == "in_app":
        if any(channel.kind == "in_app" for channel in channels.values()):
            raise BuiltinChannel
        return [ChannelCreated(channel=command.channel, kind="in_app", name=command.name)]
    if command.url is None or command.sealed_secret is None:
        raise IncompleteChannel
    objection = targets.objection(command.url)
    if objection is not None:
        raise ForbiddenTarget(url=command.url, reason=objection)
    return [
        ChannelCreated(
            channel=command.channel,
            kind="webhook",
            name=command.name,
            url=command.url,
            sealed_secret=command.sealed_secret,
        )
    ]
