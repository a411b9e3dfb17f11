"""What follows from facts, as values."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
import pytest

from trackagoat.events import due
from trackagoat.events.catalogue.goals import GoalDeleted, GoalPeriodClosed, GoalsEvent, GoalStatusChanged, GoalUpdated
from trackagoat.events.catalogue.notifications import AlertRaised, ChannelDisabled, RaiseGoalAlert, Subject
from trackagoat.events.catalogue.words import AlertId, ChannelId, CreatorId, Event, GoalId, OrgId, ProjectId
from trackagoat.events.catalogue.workspace import OrgCreated
from trackagoat.events.effects import Decide, Effect, Write
from trackagoat.events.testing.play import heard
from trackagoat.notifications.domain import rules
from trackagoat.notifications.domain.channels import built_in
from trackagoat.notifications.domain.deliveries import delivery_id
from trackagoat.notifications.policies import goals, sending
from trackagoat.notifications.store import deliveries

ORG, GOAL = OrgId(UUID(int=1)), GoalId(UUID(int=2))
START = datetime(2026, 3, 22, 23, tzinfo=UTC)
END = datetime(2026, 3, 29, 22, tzinfo=UTC)
ABOUT: dict[str, Any] = {
    "goal": GOAL,
    "creator": CreatorId(UUID(int=3)),
    "project": ProjectId(UUID(int=4)),
    "metric": "posts",
    "period": "weekly",
}
PERIOD: dict[str, Any] = {"period_start": START, "period_end": END, "target": Decimal(15), "percentage": 20}


def changed(to: str, share: str, actual: int | None = 3, **fields: Any) -> GoalStatusChanged:
    known = None if actual is None else Decimal(actual)
    about = ABOUT | PERIOD | fields
    return GoalStatusChanged(**about, from_="on_track", to=to, share=Decimal(share), actual=known)  # type: ignore[arg-type]


def closed(status: str) -> GoalPeriodClosed:
    return GoalPeriodClosed(**ABOUT, **PERIOD, status=status, actual=Decimal(3))  # type: ignore[arg-type]


def effects(*events: GoalsEvent, at: datetime = START) -> list[Effect]:
    return list(goals.goal_alerts([heard(event, org=ORG, at=at) for event in events]))


def told(effect: Effect) -> RaiseGoalAlert:
    assert isinstance(effect, Decide)
    assert isinstance(effect.command, RaiseGoalAlert)
    return effect.command


NOT_LATER = due.unschedule("goal_at_risk", str(GOAL))


def test_a_goal_at_risk_after_a_quarter_is_told_of_at_once() -> None:
    not_later, decided = effects(changed("at_risk", "0.25", pace=Decimal("0.6")))
    assert not_later == NOT_LATER
    assert told(decided).kind == "goal_at_risk"
    assert told(decided).pace == Decimal("0.6")


def test_a_goal_at_risk_earlier_waits_for_the_quarter() -> None:
    [scheduled] = effects(changed("at_risk", "0.2499"))
    assert isinstance(scheduled, Write)
    kind, key, org, at, payload = scheduled.row
    assert (kind, key, org) == ("goal_at_risk", str(GOAL), ORG)
    assert at == START + timedelta(hours=167) / 4
    waiting = msgspec.convert(payload, RaiseGoalAlert)
    assert waiting.actual == Decimal(3)
    assert waiting.pace == Decimal("0.8"), "what 3 of 15 will mean when a quarter has passed"


def test_a_rate_keeps_its_pace_while_it_waits() -> None:
    [scheduled] = effects(changed("at_risk", "0.1", metric="engagement", pace=Decimal("0.5")))
    assert isinstance(scheduled, Write)
    assert msgspec.convert(scheduled.row[4], RaiseGoalAlert).pace == Decimal("0.5")


def test_nothing_known_is_no_pace_at_all() -> None:
    [scheduled] = effects(changed("at_risk", "0.02", actual=None))
    assert isinstance(scheduled, Write)
    assert msgspec.convert(scheduled.row[4], RaiseGoalAlert).pace == 0


def test_a_better_status_or_the_end_of_the_goal_withdraws_it() -> None:
    ended = GoalUpdated(**ABOUT, target_value=Decimal(15), start_date=START.date(), is_active=False)
    deleted = GoalDeleted(goal=GOAL, creator=ABOUT["creator"], project=ABOUT["project"])
    assert effects(changed("on_track", "0.1"), ended, deleted) == [NOT_LATER] * 3


def test_a_goal_behind_pace_is_told_of_in_the_same_way() -> None:
    [waits] = effects(changed("behind_pace", "0.1"))
    assert isinstance(waits, Write)
    assert msgspec.convert(waits.row[4], RaiseGoalAlert).kind == "goal_behind_pace"
    not_later, decided = effects(changed("behind_pace", "0.5"))
    assert (not_later, told(decided).kind) == (NOT_LATER, "goal_behind_pace")


def test_a_change_of_an_active_goal_withdraws_nothing() -> None:
    assert effects(GoalUpdated(**ABOUT, target_value=Decimal(20), start_date=START.date())) == []


def test_a_closed_period_is_told_of_and_withdraws_what_waited() -> None:
    first, second, missed, completed = effects(closed("missed"), closed("completed"))
    assert [first, second] == [NOT_LATER, NOT_LATER]
    assert [told(missed).kind, told(completed).kind] == ["goal_missed", "goal_completed"]


def test_a_flip_of_a_closed_period_leaves_alone_what_waits_for_the_running_one() -> None:
    [decided] = effects(changed("completed", "1"))
    assert told(decided).kind == "goal_completed"
    [decided] = effects(changed("missed", "1"))
    assert told(decided).kind == "goal_missed"


def test_a_close_is_told_of_as_final_when_it_says_so_however_late_it_is_heard() -> None:
    late = END + timedelta(days=9)
    [_, for_good] = effects(msgspec.structs.replace(closed("missed"), is_final=True), at=late)
    [_, provisional] = effects(closed("missed"), at=late)
    assert (told(for_good).is_final, told(provisional).is_final) == (True, False)


@pytest.mark.parametrize(("hours", "is_final"), [(47.999, False), (48, True)])
def test_a_flip_is_told_of_as_final_from_48_hours_after_the_end_on(hours: float, is_final: bool) -> None:
    [decided] = effects(changed("completed", "1"), at=END + timedelta(hours=hours))
    assert told(decided).is_final is is_final


def test_a_new_org_gets_its_bell() -> None:
    created = heard(OrgCreated(org=ORG, name="Blue"), org=ORG, at=START)
    bell, rule = sending.built_in([created])
    assert bell == Decide(ORG, built_in(ORG), key=f"built_in/{ORG}")
    assert rule == Decide(ORG, rules.built_in(ORG), key=f"built_in_rule/{ORG}")


def test_an_alert_is_delivered_once_to_each_of_its_channels() -> None:
    one, two, alert = ChannelId(UUID(int=10)), ChannelId(UUID(int=11)), AlertId(UUID(int=12))
    event: Event = AlertRaised(
        alert=alert,
        kind="goal_missed",
        severity="warning",
        entity=Subject("goal", GOAL),
        title="t",
        body="b",
        payload={},
        channels=[one, two],
    )
    fact = heard(event, org=ORG, at=START)
    planned = list(sending.deliveries([fact]))
    assert planned == list(sending.deliveries([fact]))
    first, second = delivery_id(one, alert), delivery_id(two, alert)
    assert planned == [
        due.schedule("delivery", str(first), ORG, START),
        due.schedule("delivery", str(second), ORG, START),
    ]


def test_nothing_waits_for_a_channel_that_is_disabled() -> None:
    channel = ChannelId(UUID(int=10))
    fact = heard(ChannelDisabled(channel=channel, reason="gone"), org=ORG, at=START)
    assert list(sending.deliveries([fact])) == [deliveries.hurry(channel, START)]
