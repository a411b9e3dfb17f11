"""Annotations: made, changed and taken away by people; those that come by themselves stay as they are."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from trackagoat.events.catalogue.ingest import DiscoveryGapFound
from trackagoat.events.catalogue.words import CreatorId, ProjectId
from trackagoat.events.testing.play import heard, play

PATH = "/analytics/annotations"


async def test_a_note_is_made_changed_shown_in_series_and_taken_away(api: Any) -> None:
    project = await api.project()
    creator = await api.creator(project)
    note = {
        "project_id": project,
        "date": "2026-03-10",
        "label": " Launch ",
        "kind": "launch",
        "body": "With **bread**",
    }
    made = (await api.post(PATH, note))["data"]
    assert (made["label"], made["kind"], made["is_automatic"], made["entity_type"]) == ("Launch", "launch", False, None)
    about = {"entity": "creator", "entity_id": creator}
    other = (await api.post(PATH, {"project_id": project, "date": "2026-03-11", "label": "Ana only", **about}))["data"]
    changed = (await api.patch(f"{PATH}/{made['id']}", {"label": "Start", "body": None}))["data"]
    assert (changed["label"], changed["body"], changed["date"]) == ("Start", None, "2026-03-10")
    of_project = {"entity": "project", "entity_id": project, "from_": "2026-03-01", "to": "2026-03-31"}
    shown = (await api.get("/analytics", **of_project))["data"]["annotations"]
    assert [one["id"] for one in shown] == [made["id"]]
    of_creator = {"entity": "creator", "entity_id": creator, "from_": "2026-03-01", "to": "2026-03-31"}
    shown = (await api.get("/analytics", **of_creator))["data"]["annotations"]
    assert [one["id"] for one in shown] == [made["id"], other["id"]]
    await api.delete(f"{PATH}/{made['id']}")
    assert await api.refused("DELETE", f"{PATH}/{made['id']}") == (404, "not_found")
    assert [one["id"] for one in (await api.get(PATH, to="2026-03-31"))["data"]] == [other["id"]]


async def test_lists_are_filtered_and_paged_by_day(api: Any) -> None:
    project = await api.project()
    for day in (3, 1, 2, 2):
        note = {"project_id": project, "date": f"2026-03-0{day}", "label": f"Day {day}", "kind": "incident"}
        await api.post(PATH, note)
    asked = {"project_id": project, "kind": "incident", "limit": 1}
    labels, cursor = [], None
    while True:
        page = await api.get(PATH, **asked, **({"cursor": cursor} if cursor else {}))
        labels += [one["label"] for one in page["data"]]
        if (cursor := page["meta"]["nextCursor"]) is None:
            break
    assert labels == ["Day 3", "Day 2", "Day 2", "Day 1"]
    found = (await api.get(PATH, project_id=project, from_="2026-03-02", to="2026-03-02"))["data"]
    assert {one["label"] for one in found} == {"Day 2"}
    assert (await api.get(PATH, project_id=project, kind="launch"))["data"] == []


async def test_what_happens_is_noted_by_itself_and_cannot_be_changed(api: Any) -> None:
    project = await api.project()
    creator, campaign = await api.creator(project), await api.campaign(project, "Spring")
    found = {one["kind"]: one for one in (await api.get(PATH, project_id=project))["data"]}
    assert (found["creator_added"]["entity_id"], found["creator_added"]["is_automatic"]) == (creator, True)
    assert (found["campaign_created"]["entity_id"], found["campaign_created"]["label"]) == (
        campaign,
        "Campaign Spring was created",
    )
    path = f"{PATH}/{found['creator_added']['id']}"
    assert await api.refused("PATCH", path, {"label": "x"}) == (409, "annotation_read_only")
    assert await api.refused("DELETE", path) == (409, "annotation_read_only")


async def test_renames_milestones_and_gaps_of_creators_are_noted_by_themselves(api: Any) -> None:
    project = await api.project()
    creator = await api.creator(project)
    for followers in (900, 1_100):
        await api.scrape(project, creator, followers=followers)
    await api.patch(f"/creators/{creator}", {"tiktok_handle": "anabel"})
    gap = DiscoveryGapFound(
        creator=CreatorId(UUID(creator)),
        project=ProjectId(UUID(project)),
        gap_from=datetime(2026, 3, 1, tzinfo=UTC),
        gap_to=datetime(2026, 3, 2, tzinfo=UTC),
        posts_read=200,
        outcome="ok",
    )
    world = api.world
    fact = heard(gap, org=api.org, at=datetime(2026, 3, 2, 12, tzinfo=UTC))
    for _ in range(2):
        await play(world.pools["workspace"], world.services["workspace"], [fact])
    found = (await api.get(PATH, project_id=project, entity="creator", entity_id=creator))["data"]
    assert all(one["is_automatic"] for one in found)
    assert {(one["kind"], one["label"]) for one in found} == {
        ("creator_added", "A creator was added"),
        ("follower_milestone", "1,000 followers were reached"),
        ("creator_renamed", "A creator was renamed"),
        ("discovery_gap", "Posts may be missing"),
    }
    assert len(found) == 4
    assert [one["date"] for one in found if one["kind"] == "discovery_gap"] == ["2026-03-02"]


async def test_the_day_of_what_happened_follows_the_timezone_of_the_org(api: Any) -> None:
    project = await api.project()
    await api.creator(project)
    at = datetime(2026, 3, 28, 23, 30, tzinfo=UTC)
    await api.world.pools["workspace"].execute("UPDATE annotations SET happened_at = $1", at)
    for zone, day in (("Europe/Berlin", "2026-03-29"), ("UTC", "2026-03-28"), ("Asia/Kolkata", "2026-03-29")):
        await api.world.pools["workspace"].execute("UPDATE orgs SET timezone = $1", zone)
        (found,) = (await api.get(PATH, project_id=project))["data"]
        assert found["date"] == day
    await api.delete(f"/projects/{project}")
    assert (await api.get(PATH))["data"] == []


@pytest.mark.parametrize(
    "wrong", [{"date": "x"}, {"label": ""}, {"kind": "goal_missed"}, {"entity": "creator"}, {"body": "x" * 2_001}]
)
async def test_what_cannot_be_noted_is_refused(api: Any, wrong: dict[str, Any]) -> None:
    note = {"project_id": await api.project(), "date": "2026-03-10", "label": "x"} | wrong
    assert await api.refused("POST", PATH, note) == (400, "invalid_body")


async def test_things_of_elsewhere_cannot_be_noted_about(api: Any) -> None:
    project, other = await api.project(), await api.project("Other")
    creator = await api.creator(other)
    note = {"project_id": project, "date": "2026-03-10", "label": "x", "entity": "creator"}
    for entity in (creator, str(uuid4())):
        assert await api.refused("POST", PATH, {**note, "entity_id": entity}) == (404, "not_found")
