"""The event feed: pages by position, and Server-Sent Events that miss nothing and repeat nothing."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web

from trackagoat.gateway.edge import streaming, tails

NEW = {"after": "latest"}


async def feed(api: Any, **params: Any) -> list[dict[str, Any]]:
    return (await api.get("/events", **params))["data"]  # type: ignore[no-any-return]


async def test_everything_public_is_in_the_feed_in_one_order(api: Any) -> None:
    project = await api.project()
    creator = await api.creator(project, readme="a note")
    await api.patch(f"/projects/{project}", {"name": "Renamed"})
    events = await feed(api)
    assert [e["type"] for e in events] == [
        "org.created",
        "api_key.created",
        "project.created",
        "creator.added",
        "project.updated",
    ]
    places = [int(e["position"]) for e in events]
    assert places == sorted(set(places))
    added = events[3]
    assert (added["subject"], added["project_id"]) == ({"type": "creator", "id": creator}, project)
    assert added["data"]["readme"] == "a note", "what is sealed in the feed is opened for its org"
    assert set(events[1]["data"]) == {"name", "prefix", "scopes"}, "nothing of a key that opens anything"


async def test_the_feed_is_paged_by_position_and_filtered(api: Any) -> None:
    project = await api.project()
    for n in range(5):
        await api.creator(project, handle=f"ana{n}")
    first = await api.get("/events", types="creator.*", limit=2)
    assert [e["data"]["tiktok_handle"] for e in first["data"]] == ["ana0", "ana1"]
    assert first["meta"]["hasMore"] is True
    rest = await api.get(
        "/events", types="creator.*,project.created", after=first["meta"]["nextAfter"], project_id=project
    )
    assert len(rest["data"]) == 3
    assert rest["meta"]["hasMore"] is False
    assert rest["meta"]["nextAfter"] == rest["meta"]["head"]
    assert await feed(api, after="latest") == []
    assert await feed(api, types="api_key.*", after=first["meta"]["head"]) == []


async def test_odd_positions_and_types_are_faults(api: Any) -> None:
    for params in ({"after": "soon"}, {"after": "9" * 19}, {"types": "goat.*"}, {"types": ""}, {"limit": "501"}):
        assert await api.refused("GET", "/events", params=params) == (400, "invalid_query"), params
    pool = api.world.pools["notifications"]
    await api.project()
    await pool.execute("UPDATE public_heads SET pruned = 1000 WHERE org = $1", api.org)
    answer = await api.call("GET", "/events", params={"after": "999"})
    assert answer.status == 410
    assert (await answer.json())["meta"] == {"code": "position_expired", "oldest": "1000"}
    assert await api.refused("GET", "/events/stream", params={"after": "1"}) == (410, "position_expired")


@contextlib.asynccontextmanager
async def listening(api: Any, last: str | None = None, **params: str) -> AsyncIterator[Any]:
    headers = {} if last is None else {"Last-Event-ID": last}
    response = await api.call("GET", "/events/stream", params=params, headers=headers)
    try:
        assert response.status == 200, await response.text()
        yield response
    finally:
        response.close()


async def heard(response: Any, most: int) -> list[dict[str, Any]]:
    """The next events of a stream."""
    found: list[dict[str, Any]] = []
    async with asyncio.timeout(20):
        while len(found) < most:
            line = (await response.content.readline()).decode().rstrip("\n")
            if line.startswith("data: "):
                found.append(json.loads(line.removeprefix("data: ")))
    return found


async def test_a_stream_goes_on_where_the_reader_was(api: Any) -> None:
    project = await api.project()
    async with listening(api, types="project.*") as stream:
        assert stream.headers["Content-Type"] == "text/event-stream; charset=utf-8"
        [created] = await heard(stream, 1)
        assert created["subject"] == {"type": "project", "id": project}
        for n in range(3):
            await api.patch(f"/projects/{project}", {"name": f"Name {n}"})
        live = await heard(stream, 3)
    await api.patch(f"/projects/{project}", {"name": "While away"})
    async with listening(api, last=live[0]["position"], types="project.*") as stream:
        again = await heard(stream, 3)
    assert again[:2] == live[1:]
    assert [e["position"] for e in again] == [e["position"] for e in (await feed(api, types="project.*"))[2:]]


async def test_a_stream_from_the_head_hears_only_what_is_new(api: Any) -> None:
    project = await api.project()
    async with listening(api, **NEW) as stream:
        await api.patch(f"/projects/{project}", {"name": "New"})
        [event] = await heard(stream, 1)
    assert event["type"] == "project.updated"


async def test_a_quiet_stream_says_that_it_lives(api: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trackagoat.gateway.routes.events.HEARTBEAT_SECONDS", 0.05)
    async with listening(api, **NEW) as stream, asyncio.timeout(10):
        lines = [await stream.content.readline() for _ in range(4)]
    assert lines[:3] == [b": connected\n", b"\n", b": nothing new\n"]


async def test_a_caller_holds_five_streams(api: Any) -> None:
    async with contextlib.AsyncExitStack() as stack:
        for _ in range(tails.STREAMS_PER_CALLER):
            await stack.enter_async_context(listening(api))
        assert await api.refused("GET", "/events/stream") == (429, "rate_limit_exceeded")


async def test_nothing_of_another_org_is_heard(enter: Any) -> None:
    ours, theirs = await enter(), await enter()
    async with listening(ours) as stream:
        await theirs.project()
        project = await ours.project()
        found = await heard(stream, 3)
    assert {e["org_id"] for e in found} == {str(ours.org)}
    assert found[-1]["subject"]["id"] == project


FRAME = b": " + b"x" * 65_536 + b"\n\n"
SOCKETS = 16 * 1024 * 1024
"""More than the two sockets of a connection on one machine hold."""


async def test_a_caller_that_takes_nothing_is_let_go(api: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Frames wait for the caller; when it takes nothing for too long, the stream ends and nothing is kept for it."""
    monkeypatch.setattr(streaming, "WRITE_SECONDS", 0.2)
    ended, made, kept = asyncio.Event(), [0], [0]

    async def endless() -> AsyncIterator[bytes]:
        try:
            while True:
                made[0] += 1
                yield FRAME
        finally:
            ended.set()

    write = web.StreamResponse.write

    async def measured(response: web.StreamResponse, data: Any) -> None:
        try:
            await write(response, data)
        finally:
            transport = response._req.transport if response._req else None
            kept.append(0 if transport is None else transport.get_write_buffer_size())

    monkeypatch.setattr(web.StreamResponse, "write", measured)

    monkeypatch.setattr("trackagoat.gateway.routes.events._frames", lambda *_: endless())
    response = await api.call("GET", "/events/stream")
    async with asyncio.timeout(20):
        await ended.wait()
    response.close()
    assert 0 < max(kept) <= 3 * len(FRAME), "of what it did not take, this process held two frames at most"
    assert made[0] * len(FRAME) < SOCKETS, "no frame was made that nobody took"


