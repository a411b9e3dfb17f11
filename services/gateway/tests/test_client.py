"""The Python client and `goat api`, driving the real API on a real database."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from click.testing import CliRunner

from trackagoat.cli.main import main
from trackagoat.client import Client, codes, requests
from trackagoat.events import clock
from trackagoat.events.catalogue.words import OrgId


@pytest.fixture
async def goat(api: Any) -> AsyncIterator[Client]:
    async with Client(str(api.client.make_url("")), api.key) as client:
        yield client


async def test_a_program_is_set_up_and_watched_through_the_client(api: Any, goat: Client) -> None:
    project = await goat.create_project(name="Spring", metadata={"season": 1})
    ana = await goat.add_creator(project.id, tiktok_handle="ana")
    wanted = [requests.NewCreator(tiktok_handle=handle) for handle in ("bo", "ana", "cy")]
    rest = await goat.add_creators(project.id, creators=wanted)
    assert [one.status for one in rest.results] == ["created", "failed", "created"]
    assert rest.results[1].code == "handle_taken"
    tracked = goat.list_creators(project_id=project.id, limit=2)
    assert {one.tiktok_handle async for one in tracked} == {"ana", "bo", "cy"}

    await api.scrape(str(project.id), str(ana.id), api.shot(1, views=1_000), api.shot(2, views=500), followers=10)
    videos = await goat.list_videos(creator_id=ana.id).all()
    assert sorted(one.view_count or 0 for one in videos) == [500, 1_000]

    campaign = await goat.create_campaign(project.id, name="Push")
    await goat.add_campaign_item(campaign.id, item_type="creator", item_id=ana.id)
    seen = await goat.get_campaign(campaign.id)
    assert (seen.totals.views, seen.totals.video_count) == (1_500, 2)

    goal = await goat.set_goal(project.id, creator_id=ana.id, metric="posts", period="weekly", target_value=3)
    assert (await goat.get_goal(goal.id)).target_value == 3
    (compliance,) = await goat.get_goal_compliance(project.id)
    assert compliance.compliance[0].status in {"on_track", "behind_pace", "at_risk", "completed"}

    found = await goat.get_project(project.id)
    renamed = await goat.update_project(project.id, name="Summer", if_match=found.etag)
    with pytest.raises(codes.PreconditionFailed) as late:
        await goat.update_project(project.id, name="Autumn", if_match=found.etag)
    assert late.value.meta["etag"] == renamed.etag
    with pytest.raises(codes.NotFound):
        await goat.get_video(project.id)
    assert (await goat.delete_project(project.id)).deleted


async def test_a_program_signs_up_and_goes_the_whole_way(api: Any) -> None:
    async with Client(str(api.client.make_url(""))) as ana:
        signed = await ana.register(
            email="ana@example.com", password="correct horse battery", name="Ana", org_name="Goat", timezone="UTC"
        )
        key = (await ana.create_api_key(name="reporting", scopes=["read", "write"])).key
        assert key is not None
        await ana.logout()
        with pytest.raises(codes.InvalidApiKey):
            await ana.get_me()
    assert signed.org is not None
    api.org = OrgId(signed.org.id)
    async with Client(str(api.client.make_url("")), key) as goat:
        project = await goat.create_project(name="Spring")
        wanted = [requests.NewCreator(tiktok_handle=handle) for handle in ("ana", "bo")]
        ana_id, _ = [one.id for one in (await goat.add_creators(project.id, creators=wanted)).results]
        assert ana_id is not None
        campaign = await goat.create_campaign(project.id, name="Push", target_views=2_000)
        await goat.add_campaign_item(campaign.id, item_type="creator", item_id=ana_id)
        goal = await goat.set_goal(project.id, creator_id=ana_id, metric="posts", period="daily", target_value=2)
        shots = [api.shot(n, views=500 * n, posted_at=clock.now()) for n in (1, 2)]
        await api.scrape(str(project.id), str(ana_id), *shots, followers=10)

        await api.world.work("goals", clock.now())

        assert (await goat.get_campaign(campaign.id)).totals.views == 1_500
        (held,) = await goat.get_goal_compliance(project.id)
        (compliance,) = held.compliance
        assert (compliance.goal.id, compliance.actual, compliance.percentage) == (goal.id, 2, 100)
        shown = await goat.get_analytics(entity="campaign", entity_id=campaign.id, metric="views")
        assert sum(point.value or 0 for point in shown.series[0].points) == 1_500


async def test_the_same_post_from_two_places_is_one(goat: Client) -> None:
    made = await asyncio.gather(*(goat.create_project(name="x", idempotency_key="one") for _ in range(2)))
    assert made[0].id == made[1].id
    assert len(await goat.list_projects().all()) == 1


async def test_the_description_can_be_read_by_anybody(api: Any) -> None:
    async with Client(str(api.client.make_url(""))) as stranger:
        assert (await stranger.get_openapi())["openapi"] == "3.1.0"
        assert "creator" in (await stranger.get_schema()).entities
        with pytest.raises(codes.InvalidApiKey):
            await stranger.get_me()


class Shell:
    """`goat api`, as a shell calls it."""

    def __init__(self, api: Any) -> None:
        self._where = ["api", "--url", str(api.client.make_url("")), "--key", api.key]

    async def __call__(self, *arguments: str, input: str | None = None) -> tuple[int, str, str]:
        done = await asyncio.to_thread(CliRunner().invoke, main, [*self._where, *arguments], input)
        return done.exit_code, done.stdout, done.stderr


async def test_the_api_is_called_from_the_shell(api: Any) -> None:
    goat = Shell(api)
    status, out, _ = await goat("create-project", "--set", "name=Spring", "--set", 'metadata={"n": 1}')
    project = json.loads(out)
    assert (status, project["name"], project["metadata"]) == (0, "Spring", {"n": 1})
    body = json.dumps({"creators": [{"tiktok_handle": handle} for handle in ("ana", "bo", "cy")]})
    assert (await goat("add-creators", project["id"], "--body", "-", input=body))[0] == 0
    status, out, more = await goat("list-creators", "--limit", "2", "--project-id", project["id"])
    assert (status, len(json.loads(out))) == (0, 2)
    assert "--cursor" in more
    _, out, _ = await goat("listCreators", "--limit", "2", "--sort", "tiktok_handle", "--all")
    assert [one["tiktok_handle"] for one in json.loads(out)] == ["ana", "bo", "cy"]


async def test_a_refusal_ends_with_its_code_and_every_fault(api: Any) -> None:
    status, out, told = await Shell(api)("create-project", "--set", "nam=x")
    assert (status, out) == (1, "")
    assert "invalid_body" in told
    assert "body name: Required" in told
    status, _, told = await Shell(api)("get-project", "not-an-id")
    assert (status, "path projectId: Not a UUID" in told) == (1, True)
    assert (await Shell(api)("list-creators", "--status", "odd"))[0] == 2
    assert (await Shell(api)("no-such-call"))[0] == 2
