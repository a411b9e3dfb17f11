"""Two processes of the gateway on one database: they count and refuse as one, and answer while nobody else is there."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import importlib
import os
import socket
import sys
from asyncio.subprocess import Process
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from itertools import cycle, islice
from typing import Any, NamedTuple

import aiohttp
import asyncpg
import msgspec
import pytest

from trackagoat.embedded import Nats
from trackagoat.events import clock
from trackagoat.events.bus import BusAsker, connect_asker
from trackagoat.events.catalogue.words import Command, KeyId, OrgId, ProjectId
from trackagoat.events.catalogue.workspace import CreateApiKey, CreateOrg, CreateProject, RevokeApiKey, SetTier
from trackagoat.events.envelope import Ask
from trackagoat.events.host.run import running
from trackagoat.events.testing.plugin import PASSWORDS, Database
from trackagoat.events.testing.vault import SECRET_KEY
from trackagoat.gateway.routes import ROUTES

PER_MINUTE = 40
KEY, OTHER_KEY = "tga_" + "5" * 64, "tga_" + "6" * 64
Until = Callable[..., Awaitable[Any]]


class Gateways:
    """Where they listen, and a caller that may choose."""

    def __init__(self, http: aiohttp.ClientSession, bases: list[str], processes: list[Process]) -> None:
        self._http, self.bases, self.processes = http, bases, processes

    async def get(
        self, base: str, path: str, key: str = KEY, method: str = "GET", body: Any = None, once: str | None = None
    ) -> tuple[int, Any]:
        headers = {"Authorization": f"Bearer {key}"} | ({"Idempotency-Key": once} if once else {})
        async with self._http.request(method, f"{base}/api/v1{path}", headers=headers, json=body) as answer:
            return answer.status, await answer.json()

    async def ready(self) -> bool:
        try:
            answers = await asyncio.gather(*(self.get(base, "/openapi.json") for base in self.bases))
        except aiohttp.ClientConnectionError:
            return False
        return all(status == 200 for status, _ in answers)


def settings_of(database: Database, server: Nats, service: str) -> dict[str, Any]:
    return {
        "database_url": database.dsn(service),
        "nats_url": server.url,
        "nats_user": service,
        "nats_password": PASSWORDS[service],
        "secret_key": SECRET_KEY,
        "log_level": "warning",
    }


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
async def workspace(database: Database, nats_server: Nats) -> AsyncIterator[contextlib.AsyncExitStack]:
    """The workspace, running until it is closed."""
    module = importlib.import_module("trackagoat.workspace.settings")
    settings = module.Settings.model_validate({**settings_of(database, nats_server, "workspace"), "http_port": 0})
    build = importlib.import_module("trackagoat.workspace.service").service
    async with contextlib.AsyncExitStack() as stack:
        await stack.enter_async_context(running(build(settings), settings))
        yield stack


@pytest.fixture
async def asker(nats_server: Nats, workspace: Any) -> AsyncIterator[BusAsker]:
    bus, asker = await connect_asker(nats_server.url, "operator", PASSWORDS["operator"])
    yield asker
    with contextlib.suppress(Exception):
        await bus.close()


@pytest.fixture
async def gateways(database: Database, nats_server: Nats, until: Until) -> AsyncIterator[Gateways]:
    """Two processes of the gateway."""
    ports = [free_port(), free_port()]
    told = {name.upper(): str(value) for name, value in settings_of(database, nats_server, "gateway").items()}
    told["API_KEY_REQUESTS_PER_MINUTE"] = str(PER_MINUTE)
    command = (sys.executable, "-m", "trackagoat.gateway")
    started = [
        await asyncio.create_subprocess_exec(*command, env=os.environ | told | {"HTTP_PORT": str(port)})
        for port in ports
    ]
    try:
        async with aiohttp.ClientSession() as http:
            two = Gateways(http, [f"http://127.0.0.1:{port}" for port in ports], started)
            await until(two.ready, 60)
            yield two
    finally:
        for process in started:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()


class Member(NamedTuple):
    """An organization and its key."""

    org: OrgId
    key: KeyId


@pytest.fixture
async def member(asker: BusAsker) -> Member:
    """An organization with a project and a key, KEY."""
    org, key = OrgId(clock.new_id()), KeyId(clock.new_id())
    await tell(asker, org, CreateOrg(org=org, name="An org"))
    await tell(asker, org, key_made(KEY, key))
    await tell(asker, org, CreateProject(project=ProjectId(clock.new_id()), name="Spring"))
    return Member(org, key)


def key_made(text: str, key: KeyId | None = None) -> CreateApiKey:
    digest = hashlib.sha256(text.encode()).hexdigest()
    id = key or KeyId(clock.new_id())
    return CreateApiKey(key=id, name="tests", prefix=text[:12], digest=digest, scopes=["read", "write"])


async def tell(asker: BusAsker, org: OrgId, command: Command) -> None:
    (outcome,) = await asker.ask(Ask(org=org, command_id=clock.new_id(), at=clock.now()), [command], timeout=60)
    assert outcome.refused is None, (command, outcome)


async def test_two_gateways_let_through_together_what_one_key_may(gateways: Gateways, member: Member) -> None:
    bases = cycle(gateways.bases)
    calls = (gateways.get(next(bases), "/projects") for _ in range(PER_MINUTE * 2))
    statuses = Counter(status for status, _ in await asyncio.gather(*calls))
    assert statuses == {200: PER_MINUTE, 429: PER_MINUTE}


async def test_two_gateways_let_through_together_what_a_day_has_left(
    gateways: Gateways, asker: BusAsker, member: Member, database: Database
) -> None:
    """Twenty calls, for both keys of the organization."""
    await tell(asker, member.org, SetTier(org=member.org, tier="starter"))
    await tell(asker, member.org, key_made(OTHER_KEY))
    connection = await asyncpg.connect(database.dsn("gateway"))
    spent = "INSERT INTO gateway.days (org, day, used) VALUES ($1, (now() AT TIME ZONE 'UTC')::date, 980)"
    await connection.execute(spent, member.org)
    await connection.close()
    pairs = zip(cycle(gateways.bases), cycle([KEY, KEY, OTHER_KEY, OTHER_KEY]), strict=False)
    calls = [gateways.get(base, "/projects", key) for base, key in islice(pairs, PER_MINUTE)]
    answers = await asyncio.gather(*calls)
    assert Counter(status for status, _ in answers) == {200: 20, 429: PER_MINUTE - 20}
    assert {answer["meta"]["limitKey"] for status, answer in answers if status == 429} == {"max_api_requests_per_day"}


async def test_a_revoked_key_is_refused_by_both_within_a_second(
    gateways: Gateways, asker: BusAsker, member: Member
) -> None:
    for base in gateways.bases:
        assert (await gateways.get(base, "/projects"))[0] == 200
    await tell(asker, member.org, RevokeApiKey(key=member.key))
    await asyncio.sleep(1)  # the promise itself
    for base in gateways.bases:
        status, answer = await gateways.get(base, "/projects")
        assert (status, answer["meta"]["code"]) == (401, "invalid_api_key")


async def test_a_hundred_calls_at_once_through_two_gateways_make_one_and_are_answered_alike(
    gateways: Gateways, asker: BusAsker, member: Member
) -> None:
    keys = [f"tga_{n}{'7' * 63}" for n in range(5)]
    for key in keys:
        await tell(asker, member.org, key_made(key))

    async def open_summer(base: str, key: str) -> tuple[int, Any]:
        return await gateways.get(base, "/projects", key, "POST", {"name": "Summer"}, once="summer")

    callers = list(islice(zip(cycle(gateways.bases), cycle(keys), strict=False), 100))
    answers = await asyncio.gather(*(open_summer(*caller) for caller in callers))
    early = {answer["meta"]["code"] for status, answer in answers if status != 201}
    assert early <= {"idempotency_in_progress"}
    later = await asyncio.gather(
        *(open_summer(*c) for c, (status, _) in zip(callers, answers, strict=True) if status != 201)
    )
    made = [answer for status, answer in [*answers, *later] if status == 201]
    assert (len(made), made) == (100, made[:1] * 100)
    names = [one["name"] for one in (await gateways.get(gateways.bases[0], "/projects"))[1]["data"]]
    assert sorted(names) == ["Spring", "Summer"]


async def test_a_call_whose_gateway_was_killed_before_it_answered_is_finished_by_the_other(
    gateways: Gateways, member: Member, database: Database, until: Until
) -> None:
    first, second = gateways.bases
    by_hand, aside = await asyncpg.connect(database.dsn()), await asyncpg.connect(database.dsn())

    async def open_summer(base: str) -> tuple[int, Any]:
        return await gateways.get(base, "/projects", method="POST", body={"name": "Summer"}, once="summer")

    async def see(query: str) -> Any:
        return await aside.fetchval(query)

    deciding = by_hand.transaction()
    await deciding.start()
    await by_hand.execute("LOCK TABLE workspace.projects IN EXCLUSIVE MODE")
    lost = asyncio.create_task(open_summer(first))
    await until(lambda: see("SELECT count(*) FROM gateway.idempotency WHERE running"))
    keeping = aside.transaction()
    await keeping.start()
    await aside.execute("SELECT FROM gateway.idempotency FOR UPDATE")
    await deciding.rollback()
    waits = (
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%gateway.idempotency%'"
    )
    await until(lambda: by_hand.fetchval(waits))
    gateways.processes[0].kill()
    await gateways.processes[0].wait()
    with pytest.raises(aiohttp.ClientError):
        await lost
    await by_hand.execute(waits.replace("count(*)", "pg_terminate_backend(pid)"))
    await keeping.rollback()
    assert (await open_summer(second))[1]["meta"]["code"] == "idempotency_in_progress"
    await aside.execute("UPDATE gateway.idempotency SET claimed_at = claimed_at - interval '61 s'")
    (status, told), again = await open_summer(second), await open_summer(second)
    assert (status, again) == (201, (201, told))
    assert told["data"]["id"] == str(await see("SELECT project FROM workspace.projects WHERE name = 'Summer'"))
    assert await see("SELECT count(*) FROM workspace.projects") == 2
    await by_hand.close()
    await aside.close()


async def test_reads_are_answered_while_everything_but_the_database_is_stopped(
    gateways: Gateways, member: Member, workspace: contextlib.AsyncExitStack, nats_server: Nats
) -> None:
    _, listed = await gateways.get(gateways.bases[0], "/projects")
    (project,) = listed["data"]
    await workspace.aclose()
    nats_server.stop()
    reads = [r for r in ROUTES if r.method == "GET" and not (r.stream or r.path_parameters or _needs_more(r))]
    for route, base in zip(reads, cycle(gateways.bases), strict=False):
        status, answer = await gateways.get(base, route.path)
        assert status == 200, (route.key, answer)
    assert len(reads) > 15
    status, answer = await gateways.get(gateways.bases[1], f"/projects/{project['id']}")
    assert (status, answer["data"]["name"]) == (200, "Spring")
    status, answer = await gateways.get(gateways.bases[0], "/projects", method="POST", body={"name": "Summer"})
    assert (status, answer["meta"]["code"]) == (503, "unavailable")


def _needs_more(route: Any) -> bool:
    """Whether it answers to people only, or not without a filter."""
    return route.session or any(field.required for field in msgspec.structs.fields(route.params))
