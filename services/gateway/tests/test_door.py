"""What the edge does to calls, seen from outside."""

from __future__ import annotations

from datetime import datetime, timedelta
from io import BytesIO
from typing import Any
from uuid import UUID

import pytest
import structlog
from pydantic import ValidationError

from trackagoat.events import clock
from trackagoat.events.catalogue.words import KeyId
from trackagoat.events.catalogue.workspace import RevokeApiKey
from trackagoat.gateway.edge import responses
from trackagoat.gateway.edge.auth import Keys
from trackagoat.gateway.edge.faults import ApiError
from trackagoat.gateway.settings import Settings


async def test_every_answer_carries_its_headers(api: Any) -> None:
    for path in ("/projects", "/nowhere"):
        response = await api.call("GET", path, headers={"X-Request-Id": "mine-1"})
        assert response.headers["X-Request-Id"] == "mine-1"
        assert response.headers["Cache-Control"] == "private, no-store"
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Content-Type"] == "application/json; charset=utf-8"
        assert response.headers["Server"] == "trackagoat"
    assert len((await api.call("GET", "/projects", headers={"X-Request-Id": "not mine"})).headers["X-Request-Id"]) == 36


async def test_unknown_paths_and_methods_are_told_apart(api: Any) -> None:
    assert await api.refused("GET", "/nowhere") == (404, "not_found")
    assert await api.refused("GET", "/projects/") == (404, "not_found")
    response = await api.call("PUT", "/projects", {})
    assert response.status == 405
    assert response.headers["Allow"] == "GET, HEAD, POST"
    assert (await response.json())["meta"] == {"code": "method_not_allowed"}


async def test_head_is_get_without_the_body(api: Any) -> None:
    got, head = await api.call("GET", "/projects"), await api.call("HEAD", "/projects")
    assert (head.status, await head.read()) == (200, b"")
    assert head.headers["Content-Length"] == got.headers["Content-Length"]


async def test_bodies_are_json_and_not_too_large(api: Any) -> None:
    headers = {"Authorization": f"Bearer {api.key}"}
    form = await api.client.post("/api/v1/projects", data={"name": "x"}, headers=headers)
    assert (form.status, (await form.json())["meta"]["code"]) == (415, "unsupported_media_type")
    typed = headers | {"Content-Type": "application/json"}
    large = await api.client.post("/api/v1/projects", data=BytesIO(b" " * 1_048_577), headers=typed)
    assert (large.status, (await large.json())["meta"]["code"]) == (413, "payload_too_large")

    async def chunks() -> Any:
        for _ in range(30):
            yield b" " * 65_536

    endless = await api.client.post("/api/v1/projects", data=chunks(), headers=typed)
    assert (endless.status, (await endless.json())["meta"]["code"]) == (413, "payload_too_large")


async def test_a_body_where_none_belongs_is_a_fault(api: Any) -> None:
    path = f"/projects/{await api.project()}"
    assert await api.refused("DELETE", path, {"force": True}) == (400, "invalid_body")
    assert (await api.call("DELETE", path, {})).status == 200


async def test_a_path_that_names_no_id_is_told_so(api: Any) -> None:
    response = await api.call("GET", "/projects/7")
    answer = await response.json()
    assert response.status == 400
    assert answer["meta"] == {
        "code": "invalid_params",
        "details": [{"in": "path", "path": "projectId", "message": "Not a UUID"}],
    }


async def test_the_window_of_a_key_fills_and_says_when_it_opens(enter: Any) -> None:
    api = await enter(per_minute=3)
    for left in (2, 1, 0):
        response = await api.call("GET", "/projects")
        assert response.headers["RateLimit-Policy"] == '"key";q=3;w=60'
        assert response.headers["RateLimit"].startswith(f'"key";r={left};t=')
    response = await api.call("GET", "/projects")
    answer = await response.json()
    assert (response.status, answer["meta"]["code"]) == (429, "rate_limit_exceeded")
    assert response.headers["Retry-After"] == str(answer["meta"]["retryAfter"])
    assert 1 <= answer["meta"]["retryAfter"] <= 60
    other = await enter(org=api.org)
    assert (await other.call("GET", "/projects")).status == 200


