"""A repeated call with an Idempotency-Key answers what the first one answered, and does nothing twice."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any

from trackagoat.events import clock
from trackagoat.events.catalogue.words import Command
from trackagoat.events.decider import Outcome
from trackagoat.events.envelope import Ask
from trackagoat.events.errors import Unavailable
from trackagoat.gateway.edge.idempotency import GIVEN_UP, KEPT, First, Records, Replay


def keyed(key: str = "k-1") -> dict[str, Any]:
    return {"headers": {"Idempotency-Key": key}}


async def test_the_same_call_is_answered_again_and_done_once(api: Any) -> None:
    first = await api.call("POST", "/projects", {"name": "x", "metadata": {"a": 1, "b": 2}}, **keyed())
    again = await api.call("POST", "/projects", {"metadata": {"b": 2, "a": 1}, "name": "x"}, **keyed())
    assert (first.status, again.status) == (201, 201)
    assert await first.json() == await again.json()
    assert again.headers["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first.headers
    assert first.headers["ETag"] == again.headers["ETag"]
    assert len((await api.get("/projects"))["data"]) == 1


async def test_another_body_or_route_under_the_key_is_a_conflict(api: Any) -> None:
    project = await api.project()
    assert (await api.call("POST", "/projects", {"name": "x"}, **keyed())).status == 201
    conflict = (409, "idempotency_conflict")
    assert await api.refused("POST", "/projects", {"name": "y"}, **keyed()) == conflict
    assert await api.refused("POST", f"/projects/{project}/campaigns", {"name": "x"}, **keyed()) == conflict


async def test_keys_of_different_orgs_have_nothing_to_do_with_each_other(enter: Any) -> None:
    one, two = await enter(), await enter()
    for api in (one, two):
        assert (await api.call("POST", "/projects", {"name": api.key}, **keyed())).status == 201


async def test_a_failed_call_frees_the_key(api: Any) -> None:
    project = await api.project()
    creator = await api.creator(project)
    path, body = f"/projects/{project}/creators", {"tiktok_handle": "ana"}
    assert await api.refused("POST", path, body, **keyed()) == (409, "handle_taken")
    await api.delete(f"/creators/{creator}")
    assert (await api.call("POST", path, body, **keyed())).status == 200


async def test_a_call_whose_fate_is_unknown_is_continued(api: Any) -> None:
    decided = api.world.ask

    async def lost(ask: Ask, commands: Sequence[Command], *, timeout: float = 5.0) -> list[Outcome]:
        await decided(ask, commands, timeout=timeout)
        message = "the answer was lost"
        raise Unavailable(message)

    api.world.ask = lost
    assert await api.refused("POST", "/projects", {"name": "x"}, **keyed()) == (503, "unavailable")
    api.world.ask = decided
    assert (await api.call("POST", "/projects", {"name": "x"}, **keyed())).status == 201
    assert len((await api.get("/projects"))["data"]) == 1


async def test_a_call_that_still_runs_is_told_so(api: Any) -> None:
    started, go = asyncio.Event(), asyncio.Event()
    decided: Callable[..., Awaitable[list[Outcome]]] = api.world.ask

    async def slow(ask: Ask, commands: Sequence[Command], *, timeout: float = 5.0) -> list[Outcome]:
        started.set()
        await go.wait()
        return await decided(ask, commands, timeout=timeout)

    api.world.ask = slow
    first = asyncio.create_task(api.call("POST", "/projects", {"name": "x"}, **keyed()))
    await started.wait()
    assert await api.refused("POST", "/projects", {"name": "x"}, **keyed()) == (409, "idempotency_in_progress")
    go.set()
    assert (await first).status == 201


async def test_a_replay_shows_no_secret(api: Any) -> None:
    body = {"name": "spare", "scopes": ["read"]}
    first = await (await api.call("POST", "/api-keys", body, **keyed())).json()
    again = await (await api.call("POST", "/api-keys", body, **keyed())).json()
    assert first["data"]["key"].startswith(first["data"]["prefix"])
    assert again["data"] == first["data"] | {"key": None}


async def test_a_malformed_key_is_refused(api: Any) -> None:
    for bad in ("", "x" * 256, "ümlaut"):
        assert await api.refused("POST", "/projects", {"name": "x"}, **keyed(bad)) == (400, "invalid_params")


async def test_a_claim_is_given_up_after_a_minute_and_forgotten_after_a_day(api: Any) -> None:
    db, records, now = api.world.pools["gateway"], Records(), clock.now()
    call = ("POST /projects", b'{"name": "x"}')
    first = await records.claim(db, api.org, "k", call, now)
    assert isinstance(first, First)
    taken_over = await records.claim(db, api.org, "k", call, now + GIVEN_UP + timedelta(seconds=1))
    assert isinstance(taken_over, First)
    assert taken_over.seed == first.seed
    await records.keep(db, first, Replay(201, b"late", None))
    await records.keep(db, taken_over, Replay(201, b"{}", None))
    replay = await records.claim(db, api.org, "k", call, now + timedelta(hours=1))
    assert replay == Replay(201, b"{}", None)
    fresh = await records.claim(db, api.org, "k", ("POST /x", b""), now + KEPT + timedelta(minutes=2))
    assert isinstance(fresh, First)
    assert fresh.seed != first.seed


async def test_a_hundred_at_once_make_one_and_are_answered_alike(api: Any) -> None:
    async def until_told() -> bytes:
        while True:
            response = await api.call("POST", "/projects", {"name": "x"}, **keyed())
            if response.status != 409:
                assert response.status == 201
                body: bytes = await response.read()
                return body
            assert (await response.json())["meta"]["code"] == "idempotency_in_progress"

    assert len(set(await asyncio.gather(*(until_told() for _ in range(100))))) == 1
    assert len((await api.get("/projects"))["data"]) == 1


async def test_a_gateway_that_died_after_the_command_is_continued_by_the_next(api: Any) -> None:
    db, decided = api.world.pools["gateway"], api.world.ask
    done = asyncio.Event()

    async def dies(ask: Ask, commands: Sequence[Command], *, timeout: float = 5.0) -> list[Outcome]:
        await decided(ask, commands, timeout=timeout)
        done.set()
        await asyncio.Event().wait()
        raise AssertionError

    api.world.ask = dies
    first = asyncio.create_task(api.call("POST", "/projects", {"name": "x"}, **keyed()))
    await done.wait()
    api.world.ask = decided
    await db.execute("UPDATE idempotency SET claimed_at = claimed_at - $1::interval", GIVEN_UP + timedelta(seconds=1))
    again = await api.call("POST", "/projects", {"name": "x"}, **keyed())
    assert again.status == 201
    (project,) = (await api.get("/projects"))["data"]
    assert (await again.json())["data"]["id"] == project["id"]
    first.cancel()
