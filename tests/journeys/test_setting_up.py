"""From an empty installation to people who work in it, by the command line and over the API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.journeys.conftest import Goat

pytestmark = pytest.mark.timeout(240)
PASSWORD = "correct horse battery"


async def open_call(house: Any, path: str, body: Any) -> tuple[int, Any]:
    """(status, answer) of a call without credentials."""
    async with house._http.post(f"{house._api}{path}", json=body) as answer:
        return answer.status, await answer.json()


async def test_an_operator_sets_up_and_looks_after_people(house: Any, goat: Goat) -> None:
    words = ("--email", "ana@example.com", "--name", "Ana", "--org", "Goats", "--timezone", "Europe/Berlin")
    made = (await goat("init", *words, "--password", PASSWORD, "--json")).json
    _, keyless = await house.org()
    api = type(keyless)(house._http, house._api, made["key"])
    me = await api.ok("GET", "/auth/me")
    assert (me["user"]["email"], me["org"]["name"], me["role"]) == ("ana@example.com", "Goats", "admin")
    assert (me["user"]["is_platform_admin"], me["org"]["timezone"]) == (True, "Europe/Berlin")
    again = await goat("init", *words, "--password", PASSWORD)
    assert (again.status, "account with that address" in again.err) == (1, True)

    assert (await goat("orgs", "tier", "starter", "--org", "Goats")).status == 0
    assert (await api.ok("GET", "/limits"))["tier"] == "starter"

    login = {"email": "Ana@example.com", "password": PASSWORD}
    assert (await open_call(house, "/auth/login", login))[0] == 200
    assert (await goat("users", "ban", "ana@example.com")).status == 0
    assert (await open_call(house, "/auth/login", login))[1]["meta"]["code"] == "banned"
    assert (await goat("users", "unban", made["user_id"])).status == 0
    token = (await goat("users", "reset-password", "ana@example.com", "--json")).json["token"]
    fresh = {"token": token, "new_password": "another horse entirely"}
    assert (await open_call(house, "/auth/password-reset/confirm", fresh))[0] == 200
    assert (await open_call(house, "/auth/login", login))[1]["meta"]["code"] == "invalid_credentials"
    assert [one["user_id"] for one in (await goat("users", "list", "--json")).json] == [made["user_id"]]
    nobody = await goat("users", "ban", "nobody@example.com")
    assert (nobody.status, "nobody has the e-mail" in nobody.err) == (1, True)


async def test_the_last_admin_is_not_erased_while_the_org_exists(house: Any, goat: Goat) -> None:
    words = ("--email", "ana@example.com", "--name", "Ana", "--org", "Goats")
    made = (await goat("init", *words, "--password", PASSWORD, "--json")).json
    answer = await goat("erase", "user", made["user_id"], "--yes")
    assert (answer.status, "keeps one admin" in answer.err) == (1, True)
    login = {"email": "ana@example.com", "password": PASSWORD}
    async with house._http.post(f"{house._api}/auth/login", json=login) as signed:
        headers = {"X-CSRF-Token": (await signed.json())["data"]["csrf_token"]}
        cookies = {"tga_session": signed.cookies["tga_session"].value}
    body, path = {"confirm_name": "Goats"}, f"{house._api}/orgs/{made['org_id']}"
    async with house._http.delete(path, json=body, headers=headers, cookies=cookies) as gone:
        assert gone.status == 200
    done = await goat("erase", "user", made["user_id"], "--yes", "--json")
    assert done.json["purged"] >= 2
    assert await goat.ask("SELECT key FROM workspace.subject_keys") is None
    assert (await goat("doctor")).status == 0
