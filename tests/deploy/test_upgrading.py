"""A rolling upgrade: old and new version of every service side by side, under load, with no answer missing.

The old version is the commit before this one, taken out of git, or the one that TRACKAGOAT_UPGRADE_FROM names, which
also leaves each pair together for longer. Where git does not know it, a copy of the present tree takes its place. The
new version is the present tree with two migrations more: one to run before it, one after.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import io
import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tarfile
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import date, timedelta
from itertools import count, cycle
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import aiohttp
import asyncpg
import pytest

from trackagoat.cli.chaos import evidence, receivers
from trackagoat.cli.chaos.evidence import Evidence
from trackagoat.cli.chaos.receivers import Receivers
from trackagoat.cli.chaos.trial import judge
from trackagoat.embedded import Nats, NatsUser, Postgres
from trackagoat.embedded.processes import free_port
from trackagoat.events import clock
from trackagoat.events.bus import Bus, BusAsker, connect_asker
from trackagoat.events.catalogue.words import Command, KeyId, OrgId
from trackagoat.events.catalogue.workspace import CreateApiKey, CreateOrg
from trackagoat.events.envelope import Ask
from trackagoat.events.host.provision import SCHEMAS, role
from trackagoat.events.testing.plugin import PASSWORDS
from trackagoat.events.testing.vault import SECRET_KEY
from trackagoat.events.topology import SERVICES

ROOT = Path(__file__).parents[2]
NAMED = os.environ.get("TRACKAGOAT_UPGRADE_FROM")
REVISION = NAMED or "HEAD~1"
TOGETHER_SECONDS = 10.0 if NAMED else 0.0
"""How long old and new stay side by side."""
CALLERS, PATIENCE_SECONDS, STOP_SECONDS = 2, 60.0, 25.0
NOBODY, AGAIN = "no answer", {"unavailable", "idempotency_in_progress", "write_conflict"}
"""Why a call is repeated."""
HANDLES = ("daily_hay", "steady_hooves", "quiet_billy")
PARTS = ("libs", "services", "cli")
BEFORE = "-- migrate:up\nCREATE TABLE upgraded (at timestamptz NOT NULL DEFAULT now());\n-- migrate:down\n"
AFTER = "-- migrate:up\nINSERT INTO upgraded DEFAULT VALUES;\n-- migrate:down\n"
PREPARE = """
import asyncio, json, sys
from trackagoat.events import topology
from trackagoat.events.host.provision import provision
dsn, url, passwords = json.loads(sys.argv[1])
asyncio.run(provision(dsn, passwords))
if url:
    asyncio.run(topology.apply(url, "operator", passwords["operator"]))
print(json.dumps(list(map(tuple, topology.users(passwords)))))
"""
MIGRATE = """
import asyncio, json, sys
from trackagoat.events.host.migrate import migrate
dsns, more = map(json.loads, sys.argv[1:])
for service, dsn in dsns.items():
    asyncio.run(migrate(service, dsn, **more))
