"""The streams `alerts-<goal>`: what was told about one goal, once per kind and period or until it was cleared."""

from __future__ import annotations

from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from uuid import uuid5

import msgspec
from immutables import Map

from trackagoat.events.catalogue.notifications import (
    AlertCleared,
    AlertEvents,
    AlertKind,
    AlertRaised,
    RaiseGoalAlert,
    Subject,
)
from trackagoat.events.catalogue.words import AlertId, GoalId, Json, Severity
from trackagoat.notifications.domain import phrases

SEVERITY: dict[AlertKind, Severity] = {
    "goal_at_risk": "warning",
    "goal_missed": "warning",
    "goal_completed": "info",
}
HUNDREDTH = Decimal("0.01")


class Told(msgspec.Struct, frozen=True):
    """How often something was raised, and the alert that stands (None: it was cleared)."""

    times: int
    open: AlertId | None


History = Map[str, Told]
INITIAL: History = Map()
"""By occasion: the kind of alert and the period it is about."""


def decide(command: RaiseGoalAlert, history: History) -> list[AlertEvents]:
    """Raise the alert unless it stands; a completed period clears what said that it was missed."""
    events: list[AlertEvents] = []
    if command.kind == "goal_completed":
        events += _cleared("goal_missed", command.period_start, history)
    occasion = _occasion(command.kind, command.period_start)
    told = history.get(occasion, Told(0, None))
    if told.open is None:
        events.append(_raised(command, occasion, _alert_id(command.goal, occasion, told.times)))
    return events


def evolve(history: History, event: AlertEvents) -> History:
    """The history after the event."""
    told = history.get(event.occasion, Told(0, None))
    match event:
        case AlertRaised():
            return history.set(event.occasion, Told(told.times + 1, event.alert))
        case AlertCleared():
            return history.set(event.occasion, Told(told.times, None))


def _occasion(kind: AlertKind, period_start: datetime) -> str:
    return f"{kind}/{phrases.instant(period_start)}"


def _alert_id(goal: GoalId, occasion: str, times: int) -> AlertId:
    return AlertId(uuid5(goal, f"{occasion}/{times}"))


def _cleared(kind: AlertKind, period_start: datetime, history: History) -> list[AlertCleared]:
    occasion = _occasion(kind, period_start)
    told = history.get(occasion)
    if told is None or told.open is None:
        return []
    return [AlertCleared(alert=told.open, kind=kind, severity=SEVERITY[kind], occasion=occasion)]


def _raised(command: RaiseGoalAlert, occasion: str, alert: AlertId) -> AlertRaised:
    return AlertRaised(
        alert=alert,
        kind=command.kind,
        severity=SEVERITY[command.kind],
        project=command.project,
        entity=Subject("goal", command.goal, phrases.label(command)),
        title=phrases.title(command),
        body=phrases.body(command),
        payload=_payload(command),
        occasion=occasion,
        channels=command.channels,
    )


def _payload(command: RaiseGoalAlert) -> dict[str, Json]:
    payload = {
        "goal_id": str(command.goal),
        "creator_id": str(command.creator),
        "metric": command.metric,
        "period": command.period,
        "period_start": phrases.instant(command.period_start),
        "period_end": phrases.instant(command.period_end),
        "target": _number(command.target),
        "actual": _number(command.actual),
        "percentage": command.percentage,
    }
    if command.kind == "goal_at_risk":
        pace = command.pace
        payload["pace"] = None if pace is None else _number(pace.quantize(HUNDREDTH, ROUND_HALF_UP))
    else:
        payload["is_final"] = command.is_final
    return payload


def _number(value: Decimal | None) -> int | float | None:
    """As JSON shows it: nothing is computed with it any more, and two decimals survive."""
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(value)
