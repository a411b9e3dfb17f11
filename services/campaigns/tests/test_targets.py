"""Where campaigns stand against their targets: the rule, and what is said when it changes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trackagoat.events.catalogue.campaigns import (
    CampaignTargetReached,
    CampaignTargetStateChanged,
    CreateCampaign,
    DeleteCampaign,
    UpdateCampaign,
)
from trackagoat.events.catalogue.targets import TICK, Target, better, standing, turn
from trackagoat.events.catalogue.words import CampaignId, CreatorId, VideoId
from trackagoat.events.testing.play import said, work

START = datetime(2026, 3, 28, 12, tzinfo=UTC)
DAY = timedelta(days=1)
CAMPAIGN, ANA, V1 = CampaignId(uuid4()), CreatorId(uuid4()), VideoId(uuid4())
STATES = ("missed", "at_risk", "behind", "on_track", "reached")

wanted = st.builds(
    Target,
    views=st.integers(1, 200),
    at=st.none() | st.integers(-10, 300).map(lambda minutes: START + timedelta(minutes=minutes)),
    created_at=st.just(START),
    reached=st.sampled_from([False, False, False, True]),
)
totals = st.integers(-5, 220)
moments = st.integers(0, 400).map(lambda minutes: START + timedelta(minutes=minutes))


@pytest.mark.parametrize(
    ("total", "days", "state", "pace"),
    [
        (0, Fraction(19, 100), "on_track", 0),
        (13, 2, "at_risk", Fraction(13, 20)),
        (14, 2, "behind", Fraction(7, 10)),
        (20, 2, "on_track", 1),
        (99, 10, "behind", Fraction(99, 100)),
        (100, 1, "reached", 10),
        (100, 10, "reached", 1),
        (99, 11, "missed", Fraction(9, 10)),
    ],
)
def test_views_are_compared_with_what_should_be_there_by_now(total: int, days: Any, state: str, pace: Any) -> None:
    target = Target(100, START + 10 * DAY, START)
    found = standing(target, total, START + timedelta(seconds=float(days * 86_400)))
    assert (found.state, found.pace) == (state, pace)


def test_without_an_end_a_target_is_on_track_or_reached() -> None:
    target = Target(100, None, START)
    assert [standing(target, total, START + 99 * DAY).state for total in (0, 99, 100)] == ["on_track"] * 2 + ["reached"]
    assert turn(target, 0, START) is None


@given(target=wanted, total=totals, now=moments)
def test_until_the_next_turn_nothing_changes_by_itself(target: Target, total: int, now: datetime) -> None:
    state, then = standing(target, total, now).state, turn(target, total, now)
    until = now + 900 * DAY if then is None else then - TICK
    assert until >= now
    for part in range(9):
        assert standing(target, total, now + (until - now) * part / 8).state == state


@given(target=wanted, total=totals, now=moments, more=st.integers(0, 220))
def test_below_the_better_total_nothing_gets_better(target: Target, total: int, now: datetime, more: int) -> None:
    state, step = standing(target, total, now).state, better(target, total, now)
    other = standing(target, total + more, now).state
    if total + more < step:
        assert other == state
    elif state != "reached":
        assert STATES.index(other) > STATES.index(state)


async def states(house: Any) -> list[Any]:
    """What was said of targets, in order."""
    events = [e for e in await said(house.pool) if isinstance(e, CampaignTargetReached | CampaignTargetStateChanged)]
    return [("reached", e.total_views) if isinstance(e, CampaignTargetReached) else (e.from_, e.to) for e in events]


@pytest.fixture
async def aiming(house: Any) -> Any:
    """A campaign that wants 100 views within ten days; @ana is in it, and has a video of 10 views."""
    target: dict[str, Any] = {"target_views": 100, "target_at": START + 10 * DAY}
    await house.ask(CreateCampaign(campaign=CAMPAIGN, project=house.project, name="Spring", **target))
    await house.add((CAMPAIGN, "creator", ANA))
    await house.hear(house.enlisted(ANA), house.discovered(V1, ANA), house.snapshot({V1: 10}))
    return house


async def look(house: Any, day: float) -> None:
    await work(house.pool, house.service, START + day * DAY)


async def test_a_target_turns_by_itself_when_time_passes(aiming: Any) -> None:
    for day in (0, 0.5, 1):
        await look(aiming, day)
    assert await states(aiming) == []
    await look(aiming, 1.1)
    assert await states(aiming) == [("on_track", "behind")]
    for day in (1.5, 2, 9, 10.1, 30):
        await look(aiming, day)
    assert await states(aiming) == [("on_track", "behind"), ("behind", "at_risk"), ("at_risk", "missed")]
    assert await aiming.pool.fetchval("SELECT count(*) FROM due") == 0


async def test_what_is_said_carries_the_figures(aiming: Any) -> None:
    await look(aiming, 2)
    (event,) = await said(aiming.pool, CampaignTargetStateChanged)
    assert (event.name, event.target_views, event.total_views) == ("Spring", 100, 10)
    assert (event.pace, event.share, event.target_at) == (Decimal("0.5"), Decimal("0.2"), START + 10 * DAY)


async def test_views_and_corrections_turn_a_target_at_once(aiming: Any) -> None:
    await look(aiming, 2)
    for day, views in ((2.1, 20), (2.2, 90), (2.3, 15), (2.4, 120), (2.5, 5)):
        await aiming.hear(aiming.snapshot({V1: views}, START + day * DAY))
        await look(aiming, day)
    assert await states(aiming) == [
        ("on_track", "at_risk"),
        ("at_risk", "behind"),
        ("behind", "on_track"),
        ("on_track", "at_risk"),
        ("reached", 120),
    ]
    row = await aiming.row(CAMPAIGN)
    assert (row["target_state"], row["reached_at"], row["views"]) == ("reached", START + 2.4 * DAY, 5)


async def test_nobody_looks_while_the_total_cannot_have_changed_anything(aiming: Any) -> None:
    await look(aiming, 0.5)
    await aiming.hear(aiming.snapshot({V1: 99}, START + 0.6 * DAY))
    assert await work(aiming.pool, aiming.service, START + 0.7 * DAY) == 0
    await aiming.hear(aiming.snapshot({V1: 100}, START + 0.8 * DAY))
    assert await work(aiming.pool, aiming.service, START + 0.9 * DAY) == 1
    assert await states(aiming) == [("reached", 100)]


async def test_a_changed_target_is_a_new_one_and_another_name_is_not(aiming: Any) -> None:
    await aiming.hear(aiming.snapshot({V1: 100}))
    await look(aiming, 1)
    await aiming.ask(UpdateCampaign(campaign=CAMPAIGN, project=aiming.project, name="Summer"))
    await look(aiming, 2)
    assert (await aiming.row(CAMPAIGN))["reached_at"] == START + 1 * DAY
    await aiming.ask(UpdateCampaign(campaign=CAMPAIGN, project=aiming.project, target_views=1000))
    assert (await aiming.row(CAMPAIGN))["reached_at"] is None
    await look(aiming, 5)
    await aiming.ask(UpdateCampaign(campaign=CAMPAIGN, project=aiming.project, target_views=100))
    await look(aiming, 6)
    assert await states(aiming) == [("reached", 100), ("on_track", "at_risk"), ("reached", 100)]


async def test_a_campaign_without_a_target_or_that_is_gone_is_left_alone(aiming: Any) -> None:
    await aiming.ask(UpdateCampaign(campaign=CAMPAIGN, project=aiming.project, set_target_views=True))
    await look(aiming, 5)
    await aiming.ask(UpdateCampaign(campaign=CAMPAIGN, project=aiming.project, target_views=100))
    await aiming.ask(DeleteCampaign(campaign=CAMPAIGN, project=aiming.project))
    await look(aiming, 6)
    assert await states(aiming) == []
    for table in ("due", "target_watch"):
        assert await aiming.pool.fetchval(f"SELECT count(*) FROM {table}") == 0, table  # noqa: S608
