"""Alerts about goals: raised once per kind and period, cleared by what makes them untrue."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import msgspec

from trackagoat.events.catalogue.notifications import (
    AlertCleared,
    AlertKind,
    AlertRaised,
    RaiseGoalAlert,
    Routing,
    Subject,
)
from trackagoat.events.catalogue.words import AlertId, ChannelId, CreatorId, GoalId, ProjectId
from trackagoat.events.testing.given import Given
from trackagoat.notifications.domain import alerts
from trackagoat.notifications.handlers import telling

GOAL, CREATOR, PROJECT = GoalId(UUID(int=1)), CreatorId(UUID(int=2)), ProjectId(UUID(int=3))
CHANNEL = ChannelId(UUID(int=4))
START = datetime(2026, 3, 22, 23, tzinfo=UTC)
END = datetime(2026, 3, 29, 22, tzinfo=UTC)


def tell(kind: AlertKind, *, start: datetime = START, actual: int = 14) -> RaiseGoalAlert:
    return RaiseGoalAlert(
        kind=kind,
        goal=GOAL,
        creator=CREATOR,
        project=PROJECT,
        metric="posts",
        period="weekly",
        period_start=start,
        period_end=start + (END - START),
        target=Decimal(15),
        actual=Decimal(actual),
        percentage=93,
        pace=Decimal("0.6249"),
        handle="ana",
        timezone="Europe/Berlin",
        routing=Routing(channels=[CHANNEL]),
    )


def raised(*commands: RaiseGoalAlert) -> list[AlertRaised | AlertCleared]:
    history, events = alerts.INITIAL, []
    for command in commands:
        said = alerts.decide(command, history)
        history = telling.fold(history, said)
        events += said
    return events


def test_an_alert_says_what_happened_to_people_and_to_programs() -> None:
    [event] = raised(tell("goal_at_risk", actual=3))
    assert event == AlertRaised(
        alert=event.alert,
        kind="goal_at_risk",
        severity="warning",
        project=PROJECT,
        entity=Subject("goal", GOAL, "@ana: weekly posts goal"),
        title="@ana is at risk: 3 of 15 posts, 93 %, week to 29 March",
        body="That is 62 % of what should be there by now. The week ends with Sunday 29 March (Europe/Berlin).",
        payload={
            "goal_id": str(GOAL),
            "creator_id": str(CREATOR),
            "metric": "posts",
            "period": "weekly",
            "period_start": "2026-03-22T23:00:00Z",
            "period_end": "2026-03-29T22:00:00Z",
            "target": 15,
            "actual": 3,
            "percentage": 93,
            "pace": 0.62,
        },
        occasion="goal_at_risk/2026-03-22T23:00:00Z",
        channels=[CHANNEL],
    )


def test_a_closed_period_says_whether_it_is_final_instead_of_its_pace() -> None:
    [missed] = raised(tell("goal_missed"))
    assert isinstance(missed, AlertRaised)
    assert missed.severity == "warning"
    assert "pace" not in missed.payload
    assert missed.payload["is_final"] is False
    [completed] = raised(msgspec.structs.replace(tell("goal_completed"), is_final=True))
    assert isinstance(completed, AlertRaised)
    assert completed.severity == "info"
    assert completed.payload["is_final"] is True


def test_an_alert_is_raised_once_per_kind_and_period() -> None:
    first, *_ = raised(tell("goal_at_risk"))
    Given(telling).when(tell("goal_at_risk")).then(first)
    Given(telling, first).when(tell("goal_at_risk", actual=5)).then()
    assert len(raised(tell("goal_at_risk"), tell("goal_missed"), tell("goal_at_risk"))) == 2
    assert len(raised(tell("goal_at_risk"), tell("goal_at_risk", start=START + timedelta(days=7)))) == 2


def test_the_alert_of_one_goal_and_period_always_has_the_same_id() -> None:
    assert raised(tell("goal_missed"))[0].alert == raised(tell("goal_missed", actual=1))[0].alert


def test_a_completed_period_clears_what_said_it_was_missed() -> None:
    missed, cleared, completed = raised(tell("goal_missed"), tell("goal_completed"))
    assert cleared == AlertCleared(
        alert=missed.alert, kind="goal_missed", severity="warning", occasion="goal_missed/2026-03-22T23:00:00Z"
    )
    assert completed.kind == "goal_completed"


def test_another_periods_miss_stays() -> None:
    events = raised(tell("goal_missed"), tell("goal_completed", start=START + timedelta(days=7)))
    assert [type(event) for event in events] == [AlertRaised, AlertRaised]


def test_a_period_that_flips_is_told_of_at_every_miss_and_once_at_its_completion() -> None:
    flips = ["goal_completed", "goal_missed", "goal_completed", "goal_missed", "goal_completed"]
    events = raised(*(tell(kind) for kind in flips))  # type: ignore[arg-type]
    assert [(type(event), event.kind) for event in events] == [
        (AlertRaised, "goal_completed"),
        (AlertRaised, "goal_missed"),
        (AlertCleared, "goal_missed"),
        (AlertRaised, "goal_missed"),
        (AlertCleared, "goal_missed"),
    ]
    ids: list[AlertId] = [event.alert for event in events]
    assert ids[1] == ids[2] != ids[3] == ids[4]
