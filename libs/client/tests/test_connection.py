"""What the client does when an answer is a refusal, late, lost or long, against a server that speaks like the API."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from trackagoat.client import ApiError, Client, Retries, Unreachable, codes
from trackagoat.client.models import place, query, sent

ID = UUID(int=7)
PROJECT: dict[str, Any] = {
    "id": str(ID),
    "org_id": str(ID),
    "name": "Spring",
    "description": None,
    "readme": None,
    "metadata": {},
    "counts": {"creators": 1},
    "created_at": "2026-03-10T08:00:00Z",
    "updated_at": "2026-03-10T08:00:00.123Z",
    "learnt_later": True,
}

Step = web.Response | type[ConnectionError]


def good(data: Any, meta: Any = None, **headers: str) -> web.Response:
    return web.json_response({"data": data, "error": None, "meta": meta}, headers=headers)


def refused(status: int, code: str, **more: Any) -> web.Response:
    headers = more.pop("headers", {})
    return web.json_response(
        {"data": None, "error": "So it is", "meta": {"code": code, **more}}, status=status, headers=headers
    )


class Server:
    """Answers with one step after another, and remembers what was asked."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.asked: list[tuple[str, str, dict[str, str], bytes]] = []
        self.pauses: list[float] = []

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append((request.method, request.path_qs, dict(request.headers), await request.read()))
        step = self.steps.pop(0)
        if isinstance(step, web.Response):
            return step
        assert request.transport is not None
        request.transport.close()
        return web.Response()

    async def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)


@pytest.fixture
def server() -> Server:
    return Server()


Made = Callable[..., Awaitable[Client]]


@pytest.fixture
async def client(server: Server) -> AsyncIterator[Client]:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", server.answer)
    async with TestServer(app) as at, Client(str(at.make_url("")), "tga_x", retries=Retries(most=3)) as made:
        made._pause = server.pause
        yield made


async def test_a_resource_is_typed_and_carries_its_tag(server: Server, client: Client) -> None:
    server.steps = [good(PROJECT, ETag='"v1"')]
    project = await client.get_project(ID)
    assert (project.id, project.name, project.etag) == (ID, "Spring", '"v1"')
    assert project.updated_at == datetime(2026, 3, 10, 8, 0, 0, 123_000, tzinfo=UTC)
    method, path, headers, _ = server.asked[0]
    assert (method, path, headers["Authorization"]) == ("GET", f"/api/v1/projects/{ID}", "Bearer tga_x")


async def test_what_is_not_set_is_not_sent(server: Server, client: Client) -> None:
    server.steps = [good(PROJECT)]
    await client.update_project(ID, readme=None, if_match='"v1"')
    _, _, headers, body = server.asked[0]
    assert (json.loads(body), headers["If-Match"]) == ({"readme": None}, '"v1"')


async def test_a_refusal_is_the_exception_of_its_code(server: Server, client: Client) -> None:
    fault = {"in": "body", "path": "name", "message": "Required"}
    server.steps = [refused(400, "invalid_body", details=[fault], headers={"X-Request-Id": "r-1"})]
    with pytest.raises(codes.InvalidBody) as caught:
        await client.create_project(name="")
    error = caught.value
    assert (error.status, error.code, error.details, error.request_id) == (400, "invalid_body", [fault], "r-1")


async def test_a_code_it_does_not_know_is_a_refusal_too(server: Server, client: Client) -> None:
    server.steps = [refused(409, "learnt_later", extra=1)]
    with pytest.raises(ApiError) as caught:
        await client.get_project(ID)
    assert (type(caught.value), caught.value.code, caught.value.meta) == (ApiError, "learnt_later", {"extra": 1})


async def test_a_list_is_walked_page_by_page(server: Server, client: Client) -> None:
    server.steps = [good([PROJECT] * 2, {"nextCursor": "c 2"}), good([PROJECT], {"nextCursor": None})]
    rows = [row async for row in client.list_projects(search="a&b", limit=2)]
    assert len(rows) == 3
    assert [path for _, path, _, _ in server.asked] == [
        "/api/v1/projects?limit=2&search=a%26b",
        "/api/v1/projects?limit=2&search=a%26b&cursor=c+2",
    ]


