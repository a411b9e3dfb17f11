"""A fact travels from a scrape to a signed webhook, through every service, over the public API."""

from __future__ import annotations

import base64
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from prometheus_client import generate_latest
from standardwebhooks import Webhook

from trackagoat.events import clock

Until = Callable[..., Awaitable[Any]]


@pytest.mark.parametrize("postgres", ["own", "oldest", "pooled"], indirect=True)
async def test_a_goal_at_risk_reaches_a_webhook_whose_signature_verifies(
    house: Any, receiver: Any, until: Until, noon: str
) -> None:
    _, api = await house.org(noon)
    channel = await api.ok("POST", "/channels", {"kind": "webhook", "name": "hook", "config": {"url": receiver.url}})
    await api.ok("POST", "/alert-rules", {"name": "All", "channel_ids": [channel["id"]]})
    project = await api.ok("POST", "/projects", {"name": "Spring"})
    start = (clock.now() - timedelta(days=30)).date().isoformat()
    creator = await api.ok(
        "POST", f"/projects/{project['id']}/creators", {"tiktok_handle": "daily_hay", "tracking_start_date": start}
    )

    async def discovered() -> Any:
        return await api.ok("GET", f"/videos?project_id={project['id']}")

    videos = await until(discovered)
    assert {v["creator_id"] for v in videos} == {creator["id"]}

    campaign = await api.ok("POST", f"/projects/{project['id']}/campaigns", {"name": "All"})
    await api.ok("POST", f"/campaigns/{campaign['id']}/items", {"item_type": "creator", "item_id": creator["id"]})

    async def counted() -> Any:
        totals = (await api.ok("GET", f"/campaigns/{campaign['id']}"))["totals"]
        tracked = (await api.ok("GET", f"/creators/{creator['id']}"))["tracked_video_count"]
        return totals["video_count"] == tracked > 0 and totals["views"]

    assert await until(counted) > 0

    target = {"creator_id": creator["id"], "metric": "posts", "period": "daily", "target_value": 1000}
    goal = await api.ok("POST", f"/projects/{project['id']}/goals", target)

    async def delivered() -> Any:
        return receiver.got

    headers, body = (await until(delivered))[0]
    secret = channel["secret"]
    assert len(base64.b64decode(secret.removeprefix("whsec_"))) == 32
    message = Webhook(secret).verify(body, headers)
    assert message["type"] == "alert.goal_at_risk"
    assert message["data"]["data"]["goal_id"] == goal["id"] or message["data"]["entity"]["id"] == goal["id"]
    alerts = await api.ok("GET", "/alerts")
    assert [(a["kind"], a["entity"]["id"]) for a in alerts] == [("goal_at_risk", goal["id"])]
    (row,) = await api.ok("GET", f"/projects/{project['id']}/goal-compliance")
    assert [c["status"] for c in row["compliance"]] == ["at_risk"]
    figures = generate_latest().decode()
    for told in (
        'trackagoat_outside_seconds_count{outcome="ok",place="simulator",what="discover_videos"}',
        'trackagoat_outside_seconds_count{outcome="ok",place="webhook",what="delivery"}',
        'trackagoat_request_seconds_count{method="GET",route="/alerts",status="200"}',
        'trackagoat_events_total{tag="alert.raised.v1"}',
        'trackagoat_due_seconds_count{kind="delivery"}',
    ):
        assert told in figures


async def test_excluding_a_video_takes_exactly_its_counters_out_of_every_campaign_above_it(
    house: Any, until: Until
) -> None:
    _, api = await house.org()
    project = (await api.ok("POST", "/projects", {"name": "Diamond"}))["id"]
    start = (clock.now() - timedelta(days=30)).date().isoformat()
    made = {"tiktok_handle": "steady_hooves", "tracking_start_date": start}
    creator = (await api.ok("POST", f"/projects/{project}/creators", made))["id"]
    ids = [(await api.ok("POST", f"/projects/{project}/campaigns", {"name": name}))["id"] for name in "PXYZ"]
    top, left, right, bottom = ids
    for above, below in ((top, left), (top, right), (left, bottom), (right, bottom)):
        await api.ok("POST", f"/campaigns/{above}/items", {"item_type": "campaign", "item_id": below})
    await api.ok("POST", f"/campaigns/{bottom}/items", {"item_type": "creator", "item_id": creator})

    async def totals() -> list[Any]:
        return [(await api.ok("GET", f"/campaigns/{id}"))["totals"] for id in ids]

    async def settled() -> Any:
        found = await totals()
        tracked = (await api.ok("GET", f"/creators/{creator}"))["tracked_video_count"]
        return found if {t["video_count"] for t in found} == {tracked} and tracked else None

    before = (await until(settled))[0]
    video = next(v for v in await api.ok("GET", f"/videos?project_id={project}") if v["view_count"])
    await api.ok("POST", f"/campaigns/{left}/items", {"item_type": "video", "item_id": video["id"]})
    assert await totals() == [before] * 4

    _, answer = await api.call("POST", f"/campaigns/{bottom}/items", {"item_type": "campaign", "item_id": top})
    assert answer["meta"]["code"] == "circular_reference"
    assert answer["meta"]["path"] in ([bottom, top, left, bottom], [bottom, top, right, bottom])

    await api.ok("PATCH", f"/videos/{video['id']}", {"tracking_status": "excluded"})

    async def shrunk() -> Any:
        return all(t["views"] == before["views"] - video["view_count"] for t in await totals())

    await until(shrunk)
    await api.ok("PATCH", f"/videos/{video['id']}", {"tracking_status": "included"})

    async def back() -> Any:
        return await totals() == [before] * 4

    await until(back)
