"""What alerts say to a person."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from trackagoat.events.catalogue.notifications import RaiseGoalAlert
from trackagoat.events.catalogue.words import CreatorId, GoalId, ProjectId
from trackagoat.notifications.domain import phrases

END = datetime(2026, 3, 31, 22, tzinfo=UTC)


def alert(**fields: Any) -> RaiseGoalAlert:
    about: dict[str, Any] = {
        "kind": "goal_missed",
        "goal": GoalId(UUID(int=1)),
        "creator": CreatorId(UUID(int=2)),
        "project": ProjectId(UUID(int=3)),
        "metric": "views",
        "period": "monthly",
        "period_start": datetime(2026, 2, 28, 23, tzinfo=UTC),
        "period_end": END,
        "target": Decimal(40_000),
        "actual": Decimal(14_018),
        "percentage": 35,
        "handle": "ana",
        "timezone": "Europe/Berlin",
    }
    return RaiseGoalAlert(**(about | fields))


@pytest.mark.parametrize(
    ("fields", "title"),
    [
        ({}, "@ana missed the goal: 14,018 of 40,000 views, 35 %, month to 31 March"),
        ({"timezone": "UTC"}, "@ana missed the goal: 14,018 of 40,000 views, 35 %, month to 31 March"),
        ({"timezone": "Asia/Tokyo"}, "@ana missed the goal: 14,018 of 40,000 views, 35 %, month to 1 April"),
        ({"handle": None}, "A creator missed the goal: 14,018 of 40,000 views, 35 %, month to 31 March"),
        (
            {
                "kind": "goal_completed",
                "metric": "posts",
                "period": "daily",
                "target": Decimal(1),
                "actual": Decimal(1),
            },
            "@ana reached the goal: 1 of 1 post, 35 %, 31 March",
        ),
        (
            {"kind": "goal_at_risk", "metric": "engagement", "target": Decimal("5.00"), "actual": Decimal("1.755")},
            "@ana is at risk: 1.76 % of 5 % engagement, 35 %, month to 31 March",
        ),
        (
            {"metric": "engagement", "target": Decimal("4.25"), "actual": None},
            "@ana missed the goal: no figures yet for 4.25 % engagement, month to 31 March",
        ),
        (
            {"metric": "followers", "target": Decimal(10), "actual": Decimal(-3), "percentage": 0},
            "@ana missed the goal: -3 of 10 followers, 0 %, month to 31 March",
        ),
    ],
)
def test_a_title_names_who_what_and_when(fields: dict[str, Any], title: str) -> None:
    assert phrases.title(alert(**fields)) == title


def test_a_body_says_how_far_the_result_can_be_trusted() -> None:
    ended = "The month ended with Tuesday 31 March (Europe/Berlin)."
    assert phrases.body(alert()) == f"{ended} Late data can still change the result until Friday 3 April, 00:00."
    assert phrases.body(alert(is_final=True)) == f"{ended} The result is final."


def test_a_rate_is_not_compared_with_what_should_be_there_by_now() -> None:
    at_risk = alert(kind="goal_at_risk", metric="engagement", pace=Decimal("0.35"))
    assert phrases.body(at_risk) == "The month ends with Tuesday 31 March (Europe/Berlin)."


def test_an_instant_shows_milliseconds_only_when_it_has_them() -> None:
    assert phrases.instant(END) == "2026-03-31T22:00:00Z"
    assert phrases.instant(END.replace(microsecond=120_400)) == "2026-03-31T22:00:00.120Z"
