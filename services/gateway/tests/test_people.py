"""Members, invitations, keys and organizations over HTTP."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from trackagoat.events import clock
from trackagoat.events.catalogue.words import OrgId
from trackagoat.events.catalogue.workspace import BanOrg, SetTier, Tier


async def invited(by: Any, who: str = "bo", **more: Any) -> str:
    """The token of an invitation."""
    answer = await by.post("/invitations", {"email": f"{who}@example.com", **more})
    return str(answer["data"]["accept_url"].partition("=")[2])


async def on(api: Any, org: OrgId, tier: Tier) -> None:
    """Put the org on a plan."""
    api.org = org
    assert (await api.tell(SetTier(org=org, tier=tier))).refused is None


async def test_an_invitation_is_read_and_accepted_by_a_new_person_in_one_step(api: Any, register: Any) -> None:
    ana = await register("ana")
    token = await invited(ana)
    response = await api.client.post("/api/v1/invitations/lookup", json={"token": token})
    shown = (await response.json())["data"]
    assert (shown["org_name"], shown["email"], shown["inviter_name"]) == ("Ana's", "bo@example.com", "Ana")
    assert (shown["role"], shown["account_exists"]) == ("member", False)
    bo = await register("bo", invitation_token=token)
    me = (await bo.get("/auth/me"))["data"]
    assert (me["org"]["id"], me["role"], [one["name"] for one in me["orgs"]]) == (str(ana.org), "member", ["Ana's"])
    assert [one["name"] for one in (await ana.get("/members"))["data"]] == ["Bo", "Ana"]
    assert [one["email"] for one in (await ana.get("/members", search="BO@"))["data"]] == ["bo@example.com"]
    assert (await ana.get("/invitations", status="accepted"))["data"][0]["accept_url"] is None
    assert await bo.refused("POST", "/invitations/accept", {"token": token}) == (409, "invitation_used")


async def test_somebody_with_an_account_accepts_only_what_is_addressed_to_them(register: Any) -> None:
    ana, bo, cy = await register("ana"), await register("bo"), await register("cy")
    token = {"token": await invited(ana)}
    assert await cy.refused("POST", "/invitations/accept", token) == (403, "email_mismatch")
    joined = (await bo.post("/invitations/accept", token))["data"]
    assert (joined["role"], joined["org"]["id"]) == ("member", str(ana.org))
    assert (await bo.get("/auth/me"))["data"]["user"]["active_org_id"] == str(ana.org)
    again = {"email": "BO@example.com"}
    assert await ana.refused("POST", "/invitations", again) == (409, "already_member")


async def test_sending_again_makes_another_token_and_ends_the_old_one(register: Any) -> None:
    ana, bo = await register("ana"), await register("bo")
    old = await invited(ana)
    assert await ana.refused("POST", "/invitations", {"email": "Bo@Example.com"}) == (409, "already_invited")
    (waiting,) = (await ana.get("/invitations"))["data"]
    fresh = (await ana.post(f"/invitations/{waiting['id']}/resend"))["data"]["accept_url"].partition("=")[2]
    assert await bo.refused("POST", "/invitations/accept", {"token": old}) == (410, "invitation_expired")
    await bo.post("/invitations/decline", {"token": fresh})
    assert await bo.refused("POST", "/invitations/accept", {"token": fresh}) == (409, "invitation_used")
    assert await ana.refused("DELETE", f"/invitations/{waiting['id']}") == (409, "invitation_used")
    later = await invited(ana)
    (waiting,) = (await ana.get("/invitations"))["data"]
    await ana.delete(f"/invitations/{waiting['id']}")
    assert await bo.refused("POST", "/invitations/accept", {"token": later}) == (410, "invitation_expired")


async def test_an_invitation_nobody_answers_expires_after_seven_days(register: Any) -> None:
    ana = await register("ana")
    await invited(ana)
    await ana.world.work("workspace", clock.now() + timedelta(days=6, hours=23))
    assert [one["status"] for one in (await ana.get("/invitations"))["data"]] == ["pending"]
    await ana.world.work("workspace", clock.now() + timedelta(days=7, minutes=1))
    assert (await ana.get("/invitations"))["data"] == []
    assert [one["email"] for one in (await ana.get("/invitations", status="expired"))["data"]] == ["bo@example.com"]


async def test_an_org_keeps_one_admin(register: Any) -> None:
    ana = await register("ana")
    bo = await register("bo", invitation_token=await invited(ana, role="admin"))
    me = {one.user["name"]: one.user["id"] for one in (ana, bo)}
    await bo.patch(f"/members/{me['Ana']}", {"role": "member"})
    assert await bo.refused("PATCH", f"/members/{me['Bo']}", {"role": "member"}) == (409, "last_admin")
    assert await bo.refused("DELETE", f"/members/{me['Bo']}") == (409, "last_admin")
    assert await ana.refused("DELETE", f"/members/{me['Bo']}") == (403, "insufficient_role")


async def test_who_leaves_takes_the_keys_along(register: Any) -> None:
    ana = await register("ana")
    bo = await register("bo", invitation_token=await invited(ana, role="admin"))
    key = (await bo.post("/api-keys", {"name": "bo's"}))["data"]
    assert key["owner"] == {"user_id": bo.user["id"], "name": "Bo"}
    program = ana.by(key["key"])
    assert (await program.call("GET", "/projects")).status == 200
    await bo.delete(f"/members/{bo.user['id']}")
    (gone,) = (await ana.get("/api-keys", include_revoked="true"))["data"]
    assert gone["revoked_at"] is not None
    assert await bo.refused("GET", "/projects") == (404, "not_found")


async def test_a_key_may_what_its_owner_may(register: Any) -> None:
    ana = await register("ana")
    bo = await register("bo", invitation_token=await invited(ana, role="admin"))
    key = (await bo.post("/api-keys", {"name": "bo's", "scopes": ["read", "write"]}))["data"]["key"]
    program = ana.by(key)
    project = await program.project()
    for caller in (program, bo):
        wanted = {"name": "x", "scopes": ["admin"]}
        assert await caller.refused("POST", "/api-keys", wanted) == (403, "insufficient_scope")
    assert (await ana.post("/api-keys", {"name": "x", "scopes": ["admin"]}))["data"]["scopes"] == ["admin"]
    await ana.patch(f"/members/{bo.user['id']}", {"role": "member"})
    await _until_forgotten(program, project)
    shown = {one["name"]: one for one in (await ana.get("/api-keys"))["data"]}
    assert shown["bo's"]["last_used_at"] is not None
    mine = shown["bo's"]["id"]
    renamed = (await ana.patch(f"/api-keys/{mine}", {"name": "hers"}))["data"]
    assert renamed["name"] == "hers"


async def _until_forgotten(program: Any, project: str) -> None:
    """Within a second the key is no longer an admin's."""
    async with asyncio.timeout(5):
        while (await program.call("DELETE", f"/projects/{project}")).status != 403:
            await asyncio.sleep(0.05)


