"""Starting binaries as the right user, and finding free ports."""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Sequence
from pathlib import Path

from trackagoat.embedded.errors import EmbeddedError

NOBODY = 65534


def free_port() -> int:
    """A TCP port on 127.0.0.1 that nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def port_is_free(port: int) -> bool:
    """Can that port on 127.0.0.1 be listened on?"""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def unprivileged(command: Sequence[str]) -> list[str]:
    """The command as PostgreSQL accepts it: as nobody when we are root.

    Nobody may not be able to enter the folders above the checkout; the one capability kept lets it read and
    traverse them, nothing else.
    """
    if os.geteuid() != 0:
        return list(command)
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        message = "PostgreSQL refuses to run as root: run as another user, or install util-linux (setpriv)"
        raise EmbeddedError(message)
    user = [f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
    return [setpriv, *user, "--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search", "--", *command]


def own(folder: Path) -> None:
    """Give the folder to the user that `unprivileged` runs as."""
    if os.geteuid() == 0:
        os.chown(folder, NOBODY, NOBODY)
