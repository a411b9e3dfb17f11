"""What may be wrong with a call about goals, and whose goals a caller never sees: every call, every fault."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, NamedTuple

import pytest

from trackagoat.events import clock
from trackagoat.gateway.resources import days
from trackagoat.gateway.routes import ROUTES

ABOUT_GOALS = {route.name for route in ROUTES if "goal" in route.path}
NOWHERE = "01890000-0000-7000-8000-00000000dead"


class Program(NamedTuple):
    """Ids of an org's things: two goals of one creator, another creator that was removed and had one."""

    project: str
    creator: str
    goal: str
    later: str
    gone: str
    orphan: str


def asked(creator: str, **more: Any) -> dict[str, Any]:
    return {"creator_id": creator, "metric": "posts", "period": "weekly", "target_value": 3, **more}


async def program(api: Any) -> Program:
    project = await api.project()
    creator, gone = await api.creator(project), await api.creator(project, "gone")
    today = days.today(clock.now(), "Europe/Berlin")
    until, after = (today + timedelta(days=20)).isoformat(), (today + timedelta(days=21)).isoformat()
    path = f"/projects/{project}/goals"
    goal = (await api.post(path, asked(creator, end_date=until)))["data"]["id"]
    later = (await api.post(path, asked(creator, start_date=after)))["data"]["id"]
    orphan = (await api.post(path, asked(gone)))["data"]["id"]
    await api.delete(f"/creators/{gone}")
    await api.world.work("goals", clock.now())
    return Program(project, creator, goal, later, gone, orphan)


Fault = tuple[str, str, Any, dict[str, str], str]
QUERY, BODY = "400 invalid_query", "400 invalid_body"
ABSENT, OVERLAP, INACTIVE = "404 not_found", "409 goal_overlap", "409 creator_inactive"


def faults(p: Program) -> dict[str, list[Fault]]:
    """Every call about goals with what may be wrong with it: method, path, body, query, and the answer."""
    goal, new = f"/goals/{p.goal}", f"/projects/{p.project}/goals"
    stands, summed = f"/projects/{p.project}/goal-compliance", "/analytics/aggregate/goal-compliance"
    tomorrow = (clock.now() + timedelta(days=2)).date().isoformat()

    def query(path: str, wrong: dict[str, str], code: str = QUERY) -> Fault:
        return "GET", path, None, wrong, code

    def change(wrong: Any, code: str = BODY, path: str = goal) -> Fault:
        return "PATCH", path, wrong, {}, code

    def create(body: Any, code: str = BODY, path: str = new) -> Fault:
        return "POST", path, body, {}, code

    return {
        "listGoals": [
            query("/goals", {"metric": "likes"}),
            query("/goals", {"period": "yearly"}),
            query("/goals", {"status": "late"}),
            query("/goals", {"is_active": "perhaps"}),
            query("/goals", {"limit": "101"}),
            query("/goals", {"limit": "0"}),
            query("/goals", {"cursor": "zzz"}),
            query("/goals", {"project_id": "spring"}),
            query("/goals", {"creator": p.creator}),
            query("/goals", {"project_id": NOWHERE}, ABSENT),
            query("/goals", {"creator_id": NOWHERE}, ABSENT),
        ],
        "setGoals": [
            create(asked(p.creator), OVERLAP),
            create(asked(p.gone, metric="views"), INACTIVE),
            create(asked(NOWHERE), ABSENT),
            create(asked(p.creator, metric="views"), ABSENT, f"/projects/{NOWHERE}/goals"),
            create(asked(p.creator, target_value=None)),
            create({"creator_id": p.creator}),
            create([]),
            create({"goals": {}}),
            create({"goals": [asked(p.creator, target_value="3")]}),
            create(asked(p.creator, start_date="2026-02-29")),
            create(asked(p.creator, start_date=None)),
            create(asked(p.creator, metric="views", start_date="2100-01-02")),
        ],
        "getGoal": [query(f"/goals/{NOWHERE}", {}, ABSENT), query(goal, {"project_id": p.project})],
        "updateGoal": [
            change({}),
            change([]),
            change({"target_value": 0}),
            change({"target_value": 1001}),
            change({"target_value": None}),
            change({"start_date": "2015-12-31"}),
            change({"start_date": None}),
            change({"end_date": "2020-01-01"}),
            change({"is_active": "yes"}),
            change({"period": "daily"}),
            change({"end_date": None}, OVERLAP),
            change({"is_active": True}, INACTIVE, f"/goals/{p.orphan}"),
            change({"target_value": 4}, ABSENT, f"/goals/{NOWHERE}"),
        ],
        "deleteGoal": [("DELETE", f"/goals/{NOWHERE}", None, {}, ABSENT)],
        "listGoalResults": [
            query(f"{goal}/results", {"from": "2026-03-02", "to": "2026-03-01"}),
            query(f"{goal}/results", {"from": "March"}),
            query(f"{goal}/results", {"cursor": "zzz"}),
            query(f"{goal}/results", {"limit": "101"}),
            query(f"/goals/{NOWHERE}/results", {}, ABSENT),
        ],
        "getGoalCompliance": [
            query(stands, {"reference_date": tomorrow}),
            query(stands, {"reference_date": "2026-02-29"}),
            query(stands, {"period": "yearly"}),
            query(stands, {"creator_id": "ana"}),
            query(stands, {"limit": "5"}),
            query(stands, {"creator_id": NOWHERE}, ABSENT),
            query(f"/projects/{NOWHERE}/goal-compliance", {}, ABSENT),
        ],
        "getAggregateGoalCompliance": [
            query(summed, {}),
            query(summed, {"project_id": "spring"}),
            query(summed, {"project_id": p.project, "from": "2026-03-01"}),
            query(summed, {"project_id": NOWHERE}, ABSENT),
        ],
    }


