"""Channels: the ways people and programs are told."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Literal
from uuid import UUID, uuid5

from trackagoat.events.catalogue.notifications.speech import NotificationsCommand, NotificationsEvent
from trackagoat.events.catalogue.words import ChannelId, OrgId, Refused

ChannelKind = Literal["in_app", "webhook", "email", "slack", "nats"]
DisabledReason = Literal["failing", "gone", "switched_off"]


def secret_context(channel: ChannelId) -> str:
    """The context in which a webhook's secret (the bytes of `whsec_…`) is sealed."""
    return f"channel-{channel}"


def config_context(channel: ChannelId) -> str:
    """The context in which where a channel leads is sealed: a Slack URL, or e-mail addresses as a JSON list."""
    return f"channel-{channel}-config"


def reader_of(channel: ChannelId, address_hash: str) -> UUID:
    """Who reads the letters of a channel at an address, by the keyed hash of that: it says nothing about the person."""
    return uuid5(channel, address_hash)


def leave_nonce(org: OrgId, channel: ChannelId, reader: UUID) -> UUID:
    """What a token is made over that lets a reader unsubscribe, with nothing else to show."""
    return uuid5(reader, f"{org}/{channel}")


LEAVE = "unsubscribe"
"""The purpose of such a token."""


class ChannelCreated(NotificationsEvent, frozen=True, kw_only=True, tag="channel.created.v1"):
    """A way to tell people or programs. What is sealed opens only with the installation's key.

    A webhook has a `url`, a `sealed_secret` and the types of public events it gets beside alerts (`creator.*` are
    patterns); a Slack channel has its URL, an e-mail channel its addresses in `sealed_config`. One of kind `nats`
    leads to the subjects of the org, `alerts.<org>.>`, and needs nothing.
    """

    public: ClassVar[bool] = False
    channel: ChannelId
    kind: ChannelKind
    name: str
    url: str | None = None
    sealed_secret: str | None = None
    sealed_config: str | None = None
    event_types: list[str] = []


class ChannelUpdated(NotificationsEvent, frozen=True, kw_only=True, tag="channel.updated.v1"):
    """The channel after the change, whole but for its secret."""

    public: ClassVar[bool] = False
    channel: ChannelId
    name: str
    url: str | None = None
    sealed_config: str | None = None
    event_types: list[str] = []
    is_active: bool = True


class ChannelSecretRotated(NotificationsEvent, frozen=True, kw_only=True, tag="channel.secret_rotated.v1"):
    """A new secret signs from now on; the one before signs beside it until `previous_until`."""

    public: ClassVar[bool] = False
    channel: ChannelId
    sealed_secret: str
    previous_until: datetime


class ChannelDeleted(NotificationsEvent, frozen=True, kw_only=True, tag="channel.deleted.v1"):
    """The channel is gone; what waited for it is cancelled."""

    public: ClassVar[bool] = False
    channel: ChannelId


class ReaderLeft(NotificationsEvent, frozen=True, kw_only=True, tag="channel.reader_left.v1"):
    """Somebody no longer wants the letters of an e-mail channel; `reader` is the address, as `reader_of` has it."""

    public: ClassVar[bool] = False
    channel: ChannelId
    reader: UUID


class ChannelDisabled(NotificationsEvent, frozen=True, kw_only=True, tag="channel.disabled.v1"):
    """Nothing is sent over the channel any more: its target is gone, or has failed since `since`."""

    channel: ChannelId
    reason: DisabledReason
    since: datetime | None = None


class CreateChannel(NotificationsCommand, frozen=True, kw_only=True, tag="channel.create"):
    """Open a channel. What is secret is made or taken by the caller and sealed before it travels.

    `leads_to` is the URL behind a sealed one, for the look at where it leads; it is not stored.
    """

    channel: ChannelId
    kind: ChannelKind
    name: str
    url: str | None = None
    sealed_secret: str | None = None
    sealed_config: str | None = None
    leads_to: str | None = None
    event_types: list[str] = []


class UpdateChannel(NotificationsCommand, frozen=True, kw_only=True, tag="channel.update"):
    """Replace what is given; None leaves a field. Switching a channel on forgets why it was off."""

    channel: ChannelId
    name: str | None = None
    url: str | None = None
    sealed_config: str | None = None
    leads_to: str | None = None
    event_types: list[str] | None = None
    is_active: bool | None = None


class RotateSecret(NotificationsCommand, frozen=True, kw_only=True, tag="channel.rotate_secret"):
    """Sign with another secret; the present one goes on until `previous_until`."""

    channel: ChannelId
    sealed_secret: str
    previous_until: datetime


class DeleteChannel(NotificationsCommand, frozen=True, kw_only=True, tag="channel.delete"):
    """Close a channel."""

    channel: ChannelId


class LeaveChannel(NotificationsCommand, frozen=True, kw_only=True, tag="channel.leave"):
    """Send nothing more of an e-mail channel to that reader. It holds whatever addresses the channel gets later."""

    channel: ChannelId
    reader: UUID


class DisableChannel(NotificationsCommand, frozen=True, kw_only=True, tag="channel.disable"):
    """Stop sending over a channel. Asked by notifications itself."""

    channel: ChannelId
    reason: DisabledReason
    since: datetime | None = None


ChannelEvents = ChannelCreated | ChannelUpdated | ChannelSecretRotated | ChannelDeleted | ReaderLeft | ChannelDisabled
ChannelCommands = CreateChannel | UpdateChannel | RotateSecret | DeleteChannel | LeaveChannel | DisableChannel


class BuiltinChannel(Refused):
    """The built-in channel cannot be changed or deleted."""


class IncompleteChannel(Refused):
    """A webhook needs a URL and a secret, a Slack channel its URL, an e-mail channel its addresses."""


class ForbiddenTarget(Refused):
    """A webhook goes to a public https address, unless the operator allows otherwise."""


class EmailNotConfigured(Refused):
    """This installation has no mail server; its operator sets SMTP_HOST."""


class NoSecret(Refused):
    """Only webhooks have a secret."""
