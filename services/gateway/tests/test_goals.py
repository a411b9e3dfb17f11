"""Goals, how they stand, and what is noted about it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from trackagoat.events import clock
from trackagoat.gateway.resources import days


def goal(creator: str, **more: Any) -> dict[str, Any]:
    return {"creator_id": creator, "metric": "posts", "period": "weekly", "target_value": 3, **more}


async def test_a_goal_is_set_read_changed_and_deleted(api: Any) -> None:
    project = await api.project()
    creator = await api.creator(project)
    response = await api.call("POST", f"/projects/{project}/goals", goal(creator))
    made = (await response.json())["data"]
    assert response.status == 201
    assert (made["creator_id"], made["target_value"], made["is_active"]) == (creator, 3, True)
    await api.world.work("goals", clock.now())
    stands = (await api.get(f"/goals/{made['id']}"))["data"]["compliance"]
    assert (stands["actual"], stands["percentage"], stands["is_final"]) == (0, 0, False)
    assert stands["advisory"]["period_in_progress"]
    path = f"/goals/{made['id']}"
    assert (await api.get(path))["data"]["id"] == made["id"]
    assert (await api.patch(path, {"target_value": 4}))["data"]["target_value"] == 4
    assert (await api.get("/goals", metric="posts", status=stands["status"]))["data"][0]["id"] == made["id"]
    assert (await api.get("/goals", metric="views"))["data"] == []
    assert (await api.get(f"{path}/results"))["data"] == []
    await api.delete(path)
    assert await api.refused("GET", path) == (404, "not_found")


async def test_what_may_not_be_a_goal_is_refused(api: Any) -> None:
    project = await api.project()
    creator, elsewhere = await api.creator(project), await api.creator(await api.project("Other"))
    path = f"/projects/{project}/goals"
    first = (await api.post(path, goal(creator)))["data"]["id"]
    answer = await (await api.call("POST", path, goal(creator))).json()
    assert answer["meta"] == {"code": "goal_overlap", "goalId": first}
    assert await api.refused("POST", path, goal(elsewhere)) == (404, "not_found")
    answer = await (await api.call("POST", path, goal(creator, metric="engagement", target_value=101))).json()
    assert (answer["meta"]["code"], answer["meta"]["details"][0]["path"]) == ("invalid_body", "target_value")
    assert await api.refused("POST", path, goal(creator, target_value="3")) == (400, "invalid_body")
    asked = [
        goal(creator),
        goal(elsewhere),
        goal(creator, metric="views"),
        goal(creator, metric="posts", period="daily"),
    ]
    answer = await api.post(path, {"goals": asked})
    assert [(one["status"], one.get("code")) for one in answer["data"]["results"]] == [
        ("failed", "goal_overlap"),
        ("failed", "not_found"),
        ("created", None),
        ("created", None),
    ]


@pytest.mark.parametrize(
    ("wrong", "path"),
    [
        ({"target_value": 0}, "target_value"),
        ({"target_value": 2.5}, "target_value"),
        ({"target_value": 1001}, "target_value"),
        ({"target_value": 10**12 + 1}, "target_value"),
        ({"metric": "engagement", "target_value": 4.255}, "target_value"),
        ({"metric": "likes"}, "metric"),
        ({"period": "yearly"}, "period"),
        ({"start_date": "2026-13-01"}, "start_date"),
        ({"start_date": "2015-12-31"}, "start_date"),
        ({"start_date": "2026-03-02", "end_date": "2026-03-01"}, "end_date"),
        ({"creator_id": "ana"}, "creator_id"),
        ({"pace": 1}, "pace"),
    ],
)
async def test_a_wrong_field_of_a_goal_is_named(api: Any, wrong: dict[str, Any], path: str) -> None:
    project = await api.project()
    creator = await api.creator(project)
    response = await api.call("POST", f"/projects/{project}/goals", goal(creator) | wrong)
    answer = await response.json()
    assert (response.status, answer["meta"]["code"]) == (400, "invalid_body")
    assert [fault["path"] for fault in answer["meta"]["details"]] == [path]


async def test_a_fault_of_one_goal_among_many_is_its_own(api: Any) -> None:
    project = await api.project()
    creator, gone = await api.creator(project), await api.creator(project, "gone")
    await api.delete(f"/creators/{gone}")
    asked = [
        goal(creator, target_value=1001),
        goal(creator, start_date="2026-03-02", end_date="2026-03-01"),
        goal(gone),
        goal(creator),
        goal(creator),
    ]
    answer = await api.post(f"/projects/{project}/goals", {"goals": asked})
    assert [one.get("code") for one in answer["data"]["results"]] == [
        "invalid_body",
        "invalid_body",
        "creator_inactive",
        None,
        "goal_overlap",
    ]
    assert answer["meta"] == {"succeeded": 1, "failed": 4}
    assert await api.refused("POST", f"/projects/{project}/goals", {"goals": []}) == (400, "invalid_body")
    many = {"goals": [goal(creator)] * 51}
    assert await api.refused("POST", f"/projects/{project}/goals", many) == (400, "invalid_body")


async def test_the_start_of_a_goal_moves_until_its_first_period_has_closed(api: Any) -> None:
    project = await api.project()
    creator = await api.creator(project)
    today = days.today(clock.now(), "Europe/Berlin")
    made = (await api.post(f"/projects/{project}/goals", goal(creator)))["data"]
    assert made["start_date"] == today.isoformat()
    path = f"/goals/{made['id']}"
    past = (today - timedelta(days=14)).isoformat()
    assert (await api.patch(path, {"start_date": past}))["data"]["start_date"] == past
    await api.world.work("goals", clock.now())
    assert len((await api.get(f"{path}/results"))["data"]) == 2
    answer = await (await api.call("PATCH", path, {"start_date": today.isoformat()})).json()
    assert (answer["meta"]["code"], answer["meta"]["details"][0]["path"]) == ("invalid_body", "start_date")
    assert (await api.patch(path, {"start_date": past, "target_value": 5}))["data"]["target_value"] == 5
    assert await api.refused("PATCH", path, {}) == (400, "invalid_body")
    assert await api.refused("PATCH", path, {"end_date": "2026-01-01"}) == (400, "invalid_body")
    assert await api.refused("PATCH", path, {"metric": "views"}) == (400, "invalid_body")


async def test_compliance_lists_active_creators_worst_first(api: Any) -> None:
    project = await api.project()
    ids = {handle: await api.creator(project, handle) for handle in ("cy", "ana", "bo", "gone")}
    for creator in ids.values():
        await api.post(f"/projects/{project}/goals", goal(creator))
    await api.scrape(project, ids["ana"], *(api.shot(n, "ana", posted_at=clock.now()) for n in range(3)))
    await api.delete(f"/creators/{ids['gone']}")
    later = clock.now() + timedelta(days=7)
    await api.world.work("goals", later)
    found = (await api.get(f"/projects/{project}/goal-compliance"))["data"]
    assert {one["creator"]["tiktok_handle"] for one in found} == {"ana", "bo", "cy"}
    statuses = [one["compliance"][0]["status"] for one in found]
    order = ["missed", "at_risk", "behind_pace", "on_track", "completed"]
    assert [order.index(status) for status in statuses] == sorted(order.index(status) for status in statuses)
    assert found[0]["compliance"][0]["goal"]["metric"] == "posts"
    (mine,) = (await api.get(f"/projects/{project}/goal-compliance", creator_id=ids["bo"], period="weekly"))["data"]
    assert mine["creator"]["id"] == ids["bo"]
    assert (await api.get(f"/projects/{project}/goal-compliance", period="daily"))["data"] == []
    summed = (await api.get("/analytics/aggregate/goal-compliance", project_id=project))["data"]
    assert (summed["total_goals"], summed["creators_with_goals"]) == (3, 3)
    assert summed["on_track"] + summed["at_risk"] + summed["missed"] == 3


async def test_creators_come_by_the_worst_of_their_goals_and_then_by_handle(api: Any) -> None:
    project = await api.project()
    path, in_march = f"/projects/{project}/goals", datetime.fromisoformat("2026-03-25T10:00Z")
    for handle, met in (("Zoe", False), ("bo", True), ("cy", True), ("ana", False)):
        creator = await api.creator(project, handle, tracking_start_date="2026-03-01")
        first = 10 * ord(handle[0])
        if met:
            shots = [api.shot(first + n, handle, posted_at=in_march) for n in range(3)]
            await api.scrape(project, creator, *shots)
        await api.post(path, goal(creator, start_date="2026-03-23"))
        if handle == "cy":
            await api.post(path, goal(creator, metric="views", start_date="2026-03-23"))
    await api.world.work("goals", clock.now())
    found = (await api.get(f"/projects/{project}/goal-compliance", reference_date="2026-03-25"))["data"]
    shown = [(one["creator"]["tiktok_handle"], [g["status"] for g in one["compliance"]]) for one in found]
    assert shown == [("ana", ["missed"]), ("cy", ["missed", "completed"]), ("Zoe", ["missed"]), ("bo", ["completed"])]


async def test_a_past_day_shows_the_result_of_its_period(api: Any) -> None:
    project = await api.project()
    creator = await api.creator(project)
    made = (await api.post(f"/projects/{project}/goals", goal(creator, start_date="2026-03-23")))["data"]["id"]
    await api.world.work("goals", clock.now())
    path = f"/projects/{project}/goal-compliance"
    (found,) = (await api.get(path, reference_date="2026-03-29"))["data"]
    (stands,) = found["compliance"]
    assert stands["status"] == "missed"
    assert stands["advisory"]["period_start"] == "2026-03-22T23:00:00Z"
    assert stands["advisory"]["period_end"] == "2026-03-29T22:00:00Z"
    assert (await api.get(path, reference_date="2026-03-22"))["data"] == []
    results = (await api.get(f"/goals/{made}/results", from_="2026-04-01", to="2026-04-02"))["data"]
    assert [one["period_start"] for one in results] == ["2026-03-29T22:00:00Z"]
    tomorrow = (clock.now() + timedelta(days=2)).date().isoformat()
    assert await api.refused("GET", path, params={"reference_date": tomorrow}) == (400, "invalid_query")
    results = (await api.get(f"/goals/{made}/results", limit=1, to="2026-04-05"))["data"]
    assert (results[0]["period_start"], results[0]["status"]) == ("2026-03-29T22:00:00Z", "missed")


async def test_a_day_before_the_goal_began_or_over_which_it_was_off_shows_nothing_of_it(
    api: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = clock.now()
    monday = days.first_of("weekly", days.today(now, "Europe/Berlin"))
    noon = days.start(monday, "Europe/Berlin") + timedelta(hours=12)
    monkeypatch.setattr(clock, "now", lambda: noon)
    project = await api.project()
    creator = await api.creator(project)
    begins = monday + timedelta(days=2)
    made = (await api.post(f"/projects/{project}/goals", goal(creator, start_date=begins.isoformat())))["data"]["id"]

    async def at(week: int, day: int) -> Any:
        asked = (monday + timedelta(weeks=week, days=day)).isoformat()
        found = (await api.get(f"/projects/{project}/goal-compliance", reference_date=asked))["data"]
        return [one["compliance"][0]["status"] for one in found]

    for days_later, on in ((4, True), (8, False), (15, True), (23, True)):
        monkeypatch.setattr(clock, "now", lambda later=days_later: noon + timedelta(days=later))
        if days_later in {8, 15}:
            await api.patch(f"/goals/{made}", {"is_active": on})
        await api.world.work("goals", clock.now())
    assert await at(0, 1) == []
    assert await at(0, 2) == ["missed"]
    assert await at(1, 0) == []
    assert await at(2, 6) == ["missed"]
    assert await at(3, 1) == ["at_risk"]
    await api.patch(f"/goals/{made}", {"end_date": (monday + timedelta(weeks=2, days=3)).isoformat()})
    await api.world.work("goals", clock.now())
    assert await at(3, 1) == ["missed"]


async def test_numbers_grow_stale_by_the_clock(api: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody looks at the goal meanwhile: what is shown follows from the clock of whoever asks."""
    project = await api.project()
    creator = await api.creator(project)
    made = (await api.post(f"/projects/{project}/goals", goal(creator)))["data"]["id"]
    await api.scrape(project, creator, api.shot(1, posted_at=clock.now(), views=5))
    await api.world.work("goals", clock.now())
    fresh = (await standing(api, made))["advisory"]["scrape_freshness"]
    read_at, interval = datetime.fromisoformat(fresh["last_scraped_at"]), fresh["expected_interval_hours"]
    for times, state in ((1.49, "fresh"), (1.51, "stale"), (2.99, "stale"), (3.01, "overdue")):
        monkeypatch.setattr(clock, "now", lambda t=times: read_at + timedelta(hours=interval * t))
        advisory = (await standing(api, made))["advisory"]
        assert advisory["scrape_freshness"]["state"] == state
        assert advisory["scrape_stale"] == (state != "fresh")
    advisory = (await standing(api, made))["advisory"]
    said = f"Numbers were last refreshed {interval * 3.01:.1f} hours ago; every {interval} hours is expected."
    assert advisory["messages"][-1] == said


