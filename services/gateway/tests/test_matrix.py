"""Every route by every kind of caller: who is let in, who is refused, and with which code."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest

from trackagoat.events import clock
from trackagoat.events.catalogue.words import KeyId
from trackagoat.events.catalogue.workspace import CreateApiKey, RevokeApiKey
from trackagoat.events.tokens import digest as digest_of
from trackagoat.gateway.registry import Route
from trackagoat.gateway.routes import ROUTES

CALLERS = ("no key", "bad key", "expired", "revoked", "read only", "write only")


async def key_of(api: Any, caller: str) -> str:
    """A key of that kind."""
    plain = f"tga_{clock.random_bytes(32).hex()}"
    if caller == "no key":
        return ""
    if caller == "bad key":
        return plain
    scopes: list[Any] = {"read only": ["read"], "write only": ["write"]}.get(caller, ["read", "write"])
    ends = clock.now() - timedelta(seconds=1) if caller == "expired" else None
    id = KeyId(clock.new_id())
    command = CreateApiKey(key=id, name="k", prefix=plain[:12], digest=digest_of(plain), scopes=scopes, expires_at=ends)
    await api.tell(command)
    if caller == "revoked":
        await api.tell(RevokeApiKey(key=id))
    return plain


def expected(route: Route, caller: str) -> tuple[int, str]:
    """What the caller is told on a route that is not open and names nothing that exists."""
    if caller not in {"read only", "write only"}:
        return 401, "invalid_api_key"
    return 403, "insufficient_scope"


@pytest.mark.parametrize("caller", CALLERS)
async def test_every_route_lets_in_whom_it_should(api: Any, caller: str) -> None:
    by = api.by(await key_of(api, caller))
    for route in ROUTES:
        if route.scope == "open" or caller == f"{route.scope} only":
            continue
        path = route.path.format(**{name: str(uuid4()) for name in route.path_parameters})
        body = msgspec.to_builtins(route.body_example)
        assert await by.refused(route.method, path, body) == expected(route, caller), (route.key, caller)


async def test_fields_that_are_the_servers_to_set_cannot_be_sent(api: Any) -> None:
    for field, value in {
        "id": str(UUID(int=1)),
        "org_id": str(UUID(int=1)),
        "created_at": "2026-01-01T00:00:00Z",
    }.items():
        for route in ROUTES:
            if route.body is None or route.scope == "open" or route.session or route.method == "DELETE":
                continue
            path = route.path.format(**{name: str(uuid4()) for name in route.path_parameters})
            body = msgspec.to_builtins(route.body_example) | {field: value}
            assert await api.refused(route.method, path, body) == (400, "invalid_body"), (route.key, field)
