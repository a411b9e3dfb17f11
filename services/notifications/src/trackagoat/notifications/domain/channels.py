"""The stream `channels`: over which channels an org is told."""

from __future__ import annotations

from uuid import UUID, uuid5

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
    ChannelSecretRotated,
    ChannelUpdated,
    CreateChannel,
    DeleteChannel,
    DisableChannel,
    EmailNotConfigured,
    ForbiddenTarget,
    IncompleteChannel,
    LeaveChannel,
    NoSecret,
    ReaderLeft,
    RotateSecret,
    UpdateChannel,
)
from trackagoat.events.catalogue.words import ChannelId, NotFound, OrgId
from trackagoat.notifications.domain.targets import Targets


class Reach(msgspec.Struct, frozen=True):
    """Where an installation can send: allowed targets, and whether it has a mail server."""

    targets: Targets = Targets()
    mail: bool = False


class Channel(msgspec.Struct, frozen=True):
    """A channel that was not deleted."""

    kind: ChannelKind
    name: str
    url: str | None = None
    sealed_config: str | None = None
    event_types: tuple[str, ...] = ()
    is_active: bool = True
    left: frozenset[UUID] = frozenset()
    """Readers who want no more letters."""


Channels = Map[ChannelId, Channel]
INITIAL: Channels = Map()


def built_in(org: OrgId) -> CreateChannel:
    """The bell every org has from its first moment."""
    return CreateChannel(channel=ChannelId(uuid5(org, "in_app")), kind="in_app", name="In the app")


def decide(reach: Reach, command: ChannelCommands, channels: Channels) -> list[ChannelEvents]:
    """What the command makes happen, on an installation that reaches so far."""
    match command:
        case CreateChannel():
            return _create(reach, command, channels)
        case UpdateChannel():
            return _update(reach, command, _changeable(channels, command.channel))
        case RotateSecret(channel=id):
            if _changeable(channels, id).kind != "webhook":
                raise NoSecret
            until = command.previous_until
            return [ChannelSecretRotated(channel=id, sealed_secret=command.sealed_secret, previous_until=until)]
        case DeleteChannel(channel=id):
            _changeable(channels, id)
            return [ChannelDeleted(channel=id)]
        case LeaveChannel(channel=id, reader=reader):
            channel = _changeable(channels, id)
            return [] if reader in channel.left else [ReaderLeft(channel=id, reader=reader)]
        case DisableChannel(channel=id, reason=reason, since=since):
            if id not in channels or not channels[id].is_active:
                return []
            return [ChannelDisabled(channel=id, reason=reason, since=since)]


def evolve(channels: Channels, event: ChannelEvents) -> Channels:
    """The channels after the event."""
    match event:
        case ChannelCreated(channel=id):
            types = tuple(event.event_types)
            return channels.set(id, Channel(event.kind, event.name, event.url, event.sealed_config, types))
        case ChannelUpdated(channel=id):
            kind, types, left = channels[id].kind, tuple(event.event_types), channels[id].left
            where = (event.url, event.sealed_config, types)
            return channels.set(id, Channel(kind, event.name, *where, is_active=event.is_active, left=left))
        case ChannelSecretRotated():
            return channels
        case ReaderLeft(channel=id, reader=reader):
            return channels.set(id, msgspec.structs.replace(channels[id], left=channels[id].left | {reader}))
        case ChannelDisabled(channel=id):
            return channels.set(id, msgspec.structs.replace(channels[id], is_active=False))
        case ChannelDeleted():
            return channels.delete(event.channel)


def _changeable(channels: Channels, id: ChannelId) -> Channel:
    if id not in channels:
        raise NotFound
    if channels[id].kind == "in_app":
        raise BuiltinChannel
    return channels[id]


def _create(reach: Reach, command: CreateChannel, channels: Channels) -> list[ChannelEvents]:
    if command.channel in channels:
        return []
    if command.kind == "in_app":
        if any(channel.kind == "in_app" for channel in channels.values()):
            raise BuiltinChannel
        return [ChannelCreated(channel=command.channel, kind="in_app", name=command.name)]
    _check(reach, command)
    return [
        ChannelCreated(
            channel=command.channel,
            kind=command.kind,
            name=command.name,
            url=command.url,
            sealed_secret=command.sealed_secret,
            sealed_config=command.sealed_config,
            event_types=list(dict.fromkeys(command.event_types)),
        )
    ]


def _check(reach: Reach, command: CreateChannel) -> None:
    """Has it all its kind needs, and may it lead there?"""
    if command.kind == "webhook":
        if command.url is None or command.sealed_secret is None:
            raise IncompleteChannel
        _allowed(reach, command.url)
    elif command.kind == "nats":
        return
    elif command.sealed_config is None:
        raise IncompleteChannel
    elif command.kind == "email" and not reach.mail:
        raise EmailNotConfigured
    elif command.kind == "slack":
        _allowed(reach, command.leads_to or "")


def _allowed(reach: Reach, url: str) -> None:
    objection = reach.targets.objection(url)
    if objection is not None:
        raise ForbiddenTarget(reason=objection)


def _update(reach: Reach, command: UpdateChannel, before: Channel) -> list[ChannelEvents]:
    for url in (command.url, command.leads_to):
        if url is not None:
            _allowed(reach, url)
    after = Channel(
        before.kind,
        before.name if command.name is None else command.name,
        before.url if command.url is None else command.url,
        before.sealed_config if command.sealed_config is None else command.sealed_config,
        before.event_types if command.event_types is None else tuple(dict.fromkeys(command.event_types)),
        before.is_active if command.is_active is None else command.is_active,
        before.left,
    )
    if after == before:
        return []
    updated = ChannelUpdated(
        channel=command.channel,
        name=after.name,
        url=after.url,
        sealed_config=after.sealed_config,
        event_types=list(after.event_types),
        is_active=after.is_active,
    )
    return [updated]
