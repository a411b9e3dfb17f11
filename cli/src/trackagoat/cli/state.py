"""The state folder: secrets, logs, the servers' data, and what is running right now."""

from __future__ import annotations

import base64
import fcntl
import os
import secrets
import time
from datetime import datetime
from pathlib import Path
from typing import IO, TypeVar

import msgspec

from trackagoat.cli.errors import ALREADY_RUNNING, Failure, NotRunning
from trackagoat.events.host.provision import SCHEMAS
from trackagoat.events.topology import Subscriber

T = TypeVar("T")


class Secrets(msgspec.Struct, frozen=True):
    """Passwords by service, made once per state folder, and the key that seals and signs."""

    database: dict[str, str]
    nats: dict[str, str]
    secret_key: str

    @classmethod
    def fresh(cls) -> Secrets:
        """New ones."""
        return cls(
            database={name: secrets.token_hex(24) for name in SCHEMAS},
            nats={name: secrets.token_hex(24) for name in (*SCHEMAS, "operator")},
            secret_key=base64.b64encode(secrets.token_bytes(32)).decode(),
        )


class Child(msgspec.Struct, frozen=True):
    """A process of ours: its id, when it began (clock ticks since boot), and where it tells its health."""

    pid: int
    began: int
    health: str | None = None

    @classmethod
    def of(cls, pid: int, health: str | None = None) -> Child:
        """The process as it runs now."""
        return cls(pid, began(pid), health)

    @property
    def age(self) -> float:
        """Seconds since it began."""
        return max(0.0, time.clock_gettime(time.CLOCK_BOOTTIME) - self.began / os.sysconf("SC_CLK_TCK"))

    @property
    def alive(self) -> bool:
        """Is this very process still there? A reused process id does not count."""
        return began(self.pid) == self.began != 0


class Demo(msgspec.Struct, frozen=True):
    """What the demo seeded."""

    org_id: str
    project_id: str
    api_key: str


class Begun(msgspec.Struct, frozen=True):
    """A demo that was begun: the instant its history ends at, and whether all of it has been told."""

    demo: Demo
    at: datetime
    complete: bool = False


class State(msgspec.Struct, frozen=True):
    """What is running and how to reach it."""

    api: str
    database_url: str
    nats_url: str
    supervisor: Child
    services: dict[str, Child] = {}
    servers: dict[str, Child] = {}
    ready: bool = False
    demo: Demo | None = None


def began(pid: int) -> int:
    """When the process began, 0 when there is none (a zombie is none)."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1].split()
    except (OSError, IndexError):
        return 0
    return 0 if fields[0] == "Z" else int(fields[19])


class Folder:
    """The state folder and what it holds."""

    def __init__(self, path: Path) -> None:
        """Nothing is created before `prepare`."""
        self.path = path.resolve()
        self.logs = self.path / "logs"
        self.state_file = self.path / "state.json"
        self._secrets_file = self.path / "secrets.json"
        self._demo_file = self.path / "demo.json"
        self._subscribers_file = self.path / "subscribers.json"
        self._lock: IO[str] | None = None

    def prepare(self) -> None:
        """Create what is missing. Raises Failure when the folder is not usable."""
        try:
            # Others may pass through it when root owns it, because PostgreSQL then runs as somebody else.
            self.path.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700, parents=True, exist_ok=True)
            self.logs.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            message = f"the state folder {self.path} cannot be used ({error.strerror}); choose another with --state"
            raise Failure(message) from error

    def lock(self) -> None:
        """Be the only one that runs with this folder until `unlock` or the end of the process. Raises Failure."""
        try:
            lock = (self.path / "up.lock").open("a+")
        except OSError as error:
            message = f"the state folder {self.path} cannot be used ({error.strerror}); choose another with --state"
            raise Failure(message) from error
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            running = self.read()
            who = f" (process {running.supervisor.pid}, {running.api})" if running else ""
            message = f"already running with the state folder {self.path}{who}; `goat down` stops it"
            raise Failure(message, ALREADY_RUNNING) from None
        self._lock = lock

    def unlock(self) -> None:
        """Let somebody else be that."""
        if self._lock is not None:
            self._lock.close()

    def secrets(self) -> Secrets:
        """The installation's secrets, made at the first call."""
        if not self._secrets_file.exists():
            if (self.path / "postgres" / "data").exists():
                message = f"{self._secrets_file} is missing, and what it sealed could never be opened again: restore it"
                raise Failure(message)
            self._write(self._secrets_file, Secrets.fresh())
        return self._load(self._secrets_file, Secrets)

    def read(self) -> State | None:
        """What runs now, or ran last; None when nothing ever did. Raises Failure when unreadable."""
        return self._load(self.state_file, State) if self.state_file.exists() else None

    def running(self) -> State:
        """What runs now. Raises NotRunning."""
        state = self.read()
        if state is None or not state.supervisor.alive:
            raise NotRunning(self.path)
        return state

    def write(self, state: State) -> None:
        """Keep it for the other commands; readable to the owner only."""
        self._write(self.state_file, state)

    def demo(self) -> Begun | None:
        """The demo of this installation, None when there is none."""
        return self._load(self._demo_file, Begun) if self._demo_file.exists() else None

    def keep_demo(self, begun: Begun) -> None:
        """Remember it."""
        self._write(self._demo_file, begun)

    def subscribers(self) -> list[Subscriber]:
        """Programs of others that may hear events."""
        return self._load(self._subscribers_file, list[Subscriber]) if self._subscribers_file.exists() else []

    @property
    def subscribers_at(self) -> int:
        """Changes whenever they do."""
        return self._subscribers_file.stat().st_mtime_ns if self._subscribers_file.exists() else 0

    def keep_subscribers(self, subscribers: list[Subscriber]) -> None:
        """Remember them; the supervisor looks at them all the time."""
        self._write(self._subscribers_file, subscribers)

    def _write(self, file: Path, value: object) -> None:
        fresh = file.with_suffix(".new")
        fresh.unlink(missing_ok=True)
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            out.write(msgspec.json.format(msgspec.json.encode(value), indent=2))
        fresh.replace(file)

    def _load(self, file: Path, kind: type[T]) -> T:
        try:
            return msgspec.json.decode(file.read_bytes(), type=kind)
        except (OSError, msgspec.DecodeError) as error:
            message = f"{file} cannot be read ({error}); move it away, or choose another folder with --state"
            raise Failure(message) from error
