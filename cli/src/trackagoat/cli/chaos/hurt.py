"""The whole system, set up so that it can be hurt: proxies on every way, crash points, a NATS that forgets."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from trackagoat.cli.chaos.faults import TWINS, WAYS, Fault
from trackagoat.cli.chaos.proxy import Way
from trackagoat.cli.state import Folder
from trackagoat.cli.supervisor import System
from trackagoat.embedded import Nats, Postgres
from trackagoat.embedded.processes import free_port
from trackagoat.events import crash
from trackagoat.events.host.provision import SCHEMAS

PAUSE_SECONDS = 0.1
SETTINGS = {
    "SOURCES": "",
    "OUTBOUND_ALLOWLIST": "127.0.0.1",
    "LEASE_SECONDS": "2",
    "LOG_LEVEL": "info",
}
"""Nothing is scraped, webhooks stay on this machine, and a lease that is lost is found soon."""


class Promptly:
    """Pauses that stay short: here a service ends often because it is ended often."""

    def __init__(self) -> None:
        """Nothing has ended yet."""
        self._until: dict[str, float] = {}

    def over(self, name: str, now: float) -> bool:
        """Whether a part that is found not to run may be started now."""
        if now < self._until.setdefault(name, now + PAUSE_SECONDS):
            return False
        del self._until[name]
        return True


class Hurt(System):
    """A system with a proxy between every service and its servers."""

    def __init__(self, folder: Folder, tell: Callable[[str], None]) -> None:
        """Nothing happens before `running`."""
        super().__init__(folder, free_port(), tell)
        self._ports |= {name: free_port() for name in TWINS}
        self._pauses = Promptly()  # type: ignore[assignment]  # the same question, another answer
        self._ways: dict[tuple[str, str], Way] = {}
        self._stack = contextlib.AsyncExitStack()
        self._told_to_die: dict[str, str] = {}
        self._armed: dict[str, str] = {}
        self._wipe = False
        self.died: Counter[str] = Counter()
        """How often a process ended at each crash point."""

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[Hurt]:
        """Start everything, the ways and second replicas; stop in reverse."""
        async with self._stack, super().running():
            for name in TWINS:
                await self._start(name)
            yield self

    async def _prepare(self) -> None:
        await super()._prepare()
        ports = {"postgres": urlsplit(self.database_url).port, "nats": urlsplit(self.nats_url).port}
        for who in (*SCHEMAS, "driver"):
            for server in WAYS:
                self._ways[who, server] = await self._stack.enter_async_context(Way(ports[server] or 0))

    def through(self, url: str, who: str, server: str) -> str:
        """The address with the proxy's port in it."""
        parts = urlsplit(url)
        place = parts.netloc.rpartition(":")[0]
        return urlunsplit(parts._replace(netloc=f"{place}:{self._ways[who, server].port}"))

    def environment(self, name: str) -> dict[str, str]:
        """What a service is told: the way through its proxies, and perhaps where to die."""
        told = super().environment(name) | SETTINGS
        service = name.partition("-")[0]
        told["DATABASE_URL"] = self.through(told["DATABASE_URL"], service, "postgres")
        told["NATS_URL"] = self.through(told["NATS_URL"], service, "nats")
        told.pop("TRACKAGOAT_CRASH", None)
        if name in self._told_to_die:
            self._armed[name] = told["TRACKAGOAT_CRASH"] = self._told_to_die.pop(name)
        return told

    async def _start(self, name: str) -> None:
        before = self._services.get(name)
        point = self._armed.pop(name, None)
        if before is not None and before.returncode == crash.STATUS and point is not None:
            self.died[point.partition(":")[0]] += 1
        await super()._start(name)

    async def _start_server(self, server: Postgres | Nats) -> None:
        if isinstance(server, Nats) and self._wipe:
            self._wipe = False
            await asyncio.to_thread(shutil.rmtree, self.folder.path / "nats" / "jetstream", ignore_errors=True)
        await super()._start_server(server)

    async def hurt(self, fault: Fault) -> None:
        """Make it go wrong, for as long as it is to last."""
        match fault.kind:
            case "cut" | "slow" | "half-open" | "mute":
                await self._ways[fault.victim, fault.detail].disturb(fault.kind, fault.seconds)
            case "pause service" | "pause nats" | "pause postgres":
                await self._pause(fault.victim, fault.seconds)
            case "crash point":
                self._told_to_die[fault.victim] = fault.detail
                self._signal(fault.victim, signal.SIGKILL)
            case "rebuild":
                await self._rebuild(fault.victim, fault.detail)
            case "wipe nats":
                self._wipe = True
                self._signal("nats", signal.SIGKILL)
            case "kill postgres":
                self._signal("postgres", signal.SIGQUIT)
            case "kill service" | "kill nats":
                self._signal(fault.victim, signal.SIGKILL)

    async def _pause(self, victim: str, seconds: float) -> None:
        stopped = self._family(victim)
        _send(stopped, signal.SIGSTOP)
        try:
            await asyncio.sleep(seconds)
        finally:
            _send(stopped, signal.SIGCONT)

    async def _rebuild(self, victim: str, point: str) -> None:
        """Rebuild all read models of a service; the next one goes on where one that died has stopped."""
        with (self.folder.logs / "rebuild.log").open("ab") as log:
            rebuilding = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "trackagoat.cli", "rebuild", victim, "--state", str(self.folder.path)),
                env=os.environ | {"TRACKAGOAT_CRASH": point},
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
            status = await rebuilding.wait()
        if status == crash.STATUS:
            self.died[point] += 1

    def _family(self, victim: str) -> list[int]:
        """The process, and for PostgreSQL those it started."""
        pid = self._pid(victim)
        if pid is None:
            return []
        return [pid, *_children(pid)]

    def _pid(self, victim: str) -> int | None:
        if victim in self._services:
            process = self._services[victim]
            return process.pid if process.returncode is None else None
        return self._servers()[victim].pid

    def _signal(self, victim: str, number: signal.Signals) -> None:
        pid = self._pid(victim)
        _send([] if pid is None else [pid], number)


def _send(pids: list[int], number: signal.Signals) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)


def _children(parent: int) -> Iterator[int]:
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError, IndexError):
            if int(stat.read_text().rsplit(") ", 1)[1].split()[1]) == parent:
                yield int(stat.parent.name)