"""
MIGRATIONS = "SELECT version FROM campaigns.schema_migrations WHERE version >= '9998' ORDER BY version"
pytestmark = pytest.mark.timeout(900)


class Tree(NamedTuple):
    """A version of the program: the packages that others wrote are those of this environment."""

    place: Path

    @property
    def environment(self) -> dict[str, str]:
        sources = (*self.place.glob("libs/*/src"), *self.place.glob("services/*/src"), self.place / "cli" / "src")
        return {"PYTHONPATH": os.pathsep.join(map(str, sources)), "PYTHONDONTWRITEBYTECODE": "1"}

    def run(self, code: str, *words: str, **environment: str) -> str:
        """What a program of this version prints."""
        done = subprocess.run(
            [sys.executable, "-c", code, *words],
            env=os.environ | self.environment | environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


def present(into: Path) -> Tree:
    """A copy of this tree."""
    for part in PARTS:
        shutil.copytree(ROOT / part, into / part, ignore=shutil.ignore_patterns("__pycache__", "tests"))
    return Tree(into)


def marked(into: Path) -> Tree:
    """A copy of this tree with a migration for each phase."""
    tree = present(into)
    place = into / "services" / "campaigns" / "src" / "trackagoat" / "campaigns" / "migrations"
    (place / "9998_pre_upgraded.sql").write_text(BEFORE)
    (place / "9999_post_upgraded.sql").write_text(AFTER)
    return tree


def of(revision: str, into: Path) -> Tree | None:
    """The tree as it was; None where git does not know."""
    command = ["git", "-C", str(ROOT), "archive", revision, *PARTS]
    done = subprocess.run(command, capture_output=True, check=False)
    if done.returncode:
        return None
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
        archive.extractall(into, filter="data")
    return Tree(into)


class World:
    """Servers, and the processes of both versions."""

    def __init__(self, base: Path) -> None:
        self.base = base
        self._postgres = Postgres(base / "postgres", durable=False)
        self._nats = Nats(base / "nats", users=[NatsUser("operator", PASSWORDS["operator"], [">"], [">"])])
        self._running: dict[str, tuple[asyncio.subprocess.Process, int]] = {}

    @property
    def database_url(self) -> str:
        return self._postgres.dsn()

    @property
    def nats_url(self) -> str:
        return self._nats.url

    @contextlib.contextmanager
    def servers(self) -> Iterator[None]:
        self._postgres.start()
        try:
            self._nats.start()
            yield
        finally:
            self._nats.stop()
            self._postgres.stop(immediate=True)

    def prepare(self, tree: Tree) -> None:
        """Roles, schemas, NATS users and streams as that version wants them; whoever is connected stays so."""
        users = json.loads(tree.run(PREPARE, json.dumps([self.database_url, None, PASSWORDS])))
        self._nats._users = [NatsUser(*user) for user in users]
        (self._nats.folder / "nats.conf").write_text(self._nats._config())
        self._nats._child.tell(signal.SIGHUP, "Reloaded server configuration", 10)
        tree.run(PREPARE, json.dumps([self.database_url, self.nats_url, PASSWORDS]))

    def migrate(self, tree: Tree, **more: str) -> None:
        """Every schema; `phase` names one of those the new version knows."""
        dsns = {service: self._dsn(service) for service in SCHEMAS}
        tree.run(MIGRATE, json.dumps(dsns), json.dumps(more))

    def _dsn(self, service: str) -> str:
        return self._postgres.dsn(user=role(service), password=PASSWORDS[service])

    async def start(self, service: str, tree: Tree) -> None:
        """Begin a process of that version and return when it is ready; whoever ran before goes on."""
        port = free_port()
        told = {
            "DATABASE_URL": self._dsn(service),
            "NATS_URL": self.nats_url,
            "NATS_USER": service,
            "NATS_PASSWORD": PASSWORDS[service],
            "SECRET_KEY": SECRET_KEY,
            "HTTP_PORT": str(port),
            "LEASE_SECONDS": "2",
            "OUTBOUND_ALLOWLIST": "127.0.0.1",
            "API_KEY_REQUESTS_PER_MINUTE": "100000",
            "SOURCES": "simulator",
        }
        with (self.base / f"{service}-{port}.log").open("wb") as log:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", f"trackagoat.{service}"),
                env=os.environ | tree.environment | told,
                stdout=log,
                stderr=log,
            )
        self._running[service] = (process, port)
        async with asyncio.timeout(PATIENCE_SECONDS), aiohttp.ClientSession() as http:
            while not await _ready(http, port):
                assert process.returncode is None, (self.base / f"{service}-{port}.log").read_text()[-2000:]
                await asyncio.sleep(0.1)

    def taken(self, service: str) -> asyncio.subprocess.Process:
        """The process of the version that is to end."""
        return self._running[service][0]

    @property
    def gateway(self) -> str:
        """Where the latest gateway answers."""
        return f"http://127.0.0.1:{self._running['gateway'][1]}"

    async def end(self, process: asyncio.subprocess.Process) -> int:
        """Tell it to, and wait until it has; its exit status."""
        process.terminate()
        async with asyncio.timeout(STOP_SECONDS):
            return await process.wait()

    async def end_all(self) -> None:
        for process, _ in self._running.values():
            if process.returncode is None:
                process.kill()
            await process.wait()


async def _ready(http: aiohttp.ClientSession, port: int) -> bool:
    try:
        async with http.get(f"http://127.0.0.1:{port}/readyz") as answer:
            return answer.status == 200
    except aiohttp.ClientError:
        return False


class Load:
    """Callers of the API who repeat what was not answered, and remember what they were told."""

    def __init__(self, http: aiohttp.ClientSession) -> None:
        self._http = http
        self.key = ""
        self.gateways: list[str] = []
        self.repeated: Counter[str] = Counter()
        self.told: dict[str, list[UUID]] = {"campaigns": [], "goals": []}
        self.kept: dict[str, str] = {}
        """Campaigns that were not deleted, by their id: the name they have."""

    async def ok(self, method: str, path: str, body: Any = None) -> Any:
        """`data` of an answer, which must be a success in the end: of the same call, repeated with its key."""
        headers = {"Authorization": f"Bearer {self.key}"} | ({"Idempotency-Key": str(clock.new_id())} if body else {})
        why = ""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                for gateway in reversed(self.gateways):
                    try:
                        place = f"{gateway}/api/v1{path}"
                        async with self._http.request(method, place, json=body, headers=headers) as answer:
                            if answer.status == 204 or (why, answer.status) == (NOBODY, 404):
                                return None
                            said = await answer.json()
                            if answer.status < 300:
                                return said["data"]
                            why = said["meta"]["code"]
                            assert why in AGAIN, (method, path, said)
                    except aiohttp.ClientError:
                        why = NOBODY
                self.repeated[why] += 1
                await asyncio.sleep(0.1)

    async def walk(self, project: str, creators: list[str], days: Iterator[date], stop: asyncio.Event) -> None:
        """Campaigns and goals, made, changed and taken away, and read between, until told to stop."""
        for n, (creator, day) in enumerate(zip(cycle(creators), days, strict=False)):
            if stop.is_set():
                return
            id = await self._campaign(project, f"As of {day}", creator)
            target = {"creator_id": creator, "metric": "posts", "period": "daily", "target_value": 2}
            span = {"start_date": day.isoformat(), "end_date": day.isoformat()}
            self.told["goals"].append(UUID((await self.ok("POST", f"/projects/{project}/goals", target | span))["id"]))
            for path in (f"/campaigns?project_id={project}", f"/creators?project_id={project}", "/alerts", "/events"):
                await self.ok("GET", path)
            if n % 3 == 0:
                await self.ok("DELETE", f"/campaigns/{id}")
                del self.kept[id]

    async def _campaign(self, project: str, name: str, creator: str) -> str:
        made = await self.ok("POST", f"/projects/{project}/campaigns", {"name": "New"})
        id = str(made["id"])
        self.told["campaigns"].append(UUID(id))
        await self.ok("POST", f"/campaigns/{id}/items", {"item_type": "creator", "item_id": creator})
        await self.ok("PATCH", f"/campaigns/{id}", {"name": name})
        self.kept[id] = name
        assert (await self.ok("GET", f"/campaigns/{id}"))["name"] == name, "who was answered reads what was answered"
        return id


async def test_every_service_is_replaced_under_load_and_nothing_is_lost_or_done_twice(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    until: Callable[..., Awaitable[Any]],
) -> None:
    for share in ("SHARE_REFUSED", "SHARE_UNANSWERED", "SHARE_SLOW"):
        monkeypatch.setattr(receivers, share, 0.0)
    old, new = of(REVISION, tmp_path / "old"), marked(tmp_path / "new")
    if old is None and NAMED:
        pytest.fail(f"git does not know {NAMED}")
    old = old or present(tmp_path / "old")
    world, hooks = World(tmp_path), Receivers(1)
    with world.servers():
        world.prepare(old)
        world.migrate(old)
        async with hooks.running(), running(world, old) as (bus, load):
            load.key = await opened(bus)
            endpoints, project, creators = await begun(load, hooks)
            stop = asyncio.Event()
            async with asyncio.TaskGroup() as group:
                for n in range(CALLERS):
                    group.create_task(load.walk(project, creators, days(n), stop))
                await replaced(world, new, load)
                stop.set()
            found = await settled(world, bus, hooks, until)
            found.endpoints = endpoints
            assert judge(found) == []
            await must_be_told(load, found, project)
            (tmp_path / "report").write_text(f"{REVISION}: facts {found.heads}, repeated {dict(load.repeated)}")


def days(n: int) -> Iterator[date]:
    """Past ones of the caller's own, so that no two goals overlap."""
    return (clock.now().date() - timedelta(days=past) for past in count(1 + n, CALLERS))