async def test_a_revoked_key_is_refused_within_a_second(enter: Any) -> None:
    api = await enter()
    other = await enter(org=api.org)
    keys = Keys()
    assert await enters(keys, other, clock.now(), 0.0)
    (mine,) = [k for k in (await api.get("/api-keys"))["data"] if other.key.startswith(k["prefix"])]
    await api.tell(RevokeApiKey(key=KeyId(UUID(mine["id"]))))
    assert await enters(keys, other, clock.now(), 0.5)
    assert not await enters(keys, other, clock.now(), 1.0)


async def test_an_expired_key_is_refused_from_its_very_instant_on(api: Any) -> None:
    end = clock.now() + timedelta(minutes=5)
    key = (await api.post("/api-keys", {"name": "short", "expires_at": end.isoformat()}))["data"]["key"]
    keys, mine = Keys(), api.by(key)
    assert await enters(keys, mine, end - timedelta(microseconds=1), 0.0)
    assert not await enters(keys, mine, end, 0.0)


async def enters(keys: Keys, caller: Any, now: datetime, tick: float) -> bool:
    """Whether the door lets the caller's key in, with its clocks in the test's hand."""
    try:
        await keys.caller(caller.world.pools["gateway"], f"Bearer {caller.key}", now, tick)
    except ApiError as refused:
        if refused.code != "invalid_api_key":
            raise
        return False
    return True


async def test_a_service_that_does_not_answer_is_unavailable(api: Any) -> None:
    api.world.down = True
    response = await api.call("POST", "/projects", {"name": "x"})
    assert (response.status, (await response.json())["meta"]["code"]) == (503, "unavailable")
    assert response.headers["Retry-After"] == "1"
    assert (await api.call("GET", "/projects")).status == 200


async def test_without_the_database_calls_are_unavailable(api: Any) -> None:
    await api.world.pools["gateway"].close()
    assert await api.refused("GET", "/projects") == (503, "unavailable")


async def test_an_error_of_ours_tells_the_caller_nothing(api: Any) -> None:
    async def broken(*_: Any, **__: Any) -> Any:
        message = "the password is xyzzy"
        raise RuntimeError(message)

    api.world.ask = broken
    response = await api.call("POST", "/projects", {"name": "x"})
    assert response.status == 500
    assert "xyzzy" not in await response.text()
    assert (await response.json())["meta"] == {"code": "internal_error"}


async def test_the_log_has_a_line_per_call_and_no_secret(api: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    lines: list[Any] = []

    def keep(_: Any, __: str, line: Any) -> Any:
        lines.append(line)
        raise structlog.DropEvent

    every = structlog.make_filtering_bound_logger(0)
    monkeypatch.setattr(responses, "log", structlog.wrap_logger(None, processors=[keep], wrapper_class=every))
    await api.call("GET", "/projects", params={"search": "xyzzy"}, headers={"X-Request-Id": "mine-2"})
    (line,) = [one for one in lines if one["event"] == "call"]
    assert (line["route"], line["status"], line["request_id"]) == ("/api/v1/projects", 200, "mine-2")
    assert api.key not in str(lines)
    assert "xyzzy" not in str(lines)


async def test_events_know_who_asked_and_in_which_request(api: Any) -> None:
    await api.call("POST", "/projects", {"name": "x"}, headers={"X-Request-Id": "mine-3"})
    ask, _ = api.world.asked[-1]
    assert (ask.actor.type, ask.request_id, ask.org) == ("api_key", "mine-3", api.org)


@pytest.mark.parametrize("key", ["", "secret", "c2hvcnQ="])
def test_the_gateway_refuses_to_start_without_a_proper_secret_key(key: str) -> None:
    with pytest.raises(ValidationError, match="32 bytes in base64"):
        Settings(database_url="postgresql://unused", secret_key=key)
