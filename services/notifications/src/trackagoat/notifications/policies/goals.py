"""Alerts about goals: periods at risk, behind, missed or completed, and how far figures can be trusted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Final

import msgspec

from trackagoat.events import due
from trackagoat.events.catalogue.goals import (
    GoalAdvisoryCleared,
    GoalAdvisoryRaised,
    GoalDeleted,
    GoalPeriodClosed,
    GoalStatusChanged,
    GoalUpdated,
    PeriodEvent,
)
from trackagoat.events.catalogue.notifications import AlertKind, ClearAlert, RaiseAlert, RaiseGoalAlert, Subject
from trackagoat.events.catalogue.words import GoalId
from trackagoat.events.effects import Decide, Effect, Write
from trackagoat.events.envelope import Heard
from trackagoat.notifications.domain.alerts import SEVERITY
from trackagoat.notifications.domain.phrases import OPEN, instant

GoalFacts = GoalStatusChanged | GoalPeriodClosed | GoalUpdated | GoalDeleted
AdvisoryFacts = GoalAdvisoryRaised | GoalAdvisoryCleared

AT_RISK: Final = "goal_at_risk"
"""The kind of due row that waits for a quarter of a period to pass."""
QUARTER = Decimal("0.25")
TOLD_OF: Final = frozenset({"period_recently_ended", "scrape_stale"})
"""The advisories that are worth an alert."""


def goal_alerts(page: Sequence[Heard[GoalFacts]]) -> Iterator[Effect]:
    """Tell of goals that are at risk, behind pace, missed or completed.

    While it runs, a period is told of only when a quarter of it has passed; a row waits for that instant, and is
    withdrawn when the status improves, the period closes or the goal ends. A goal has one running period, so the
    goal is the row's key. Rows come first, then alerts org by org: every transaction locks orgs in one order.
    """
    effects = list(_goal_alerts(page))
    yield from (one for one in effects if isinstance(one, Write))
    yield from sorted((one for one in effects if isinstance(one, Decide)), key=lambda one: one.org)


def _goal_alerts(page: Sequence[Heard[GoalFacts]]) -> Iterator[Effect]:
    for fact in page:
        match fact.event:
            case GoalStatusChanged(to="completed" | "missed"):
                yield _decided(fact, fact.event, "goal_completed" if fact.event.to == "completed" else "goal_missed")
            case GoalStatusChanged(to="at_risk" | "behind_pace") if fact.event.share < QUARTER:
                yield _later(fact, fact.event)
            case GoalStatusChanged(to="at_risk" | "behind_pace"):
                yield _not_later(fact.event.goal)
                yield _decided(fact, fact.event, "goal_at_risk" if fact.event.to == "at_risk" else "goal_behind_pace")
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
    command = msgspec.structs.replace(_command(event, kind), is_final=_is_final(fact, event))
    return Decide.after(fact, command, key=f"alert/{fact.id}")


def _is_final(fact: Heard[GoalFacts], event: GoalStatusChanged | GoalPeriodClosed) -> bool:
    """A close says so itself; whatever changes the status later than late data counts is the last change."""
    return event.is_final if isinstance(event, GoalPeriodClosed) else fact.at >= event.period_end + OPEN


def _later(fact: Heard[GoalFacts], event: GoalStatusChanged) -> Write:
    """Tell when a quarter has passed, with the figures known now and the pace they will mean then."""
    command = _command(event, "goal_at_risk" if event.to == "at_risk" else "goal_behind_pace")
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
    )


def advisory_alerts(page: Sequence[Heard[AdvisoryFacts]]) -> Iterator[Effect]:
    """Tell of figures that cannot be trusted yet, and take it back when they can."""
    for fact in sorted(page, key=lambda fact: fact.org):
        if fact.event.flag not in TOLD_OF:
            continue
        yield Decide.after(fact, _advisory(fact.event), key=f"alert/{fact.id}")
        other: AlertKind = "advisory_cleared" if isinstance(fact.event, GoalAdvisoryRaised) else "advisory_raised"
        back = ClearAlert(kind=other, entity=fact.event.goal, occasion=_occasion(fact.event))
        yield Decide.after(fact, back, key=f"clear/{fact.id}")


def _advisory(event: GoalAdvisoryRaised | GoalAdvisoryCleared) -> RaiseAlert:
    kind: AlertKind = "advisory_raised" if isinstance(event, GoalAdvisoryRaised) else "advisory_cleared"
    payload = {
        "goal_id": str(event.goal),
        "creator_id": str(event.creator),
        "flag": event.flag,
        "message": event.message,
        "period_start": instant(event.period_start),
        "period_end": instant(event.period_end),
    }
    return RaiseAlert(
        kind=kind,
        severity=SEVERITY[kind],
        entity=Subject("goal", event.goal),
        occasion=_occasion(event),
        project=event.project,
        creator=event.creator,
        payload=payload,
    )


def _occasion(event: GoalAdvisoryRaised | GoalAdvisoryCleared) -> str:
    return f"{event.flag}/{instant(event.period_start)}"
