"""Every way a call about campaigns, analytics or annotations can fail, with its status, its code and what goes with it.

One row per code and kind of call; codes of every route (keys, scopes, If-Match, Idempotency-Key) are proven for all
routes in `every_route`, here for these.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

import pytest

from trackagoat.events.catalogue.words import Command
from trackagoat.events.decider import Outcome, Refusal
from trackagoat.events.envelope import Ask
from trackagoat.gateway.edge.faults import STATUS
from trackagoat.gateway.routes import ROUTES

NOTES, SERIES, BOARDS = "/analytics/annotations", "/analytics", "/analytics/aggregate"
LONG = "x" * 201


async def program(api: Any) -> dict[str, str]:
    """Outer holds Inner; Inner holds ana; bo is of another project."""
    project, other = await api.project(), await api.project("Other")
    ids = {"project": project, "ana": await api.creator(project), "bo": await api.creator(other, "bo")}
    ids |= {"outer": await api.campaign(project, "Outer"), "inner": await api.campaign(project, "Inner")}
    for holder, kind, item in (("outer", "campaign", "inner"), ("inner", "creator", "ana")):
        await api.post(f"/campaigns/{ids[holder]}/items", {"item_type": kind, "item_id": ids[item]})
    note = {"project_id": project, "date": "2026-03-10", "label": "Launch"}
    ids["note"] = (await api.post(NOTES, note))["data"]["id"]
    automatic = (await api.get(NOTES, project_id=project, kind="creator_added"))["data"][0]["id"]
    return {**ids, "automatic": automatic, "nobody": str(uuid4())}


ABSENT: Sequence[tuple[str, str, dict[str, Any] | None]] = [
    ("GET", "/campaigns/{nobody}", None),
    ("PATCH", "/campaigns/{nobody}", {"name": "x"}),
    ("DELETE", "/campaigns/{nobody}", None),
    ("GET", "/campaigns/{nobody}/items", None),
    ("POST", "/campaigns/{nobody}/items", {"item_type": "creator", "item_id": "{ana}"}),
    ("POST", "/campaigns/{inner}/items", {"item_type": "creator", "item_id": "{nobody}"}),
    ("POST", "/campaigns/{inner}/items", {"item_type": "video", "item_id": "{nobody}"}),
    ("POST", "/campaigns/{inner}/items", {"item_type": "campaign", "item_id": "{nobody}"}),
    ("GET", "/campaigns/{nobody}/creators", None),
    ("GET", "/campaigns/{nobody}/videos", None),
    ("GET", "/campaigns/{nobody}/paths?video_id={nobody}", None),
    ("GET", "/campaigns/{outer}/paths?video_id={nobody}", None),
    ("GET", "/campaigns?project_id={nobody}", None),
    ("POST", "/projects/{nobody}/campaigns", {"name": "x"}),
    ("DELETE", "/campaigns/{outer}/items?item_type=creator&item_id={ana}", None),
    *(("GET", f"{SERIES}?entity={e}&entity_id={{nobody}}", None) for e in ("video", "creator", "campaign", "project")),
    ("GET", f"{BOARDS}/video-leaderboard?project_id={{nobody}}", None),
    ("GET", f"{BOARDS}/member-overlap?project_id={{nobody}}", None),
    ("GET", f"{NOTES}?project_id={{nobody}}", None),
    ("POST", NOTES, {"project_id": "{nobody}", "date": "2026-03-10", "label": "x"}),
    ("PATCH", f"{NOTES}/{{nobody}}", {"label": "x"}),
    ("DELETE", f"{NOTES}/{{nobody}}", None),
]
BODIES: Sequence[tuple[str, str, Any]] = [
    ("POST", "/projects/{project}/campaigns", {}),
    ("POST", "/projects/{project}/campaigns", {"name": LONG}),
    ("POST", "/projects/{project}/campaigns", {"name": "x", "target_views": 0}),
    ("POST", "/projects/{project}/campaigns", {"name": "x", "target_at": "soon"}),
    ("POST", "/projects/{project}/campaigns", {"name": "x", "color": "red"}),
    ("PATCH", "/campaigns/{inner}", {}),
    ("PATCH", "/campaigns/{inner}", {"name": None}),
    ("PATCH", "/campaigns/{inner}", {"target_views": 1.5}),
    ("POST", "/campaigns/{inner}/items", {"item_type": "goal", "item_id": "{ana}"}),
    ("POST", "/campaigns/{inner}/items", {"items": []}),
    ("POST", "/campaigns/{inner}/items", {"items": [{"item_type": "creator", "item_id": "{ana}"}] * 101}),
    ("POST", NOTES, {"project_id": "{project}", "date": "2026-02-30", "label": "x"}),
    ("POST", NOTES, {"project_id": "{project}", "date": "2026-03-10", "label": LONG}),
    ("POST", NOTES, {"project_id": "{project}", "date": "2026-03-10", "label": "x", "entity_id": "{ana}"}),
    ("PATCH", f"{NOTES}/{{note}}", {"label": ""}),
]
QUERIES: Sequence[str] = [
    "/campaigns?top_level=perhaps",
    "/campaigns?limit=0",
    "/campaigns?cursor=nowhere",
    "/campaigns/{outer}/items?item_type=goal",
    "/campaigns/{outer}/creators?sort=views",
    "/campaigns/{outer}/videos?sort=-likes",
    "/campaigns/{outer}/videos?posted_from=2026-03-10&posted_to=2026-03-01",
    "/campaigns/{outer}/paths",
    f"{BOARDS}/video-leaderboard",
    f"{BOARDS}/video-leaderboard?project_id={{project}}&order=title",
    f"{BOARDS}/video-leaderboard?project_id={{project}}&limit=201",
    f"{BOARDS}/posting-heatmap?project_id={{project}}&from=2026-03-01",
    f"{BOARDS}/campaign-leaderboard?project_id={{project}}&from=2026-03-02&to=2026-03-01",
    f"{BOARDS}/view-distribution?project_id={{project}}&from=2026-03-01&to=2026-03-02&bin_count=51",
    f"{BOARDS}/member-overlap?project_id={{project}}&dimension=campaign",
    f"{SERIES}?entity=goal&entity_id={{nobody}}",
    f"{NOTES}?entity=goal",
]
CONFLICTS: Sequence[tuple[str, str, str, Any, dict[str, Any]]] = [
    ("duplicate_item", "POST", "/campaigns/{inner}/items", {"item_type": "creator", "item_id": "{ana}"}, {}),
    ("project_mismatch", "POST", "/campaigns/{inner}/items", {"item_type": "creator", "item_id": "{bo}"}, {}),
    (
        "circular_reference",
        "POST",
        "/campaigns/{inner}/items",
        {"item_type": "campaign", "item_id": "{outer}"},
        {"path": ["{inner}", "{outer}", "{inner}"]},
    ),
    (
        "circular_reference",
        "POST",
        "/campaigns/{inner}/items",
        {"item_type": "campaign", "item_id": "{inner}"},
        {"path": ["{inner}", "{inner}"]},
    ),
    ("annotation_read_only", "PATCH", f"{NOTES}/{{automatic}}", {"label": "x"}, {}),
    ("annotation_read_only", "DELETE", f"{NOTES}/{{automatic}}", None, {}),
    ("gone", "GET", "/campaigns/{outer}/stats", None, {"replacement": "/api/v1/analytics"}),
    ("method_not_allowed", "PUT", "/campaigns/{outer}", {"name": "x"}, {}),
    ("method_not_allowed", "DELETE", SERIES, None, {}),
]


def filled(template: Any, ids: dict[str, str]) -> Any:
    """The template with the ids of what it speaks of."""
    match template:
        case str():
            return template.format(**ids)
        case list():
            return [filled(one, ids) for one in template]
        case dict():
            return {name: filled(value, ids) for name, value in template.items()}
        case _:
            return template


async def failed(api: Any, ids: dict[str, str], method: str, path: str, body: Any, **more: Any) -> tuple[int, Any]:
    response = await api.call(method, filled(path, ids), filled(body, ids), **more)
    answer = await response.json()
    assert answer["data"] is None, (method, path, body, answer)
    assert answer["error"]
    assert response.status == STATUS[answer["meta"]["code"]]
    return response.status, answer["meta"]


async def test_what_is_not_there_is_not_found(api: Any, enter: Any) -> None:
    ids = await program(api)
    for method, path, body in ABSENT:
        assert await failed(api, ids, method, path, body) == (404, {"code": "not_found"}), (method, path)
    stranger = await enter()
    for method, path, body in (
        ("GET", "/campaigns/{outer}", None),
        ("POST", "/campaigns/{outer}/items", {"item_type": "creator", "item_id": "{ana}"}),
        ("GET", f"{SERIES}?entity=campaign&entity_id={{outer}}", None),
        ("PATCH", f"{NOTES}/{{note}}", {"label": "mine"}),
        ("DELETE", f"{NOTES}/{{automatic}}", None),
    ):
        assert await failed(stranger, ids, method, path, body) == (404, {"code": "not_found"}), (method, path)


async def test_bodies_and_queries_that_say_nothing_of_use_are_told_where(api: Any) -> None:
    ids = await program(api)
    for method, path, body in BODIES:
        status, meta = await failed(api, ids, method, path, body)
        assert (status, meta["code"]) == (400, "invalid_body"), (path, body, meta)
        assert all(one["in"] == "body" and one["message"] for one in meta["details"])
    for path in QUERIES:
        status, meta = await failed(api, ids, "GET", path, None)
        assert (status, meta["code"]) == (400, "invalid_query"), (path, meta)
        assert all(one["in"] == "query" and one["path"] for one in meta["details"])
    for path in ("/campaigns/x", f"{NOTES}/x"):
        status, meta = await failed(api, ids, "PATCH", path, {"name": "x"})
        assert (status, meta["code"], meta["details"][0]["in"]) == (400, "invalid_params", "path")


async def test_conflicts_and_removed_routes_say_what_goes_with_them(api: Any) -> None:
    ids = await program(api)
    for code, method, path, body, more in CONFLICTS:
        assert await failed(api, ids, method, path, body) == (STATUS[code], {"code": code, **filled(more, ids)})
    bulk = {"items": [{"item_type": "creator", "item_id": one} for one in ("{ana}", "{bo}", "{nobody}")]}
    results = (await api.post(filled("/campaigns/{inner}/items", ids), filled(bulk, ids)))["data"]["results"]
    assert [one["code"] for one in results] == ["duplicate_item", "project_mismatch", "not_found"]


async def test_full_plans_say_which_limit_and_how_far(api: Any) -> None:
    ids = await program(api)
    await api.world.pools["campaigns"].execute(
        "INSERT INTO orgs VALUES ($1, 'UTC', 'free') ON CONFLICT (org) DO UPDATE SET tier = 'free'", api.org
    )
    response = await api.call("POST", f"/projects/{ids['project']}/campaigns", {"name": "third"})
    answer = await response.json()
    limits = {"code": "limit_reached", "limitKey": "max_campaigns_per_project", "current": 2, "max": 2}
    assert (response.status, answer["error"], answer["meta"]) == (
        402,
        "Limit reached: max_campaigns_per_project",
        limits,
    )
    urls = [f"https://www.tiktok.com/@x/video/{7_480_000_000_000_000_100 + n}" for n in range(20)]
    added = (await api.post(f"/projects/{ids['project']}/videos", {"videos": [{"url": url} for url in urls]}))["data"][
        "results"
    ]
    items = [{"item_type": "video", "item_id": one["id"]} for one in added]
    results = (await api.post(f"/campaigns/{ids['inner']}/items", {"items": items}))["data"]["results"]
    assert [one.get("code") for one in results] == [None] * 19 + ["limit_reached"]


async def test_keys_scopes_and_states_of_others_are_refused(api: Any, enter: Any) -> None:
    ids = await program(api)
    reader, writer = await enter(["read"], api.org), await enter(["write"], api.org)
    path, note = "/campaigns/{inner}", {"project_id": "{project}", "date": "2026-03-10", "label": "x"}
    for caller, method, where, body, required in (
        (reader, "PATCH", path, {"name": "x"}, "write"),
        (reader, "POST", f"{path}/items", {"item_type": "creator", "item_id": "{ana}"}, "write"),
        (reader, "POST", NOTES, note, "write"),
        (writer, "GET", path, None, "read"),
        (writer, "GET", f"{SERIES}?entity=project&entity_id={{project}}", None, "read"),
        (writer, "GET", f"{BOARDS}/outliers?project_id={{project}}", None, "read"),
    ):
        status, meta = await failed(caller, ids, method, where, body)
        assert (status, meta["code"], meta["required"]) == (403, "insufficient_scope", required)
        assert meta["granted"] == ["read" if required == "write" else "write"]
    status, meta = await failed(api.by("tga_wrong"), ids, "GET", path, None)
    assert (status, meta) == (401, {"code": "invalid_api_key"})
    for where, body in ((path, {"name": "x"}), (f"{NOTES}/{{note}}", {"label": "x"})):
        status, meta = await failed(api, ids, "PATCH", where, body, headers={"If-Match": '"other"'})
        assert (status, meta["code"], set(meta)) == (412, "precondition_failed", {"code", "etag"})
    key = {"headers": {"Idempotency-Key": "once"}}
    assert (await api.call("POST", filled("/projects/{project}/campaigns", ids), {"name": "a"}, **key)).status == 201
    status, meta = await failed(api, ids, "POST", "/projects/{project}/campaigns", {"name": "b"}, **key)
    assert (status, meta) == (409, {"code": "idempotency_conflict"})


async def test_a_write_that_others_overtook_five_times_is_a_conflict(api: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = await program(api)

    async def overtaken(ask: Ask, commands: Sequence[Command], *, timeout: float = 5.0) -> list[Outcome]:
        del ask, timeout
        return [Outcome(refused=Refusal("refused", "Others were faster.", {})) for _ in commands]

    monkeypatch.setattr(api.world, "ask", overtaken)
    for method, path, body in (
        ("PATCH", "/campaigns/{inner}", {"name": "x"}),
        ("POST", "/campaigns/{outer}/items", {"item_type": "creator", "item_id": "{ana}"}),
        ("PATCH", f"{NOTES}/{{note}}", {"label": "x"}),
    ):
        assert await failed(api, ids, method, path, body) == (409, {"code": "write_conflict"})


async def test_a_campaigns_service_that_is_away_is_unavailable_for_writes_only(api: Any) -> None:
    ids = await program(api)
    api.world.down = True
    response = await api.call("PATCH", f"/campaigns/{ids['inner']}", {"name": "x"})
    assert (response.status, (await response.json())["meta"]["code"]) == (503, "unavailable")
    assert int(response.headers["Retry-After"]) > 0
    for path in (f"/campaigns/{ids['inner']}", f"{SERIES}?entity=campaign&entity_id={ids['inner']}"):
        assert (await api.call("GET", path)).status == 200


def test_what_the_registry_promises_of_these_calls_is_tried_here() -> None:
    elsewhere = {"retention_exceeded"}
    """For every call with a range, in `analytics/test_retention` and `analytics/test_aggregates`."""
    tried = {code for code, *_ in CONFLICTS} | {"not_found", "limit_reached", "write_conflict"} | elsewhere
    ours = [r for r in ROUTES if r.path.startswith(("/campaigns", "/analytics")) or r.path.endswith("/campaigns")]
    assert {code for route in ours for code in route.errors} <= tried
