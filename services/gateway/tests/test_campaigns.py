"""Campaigns over HTTP: totals through every way in, each video once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import uuid4

import pytest

from trackagoat.events import clock
from trackagoat.gateway.reads.campaigns import CampaignRow
from trackagoat.gateway.reads.paths import StepRow
from trackagoat.gateway.resources.campaigns import target
from trackagoat.gateway.resources.fields import instant
from trackagoat.gateway.resources.paths import Ways

NOW = datetime(2026, 3, 11, tzinfo=UTC)


async def program(api: Any) -> dict[str, str]:
    """A creator with two posts and one post of nobody's; campaigns outer > inner > creator, and the post in both."""
    project = await api.project()
    creator = await api.creator(project, tracking_start_date="2016-01-01")
    await api.scrape(project, creator, api.shot(1, views=1_000, likes=10), api.shot(2, views=400))
    url = "https://www.tiktok.com/@other/video/7480000000000000009"
    video = (await api.post(f"/projects/{project}/videos", {"url": url}))["data"]["id"]
    outer, inner = await api.campaign(project, "Outer"), await api.campaign(project, "Inner")
    for campaign, kind, item in (
        (inner, "creator", creator),
        (inner, "video", video),
        (outer, "campaign", inner),
        (outer, "video", video),
    ):
        await api.post(f"/campaigns/{campaign}/items", {"item_type": kind, "item_id": item})
    return {"project": project, "creator": creator, "video": video, "outer": outer, "inner": inner}


async def test_totals_count_each_video_once_however_it_is_reached(api: Any) -> None:
    ids = await program(api)
    outer = (await api.get(f"/campaigns/{ids['outer']}"))["data"]
    assert outer["totals"] == {
        "views": 1_400,
        "likes": 10,
        "comments": None,
        "shares": None,
        "saves": None,
        "video_count": 3,
        "creator_count": 1,
    }
    assert (outer["item_count"], outer["parent_ids"], outer["target"]) == (2, [], None)
    assert [(one["item_type"], one["label"]) for one in outer["items"]] == [
        ("video", "https://www.tiktok.com/@other/video/7480000000000000009"),
        ("campaign", "Inner"),
    ]
    unknown = dict.fromkeys(("views", "likes", "comments", "shares", "saves"))
    assert outer["items"][0]["totals"] == {**unknown, "video_count": 1}
    assert outer["items"][1]["totals"]["views"] == 1_400
    inner = (await api.get(f"/campaigns/{ids['inner']}"))["data"]
    assert inner["parent_ids"] == [ids["outer"]]
    assert [one["id"] for one in (await api.get("/campaigns", top_level="true"))["data"]] == [ids["outer"]]
    assert [one["id"] for one in (await api.get("/campaigns", search="INN"))["data"]] == [ids["inner"]]
    (item,) = (await api.get(f"/campaigns/{ids['inner']}/items", item_type="creator"))["data"]
    assert (item["item_id"], item["label"], item["is_active"], item["totals"]["views"]) == (
        ids["creator"],
        "ana",
        True,
        1_400,
    )


async def test_items_leave_by_query_or_by_body(api: Any) -> None:
    ids = await program(api)
    path, item = f"/campaigns/{ids['outer']}/items", {"item_type": "campaign", "item_id": ids["inner"]}
    assert await api.refused("DELETE", path) == (400, "invalid_query")
    assert await api.refused("DELETE", path, item, params=item) == (400, "invalid_query")
    response = await api.call("DELETE", path, params=item)
    assert (await response.json())["data"] == {"id": ids["inner"], "deleted": True}
    assert await api.refused("DELETE", path, item) == (404, "not_found")
    gone = {"item_type": "video", "item_id": ids["video"]}
    assert (await api.call("DELETE", path, gone)).status == 200
    empty = (await api.get(f"/campaigns/{ids['outer']}"))["data"]
    assert (empty["totals"]["views"], empty["totals"]["video_count"], empty["items"]) == (0, 0, [])


