"""Channels of every kind, rules, deliveries and what is read, over HTTP."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from trackagoat.events import clock
from trackagoat.notifications.channels.outbound import Outbound
from trackagoat.notifications.domain.deliveries import Answer

HOOK = {"kind": "webhook", "name": "Ops", "config": {"url": "https://hooks.example.com/x", "event_types": ["goal.*"]}}
SLACK = {"kind": "slack", "name": "Team", "config": {"webhook_url": "https://hooks.slack.com/services/T0/B0/secret"}}
MAIL = {"kind": "email", "name": "Us", "config": {"to": ["ana@example.com"]}}


async def test_each_kind_has_a_configuration_of_its_own(api: Any) -> None:
    hook = (await api.post("/channels", HOOK))["data"]
    assert hook["config"] == {"url": "https://hooks.example.com/x", "event_types": ["goal.*"]}
    slack = (await api.post("/channels", SLACK))["data"]
    assert (slack["config"], slack["secret"]) == ({"webhook_url": "https://hooks.slack.com/***"}, None)
    assert await api.refused("POST", "/channels", MAIL) == (409, "email_not_configured")
    for wrong in (
        {"kind": "webhook", "name": "x", "config": {"to": ["a@b.c"]}},
        {"kind": "slack", "name": "x", "config": {"url": "https://hooks.example.com/x"}},
        {"kind": "webhook", "name": "x", "config": {"url": "https://hooks.example.com/x", "event_types": ["goat.*"]}},
        {"kind": "email", "name": "x", "config": {"to": []}},
        {"kind": "slack", "name": "x", "config": {"webhook_url": "https://127.0.0.1/x"}},
        {"kind": "in_app", "name": "x", "config": {}},
    ):
        assert await api.refused("POST", "/channels", wrong) == (400, "invalid_body"), wrong


async def test_a_channel_to_nats_needs_no_configuration_and_takes_none(api: Any) -> None:
    made = (await api.post("/channels", {"kind": "nats", "name": "Bus", "config": {}}))["data"]
    assert (made["kind"], made["config"], made["secret"]) == ("nats", {}, None)
    wrong = {"kind": "nats", "name": "Bus", "config": {"url": "https://hooks.example.com/x"}}
    assert await api.refused("POST", "/channels", wrong) == (400, "invalid_body")
    assert await api.refused("POST", f"/channels/{made['id']}/rotate-secret") == (400, "invalid_params")


async def test_a_channel_is_changed_and_its_secret_rotated(api: Any) -> None:
    made = (await api.post("/channels", HOOK))["data"]
    path = f"/channels/{made['id']}"
    changed = (await api.patch(path, {"name": "Night", "is_active": False, "config": {"event_types": []}}))["data"]
    assert (changed["name"], changed["is_active"], changed["disabled_reason"]) == ("Night", False, "switched_off")
    assert changed["config"] == {"url": "https://hooks.example.com/x", "event_types": []}
    assert await api.refused("POST", f"{path}/redeliver", {"from": "2026-01-01", "to": "2026-01-02"}) == (
        409,
        "channel_disabled",
    )
    on = (await api.patch(path, {"is_active": True}))["data"]
    assert (on["is_active"], on["disabled_reason"]) == (True, None)
    rotated = (await api.post(f"{path}/rotate-secret"))["data"]
    assert rotated["secret"].startswith("whsec_")
    assert rotated["secret"] != made["secret"]
    assert await api.refused("PATCH", path, {"config": {"to": ["a@b.c"]}}) == (400, "invalid_body")
    (bell,) = (await api.get("/channels", kind="in_app"))["data"]
    assert await api.refused("PATCH", f"/channels/{bell['id']}", {"name": "x"}) == (409, "builtin_channel")
    assert await api.refused("POST", f"/channels/{bell['id']}/rotate-secret") == (409, "builtin_channel")
    slack = (await api.post("/channels", SLACK))["data"]
    assert (await api.refused("POST", f"/channels/{slack['id']}/rotate-secret"))[0] == 400


async def test_rules_are_made_changed_and_deleted(api: Any) -> None:
    project = await api.project()
    hook = (await api.post("/channels", HOOK))["data"]["id"]
    (first,) = (await api.get("/alert-rules"))["data"]
    assert (first["name"], first["kinds"], first["digest"]) == ("Everything in the app", None, "immediate")
    wanted = {
        "name": "Goals",
        "channel_ids": [hook],
        "project_ids": [project],
        "kinds": ["goal_missed"],
        "min_severity": "warning",
        "digest": "daily",
        "quiet_hours": {"start": "22:00", "end": "07:00", "timezone": "Europe/Berlin"},
    }
    made = (await api.post("/alert-rules", wanted))["data"]
    assert wanted.items() <= made.items()
    path = f"/alert-rules/{made['id']}"
    changed = (await api.patch(path, {"kinds": None, "quiet_hours": None}))["data"]
    assert (changed["kinds"], changed["quiet_hours"], changed["digest"]) == (None, None, "daily")
    await api.delete(f"/channels/{hook}")
    assert (await api.get(path))["data"]["channel_ids"] == []
    await api.delete(path)
    assert await api.refused("GET", path) == (404, "not_found")
    for wrong in (
        {"name": "x", "channel_ids": [], "quiet_hours": {"start": "22:00", "end": "22:00"}},
        {"name": "x", "channel_ids": [], "quiet_hours": {"start": "9:00", "end": "22:00"}},
        {"name": "x", "channel_ids": [], "quiet_hours": {"start": "09:00", "end": "22:00", "timezone": "Mars/Base"}},
        {"name": "x", "channel_ids": [], "kinds": ["goat_missing"]},
    ):
        assert await api.refused("POST", "/alert-rules", wrong) == (400, "invalid_body"), wrong
    for unknown in ({"channel_ids": [str(uuid4())]}, {"channel_ids": [], "project_ids": [str(uuid4())]}):
        assert await api.refused("POST", "/alert-rules", {"name": "x"} | unknown) == (404, "not_found")


async def test_a_test_is_sent_at_once_and_stands_among_the_deliveries(
    api: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The world outside is kept out: nobody answers."""

    async def nobody(*_: Any) -> Answer:
        return Answer(duration_ms=3, error="nobody is there")

    monkeypatch.setattr(Outbound, "post", nobody)
    made = (await api.post("/channels", HOOK))["data"]
    testing = asyncio.create_task(api.post(f"/channels/{made['id']}/test"))
    pool = api.world.pools["notifications"]
    async with asyncio.timeout(20):
        while not await pool.fetchval("SELECT count(*) FROM deliveries"):
            await asyncio.sleep(0.02)
        await api.world.work("notifications", clock.now())
    tested = (await testing)["data"]
    assert (tested["ok"], tested["http_status"]) == (False, None)
    assert tested["error"]
    (row,) = (await api.get("/deliveries", channel_id=made["id"], status="failed"))["data"]
    assert (row["type"], len(row["attempts"]), row["attempts"][0]["error"]) == ("test.ping", 1, tested["error"])
    assert (await api.get(f"/deliveries/{row['id']}"))["data"] == row
    answer = await api.call("POST", f"/deliveries/{row['id']}/redeliver")
    assert answer.status == 202
    assert (await answer.json())["data"]["status"] == "pending"
    assert (await api.get("/deliveries", status="succeeded"))["data"] == []
    for wrong in ({"from": "soon", "to": "2026-01-02"}, {"from": "2026-02-02", "to": "2026-01-02"}):
        assert await api.refused("POST", f"/channels/{made['id']}/redeliver", wrong) == (400, "invalid_body")
    span = {"from": "2026-01-01T00:00:00Z", "to": "2026-01-02", "status": "failed"}
    answer = await api.call("POST", f"/channels/{made['id']}/redeliver", span)
    assert (answer.status, (await answer.json())["data"]) == (202, {"queued": 0})
