"""The whole house in one process: every service on real servers, and a client that speaks to its API."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import importlib
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any
from uuid import UUID

import aiohttp
import pytest
from aiohttp import web

from trackagoat.embedded import Nats
from trackagoat.events import clock
from trackagoat.events.bus import BusAsker, connect_asker
from trackagoat.events.catalogue.words import Command, KeyId, OrgId
from trackagoat.events.catalogue.workspace import CreateApiKey, CreateOrg
from trackagoat.events.decider import Outcome
from trackagoat.events.envelope import Ask
from trackagoat.events.host.provision import SCHEMAS
from trackagoat.events.host.run import running
from trackagoat.events.testing.plugin import PASSWORDS, Database
from trackagoat.events.testing.vault import SECRET_KEY


class Api:
    """A caller with one key."""

    def __init__(self, http: aiohttp.ClientSession, base: str, key: str) -> None:
        self._http, self._base, self._key = http, base, key

    async def call(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        """(status, answer)."""
        sent = {"Authorization": f"Bearer {self._key}"} | headers
        async with self._http.request(method, f"{self._base}{path}", json=body, headers=sent) as answer:
            return answer.status, await answer.json()

    async def ok(self, method: str, path: str, body: Any = None) -> Any:
        """`data` of an answer that must be a success."""
        status, answer = await self.call(method, path, body)
        assert status < 300, (method, path, status, answer)
        return answer["data"]


class House:
    """Every service, running."""

    def __init__(self, api: str, asker: BusAsker, database: Database, http: aiohttp.ClientSession) -> None:
        self._api, self._asker, self._http = f"{api}/api/v1", asker, http
        self.database = database

    async def ask(self, org: OrgId, *commands: Command, command_id: UUID | None = None) -> list[Outcome]:
        """Ask a service directly; nothing may be refused."""
        ask = Ask(org=org, command_id=command_id or clock.new_id(), at=clock.now())
        outcomes = await self._asker.ask(ask, commands, timeout=20)
        assert [o.refused for o in outcomes if o.refused] == []
        return outcomes

    async def org(self, timezone: str = "UTC") -> tuple[OrgId, Api]:
        """A new organization and a caller who may read and write it."""
        org, key = OrgId(clock.new_id()), f"tga_{secrets.token_hex(32)}"
        await self.ask(org, CreateOrg(org=org, name="An org", timezone=timezone))
        digest = hashlib.sha256(key.encode()).hexdigest()
        made = CreateApiKey(
            key=KeyId(clock.new_id()), name="tests", prefix=key[:12], digest=digest, scopes=["read", "write"]
        )
        await self.ask(org, made)
        return org, Api(self._http, self._api, key)


@pytest.fixture
def told() -> dict[str, Any]:
    """Further settings of the house; a test that needs some has a fixture of the same name."""
    return {}


@pytest.fixture
async def house(database: Database, nats_server: Nats, told: dict[str, Any]) -> AsyncIterator[House]:
    """The house, and its shutdown."""
    async with contextlib.AsyncExitStack() as stack:
        ports = {name: await stack.enter_async_context(_service(name, database, nats_server, told)) for name in SCHEMAS}
        bus, asker = await connect_asker(nats_server.url, "operator", PASSWORDS["operator"])
        stack.push_async_callback(bus.close)
        http = await stack.enter_async_context(aiohttp.ClientSession())
        yield House(f"http://127.0.0.1:{ports['gateway']}", asker, database, http)


def _service(name: str, database: Database, server: Nats, told: dict[str, Any]) -> Any:
    settings_type = importlib.import_module(f"trackagoat.{name}.settings").Settings
    build = importlib.import_module(f"trackagoat.{name}.service").service
    given = {
        "database_url": database.dsn(name),
        "nats_url": server.url,
        "nats_user": name,
        "nats_password": PASSWORDS[name],
        "secret_key": SECRET_KEY,
        "http_port": 0,
        "lease_seconds": 2,
        "api_key_requests_per_minute": 10_000,
        "outbound_allowlist": "127.0.0.1",
    } | told
    settings = settings_type.model_validate(given)
    return running(build(settings), settings)


class Receiver:
    """A webhook endpoint that keeps what it got."""

    def __init__(self) -> None:
        self.url = ""
        self.got: list[tuple[dict[str, str], bytes]] = []

    async def take(self, request: web.Request) -> web.Response:
        self.got.append(({k.lower(): v for k, v in request.headers.items()}, await request.read()))
        return web.Response()


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    """A receiver on this machine."""
    receiver, app = Receiver(), web.Application()
    app.router.add_post("/hook", receiver.take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    yield receiver
    await runner.cleanup()


@pytest.fixture
def noon() -> str:
    """A zone in which it is about noon now, so that half of the day has elapsed."""
    ahead = 12 - clock.now().hour
    return f"Etc/GMT{-ahead:+d}" if ahead else "UTC"


@pytest.fixture
def until() -> Callable[..., Awaitable[Any]]:
    """`await until(look)`: what `look` answers once it is truthy; fails when it never is."""

    async def wait(look: Callable[[], Awaitable[Any]], seconds: float = 20) -> Any:
        async with asyncio.timeout(seconds):
            while not (found := await look()):
                await asyncio.sleep(0.05)
        return found

    return wait
