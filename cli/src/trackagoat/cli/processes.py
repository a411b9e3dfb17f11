"""Processes of an earlier moment: are they still the ones that were noted, and how they are ended."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import msgspec

BIRTH_FIELD = 19
"""Where /proc/<pid>/stat says when the process began, counted after the closing bracket of its name."""
STATE_FIELD = 0
POLL_SECONDS = 0.05


class Noted(msgspec.Struct, frozen=True, kw_only=True):
    """A process as it was noted. Its birth tells it from a later one with the same number."""

    pid: int
    birth: str

    @property
    def alive(self) -> bool:
        """Is it still that process?"""
        return birth(self.pid) == self.birth


def note(pid: int) -> Noted:
    """The process as it is now."""
    return Noted(pid=pid, birth=birth(pid) or "gone")


def birth(pid: int) -> str | None:
    """The boot and the tick a process began in; None when there is none, or only its remains."""
    try:
        told = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return None
    return None if told[STATE_FIELD] in "ZX" else f"{boot}/{told[BIRTH_FIELD]}"


def end(processes: Iterable[Noted], number: signal.Signals, seconds: float) -> list[Noted]:
    """Send the signal to those that live, and wait; those that live on when the time is over."""
    left = [process for process in processes if process.alive]
    for process in left:
        with suppress(ProcessLookupError):
            os.kill(process.pid, number)
    limit = time.monotonic() + seconds
    while left and time.monotonic() < limit:
        time.sleep(POLL_SECONDS)
        left = [process for process in left if process.alive]
    return left
