"""Signing up, in and out: cookies, tokens, passwords, and what is left of an account that was deleted."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import structlog
from argon2 import PasswordHasher, extract_parameters

from trackagoat.events import clock
from trackagoat.events.catalogue.words import INSTALLATION, UserId
from trackagoat.events.catalogue.workspace import BanUser
from trackagoat.events.envelope import Ask
from trackagoat.events.testing.vault import SECRET_KEY
from trackagoat.events.tokens import token
from trackagoat.gateway.edge import passwords
from trackagoat.gateway.edge.faults import ApiError
from trackagoat.gateway.edge.sessions import IDLE, LONGEST, Sessions, cookie_header
from trackagoat.workspace import service as workspace
from trackagoat.workspace import settings as workspace_settings

PASSWORD = "correct horse battery"
LOGIN = {"email": "ana@example.com", "password": PASSWORD}
WRONG = {"email": "ana@example.com", "password": "wrong horse battery"}


async def open_call(api: Any, path: str, body: Any, **headers: str) -> tuple[int, Any, Any]:
    """(status, answer, response) of a call without any credentials."""
    response = await api.client.post(f"/api/v1{path}", json=body, headers=headers)
    return response.status, await response.json(), response


async def test_the_first_to_register_runs_the_installation_and_an_org(register: Any) -> None:
    ana = await register("ana", timezone="Europe/Berlin")
    me = (await ana.get("/auth/me"))["data"]
    assert me["user"] == ana.user
    assert (ana.user["email"], ana.user["name"], ana.user["is_platform_admin"]) == ("ana@example.com", "Ana", True)
    assert (me["auth"], me["role"], me["scopes"]) == ("session", "admin", ["read", "write", "admin"])
    assert (me["org"]["name"], me["org"]["timezone"], me["csrf_token"]) == ("Ana's", "Europe/Berlin", ana.csrf)
    bo = await register("bo")
    assert bo.user["is_platform_admin"] is False
    assert (await bo.get("/auth/me"))["data"]["scopes"] == ["read", "write"]


async def test_of_many_first_users_one_runs_the_installation(register: Any) -> None:
    people = await asyncio.gather(*(register(f"u{n}") for n in range(8)))
    assert sum(one.user["is_platform_admin"] for one in people) == 1


async def test_the_cookie_is_for_the_browser_only(api: Any, register: Any) -> None:
    await register("ana")
    _, _, response = await open_call(api, "/auth/login", LOGIN)
    assert response.headers["Set-Cookie"].endswith("; Max-Age=2592000; Path=/; HttpOnly; SameSite=Lax")
    assert cookie_header("https://goat.example", "x").endswith("; SameSite=Lax; Secure")


async def test_a_session_that_was_put_into_the_browser_is_not_taken_over(api: Any, register: Any) -> None:
    ana = await register("ana")
    planted = {"Cookie": f"tga_session={ana.cookie}"}
    _, answer, response = await open_call(api, "/auth/login", LOGIN, **planted)
    assert response.cookies["tga_session"].value != ana.cookie
    assert answer["data"]["csrf_token"] != ana.csrf


async def test_a_page_of_another_site_cannot_act_for_the_person(api: Any, register: Any) -> None:
    ana = await register("ana")
    body, own = {"name": "x"}, f"http://127.0.0.1:{api.client.port}"
    for headers in ({"Origin": "https://evil.example"}, {"Origin": "null"}, {"X-CSRF-Token": None}):
        assert await ana.refused("POST", "/projects", body, headers=headers) == (403, "csrf_failed")
    assert (await ana.call("POST", "/projects", body, headers={"Origin": own})).status == 201
    assert (await ana.call("GET", "/projects", headers={"X-CSRF-Token": None})).status == 200
    status, answer, _ = await open_call(api, "/auth/login", LOGIN, Origin="https://evil.example")
    assert (status, answer["meta"]["code"]) == (403, "csrf_failed")


async def test_signing_out_ends_the_session_at_once(register: Any) -> None:
    ana = await register("ana")
    response = await ana.call("POST", "/auth/logout")
    assert "Max-Age=0" in response.headers["Set-Cookie"]
    assert await ana.refused("GET", "/auth/me") == (401, "invalid_session")


async def test_nobody_learns_whether_there_is_an_account(api: Any, register: Any) -> None:
    await register("ana")
    answers = []
    for body in (WRONG, {"email": "nobody@example.com", "password": PASSWORD}):
        status, answer, _ = await open_call(api, "/auth/login", body)
        answers.append((status, answer))
    assert answers[0] == answers[1]
    assert answers[0][0] == 401
    for email in ("ana@example.com", "nobody@example.com"):
        status, answer, _ = await open_call(api, "/auth/password-reset", {"email": email})
        assert (status, answer) == (202, {"data": {"ok": True}, "error": None, "meta": None})


class Counted:
    """A hasher that counts what it is asked."""

    def __init__(self, real: PasswordHasher) -> None:
        self._real, self.checked = real, 0

    def hash(self, password: str) -> str:
        return self._real.hash(password)

    def verify(self, stored: str, password: str) -> bool:
        assert extract_parameters(stored) == extract_parameters(self._real.hash("x"))
        self.checked += 1
        return self._real.verify(stored, password)


async def test_an_account_that_is_not_there_costs_as_many_hashes_as_a_wrong_password(
    api: Any, register: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted = Counted(passwords._hasher)
    monkeypatch.setattr(passwords, "_hasher", counted)
    ana, bo = await register("ana"), await register("bo")
    await ana.world.ask(_ask(), [BanUser(user=UserId(UUID(bo.user["id"])))])
    for email in ("ana@example.com", "bo@example.com", "nobody@example.com"):
        before = counted.checked
        assert (await open_call(api, "/auth/login", {**WRONG, "email": email}))[0] == 401
        assert counted.checked == before + 1, email


async def test_ten_failures_for_an_address_have_to_wait(api: Any, register: Any, sign_in: Any) -> None:
    await register("ana")
    await register("bo")
    tries = await asyncio.gather(*(open_call(api, "/auth/login", WRONG) for _ in range(15)))
    assert sorted(status for status, _, _ in tries) == [401] * 10 + [429] * 5
    status, answer, response = await open_call(api, "/auth/login", LOGIN)
    assert (status, answer["meta"]["code"]) == (429, "rate_limit_exceeded")
    assert response.headers["Retry-After"] == str(answer["meta"]["retryAfter"])
    assert 1 <= answer["meta"]["retryAfter"] <= 900
    await sign_in("bo")


async def test_another_password_ends_every_other_session_and_renews_this_one(register: Any, sign_in: Any) -> None:
    ana, other = await register("ana"), await sign_in("ana")
    body = {"current_password": PASSWORD, "new_password": "another horse entirely"}
    assert await ana.refused("POST", "/auth/password", {**body, "current_password": "x"}) == (
        401,
        "invalid_credentials",
    )
    response = await ana.call("POST", "/auth/password", body)
    assert response.status == 200
    for old in (ana, other):
        assert await old.refused("GET", "/auth/me") == (401, "invalid_session")
    ana.cookie, ana.csrf = response.cookies["tga_session"].value, (await response.json())["data"]["csrf_token"]
    assert (await ana.call("PATCH", "/auth/me", {"name": "Ana B."})).status == 200
    await sign_in("ana", "another horse entirely")


async def test_a_reset_link_works_once_and_for_an_hour(api: Any, register: Any, sign_in: Any) -> None:
    ana = await register("ana")
    await open_call(api, "/auth/password-reset", {"email": "ANA@example.com"})
    nonce = await api.world.pools["workspace"].fetchval(
        "SELECT reset_nonce FROM credentials WHERE reset_nonce IS NOT NULL"
    )
    body = {"token": token(SECRET_KEY, "password reset", nonce), "new_password": "another horse entirely"}
    assert (await open_call(api, "/auth/password-reset/confirm", body))[0] == 200
    assert await ana.refused("GET", "/auth/me") == (401, "invalid_session")
    status, answer, _ = await open_call(api, "/auth/password-reset/confirm", body)
    assert (status, answer["meta"]["code"]) == (410, "token_expired")
    await sign_in("ana", "another horse entirely")


@pytest.mark.parametrize("setting", ["closed", "invite_only"])
async def test_after_the_first_the_setting_decides_who_registers(api: Any, register: Any, setting: Any) -> None:
    settings = workspace_settings.Settings(database_url="postgresql://x", secret_key=SECRET_KEY, registration=setting)
    api.world.services["workspace"] = workspace.service(settings)
    ana = await register("ana")
    body = {"email": "bo@example.com", "password": PASSWORD, "name": "Bo", "org_name": "x"}
    status, answer, _ = await open_call(api, "/auth/register", body)
    assert (status, answer["meta"]["code"]) == (403, "registration_closed")
    url = (await ana.post("/invitations", {"email": "bo@example.com"}))["data"]["accept_url"]
    invited = {**body, "invitation_token": url.partition("=")[2]}
    status, answer, _ = await open_call(api, "/auth/register", invited)
    assert status == (403 if setting == "closed" else 201)


async def test_an_address_has_one_account_however_it_is_cased(api: Any, register: Any) -> None:
    await register("ana")
    body = {"email": " ANA@Example.com ", "password": PASSWORD, "name": "Ana", "org_name": "x"}
    status, answer, _ = await open_call(api, "/auth/register", body)
    assert (status, answer["meta"]["code"]) == (409, "email_taken")
    racing = {**body, "email": "cy@example.com"}
    found = await asyncio.gather(*(open_call(api, "/auth/register", racing) for _ in range(6)))
    assert sorted(status for status, _, _ in found) == [201] + [409] * 5


async def test_what_is_no_address_password_or_zone_is_told_so(api: Any) -> None:
    good = {"email": "ana@example.com", "password": PASSWORD, "name": "Ana", "org_name": "x"}
    faults = {"email": "ana", "password": "too short", "timezone": "Mars/Olympus", "name": "\n", "org_name": None}
    for field, value in {**faults, "email_": "a@b\r\nBcc: c@d.example"}.items():
        status, answer, _ = await open_call(api, "/auth/register", {**good, field.rstrip("_"): value})
        assert (status, answer["meta"]["details"][0]["path"]) == (400, field.rstrip("_"))


async def test_a_person_works_in_one_org_of_several(register: Any) -> None:
    ana, bo = await register("ana"), await register("bo")
    second = (await ana.post("/orgs", {"name": "Second", "timezone": "Asia/Tokyo"}))["data"]
    assert (second["role"], second["timezone"]) == ("admin", "Asia/Tokyo")
    assert {one["name"] for one in (await ana.get("/orgs"))["data"]} == {"Ana's", "Second"}
    await ana.project("first")
    there = {"X-Org-Id": second["id"]}
    assert (await (await ana.call("GET", "/projects", headers=there)).json())["data"] == []
    assert (await ana.get(f"/orgs/{second['id']}"))["data"]["name"] == "Second"
    await ana.patch("/auth/me", {"active_org_id": second["id"]})
    assert (await ana.get("/projects"))["data"] == []
    for foreign in (bo.org, UUID(int=9)):
        assert await ana.refused("GET", "/projects", headers={"X-Org-Id": str(foreign)}) == (404, "not_found")
        assert await ana.refused("PATCH", "/auth/me", {"active_org_id": str(foreign)}) == (404, "not_found")
    assert await ana.refused("GET", "/projects", headers={"X-Org-Id": "x"}) == (400, "invalid_params")


async def test_sessions_are_listed_and_ended_one_by_one(register: Any, sign_in: Any) -> None:
    ana, other = await register("ana"), await sign_in("ana")
    listed = (await ana.get("/auth/sessions"))["data"]
    assert [one["is_current"] for one in listed] == [False, True]
    await ana.delete(f"/auth/sessions/{listed[0]['id']}")
    assert await other.refused("GET", "/auth/me") == (401, "invalid_session")
    bo = await register("bo")
    assert await bo.refused("DELETE", f"/auth/sessions/{listed[1]['id']}") == (404, "not_found")


async def test_a_session_ends_after_14_idle_days_or_30_in_all(register: Any) -> None:
    ana = await register("ana")
    pool, sessions, now = ana.world.pools["gateway"], Sessions(SECRET_KEY), clock.now()

    async def lasts(days: timedelta) -> bool:
        try:
            await sessions.caller(pool, ana.cookie, None, now + days)
        except ApiError:
            return False
        return True

    assert await lasts(IDLE - timedelta(minutes=1))
    assert not await lasts(IDLE)
    await ana.get("/auth/me")
    await pool.execute("UPDATE gateway.seen SET at = $1", now + timedelta(days=20))
    assert await lasts(timedelta(days=29))
    assert not await lasts(LONGEST)


async def test_who_is_banned_gets_in_nowhere(api: Any, register: Any) -> None:
    ana = await register("ana")
    key = (await ana.post("/api-keys", {"name": "mine"}))["data"]["key"]
    await ana.world.ask(_ask(), [BanUser(user=UserId(UUID(ana.user["id"])))])
    assert await ana.refused("GET", "/auth/me") == (403, "banned")
    assert await ana.by(key).refused("GET", "/projects") == (403, "banned")
    status, answer, _ = await open_call(api, "/auth/login", LOGIN)
    assert (status, answer["meta"]["code"]) == (403, "banned")


async def test_a_deleted_account_leaves_neither_name_nor_address(api: Any, register: Any) -> None:
    ana, bo = await register("canary"), await register("bo")
    assert await ana.refused("DELETE", "/auth/me", {"password": "x"}) == (401, "invalid_credentials")
    assert await ana.refused("DELETE", "/auth/me", {"password": PASSWORD}) == (409, "last_admin")
    url = (await ana.post("/invitations", {"email": "bo@example.com", "role": "admin"}))["data"]["accept_url"]
    await bo.post("/invitations/accept", {"token": url.partition("=")[2]})
    key = (await ana.post("/api-keys", {"name": "mine"}))["data"]["key"]
    assert (await ana.call("DELETE", "/auth/me", {"password": PASSWORD})).status == 200
    assert await ana.refused("GET", "/auth/me") == (401, "invalid_session")
    assert await ana.by(key).refused("GET", "/projects") == (401, "invalid_api_key")
    pool = api.world.pools["workspace"]
    row = await pool.fetchrow("SELECT * FROM users WHERE user_id = $1", UUID(ana.user["id"]))
    assert (row["email"], row["name"], row["email_hash"]) == (None, None, None)
    assert await pool.fetchval("SELECT key FROM subject_keys WHERE subject = $1", UUID(ana.user["id"])) is None
    for table in ("events", "outcomes", "users", "invitations"):
        assert await pool.fetchval(f"SELECT count(*) FROM {table} t WHERE t::text ILIKE '%canary@%'") == 0  # noqa: S608
    names = [one["name"] for one in (await bo.get("/members"))["data"]]
    assert names == ["Bo"]


async def test_an_invitation_that_waits_for_a_deleted_account_is_taken_back_and_forgotten(
    api: Any, register: Any
) -> None:
    ana, bo = await register("ana"), await register("bo")
    waiting = (await ana.post("/invitations", {"email": "bo@example.com"}))["data"]
    eve = (await ana.post("/invitations", {"email": "eve@example.com"}))["data"]["id"]
    url = (await bo.post("/invitations", {"email": "cy@example.com", "role": "admin"}))["data"]["accept_url"]
    await register("cy", invitation_token=url.partition("=")[2])
    assert (await bo.call("DELETE", "/auth/me", {"password": PASSWORD})).status == 200
    assert [one["id"] for one in (await ana.get("/invitations"))["data"]] == [eve]
    assert (await ana.get("/invitations", status="revoked"))["data"] == []
    pool = api.world.pools["workspace"]
    assert await pool.fetchval("SELECT key FROM subject_keys WHERE subject = $1", UUID(waiting["id"])) is None
    status, answer, _ = await open_call(api, "/invitations/lookup", {"token": waiting["accept_url"].partition("=")[2]})
    assert (status, answer["meta"]["code"]) == (410, "invitation_expired")
    assert (await ana.post("/invitations", {"email": "bo@example.com"}))["data"]["status"] == "pending"


async def test_no_secret_reaches_a_ledger_in_clear(api: Any, register: Any, sign_in: Any) -> None:
    ana = await register("ana")
    await sign_in("ana")
    pool = api.world.pools["workspace"]
    for secret in (PASSWORD, ana.cookie, "ana@example.com"):
        for table in ("events", "outcomes", "users", "credentials", "sessions", "due"):
            found = await pool.fetchval(f"SELECT count(*) FROM {table} t WHERE t::text LIKE $1", f"%{secret}%")  # noqa: S608
            assert found == 0, (secret, table)
    assert (await pool.fetchval("SELECT password FROM credentials")).startswith("$argon2id$")


async def test_nothing_of_a_person_and_no_secret_is_logged(
    api: Any, register: Any, caplog: pytest.LogCaptureFixture
) -> None:
    with structlog.testing.capture_logs() as lines:
        ana = await register("ana")
        await open_call(api, "/auth/login", WRONG)
        await open_call(api, "/auth/register", {**LOGIN, "name": "Ana", "org_name": "x", "more": PASSWORD})
        await open_call(api, "/auth/password-reset", {"email": "ana@example.com"})
        url = (await ana.post("/invitations", {"email": "bo@example.com"}))["data"]["accept_url"]
        await open_call(api, "/invitations/lookup", {"token": url.partition("=")[2]})
        key = (await ana.post("/api-keys", {"name": "mine"}))["data"]["key"]
        await ana.by(key).get("/projects", search="xyzzy")
        api.world.down = True
        assert await ana.refused("PATCH", "/auth/me", {"name": "Annabel"}) == (503, "unavailable")
    assert sum(line["event"] == "call" for line in lines) >= 8
    logged = f"{lines} {caplog.text}"
    for secret in (PASSWORD, WRONG["password"], ana.cookie, ana.csrf, key, url.partition("=")[2]):
        assert secret not in logged
    for personal in ("@example.com", "Annabel", "xyzzy"):
        assert personal not in logged


def _ask() -> Ask:
    return Ask(org=INSTALLATION, command_id=clock.new_id(), at=clock.now())
