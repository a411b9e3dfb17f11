"""Every route by every kind of caller: who is let in, who is refused, and with which code."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from trackagoat.events import clock
from trackagoat.events.catalogue.words import KeyId, UserId
from trackagoat.events.catalogue.workspace import CreateApiKey, RevokeApiKey
from trackagoat.events.tokens import digest as digest_of
from trackagoat.gateway.edge import callers
from trackagoat.gateway.edge.faults import STATUS
from trackagoat.gateway.registry import Route
from trackagoat.gateway.routes import ROUTES
from trackagoat.gateway.routes.channels import calls as channels

ADMINS_ONLY = {
    "updateOrg",
    "deleteOrg",
    "deleteProject",
    "changeRole",
    "removeMember",
    "listInvitations",
    "invite",
    "resendInvitation",
    "revokeInvitation",
    "listApiKeys",
    "createApiKey",
    "renameApiKey",
    "revokeApiKey",
    "listChannels",
    "getChannel",
    "createChannel",
    "changeChannel",
    "deleteChannel",
    "rotateChannelSecret",
    "testChannel",
    "createRule",
    "changeRule",
    "deleteRule",
    "listDeliveries",
    "getDelivery",
    "redeliver",
    "redeliverSpan",
}
"""What a mere member may not do: said here once more, so that a role forgotten in the registry shows."""
NO_KEYS = ("no key", "bad key", "expired", "revoked")
KEYS = (*NO_KEYS, "read only", "write only", "other org", "member", "admin")
PEOPLE = ("other org in person", "member in person", "admin in person")
SPEAKING = {"createAnnotation", "createRule"}
"""Calls without a path parameter whose body speaks of things."""
UNSENT = ("testChannel", "unavailable")
"""Nothing goes out of this house, so that a test of a channel is never answered."""
MISTAKEN = {"password": "is another one"}
LAST = ("removeMember", "endSession", "changePassword", "deleteOrg", "deleteMe", "logout")
"""Calls after which the others would no longer work."""


def in_order() -> list[Route]:
    """Reads, then what is made and changed, then what is deleted, from the inside out."""
    kinds: Mapping[str, Callable[[], list[Route]]] = {
        "deleted": lambda: [route for route in reversed(ROUTES) if route.method == "DELETE"],
        "others": lambda: sorted((r for r in ROUTES if r.method != "DELETE"), key=lambda r: r.method != "GET"),
    }
    routes = kinds["others"]() + kinds["deleted"]()
    return sorted(routes, key=lambda route: LAST.index(route.name) if route.name in LAST else -1)


def expected(route: Route, caller: str) -> tuple[int, str] | None:
    """How the caller is refused, by what the product promises; None where it is let in."""
    if route.scope == "open":
        return None
    if caller in NO_KEYS:
        return 401, "invalid_api_key"
    if lacks_scope(route, caller):
        return 403, "insufficient_scope"
    if is_elsewhere(route, caller):
        return 404, "not_found"
    if caller.startswith("member") and route.name in ADMINS_ONLY:
        return 403, "insufficient_role"
    return None


def lacks_scope(route: Route, caller: str) -> bool:
    """Nobody gives away a scope it has not either."""
    if caller == "write only" and route.name == "createApiKey":
        return True
    in_person = caller in PEOPLE
    return (route.session and not in_person) or caller == f"{'write' if route.scope == 'read' else 'read'} only"


def is_elsewhere(route: Route, caller: str) -> bool:
    """Whether the call speaks of what does not exist for the caller; sessions are a person's own."""
    if caller == "member in person" and route.name == "endSession":
        return True
    about = route.path_parameters or filters(route) or route.name in SPEAKING
    return caller.startswith("other org") and bool(about and route.statuses)


def filters(route: Route) -> set[str]:
    """Query parameters that speak of a thing."""
    return {"project_id", "creator_id", "entity_id", "channel_id"} & set(route.params.__struct_encode_fields__)


