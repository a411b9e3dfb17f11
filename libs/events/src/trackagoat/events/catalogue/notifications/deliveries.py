"""Deliveries: one message to one channel, and what became of it."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Literal
from uuid import UUID

from trackagoat.events.catalogue.notifications.speech import NotificationsCommand, NotificationsEvent
from trackagoat.events.catalogue.words import AlertId, ChannelId, ProjectId, Refused

DeliveryStatus = Literal["pending", "succeeded", "failed", "cancelled"]


class DeliveryEvent(NotificationsEvent, frozen=True, kw_only=True):
    """Something about one delivery; stream `delivery-<delivery>`."""

    public: ClassVar[bool] = False
    channel: ChannelId
    delivery: UUID


class DeliveryQueued(DeliveryEvent, frozen=True, kw_only=True, tag="delivery.queued.v1"):
    """A message that is no single alert is to go out: a digest of alerts, a public event, or a test.

    Single alerts need none of these: `AlertRaised` names the channels they go to.
    """

    message_type: str
    alerts: list[AlertId] = []
    event: UUID | None = None


class DeliveryAttempted(DeliveryEvent, frozen=True, kw_only=True, tag="delivery.attempted.v1"):
    """It was tried at `began`; `status` is what it is since then. `response` is how the answer began."""

    began: datetime
    duration_ms: int
    http_status: int | None = None
    error: str | None = None
    response: str | None = None
    status: DeliveryStatus
    next_attempt_at: datetime | None = None


class DeliveryFailed(DeliveryEvent, frozen=True, kw_only=True, tag="delivery.failed.v1"):
    """All attempts of one message to one channel are spent."""

    attempts: int
    last_error: str
    first_attempt_at: datetime


class DeliveryCancelled(DeliveryEvent, frozen=True, kw_only=True, tag="delivery.cancelled.v1"):
    """Its channel was closed or switched off before it got through."""

    at: datetime


class DeliveryRequeued(DeliveryEvent, frozen=True, kw_only=True, tag="delivery.requeued.v1"):
    """Somebody asked for it again: the schedule begins anew, the message keeps its id."""


class DigestDropped(NotificationsEvent, frozen=True, kw_only=True, tag="digest.dropped.v1"):
    """These alerts waited for a channel that was closed or switched off when their digest was due."""

    public: ClassVar[bool] = False
    channel: ChannelId
    alerts: list[AlertId]


class DeliveriesPruned(NotificationsEvent, frozen=True, kw_only=True, tag="delivery.pruned.v1"):
    """Deliveries made before then, and their attempts, are no longer kept."""

    public: ClassVar[bool] = False
    before: datetime


class QueueEvent(NotificationsCommand, frozen=True, kw_only=True, tag="delivery.queue_event"):
    """Send a public event to the webhooks that asked for its type. Asked by notifications itself.

    `channels` is completed from the channels of the org.
    """

    event: UUID
    event_type: str
    project: ProjectId | None = None
    channels: list[ChannelId] = []


class SendTest(NotificationsCommand, frozen=True, kw_only=True, tag="delivery.test"):
    """Send a test over a channel, once; `known` is completed by notifications."""

    channel: ChannelId
    delivery: UUID
    known: bool = False


class Redeliver(NotificationsCommand, frozen=True, kw_only=True, tag="delivery.redeliver"):
    """Send deliveries again: this one, or those of a channel made in [start, end) that have this status.

    What there is of them is completed by notifications.
    """

    channel: ChannelId | None = None
    delivery: UUID | None = None
    start: datetime | None = None
    end: datetime | None = None
    status: DeliveryStatus = "failed"
    found: list[UUID] = []
    known: bool = False
    active: bool = False


DeliveryEvents = (
    DeliveryQueued
    | DeliveryAttempted
    | DeliveryFailed
    | DeliveryCancelled
    | DeliveryRequeued
    | DigestDropped
    | DeliveriesPruned
)
DeliveryCommands = QueueEvent | SendTest | Redeliver


class SwitchedOff(Refused):
    """The channel is switched off; switch it on first."""
