"""A cold `goat up` until everything is ready: an empty folder, PostgreSQL and NATS, migrations, six services."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import sys
from collections.abc import AsyncIterator
from pathlib import Path

from benchmarks.figures import Figure, Stopwatch, middle
from benchmarks.plan import Plan
from trackagoat.cli.state import Folder, State
from trackagoat.embedded.processes import free_port

OURS = {"DATABASE_URL", "NATS_URL", "NATS_USER", "NATS_PASSWORD"}


async def measure(plan: Plan) -> list[Figure]:
    """From the command to its return, which is when every service says that it is ready."""
    cold, warm = [], []
    for _ in range(plan.runs):
        watch = Stopwatch()
        async with up(plan.folder):
            cold.append(watch.seconds)
        watch = Stopwatch()
        async with up(plan.folder):
            warm.append(watch.seconds)
        shutil.rmtree(plan.folder, ignore_errors=True)
    note = "`goat up --detach` with an installed .venv"
    return [
        Figure(
            bench="start",
            what="cold start to ready",
            unit="s",
            value=middle(cold),
            goal=10,
            at_most=True,
            runs=cold,
            note=note,
        ),
        Figure(bench="start", what="start over data that is there", unit="s", value=middle(warm), runs=warm, note=note),
    ]


@contextlib.asynccontextmanager
async def up(folder: Path) -> AsyncIterator[State]:
    """The whole system, running; what runs."""
    try:
        await goat("up", "--detach", "--port", str(free_port()), "--state", str(folder))
        yield Folder(folder).running()
    finally:
        await goat("down", "--state", str(folder))


async def goat(*arguments: str) -> None:
    """The command line, as a person would use it."""
    environment = {name: value for name, value in os.environ.items() if name not in OURS}
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "trackagoat.cli", *arguments, env=environment, stdout=asyncio.subprocess.DEVNULL
    )
    if await child.wait():
        message = f"goat {' '.join(arguments)} failed"
        raise RuntimeError(message)
