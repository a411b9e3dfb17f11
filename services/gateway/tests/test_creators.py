"""Creators over HTTP."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from trackagoat.events import clock
from trackagoat.events.catalogue.ingest import DisableCreator, ProfileReading, RecordScrape
from trackagoat.events.catalogue.words import CreatorId, ProjectId


async def test_a_creator_is_added_read_changed_and_removed(api: Any) -> None:
    project = await api.project()
    response = await api.call(
        "POST",
        f"/projects/{project}/creators",
        {"tiktok_handle": "https://www.tiktok.com/@Ana.B?x=1", "metadata": {"a": 1}},
    )
    made = (await response.json())["data"]
    assert response.status == 201
    assert (made["tiktok_handle"], made["tracking_mode"], made["project_id"]) == ("Ana.B", "auto", project)
    assert made["profile_url"] == "https://www.tiktok.com/@Ana.B"
    assert made["scrape_freshness"]["discover_videos"] == {
        "last_scraped_at": None,
        "expected_interval_hours": 6,
        "state": "fresh",
    }
    path = f"/creators/{made['id']}"
    assert (await api.get(path))["data"] == made
    patch = {"display_name_override": " Ana ", "tracking_mode": "selective", "metadata": {"a": None, "b": 2}}
    changed = (await api.patch(path, patch))["data"]
    assert (changed["display_name"], changed["tracking_mode"], changed["metadata"]) == ("Ana", "selective", {"b": 2})
    assert (await api.patch(path, {"display_name_override": None}))["data"]["display_name"] is None
    await api.delete(path)
    removed = (await api.get(path))["data"]
    assert (removed["is_active"], removed["inactive_reason"]) == (False, "removed")
    assert (await api.get("/creators"))["data"] == []
    assert len((await api.get("/creators", status="removed"))["data"]) == 1


async def test_adding_a_removed_handle_again_brings_the_creator_back(api: Any) -> None:
    project = await api.project()
    creator = await api.creator(project)
    await api.delete(f"/creators/{creator}")
    response = await api.call("POST", f"/projects/{project}/creators", {"tiktok_handle": "ANA"})
    assert response.status == 200
    assert (await response.json())["data"]["id"] == creator


async def test_what_is_wrong_with_a_handle_is_said(api: Any) -> None:
    path = f"/projects/{await api.project()}/creators"
    assert (await api.call("POST", path, {"tiktok_handle": "ana"})).status == 201
    taken = await api.call("POST", path, {"tiktok_handle": "@ANA"})
    answer = await taken.json()
    assert (taken.status, answer["error"], answer["meta"]["code"]) == (409, "handle_taken", "handle_taken")
    malformed = await (await api.call("POST", path, {"tiktok_handle": "a b"})).json()
    assert malformed["meta"]["code"] == "invalid_body"
    assert [fault["path"] for fault in malformed["meta"]["details"]] == ["tiktok_handle"]


async def test_a_bulk_tells_of_each_creator(api: Any) -> None:
    project = await api.project()
    old = await api.creator(project, "back")
    await api.delete(f"/creators/{old}")
    asked = [{"tiktok_handle": handle} for handle in ("ana", "a b", "back", "ANA")]
    answer = await api.post(f"/projects/{project}/creators", {"creators": asked})
    results = answer["data"]["results"]
    assert [(one["index"], one["status"], one.get("code")) for one in results] == [
        (0, "created", None),
        (1, "failed", "invalid_handle"),
        (2, "reactivated", None),
        (3, "failed", "handle_taken"),
    ]
    assert results[2]["id"] == old
    assert answer["meta"] == {"succeeded": 2, "failed": 2}


async def test_a_start_date_out_of_range_is_a_fault_with_its_path(api: Any) -> None:
    path = f"/projects/{await api.project()}/creators"
    asked = [{"tiktok_handle": "a"}, {"tiktok_handle": "b", "tracking_start_date": "2015-12-31"}]
    answer = await (await api.call("POST", path, {"creators": asked})).json()
    assert [fault["path"] for fault in answer["meta"]["details"]] == ["creators[1].tracking_start_date"]


async def test_creators_are_listed_by_age_handle_and_followers(api: Any) -> None:
    project = await api.project()
    ids = {}
    for handle, followers in (("bo", 10), ("Ana", None), ("cy", 30)):
        ids[handle] = await api.creator(project, handle)
        if followers is not None:
            await api.scrape(project, ids[handle], followers=followers)

    async def walk(**params: Any) -> list[str]:
        found, cursor = [], None
        while True:
            answer = await api.get("/creators", limit=1, **params, **({"cursor": cursor} if cursor else {}))
            found += [one["tiktok_handle"] for one in answer["data"]]
            cursor = answer["meta"]["nextCursor"]
            if cursor is None:
                return found

    assert await walk() == ["cy", "Ana", "bo"]
    assert await walk(sort="tiktok_handle") == ["Ana", "bo", "cy"]
    assert await walk(sort="-follower_count") == ["cy", "bo", "Ana"]
    assert await walk(search="@AN", project_id=project) == ["Ana"]
    assert await walk(tracking_mode="selective") == []


async def test_readings_of_a_profile_are_listed(api: Any) -> None:
    project = await api.project()
    creator = await api.creator(project)
    await api.scrape(project, creator, followers=10)
    await api.scrape(project, creator, followers=12, total_likes=5)
    answer = await api.get(f"/creators/{creator}/snapshots")
    assert [(one["follower_count"], one["is_baseline"]) for one in answer["data"]] == [(12, False), (10, True)]
    first = await api.get(f"/creators/{creator}/snapshots", limit=1)
    rest = await api.get(f"/creators/{creator}/snapshots", limit=1, cursor=first["meta"]["nextCursor"])
    assert first["data"] + rest["data"] == answer["data"]
    assert (await api.get(f"/creators/{creator}/snapshots", to="2020-01-01"))["data"] == []
    crossed = {"from": "2026-02-01", "to": "2026-01-01"}
    assert await api.refused("GET", f"/creators/{creator}/snapshots", params=crossed) == (400, "invalid_query")


async def test_readings_the_plan_does_not_keep_are_refused_until_a_plan_given_up_is_over(api: Any) -> None:
    project = await api.project()
    creator = await api.creator(project)
    await api.scrape(project, creator, api.shot(1, views=5), followers=10)
    video = (await api.get("/videos"))["data"][0]["id"]
    orgs, since = api.world.pools["workspace"], (clock.now() - timedelta(days=400)).date().isoformat()
    for path in (f"/creators/{creator}/snapshots", f"/videos/{video}/snapshots"):
        await orgs.execute("UPDATE orgs SET tier = 'starter', previous_tier = NULL")
        response = await api.call("GET", path, params={"from": since})
        meta = (await response.json())["meta"]
        assert (response.status, meta["code"], meta["tierRetentionDays"]) == (402, "retention_exceeded", 365)
        assert len((await api.get(path))["data"]) == 1
        grace = "UPDATE orgs SET previous_tier = 'ultra', grace_until = $1"
        await orgs.execute(grace, clock.now() + timedelta(hours=1))
        assert len((await api.get(path, **{"from": since}))["data"]) == 1
        await orgs.execute(grace, clock.now() - timedelta(hours=1))
        assert await api.refused("GET", path, params={"from": since}) == (402, "retention_exceeded")


async def test_removed_routes_say_what_replaces_them(api: Any) -> None:
    project = await api.project()
    for path in (f"/creators/{await api.creator(project)}", f"/campaigns/{await api.campaign(project)}"):
        response = await api.call("GET", f"{path}/stats")
        assert response.status == 410
        assert (await response.json())["meta"] == {"code": "gone", "replacement": "/api/v1/analytics"}


async def test_freshness_is_that_of_each_kind_of_job(api: Any) -> None:
    project = await api.project()
    creator = await api.creator(project)
    now = clock.now()
    read = RecordScrape(
        creator=CreatorId(UUID(creator)),
        project=ProjectId(UUID(project)),
        source="simulator",
        fetched_at=now - timedelta(hours=40),
        tracking_mode="auto",
        profile=ProfileReading(followers=5),
        kind="creator_profiles",
    )
    assert (await api.tell(read)).refused is None
    shown = (await api.get(f"/creators/{creator}"))["data"]
    fresh = shown["scrape_freshness"]
    assert fresh["creator_profiles"]["last_scraped_at"] == shown["last_scraped_at"]
    assert (fresh["creator_profiles"]["state"], fresh["discover_videos"]["state"]) == ("stale", "fresh")
    assert fresh["discover_videos"]["last_scraped_at"] is None


async def test_who_was_never_read_grows_stale_from_the_last_time_it_was_enabled(api: Any) -> None:
    project = await api.project()
    creator = await api.creator(project)
    pool = api.world.pools["ingest"]
    long_ago = "UPDATE creators SET created_at = now() - interval '9 days', tracked_since = now() - interval '9 days'"
    await pool.execute(long_ago)
    assert (await api.get(f"/creators/{creator}"))["data"]["scrape_freshness"]["discover_videos"]["state"] == "overdue"
    first = clock.now() - timedelta(days=3)
    lost = DisableCreator(creator=CreatorId(UUID(creator)), reason="private", failures=5, first_failure_at=first)
    await api.tell(lost)
    back = (await api.post(f"/creators/{creator}/reenable"))["data"]
    assert back["scrape_freshness"]["discover_videos"]["state"] == "fresh"
