"""The goat command on a running house, something in it to look at, and other databases to run it on."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import asyncpg
import pytest
from click.testing import CliRunner

from trackagoat.cli.main import main
from trackagoat.cli.state import Child, Folder, Secrets, State
from trackagoat.embedded import Nats, Postgres
from trackagoat.embedded.account import as_nobody, give
from trackagoat.embedded.processes import Child as Server
from trackagoat.embedded.processes import free_port, port_is_free
from trackagoat.events import clock, topology
from trackagoat.events.host.provision import SCHEMAS, role
from trackagoat.events.testing.plugin import PASSWORDS, Database, prepared
from trackagoat.events.testing.vault import SECRET_KEY

Until = Callable[..., Awaitable[Any]]


class Answer(NamedTuple):
    """How a command ended and what it said."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


class Goat:
    """The goat command on an installation, as if this process had started it."""

    def __init__(self, folder: Path, database: Database, nats: Nats) -> None:
        self.folder, self.database, self.nats = Folder(folder), database, nats
        me, told = Child.of(os.getpid()), Secrets(dict.fromkeys(SCHEMAS, "test"), PASSWORDS, SECRET_KEY)
        self.folder._write(self.folder.path / "secrets.json", told)
        self.folder.write(State("http://127.0.0.1:1", database.dsn(), nats.url, me, servers={"nats": me}, ready=True))

    async def __call__(self, *words: str) -> Answer:
        command = [*words, "--state", str(self.folder.path)]
        done = await asyncio.to_thread(CliRunner().invoke, main, command, catch_exceptions=False)
        return Answer(done.exit_code, done.stdout, done.stderr)

    async def sql(self, *statements: str) -> None:
        """As the operator, without triggers."""
        admin = await asyncpg.connect(self.database.dsn())
        await admin.execute("SET session_replication_role = replica")
        for statement in statements:
            await admin.execute(statement)
        await admin.close()

    async def ask(self, query: str, *args: Any) -> Any:
        admin = await asyncpg.connect(self.database.dsn())
        try:
            return await admin.fetchval(query, *args)
        finally:
            await admin.close()

    async def faults(self, *words: str) -> dict[str, list[str]]:
        """What `goat doctor` finds, by check."""
        answer = await self("doctor", *words, "--json")
        found = answer.json
        assert (answer.status == 1) == (found["level"] == "fault")
        return {
            c["check"]: [f["what"] for f in c["findings"] if f["level"] == "fault"]
            for c in found["checks"]
            if c["level"] == "fault"
        }


@pytest.fixture
async def goat(tmp_path: Path, database: Database, nats_server: Nats) -> Goat:
    return Goat(tmp_path, database, nats_server)


@pytest.fixture
async def herd(house: Any, until: Until, nats_server: Nats) -> Any:
    """A campaign over one creator whose posts have been scraped."""
    _, api = await house.org()
    project = await api.ok("POST", "/projects", {"name": "Spring"})
    start = (clock.now() - timedelta(days=30)).date().isoformat()
    body = {"tiktok_handle": "daily_hay", "tracking_start_date": start}
    creator = await api.ok("POST", f"/projects/{project['id']}/creators", body)
    campaign = await api.ok("POST", f"/projects/{project['id']}/campaigns", {"name": "All"})
    await api.ok("POST", f"/campaigns/{campaign['id']}/items", {"item_type": "creator", "item_id": creator["id"]})

    client = await topology.connect(nats_server.url, "operator", PASSWORDS["operator"])

    async def scraped() -> Any:
        told = (await client.jetstream().stream_info("EVENTS_INGEST")).state.messages > 3
        return told and (await api.ok("GET", f"/creators/{creator['id']}"))["last_scraped_at"]

    await until(scraped)
    await client.close()
    return campaign


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
default_pool_size = 3
ignore_startup_parameters = search_path, idle_in_transaction_session_timeout
"""
"""Fewer connections than a service opens, so that transactions of one come over many."""


class PgBouncer:
    """A pooler in transaction mode before a server: services come through it, the superuser goes past it."""

    def __init__(self, server: Postgres, folder: Path) -> None:
        self._server, self._folder, self.port = server, folder, free_port()
        self._child = Server(folder / "pgbouncer.log")

    def start(self) -> None:
        config, users = self._folder / "pgbouncer.ini", self._folder / "users.txt"
        users.write_text("".join(f'"{role(service)}" "{PASSWORDS[service]}"\n' for service in SCHEMAS))
        config.write_text(POOLING.format(server=self._server.port, port=self.port, users=users))
        for path in (config, users):
            give(path)
        self._child.launch(as_nobody([str(PGBOUNCER), str(config)], entering=[Path(str(PGBOUNCER)), config]))
        limit = clock.now() + timedelta(seconds=20)
        while port_is_free(self.port):
            assert self._child.running, self._child.last_words()
            assert clock.now() < limit, self._child.last_words()

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


@pytest.fixture
def told(postgres: Any) -> dict[str, Any]:
    """A pooler that knows no prepared statements wants none."""
    return {"statement_cache_size": 0} if isinstance(postgres, PgBouncer) else {}
