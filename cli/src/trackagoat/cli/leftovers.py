"""What an earlier run left behind: processes that live on because their supervisor was killed."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import Callable

from trackagoat.cli.state import Child, Folder

PATIENCE_SECONDS = 20.0
LOOK_SECONDS = 0.05


async def stop_leftovers(folder: Folder, tell: Callable[[str], None]) -> int:
    """Stop what was noted to run and still does, services before the servers they use; how many processes."""
    state = folder.read()
    if state is None:
        return 0
    services = [child for child in state.services.values() if child.alive]
    servers = [child for child in state.servers.values() if child.alive]
    if services or servers:
        tell(f"stopping {len(services) + len(servers)} processes an earlier run left behind")
    await asyncio.gather(*(_stop(child, signal.SIGTERM) for child in services))
    await asyncio.gather(*(_stop(child, signal.SIGINT) for child in servers))
    return len(services) + len(servers)


async def _stop(child: Child, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, TimeoutError):
        os.kill(child.pid, number)
        await asyncio.wait_for(_gone(child), PATIENCE_SECONDS)
        return
    if child.alive:
        os.kill(child.pid, signal.SIGKILL)
        await _gone(child)


async def _gone(child: Child) -> None:
    while child.alive:  # noqa: ASYNC110 - it is not our child, so nothing tells us
        await asyncio.sleep(LOOK_SECONDS)