async def test_every_fault_of_a_call_about_goals_has_its_answer(api: Any) -> None:
    p = await program(api)
    cases = faults(p)
    assert set(cases) == ABOUT_GOALS
    for name, wrong in cases.items():
        for method, path, body, query, answer in wrong:
            got = await api.refused(method, path, body, params=query)
            assert f"{got[0]} {got[1]}" == answer, (name, path, body, query)
    before = (await api.get(f"/goals/{p.goal}"))["data"]
    assert (before["target_value"], before["is_active"]) == (3, True)


async def test_every_code_a_call_about_goals_documents_has_its_fault(api: Any) -> None:
    cases = faults(await program(api))
    for route in ROUTES:
        if route.name in ABOUT_GOALS:
            shown = {answer.split()[1] for *_, answer in cases[route.name]}
            assert set(route.errors) <= shown, route.name


async def test_the_goals_of_an_org_do_not_exist_for_another(enter: Any) -> None:
    ana, eve = await enter(), await enter()
    p, own = await program(ana), await program(eve)
    theirs = {"project_id": p.project}
    calls: dict[str, list[tuple[str, str, Any, dict[str, str]]]] = {
        "listGoals": [("GET", "/goals", None, theirs), ("GET", "/goals", None, {"creator_id": p.creator})],
        "setGoals": [
            ("POST", f"/projects/{p.project}/goals", asked(p.creator, metric="views"), {}),
            ("POST", f"/projects/{p.project}/goals", asked(own.creator, metric="views"), {}),
            ("POST", f"/projects/{own.project}/goals", asked(p.creator, metric="views"), {}),
        ],
        "getGoal": [("GET", f"/goals/{p.goal}", None, {})],
        "updateGoal": [("PATCH", f"/goals/{p.goal}", {"target_value": 9}, {})],
        "deleteGoal": [("DELETE", f"/goals/{p.goal}", None, {})],
        "listGoalResults": [("GET", f"/goals/{p.goal}/results", None, {})],
        "getGoalCompliance": [
            ("GET", f"/projects/{p.project}/goal-compliance", None, {}),
            ("GET", f"/projects/{own.project}/goal-compliance", None, {"creator_id": p.creator}),
        ],
        "getAggregateGoalCompliance": [("GET", "/analytics/aggregate/goal-compliance", None, theirs)],
    }
    assert set(calls) == ABOUT_GOALS
    for name, asks in calls.items():
        for method, path, body, query in asks:
            assert await eve.refused(method, path, body, params=query) == (404, "not_found"), (name, path)
    bulk = {"goals": [asked(p.creator, metric="views"), asked(own.creator, metric="views")]}
    results = (await eve.post(f"/projects/{own.project}/goals", bulk))["data"]["results"]
    assert [(one["status"], one.get("code")) for one in results] == [("failed", "not_found"), ("created", None)]
    assert not {p.goal, p.later, p.orphan} & {one["id"] for one in (await eve.get("/goals", limit=100))["data"]}
    kept = (await ana.get("/goals", limit=100))["data"]
    assert {(one["id"], one["target_value"]) for one in kept} == {(id, 3) for id in (p.goal, p.later, p.orphan)}


