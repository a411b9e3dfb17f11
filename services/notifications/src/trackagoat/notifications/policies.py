"""What follows from what was heard: alerts about goals, the bell of a new org, messages to channels."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Final

import msgspec

from trackagoat.events import due
from trackagoat.events.catalogue.goals import (
    GoalDeleted,
    GoalPeriodClosed,
    GoalStatusChanged,
    GoalUpdated,
    PeriodEvent,
)
from trackagoat.events.catalogue.notifications import (
    AlertKind,
    AlertRaised,
    ChannelDeleted,
    ChannelDisabled,
    RaiseGoalAlert,
)
from trackagoat.events.catalogue.words import ChannelId, GoalId
from trackagoat.events.catalogue.workspace import OrgCreated
from trackagoat.events.effects import Decide, Effect, Write
from trackagoat.events.envelope import Heard
from trackagoat.notifications import store
from trackagoat.notifications.domain import channels
from trackagoat.notifications.domain.deliveries import delivery_id, message_id

GoalFacts = GoalStatusChanged | GoalPeriodClosed | GoalUpdated | GoalDeleted
ChannelFacts = AlertRaised | ChannelDeleted | ChannelDisabled

AT_RISK: Final = "goal_at_risk"
"""The kind of due row that waits for a quarter of a period to pass."""
QUARTER = Decimal("0.25")


def goal_alerts(page: Sequence[Heard[GoalFacts]]) -> Iterator[Effect]:
    """Tell of goals that are at risk, missed or completed.

    A goal at risk is told of only when a quarter of its period has passed; a row waits for that instant, and is
    withdrawn when the status improves, the period closes or the goal ends. A goal has one running period, so the
    goal is the row's key.
    """
    for fact in page:
        match fact.event:
            case GoalStatusChanged(to="completed" | "missed"):
                yield _decided(fact, fact.event, "goal_completed" if fact.event.to == "completed" else "goal_missed")
            case GoalStatusChanged(to="at_risk") if fact.event.share < QUARTER:
                yield _later(fact, fact.event)
            case GoalStatusChanged(to="at_risk"):
                yield _not_later(fact.event.goal)
                yield _decided(fact, fact.event, AT_RISK)
            case GoalStatusChanged():
                yield _not_later(fact.event.goal)
            case GoalPeriodClosed():
                yield _not_later(fact.event.goal)
                completed = fact.event.status == "completed"
                yield _decided(fact, fact.event, "goal_completed" if completed else "goal_missed")
            case GoalUpdated(is_active=False) | GoalDeleted():
                yield _not_later(fact.event.goal)
            case GoalUpdated():
                pass


def _decided(fact: Heard[GoalFacts], event: GoalStatusChanged | GoalPeriodClosed, kind: AlertKind) -> Decide:
    return Decide(fact.org, _command(event, kind), key=f"alert/{fact.id}")


def _later(fact: Heard[GoalFacts], event: GoalStatusChanged) -> Write:
    """Tell when a quarter has passed, with the figures known now and the pace they will mean then."""
    command = _command(event, AT_RISK)
    if event.metric != "engagement":
        command = msgspec.structs.replace(command, pace=(event.actual or Decimal(0)) / (event.target * QUARTER))
    quarter = event.period_start + (event.period_end - event.period_start) / 4
    return due.schedule(AT_RISK, str(event.goal), fact.org, quarter, msgspec.to_builtins(command))


def _not_later(goal: GoalId) -> Write:
    return due.unschedule(AT_RISK, str(goal))


def _command(event: PeriodEvent, kind: AlertKind) -> RaiseGoalAlert:
    return RaiseGoalAlert(
        kind=kind,
        goal=event.goal,
        creator=event.creator,
        project=event.project,
        metric=event.metric,
        period=event.period,
        period_start=event.period_start,
        period_end=event.period_end,
        target=event.target,
        actual=event.actual,
        percentage=event.percentage,
        pace=event.pace if isinstance(event, GoalStatusChanged) else None,
        is_final=event.is_final if isinstance(event, GoalPeriodClosed) else False,
    )


def built_in_channels(page: Sequence[Heard[OrgCreated]]) -> Iterator[Effect]:
    """Every new org has its bell."""
    for fact in page:
        yield Decide(fact.org, channels.built_in(fact.org), key=f"built_in/{fact.org}")


def deliveries(page: Sequence[Heard[ChannelFacts]]) -> Iterator[Effect]:
    """One delivery per alert and channel, due at once; none for a channel that is gone or disabled."""
    for fact in page:
        match fact.event:
            case AlertRaised():
                for channel in fact.event.channels:
                    yield from _delivery(fact, fact.event, channel)
            case ChannelDeleted() | ChannelDisabled():
                yield store.cancel_deliveries(fact.event.channel)


def _delivery(fact: Heard[ChannelFacts], event: AlertRaised, channel: ChannelId) -> Iterator[Write]:
    delivery = delivery_id(channel, event.alert)
    message = message_id(delivery)
    yield store.plan_delivery(fact.org, delivery, channel, f"alert.{event.kind}", message, event.alert, fact.at)
    yield due.schedule("delivery", str(delivery), fact.org, fact.at)