@contextlib.asynccontextmanager
async def running(world: World, tree: Tree) -> AsyncIterator[tuple[Bus, Load]]:
    """Every service of that version, somebody who asks them directly, and callers of the API."""
    try:
        await asyncio.gather(*(world.start(service, tree) for service in SCHEMAS))
        bus, _ = await connect_asker(world.nats_url, "operator", PASSWORDS["operator"])
        async with aiohttp.ClientSession() as http:
            load = Load(http)
            load.gateways.append(world.gateway)
            yield bus, load
        await bus.close()
    finally:
        await world.end_all()


async def opened(bus: Bus) -> str:
    """A key to a new organization."""
    org, key = OrgId(clock.new_id()), f"tga_{secrets.token_hex(32)}"
    digest = hashlib.sha256(key.encode()).hexdigest()
    commands: list[Command] = [
        CreateOrg(org=org, name="An org"),
        CreateApiKey(key=KeyId(clock.new_id()), name="t", prefix=key[:12], digest=digest, scopes=["read", "write"]),
    ]
    for command in commands:
        ask = Ask(org=org, command_id=clock.new_id(), at=clock.now())
        (outcome,) = await BusAsker(bus).ask(ask, [command], timeout=20)
        assert outcome.refused is None
    return key


async def begun(load: Load, hooks: Receivers) -> tuple[dict[UUID, str], str, list[str]]:
    """What the load needs: a webhook for alerts (told by its endpoint) and one for events, a project, creators."""
    alerts = {"kind": "webhook", "name": "alerts", "config": {"url": hooks.url("alerts")}}
    channel = (await load.ok("POST", "/channels", alerts))["id"]
    await load.ok("POST", "/alert-rules", {"name": "All", "channel_ids": [channel]})
    config = {"url": hooks.url("events"), "event_types": ["campaign.created"]}
    await load.ok("POST", "/channels", {"kind": "webhook", "name": "events", "config": config})
    project = (await load.ok("POST", "/projects", {"name": "Spring"}))["id"]
    bodies = [{"tiktok_handle": handle} for handle in HANDLES]
    creators = [(await load.ok("POST", f"/projects/{project}/creators", body))["id"] for body in bodies]
    return {UUID(channel): "alerts"}, project, creators


