"""A list endpoint of 50 rows; beside bare aiohttp with asyncpg and msgspec, and FastAPI with SQLAlchemy."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp

from benchmarks.figures import Figure, in_turns, middle, percentiles, ratio
from benchmarks.house import house, process, statistics
from benchmarks.ingest import Recorder
from benchmarks.neighbours import PEERS
from benchmarks.plan import HOW_TO_INSTALL, Plan
from benchmarks.scrapes import Program
from benchmarks.tenants import key_of
from benchmarks.wire import load
from trackagoat.embedded.processes import free_port

ROWS = 50
AT_ONCE = 8


async def measure(plan: Plan) -> list[Figure]:
    """Three servers, one process each, same rows, same fields, same order."""
    program, calls = Program(2), plan.size(400, 3000)
    async with contextlib.AsyncExitStack() as stack:
        built = await stack.enter_async_context(house(plan.folder))
        async with built.pool("ingest") as pool:
            await Recorder(pool, program).prepare(pool)
            await statistics(pool)
        key = await key_of(built, program.org)
        place = (await stack.enter_async_context(built.running("gateway")))["gateway"]
        environment = {"DSN": built.dsn("gateway"), "ORG": str(program.org)}
        bare = await stack.enter_async_context(_served(sys.executable, PEERS / "bare.py", environment))
        took: list[float] = []

        async def ours() -> float:
            return await load(f"{place}/api/v1/videos?limit={ROWS}", key, calls, AT_ONCE, took)

        await load(f"{place}/api/v1/videos?limit={ROWS}", key, calls // 5, AT_ONCE, [])
        figures = [
            _figure(
                "bare aiohttp + asyncpg + msgspec",
                0.6,
                *await in_turns(plan.runs, ours, lambda: load(bare, "", calls, AT_ONCE, [])),
                took,
                "",
            )
        ]
        if not plan.peers:
            return [*figures, _figure("FastAPI + SQLAlchemy", 1, [figures[0].value], [], took, HOW_TO_INSTALL)]
        fast = await stack.enter_async_context(_served(plan.peers, PEERS / "fast.py", environment))
        runs = await in_turns(plan.runs, ours, lambda: load(fast, "", calls, AT_ONCE, []))
        return [*figures, _figure("FastAPI + SQLAlchemy", 1, *runs, took, "")]


def _figure(  # noqa: PLR0913, PLR0917 - what a figure is made of
    peer: str, goal: float, ours: list[float], theirs: list[float], took: list[float], note: str
) -> Figure:
    return Figure(
        bench="lists",
        what=f"GET /videos, {ROWS} rows, {AT_ONCE} at once",
        unit="calls/s",
        value=middle(ours),
        percentiles=percentiles(took),
        peer=peer,
        peer_value=middle(theirs) if theirs else None,
        ratio=ratio(ours, theirs),
        ratio_goal=goal,
        runs=ours,
        peer_runs=theirs,
        note=note,
    )


@contextlib.asynccontextmanager
async def _served(python: str, program: Path, environment: dict[str, str]) -> AsyncIterator[str]:
    """A peer's server; where its list is."""
    port = free_port()
    url = f"http://127.0.0.1:{port}/videos"
    async with process([python, str(program)], os.environ | environment | {"PORT": str(port)}):
        for _ in range(400):
            with contextlib.suppress(aiohttp.ClientError):
                async with aiohttp.ClientSession() as http, http.get(url) as answer:
                    assert len((await answer.json())["data"]) == ROWS
                    break
            await asyncio.sleep(0.05)
        yield url
