"""Notifications, alerts, channels, keys and the caller itself."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from trackagoat.events import clock
from trackagoat.events.catalogue.notifications import AlertRaised, Subject
from trackagoat.events.catalogue.words import AlertId, ProjectId
from trackagoat.events.seal import unseal
from trackagoat.events.testing.play import heard, play


async def alerted(api: Any, project: str, kind: Any = "goal_missed", **more: Any) -> str:
    alert = AlertId(clock.new_id())
    entity = Subject("goal", uuid4(), "@ana")
    fact = AlertRaised(
        alert=alert,
        kind=kind,
        severity="warning",
        project=ProjectId(UUID(project)),
        entity=entity,
        title="Missed",
        body="1 of 3",
        payload={"actual": 1},
        **more,
    )
    told = heard(fact, org=api.org, at=clock.now())
    await play(api.world.pools["notifications"], api.world.services["notifications"], [told])
    return str(alert)


async def test_notifications_are_listed_and_read_once(api: Any) -> None:
    project = await api.project()
    first, second = await alerted(api, project), await alerted(api, project, "goal_completed")
    listed = await api.get("/notifications")
    assert [one["id"] for one in listed["data"]] == [second, first]
    assert listed["meta"] == {"nextCursor": None, "unreadCount": 2}
    shown = listed["data"][0]
    assert (shown["alert_id"], shown["kind"], shown["read_at"]) == (second, "goal_completed", None)
    assert (shown["entity"]["label"], shown["data"], shown["project_id"]) == ("@ana", {"actual": 1}, project)
    read = await api.post(f"/notifications/{first}/read")
    assert read["data"]["read_at"] is not None
    assert (await api.post(f"/notifications/{first}/read"))["data"] == read["data"]
    unread = await api.get("/notifications", unread="true")
    assert [one["id"] for one in unread["data"]] == [second]
    assert unread["meta"]["unreadCount"] == 1
    assert (await api.get("/notifications", kind="goal_missed", severity="warning", project_id=project))["data"][0][
        "id"
    ] == first


async def test_alerts_of_the_org_are_listed(api: Any) -> None:
    project = await api.project()
    ids = [await alerted(api, project) for _ in range(3)]
    page = await api.get("/alerts", limit=2)
    rest = await api.get("/alerts", limit=2, cursor=page["meta"]["nextCursor"])
    assert [one["id"] for one in page["data"] + rest["data"]] == ids[::-1]
    assert page["data"][0]["cleared_at"] is None
    assert len((await api.get("/alerts", open="true"))["data"]) == 3
    assert (await api.get("/alerts", to="2020-01-01"))["data"] == []


async def test_alerts_to_admins_and_to_somebody_else_are_not_shown_to_a_member(
    register: Any,
) -> None:
    admin = await register("ana")
    made = await admin.post("/invitations", {"email": "bo@example.com"})
    member = await register("bo", invitation_token=made["data"]["accept_url"].partition("=")[2])
    project = await admin.project()
    everybody = await alerted(admin, project)
    to_admins = await alerted(admin, project, "invitation_accepted", for_admins=True)
    to_member = await alerted(admin, project, "invitation_received", user=UUID(member.user["id"]))
    for path, open_to in (("/alerts", {"open": "true"}), ("/notifications", {"unread": "true"})):
        all_of_them = {everybody, to_admins, to_member}
        seen = {one["id"] for one in (await member.get(path, **open_to))["data"]}
        assert seen & all_of_them == {everybody, to_member}, path
        seen = {one["id"] for one in (await admin.get(path, **open_to))["data"]}
        assert seen & all_of_them == {everybody, to_admins}, path


async def test_what_another_org_tells_one_person_is_read_wherever_that_person_is(register: Any) -> None:
    ana, bo, cy = await register("ana"), await register("bo"), await register("cy")
    told = await alerted(ana, await ana.project(), "invitation_received", user=UUID(bo.user["id"]))
    assert [one["id"] for one in (await bo.get("/notifications"))["data"]] == [told]
    assert (await bo.get("/alerts"))["data"] == []
    assert await cy.refused("POST", f"/notifications/{told}/read") == (404, "not_found")
    assert (await bo.post(f"/notifications/{told}/read"))["data"]["read_at"] is not None
    assert (await bo.get("/notifications", unread="true"))["meta"]["unreadCount"] == 0


async def test_an_invitation_is_told_to_whom_it_is_for_and_its_answer_to_admins_with_the_address(register: Any) -> None:
    ana, bo = await register("ana"), await register("bo")
    made = await ana.post("/invitations", {"email": "bo@example.com", "role": "member"})
    (told,) = (await bo.get("/notifications"))["data"]
    assert (told["kind"], told["severity"], told["title"]) == (
        "invitation_received",
        "info",
        "You are invited to Ana's",
    )
    assert told["data"]["invitation_id"] == made["data"]["id"]
    assert (told["data"]["org_name"], told["data"]["role"]) == ("Ana's", "member")
    assert (await ana.get("/notifications"))["data"] == []
    await bo.post("/invitations/accept", {"token": made["data"]["accept_url"].partition("=")[2]})
    (answer,) = (await ana.get("/notifications"))["data"]
    assert (answer["kind"], answer["data"]["email"]) == ("invitation_accepted", "bo@example.com")
    assert answer["data"]["user_id"] == bo.user["id"]
    assert {one["kind"] for one in (await bo.get("/notifications"))["data"]} == {"invitation_received"}


async def test_who_has_read_everything_has_read_what_other_orgs_said_too(register: Any) -> None:
    ana, bo = await register("ana"), await register("bo")
    told = await alerted(ana, await ana.project(), "invitation_received", user=UUID(bo.user["id"]))
    assert (await bo.post("/notifications/read-all"))["data"] == {"read": 1}
    (one,) = (await bo.get("/notifications"))["data"]
    assert (one["id"], one["read_at"] is not None) == (told, True)


async def test_a_webhook_is_opened_with_a_secret_shown_once(api: Any) -> None:
    body = {"kind": "webhook", "name": "Ops", "config": {"url": "https://hooks.example.com/x"}}
    made = (await api.post("/channels", body))["data"]
    assert made["secret"].startswith("whsec_")
    assert made["config"] == {"url": "https://hooks.example.com/x", "event_types": []}
    shown = (await api.get(f"/channels/{made['id']}"))["data"]
    assert "secret" not in shown
    command = next(c for _, (c, *_) in reversed(api.world.asked) if type(c).__name__ == "CreateChannel")
    sealed = unseal("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", command.sealed_secret, f"channel-{made['id']}")
    assert sealed.decode() == made["secret"]
    assert {one["kind"] for one in (await api.get("/channels"))["data"]} == {"webhook", "in_app"}
    (builtin,) = (await api.get("/channels", kind="in_app"))["data"]
    assert await api.refused("DELETE", f"/channels/{builtin['id']}") == (409, "builtin_channel")
    await api.delete(f"/channels/{made['id']}")
    assert await api.refused("GET", f"/channels/{made['id']}") == (404, "not_found")


async def test_a_webhook_leads_to_a_public_https_address(api: Any) -> None:
    body = {"kind": "webhook", "name": "Ops", "config": {"url": "http://127.0.0.1/x"}}
    answer = await (await api.call("POST", "/channels", body)).json()
    assert (answer["meta"]["code"], answer["meta"]["details"][0]["path"]) == ("invalid_body", "config.url")


async def test_a_key_is_made_with_no_more_than_one_holds_and_revoked(enter: Any) -> None:
    api = await enter(scopes=["write"])
    assert await api.refused("POST", "/api-keys", {"name": "x"}) == (403, "insufficient_scope")
    made = (await api.post("/api-keys", {"name": "x", "scopes": ["write"]}))["data"]
    assert made["key"].startswith(made["prefix"])
    assert await api.by(made["key"]).project()
    past = {"name": "x", "scopes": ["write"], "expires_at": "2020-01-01T00:00:00Z"}
    assert await api.refused("POST", "/api-keys", past) == (400, "invalid_body")
    await api.delete(f"/api-keys/{made['id']}")
    reader = await enter(scopes=["read"], org=api.org)
    assert made["id"] not in {one["id"] for one in (await reader.get("/api-keys"))["data"]}
    (revoked,) = [k for k in (await reader.get("/api-keys", include_revoked="true"))["data"] if k["id"] == made["id"]]
    assert revoked["revoked_at"] is not None
    assert "key" not in revoked


async def test_a_key_knows_who_and_where_it_is(api: Any) -> None:
    me = (await api.get("/auth/me"))["data"]
    assert (me["auth"], me["user"], me["scopes"]) == ("api_key", None, ["read", "write"])
    (org,) = (await api.get("/orgs"))["data"]
    assert org == me["org"] == (await api.get(f"/orgs/{api.org}"))["data"]
    assert org["effective_hours"] == {"video_stats": 6, "discover_videos": 6, "creator_profiles": 24}
