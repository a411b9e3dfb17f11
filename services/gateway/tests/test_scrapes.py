"""Reading at once and the jobs of reading, over HTTP."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from trackagoat.events import clock
from trackagoat.events.catalogue.workspace import SetTier

URL = "https://www.tiktok.com/@zoe/video/7480000000000000009"


async def done(api: Any) -> None:
    """As if everything had been read."""
    await api.world.pools["ingest"].execute(
        "UPDATE due SET due_at = now() + interval '6 hours' WHERE kind IN "
        "('creator_profiles', 'discover_videos', 'video_stats')"
    )
    await api.world.pools["ingest"].execute("UPDATE scrape_jobs SET status = 'succeeded', finished_at = now()")


async def used(api: Any) -> Any:
    limits = {one["key"]: one for one in (await api.get("/limits"))["data"]["limits"]}
    return limits["max_manual_scrape_triggers_per_day"]["current"]


async def test_a_creator_is_read_at_once_and_the_job_is_told(api: Any) -> None:
    project = await api.project()
    creator = await api.creator(project)
    queued = await api.call("POST", f"/creators/{creator}/scrape")
    answer = (await queued.json())["data"]
    assert queued.status == 202
    assert [job["kind"] for job in answer["already_queued"]] == ["creator_profiles", "discover_videos"]
    assert (answer["jobs"], await used(api)) == ([], 0)
    await done(api)
    answer = (await api.post(f"/creators/{creator}/scrape", {"kinds": ["discover_videos"]}))["data"]
    (job,) = answer["jobs"]
    assert (job["trigger"], job["status"], job["entity"]) == ("manual", "queued", {"type": "creator", "id": creator})
    assert (answer["already_queued"], await used(api)) == ([], 1)
    assert (await api.get(f"/scrape-jobs/{job['id']}"))["data"] == job
    answer = (await api.post(f"/creators/{creator}/scrape"))["data"]
    assert ([j["kind"] for j in answer["jobs"]], answer["already_queued"]) == (["creator_profiles"], [job])
    assert await used(api) == 2


async def test_the_allowance_of_the_day_is_refused_with_when_it_begins_anew(api: Any) -> None:
    project = await api.project()
    creator = await api.creator(project)
    await api.tell(SetTier(org=api.org, tier="starter"))
    for _ in range(10):
        await done(api)
        await api.post(f"/creators/{creator}/scrape")
    await done(api)
    response = await api.call("POST", f"/creators/{creator}/scrape")
    meta = (await response.json())["meta"]
    assert (response.status, meta["code"]) == (429, "rate_limit_exceeded")
    assert meta["limitKey"] == "max_manual_scrape_triggers_per_day"
    assert response.headers["Retry-After"] == str(meta["retryAfter"])
    assert 0 < meta["retryAfter"] <= 86_400
    assert await used(api) == 10


async def test_what_rests_is_not_read(api: Any) -> None:
    project = await api.project()
    video = (await api.post(f"/projects/{project}/videos", {"url": URL}))["data"]["id"]
    await done(api)
    (job,) = (await api.post(f"/videos/{video}/scrape"))["data"]["jobs"]
    assert (job["kind"], job["entity"]) == ("video_stats", {"type": "video", "id": video})
    await api.post(f"/videos/{video}/tracking-disable")
    assert await api.refused("POST", f"/videos/{video}/scrape") == (409, "tracking_disabled")
    creator = await api.creator(project)
    await api.delete(f"/creators/{creator}")
    assert await api.refused("POST", f"/creators/{creator}/scrape") == (409, "creator_inactive")
    assert await api.refused("POST", f"/creators/{uuid4()}/scrape") == (404, "not_found")
    assert await api.refused("POST", f"/creators/{creator}/scrape", {"kinds": []}) == (400, "invalid_body")


async def test_jobs_are_listed_by_what_they_read_and_how_they_stand(api: Any) -> None:
    project, other = await api.project(), await api.project("Other")
    creator = await api.creator(project, "zoe")
    video = (await api.post(f"/projects/{project}/videos", {"url": URL}))["data"]["id"]
    await api.creator(other, "ben")
    every = (await api.get("/scrape-jobs"))["data"]
    assert len(every) == 5
    assert len((await api.get("/scrape-jobs", project_id=project))["data"]) == 3
    assert {j["kind"] for j in (await api.get("/scrape-jobs", creator_id=creator))["data"]} == {
        "creator_profiles",
        "discover_videos",
        "video_stats",
    }
    assert [j["entity"]["id"] for j in (await api.get("/scrape-jobs", video_id=video))["data"]] == [video]
    assert len((await api.get("/scrape-jobs", kind="discover_videos", status="queued"))["data"]) == 2
    assert (await api.get("/scrape-jobs", status="failed"))["data"] == []
    first = await api.get("/scrape-jobs", limit=2)
    rest = await api.get("/scrape-jobs", limit=100, cursor=first["meta"]["nextCursor"])
    assert first["data"] + rest["data"] == every
    assert await api.refused("GET", f"/scrape-jobs/{UUID(int=5)}") == (404, "not_found")
    assert await api.refused("GET", "/scrape-jobs", params={"video_id": str(clock.new_id())}) == (404, "not_found")
