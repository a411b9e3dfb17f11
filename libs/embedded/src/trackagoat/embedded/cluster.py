"""A NATS cluster on one machine: for tests of what a cluster survives."""

from __future__ import annotations

import os
import signal
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from trackagoat.embedded.nats import Nats, NatsUser
from trackagoat.embedded.processes import free_port


class NatsCluster:
    """Servers that replicate to each other, each named `node-<n>`."""

    def __init__(self, folder: Path, *, users: Sequence[NatsUser] = (), size: int = 3) -> None:
        """Nothing happens before `start`."""
        ports = [free_port() for _ in range(size)]
        routes = [f"nats://127.0.0.1:{port}" for port in ports]
        self.nodes = {
            f"node-{n}": Nats(
                folder / f"node-{n}",
                users=users,
                settings={
                    "server_name": f"node-{n}",
                    "cluster": {"name": "goats", "host": "127.0.0.1", "port": port, "routes": routes},
                },
            )
            for n, port in enumerate(ports)
        }

    @property
    def url(self) -> str:
        """All of them, for clients."""
        return ",".join(node.url for node in self.nodes.values())

    def start(self) -> None:
        """Start all at once: one alone has nobody to agree with."""
        with ThreadPoolExecutor(len(self.nodes)) as pool:
            list(pool.map(Nats.start, self.nodes.values()))

    def stop(self) -> None:
        """Stop all, also those that are held."""
        for name, node in self.nodes.items():
            self.release(name)
            node.kill()

    def hold(self, name: str) -> None:
        """Cut a node off: it neither answers nor goes away."""
        self._signal(name, signal.SIGSTOP)

    def release(self, name: str) -> None:
        """Let it take part again."""
        self._signal(name, signal.SIGCONT)

    def _signal(self, name: str, number: signal.Signals) -> None:
        pid = self.nodes[name].pid
        if pid is not None:
            os.kill(pid, number)
