"""Resident memory of each service while nothing happens."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

from benchmarks.figures import Figure
from benchmarks.plan import Plan
from benchmarks.start import up

MIB = 1024


async def measure(plan: Plan) -> list[Figure]:
    """After the whole system has been idle for a while."""
    idle = plan.size(5, 30)
    async with up(plan.folder) as state:
        await asyncio.sleep(idle)
        found = {name: rss(child.pid) for name, child in state.services.items()}
        supervisor = rss(state.supervisor.pid)
    shutil.rmtree(plan.folder, ignore_errors=True)
    note = f"RSS after {idle} s without work; supervisor {supervisor:.0f} MiB"
    return [
        Figure(bench="memory", what=name, unit="MiB", value=round(value, 1), goal=90, at_most=True, note=note)
        for name, value in found.items()
    ]


def rss(pid: int) -> float:
    """Resident memory of a process in MiB."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:")) / MIB
