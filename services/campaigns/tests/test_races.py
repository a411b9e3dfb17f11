"""Many at once: whoever comes second is decided on what the first one left."""

from __future__ import annotations

import asyncio
import os
from itertools import pairwise
from typing import Any
from uuid import uuid4

import pytest

from trackagoat.events.catalogue.campaigns import CreateCampaign
from trackagoat.events.catalogue.words import CampaignId
from trackagoat.events.catalogue.workspace import OrgCreated, OrgTierChanged

ROUNDS = int(os.environ.get("RACE_ROUNDS", "2"))
REQUESTS = int(os.environ.get("RACE_REQUESTS", "40"))


def circle_in(links: set[tuple[Any, Any]]) -> bool:
    """Take away what holds nothing until nothing is left, or until everything left holds something left."""
    while links:
        holding = {above for above, _ in links}
        kept = {link for link in links if link[1] in holding}
        if kept == links:
            return True
        links = kept
    return False


@pytest.mark.timeout(60 + ROUNDS * REQUESTS)
@pytest.mark.parametrize("length", [2, 5])
async def test_a_circle_closed_from_both_sides_at_once_never_closes(house: Any, length: int) -> None:
    """Two chains of that many campaigns; half of the requests put one under the other, half the other under it."""
    for _ in range(ROUNDS):
        left, right = ([CampaignId(uuid4()) for _ in range(length)] for _ in range(2))
        await house.create(*left, *right)
        await house.add(*((a, "campaign", b) for chain in (left, right) for a, b in pairwise(chain)))
        sides = [(left[-1], right[0]), (right[-1], left[0])]
        racing = [house.add((sides[n % 2][0], "campaign", sides[n % 2][1])) for n in range(REQUESTS)]
        outcomes = [outcome for [outcome] in await asyncio.gather(*racing)]
        codes = [outcome.refused.code for outcome in outcomes if outcome.refused is not None]
        assert len(codes) == REQUESTS - 1
        assert set(codes) <= {"circular_reference", "duplicate_item"}
        assert codes.count("circular_reference") == REQUESTS // 2
        rows = await house.pool.fetch("SELECT campaign, item FROM items WHERE item_type = 'campaign'")
        assert not circle_in({tuple(row) for row in rows})
        paths = "SELECT count(*) FROM closure WHERE ancestor = descendant AND paths <> 1"
        assert await house.pool.fetchval(paths) == 0


async def test_of_calls_that_race_for_the_last_campaign_of_a_plan_one_gets_it(house: Any) -> None:
    await house.hear(OrgCreated(org=house.org, name="org", tier="free"))
    await house.create(CampaignId(uuid4()))
    new = [CreateCampaign(campaign=CampaignId(uuid4()), project=house.project, name="c") for _ in range(6)]
    outcomes = [outcome for [outcome] in await asyncio.gather(*[house.ask(one) for one in new])]
    refused = [outcome.refused for outcome in outcomes if outcome.refused is not None]
    assert [(one.code, one.details["max"]) for one in refused] == [("limit_reached", 2)] * 5


async def test_another_plan_counts_from_the_next_item_on(house: Any) -> None:
    campaign = CampaignId(uuid4())
    await house.create(campaign)
    await house.add(*((campaign, "video", uuid4()) for _ in range(21)))
    await house.hear(OrgCreated(org=house.org, name="org", tier="free"))
    [outcome] = await house.add((campaign, "video", uuid4()))
    assert outcome.refused.details == {"limitKey": "max_campaign_items_per_campaign", "current": 21, "max": 20}


async def test_a_higher_plan_makes_room_at_once_and_a_lower_one_takes_nothing_away(house: Any) -> None:
    campaign = CampaignId(uuid4())
    await house.hear(OrgCreated(org=house.org, name="org", tier="free"))
    await house.create(campaign)
    await house.add(*((campaign, "video", uuid4()) for _ in range(20)))
    await house.hear(OrgTierChanged(org=house.org, before="free", after="starter"))
    [outcome] = await house.add((campaign, "video", uuid4()))
    assert outcome.refused is None
    await house.hear(OrgTierChanged(org=house.org, before="starter", after="free"))
    [outcome] = await house.add((campaign, "video", uuid4()))
    assert outcome.refused.details == {"limitKey": "max_campaign_items_per_campaign", "current": 21, "max": 20}
    assert await house.pool.fetchval("SELECT count(*) FROM items") == 21
