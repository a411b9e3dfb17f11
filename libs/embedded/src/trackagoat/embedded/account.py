"""The account a server runs as: our own, or nobody's when we are root."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path

from trackagoat.embedded.errors import BrokenFolder, MissingBinary

NOBODY = 65534
DAC_READ_SEARCH = 2
"""The number of the capability to enter and read any folder."""
ASKED_BY_ACCESS = "--securebits=+no_setuid_fixup"
"""Lets access(2), with which initdb looks for its companion, count the capability."""
EXECUTABLE = 0o005
"""Mode bits with which everybody may read and execute a file."""


def as_nobody(command: Sequence[str], *, entering: Iterable[Path]) -> list[str]:
    """The command as PostgreSQL accepts it, which refuses to run as root. Raises EmbeddedError.

    Nobody may not be allowed to enter the folders above a checkout. Only then it keeps one capability: to
    enter and read, nothing else.
    """
    if os.geteuid() != 0:
        return list(command)
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        message = "PostgreSQL refuses to run as root: run goat as another user, or install util-linux (setpriv)"
        raise MissingBinary(message)
    user = [f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
    closed = [folder for path in entering if (folder := closed_above(path)) is not None]
    if closed and not permitted(DAC_READ_SEARCH):
        message = (
            f"PostgreSQL refuses to run as root, and the user it runs as instead ({NOBODY}) may not enter {closed[0]}: "
            f"run `chmod o+x {closed[0]}`, or run goat as another user"
        )
        raise BrokenFolder(message)
    keep = ["--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search", ASKED_BY_ACCESS] if closed else []
    return [setpriv, *user, *keep, "--", *command]


def closed_above(path: Path) -> Path | None:
    """The topmost folder on the way to that path which nobody may not enter; None when all are open."""
    for folder in reversed(path.resolve().parents):
        state = folder.stat()
        if not state.st_mode & (0o100 if state.st_uid == NOBODY else 0o001):
            return folder
    return None


def permitted(capability: int) -> bool:
    """Do we hold that capability ourselves, and so may hand it on?"""
    status = Path("/proc/self/status")
    lines = status.read_text().splitlines() if status.exists() else []
    held = next((int(line.split()[1], 16) for line in lines if line.startswith("CapPrm:")), 0)
    return bool(held >> capability & 1)


def give(path: Path, *, back: bool = False) -> None:
    """Give a path to the account that servers run as when we are root, or take it back."""
    if os.geteuid() == 0:
        account = 0 if back else NOBODY
        os.chown(path, account, account)


def lend(binaries: Iterable[Path]) -> None:
    """Let nobody execute these: a strict umask at installation leaves them to root alone."""
    if os.geteuid() != 0:
        return
    for binary in binaries:
        mode = binary.stat().st_mode
        if mode | EXECUTABLE != mode:
            binary.chmod(mode | EXECUTABLE)
