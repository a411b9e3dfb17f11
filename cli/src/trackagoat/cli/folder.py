"""The state folder: where everything one installation keeps lies, and who holds it."""

from __future__ import annotations

import fcntl
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import msgspec

from trackagoat.cli.failures import AlreadyRunning, BrokenState
from trackagoat.cli.processes import Noted, note

T = TypeVar("T")


class Service(Noted, frozen=True, kw_only=True):
    """A service's process and where it tells how it is."""

    health: str


class Demo(msgspec.Struct, frozen=True, kw_only=True):
    """The demo's organization and a key that opens it."""

    org_id: str
    project_id: str
    api_key: str


class State(msgspec.Struct, frozen=True, kw_only=True):
    """What runs: addresses with their passwords, and every process."""

    api: str
    database_url: str
    nats_url: str
    ready: bool = False
    supervisor: Noted
    servers: dict[str, Noted] = {}
    services: dict[str, Service] = {}
    demo: Demo | None = None


def default_folder() -> Path:
    """`.goat` beside the bootstrap this program was installed by, else in the current folder."""
    home = Path(sys.prefix).parent
    return (home if (home / "goat").is_file() else Path.cwd()) / ".goat"


class StateFolder:
    """One installation's folder. Files with secrets in them are readable to their owner only."""

    def __init__(self, path: Path) -> None:
        """Nothing is made before `prepare`."""
        self.path = path.absolute()
        self.logs = self.path / "logs"

    def prepare(self) -> None:
        """Make the folder when it is new. Raises BrokenState.

        Others may pass through it when root owns it, because PostgreSQL then runs as somebody else.
        """
        try:
            self.path.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700, parents=True, exist_ok=True)
            self.logs.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise self.broken(error.strerror or str(error), error.filename) from error

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the folder; it is let go of whatever ends this process. Raises AlreadyRunning, BrokenState."""
        try:
            lock = (self.path / "lock").open("a+b")
        except OSError as error:
            raise self.broken(error.strerror or str(error), error.filename) from error
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise self._already() from None
            lock.truncate(0)
            lock.write(msgspec.json.encode(note(os.getpid())))
            lock.flush()
            yield
            lock.truncate(0)

    def holder(self) -> Noted | None:
        """The process that holds the folder, if one does."""
        try:
            holder = msgspec.json.decode((self.path / "lock").read_bytes(), type=Noted)
        except (OSError, msgspec.DecodeError):
            return None
        return holder if holder.alive else None

    def _already(self) -> AlreadyRunning:
        holder = self.holder()
        who = f" (process {holder.pid})" if holder else ""
        return AlreadyRunning(f"trackagoat already runs from {self.path}{who}; `goat status` shows it, `goat down` stops it")

    def state(self) -> State | None:
        """What was noted to run, None when nothing was. Raises BrokenState."""
        return self.read("state.json", State)

    def demo(self) -> Demo | None:
        """The demo that was seeded here, if one was. Raises BrokenState."""
        return self.read("demo.json", Demo)

    def read(self, name: str, kind: type[T]) -> T | None:
        """A file of this folder, None when it is not there. Raises BrokenState."""
        file = self.path / name
        try:
            return msgspec.json.decode(file.read_bytes(), type=kind)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise self.broken(error.strerror or str(error), file) from error
        except msgspec.DecodeError as error:
            raise self.broken(str(error), file) from error

    def write(self, name: str, value: object) -> None:
        """Replace a file of this folder in one step, readable to the owner only."""
        fresh = self.path / f".{name}.new"
        with open(fresh, "wb", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
            file.write(msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n")
        fresh.replace(self.path / name)

    def forget(self, name: str) -> None:
        """Remove a file of this folder."""
        (self.path / name).unlink(missing_ok=True)

    def broken(self, reason: str, where: object = None) -> BrokenState:
        """The failure that names the folder, what is wrong with it, and what to do."""
        place = f" ({where})" if where and str(where) != str(self.path) else ""
        remedy = "mend it, move it away, or name another folder with --state"
        return BrokenState(f"the state folder {self.path} cannot be used: {reason}{place}; {remedy}")
