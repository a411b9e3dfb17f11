"""Titles and bodies a person understands."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

from trackagoat.events.catalogue.notifications import AlertKind, RaiseGoalAlert

MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
VERDICT: dict[AlertKind, str] = {
    "goal_at_risk": "is at risk",
    "goal_behind_pace": "is behind pace",
    "goal_missed": "missed the goal",
    "goal_completed": "reached the goal",
}
RUNNING: frozenset[AlertKind] = frozenset({"goal_at_risk", "goal_behind_pace"})
"""What is told while the period runs."""
OPEN = timedelta(hours=48)
"""How long after its end late data can change the result of a period."""
PERIOD = {"daily": "day", "weekly": "week", "monthly": "month"}


def title(alert: RaiseGoalAlert) -> str:
    """E.g. `@ana is at risk: 3 of 15 posts, 20 %, week to 29 March`."""
    return f"{_who(alert)} {VERDICT[alert.kind]}: {_figures(alert)}, {_when(alert)}"


def body(alert: RaiseGoalAlert) -> str:
    """When the period ends or ended, and how far the figure can be trusted."""
    last = _last_day(alert)
    day = f"{WEEKDAYS[last.weekday()]} {_day(last)} ({alert.timezone})"
    period = PERIOD.get(alert.period, "period")
    if alert.kind in RUNNING:
        return f"{_pace(alert)}The {period} ends with {day}."
    return f"The {period} ended with {day}. {_trust(alert)}"


def label(alert: RaiseGoalAlert) -> str:
    """What people call the goal."""
    goal = f"{alert.period} {alert.metric} goal"
    return f"@{alert.handle}: {goal}" if alert.handle else goal


def instant(at: datetime) -> str:
    """RFC 3339 in UTC, with milliseconds when they are not zero."""
    precision = "milliseconds" if at.microsecond else "seconds"
    return at.astimezone(UTC).isoformat(timespec=precision).replace("+00:00", "Z")


def _who(alert: RaiseGoalAlert) -> str:
    return f"@{alert.handle}" if alert.handle else "A creator"


def _figures(alert: RaiseGoalAlert) -> str:
    target = _target(alert)
    if alert.actual is None:
        return f"no figures yet for {target}"
    if alert.metric == "engagement":
        return f"{alert.actual.quantize(Decimal('0.01'), ROUND_HALF_UP)} % of {target}, {alert.percentage} %"
    return f"{int(alert.actual):,} of {target}, {alert.percentage} %"


def _target(alert: RaiseGoalAlert) -> str:
    if alert.metric == "engagement":
        return f"{alert.target.normalize():f} % engagement"
    unit = alert.metric.removesuffix("s") if alert.target == 1 else alert.metric
    return f"{int(alert.target):,} {unit}"


def _pace(alert: RaiseGoalAlert) -> str:
    """Engagement is a rate, of which no share is expected by now."""
    if alert.pace is None or alert.metric == "engagement":
        return ""
    percent = (alert.pace * 100).quantize(Decimal(1), ROUND_HALF_UP)
    return f"That is {percent} % of what should be there by now. "


def _trust(alert: RaiseGoalAlert) -> str:
    """Until when the result can change: an instant, so that it is right whenever it is told and read."""
    if alert.is_final:
        return "The result is final."
    until = (alert.period_end + OPEN).astimezone(ZoneInfo(alert.timezone))
    day = f"{WEEKDAYS[until.weekday()]} {_day(until.date())}, {until:%H:%M}"
    return f"Late data can still change the result until {day}."


def _when(alert: RaiseGoalAlert) -> str:
    day = _day(_last_day(alert))
    return day if alert.period == "daily" else f"{PERIOD.get(alert.period, 'period')} to {day}"


def _last_day(alert: RaiseGoalAlert) -> date:
    end = alert.period_end - timedelta(microseconds=1)
    return end.astimezone(ZoneInfo(alert.timezone)).date()


def _day(day: date) -> str:
    return f"{day.day} {MONTHS[day.month - 1]}"
