"""Videos and the Tracking Inbox over HTTP."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from trackagoat.events import clock

URL = "https://www.tiktok.com/@ana/video/7480000000000000001"


async def test_a_post_is_added_by_its_url_excluded_and_added_again(api: Any) -> None:
    project = await api.project()
    path = f"/projects/{project}/videos"
    response = await api.call("POST", path, {"url": f"{URL}?x=1", "readme": "nice"})
    made = (await response.json())["data"]
    assert response.status == 201
    assert (made["url"], made["tracking_status"], made["origin"]) == (URL, "direct_add", "manual")
    assert (made["readme"], made["description"], made["view_count"]) == ("nice", "nice", None)
    assert (await api.get(f"/videos/{made['id']}"))["data"] == made
    answer = await (await api.call("POST", path, {"url": URL})).json()
    assert answer["meta"] == {"code": "duplicate_video", "videoId": made["id"]}
    video = f"/videos/{made['id']}"
    assert (await api.patch(video, {"tracking_status": "excluded"}))["data"]["tracking_status"] == "excluded"
    assert (await api.get("/videos"))["data"] == []
    again = await api.call("POST", path, {"url": URL})
    assert (again.status, (await again.json())["data"]["tracking_status"]) == (200, "included")
    await api.delete(video)
    assert await api.refused("GET", video) == (404, "not_found")
    back = await api.call("POST", path, {"url": URL})
    assert (back.status, (await back.json())["data"]["id"]) == (200, made["id"])


async def test_a_bulk_tells_of_each_url(api: Any) -> None:
    path = f"/projects/{await api.project()}/videos"
    asked = [{"url": url} for url in (URL, URL, "https://example.com/x", "https://vm.tiktok.com/abc")]
    answer = await api.post(path, {"videos": asked})
    assert [(one["status"], one.get("code")) for one in answer["data"]["results"]] == [
        ("created", None),
        ("failed", "duplicate_video"),
        ("failed", "invalid_url"),
        ("failed", "unresolvable_url"),
    ]
    single = await (await api.call("POST", path, {"url": "https://example.com/x"})).json()
    assert single["meta"]["details"][0]["path"] == "url"


async def test_counted_videos_are_listed_filtered_and_ordered(api: Any) -> None:
    project = await api.project()
    creator = await api.creator(project, tracking_start_date="2016-01-01")
    days = [datetime(2026, 3, day, 12, tzinfo=UTC) for day in (1, 2, 3)]
    posts = [
        api.shot(1, views=5, posted_at=days[0], title="Bread"),
        api.shot(2, posted_at=days[1], title="Butter 50%"),
        api.shot(3, views=7, posted_at=days[2], content_type="photo"),
    ]
    await api.scrape(project, creator, *posts)

    async def walk(**params: Any) -> list[int]:
        found, cursor = [], None
        while True:
            answer = await api.get("/videos", limit=1, **params, **({"cursor": cursor} if cursor else {}))
            found += [int(one["tiktok_video_id"]) % 10 for one in answer["data"]]
            cursor = answer["meta"]["nextCursor"]
            if cursor is None:
                return found

    assert sorted(await walk()) == [1, 2, 3]
    assert await walk(sort="-view_count") == [3, 1, 2]
    assert await walk(sort="-posted_at") == [3, 2, 1]
    assert await walk(search="50%") == [2]
    assert await walk(content_type="photo", creator_id=creator, project_id=project) == [3]
    assert await walk(posted_from="2026-03-02", posted_to="2026-03-02") == [2]
    assert await walk(tracking_disabled="true") == []


async def test_readings_are_listed_and_the_first_is_a_baseline_unless_it_was_gathered_while_tracked(api: Any) -> None:
    project = await api.project()
    creator = await api.creator(project, tracking_start_date="2016-01-01")
    fresh, old = (
        api.shot(1, views=5, posted_at=clock.now() - timedelta(hours=2)),
        api.shot(2, views=9, posted_at=datetime(2026, 3, 1, tzinfo=UTC)),
    )
    await api.scrape(project, creator, fresh, old)
    await api.scrape(project, creator, api.shot(1, views=8), api.shot(2, views=11))
    found = {}
    for video in (await api.get("/videos"))["data"]:
        answer = await api.get(f"/videos/{video['id']}/snapshots")
        found[int(video["tiktok_video_id"]) % 10] = [(one["view_count"], one["is_baseline"]) for one in answer["data"]]
    assert found == {1: [(8, False), (5, False)], 2: [(11, False), (9, True)]}


async def test_the_inbox_holds_what_waits_until_it_is_decided(api: Any) -> None:
    project = await api.project()
    creator = await api.creator(project, tracking_mode="selective", tracking_start_date="2016-01-01")
    await api.scrape(project, creator, *(api.shot(n, views=n) for n in (1, 2, 3)), mode="selective")
    inbox = await api.get(f"/projects/{project}/inbox", sort="-view_count")
    assert inbox["meta"] == {"nextCursor": None, "pendingCount": 3}
    assert [one["view_count"] for one in inbox["data"]] == [3, 2, 1]
    assert inbox["data"][0]["creator"] == {
        "id": creator,
        "tiktok_handle": "ana",
        "display_name": None,
        "avatar_url": None,
    }
    ids = [one["id"] for one in inbox["data"]]
    path, stranger = f"/projects/{project}/inbox/review", str(uuid4())
    answer = await api.post(path, {"video_ids": [ids[0], stranger, ids[1]], "decision": "include"})
    assert [(one["status"], one["id"]) for one in answer["data"]["results"]] == [
        ("included", ids[0]),
        ("failed", stranger),
        ("included", ids[1]),
    ]
    assert answer["meta"] == {"succeeded": 2, "failed": 1}
    answer = await api.post(path, {"video_ids": ids, "decision": "exclude"})
    assert {one["status"] for one in answer["data"]["results"]} == {"excluded"}
    answer = await api.post(path, {"video_ids": ids, "decision": "exclude"})
    assert {one["status"] for one in answer["data"]["results"]} == {"unchanged"}
    assert (await api.get(f"/projects/{project}/inbox"))["meta"]["pendingCount"] == 0
    assert len((await api.get(f"/projects/{project}/inbox", status="excluded"))["data"]) == 3
    counts = (await api.get(f"/projects/{project}"))["data"]["counts"]
    assert (counts["creators"], counts["videos"], counts["pending_review"]) == (1, 0, 0)


async def test_the_leaderboard_shows_the_highest_first_and_unknown_last(api: Any) -> None:
    project = await api.project()
    creator = await api.creator(project, tracking_start_date="2016-01-01")
    at = datetime(2026, 3, 1, 12, tzinfo=UTC)
    posts = [api.shot(1, views=5, posted_at=at), api.shot(2, posted_at=at), api.shot(3, views=7, likes=1, posted_at=at)]
    await api.scrape(project, creator, *posts)
    path = "/analytics/aggregate/video-leaderboard"
    board = (await api.get(path, project_id=project))["data"]
    assert [(one["view_count"], one["total_count"]) for one in board] == [(7, 3), (5, 3), (None, 3)]
    assert board[0]["tiktok_handle"] == "ana"
    (second,) = (await api.get(path, project_id=project, limit=1, offset=1))["data"]
    assert (second["view_count"], second["total_count"]) == (5, 3)
    assert (await api.get(path, project_id=project, order="like_count"))["data"][0]["like_count"] == 1
    assert (await api.get(path, project_id=project, from_="2026-03-02"))["data"] == []
    assert len((await api.get(path, project_id=project, to="2026-03-01"))["data"]) == 3
    assert await api.refused("GET", path) == (400, "invalid_query")
