"""The streams `alerts-<entity>`: what was told about one thing, once per occasion or until it was cleared."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid5

import msgspec
from immutables import Map

from trackagoat.events.catalogue.notifications import (
    AlertCleared,
    AlertEvents,
    AlertKind,
    AlertRaised,
    ClearAlert,
    RaiseAlert,
    RaiseGoalAlert,
    Subject,
    TellCommands,
)
from trackagoat.events.catalogue.words import AlertId, Severity
from trackagoat.notifications.domain import figures, phrases, sayings

SEVERITY: dict[AlertKind, Severity] = {
    "goal_at_risk": "warning",
    "goal_behind_pace": "info",
    "goal_missed": "warning",
    "goal_completed": "info",
    "advisory_raised": "info",
    "advisory_cleared": "info",
    "creator_auto_disabled": "critical",
    "scrape_overdue": "warning",
    "discovery_gap": "warning",
    "campaign_target_reached": "info",
    "campaign_target_at_risk": "warning",
    "follower_milestone": "info",
    "limit_warning": "warning",
    "invitation_received": "info",
    "invitation_accepted": "info",
    "webhook_disabled": "critical",
    "inbox_waiting": "warning",
}
"""How urgent each kind is, unless what raises it knows better (a limit that is reached is critical)."""


class Told(msgspec.Struct, frozen=True):
    """How often something was raised, and the alert that stands (None: it was cleared) as urgent as it was."""

    times: int
    open: AlertId | None
    severity: Severity = "info"


History = Map[str, Told]
INITIAL: History = Map()
"""By occasion: the kind of alert and what tells it apart, such as the period it is about."""


def decide(command: TellCommands, history: History) -> list[AlertEvents]:
    """Raise the alert unless it stands; clear what is no longer so."""
    match command:
        case RaiseGoalAlert():
            occasion = occasion_of(command.kind, phrases.instant(command.period_start))
            cleared: AlertKind | None = "goal_missed" if command.kind == "goal_completed" else None
            return [*_taken_back(cleared, occasion, history), *_raised(command, occasion, command.goal, history)]
        case RaiseAlert():
            occasion = occasion_of(command.kind, command.occasion)
            earlier = _taken_back(command.clears, occasion, history)
            return [*earlier, *_raised(command, occasion, command.entity.id, history)]
        case ClearAlert(kind=kind, occasion=None):
            return [_cleared(one, told) for one, told in sorted(history.items()) if _stands(kind, one, told)]
        case ClearAlert(kind=kind, occasion=occasion):
            return list(_taken_back(kind, occasion_of(kind, occasion or ""), history))


def evolve(history: History, event: AlertEvents) -> History:
    """The history after the event."""
    told = history.get(event.occasion, Told(0, None))
    match event:
        case AlertRaised():
            return history.set(event.occasion, Told(told.times + 1, event.alert, event.severity))
        case AlertCleared():
            return history.set(event.occasion, Told(told.times, None))


def occasion_of(kind: AlertKind, about: str) -> str:
    """What makes an alert one of a kind."""
    return f"{kind}/{about}"


def severity_of(command: RaiseGoalAlert | RaiseAlert) -> Severity:
    """How urgent what the command tells is."""
    return SEVERITY[command.kind] if isinstance(command, RaiseGoalAlert) else command.severity


def _stands(kind: AlertKind, occasion: str, told: Told) -> bool:
    return told.open is not None and occasion.startswith(f"{kind}/")


def _taken_back(kind: AlertKind | None, occasion: str, history: History) -> Iterator[AlertCleared]:
    """The alert of that kind and the same occasion, if it stands."""
    if kind is not None:
        about = occasion_of(kind, occasion.partition("/")[2])
        told = history.get(about)
        if told is not None and told.open is not None:
            yield _cleared(about, told)


def _cleared(occasion: str, told: Told) -> AlertCleared:
    kind: Any = occasion.partition("/")[0]
    assert told.open is not None  # noqa: S101 - callers look first; this is for the type checker
    return AlertCleared(alert=told.open, kind=kind, severity=told.severity, occasion=occasion)


def _raised(
    command: RaiseGoalAlert | RaiseAlert, occasion: str, entity: UUID, history: History
) -> Iterator[AlertRaised]:
    told = history.get(occasion, Told(0, None))
    if told.open is None:
        alert = AlertId(uuid5(entity, f"{occasion}/{told.times}"))
        yield (
            _goal(command, occasion, alert) if isinstance(command, RaiseGoalAlert) else _other(command, occasion, alert)
        )


def _goal(command: RaiseGoalAlert, occasion: str, alert: AlertId) -> AlertRaised:
    return AlertRaised(
        alert=alert,
        kind=command.kind,
        severity=SEVERITY[command.kind],
        project=command.project,
        entity=Subject("goal", command.goal, phrases.label(command)),
        title=phrases.title(command),
        body=phrases.body(command),
        payload=figures.of_goal(command),
        occasion=occasion,
        channels=command.routing.channels,
        waits=command.routing.waits,
        bell=command.routing.bell,
    )


def _other(command: RaiseAlert, occasion: str, alert: AlertId) -> AlertRaised:
    title, body = sayings.said(command)
    return AlertRaised(
        alert=alert,
        kind=command.kind,
        severity=command.severity,
        project=command.project,
        entity=command.entity,
        title=title,
        body=body,
        payload=command.payload,
        occasion=occasion,
        channels=command.routing.channels,
        waits=command.routing.waits,
        bell=command.routing.bell,
        user=command.user,
        for_admins=command.for_admins,
    )
