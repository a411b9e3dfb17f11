"""The database is lost and restored to an earlier moment: nothing before it is lost, nothing after it is shown.

A system of its own archives its WAL and was backed up once. NATS still holds what came after the moment, has lost
everything, or was restored as well; each time the documented commands bring it back.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import aiohttp
import asyncpg
import pytest

from trackagoat.cli.chaos.driver import Driver, Entry
from trackagoat.cli.chaos.evidence import Evidence
from trackagoat.cli.chaos.hurt import SETTINGS
from trackagoat.cli.chaos.load import Lane
from trackagoat.cli.chaos.trial import Trial, judge, kept
from trackagoat.cli.state import Folder
from trackagoat.cli.supervisor import System
from trackagoat.embedded.account import NOBODY
from trackagoat.embedded.postgres import binaries
from trackagoat.embedded.processes import free_port
from trackagoat.events import clock
from trackagoat.events.bus import Bus, BusAsker, connect_asker
from trackagoat.events.topology import SERVICES

SEED, LANES, STEPS = 11, 2, 25
PROGRAM = binaries() / "pg_basebackup"
pytestmark = [
    pytest.mark.timeout(420),
    pytest.mark.skipif(not PROGRAM.exists(), reason=f"{PROGRAM} is not there: no base backup can be made"),
]


class Installation:
    """A system with its load, its endpoints, and where backups of it are."""

    def __init__(self, base: Path) -> None:
        self.folder, self.archive, self.backup = Folder(base / "state"), base / "archive", base / "backup"
        self.trial = Trial(self.folder, SEED, 1, _quiet, [])
        now = clock.now()
        self.lanes = [Lane(SEED, org, n, now) for org in self.trial.orgs() for n in range(LANES)]
        self.journal: dict[UUID, Entry] = {}
        self.restores = 0

    @property
    def data(self) -> Path:
        return self.folder.path / "postgres" / "data"

    @property
    def jetstream(self) -> Path:
        return self.folder.path / "nats" / "jetstream"

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Running]:
        self.folder.prepare()
        self.folder.lock()
        system = System(self.folder, free_port(), _quiet)
        try:
            async with AsyncExitStack() as stack:
                await stack.enter_async_context(system.running())
                await system.wait_ready()
                system.ready = True
                system.save()
                await stack.enter_async_context(kept(system))
                bus, asker = await connect_asker(system.nats_url, *system.nats_login("operator"))
                stack.push_async_callback(bus.close)
                driver = Driver([asker, BusAsker(bus)])
                driver.journal = self.journal
                yield Running(self, system, bus, driver)
        finally:
            self.folder.unlock()

    def restore(self, until: str) -> None:
        """Put the backup in the place of what was lost, and say up to which moment the WAL counts."""
        shutil.rmtree(self.data)
        shutil.copytree(self.backup, self.data)
        self.restores += 1
        settings = {
            "restore_command": f"cp {self.archive}/%f %p",
            "recovery_target_time": until,
            "recovery_target_action": "promote",
            "recovery_target_timeline": "current",
            "archive_command": archiving(self.archive.with_name(f"archive-{self.restores}")),
        }
        with (self.data / "postgresql.auto.conf").open("a") as out:
            out.writelines(f"{name} = '{value}'\n" for name, value in settings.items())
        (self.data / "recovery.signal").touch()
        _give(self.data)


class Running(NamedTuple):
    """The same, up."""

    installation: Installation
    system: System
    bus: Bus
    driver: Driver

    async def load(self) -> None:
        """So many steps of every lane."""
        async with asyncio.TaskGroup() as group:
            for lane in self.installation.lanes:
                group.create_task(self._walk(lane))
        await self.driver.finish()

    async def _walk(self, lane: Lane) -> None:
        for step in islice(lane.steps(), STEPS):
            await self.driver.take(step)

    async def settled(self) -> Evidence:
        """What there is once nothing is left to do."""
        found = await self.installation.trial.settled(self.system, self.bus)
        assert found.behind == []
        found.journal, found.endpoints = dict(self.driver.journal), self.installation.trial.endpoints
        return found

    async def sql(self, query: str) -> Any:
        connection = await asyncpg.connect(self.system.database_url)
        try:
            return await connection.fetchval(query)
        finally:
            await connection.close()

    async def goat(self, *words: str) -> tuple[int, Any]:
        """Exit status and JSON of a command."""
        command = [sys.executable, "-m", "trackagoat.cli", *words, "--json", "--state", str(self.system.folder.path)]
        done = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, check=False)
        assert done.stdout, done.stderr
        return done.returncode, json.loads(done.stdout)

    async def doctor(self) -> list[str]:
        """What the doctor calls a fault."""
        _, found = await self.goat("doctor")
        return [f["what"] for check in found["checks"] for f in check["findings"] if f["level"] == "fault"]

    async def refused(self, service: str) -> float:
        """How often its relay has found its stream ahead."""
        async with aiohttp.ClientSession() as http, http.get(f"{self.system.health(service)}/metrics") as answer:
            told = 'trackagoat_failures_total{error="StreamAhead",part="relay"}'
            return sum(float(line.split()[1]) for line in (await answer.text()).splitlines() if line.startswith(told))


class Disaster(NamedTuple):
    """What there was at the moment, and what came after it."""

    installation: Installation
    moment: str
    before: Evidence
    after: Evidence
    nats_then: Path
    nats_now: Path

    @property
    def lost(self) -> dict[str, set[UUID]]:
        """What came after the moment, by service."""
        known = {service: {fact.id for fact in facts} for service, facts in self.before.facts.items()}
        return {s: {fact.id for fact in facts} - known[s] for s, facts in self.after.facts.items()}


async def test_nothing_before_the_moment_is_lost_and_nothing_after_it_is_shown_whatever_nats_still_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in SETTINGS.items():
        monkeypatch.setenv(name, value)
    for name in ("DATABASE_URL", "NATS_URL"):
        monkeypatch.delenv(name, raising=False)
    installation = Installation(tmp_path)
    async with installation.trial.receivers.running():
        disaster = await happened(installation, tmp_path)
        async with restored(disaster, disaster.nats_now) as up:
            await must_be_as_it_was(up, disaster)
            await must_be_brought_back(up, disaster)
            await must_go_on(up, disaster)
        for jetstream in (None, disaster.nats_then):
            async with restored(disaster, jetstream) as up:
                await must_be_as_it_was(up, disaster)
                status, found = await up.goat("events", "reconcile", "--after-restore")
                assert (status, {(one["state"], one["lost"]) for one in found}) == (0, {("in step", 0)})
                await must_go_on(up, disaster)


async def must_be_brought_back(up: Running, disaster: Disaster) -> None:
    """The streams hold what the ledgers have lost, which stops the relays; one command goes on from there."""
    lost = {service: ids for service, ids in disaster.lost.items() if ids}
    status, found = await up.goat("events", "reconcile")
    assert (status, {one["service"] for one in found if one["state"] == "ahead"}) == (1, set(lost))
    async with asyncio.timeout(60):
        while not await up.refused("ingest"):
            await asyncio.sleep(0.1)
    assert len([what for what in await up.doctor() if "holds what the feed does not" in what]) == len(lost)
    status, found = await up.goat("events", "reconcile", "--after-restore")
    assert (status, {one["state"] for one in found}) == (0, {"in step"})
    assert {one["service"]: told(one["kept_in"]) for one in found if one["lost"]} == lost
    assert [one["put_back"] for one in found] == [[]] * len(SERVICES)
    assert await up.doctor() == []


def told(file: str) -> set[UUID]:
    """The facts kept there."""
    return {UUID(json.loads(line)["id"]) for line in Path(file).read_text().splitlines()}


async def happened(installation: Installation, base: Path) -> Disaster:
    """Load, back up, load, a moment, load; then the system ends, and the database with it."""
    async with installation.running() as up:
        await up.driver.begin(installation.trial.beginning(installation.lanes))
        await up.settled()
        await up.sql("ALTER SYSTEM SET archive_mode = 'on'")
        await up.sql(f"ALTER SYSTEM SET archive_command = '{archiving(installation.archive)}'")
    shutil.copytree(installation.jetstream, base / "nats-then")
    async with installation.running() as up:
        await asyncio.to_thread(backed_up, up.system.database_url, installation.backup)
        await up.load()
        before = await up.settled()
        moment = str(await up.sql("SELECT clock_timestamp()"))
        await up.load()
        after = await up.settled()
        await archived(up)
    shutil.copytree(installation.jetstream, base / "nats-now")
    return Disaster(installation, moment, before, after, base / "nats-then", base / "nats-now")


def archiving(place: Path) -> str:
    """The command that archives there."""
    place.mkdir()
    _give(place)
    return f"test ! -f {place}/%f && cp %p {place}/%f"


def backed_up(dsn: str, into: Path) -> None:
    command = [str(PROGRAM), "--dbname", dsn, "--pgdata", str(into), "--checkpoint=fast"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


async def archived(up: Running) -> None:
    """Return when everything up to now is in the archive."""
    last = await up.sql("SELECT pg_walfile_name(pg_switch_wal())")
    async with asyncio.timeout(60):
        while (await up.sql("SELECT last_archived_wal FROM pg_stat_archiver") or "") < last:
            await asyncio.sleep(0.05)


def _give(place: Path) -> None:
    """To the account PostgreSQL runs as."""
    if os.geteuid() == 0:
        for path in (place, *place.rglob("*")):
            os.chown(path, NOBODY, NOBODY)


def _quiet(_: str) -> None:
    """Nobody listens."""


@asynccontextmanager
async def restored(disaster: Disaster, jetstream: Path | None) -> AsyncIterator[Running]:
    """The installation, started with the database as of the moment and NATS as that folder has it."""
    one = disaster.installation
    shutil.rmtree(one.jetstream)
    if jetstream is not None:
        shutil.copytree(jetstream, one.jetstream)
    one.restore(disaster.moment)
    one.journal, one.trial.receivers.got = dict(disaster.before.journal), list(disaster.before.received)
    async with one.running() as up:
        yield up


async def must_be_as_it_was(up: Running, disaster: Disaster) -> None:
    """Everything from before the moment is there, and nothing that was asked after it."""
    found = await up.settled()
    asked_later = disaster.after.journal.keys() - disaster.before.journal.keys()
    for service, facts in disaster.before.facts.items():
        assert [fact.id for fact in found.facts[service]][: len(facts)] == [fact.id for fact in facts], service
        assert [fact for fact in found.facts[service] if fact.cause in asked_later] == [], service
    found.streams = {}  # the other checks are about those
    assert judge(found) == []


async def must_go_on(up: Running, disaster: Disaster) -> None:
    """More is asked; nothing is wrong with what was asked before the moment and now, and nothing is sent again."""
    await up.load()
    found = await up.settled()
    assert judge(found) == []
    assert await up.doctor() == []
    sent, fresh = disaster.before.received, found.received[len(disaster.before.received) :]
    taken = {(one.endpoint, one.webhook_id) for one in sent if one.taken}
    assert taken
    assert fresh
    assert [one for one in fresh if (one.endpoint, one.webhook_id) in taken] == []
