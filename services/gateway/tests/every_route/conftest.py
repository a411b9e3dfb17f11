"""What tests over every route share: one of everything in an organization, and calls that would go through."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Literal, get_args, get_origin
from uuid import UUID, uuid4

import msgspec
import pytest

from trackagoat.events import clock
from trackagoat.events.catalogue.notifications import AlertRaised, SendTest, Subject
from trackagoat.events.catalogue.words import AlertId, ChannelId, ProjectId
from trackagoat.events.testing.play import heard, play
from trackagoat.gateway.registry import Route

Ids = dict[str, str]
NAMED = {
    "project_id": "projectId",
    "creator_id": "creatorId",
    "entity_id": "projectId",
    "item_id": "creatorId",
    "video_id": "videoId",
    "creator_ids": "creatorId",
    "video_ids": "videoId",
    "channel_ids": "channelId",
}
"""Fields of bodies and queries that speak of a thing, and the path parameter that is called like it."""
BODIES: Mapping[str, Any] = {
    "deleteOrg": {"confirm_name": "Ana's"},
    "deleteMe": {"password": "correct horse battery"},
    "changePassword": {"current_password": "is another one", "new_password": "another horse entirely"},
    "updateOrg": {"timezone": "Asia/Tokyo"},
    "updateMe": {"name": "Anna"},
    "changeRule": {"name": "Some"},
    "changeChannel": {"name": "Other"},
    "invite": {"email": "new@example.com"},
    "addCreators": {"tiktok_handle": "new"},
    "addVideos": {"url": "https://www.tiktok.com/@new/video/7480000000000000009"},
}


def asked(route: Route, ids: Mapping[str, str]) -> Any:
    """The body of a call about those things."""
    body = BODIES.get(route.name, msgspec.to_builtins(route.body_example))
    if body is None:
        return None
    if route.name == "setGoals":
        body = {**body, "period": "monthly"}
    return {name: _said(value, ids[NAMED[name]]) if name in NAMED else value for name, value in body.items()}


def _said(example: Any, id: str) -> Any:
    return [id] if isinstance(example, list) else id


def needed(route: Route, ids: Mapping[str, str]) -> Ids:
    """The query parameters it cannot do without."""
    fields = [field for field in msgspec.structs.fields(route.params) if field.required]
    said = {f.encode_name: ids[NAMED[f.encode_name]] if f.encode_name in NAMED else "2026-03-01" for f in fields}
    chosen = {f.encode_name: get_args(f.type)[0] for f in fields if get_origin(f.type) is Literal}
    more = {"entity": "project", "entity_id": ids["projectId"]} if route.name == "getAnalytics" else {}
    return said | chosen | more


def path_of(route: Route, ids: Mapping[str, str]) -> str:
    return route.path.format(**{name: ids[name] for name in route.path_parameters})


class Calls:
    """Calls of routes that speak of an organization's things."""

    asked, needed, path_of = staticmethod(asked), staticmethod(needed), staticmethod(path_of)


@pytest.fixture
def calls() -> type[Calls]:
    return Calls


Furnish = Callable[[Any], Awaitable[Ids]]


@pytest.fixture
def furnish(register: Any) -> Furnish:
    """`await furnish(ana)`: one of everything in her org, by the name of its path parameter; bo and eve are in it."""

    async def made(ana: Any) -> Ids:
        project = await ana.project()
        creator = await ana.creator(project, tracking_mode="selective")
        campaign = await ana.campaign(project)
        await ana.post(f"/campaigns/{campaign}/items", {"item_type": "creator", "item_id": creator})
        hook = {"kind": "webhook", "name": "Ops", "config": {"url": "https://hooks.example.com/x"}}
        channel = (await ana.post("/channels", hook))["data"]["id"]
        url = "https://www.tiktok.com/@ana/video/7480000000000000001"
        target = {"creator_id": creator, "metric": "posts", "period": "weekly", "target_value": 3}
        note = {"project_id": project, "date": "2026-03-10", "label": "Launch"}
        things = {
            "videoId": (f"/projects/{project}/videos", {"url": url}),
            "goalId": (f"/projects/{project}/goals", target),
            "ruleId": ("/alert-rules", {"name": "All", "channel_ids": [channel]}),
            "keyId": ("/api-keys", {"name": "spare"}),
            "annotationId": ("/analytics/annotations", note),
            "invitationId": ("/invitations", {"email": "cy@example.com"}),
        }
        ids = {name: (await ana.post(path, body))["data"]["id"] for name, (path, body) in things.items()}
        eve, _ = [await register(who, invitation_token=await _invited(ana, who)) for who in ("eve", "bo")]
        delivery = clock.new_id()
        await ana.tell(SendTest(channel=ChannelId(UUID(channel)), delivery=delivery))
        job = (await ana.get("/scrape-jobs"))["data"][0]["id"]
        more = {"jobId": job, "projectId": project, "creatorId": creator, "campaignId": campaign, "channelId": channel}
        told = {"deliveryId": str(delivery), "notificationId": await _alert(ana, project)}
        return {**ids, **more, **told, "userId": eve.user["id"], "orgId": str(ana.org)}

    return made


async def _invited(ana: Any, who: str) -> str:
    answer = await ana.post("/invitations", {"email": f"{who}@example.com"})
    return str(answer["data"]["accept_url"].partition("=")[2])


async def _alert(ana: Any, project: str) -> str:
    """An alert everybody in the org is told of."""
    id = AlertId(clock.new_id())
    raised = AlertRaised(
        alert=id,
        kind="goal_missed",
        severity="warning",
        project=ProjectId(UUID(project)),
        entity=Subject("goal", uuid4(), "@ana"),
        title="Missed",
        body="1 of 3",
        payload={"actual": 1},
    )
    pool, service = ana.world.pools["notifications"], ana.world.services["notifications"]
    await play(pool, service, [heard(raised, org=ana.org, at=clock.now())])
    return str(id)
