"""The parts of a running house: the two servers and the services, each a thing that starts, lives and ends."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Protocol

import msgspec

from trackagoat.embedded import Nats, Postgres

GRACE_SECONDS = 15.0
LOG_MOST = 20 * 1024 * 1024
TAIL_BYTES = 4096


class Part(Protocol):
    """Something that is started again when it ends."""

    name: str

    @property
    def running(self) -> bool: ...
    @property
    def pid(self) -> int | None: ...
    async def start(self) -> None: ...
    async def stop(self) -> None: ...
    def ending(self) -> str:
        """Why it is not running."""
        ...


class ServerPart:
    """PostgreSQL or NATS, and what has to be done whenever it came up."""

    def __init__(self, name: str, server: Postgres | Nats, prepare: Callable[[], Awaitable[None]]) -> None:
        self.name, self.server, self._prepare = name, server, prepare

    @property
    def running(self) -> bool:
        return self.server.running

    @property
    def pid(self) -> int | None:
        return self.server.pid

    async def start(self) -> None:
        """Raises EmbeddedError, and whatever preparing raises."""
        await asyncio.to_thread(self.server.start)
        await self._prepare()

    async def stop(self) -> None:
        await asyncio.to_thread(self.server.stop)

    def ending(self) -> str:
        return f"ended, see {self.server.log}"


class ServicePart:
    """One service as a child process, in a group of its own, writing to its log."""

    def __init__(self, name: str, log: Path, port: int, environment: Mapping[str, str]) -> None:
        self.name, self.log, self.health = name, log, f"http://127.0.0.1:{port}"
        self._environment = environment
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process is not None and self.running else None

    async def start(self) -> None:
        if self.log.exists() and self.log.stat().st_size > LOG_MOST:
            self.log.replace(self.log.with_suffix(".log.1"))
        opener = lambda path, flags: os.open(path, flags, 0o600)  # noqa: E731 - a mode for open
        with open(self.log, "ab", opener=opener) as log:
            self._process = subprocess.Popen(
                command(self.name),
                env=dict(self._environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    async def stop(self) -> None:
        if self._process is None:
            return
        self._process.send_signal(signal.SIGTERM)
        try:
            await asyncio.to_thread(self._process.wait, GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            await asyncio.to_thread(self._process.wait)

    def ending(self) -> str:
        code = self._process.poll() if self._process is not None else None
        how = "is gone" if code is None else f"was killed by {_signal(-code)}" if code < 0 else f"ended with {code}"
        words = last_words(self.log)
        return f"{how}: {words}, see {self.log}" if code and code > 0 and words else f"{how}, see {self.log}"


def command(service: str) -> list[str]:
    """What runs a service."""
    return [sys.executable, "-m", f"trackagoat.{service}"]


def _signal(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def last_words(log: Path) -> str:
    """What the last line of a log says, in short."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - TAIL_BYTES))
            line = (file.read().decode(errors="replace").strip().splitlines() or [""])[-1]
    except OSError:
        return ""
    try:
        told = msgspec.json.decode(line)
        return str(told.get("error") or told.get("event") or line)
    except (msgspec.DecodeError, AttributeError):
        return line[:300]
