"""Creators renamed, disabled and enabled again, videos that rest, and the logs of what happened, over HTTP."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from trackagoat.events import clock
from trackagoat.events.catalogue.ingest import DisableCreator
from trackagoat.events.catalogue.words import CreatorId

URL = "https://www.tiktok.com/@zoe/video/7480000000000000009"


async def disable(api: Any, creator: str) -> None:
    """As failing scrapes do."""
    first = datetime(2026, 3, 1, tzinfo=UTC)
    await api.tell(
        DisableCreator(creator=CreatorId(UUID(creator)), reason="private", failures=5, first_failure_at=first)
    )


async def test_a_rename_clears_the_profile_and_keeps_everything_else(api: Any) -> None:
    project = await api.project()
    creator = await api.creator(project, tracking_start_date="2016-01-01", readme="notes")
    await api.scrape(project, creator, api.shot(1, views=5), followers=10, bio="bread", display_name="Ana")
    before = (await api.get(f"/creators/{creator}"))["data"]
    assert (before["follower_count"], before["bio"]) == (10, "bread")
    after = (await api.patch(f"/creators/{creator}", {"tiktok_handle": "@ana.bakes"}))["data"]
    cleared = ("tiktok_display_name", "bio", "avatar_url", "follower_count", "following_count", "total_likes_count")
    assert [after[name] for name in (*cleared, "video_count")] == [None] * 7
    assert (after["tiktok_handle"], after["readme"], after["tracked_video_count"]) == ("ana.bakes", "notes", 1)
    await api.scrape(project, creator, followers=20)
    flags = [one["is_baseline"] for one in (await api.get(f"/creators/{creator}/snapshots"))["data"]]
    assert flags == [True, True]


async def test_a_rename_is_refused_in_its_four_ways_and_for_who_is_removed(api: Any) -> None:
    project = await api.project()
    ana, _ = await api.creator(project), await api.creator(project, "ben")
    path = f"/creators/{ana}"
    for handle, code in (("BEN", "handle_taken"), ("a b", "invalid_handle"), ("ANA", "no_change")):
        response = await api.call("PATCH", path, {"tiktok_handle": handle, "readme": "x"})
        answer = await response.json()
        assert (response.status, answer["error"], answer["meta"]["code"]) == (409, code, code)
    assert (await api.get(path))["data"]["readme"] is None
    await api.delete(path)
    assert await api.refused("PATCH", path, {"tiktok_handle": "new"}) == (409, "creator_inactive")


async def test_a_disabled_creator_keeps_its_totals_and_is_enabled_again(api: Any) -> None:
    project = await api.project()
    creator = await api.creator(project, tracking_start_date="2016-01-01")
    await api.scrape(project, creator, api.shot(1, views=5))
    await disable(api, creator)
    shown = (await api.get(f"/creators/{creator}"))["data"]
    assert (shown["is_active"], shown["inactive_reason"], shown["tracked_video_count"]) == (False, "private", 1)
    assert [one["id"] for one in (await api.get("/creators", status="disabled"))["data"]] == [creator]
    back = (await api.post(f"/creators/{creator}/reenable"))["data"]
    assert (back["is_active"], back["inactive_reason"]) == (True, None)
    await disable(api, creator)
    response = await api.call("POST", f"/projects/{project}/creators", {"tiktok_handle": "ANA"})
    assert (response.status, (await response.json())["data"]["id"]) == (200, creator)
    await api.delete(f"/creators/{creator}")
    assert await api.refused("POST", f"/creators/{creator}/reenable") == (409, "creator_inactive")


async def test_many_are_enabled_and_removed_at_once_each_with_its_outcome(api: Any) -> None:
    project, other = await api.project(), await api.project("Other")
    ana, ben, cy = await api.creator(project), await api.creator(project, "ben"), await api.creator(other, "cy")
    await disable(api, ana)
    path, stranger = f"/projects/{project}/creators", str(uuid4())
    answer = await api.post(f"{path}/bulk-reenable", {"creator_ids": [ana, ben, cy, stranger]})
    assert [(one["status"], one.get("code")) for one in answer["data"]["results"]] == [
        ("reenabled", None),
        ("unchanged", None),
        ("failed", "not_found"),
        ("failed", "not_found"),
    ]
    answer = await api.post(f"{path}/bulk-remove", {"creator_ids": [ana, ana, cy]})
    assert [one["status"] for one in answer["data"]["results"]] == ["removed", "unchanged", "failed"]
    assert answer["meta"] == {"succeeded": 2, "failed": 1}
    assert (await api.get(f"/creators/{cy}"))["data"]["is_active"] is True


async def test_the_log_of_a_creator_tells_what_happened_and_who_did_it(api: Any) -> None:
    project = await api.project()
    creator = await api.creator(project)
    await api.patch(f"/creators/{creator}", {"tiktok_handle": "zoe", "tracking_mode": "selective", "readme": "n"})
    await api.scrape(project, creator, followers=900)
    await api.scrape(project, creator, followers=2600)
    await disable(api, creator)
    log = (await api.get(f"/creators/{creator}/history"))["data"]
    told = [(one["kind"], one["data"]) for one in log]
    assert told[0][0] == "auto_disabled"
    assert sorted(data["milestone"] for kind, data in told if kind == "follower_milestone") == [1000, 2500]
    assert ("renamed", {"from": "ana", "to": "zoe"}) in told
    assert ("tracking_mode_changed", {"from": "auto", "to": "selective"}) in told
    assert ("notes_changed", {"fields": ["readme"]}) in told
    by = {one["kind"]: one["actor"] for one in log}
    assert (by["renamed"]["type"], by["renamed"]["name"], by["auto_disabled"]["type"]) == ("api_key", "test", "system")
    assert [one["kind"] for one in (await api.get(f"/creators/{creator}/history", kind="added"))["data"]] == ["added"]
    first = await api.get(f"/creators/{creator}/history", limit=2)
    rest = await api.get(f"/creators/{creator}/history", cursor=first["meta"]["nextCursor"], limit=2)
    assert first["data"] + rest["data"] == log[:4]
    assert (await api.get(f"/creators/{creator}/history", to="2020-01-01"))["data"] == []


async def test_the_log_of_a_creator_tells_of_its_goals(api: Any) -> None:
    project = await api.project()
    creator = await api.creator(project)
    asked = {"creator_id": creator, "metric": "engagement", "period": "weekly", "target_value": 4.5}
    goal = (await api.post(f"/projects/{project}/goals", asked))["data"]["id"]
    await api.patch(f"/goals/{goal}", {"target_value": 5})
    week = (await api.get(f"/goals/{goal}"))["data"]["compliance"]["advisory"]
    late = datetime.fromisoformat(week["period_end"]) - timedelta(hours=1)
    await api.world.work("goals", max(clock.now(), late))
    await api.delete(f"/goals/{goal}")
    log = (await api.get(f"/creators/{creator}/history"))["data"]
    told = {one["kind"]: (one["data"].get("goal_id"), one["data"].get("target_value")) for one in log}
    assert told["goal_created"] == (goal, 4.5)
    assert told["goal_changed"] == (goal, 5)
    assert told["goal_deleted"] == (goal, None)
    (changed,) = [one["data"] for one in log if one["kind"] == "goal_status_changed"]
    assert (changed["goal_id"], changed["from"], changed["to"], changed["percentage"]) == (
        goal,
        "on_track",
        "at_risk",
        0,
    )
    assert (changed["period_start"], changed["period_end"]) == (week["period_start"], week["period_end"])


async def test_a_video_rests_and_is_refreshed_again(api: Any) -> None:
    project = await api.project()
    video = (await api.post(f"/projects/{project}/videos", {"url": URL}))["data"]["id"]
    path = f"/videos/{video}"
    rests = (await api.post(f"{path}/tracking-disable"))["data"]
    assert (rests["tracking_disabled"], rests["tracking_disabled_reason"]) == (True, "manual")
    assert rests["scrape_freshness"] is None
    assert len((await api.get("/videos", tracking_disabled="true"))["data"]) == 1
    assert (await api.post(f"{path}/tracking-disable"))["data"] == rests
    awake = (await api.post(f"{path}/tracking-enable"))["data"]
    assert (awake["tracking_disabled"], awake["tracking_disabled_at"]) == (False, None)
    many = f"/projects/{project}/videos/bulk-tracking-"
    body = {"video_ids": [video, str(uuid4()), video]}
    results = (await api.post(f"{many}disable", body))["data"]["results"]
    assert [one["status"] for one in results] == ["disabled", "failed", "unchanged"]
    results = (await api.post(f"{many}enable", body))["data"]["results"]
    assert [one["status"] for one in results] == ["enabled", "failed", "unchanged"]
    kinds = [one["kind"] for one in (await api.get(f"{path}/history"))["data"]]
    assert kinds == ["tracking_enabled", "tracking_disabled"] * 2 + ["added"]


async def test_notes_of_a_video_are_changed_with_its_status_or_not_at_all(api: Any) -> None:
    project = await api.project()
    video = (await api.post(f"/projects/{project}/videos", {"url": URL, "metadata": {"a": 1}}))["data"]["id"]
    patch = {"tracking_status": "excluded", "readme": "n", "metadata": {"b": 2}}
    changed = (await api.patch(f"/videos/{video}", patch))["data"]
    assert (changed["tracking_status"], changed["readme"], changed["metadata"]) == ("excluded", "n", {"a": 1, "b": 2})
    kept = (await api.patch(f"/videos/{video}", {"metadata": {"a": None}}))["data"]
    assert (kept["readme"], kept["metadata"]) == ("n", {"b": 2})
    assert await api.refused("PATCH", f"/videos/{video}", {}) == (400, "invalid_body")
    kinds = {one["kind"] for one in (await api.get(f"/videos/{video}/history"))["data"]}
    assert kinds == {"added", "excluded", "notes_changed"}
