"""The whole house in one process: every service on real servers, and a client that speaks to its API.

A test may ask for other databases below it: `parametrize("postgres", ["own", "oldest", "pooled"], indirect=True)`.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import importlib
import secrets
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import aiohttp
import pytest
from aiohttp import web

from trackagoat.embedded import Nats, Postgres
from trackagoat.embedded.account import as_nobody, give
from trackagoat.embedded.processes import Child, free_port
from trackagoat.events import clock
from trackagoat.events.bus import BusAsker, connect_asker
from trackagoat.events.catalogue.words import Command, KeyId, OrgId
from trackagoat.events.catalogue.workspace import CreateApiKey, CreateOrg
from trackagoat.events.decider import Outcome
from trackagoat.events.envelope import Ask
from trackagoat.events.host.provision import SCHEMAS, role
from trackagoat.events.host.run import running
from trackagoat.events.testing.plugin import PASSWORDS, Database, prepared
from trackagoat.events.testing.vault import SECRET_KEY

OLDEST = Path("/usr/lib/postgresql/15/bin")
"""Where Debian and Ubuntu put the oldest PostgreSQL that will do."""
PGBOUNCER = shutil.which("pgbouncer") or shutil.which("pgbouncer", path=f"{Path(sys.executable).parent}:/usr/sbin")
POOLING = """\
[databases]
* = host=127.0.0.1 port={server}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = {users}
pool_mode = transaction
default_pool_size = 5
ignore_startup_parameters = search_path, idle_in_transaction_session_timeout
"""
"""Fewer connections than a service opens, so that transactions of one come over many."""


class PgBouncer:
    """A pooler in transaction mode before a server: services come through it, the superuser goes past it."""

    def __init__(self, server: Postgres, folder: Path) -> None:
        self._server, self._folder, self.port = server, folder, free_port()
        self._child = Child(folder / "pgbouncer.log")

    def start(self) -> None:
        config, users = self._folder / "pgbouncer.ini", self._folder / "users.txt"
        users.write_text("".join(f'"{role(service)}" "{PASSWORDS[service]}"\n' for service in SCHEMAS))
        config.write_text(POOLING.format(server=self._server.port, port=self.port, users=users))
        for path in (config, users):
            give(path)
        self._child.launch(as_nobody([str(PGBOUNCER), str(config)], entering=[Path(str(PGBOUNCER)), config]))
        limit = clock.now() + timedelta(seconds=20)
        while not self._listens():
            assert self._child.running, self._child.last_words()
            assert clock.now() < limit, self._child.last_words()

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def stop(self) -> None:
        self._child.end(signal.SIGTERM, 10)

    def dsn(self, database: str, user: str = "postgres", password: str | None = None) -> str:
        direct = self._server.dsn(database, user, password)
        return direct if user == "postgres" else direct.replace(f":{self._server.port}/", f":{self.port}/")


@pytest.fixture(scope="session")
def postgres(
    request: pytest.FixtureRequest, postgres: Postgres, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Any]:
    """The server that comes along, unless a test asks for the oldest one or for a pooler before it."""
    match getattr(request, "param", None):
        case "oldest":
            if not (OLDEST / "postgres").exists():
                pytest.skip(f"there is no PostgreSQL in {OLDEST}")
            with prepared(Postgres(tmp_path_factory.mktemp("oldest"), durable=False, programs=OLDEST)) as server:
                yield server
        case "pooled":
            if PGBOUNCER is None or subprocess.run([PGBOUNCER, "--version"], check=False).returncode:
                pytest.skip("pgbouncer is not here or does not start; `.ci/tools` takes it from Debian")
            pooler = PgBouncer(postgres, tmp_path_factory.mktemp("pooled"))
            pooler.start()
            yield pooler
            pooler.stop()
        case _:
            yield postgres


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
def told(postgres: Any) -> dict[str, Any]:
    """Further settings of the house; a test that needs some has a fixture of the same name, or one of `told_each`."""
    return {"statement_cache_size": 0} if isinstance(postgres, PgBouncer) else {}


@pytest.fixture
def told_each(told: dict[str, Any]) -> Callable[[str], dict[str, Any]]:
    """The same by service."""
    return lambda _: told


@pytest.fixture
async def house(
    database: Database, nats_server: Nats, told_each: Callable[[str], dict[str, Any]]
) -> AsyncIterator[House]:
    """The house, and its shutdown."""
    async with contextlib.AsyncExitStack() as stack:
        services = {name: _service(name, database, nats_server, told_each(name)) for name in SCHEMAS}
        ports = {name: await stack.enter_async_context(service) for name, service in services.items()}
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
