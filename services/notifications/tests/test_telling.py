"""From facts of others to alerts people and receivers get, on a real PostgreSQL."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from trackagoat.events import clock
from trackagoat.events.catalogue.goals import GoalPeriodClosed, GoalStatusChanged
from trackagoat.events.catalogue.notifications import AlertCleared, AlertRaised, DeleteChannel, MarkRead
from trackagoat.events.catalogue.words import AlertId, CreatorId, GoalId, OrgId, ProjectId
from trackagoat.events.catalogue.workspace import OrgCreated, OrgUpdated
from trackagoat.events.testing.play import said
from trackagoat.notifications.domain.channels import built_in

ORG = OrgId(UUID(int=1))
START = datetime.fromisoformat("2026-03-22T23:00:00Z")
END = datetime.fromisoformat("2026-03-29T22:00:00Z")
QUARTER = START + (END - START) / 4
PERIOD: dict[str, Any] = {
    "goal": GoalId(UUID(int=50)),
    "creator": CreatorId(UUID(int=3)),
    "project": ProjectId(UUID(int=2)),
    "metric": "posts",
    "period": "weekly",
    "period_start": START,
    "period_end": END,
    "target": Decimal(15),
    "actual": Decimal(3),
    "percentage": 20,
}
AT_RISK = GoalStatusChanged(**PERIOD, from_="on_track", to="at_risk", share=Decimal("0.02"))
AT_RISK_LATE = GoalStatusChanged(**PERIOD, from_="on_track", to="at_risk", share=Decimal("0.6"), pace=Decimal("0.33"))
BETTER = GoalStatusChanged(**PERIOD, from_="at_risk", to="on_track", share=Decimal("0.2"))
MISSED = GoalPeriodClosed(**PERIOD, status="missed")
COMPLETED = GoalStatusChanged(**PERIOD, from_="missed", to="completed", share=Decimal(1))


async def kinds(desk: Any) -> list[str]:
    return [alert.kind for alert in await said(desk.db, AlertRaised)]


async def test_an_alert_shows_in_the_list(desk: Any) -> None:
    await desk.hear(MISSED)
    [alert] = await desk.rows("SELECT * FROM alerts")
    assert alert["title"] == "@ana missed the goal: 3 of 15 posts, 20 %, week to 29 March"
    assert (alert["org"], alert["kind"], alert["severity"]) == (ORG, "goal_missed", "warning")
    assert (alert["entity_type"], alert["entity_id"], alert["entity_label"]) == (
        "goal",
        PERIOD["goal"],
        "@ana: weekly posts goal",
    )
    assert alert["payload"]["actual"] == 3
    assert (alert["created_at"], alert["cleared_at"]) == (desk.began, None)


async def test_a_completed_period_clears_the_miss_in_the_list(desk: Any) -> None:
    await desk.hear(MISSED, COMPLETED)
    rows = await desk.rows("SELECT kind, cleared_at IS NOT NULL AS cleared FROM alerts ORDER BY kind")
    assert rows == [{"kind": "goal_completed", "cleared": False}, {"kind": "goal_missed", "cleared": True}]
    assert len(await said(desk.db, AlertCleared)) == 1


async def test_a_goal_at_risk_too_early_is_told_of_when_a_quarter_has_passed(desk: Any) -> None:
    await desk.hear(AT_RISK)
    await desk.work(QUARTER - timedelta(seconds=1))
    assert await kinds(desk) == []
    await desk.work(QUARTER)
    await desk.work(QUARTER + timedelta(days=1))
    assert await kinds(desk) == ["goal_at_risk"]


async def test_a_goal_that_recovers_before_a_quarter_is_not_told_of(desk: Any) -> None:
    await desk.hear(AT_RISK)
    await desk.hear(BETTER)
    assert await desk.work(QUARTER) == 0


async def test_after_an_outage_a_period_that_is_over_is_not_called_at_risk(desk: Any) -> None:
    await desk.hear(AT_RISK)
    await desk.work(END)
    assert await kinds(desk) == []


async def test_the_same_fact_heard_twice_tells_once(desk: Any) -> None:
    for _ in range(2):
        await desk.hear(AT_RISK_LATE, id=UUID(int=77))
        await desk.hear(MISSED, id=UUID(int=78))
    assert await kinds(desk) == ["goal_at_risk", "goal_missed"]


async def test_the_orgs_day_counts(desk: Any) -> None:
    await desk.hear(OrgUpdated(org=ORG, timezone="Asia/Tokyo"), OrgUpdated(org=ORG, name="Red"))
    await desk.hear(MISSED)
    [alert] = await said(desk.db, AlertRaised)
    assert alert.title.endswith("week to 30 March")


async def test_goals_may_be_heard_of_before_their_creator(desk: Any) -> None:
    await desk.db.execute("DELETE FROM handles")
    await desk.hear(MISSED)
    [alert] = await said(desk.db, AlertRaised)
    assert alert.title.startswith("A creator missed the goal")


async def test_every_org_has_one_bell_that_stays(desk: Any) -> None:
    await desk.hear(OrgCreated(org=ORG, name="Blue", timezone="Europe/Berlin"))
    [bell] = await desk.rows("SELECT channel, kind, name, is_active FROM channels")
    assert bell == {"channel": built_in(ORG).channel, "kind": "in_app", "name": "In the app", "is_active": True}
    [outcome] = await desk.ask(DeleteChannel(channel=bell["channel"]))
    assert outcome.refused is not None
    assert outcome.refused.code == "builtin_channel"


async def test_an_alert_is_marked_read_for_its_reader_only(desk: Any) -> None:
    await desk.hear(MISSED)
    [alert] = await said(desk.db, AlertRaised)
    ana = UUID(int=7)
    for _ in range(2):
        [outcome] = await desk.ask(MarkRead(alert=alert.alert, reader=ana))
        assert outcome.refused is None
    rows = await desk.rows("SELECT * FROM reads")
    assert rows == [{"org": ORG, "reader": ana, "alert": alert.alert, "read_at": desk.began}]


@pytest.mark.parametrize("elsewhere", [True, False])
async def test_an_alert_of_another_org_or_of_nobody_cannot_be_read(desk: Any, *, elsewhere: bool) -> None:
    await desk.hear(MISSED)
    [known] = await said(desk.db, AlertRaised)
    alert = known.alert if elsewhere else AlertId(clock.new_id())
    org = OrgId(UUID(int=9)) if elsewhere else ORG
    [outcome] = await desk.ask(MarkRead(alert=alert, reader=UUID(int=7)), org=org)
    assert outcome.refused is not None
    assert outcome.refused.code == "not_found"