async def test_what_may_not_be_an_item_is_refused(api: Any) -> None:
    ids = await program(api)
    elsewhere = await api.creator(await api.project("Other"), "bo")
    path = f"/campaigns/{ids['inner']}/items"

    def item(kind: str, id: str) -> dict[str, str]:
        return {"item_type": kind, "item_id": id}

    assert await api.refused("POST", path, item("creator", ids["creator"])) == (409, "duplicate_item")
    assert await api.refused("POST", path, item("creator", elsewhere)) == (409, "project_mismatch")
    answer = await (await api.call("POST", path, item("campaign", ids["outer"]))).json()
    assert answer["meta"] == {"code": "circular_reference", "path": [ids["inner"], ids["outer"], ids["inner"]]}
    asked = [item("campaign", ids["inner"]), item("creator", str(uuid4())), item("creator", elsewhere)]
    results = (await api.post(path, {"items": asked}))["data"]["results"]
    assert [one["code"] for one in results] == ["circular_reference", "not_found", "project_mismatch"]


async def test_creators_and_videos_of_a_campaign_are_found_at_any_depth(api: Any) -> None:
    ids = await program(api)
    bo = await api.creator(ids["project"], "bo")
    await api.post(f"/campaigns/{ids['inner']}/items", {"item_type": "creator", "item_id": bo})
    goal = {"creator_id": ids["creator"], "metric": "posts", "period": "weekly", "target_value": 3}
    made = (await api.post(f"/projects/{ids['project']}/goals", goal))["data"]["id"]
    await api.world.work("goals", clock.now())
    stands = (await api.get(f"/goals/{made}"))["data"]["compliance"]
    path = f"/campaigns/{ids['outer']}/creators"
    first, second = (await api.get(path))["data"]
    assert (first["creator"]["tiktok_handle"], first["totals"]["views"], first["totals"]["video_count"]) == (
        "ana",
        1_400,
        2,
    )
    (badge,) = first["goals"]
    assert badge == {
        "goal_id": made,
        "metric": "posts",
        "period": "weekly",
        **{name: stands[name] for name in ("target", "actual", "percentage", "status")},
        "period_recently_ended": False,
    }
    assert second["goals"] == []
    assert (second["creator"]["tiktok_handle"], second["totals"]["views"]) == ("bo", 0)
    for sort in ("-views", "tiktok_handle"):
        page = await api.get(path, limit=1, sort=sort)
        rest = await api.get(path, limit=1, sort=sort, cursor=page["meta"]["nextCursor"])
        assert page["data"] + rest["data"] == [first, second]
        assert rest["meta"]["nextCursor"] is None
    videos = (await api.get(f"/campaigns/{ids['outer']}/videos"))["data"]
    assert [one["view_count"] for one in videos] == [1_000, 400, None]
    (only,) = (await api.get(f"/campaigns/{ids['outer']}/videos", limit=1))["data"]
    assert only == videos[0]
    assert len((await api.get(f"/campaigns/{ids['outer']}/videos", creator_id=ids["creator"]))["data"]) == 2


async def test_excluding_a_video_takes_exactly_its_counters_out(api: Any) -> None:
    ids = await program(api)
    (video,) = (await api.get("/videos", sort="-view_count", limit=1))["data"]
    await api.patch(f"/videos/{video['id']}", {"tracking_status": "excluded"})
    assert (await api.get(f"/campaigns/{ids['outer']}"))["data"]["totals"]["views"] == 400
    await api.patch(f"/videos/{video['id']}", {"tracking_status": "included"})
    assert (await api.get(f"/campaigns/{ids['outer']}"))["data"]["totals"]["views"] == 1_400


async def test_a_campaign_is_changed_and_deleted(api: Any) -> None:
    project = await api.project()
    campaign = await api.campaign(project, metadata={"a": 1}, target_views=100, target_at="2036-01-01T02:00:00+02:00")
    path = f"/campaigns/{campaign}"
    made = (await api.get(path))["data"]
    assert (made["target_views"], made["target_at"]) == (100, "2036-01-01T00:00:00Z")
    assert made["target"] == {"state": "on_track", "percentage": 0, "pace": 0, "reached_at": None}
    changed = (await api.patch(path, {"name": "New", "target_views": None, "metadata": {"a": None}}))["data"]
    assert (changed["name"], changed["target"], changed["metadata"]) == ("New", None, {})
    await api.delete(path)
    assert await api.refused("GET", path) == (404, "not_found")


