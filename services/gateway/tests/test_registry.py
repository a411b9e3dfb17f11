"""What holds for every route of the registry, whichever are added."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Literal, get_args, get_origin
from uuid import UUID, uuid4

import msgspec
import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # it has no stubs
from openapi_spec_validator import validate

from trackagoat.events import clock
from trackagoat.events.catalogue.notifications import SendTest
from trackagoat.events.catalogue.words import ChannelId
from trackagoat.gateway.edge.faults import STATUS
from trackagoat.gateway.openapi import document
from trackagoat.gateway.registry import Route
from trackagoat.gateway.resources.glossary import MEANINGS
from trackagoat.gateway.routes import ROUTES
from trackagoat.gateway.schema import ENTITIES, schema

CLOSED = [route for route in ROUTES if route.scope != "open"]
GONE = [route for route in ROUTES if not route.statuses]


def named(route: Route) -> str:
    return route.key


def path_of(route: Route, ids: Mapping[str, str] | None = None) -> str:
    return route.path.format(**{name: (ids or {}).get(name) or str(uuid4()) for name in route.path_parameters})


def body_of(route: Route) -> Any:
    return msgspec.to_builtins(route.body_example)


def test_the_document_is_valid_openapi() -> None:
    made = json.loads(msgspec.json.encode(document(ROUTES, "http://127.0.0.1:8080")))
    validate(made)
    operations = [operation for path in made["paths"].values() for operation in path.values()]
    assert len(operations) == len(ROUTES)
    assert len({operation["operationId"] for operation in operations}) == len(ROUTES)
    for operation in operations:
        assert operation["x-scope"] in {"read", "write", "open"}
        assert operation["summary"]
        assert any("x-codes" in answer for answer in operation["responses"].values())
        examples = [a["content"]["application/json"]["example"] for a in operation["responses"].values()]
        assert all(examples)


def test_every_example_of_the_document_is_what_its_schema_says() -> None:
    made = json.loads(msgspec.json.encode(document(ROUTES, "http://127.0.0.1:8080")))
    shown = 0
    for path, item in made["paths"].items():
        for method, operation in item.items():
            contents = [a["content"] for a in (*operation["responses"].values(), operation.get("requestBody")) if a]
            for content in contents:
                one = content["application/json"]
                schema = one["schema"] | {"components": made["components"]}
                faults = [fault.message for fault in Draft202012Validator(schema).iter_errors(one["example"])]
                assert faults == [], (method, path)
                shown += 1
    assert shown > len(ROUTES)


@pytest.mark.parametrize("route", ROUTES, ids=named)
def test_examples_are_what_the_types_say(route: Route) -> None:
    msgspec.convert(msgspec.to_builtins(route.example), route.answer)
    if route.body is not None:
        msgspec.convert(body_of(route), route.body)
    assert set(route.codes) <= set(STATUS)
    assert route.scope == {"GET": "read"}.get(route.method, "write") or route.scope == "open"


def test_the_schema_explains_every_field_of_every_entity() -> None:
    made = schema()
    assert set(made.entities) == set(ENTITIES)
    for entity in made.entities.values():
        assert set(entity.fields) <= set(MEANINGS)
    assert made.entities["video"].fields["view_count"].nullable
    assert made.enums["tracking_mode"] == ["auto", "selective"]
    assert made.limits["max_creators_per_org"] == {"self_hosted": None, "free": 5, "starter": 50, "ultra": 300}


async def test_without_a_key_every_route_answers_401(api: Any) -> None:
    for route in CLOSED:
        for key in ("", "tga_" + "0" * 64, "nonsense"):
            api.key = key
            assert await api.refused(route.method, path_of(route), body_of(route)) == (401, "invalid_api_key"), route


async def test_open_routes_need_no_key(api: Any) -> None:
    for route in ROUTES:
        if route.scope == "open":
            response = await api.client.request(route.method, f"/api/v1{route.path}", json=body_of(route))
            assert response.status in {*route.statuses, *(STATUS[code] for code in route.errors)}, route


async def test_a_key_that_may_only_read_writes_nothing(enter: Any) -> None:
    reader = await enter(scopes=["read"])
    for route in CLOSED:
        if route.scope == "write":
            response = await reader.call(route.method, path_of(route), body_of(route))
            assert response.status == 403, route
            answer = await response.json()
            needed = "session" if route.session else "write"
            assert answer["error"] == f"This action requires the '{needed}' scope. Granted: [read]"
            assert answer["meta"] == {"code": "insufficient_scope", "required": needed, "granted": ["read"]}


async def test_a_key_that_may_only_write_reads_nothing(enter: Any) -> None:
    writer = await enter(scopes=["write"])
    for route in CLOSED:
        if route.scope == "read":
            assert await writer.refused("GET", path_of(route)) == (403, "insufficient_scope"), route


async def test_a_mere_member_does_nothing_an_admin_must(register: Any) -> None:
    ana = await register("ana")
    url = (await ana.post("/invitations", {"email": "bo@example.com"}))["data"]["accept_url"]
    bo = await register("bo", invitation_token=url.partition("=")[2])
    for route in CLOSED:
        if route.role == "admin":
            path = path_of(route, {"orgId": str(ana.org)})
            answer = await bo.refused(route.method, path, body_of(route))
            assert answer == (403, "insufficient_role"), route


async def test_a_session_needs_its_token_for_everything_but_reading(register: Any) -> None:
    ana = await register("ana")
    for route in CLOSED:
        if route.scope == "write":
            path = path_of(route, {"orgId": str(ana.org)})
            for token in (None, "x"):
                answer = await ana.refused(route.method, path, body_of(route), headers={"X-CSRF-Token": token})
                assert answer == (403, "csrf_failed"), route


async def test_ids_of_another_org_are_found_nowhere(enter: Any, register: Any) -> None:
    theirs, ours, person = await enter(), await enter(), await register("bo")
    ids = await furnished(theirs) | await peopled(await register("ana"))
    for route in CLOSED:
        if not route.path_parameters or route in GONE:
            continue
        needed, caller = _needed(route, ids), person if route.session else ours
        answer = await caller.refused(route.method, path_of(route, ids), _body_with(route, ids), params=needed)
        assert answer == (404, "not_found"), route
    for route in CLOSED:
        names = {field.encode_name for field in msgspec.structs.fields(route.params)} & {"project_id", "creator_id"}
        for name in names if not route.path_parameters else ():
            asked = {**_needed(route, ids), name: ids[name.replace("_id", "Id")]}
            assert await ours.refused("GET", route.path, params=asked) == (404, "not_found"), (route, name)


async def test_ids_of_another_org_inside_a_body_are_found_nowhere(enter: Any) -> None:
    theirs, ours = await enter(), await enter()
    ids = await furnished(theirs)
    project = await ours.project()
    campaign = await ours.campaign(project)
    goal = {"creator_id": ids["creatorId"], "metric": "posts", "period": "weekly", "target_value": 3}
    assert await ours.refused("POST", f"/projects/{project}/goals", goal) == (404, "not_found")
    review = {"video_ids": [ids["videoId"]], "decision": "include"}
    answer = await ours.post(f"/projects/{project}/inbox/review", review)
    assert answer["data"]["results"][0]["code"] == "not_found"
    for kind in ("creator", "video", "campaign"):
        item = {"item_type": kind, "item_id": ids[f"{kind}Id"]}
        assert await ours.refused("POST", f"/campaigns/{campaign}/items", item) == (404, "not_found")
        bulk = await ours.post(f"/campaigns/{campaign}/items", {"items": [item]})
        assert bulk["data"]["results"][0]["code"] == "not_found"


async def test_lists_of_one_org_show_nothing_of_another(enter: Any) -> None:
    theirs, ours = await enter(), await enter()
    ids = await furnished(theirs)
    for path in ("/projects", "/creators", "/videos", "/campaigns", "/goals", "/notifications", "/alerts"):
        assert (await ours.get(path))["data"] == [], path
    keys, channels = (await ours.get("/api-keys"))["data"], (await ours.get("/channels"))["data"]
    assert ids["keyId"] not in {key["id"] for key in keys}
    assert ids["channelId"] not in {channel["id"] for channel in channels}


async def furnished(api: Any) -> dict[str, str]:
    """One of everything, by the name of its path parameter."""
    project = await api.project()
    creator = await api.creator(project, tracking_mode="selective")
    await api.scrape(project, creator, api.shot(1, views=5), mode="selective")
    (video,) = (await api.get(f"/projects/{project}/inbox"))["data"]
    campaign = await api.campaign(project)
    asked = {"creator_id": creator, "metric": "posts", "period": "weekly", "target_value": 3}
    goal = (await api.post(f"/projects/{project}/goals", asked))["data"]
    hook = {"kind": "webhook", "name": "Ops", "config": {"url": "https://hooks.example.com/x"}}
    channel = (await api.post("/channels", hook))["data"]
    key = (await api.post("/api-keys", {"name": "spare"}))["data"]
    rule = (await api.post("/alert-rules", {"name": "All", "channel_ids": [channel["id"]]}))["data"]
    delivery = clock.new_id()
    test = SendTest(channel=ChannelId(UUID(channel["id"])), delivery=delivery)
    await api.tell(test)
    note = {"project_id": project, "date": "2026-03-10", "label": "Launch"}
    annotation = (await api.post("/analytics/annotations", note))["data"]
    job = (await api.get("/scrape-jobs", creator_id=creator))["data"][0]
    return {
        "jobId": job["id"],
        "ruleId": rule["id"],
        "deliveryId": str(delivery),
        "annotationId": annotation["id"],
        "projectId": project,
        "creatorId": creator,
        "videoId": video["id"],
        "campaignId": campaign,
        "goalId": goal["id"],
        "channelId": channel["id"],
        "keyId": key["id"],
        "orgId": str(api.org),
        "notificationId": str(UUID(int=1)),
    }


async def peopled(ana: Any) -> dict[str, str]:
    """What belongs to a person and those around it, by the name of its path parameter."""
    (session,) = (await ana.get("/auth/sessions"))["data"]
    invitation = (await ana.post("/invitations", {"email": "cy@example.com"}))["data"]
    return {"sessionId": session["id"], "userId": ana.user["id"], "invitationId": invitation["id"]}


def _needed(route: Route, ids: Mapping[str, str]) -> dict[str, str]:
    """The query parameters it cannot do without, speaking of the other org's things where they speak of any."""
    needed = [field for field in msgspec.structs.fields(route.params) if field.required]
    said = {field.encode_name: ids.get(field.encode_name.replace("_id", "Id"), "2026-03-01") for field in needed}
    return said | {f.encode_name: get_args(f.type)[0] for f in needed if get_origin(f.type) is Literal}


def _body_with(route: Route, ids: Mapping[str, str]) -> Any:
    """The example body, speaking of the other org's things where it speaks of any."""
    body = body_of(route)
    if body is None:
        return None
    known = {
        "creator_id": "creatorId",
        "item_id": "creatorId",
        "channel_ids": "channelId",
        "project_id": "projectId",
    }
    return {name: ids[known[name]] if name in known else value for name, value in body.items()}
