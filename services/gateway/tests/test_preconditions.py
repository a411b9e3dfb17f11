"""If-Match on every route that changes or deletes one thing: another state is refused, the present one is not."""

from __future__ import annotations

from typing import Any

import msgspec

from trackagoat.gateway.edge.answers import etag
from trackagoat.gateway.registry import Route
from trackagoat.gateway.routes import ROUTES
from trackagoat.gateway.routes.account import examples
from trackagoat.gateway.routes.examples import LATER

CHANGES = [
    *(route for route in ROUTES if route.method == "PATCH"),
    *reversed([route for route in ROUTES if route.method == "DELETE"]),
]
"""Changes first, then what is deleted, from the inside out."""

FOREIGN = '"AAAAAAAAAAAAAAAA"'


async def furnished(ana: Any, register: Any) -> dict[str, str]:
    """One of everything that can be changed, by the name of its path parameter."""
    project = await ana.project()
    creator = await ana.creator(project, tracking_mode="selective")
    url = "https://www.tiktok.com/@ana/video/7480000000000000001"
    campaign = await ana.campaign(project)
    await ana.post(f"/campaigns/{campaign}/items", {"item_type": "creator", "item_id": creator})
    hook = {"kind": "webhook", "name": "Ops", "config": {"url": "https://hooks.example.com/x"}}
    channel = (await ana.post("/channels", hook))["data"]["id"]
    made = {
        "videoId": (f"/projects/{project}/videos", {"url": url}),
        "goalId": (
            f"/projects/{project}/goals",
            {"creator_id": creator, "metric": "posts", "period": "weekly", "target_value": 3},
        ),
        "ruleId": ("/alert-rules", {"name": "All", "channel_ids": [channel]}),
        "keyId": ("/api-keys", {"name": "spare"}),
        "annotationId": ("/analytics/annotations", {"project_id": project, "date": "2026-03-10", "label": "Launch"}),
        "invitationId": ("/invitations", {"email": "cy@example.com"}),
    }
    ids = {name: (await ana.post(path, body))["data"]["id"] for name, (path, body) in made.items()}
    token = (await ana.post("/invitations", {"email": "bo@example.com"}))["data"]["accept_url"].partition("=")[2]
    bo = await register("bo", invitation_token=token)
    (session,) = [one for one in (await ana.get("/auth/sessions"))["data"] if not one["is_current"]]
    more = {"projectId": project, "creatorId": creator, "campaignId": campaign, "channelId": channel}
    people = {"userId": bo.user["id"], "sessionId": session["id"], "orgId": str(ana.org)}
    return {**ids, **more, **people}


def asked(route: Route, ids: dict[str, str]) -> Any:
    """The body of a call that would go through."""
    bodies = {
        "deleteOrg": {"confirm_name": "Ana's"},
        "deleteMe": {"password": "correct horse battery"},
        "updateOrg": {"timezone": "Asia/Tokyo"},
        "updateMe": {"name": "Anna"},
        "changeRule": {"name": "Some"},
        "changeChannel": {"name": "Other"},
        "removeCampaignItem": {"item_type": "creator", "item_id": ids["creatorId"]},
    }
    return bodies.get(route.name, msgspec.to_builtins(route.body_example))


async def test_only_the_state_the_caller_knows_is_changed(register: Any, sign_in: Any) -> None:
    ana = await register("ana")
    await sign_in("ana")
    ids = await furnished(ana, register)
    for route in CHANGES:
        path = route.path.format(**{name: ids[name] for name in route.path_parameters})
        body = asked(route, ids)
        response = await ana.call(route.method, path, body, headers={"If-Match": FOREIGN})
        answer = await response.json()
        assert (response.status, answer["meta"]["code"]) == (412, "precondition_failed"), route
        known = {"If-Match": f"{FOREIGN}, {answer['meta']['etag']}"}
        response = await ana.call(route.method, path, body, headers=known)
        assert response.status == 200, (route, await response.json())


def test_being_seen_is_no_other_state() -> None:
    replace = msgspec.structs.replace
    assert etag(replace(examples.MEMBER, last_seen_at=None)) == etag(replace(examples.MEMBER, last_seen_at=LATER))
    assert etag(replace(examples.MEMBER, role="member")) != etag(replace(examples.MEMBER, role="admin"))