@pytest.mark.parametrize("kind", ["projects", "members", "keys"])
async def test_a_limit_holds_under_fifty_calls_at_once(api: Any, register: Any, kind: str) -> None:
    ana = await register("ana")
    await on(api, ana.org, "starter")
    calls = {
        "projects": lambda n: ana.call("POST", "/projects", {"name": f"P{n}"}),
        "members": lambda n: ana.call("POST", "/invitations", {"email": f"u{n}@example.com"}),
        "keys": lambda n: ana.call("POST", "/api-keys", {"name": f"K{n}"}),
    }
    room = {"projects": 3, "members": 4, "keys": 5}[kind]
    answers = await asyncio.gather(*(calls[kind](n) for n in range(50)))
    refused = [one for one in answers if one.status != 201]
    assert len(answers) - len(refused) == room
    assert {one.status for one in refused} == {402}
    meta = (await refused[0].json())["meta"]
    assert (meta["current"], meta["max"]) == (room + (kind == "members"), room + (kind == "members"))


async def test_an_org_changes_and_ends(api: Any, register: Any) -> None:
    ana = await register("ana")
    path = f"/orgs/{ana.org}"
    change = {"name": "Goat", "timezone": "Asia/Tokyo", "video_stats_hours": 12, "video_expiry_enabled": True}
    after = (await ana.patch(path, change))["data"]
    assert {name: after[name] for name in change} == change
    assert await ana.refused("PATCH", path, {"timezone": "Mars/Olympus"}) == (400, "invalid_body")
    assert await ana.refused("PATCH", path, {"video_stats_hours": 169}) == (400, "invalid_body")
    key = (await ana.post("/api-keys", {"name": "mine"}))["data"]["key"]
    assert await ana.refused("DELETE", path, {"confirm_name": "goat"}) == (400, "invalid_body")
    project = await ana.project()
    await ana.creator(project)
    assert (await ana.call("DELETE", path, {"confirm_name": "Goat"})).status == 200
    assert await ana.by(key).refused("GET", "/projects") == (401, "invalid_api_key")
    assert await ana.refused("GET", path) == (404, "not_found")
    assert (await ana.get("/auth/me"))["data"]["org"] is None
    told = await api.world.pools["workspace"].fetch("SELECT tag FROM events WHERE org = $1 ORDER BY pos DESC", ana.org)
    assert [row["tag"] for row in told][:3] == ["org.deleted.v1", "api_key.revoked.v1", "project.deleted.v1"]