CLIENTS = int(os.environ.get("STREAM_CLIENTS", "20"))
"""So many listen at once; 500 in the long form."""


async def interrupted(api: Any, after: str, most: int, every: int) -> list[str]:
    """The positions a client hears that hangs up after every so many events and comes back where it was."""
    places: list[str] = []
    while len(places) < most:
        async with listening(api, last=places[-1] if places else after) as stream:
            places += [e["position"] for e in await heard(stream, min(every, most - len(places)))]
    return places


@pytest.mark.timeout(300)
async def test_many_clients_that_come_and_go_miss_nothing_and_hear_nothing_twice(enter: Any) -> None:
    orgs = [await enter() for _ in range(-(-CLIENTS // tails.STREAMS_PER_CALLER))]
    projects = [await api.project() for api in orgs]
    starts = [(await api.get("/events", after="latest"))["meta"]["head"] for api in orgs]
    changes = 8
    clients = [
        asyncio.create_task(interrupted(orgs[n], starts[n], changes, every))
        for n in range(len(orgs))
        for every in range(1, tails.STREAMS_PER_CALLER + 1)
    ]
    for change in range(changes):
        for api, project in zip(orgs, projects, strict=True):
            await api.patch(f"/projects/{project}", {"name": f"Name {change}"})
    told = await asyncio.gather(*clients)
    for n, api in enumerate(orgs):
        whole = [e["position"] for e in await feed(api, after=starts[n])]
        assert len(whole) == changes
        of_org = told[n * tails.STREAMS_PER_CALLER : (n + 1) * tails.STREAMS_PER_CALLER]
        assert of_org == [whole] * tails.STREAMS_PER_CALLER
