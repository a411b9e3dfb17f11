"""Calls at the same moment that want the same thing: the last slots of a plan, and one handle."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

from trackagoat.events.catalogue.workspace import SetTier


async def active(api: Any) -> int:
    return len((await api.get("/creators", status="active", limit=100))["data"])


async def test_parallel_bulk_adds_reach_exactly_the_cap_and_every_further_add_is_a_402(api: Any) -> None:
    project = await api.project()
    await api.tell(SetTier(org=api.org, tier="starter"))
    path = f"/projects/{project}/creators"
    bulks = [{"creators": [{"tiktok_handle": f"c{bulk}_{n}"} for n in range(40)]} for bulk in range(2)]
    answers = await asyncio.gather(*(api.post(path, bulk) for bulk in bulks))
    results = [one for answer in answers for one in answer["data"]["results"]]
    assert Counter((one["status"], one.get("code")) for one in results) == {
        ("created", None): 50,
        ("failed", "limit_reached"): 30,
    }
    assert sum(answer["meta"]["succeeded"] for answer in answers) == await active(api) == 50
    told = await asyncio.gather(*(api.call("POST", path, {"tiktok_handle": f"late_{n}"}) for n in range(4)))
    metas = [(one.status, (await one.json())["meta"]) for one in told]
    limit = {"code": "limit_reached", "limitKey": "max_creators_per_org", "current": 50, "max": 50}
    assert metas == [(402, limit)] * 4
    assert await active(api) == 50


async def test_of_parallel_adds_for_the_last_slot_one_gets_it(api: Any) -> None:
    project = await api.project()
    await api.tell(SetTier(org=api.org, tier="starter"))
    path = f"/projects/{project}/creators"
    await api.post(path, {"creators": [{"tiktok_handle": f"c{n}"} for n in range(49)]})
    told = await asyncio.gather(*(api.call("POST", path, {"tiktok_handle": f"last_{n}"}) for n in range(4)))
    assert sorted(one.status for one in told) == [201, 402, 402, 402]
    assert await active(api) == 50


async def test_of_parallel_renames_to_one_handle_one_wins_and_the_other_is_a_409(api: Any) -> None:
    project = await api.project()
    ana, ben = await api.creator(project), await api.creator(project, "ben")
    told = await asyncio.gather(
        api.call("PATCH", f"/creators/{ana}", {"tiktok_handle": "Wanted"}),
        api.call("PATCH", f"/creators/{ben}", {"tiktok_handle": "@wanted"}),
    )
    lost, won = sorted(told, key=lambda one: one.status, reverse=True)
    answer = await lost.json()
    assert (won.status, lost.status, answer["error"]) == (200, 409, "handle_taken")
    assert answer["meta"]["code"] == "handle_taken"
    shown = [one["tiktok_handle"].lower() for one in (await api.get("/creators"))["data"]]
    assert shown.count("wanted") == 1
