"""Running the whole system on one machine: servers, migrations, services; what dies is started again."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from typing import Any

import asyncpg

from trackagoat.cli.errors import TAKEN, Failure
from trackagoat.cli.health import Health, last_words, look
from trackagoat.cli.joining import role_dsn
from trackagoat.cli.leftovers import stop_leftovers
from trackagoat.cli.pauses import Pauses
from trackagoat.cli.settings import wrong
from trackagoat.cli.state import Child, Demo, Folder, Secrets, State
from trackagoat.embedded import Guests, Nats, NatsUser, Postgres, Share
from trackagoat.embedded.processes import free_port, port_is_free
from trackagoat.events import topology
from trackagoat.events.host.migrate import migrate
from trackagoat.events.host.provision import SCHEMAS, provision

DATABASE = "trackagoat"
READY_SECONDS = 90.0
STOP_SECONDS = 15.0
GIVE_UP_STARTS = 3
"""A service that ends this often before it was ever ready will not become so."""
LOOK_SECONDS = 0.2
DEFAULT_SYNC_INTERVAL = "2m"
"""How often JetStream syncs to disk. What a crash of the machine takes from a stream, the feed gives back."""

Tell = Callable[[str], None]


class System:
    """Everything that runs, from the servers up to the API."""

    def __init__(self, folder: Folder, port: int, tell: Tell) -> None:
        """Nothing happens before `running`."""
        self.folder, self._port, self._tell = folder, port, tell
        self._secrets: Secrets = folder.secrets()
        self._postgres = None if "DATABASE_URL" in os.environ else Postgres(folder.path / "postgres")
        users = [NatsUser(*user) for user in topology.users(self._secrets.nats)]
        self._subscribers_at, self._subscribers = folder.subscribers_at, folder.subscribers()
        guests = Guests(logins(self._subscribers), [Share(*share) for share in topology.SHARES])
        sync = os.environ.get("NATS_SYNC_INTERVAL", DEFAULT_SYNC_INTERVAL)
        self._nats = (
            None
            if "NATS_URL" in os.environ
            else Nats(folder.path / "nats", users=users, guests=guests, sync_interval=sync)
        )
        self._ports = {name: free_port() for name in SCHEMAS} | {"gateway": port}
        self._services: dict[str, asyncio.subprocess.Process] = {}
        self._failures: dict[str, int] = {}
        self._pauses = Pauses()
        self._undeclared = False
        self.ready = False
        begun = folder.demo()
        self.demo = begun.demo if begun and begun.complete else None

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[System]:
        """Start everything in order; stop everything in reverse."""
        self._check()
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
        finally:
            await self._stop()

    def _check(self) -> None:
        """Refuse what no service could start with. Raises Failure, a line for each setting that is wrong."""
        told = {"DATABASE_URL": "made later", "SECRET_KEY": self._secrets.secret_key, "HTTP_PORT": str(self._port)}
        found = {str(fault): None for name in SCHEMAS for fault in wrong(name, told)}
        if found:
            raise Failure("\n".join(found))

    async def _start_servers(self) -> None:
        self._tell("starting PostgreSQL and NATS")
        starting = asyncio.gather(*(asyncio.to_thread(server.start) for server in self._servers().values()))
        try:
            await asyncio.shield(starting)
        except asyncio.CancelledError:
            await asyncio.wait([starting])  # a thread cannot be cancelled, and what it starts must not be lost
            raise

    async def _prepare(self) -> None:
        """Database, roles, schemas, migrations, streams."""
        self._tell("migrating")
        try:
            if self._postgres is not None:
                await _create_database(self._postgres.dsn())
            await provision(self.database_url, self._secrets.database)
            await asyncio.gather(*(migrate(name, self.dsn(name)) for name in SCHEMAS))
            await self._declare()
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            message = f"the database or NATS cannot be used: {error}"
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
        return role_dsn(self.database_url, service, self._secrets)

    def environment(self, name: str) -> dict[str, str]:
        """What a service, or another replica of one (`campaigns-2`), is told."""
        service = name.partition("-")[0]
        user, password = self.nats_login(service)
        told = {
            "DATABASE_URL": self.dsn(service),
            "NATS_URL": self.nats_url,
            "NATS_USER": user or "",
            "NATS_PASSWORD": password or "",
            "HTTP_PORT": str(self._ports[name]),
            "SECRET_KEY": self._secrets.secret_key,
            "BASE_URL": self.api,
        }
        return {k: v for k, v in os.environ.items() if k not in told} | {k: v for k, v in told.items() if v}

    async def _start(self, name: str) -> None:
        with (self.folder.logs / f"{name}.log").open("ab") as log:
            self._services[name] = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                f"trackagoat.{name.partition('-')[0]}",
                env=self.environment(name),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def health(self, name: str) -> str:
        """Where a service tells its health."""
        return f"http://127.0.0.1:{self._ports[name]}"

    def state(self) -> State:
        """What is running, and what should be and is not."""
        services = {name: Child.of(process.pid, self.health(name)) for name, process in self._services.items()}
        servers = {name: Child.of(server.pid or 0) for name, server in self._servers().items()}
        supervisor = Child.of(os.getpid())
        return State(self.api, self.database_url, self.nats_url, supervisor, services, servers, self.ready, self.demo)

    def save(self, demo: Demo | None = None) -> None:
        """Tell the other commands what is running."""
        self.demo = demo or self.demo
        self.folder.write(self.state())

    async def look(self) -> dict[str, Health]:
        """How each service is."""
        return await look({name: self.health(name) for name in SCHEMAS})

    async def wait_ready(self) -> None:
        """Return when every service is ready. Raises Failure when one does not come up."""
        self._tell("starting the services")
        limit = asyncio.get_running_loop().time() + READY_SECONDS
        while waiting := {name: told.faults for name, told in (await self.look()).items() if told.faults}:
            await self.mend()
            broken = [name for name, count in self._failures.items() if count >= GIVE_UP_STARTS]
            if broken:
                message = f"{broken[0]} does not stay up: {last_words(self.folder.logs / f'{broken[0]}.log')}"
                raise Failure(message)
            if asyncio.get_running_loop().time() > limit:
                name, faults = next(iter(waiting.items()))
                message = (
                    f"{name} is not ready after {READY_SECONDS:.0f} s: {'; '.join(faults)} (see {self.folder.logs})"
                )
                raise Failure(message)
            await asyncio.sleep(0.15)
        self._failures.clear()

    async def mend(self) -> None:
        """Start again whatever has died and has paused; what fails to start does not hold up the others."""
        now = asyncio.get_running_loop().time()
        for name, server in self._servers().items():
            if not server.running and self._pauses.over(name, now):
                self._tell(f"{name} died, starting it again")
                await self._tried(name, self._start_server(server))
        if self._nats and self.folder.subscribers_at != self._subscribers_at:
            await self._tried("nats", self._admit(self._nats))
        if self._undeclared and self._nats and self._nats.running:
            await self._tried("nats", self._declare())
        for name, process in list(self._services.items()):
            if process.returncode is not None and self._pauses.over(name, now):
                self._failures[name] = self._failures.get(name, 0) + 1
                self._tell(f"{name} {ending(process.returncode)}, starting it again")
                await self._tried(name, self._start(name))

    async def _tried(self, name: str, start: Coroutine[Any, Any, None]) -> None:
        try:
            await start
        except Exception as error:  # noqa: BLE001 - whatever it was, it is tried again after a longer pause
            self._tell(f"{name} cannot be started: {str(error) or type(error).__name__}")
        self.save()

    async def _start_server(self, server: Postgres | Nats) -> None:
        self._undeclared = self._undeclared or isinstance(server, Nats)
        await asyncio.to_thread(server.start)

    async def _declare(self) -> None:
        """Declare the streams anew: what NATS kept may have been thrown away while it was down."""
        await topology.apply(self.nats_url, *self.nats_login("operator"))
        if self._nats:
            await topology.admit(self.nats_url, *self.nats_login("operator"), self._subscribers)
        self._undeclared = False

    async def _admit(self, nats: Nats) -> None:
        """Let in who was made a subscriber meanwhile, and nobody who no longer is one."""
        self._subscribers_at = self.folder.subscribers_at
        self._subscribers = self.folder.subscribers()
        await asyncio.to_thread(nats.admit, logins(self._subscribers))
        self._undeclared = True

    def _servers(self) -> dict[str, Postgres | Nats]:
        """Those that are ours to run."""
        found: list[tuple[str, Postgres | Nats | None]] = [("postgres", self._postgres), ("nats", self._nats)]
        return {name: server for name, server in found if server is not None}

    async def keep(self, stop: asyncio.Event) -> None:
        """Mend for ever, until told to stop."""
        while not stop.is_set():
            await self.mend()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), LOOK_SECONDS)

    def kill(self) -> None:
        """End every process at once: somebody does not want to wait."""
        running = [p.pid for p in self._services.values() if p.returncode is None]
        for pid in [*running, *(server.pid for server in self._servers().values())]:
            if pid is not None:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)

    async def _stop(self) -> None:
        self._tell("stopping")
        for process in self._services.values():
            if process.returncode is None:
                process.terminate()
        await asyncio.gather(*(_ended(process) for process in self._services.values()))
        for server in (self._nats, self._postgres):
            if server:
                await asyncio.to_thread(server.stop)


def logins(subscribers: Sequence[topology.Subscriber]) -> list[NatsUser]:
    """The NATS users of subscribers."""
    return [NatsUser(*topology.subscriber(one.name, one.password)) for one in subscribers]


def ending(status: int) -> str:
    """How a process ended."""
    if status >= 0:
        return f"ended with status {status}"
    try:
        return f"was ended by {signal.Signals(-status).name}"
    except ValueError:
        return f"was ended by signal {-status}"


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
