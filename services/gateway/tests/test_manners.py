"""How answers leave: small for those who can read that, told as callers ask, open to the pages the operator lists."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from trackagoat.gateway.edge import door
from trackagoat.gateway.edge.lag import SHOWN_BY, Lag
from trackagoat.gateway.edge.negotiation import reads_gzip, wants_problem
from trackagoat.gateway.reads.marks import MarkRow
from trackagoat.gateway.routes import ROUTES

PAGE = "https://app.example.com"


async def test_large_answers_are_packed_for_those_who_can_read_that(api: Any) -> None:
    async with api.client.session.get(api.client.make_url("/api/v1/schema"), headers={"Accept-Encoding": "gzip"}) as it:
        assert it.headers["Content-Encoding"] == "gzip"
        assert "Accept-Encoding" in it.headers["Vary"]
        told = await it.json()
    plain = await api.client.get("/api/v1/schema", headers={"Accept-Encoding": "identity"})
    assert "Content-Encoding" not in plain.headers
    assert await plain.json() == told


async def test_packed_bytes_are_gzip_and_head_has_their_length(api: Any) -> None:
    headers, url = {"Accept-Encoding": "gzip"}, "/api/v1/openapi.json"
    async with aiohttp.ClientSession(auto_decompress=False) as http:
        got = await http.get(api.client.make_url(url), headers=headers)
        raw = await got.read()
        head = await http.head(api.client.make_url(url), headers=headers)
    assert json.loads(gzip.decompress(raw))["openapi"] == "3.1.0"
    assert head.headers["Content-Length"] == str(len(raw))


async def test_small_answers_stay_as_they_are(api: Any) -> None:
    assert "Content-Encoding" not in (await api.call("GET", "/projects")).headers


@pytest.mark.parametrize(
    ("accepts", "reads"),
    [
        (None, False),
        ("", False),
        ("gzip", True),
        ("br, GZIP", True),
        ("gzip;q=0", False),
        ("gzip; q=0.5", True),
        ("*", True),
        ("identity", False),
        ("gzip;q=x", False),
        ("*;q=0", False),
    ],
)
def test_who_reads_gzip(accepts: str | None, reads: bool) -> None:
    assert reads_gzip(accepts) is reads


@pytest.mark.parametrize(
    ("accept", "wants"),
    [
        (None, False),
        ("*/*", False),
        ("application/json", False),
        ("application/problem+json", True),
        ("application/json, application/problem+json", True),
        ("application/problem+json;q=0.1, application/json", False),
        ("application/problem+json;q=0", False),
    ],
)
def test_who_wants_problems(accept: str | None, wants: bool) -> None:
    assert wants_problem(accept) is wants


async def test_errors_are_problems_on_request(api: Any) -> None:
    headers = {"Accept": "application/problem+json", "X-Request-Id": "mine-9"}
    response = await api.call("POST", "/projects", {"nam": 1}, headers=headers)
    assert response.headers["Content-Type"] == "application/problem+json; charset=utf-8"
    told = await response.json()
    assert {name: told[name] for name in ("type", "status", "code", "instance")} == {
        "type": "urn:trackagoat:problem:invalid_body",
        "status": 400,
        "code": "invalid_body",
        "instance": "urn:trackagoat:request:mine-9",
    }
    assert {fault["path"] for fault in told["details"]} == {"nam", "name"}
    assert (await api.call("GET", "/projects", headers=headers)).content_type == "application/json"


async def test_pages_of_other_origins_stay_outside_unless_listed(enter: Any) -> None:
    api = await enter()
    response = await api.call("GET", "/projects", headers={"Origin": PAGE})
    assert not [name for name in response.headers if name.startswith("Access-Control")]
    ask = {"Origin": PAGE, "Access-Control-Request-Method": "GET"}
    assert (await api.client.options("/api/v1/projects", headers=ask)).status == 405


async def test_pages_of_listed_origins_may_call(enter: Any) -> None:
    api = await enter(cors_origins=f"{PAGE}, https://b.example.com")
    ask = {"Origin": PAGE, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
    told = await api.client.options("/api/v1/projects", headers=ask)
    assert told.status == 204
    assert told.headers["Access-Control-Allow-Origin"] == PAGE
    assert "POST" in told.headers["Access-Control-Allow-Methods"]
    assert "Authorization" in told.headers["Access-Control-Allow-Headers"]
    for path in ("/projects", "/nowhere"):
        answer = await api.call("GET", path, headers={"Origin": PAGE})
        assert answer.headers["Access-Control-Allow-Origin"] == PAGE
        assert "RateLimit" in answer.headers["Access-Control-Expose-Headers"]
        assert "Access-Control-Allow-Credentials" not in answer.headers
    stranger = await api.call("GET", "/projects", headers={"Origin": "https://evil.example"})
    assert "Access-Control-Allow-Origin" not in stranger.headers
    assert "Origin" in stranger.headers.getall("Vary")
    refused = await api.client.options("/api/v1/projects", headers=ask | {"Origin": "null"})
    assert refused.status == 405


async def test_over_https_browsers_are_told_to_stay_there(enter: Any) -> None:
    api = await enter(base_url="https://goat.example.com")
    assert "max-age=" in (await api.call("GET", "/projects")).headers["Strict-Transport-Security"]


async def test_over_http_they_are_not(api: Any) -> None:
    assert "Strict-Transport-Security" not in (await api.call("GET", "/projects")).headers


async def test_a_body_that_does_not_arrive_is_not_waited_for(api: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "BODY_SECONDS", 0.05)

    answered = asyncio.Event()

    async def never() -> AsyncIterator[bytes]:
        yield b'{"name": "x"'
        await answered.wait()

    typed = {"Authorization": f"Bearer {api.key}", "Content-Type": "application/json"}
    async with api.client.post("/api/v1/projects", data=never(), headers=typed) as response:
        answer = await response.json()
        answered.set()
    assert (response.status, answer["meta"]["code"]) == (400, "invalid_body")
    assert response.headers["Connection"] == "close"


def marks(**applied: int) -> list[MarkRow]:
    heads = {"ingest": 100, "workspace": 7}
    rows = [MarkRow(name, name, seq) for name, seq in heads.items()]
    return rows + [MarkRow("campaigns", source, seq) for source, seq in applied.items()]


def test_what_is_applied_is_not_behind() -> None:
    lag = Lag()
    lag.note(marks(ingest=100, workspace=7), 0)
    lag.note(marks(ingest=100, workspace=7), 50)
    assert lag.seconds("Campaigns") == 0
    assert lag.headers("Campaigns") == {}


def test_lag_is_the_age_of_what_is_missing() -> None:
    lag = Lag()
    lag.note(marks(ingest=40), 0)
    lag.note(marks(ingest=70), 3)
    assert lag.headers("Campaigns") == {"X-Read-Lag": "3.0"}
    assert lag.seconds("Videos") == 0
    assert lag.seconds("Anything else") == 3
    grown = [MarkRow("ingest", "ingest", 200), MarkRow("campaigns", "ingest", 100)]
    lag.note(grown, 10)
    assert lag.seconds("Campaigns") == 0
    lag.note(grown, 12.5)
    assert lag.headers("Campaigns") == {"X-Read-Lag": "2.5"}


def test_the_tags_are_those_of_the_registry() -> None:
    assert set(SHOWN_BY) <= {route.tag for route in ROUTES}


async def test_a_read_that_is_behind_says_so(api: Any) -> None:
    pools = api.world.pools
    await pools["campaigns"].execute(
        "INSERT INTO checkpoints (projection, source, partition, seq) VALUES ('totals', 'ingest', 0, 5)"
    )
    await pools["ingest"].execute("UPDATE feed_head SET seq = 9")
    lag = next(one.__self__ for one in api.client.app.cleanup_ctx)
    await lag.look(pools["gateway"])
    lag._heads["ingest"][-1] = (asyncio.get_running_loop().time() - 30, 9)
    await lag.look(pools["gateway"])
    answer = await api.call("GET", "/campaigns")
    assert answer.status == 200
    assert float(answer.headers["X-Read-Lag"]) >= 30
    assert "X-Read-Lag" not in (await api.call("GET", "/creators")).headers