async def test_a_page_says_where_the_next_begins(server: Server, client: Client) -> None:
    server.steps = [good([PROJECT], {"nextCursor": "n"}), good([], {"nextCursor": None})]
    listing = client.list_projects()
    page = await listing.page()
    assert (len(page.data), page.meta.next_cursor) == (1, "n")
    assert (await listing.page(page.meta.next_cursor)).data == []


async def test_too_many_calls_wait_as_long_as_they_are_told(server: Server, client: Client) -> None:
    server.steps = [refused(429, "rate_limit_exceeded", retryAfter=7, headers={"Retry-After": "7"}), good(PROJECT)]
    await client.update_project(ID, name="x")
    assert server.pauses == [7.0]


async def test_a_day_that_is_used_up_is_not_waited_for(server: Server, client: Client) -> None:
    server.steps = [refused(429, "rate_limit_exceeded", limitKey="day", headers={"Retry-After": "40000"})]
    with pytest.raises(codes.RateLimitExceeded) as caught:
        await client.get_project(ID)
    assert (caught.value.retry_after, server.pauses) == (40_000.0, [])


@pytest.mark.parametrize("lost", [ConnectionError, refused(503, "unavailable"), web.Response(status=502, text="proxy")])
async def test_a_post_that_may_have_been_lost_is_sent_again_under_the_same_key(
    server: Server, client: Client, lost: Step
) -> None:
    server.steps = [lost, good(PROJECT)]
    await client.create_project(name="x")
    first, second = server.asked
    assert first[2]["Idempotency-Key"] == second[2]["Idempotency-Key"]
    assert first[3] == second[3]
    assert 0 < server.pauses[0] <= 0.25


async def test_two_posts_have_two_keys_unless_one_is_named(server: Server, client: Client) -> None:
    server.steps = [good(PROJECT) for _ in range(3)]
    for key in (None, None, "mine"):
        await client.create_project(name="x", idempotency_key=key)
    keys = [headers["Idempotency-Key"] for _, _, headers, _ in server.asked]
    assert len(set(keys)) == 3
    assert keys[2] == "mine"


async def test_a_first_call_that_still_runs_is_waited_for(server: Server, client: Client) -> None:
    server.steps = [refused(409, "idempotency_in_progress"), good(PROJECT)]
    await client.create_project(name="x")
    assert len(server.pauses) == 1


@pytest.mark.parametrize("lost", [ConnectionError, refused(503, "unavailable")])
async def test_a_change_that_may_have_happened_is_not_made_twice(server: Server, client: Client, lost: Step) -> None:
    server.steps = [lost]
    with pytest.raises((Unreachable, codes.Unavailable)):
        await client.update_project(ID, name="x")
    assert len(server.asked) == 1


async def test_at_last_it_gives_up(server: Server, client: Client) -> None:
    server.steps = [refused(503, "unavailable") for _ in range(4)]
    with pytest.raises(codes.Unavailable):
        await client.get_project(ID)
    assert len(server.pauses) == 3


async def test_nobody_there_is_unreachable() -> None:
    async with Client("http://127.0.0.1:9", retries=Retries(most=0)) as client:
        with pytest.raises(Unreachable):
            await client.get_project(ID)


async def test_redirects_are_not_followed_with_the_key(server: Server, client: Client) -> None:
    server.steps = [web.Response(status=302, headers={"Location": "http://127.0.0.1:9/"})]
    with pytest.raises(ApiError):
        await client.get_project(ID)
    assert len(server.asked) == 1


def test_ids_and_parameters_cannot_leave_their_place() -> None:
    assert place("/projects/{}", "../x?y") == "/projects/..%2Fx%3Fy"
    assert query(from_=date(2026, 3, 1), open=True, none=None) == {"from": "2026-03-01", "open": "true"}
    assert sent(in_=1) == {"in": 1}
    with pytest.raises(ValueError, match="offset"):
        query(before=datetime(2026, 3, 1))  # noqa: DTZ001 - that is the point
