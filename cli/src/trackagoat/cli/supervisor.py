"""Running the whole system on one machine: servers, migrations, services; what dies is started again."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import aiohttp
import asyncpg
import msgspec

from trackagoat.cli.errors import TAKEN, Failure
from trackagoat.cli.state import Child, Demo, Folder, Secrets, State
from trackagoat.embedded import EmbeddedError, Nats, NatsUser, Postgres
from trackagoat.embedded.processes import free_port, port_is_free
from trackagoat.events import topology
from trackagoat.events.host.migrate import migrate
from trackagoat.events.host.provision import SCHEMAS, provision, role

DATABASE = "trackagoat"
READY_SECONDS = 90.0
STOP_SECONDS = 15.0
LOOK_SECONDS = 0.5

Tell = Callable[[str], None]


class System:
    """Everything that runs, from the servers up to the API."""

    def __init__(self, folder: Folder, port: int, tell: Tell) -> None:
        """Nothing happens before `running`."""
        self.folder, self._port, self._tell = folder, port, tell
        self._secrets: Secrets = folder.secrets()
        self._postgres = None if "DATABASE_URL" in os.environ else Postgres(folder.path / "postgres")
        users = [NatsUser(*user) for user in topology.users(self._secrets.nats)]
        self._nats = None if "NATS_URL" in os.environ else Nats(folder.path / "nats", users=users)
        self._ports = {name: free_port() for name in SCHEMAS} | {"gateway": port}
        self._services: dict[str, asyncio.subprocess.Process] = {}
        self._failures: dict[str, int] = {}
        self.ready = False
        earlier = folder.read()
        self.demo = earlier.demo if earlier else None

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[System]:
        """Start everything in order; stop everything in reverse."""
        if not port_is_free(self._port):
            message = f"port {self._port} is taken; choose another with --port"
            raise Failure(message, TAKEN)
        await stop_leftovers(self.folder, self._tell)
        try:
            await self._start_servers()
            await self._prepare()
            for name in SCHEMAS:
                await self._start(name)
            self.save()
            yield self
        except EmbeddedError as error:
            raise Failure(str(error)) from error
        finally:
            await self._stop()

    async def _start_servers(self) -> None:
        self._tell("starting PostgreSQL and NATS")
        starts = [asyncio.to_thread(server.start) for server in (self._postgres, self._nats) if server]
        await asyncio.gather(*starts)

    async def _prepare(self) -> None:
        """Database, roles, schemas, migrations, streams."""
        self._tell("migrating")
        try:
            if self._postgres is not None:
                await _create_database(self._postgres.dsn())
            await provision(self.database_url, self._secrets.database)
            await asyncio.gather(*(migrate(name, self.dsn(name)) for name in SCHEMAS))
            await topology.apply(self.nats_url, *self.nats_login("operator"))
        except OSError as error:
            message = f"the database or NATS cannot be reached: {error}"
            raise Failure(message) from error

    @property
    def api(self) -> str:
        """Where the API answers."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def database_url(self) -> str:
        """The operator's connection string of the product's database."""
        return self._postgres.dsn(DATABASE) if self._postgres else os.environ["DATABASE_URL"]

    @property
    def nats_url(self) -> str:
        """Where NATS listens."""
        return self._nats.url if self._nats else os.environ["NATS_URL"]

    def nats_login(self, user: str) -> tuple[str | None, str | None]:
        """User and password of a NATS user; with a NATS of your own, the ones you gave."""
        if self._nats:
            return user, self._secrets.nats[user]
        return os.environ.get("NATS_USER"), os.environ.get("NATS_PASSWORD")

    def dsn(self, service: str) -> str:
        """The service's own connection string."""
        parts = urlsplit(self.database_url)
        place = parts.netloc.rpartition("@")[2]
        return urlunsplit(parts._replace(netloc=f"{role(service)}:{self._secrets.database[service]}@{place}"))

    def environment(self, service: str) -> dict[str, str]:
        """What a service is told."""
        user, password = self.nats_login(service)
        told = {
            "DATABASE_URL": self.dsn(service),
            "NATS_URL": self.nats_url,
            "NATS_USER": user or "",
            "NATS_PASSWORD": password or "",
            "HTTP_PORT": str(self._ports[service]),
            "SECRET_KEY": self._secrets.secret_key,
            "BASE_URL": self.api,
        }
        return {k: v for k, v in os.environ.items() if k not in told} | {k: v for k, v in told.items() if v}

    async def _start(self, name: str) -> None:
        with (self.folder.logs / f"{name}.log").open("ab") as log:
            self._services[name] = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                f"trackagoat.{name}",
                env=self.environment(name),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def health(self, name: str) -> str:
        """Where a service tells its health."""
        return f"http://127.0.0.1:{self._ports[name]}"

    def save(self, *, ready: bool = False, demo: Demo | None = None) -> None:
        """Tell the other commands what is running."""
        self.demo = demo or self.demo
        services = {n: Child.of(p.pid, self.health(n)) for n, p in self._services.items() if p.returncode is None}
        servers = {
            name: Child.of(server.pid)
            for name, server in (("postgres", self._postgres), ("nats", self._nats))
            if server and server.pid
        }
        supervisor = Child.of(os.getpid())
        self.folder.write(
            State(self.api, self.database_url, self.nats_url, supervisor, services, servers, ready, self.demo)
        )

    async def faults(self) -> dict[str, list[str]]:
        """What keeps each service from being ready; empty lists when all is well."""
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=2)) as http:
            answers = await asyncio.gather(*(readiness(http, self.health(name)) for name in SCHEMAS))
        return dict(zip(SCHEMAS, answers, strict=True))

    async def wait_ready(self) -> None:
        """Return when every service is ready. Raises Failure when one does not come up."""
        self._tell("starting the services")
        limit = asyncio.get_running_loop().time() + READY_SECONDS
        while any((faults := await self.faults()).values()):
            await self.mend()
            broken = [name for name, count in self._failures.items() if count >= 3]
            if broken or asyncio.get_running_loop().time() > limit:
                name = broken[0] if broken else next(n for n, why in faults.items() if why)
                message = f"{name} does not come up: {last_words(self.folder.logs / f'{name}.log')}"
                raise Failure(message)
            await asyncio.sleep(0.15)
        self._failures.clear()

    async def mend(self) -> None:
        """Start again whatever has died."""
        for server in (self._postgres, self._nats):
            if server and not server.running:
                self._tell(f"{type(server).__name__} died, starting it again")
                await asyncio.to_thread(server.start)
                if isinstance(server, Nats):
                    await topology.apply(self.nats_url, *self.nats_login("operator"))
                self.save(ready=self.ready)
        for name, process in list(self._services.items()):
            if process.returncode is not None:
                self._failures[name] = self._failures.get(name, 0) + 1
                self._tell(f"{name} ended with status {process.returncode}, starting it again")
                await self._start(name)
                self.save(ready=self.ready)

    async def keep(self, stop: asyncio.Event) -> None:
        """Mend for ever, until told to stop."""
        while not stop.is_set():
            try:
                await self.mend()
            except (OSError, EmbeddedError, Exception) as error:  # noqa: BLE001 - one failed restart is tried again
                self._tell(f"could not restart: {error}")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), LOOK_SECONDS)

    async def _stop(self) -> None:
        self._tell("stopping")
        for process in self._services.values():
            if process.returncode is None:
                process.terminate()
        await asyncio.gather(*(_ended(process) for process in self._services.values()))
        for server in (self._nats, self._postgres):
            if server:
                await asyncio.to_thread(server.stop)


