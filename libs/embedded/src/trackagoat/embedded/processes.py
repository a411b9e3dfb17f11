"""Server processes: the port they listen on, how they begin, how they end, and what they said last."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from trackagoat.embedded.errors import EmbeddedError, PortTaken

PORTS = range(15_000, 32_000)
"""Below the ports a system hands out to outgoing connections: a client that keeps trying to reach a server that
is down could otherwise be given the server's own port and talk to itself."""
GRIEVANCES = ("FATAL", "PANIC", "[FTL]", "[ERR]")


def free_port() -> int:
    """A TCP port on 127.0.0.1 that nobody listens on right now. Raises EmbeddedError."""
    for _ in range(200):
        port = secrets.choice(PORTS)
        if port_is_free(port):
            return port
    message = f"no free port found between {PORTS.start} and {PORTS.stop} on 127.0.0.1"
    raise EmbeddedError(message)


def port_is_free(port: int) -> bool:
    """Can that port on 127.0.0.1 be listened on?"""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
            probe.listen(1)
        except OSError:
            return False
    return True


def choose_port(wanted: int, kept: Path, server: str) -> int:
    """The wanted port; for 0 the one kept in that file, or a free one. Raises PortTaken."""
    if wanted:
        if not port_is_free(wanted):
            message = f"port {wanted} is taken, {server} cannot listen on it"
            raise PortTaken(message)
        return wanted
    with suppress(OSError, ValueError):
        last = int(kept.read_text())
        if last in PORTS and port_is_free(last):
            return last
    port = free_port()
    kept.write_text(f"{port}\n")
    return port


def write_secret(file: Path, text: str) -> None:
    """Write a file that only its owner may read, at no moment readable to others."""
    fresh = file.with_name(f"{file.name}.new")
    fresh.unlink(missing_ok=True)
    with open(fresh, "w", opener=lambda path, flags: os.open(path, flags, 0o600)) as out:
        out.write(text)
    fresh.replace(file)


class Child:
    """One server process at a time, in a group of its own, writing to a log."""

    def __init__(self, log: Path) -> None:
        """Nothing runs yet."""
        self.log = log
        self._process: subprocess.Popen[bytes] | None = None
        self._said = 0

    @property
    def running(self) -> bool:
        """Is the process alive?"""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int | None:
        """Its process id while it runs."""
        return self._process.pid if self._process is not None and self._process.poll() is None else None

    def launch(self, command: Sequence[str]) -> None:
        """Start it. What it says goes to the log."""
        with self.log.open("ab") as log:
            self._said = log.tell()
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, cwd="/"
            )

    def tell(self, number: signal.Signals, answer: str, seconds: float) -> None:
        """Send a signal it does not end by, and wait until it says the answer. Raises EmbeddedError."""
        if self._process is None or self._process.poll() is not None:
            return
        self._said = self.log.stat().st_size
        self._process.send_signal(number)
        limit = time.monotonic() + seconds
        while answer not in self._words():
            if time.monotonic() > limit:
                message = f"it did not do as told: {self.last_words()}"
                raise EmbeddedError(message)
            time.sleep(0.01)

    def _words(self) -> str:
        with self.log.open("rb") as log:
            log.seek(self._said)
            return log.read().decode(errors="replace")

    def end(self, number: signal.Signals, seconds: float) -> None:
        """Send the signal and wait until it is gone; kill it when that takes longer than the time given."""
        if self._process is None:
            return
        self._process.send_signal(number)
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def last_words(self) -> str:
        """What it complained of since it was launched, in one line."""
        lines = self._words().strip().splitlines()
        grave = [line for line in lines if any(mark in line for mark in GRIEVANCES)]
        return " | ".join((grave or lines)[-2:]) or "it said nothing"