class Callers:
    """One org, and callers of every kind."""

    def __init__(self, ana: Any, register: Any, sign_in: Any) -> None:
        self._ana, self._register, self._sign_in = ana, register, sign_in

    async def called(self, kind: str) -> Any:
        ana = self._ana
        if kind == "other org in person":
            return await self._register("dee")
        if kind.endswith("in person"):
            return await self._sign_in("bo" if kind.startswith("member") else "ana")
        if kind == "member":
            return ana.by(await self._of_a_member())
        if kind == "other org":
            dee = await self._register("dee")
            return ana.by((await dee.post("/api-keys", {"name": "theirs"}))["data"]["key"])
        return ana.by(await self._key(kind))

    async def _of_a_member(self) -> str:
        """A key bo made while he was an admin; he is none any more."""
        ana = self._ana
        (bo,) = [one for one in (await ana.get("/members"))["data"] if one["name"] == "Bo"]
        await ana.patch(f"/members/{bo['user_id']}", {"role": "admin"})
        person = await self._sign_in("bo")
        key: str = (await person.post("/api-keys", {"name": "bo's"}))["data"]["key"]
        await ana.patch(f"/members/{bo['user_id']}", {"role": "member"})
        return key

    async def _key(self, kind: str) -> str:
        plain = f"tga_{clock.random_bytes(32).hex()}"
        if kind == "no key":
            return ""
        if kind == "bad key":
            return plain
        scopes: list[Any] = {"read only": ["read"], "write only": ["write"]}.get(kind, ["read", "write"])
        ends = clock.now() - timedelta(seconds=1) if kind == "expired" else None
        id = KeyId(clock.new_id())
        command = CreateApiKey(
            key=id,
            name="k",
            prefix=plain[:12],
            digest=digest_of(plain),
            scopes=scopes,
            expires_at=ends,
            owner=UserId(UUID(self._ana.user["id"])),
        )
        await self._ana.tell(command)
        if kind == "revoked":
            await self._ana.tell(RevokeApiKey(key=id))
        return plain


@pytest.mark.parametrize("kind", [*KEYS, *PEOPLE])
async def test_every_route_lets_in_whom_it_should(
    kind: str, register: Any, sign_in: Any, furnish: Any, calls: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(callers, "OPEN_CALLS_PER_MINUTE", 10_000)
    monkeypatch.setattr(channels, "_TEST_SECONDS", 0)
    ana = await register("ana")
    other = await sign_in("ana")
    ids = await furnish(ana) | await session_of(other)
    caller = await Callers(ana, register, sign_in).called(kind)
    for route in in_order():
        path, query = calls.path_of(route, ids), calls.needed(route, ids)
        if kind.startswith("other org"):
            query |= {name: ids[f"{name[:-3]}Id".replace("entity", "project")] for name in filters(route)}
        body = MISTAKEN if route.name == "deleteMe" else calls.asked(route, ids)
        response = await caller.call(route.method, path, body, params=query)
        if response.content_type == "text/event-stream":
            response.close()
            assert expected(route, kind) is None, (route.key, kind)
            continue
        answer = await response.json()
        code = None if response.status < 300 else answer["meta"]["code"]
        if (refusal := expected(route, kind)) is not None:
            assert (response.status, code) == refusal, (route.key, kind)
        else:
            fine = response.status in route.statuses or code in route.errors
            assert fine or (route.name, code) == UNSENT, (route.key, kind, answer)
            assert code is None or response.status == STATUS[code]
        if kind.startswith("other org") and response.status < 300 and route.scope != "open":
            assert [id for name, id in ids.items() if id in str(answer)] == [], (route.key, answer)


async def session_of(person: Any) -> dict[str, str]:
    """The other session of that person."""
    (session,) = [one for one in (await person.get("/auth/sessions"))["data"] if not one["is_current"]]
    return {"sessionId": session["id"]}


async def test_fields_that_are_the_servers_to_set_cannot_be_sent(register: Any, furnish: Any, calls: Any) -> None:
    ana = await register("ana")
    ids = await furnish(ana) | await session_of_only(ana)
    fields = {"id": ids["projectId"], "org_id": ids["orgId"], "created_at": "2026-01-01T00:00:00Z", "role_": "admin"}
    for field, value in {**fields, "is_platform_admin": True, "tier": "ultra", "owner": ids["userId"]}.items():
        for route in ROUTES:
            if route.body is None:
                continue
            body = calls.asked(route, ids) | {field: value}
            answer = await ana.refused(route.method, calls.path_of(route, ids), body)
            assert answer == (400, "invalid_body"), (route.key, field)


async def session_of_only(person: Any) -> dict[str, str]:
    (session,) = (await person.get("/auth/sessions"))["data"]
    return {"sessionId": session["id"]}