async def _ended(process: asyncio.subprocess.Process) -> None:
    try:
        await asyncio.wait_for(process.wait(), STOP_SECONDS)
    except TimeoutError:
        process.kill()
        await process.wait()


async def _create_database(dsn: str) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", DATABASE):
            await connection.execute(f"CREATE DATABASE {DATABASE}")
    finally:
        await connection.close()


async def readiness(http: aiohttp.ClientSession, url: str) -> list[str]:
    """Why the service at that address is not ready; empty when it is."""
    try:
        async with http.get(f"{url}/readyz") as answer:
            found: list[str] = msgspec.json.decode(await answer.read()).get("faults", [])
            return found
    except (aiohttp.ClientError, TimeoutError, msgspec.DecodeError):
        return ["does not answer"]


async def stop_leftovers(folder: Folder, tell: Tell) -> int:
    """Stop what an earlier run left behind when its supervisor was killed; how many processes."""
    state = folder.read()
    if state is None:
        return 0
    left = [*state.services.values(), *state.servers.values()]
    alive = [child for child in left if child.alive]
    if alive:
        tell(f"stopping {len(alive)} processes an earlier run left behind")
    await asyncio.gather(*(_stop_child(child) for child in alive))
    return len(alive)


async def _stop_child(child: Child) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(child.pid, signal.SIGINT)
        for _ in range(int(STOP_SECONDS / 0.05)):
            if not child.alive:
                return
            await asyncio.sleep(0.05)
        os.kill(child.pid, signal.SIGKILL)


def last_words(log: Path) -> str:
    """The last line of a log that says something about a failure."""
    lines = log.read_text(errors="replace").splitlines() if log.exists() else []
    for line in reversed(lines):
        try:
            entry = msgspec.json.decode(line)
        except msgspec.DecodeError:
            if line.strip():
                return f"{line.strip()} (see {log})"
            continue
        if entry.get("level") in {"critical", "error", "warning"}:
            return f"{entry.get('error', entry.get('event'))} (see {log})"
    return f"it says nothing (see {log})"
