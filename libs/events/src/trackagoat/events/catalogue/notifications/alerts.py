"""Alerts: what is worth telling, whom it is told, and who has seen it."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import ClassVar, Literal
from uuid import UUID

import msgspec

from trackagoat.events.catalogue.notifications.speech import NotificationsCommand, NotificationsEvent
from trackagoat.events.catalogue.words import AlertId, ChannelId, CreatorId, GoalId, Json, ProjectId, Severity

AlertKind = Literal[
    "goal_at_risk",
    "goal_behind_pace",
    "goal_missed",
    "goal_completed",
    "advisory_raised",
    "advisory_cleared",
    "creator_auto_disabled",
    "scrape_overdue",
    "discovery_gap",
    "campaign_target_reached",
    "campaign_target_at_risk",
    "follower_milestone",
    "limit_warning",
    "invitation_received",
    "invitation_accepted",
    "webhook_disabled",
    "inbox_waiting",
]


class Subject(msgspec.Struct, frozen=True, omit_defaults=True):
    """What an alert is about, and what people call it."""

    type: str
    id: UUID
    label: str | None = None


class Wait(msgspec.Struct, frozen=True):
    """The alert waits until then and goes over the channel in one digest with others."""

    channel: ChannelId
    until: datetime


class Routing(msgspec.Struct, frozen=True, omit_defaults=True):
    """Whom an alert reaches: the bell in the app, channels at once, channels later."""

    bell: bool = True
    channels: list[ChannelId] = []
    waits: list[Wait] = []


class AlertRaised(NotificationsEvent, frozen=True, kw_only=True, tag="alert.raised.v1"):
    """Something worth telling, once per kind, entity and period (or until it was cleared).

    `occasion` is what makes it one of a kind. `channels` are those it is sent to at once, `waits` those that get it
    in a digest, `bell` whether it shows in the app: to everybody, or only to `user`, or only to admins.
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
    waits: list[Wait] = []
    bell: bool = True
    user: UUID | None = None
    for_admins: bool = False


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


class AllRead(NotificationsEvent, frozen=True, kw_only=True, tag="alert.all_read.v1"):
    """Somebody has seen every alert raised until `before`."""

    public: ClassVar[bool] = False
    reader: UUID
    before: datetime


class AlertsForgotten(NotificationsEvent, frozen=True, kw_only=True, tag="alert.forgotten.v1"):
    """No alert raised from here on says who the creator was, and none raised before is kept in the stream."""

    public: ClassVar[bool] = False
    creator: CreatorId


class RaiseGoalAlert(NotificationsCommand, frozen=True, kw_only=True, tag="alert.raise_goal"):
    """Tell what a period of a goal came to, unless it was told. Asked by notifications itself.

    `handle`, `timezone` and `routing` are completed from what notifications has heard.
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
    routing: Routing = Routing()


class RaiseAlert(NotificationsCommand, frozen=True, kw_only=True, tag="alert.raise"):
    """Tell of something that is no figure of a goal, unless it was told. Asked by notifications itself.

    `about` is whose stream it is decided in; `occasion` tells apart what may be told again. The entity's label and
    `routing` are completed from what notifications has heard.
    """

    kind: AlertKind
    severity: Severity
    entity: Subject
    occasion: str = ""
    project: ProjectId | None = None
    creator: CreatorId | None = None
    payload: dict[str, Json]
    user: UUID | None = None
    for_admins: bool = False
    clears: AlertKind | None = None
    timezone: str = "UTC"
    routing: Routing = Routing()


class ClearAlert(NotificationsCommand, frozen=True, kw_only=True, tag="alert.clear"):
    """Take back what stands of that kind about the entity: of that occasion, or (None) of all of them."""

    kind: AlertKind
    entity: UUID
    occasion: str | None = None


class MarkRead(NotificationsCommand, frozen=True, kw_only=True, tag="alert.mark_read"):
    """Note that the reader has seen an alert. `known` is completed by notifications."""

    alert: AlertId
    reader: UUID
    known: bool = False


class MarkAllRead(NotificationsCommand, frozen=True, kw_only=True, tag="alert.mark_all_read"):
    """Note that the reader has seen everything raised until then."""

    reader: UUID
    before: datetime


AlertEvents = AlertRaised | AlertCleared
ReadingEvents = AlertRead | AllRead
TellCommands = RaiseGoalAlert | RaiseAlert | ClearAlert
