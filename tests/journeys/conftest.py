"""The goat command on a running house, and something in it to look at."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import asyncpg
import pytest
from click.testing import CliRunner

from trackagoat.cli.main import main
from trackagoat.cli.state import Child, Folder, Secrets, State
from trackagoat.embedded import Nats
from trackagoat.events import clock, topology
from trackagoat.events.host.provision import SCHEMAS
from trackagoat.events.testing.plugin import PASSWORDS, Database
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
