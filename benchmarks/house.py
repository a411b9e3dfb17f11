"""Servers and services of a benchmark: embedded and durable, in a folder of their own, gone when it is over."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import sys
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any, TypeAlias

import aiohttp
import asyncpg

from trackagoat.cli.joining import role_dsn
from trackagoat.cli.state import Secrets
from trackagoat.embedded import Nats, NatsUser, Postgres
from trackagoat.embedded.processes import free_port
from trackagoat.events import topology
from trackagoat.events.bus import BusAsker, connect_asker
from trackagoat.events.host.database import connect_pool
from trackagoat.events.host.migrate import migrate
from trackagoat.events.host.provision import SCHEMAS, provision

Pool: TypeAlias = "asyncpg.Pool[Any]"
DATABASE = "bench"
READY_SECONDS = 30.0


class House:
    """PostgreSQL and NATS as `goat up` sets them up (fsync on, synchronous commit; JetStream syncs every 2 min)."""

    def __init__(self, folder: Path) -> None:
        """Nothing happens before `start`."""
        self.folder = folder
        self._secrets = Secrets.fresh()
        self.postgres = Postgres(folder / "postgres")
        self.nats_users = [NatsUser(*user) for user in topology.users(self._secrets.nats)]
        self.nats = Nats(folder / "nats", users=self.nats_users)
        self.pids: dict[str, int] = {}
        """Of the services that run."""

    async def start(self) -> None:
        """Servers, schemas and streams."""
        await asyncio.gather(asyncio.to_thread(self.postgres.start), asyncio.to_thread(self.nats.start))
        await self.create(DATABASE)
        await provision(self.dsn(), self._secrets.database)
        await asyncio.gather(*(migrate(name, self.dsn(name)) for name in SCHEMAS))
        await topology.apply(self.nats.url, "operator", self._secrets.nats["operator"])

    def stop(self) -> None:
        """Leave nothing behind."""
        self.nats.stop()
        self.postgres.stop(immediate=True)

    @property
    def secret_key(self) -> str:
        """What services of this house seal with."""
        return self._secrets.secret_key

    async def create(self, database: str) -> str:
        """An empty database; its connection string."""
        connection = await asyncpg.connect(self.postgres.dsn())
        try:
            await connection.execute(f"CREATE DATABASE {database}")
        finally:
            await connection.close()
        return self.postgres.dsn(database)

    def nats_password(self, user: str) -> str:
        """Of a NATS user."""
        return self._secrets.nats[user]

    def dsn(self, service: str | None = None) -> str:
        """For the service's role, or for the superuser."""
        whole = self.postgres.dsn(DATABASE)
        return whole if service is None else role_dsn(whole, service, self._secrets)

    @contextlib.asynccontextmanager
    async def pool(self, service: str, size: int = 8) -> AsyncIterator[Pool]:
        """Connections as a service has them."""
        pool = await connect_pool(self.dsn(service), service, size)
        try:
            yield pool
        finally:
            await pool.close()

    @contextlib.asynccontextmanager
    async def asker(self) -> AsyncIterator[BusAsker]:
        """A connection for asking commands."""
        bus, asker = await connect_asker(self.nats.url, "operator", self._secrets.nats["operator"])
        try:
            yield asker
        finally:
            await bus.close()

    @contextlib.asynccontextmanager
    async def running(self, *services: str, **extra: str) -> AsyncIterator[dict[str, str]]:
        """These services, each a process of its own as in production, ready; where each is served."""
        async with contextlib.AsyncExitStack() as stack:
            places: dict[str, str] = {}
            for name in services:
                port = free_port()
                environment = self._environment(name, port) | extra
                command = [sys.executable, "-m", f"trackagoat.{name}"]
                self.pids[name] = (await stack.enter_async_context(process(command, environment))).pid
                places[name] = f"http://127.0.0.1:{port}"
            await asyncio.gather(*(_ready(place) for place in places.values()))
            yield places

    def _environment(self, service: str, port: int) -> dict[str, str]:
        return os.environ | {
            "DATABASE_URL": self.dsn(service),
            "NATS_URL": self.nats.url,
            "NATS_USER": service,
            "NATS_PASSWORD": self._secrets.nats[service],
            "HTTP_PORT": str(port),
            "SECRET_KEY": self._secrets.secret_key,
            "API_KEY_REQUESTS_PER_MINUTE": "1000000000",
            "LOG_LEVEL": "warning",
        }


@contextlib.asynccontextmanager
async def house(folder: Path) -> AsyncIterator[House]:
    """A house of one benchmark."""
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder, mode=0o711)  # noqa: PTH103 - before anything else runs on this loop
    built = House(folder)
    try:
        await built.start()
        yield built
    finally:
        await asyncio.to_thread(built.stop)
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.asynccontextmanager
async def process(command: list[str], environment: Mapping[str, str]) -> AsyncIterator[asyncio.subprocess.Process]:
    """A process that ends when the benchmark does."""
    child = await asyncio.create_subprocess_exec(*command, env=environment, stdin=asyncio.subprocess.DEVNULL)
    try:
        yield child
    finally:
        with contextlib.suppress(ProcessLookupError):
            child.terminate()
        await child.wait()


async def _ready(place: str) -> None:
    async with asyncio.timeout(READY_SECONDS), aiohttp.ClientSession() as http:
        while True:
            with contextlib.suppress(aiohttp.ClientError):
                async with http.get(f"{place}/readyz") as answer:
                    if answer.ok:
                        return
            await asyncio.sleep(0.05)


async def statistics(pool: Pool) -> None:
    """Let the planner know the tables, as autovacuum would after a while."""
    await pool.execute("ANALYZE")