@pytest.mark.parametrize(
    ("views", "days", "state", "pace"),
    [
        (0, 1_000, "on_track", 0),
        (500, 20, "on_track", 1),
        (400, 20, "behind", 0.8),
        (300, 20, "at_risk", 0.6),
        (1_000, 20, "reached", 2),
        (900, 9, "missed", 0.81),
    ],
)
def test_a_target_is_judged_by_pace(views: int, days: int, state: str, pace: float) -> None:
    made = NOW - timedelta(days=10)
    row = CampaignRow(
        campaign=uuid4(),
        project=uuid4(),
        name="x",
        readme=None,
        metadata={},
        target_views=1_000,
        target_at=made + timedelta(days=days),
        reached_at=None,
        views=views,
        likes=0,
        comments=0,
        shares=0,
        saves=0,
        video_count=0,
        creator_count=0,
        item_count=0,
        parent_ids=[],
        created_at=made,
        updated_at=made,
    )
    found = target(row, NOW)
    assert found is not None
    assert (found.state, found.pace, found.percentage) == (state, pace, views // 10)


async def test_a_reached_target_stays_reached_until_it_is_changed(api: Any) -> None:
    ids = await program(api)
    path = f"/campaigns/{ids['outer']}"
    await api.patch(path, {"target_views": 1_400})
    now = clock.now()
    await api.world.work("campaigns", now)
    reached = (await api.get(path))["data"]["target"]
    assert (reached["state"], reached["percentage"], reached["reached_at"]) == ("reached", 100, instant(now))
    await api.call("DELETE", f"{path}/items", params={"item_type": "campaign", "item_id": ids["inner"]})
    after = (await api.get(path))["data"]["target"]
    assert (after["state"], after["reached_at"]) == ("reached", instant(now))
    assert after["percentage"] < 100
    await api.patch(path, {"target_views": 1_401})
    again = (await api.get(path))["data"]["target"]
    assert (again["state"], again["reached_at"]) == ("on_track", None)


async def test_every_way_to_a_video_is_told(api: Any) -> None:
    ids = await program(api)
    (video,) = (await api.get("/videos", sort="-view_count", limit=1))["data"]
    await api.post(f"/campaigns/{ids['outer']}/items", {"item_type": "video", "item_id": video["id"]})
    path = f"/campaigns/{ids['outer']}/paths"
    found = (await api.get(path, video_id=video["id"]))["data"]
    assert (found["counted"], found["path_count"], found["tracking_status"]) == (True, 2, "auto_tracked")
    assert [[c["id"] for c in way["campaigns"]] for way in found["paths"]] == [
        [ids["outer"]],
        [ids["outer"], ids["inner"]],
    ]
    assert [(w["item"]["item_type"], w["item"]["item_id"]) for w in found["paths"]] == [
        ("video", video["id"]),
        ("creator", ids["creator"]),
    ]
    second = (await api.get(path, video_id=video["id"], limit=1, offset=1))["data"]
    assert (second["paths"], second["path_count"]) == (found["paths"][1:], 2)


async def test_the_ways_to_a_video_that_does_not_count_are_told_too(api: Any) -> None:
    ids = await program(api)
    (video,) = (await api.get("/videos", sort="-view_count", limit=1))["data"]
    await api.patch(f"/videos/{video['id']}", {"tracking_status": "excluded"})
    found = (await api.get(f"/campaigns/{ids['inner']}/paths", video_id=video["id"]))["data"]
    assert (found["counted"], found["path_count"], found["tracking_status"]) == (False, 1, "excluded")
    lonely = await api.campaign(ids["project"])
    none = (await api.get(f"/campaigns/{lonely}/paths", video_id=video["id"]))["data"]
    assert (none["counted"], none["path_count"], none["paths"]) == (False, 0, [])
    assert await api.refused("GET", f"/campaigns/{lonely}/paths", params={"video_id": str(uuid4())}) == (
        404,
        "not_found",
    )


def test_ways_are_counted_without_being_walked() -> None:
    layers = [[uuid4(), uuid4()] for _ in range(1500)]
    top, video = uuid4(), uuid4()
    steps = [StepRow(top, "campaign", one, "c") for one in layers[0]]
    steps += [StepRow(a, "campaign", b, "c") for above, below in pairwise(layers) for a in above for b in below]
    steps += [StepRow(one, "video", video, None) for one in layers[-1]]
    ways = Ways(top, steps)
    assert ways.count == 2**1500
    last = list(ways.page(2**1500 - 1, 5))
    assert [step.item for step in last[0]] == [*(max(layer) for layer in layers), video]
    assert len({tuple(s.item for s in way) for way in ways.page(10, 20)}) == 20
