"""The figures an alert about a goal carries for programs."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from trackagoat.events.catalogue.notifications import RaiseGoalAlert
from trackagoat.events.catalogue.words import Json
from trackagoat.notifications.domain import phrases

HUNDREDTH = Decimal("0.01")


def of_goal(command: RaiseGoalAlert) -> dict[str, Json]:
    """What the period is, what it came to so far; its pace while it runs, whether that is final after it."""
    payload = {
        "goal_id": str(command.goal),
        "creator_id": str(command.creator),
        "metric": command.metric,
        "period": command.period,
        "period_start": phrases.instant(command.period_start),
        "period_end": phrases.instant(command.period_end),
        "target": number(command.target),
        "actual": number(command.actual),
        "percentage": command.percentage,
    }
    if command.kind in phrases.RUNNING:
        pace = command.pace
        payload["pace"] = None if pace is None else number(pace.quantize(HUNDREDTH, ROUND_HALF_UP))
    else:
        payload["is_final"] = command.is_final
    return payload


def number(value: Decimal | None) -> int | float | None:
    """As JSON shows it: nothing is computed with it any more, and two decimals survive."""
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(value)
