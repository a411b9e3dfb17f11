"""Pytest fixtures: a real PostgreSQL with every schema migrated, a real NATS with every stream declared.

One server of each per test process; databases are copied from a migrated template, so a test starts with an empty
one of its own in a fraction of a second.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

import asyncpg
import pytest

from trackagoat.embedded import Nats, NatsUser, Postgres
from trackagoat.events import clock, topology
from trackagoat.events.host.database import connect_pool
from trackagoat.events.host.migrate import migrate
from trackagoat.events.host.provision import SCHEMAS, provision, role

PASSWORDS = dict.fromkeys((*SCHEMAS, "operator"), "test")
TEMPLATE = "trackagoat_template"

Pool: TypeAlias = "asyncpg.Pool[Any]"


class Database:
    """An empty, migrated database of one test."""

    def __init__(self, server: Postgres, name: str) -> None:
        """The database called `name` on that server."""
        self.server, self.name = server, name

    def dsn(self, service: str | None = None) -> str:
        """For the service's role, or for the superuser."""
        if service is None:
            return self.server.dsn(self.name)
        return self.server.dsn(self.name, user=role(service), password=PASSWORDS[service])


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    """A server with all roles and a migrated template database."""
    with prepared(Postgres(tmp_path_factory.mktemp("postgres"), durable=False)) as server:
        yield server


@contextlib.contextmanager
def prepared(server: Postgres) -> Iterator[Postgres]:
    """The server, running, with all roles and a migrated template database."""
    server.start()
    try:
        asyncio.run(_template(server))
        yield server
    finally:
        server.stop(immediate=True)


async def _template(server: Postgres) -> None:
    admin = await asyncpg.connect(server.dsn("postgres"))
    await admin.execute(f"CREATE DATABASE {TEMPLATE}")
    await admin.close()
    await provision(server.dsn(TEMPLATE), PASSWORDS)
    dsns = {s: server.dsn(TEMPLATE, user=role(s), password=PASSWORDS[s]) for s in SCHEMAS}
    await asyncio.gather(*(migrate(service, dsn) for service, dsn in dsns.items()))


@pytest.fixture
async def database(postgres: Postgres) -> AsyncIterator[Database]:
    """A database of this test's own."""
    name = f"test_{clock.new_id().hex}"
    admin = await asyncpg.connect(postgres.dsn("postgres"))
    await admin.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
    try:
        yield Database(postgres, name)
    finally:
        await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
        await admin.close()


@pytest.fixture
async def schema(database: Database) -> AsyncIterator[Callable[[str], Awaitable[Pool]]]:
    """Connect to this test's database as a service, with its schema in the path."""
    async with contextlib.AsyncExitStack() as stack:

        async def connect(service: str) -> Pool:
            pool = await connect_pool(database.dsn(service), service)
            stack.push_async_callback(_end, pool)
            return pool

        yield connect


async def _end(pool: Pool) -> None:
    pool.terminate()


@pytest.fixture
def nats_server(tmp_path: Path) -> Iterator[Nats]:
    """A NATS server of this test's own, with users and streams as declared."""
    users = [NatsUser(*user) for user in topology.users(PASSWORDS)]
    server = Nats(tmp_path / "nats", users=users)
    server.start()
    try:
        asyncio.run(topology.apply(server.url, "operator", PASSWORDS["operator"]))
        yield server
    finally:
        server.stop()