async def test_a_banned_org_is_shut_to_everybody(api: Any, register: Any) -> None:
    ana = await register("ana")
    api.org = ana.org
    await api.tell(BanOrg(org=ana.org, reason="spam"))
    assert await ana.refused("GET", "/projects") == (403, "banned")


async def test_a_person_opens_an_org_once_per_idempotency_key(register: Any) -> None:
    ana = await register("ana")
    headers = {"Idempotency-Key": "k"}
    answers = await asyncio.gather(*(ana.call("POST", "/orgs", {"name": "x"}, headers=headers) for _ in range(10)))
    assert {one.status for one in answers} <= {201, 409}
    assert len((await ana.get("/orgs"))["data"]) == 2


async def test_limits_say_how_much_of_the_plan_is_used(api: Any, register: Any) -> None:
    ana = await register("ana")
    project, spare = await ana.project(), await ana.project("spare")
    await ana.creator(project)
    await ana.campaign(project)
    await invited(ana)
    await ana.post("/api-keys", {"name": "k"})
    await on(api, ana.org, "starter")
    shown = (await ana.get("/limits"))["data"]
    now = {one["key"]: (one["current"], one["max"], one["unit"]) for one in shown["limits"]}
    assert now["max_creators_per_org"] == (1, 50, "count")
    assert now["max_projects_per_org"] == (2, 3, "count")
    assert now["max_members_per_org"] == (2, 5, "count")
    assert now["max_api_keys_per_org"] == (1, 5, "count")
    assert now["max_api_requests_per_day"] == (0, 1000, "per_day")
    assert now["min_video_stats_hours"] == (None, 12, "hours")
    (fullest,) = [one for one in shown["limits"] if one["key"] == "max_campaigns_per_project"]
    assert (fullest["current"], fullest["scope"], fullest["at_id"]) == (1, "project", project)
    named = (await ana.get("/limits", project_id=spare))["data"]["limits"]
    assert [one["current"] for one in named if one["key"] == "max_campaigns_per_project"] == [0]


async def test_a_smaller_plan_takes_nothing_away_and_keeps_the_history_for_14_days(api: Any, register: Any) -> None:
    ana = await register("ana")
    await on(api, ana.org, "ultra")
    for n in range(4):
        await ana.project(f"P{n}")
    await on(api, ana.org, "starter")
    shown = (await ana.get("/limits"))["data"]
    assert (shown["tier"], shown["grace"]["previous_tier"]) == ("starter", "ultra")
    assert len((await ana.get("/projects"))["data"]) == 4
    response = await ana.call("POST", "/projects", {"name": "x"})
    meta = (await response.json())["meta"]
    assert (response.status, meta["current"], meta["max"]) == (402, 4, 3)
    await on(api, ana.org, "ultra")
    assert (await ana.get("/limits"))["data"]["grace"] is None
