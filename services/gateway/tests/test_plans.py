"""What a plan counts is never exceeded, however many ask at once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, get_args

import pytest

from trackagoat.events.catalogue import plans
from trackagoat.events.catalogue.workspace import SetTier

ROOM = {
    "max_creators_per_org": 5,
    "max_tracked_videos_per_org": 25,
    "max_projects_per_org": 1,
    "max_members_per_org": 1,
    "max_campaigns_per_project": 2,
    "max_campaign_items_per_campaign": 20,
    "max_api_keys_per_org": 1,
    "max_manual_scrape_triggers_per_day": 1,
}
"""How many more of each the free plan has room for; its one member takes a seat."""


def test_every_limit_that_counts_is_tried() -> None:
    counted = {key for key in get_args(plans.Limit) if key.startswith("max_")}
    assert counted - set(ROOM) == {"max_api_requests_per_day"}, "those are counted in test_limits.py"


@pytest.mark.parametrize("key", sorted(ROOM))
async def test_a_limit_holds_under_fifty_calls_at_once(api: Any, register: Any, key: str) -> None:
    ana = await register("ana")
    handles, ids = [f"u{n}" for n in range(50)], list[str]()
    project = campaign = ""
    if key != "max_projects_per_org":
        project = await ana.project()
    if key in {"max_campaign_items_per_campaign", "max_manual_scrape_triggers_per_day"}:
        campaign = await ana.campaign(project)
        many = {"creators": [{"tiktok_handle": handle} for handle in handles]}
        ids = [one["id"] for one in (await ana.post(f"/projects/{project}/creators", many))["data"]["results"]]
        jobs = api.world.pools["ingest"]
        await jobs.execute("DELETE FROM due")  # a trigger for what is queued already takes nothing of the day
    api.org = ana.org
    assert (await api.tell(SetTier(org=ana.org, tier="free"))).refused is None
    calls: dict[str, Callable[[int], tuple[str, Any]]] = {
        "max_creators_per_org": lambda n: (f"/projects/{project}/creators", {"tiktok_handle": handles[n]}),
        "max_tracked_videos_per_org": lambda n: (f"/projects/{project}/videos", {"url": post(n)}),
        "max_projects_per_org": lambda n: ("/projects", {"name": f"P{n}"}),
        "max_members_per_org": lambda n: ("/invitations", {"email": f"u{n}@example.com"}),
        "max_campaigns_per_project": lambda n: (f"/projects/{project}/campaigns", {"name": f"C{n}"}),
        "max_campaign_items_per_campaign": lambda n: (
            f"/campaigns/{campaign}/items",
            {"item_type": "creator", "item_id": ids[n]},
        ),
        "max_api_keys_per_org": lambda n: ("/api-keys", {"name": f"K{n}"}),
        "max_manual_scrape_triggers_per_day": lambda n: (f"/creators/{ids[n]}/scrape", {}),
    }
    answers = await asyncio.gather(*(ana.call("POST", *calls[key](n)) for n in range(50)))
    refused = [await one.json() for one in answers if one.status >= 300]
    assert len(answers) - len(refused) == ROOM[key], refused[0]
    assert {one["meta"]["limitKey"] for one in refused} == {key}


def post(n: int) -> str:
    return f"https://www.tiktok.com/@ana/video/{7_480_000_000_000_000_000 + n}"
