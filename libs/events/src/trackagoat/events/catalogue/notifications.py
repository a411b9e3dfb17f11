"""Notifications: alerts worth telling, and the channels they are told over.

These shapes are the stored bytes. Add fields with defaults; never rename, never remove.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import ClassVar, Literal
from uuid import UUID

import msgspec

from trackagoat.events.catalogue.words import (
    AlertId,
    ChannelId,
    Command,
    CreatorId,
    Event,
    GoalId,
    Json,
    ProjectId,
    Refused,
    Severity,
)

AlertKind = Literal["goal_at_risk", "goal_missed", "goal_completed"]
ChannelKind = Literal["in_app", "webhook"]
DisabledReason = Literal["failing", "gone"]


def secret_context(channel: ChannelId) -> str:
    """The context in which a webhook's secret (the bytes of `whsec_…`) is sealed."""
    return f"channel-{channel}"


class NotificationsEvent(Event, frozen=True, kw_only=True):
    """Said by notifications."""

    speaker: ClassVar[str] = "notifications"


class Subject(msgspec.Struct, frozen=True, omit_defaults=True):
    """What an alert is about, and what people call it."""

    type: str
    id: UUID
    label: str | None = None


class AlertRaised(NotificationsEvent, frozen=True, kw_only=True, tag="alert.raised.v1"):
    """Something worth telling, once per kind, entity and period (or until it was cleared).

    `occasion` is what makes it one of a kind; `channels` are those it is sent to.
    """

    alert: AlertId
    kind: AlertKind
    severity: Severity
    project: ProjectId | None = None
    entity: Subject
    title: str
    body: str
    payload: dict[str, Json]
    occasion: str = ""
    channels: list[ChannelId] = []


class AlertCleared(NotificationsEvent, frozen=True, kw_only=True, tag="alert.cleared.v1"):
    """It no longer is the case."""

    alert: AlertId
    kind: AlertKind
    severity: Severity
    occasion: str = ""


class AlertRead(NotificationsEvent, frozen=True, kw_only=True, tag="alert.read.v1"):
    """Somebody has seen it. `reader` is the user, or the API key that stands for its owner."""

    public: ClassVar[bool] = False
    alert: AlertId
    reader: UUID


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


class ChannelDisabled(NotificationsEvent, frozen=True, kw_only=True, tag="channel.disabled.v1"):
    """Nothing is sent over the channel any more: its target is gone, or has failed since `since`."""

    channel: ChannelId
    reason: DisabledReason
    since: datetime | None = None


class DeliveryFailed(NotificationsEvent, frozen=True, kw_only=True, tag="delivery.failed.v1"):
    """All attempts of one message to one channel are spent."""

    public: ClassVar[bool] = False
    channel: ChannelId
    delivery: UUID
    attempts: int
    last_error: str
    first_attempt_at: datetime


AlertEvents = AlertRaised | AlertCleared
ChannelEvents = ChannelCreated | ChannelDeleted | ChannelDisabled
Events = AlertEvents | AlertRead | ChannelEvents | DeliveryFailed


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


class DisableChannel(NotificationsCommand, frozen=True, kw_only=True, tag="channel.disable"):
    """Stop sending over a channel. Asked by notifications itself."""

    channel: ChannelId
    reason: DisabledReason
    since: datetime | None = None


class RaiseGoalAlert(NotificationsCommand, frozen=True, kw_only=True, tag="alert.raise_goal"):
    """Tell what a period of a goal came to, unless it was told. Asked by notifications itself.

    `handle`, `timezone` and `channels` are completed from what notifications has heard.
    """

    kind: AlertKind
    goal: GoalId
    creator: CreatorId
    project: ProjectId
    metric: str
    period: str
    period_start: datetime
    period_end: datetime
    target: Decimal
    actual: Decimal | None
    percentage: int
    pace: Decimal | None = None
    is_final: bool = False
    handle: str | None = None
    timezone: str = "UTC"
    channels: list[ChannelId] = []


class MarkRead(NotificationsCommand, frozen=True, kw_only=True, tag="alert.mark_read"):
    """Note that the reader has seen an alert. `known` is completed by notifications."""

    alert: AlertId
    reader: UUID
    known: bool = False


ChannelCommands = CreateChannel | DeleteChannel | DisableChannel
Commands = ChannelCommands | RaiseGoalAlert | MarkRead


class BuiltinChannel(Refused):
    """The built-in channel cannot be changed or deleted."""


class IncompleteChannel(Refused):
    """A webhook channel needs a URL and a secret."""


class ForbiddenTarget(Refused):
    """A webhook goes to a public https address, unless the operator allows otherwise."""
