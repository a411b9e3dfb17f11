"""Notifications: alerts worth telling, and the channels they are told over.

These shapes are the stored bytes. Add fields with defaults; never rename, never remove.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Literal
from uuid import UUID

import msgspec

from trackagoat.events.catalogue.words import AlertId, ChannelId, Command, Event, Json, ProjectId, Refused, Severity

AlertKind = Literal["goal_at_risk", "goal_missed", "goal_completed"]
ChannelKind = Literal["in_app", "webhook"]


class NotificationsEvent(Event, frozen=True, kw_only=True):
    """Said by notifications."""

    speaker: ClassVar[str] = "notifications"


class Subject(msgspec.Struct, frozen=True):
    """What an alert is about."""

    type: str
    id: UUID


class AlertRaised(NotificationsEvent, frozen=True, kw_only=True, tag="alert.raised.v1"):
    """Something worth telling, once per kind, entity and period."""

    alert: AlertId
    kind: AlertKind
    severity: Severity
    project: ProjectId | None = None
    entity: Subject
    title: str
    body: str
    payload: dict[str, Json]


class AlertCleared(NotificationsEvent, frozen=True, kw_only=True, tag="alert.cleared.v1"):
    """It no longer is the case."""

    alert: AlertId
    kind: AlertKind
    severity: Severity


class ChannelCreated(NotificationsEvent, frozen=True, kw_only=True, tag="channel.created.v1"):
    """A way to tell people or programs. `sealed_secret` opens only with the installation's key."""

    public: ClassVar[bool] = False
    channel: ChannelId
    kind: ChannelKind
    name: str
    url: str | None = None
    sealed_secret: str | None = None


class ChannelDeleted(NotificationsEvent, frozen=True, kw_only=True, tag="channel.deleted.v1"):
    """The channel is gone; what waited for it is cancelled."""

    public: ClassVar[bool] = False
    channel: ChannelId


class DeliveryFailed(NotificationsEvent, frozen=True, kw_only=True, tag="delivery.failed.v1"):
    """All attempts of one message to one channel are spent."""

    public: ClassVar[bool] = False
    channel: ChannelId
    delivery: UUID
    attempts: int
    last_error: str
    first_attempt_at: datetime


Events = AlertRaised | AlertCleared | ChannelCreated | ChannelDeleted | DeliveryFailed


class NotificationsCommand(Command, frozen=True, kw_only=True):
    """Asked of notifications."""

    service: ClassVar[str] = "notifications"


class CreateChannel(NotificationsCommand, frozen=True, kw_only=True, tag="channel.create"):
    """Open a channel. A webhook's secret is made by the caller and sealed before it travels."""

    channel: ChannelId
    kind: ChannelKind
    name: str
    url: str | None = None
    sealed_secret: str | None = None


class DeleteChannel(NotificationsCommand, frozen=True, kw_only=True, tag="channel.delete"):
    """Close a channel."""

    channel: ChannelId


Commands = CreateChannel | DeleteChannel


class BuiltinChannel(Refused):
    """The built-in channel cannot be changed or deleted."""