async def test_dates_of_a_goal_may_be_moved_while_its_first_period_is_open(api: Any) -> None:
    p = await program(api)
    path, today = f"/goals/{p.later}", days.today(clock.now(), "Europe/Berlin")
    starts, ends = (today + timedelta(days=40)).isoformat(), (today + timedelta(days=60)).isoformat()
    moved = (await api.patch(path, {"start_date": starts, "end_date": ends}))["data"]
    assert (moved["start_date"], moved["end_date"]) == (starts, ends)
    assert moved["compliance"]["advisory"]["not_yet_started"]
    assert (await api.patch(path, {"end_date": None}))["data"]["end_date"] is None
    assert (await api.get(path))["data"]["end_date"] is None
    answer = await (await api.call("PATCH", path, {"start_date": today.isoformat()})).json()
    assert answer["meta"] == {"code": "goal_overlap", "goalId": p.goal}
    assert (await api.patch(f"/goals/{p.goal}", {"is_active": False}))["data"]["is_active"] is False
    assert (await api.patch(path, {"start_date": today.isoformat()}))["data"]["start_date"] == today.isoformat()
    assert await api.refused("PATCH", f"/goals/{p.goal}", {"is_active": True}) == (409, "goal_overlap")


async def test_the_sum_of_a_project_stops_after_fifty_creators_by_handle(api: Any) -> None:
    project = await api.project()
    path = f"/projects/{project}/goals"
    ids: dict[str, str] = {}
    for first in (0, 26):
        bunch = [{"tiktok_handle": f"Goat{n:02}"} for n in range(first, first + 26)]
        results = (await api.post(f"/projects/{project}/creators", {"creators": bunch}))["data"]["results"]
        ids |= {b["tiktok_handle"]: r["id"] for b, r in zip(bunch, results, strict=True)}
        await api.post(path, {"goals": [asked(r["id"]) for r in results]})
    await api.post(path, asked(ids["Goat49"], metric="views"))
    await api.post(path, asked(ids["Goat50"], metric="views"))
    await api.world.work("goals", clock.now())
    where = {"project_id": project}
    summed = (await api.get("/analytics/aggregate/goal-compliance", **where))["data"]
    assert (summed["total_goals"], summed["creators_with_goals"]) == (51, 50), "of 52 creators with 54 goals"
    await api.delete(f"/creators/{ids['Goat00']}")
    summed = (await api.get("/analytics/aggregate/goal-compliance", **where))["data"]
    assert (summed["total_goals"], summed["creators_with_goals"]) == (52, 50), "Goat50 and both of its goals moved up"
    assert summed["on_track"] + summed["at_risk"] + summed["missed"] == 52


@pytest.mark.parametrize("day", ["0001-01-01", "2016-01-01"])
async def test_a_day_before_every_goal_shows_none(api: Any, day: str) -> None:
    p = await program(api)
    assert (await api.get(f"/projects/{p.project}/goal-compliance", reference_date=day))["data"] == []


async def test_a_goal_that_was_taken_away_is_taken_away_once(api: Any) -> None:
    p = await program(api)
    assert (await api.delete(f"/goals/{p.goal}"))["data"]["id"] == p.goal
    assert await api.refused("DELETE", f"/goals/{p.goal}") == (404, "not_found")
    found = (await api.get(f"/projects/{p.project}/goal-compliance"))["data"]
    assert [one["goal"]["id"] for creator in found for one in creator["compliance"]] == [p.later]
    (shown,) = [one for one in (await api.get("/creators"))["data"] if one["id"] == p.creator]
    assert [badge["goal_id"] for badge in shown["goals"]] == [p.later]