async def standing(api: Any, goal: str) -> Any:
    return (await api.get(f"/goals/{goal}"))["data"]["compliance"]


async def test_pace_is_right_at_the_moment_one_asks(api: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    now = clock.now()
    project = await api.project()
    creator = await api.creator(project)
    made = (await api.post(f"/projects/{project}/goals", goal(creator, target_value=10)))["data"]["id"]
    await api.scrape(project, creator, *(api.shot(n, posted_at=now) for n in range(4)))
    await api.world.work("goals", now)
    stands = await standing(api, made)
    start, end = (datetime.fromisoformat(stands["advisory"][f"period_{side}"]) for side in ("start", "end"))
    for share, pace in ((0.0001, None), (0.4, 1.0), (0.5, 0.8), (0.8, 0.5), (1, None)):
        monkeypatch.setattr(clock, "now", lambda part=share: start + (end - start) * part)
        assert (await standing(api, made))["pace"] == pace


async def test_creators_wear_their_active_goals_as_badges(api: Any) -> None:
    project = await api.project()
    creator, idle = await api.creator(project), await api.creator(project, "bo")
    made = (await api.post(f"/projects/{project}/goals", goal(creator)))["data"]["id"]
    off = (await api.post(f"/projects/{project}/goals", goal(creator, metric="views")))["data"]["id"]
    await api.patch(f"/goals/{off}", {"is_active": False})
    tag = (await api.call("GET", f"/creators/{creator}")).headers["ETag"]
    await api.scrape(project, creator, api.shot(1, posted_at=clock.now()))
    await api.world.work("goals", clock.now())
    shown = {one["id"]: one["goals"] for one in (await api.get("/creators"))["data"]}
    (badge,) = shown[creator]
    assert (badge["goal_id"], badge["metric"], badge["target"], badge["actual"]) == (made, "posts", 3, 1)
    assert badge["status"] == (await standing(api, made))["status"]
    assert shown[idle] == []
    response = await api.call("GET", f"/creators/{creator}")
    assert (await response.json())["data"]["goals"] == [badge]
    assert response.headers["ETag"] == tag