async def replaced(world: World, new: Tree, load: Load) -> None:
    """As the page on deploying says: prepare, first phase, one service after the other, second phase."""
    await asyncio.to_thread(world.prepare, new)
    await asyncio.to_thread(world.migrate, new, phase="pre")
    assert await _sql(world, MIGRATIONS) == ["9998"]
    for service in SCHEMAS:
        before, gateway = world.taken(service), world.gateway
        await world.start(service, new)
        if service == "gateway":
            load.gateways.append(world.gateway)
        await asyncio.sleep(TOGETHER_SECONDS)
        assert await world.end(before) == 0, f"{service} did not end by itself"
        if service == "gateway":
            load.gateways.remove(gateway)
    await asyncio.to_thread(world.migrate, new, phase="post")
    assert await _sql(world, MIGRATIONS) == ["9998", "9999"]
    await asyncio.sleep(TOGETHER_SECONDS)


async def _sql(world: World, query: str) -> list[Any]:
    connection = await asyncpg.connect(world.database_url)
    try:
        return [row[0] for row in await connection.fetch(query)]
    finally:
        await connection.close()


async def settled(world: World, bus: Bus, hooks: Receivers, until: Callable[..., Awaitable[Any]]) -> Evidence:
    """What there is once nothing is left to do."""

    async def look() -> Evidence | None:
        early = len(hooks.got)
        found = await evidence.look(world.database_url)
        if found.behind:
            return None
        found.streams = {service: await evidence.published(bus, service) for service in SERVICES}
        found.rows["notifications.deliveries"] = [
            r for r in found.rows["notifications.deliveries"] if r["event"] is None
        ]
        found.early, found.received = early, list(hooks.got)
        return None if evidence.unpublished(found) else found

    found: Evidence = await until(look, seconds=180)
    return found


async def must_be_told(load: Load, found: Evidence, project: str) -> None:
    """What callers were told is what the ledger says, once each, what is read, and what the webhook for events got."""
    created = [f for f in found.facts["campaigns"] if f.tag == "campaign.created.v1"]
    assert Counter(f.event.campaign for f in created) == Counter(load.told["campaigns"])  # type: ignore[attr-defined]  # by its tag
    goals = [f.event.goal for f in found.facts["goals"] if f.tag == "goal.created.v1"]  # type: ignore[attr-defined]  # the same
    assert Counter(goals) == Counter(load.told["goals"])
    listed: dict[str, str] = {}
    for id in load.kept:
        listed[id] = (await load.ok("GET", f"/campaigns/{id}"))["name"]
    assert listed == load.kept
    got = Counter(json.loads(r.body)["data"]["id"] for r in found.received if r.endpoint == "events")
    assert set(got) == {str(fact.id) for fact in created}
