"""An operator examines the running system, finds what was planted, and mends it with the goat command."""

from __future__ import annotations

import asyncio
import base64
import getpass
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

Until = Callable[..., Awaitable[Any]]
pytestmark = pytest.mark.timeout(240)


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
        me, key = Child.of(os.getpid()), base64.b64encode(bytes(range(32))).decode()
        told = Secrets(dict.fromkeys(SCHEMAS, "test"), PASSWORDS, key)
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


async def test_a_running_system_is_found_healthy(goat: Goat, herd: Any) -> None:
    answer = await goat("doctor")
    assert answer.status == 0, answer.out
    assert [line.split()[0] for line in answer.out.splitlines()] == ["ok"] * 13
    assert (await goat("doctor", "campaigns", "--all")).out.startswith("ok      campaigns")
    assert {one["state"] for one in (await goat("events", "reconcile", "--json")).json} == {"in step"}
    assert (await goat("parked", "list")).out == "nothing is parked\n"


async def test_what_was_planted_is_found_by_the_doctor(goat: Goat, herd: Any) -> None:
    seq = await goat.ask("SELECT seq - 1 FROM ingest.feed_head")
    await goat.sql(
        f"DELETE FROM ingest.feed WHERE seq = {seq}",  # noqa: S608 - a number
        "UPDATE campaigns.campaigns SET video_count = video_count + 1",
        "REVOKE SELECT ON campaigns.campaigns FROM trackagoat_gateway",
        "ALTER TABLE goals.events DISABLE TRIGGER events_only_grow",
    )
    found = await goat.faults("--sample", "5")
    assert set(found) == {"feeds", "streams", "roles", "ledgers", "campaigns"}
    assert found["roles"] == ["trackagoat_gateway may not read campaigns.campaigns"]
    assert found["campaigns"][0].startswith(f"campaign {herd['id']} (All): video_count")


async def test_a_purged_stream_and_a_hole_are_found_and_mended_while_everything_runs(goat: Goat, herd: Any) -> None:
    client = await topology.connect(goat.nats.url, "operator", PASSWORDS["operator"])
    await client.jetstream().purge_stream("EVENTS_WORKSPACE")
    await client.jetstream().delete_msg("EVENTS_INGEST", 2)
    await client.close()
    found = await goat("events", "reconcile", "--json")
    states = {one["service"]: one["state"] for one in found.json if one["state"] != "in step"}
    assert (found.status, states) == (1, {"workspace": "behind", "ingest": "holes"})
    assert "→ `goat events reconcile --repair`" in (await goat("events", "reconcile", "--service", "ingest")).out
    assert (await goat("events", "reconcile", "--repair")).status == 0
    assert await goat.faults() == {}


async def test_a_parked_fact_is_listed_shown_and_discarded(goat: Goat, herd: Any, until: Until) -> None:
    await goat.sql(
        """INSERT INTO ingest.events (id, org, stream, tag, at, actor, data)
        SELECT gen_random_uuid(), org, 'bad', 'creator.removed.v1', now(), actor, '{"broken": true}'
        FROM ingest.events LIMIT 1""",
        """INSERT INTO ingest.events (id, org, stream, tag, at, actor, data)
        SELECT gen_random_uuid(), org, 'bad', tag, now(), actor, data FROM ingest.events
        WHERE tag = 'stats.snapshotted.v1' LIMIT 1""",
        "INSERT INTO ingest.unsequenced SELECT pos FROM ingest.events WHERE stream = 'bad'",
    )

    async def aside() -> Any:
        return await goat.ask("SELECT count(*) = 2 FROM campaigns.parked WHERE projection = 'totals'")

    await until(aside)
    assert "campaigns/totals/ingest: 2 facts parked" in (await goat.faults())["parked"][0]
    (poison,) = (await goat("parked", "list", "--service", "campaigns", "--json")).json
    shown = (await goat("parked", "show", poison["id"], "--json")).json
    assert shown["event"]["data"] == {"broken": True}
    assert [row["tag"] for row in shown["behind"]] == ["stats.snapshotted.v1"]
    again = await goat("parked", "retry", poison["id"])
    assert (again.status, again.err.count("\n")) == (1, 1)
    assert "failed again" in again.err
    done = await goat("parked", "discard", poison["id"], "--yes")
    assert done.out == f"{poison['id']}: discarded, 1 facts behind it applied\n"
    log = await goat.ask("SELECT array_agg(action || ' ' || who ORDER BY at, seq) FROM campaigns.parking_log")
    me = getpass.getuser()
    assert log == ["parked system", f"failed again {me}", f"discarded {me}", f"applied {me}"]


async def test_after_the_fix_a_parked_fact_is_applied(goat: Goat, herd: Any) -> None:
    await goat.sql(
        """INSERT INTO campaigns.parked (projection, source, seq, event_id, org, stream, tag, error, attempts)
        SELECT 'totals', 'ingest', f.seq, e.id, e.org, e.stream, e.tag, 'ValueError: planted', 3
        FROM ingest.feed f JOIN ingest.events e USING (pos) WHERE e.tag = 'stats.snapshotted.v1' ORDER BY 3 LIMIT 1"""
    )
    (row,) = (await goat("parked", "list", "--json")).json
    assert "ValueError: planted" in (await goat("parked", "show", row["id"])).out
    assert (await goat("parked", "retry", row["id"], "--json")).json == {"id": row["id"], "applied": 1}
    gone = await goat("parked", "show", row["id"])
    assert (gone.status, "is not parked" in gone.err) == (1, True)


async def test_what_cannot_be_reached_is_a_fault_and_not_a_hang(goat: Goat) -> None:
    goat.nats.stop()
    try:
        found = await goat.faults()
        assert {"topology", "streams"} <= set(found)
        answer = await goat("events", "reconcile")
        assert (answer.status, answer.err.count("\n")) == (1, 1)
    finally:
        goat.nats.start()
    wrong = await goat("parked", "show", "nonsense")
    assert wrong.status == 2
