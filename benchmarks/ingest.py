"""Video snapshots per second recorded by ingest; beside raw COPY and UPDATE of the same rows."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence

from benchmarks.figures import Figure, Stopwatch, in_turns, middle, percentiles, ratio
from benchmarks.house import Pool, house, statistics
from benchmarks.plan import Plan
from benchmarks.raw import Raw
from benchmarks.scrapes import BATCH, POSTS, Program
from trackagoat.events import clock
from trackagoat.events.catalogue.words import CreatorId
from trackagoat.events.effects import Decide
from trackagoat.events.envelope import Ask
from trackagoat.events.testing.play import work
from trackagoat.events.testing.vault import VAULT
from trackagoat.events.writer import Writer
from trackagoat.ingest.service import assembled

WRITERS = 2
"""Batches recorded at once, as by two kinds of due work of one process."""


class Recorder:
    """Ingest without its sources: batches of scrapes go through the writer as due work hands them over."""

    def __init__(self, pool: Pool, program: Program) -> None:
        """Record for the program."""
        self._writer, self._program = Writer(pool, assembled([], VAULT)), program
        self.took: list[float] = []
        self.cpu: list[float] = []
        """Seconds of this process's CPU per snapshot."""

    async def prepare(self, pool: Pool) -> None:
        """Months as due work makes them, creators, and every video discovered."""
        program = self._program
        await work(pool, assembled([], VAULT), clock.now())
        await self._writer.handle(Ask(org=program.org, command_id=clock.new_id(), at=clock.now()), program.additions())
        await self.record(0, 1)
        await statistics(pool)
        self.took.clear()
        self.cpu.clear()

    async def record(self, first: int, rounds: int) -> float:
        """Video snapshots per second."""
        todo = iter([(b, number) for number in range(first, first + rounds) for b in self._program.batches()])
        snapshots = rounds * len(self._program.creators) * POSTS
        watch, cpu = Stopwatch(), time.process_time()
        await asyncio.gather(*(self._recorded(todo) for _ in range(WRITERS)))
        self.cpu.append((time.process_time() - cpu) / snapshots)
        return snapshots / watch.seconds

    async def _recorded(self, todo: Iterator[tuple[Sequence[CreatorId], int]]) -> None:
        for batch, number in todo:
            watch = Stopwatch()
            effects = [
                Decide(self._program.org, self._program.scrape(c, number), f"discover_videos/{c}/{number}")
                for c in batch
            ]
            await self._writer.transact(lambda tx, effects=effects: self._writer.apply(tx, effects, clock.now()))  # type: ignore[misc]
            self.took.append(watch.seconds)


async def measure(plan: Plan) -> list[Figure]:
    """Known videos read again: history, levels, events, outcomes of decisions; sequencing and publishing aside."""
    program, rounds = Program(plan.size(5, 20)), plan.size(4, 6)
    async with house(plan.folder) as built, built.pool("ingest") as pool:
        recorder = Recorder(pool, program)
        raw = Raw(await built.create("peer"), program, WRITERS)
        await recorder.prepare(pool)
        await raw.prepare()
        starts, raw_starts = iter(range(1, 10_000, rounds)), iter(range(1, 10_000, rounds))
        ours, theirs = await in_turns(
            plan.runs,
            lambda: recorder.record(next(starts), rounds),
            lambda: raw.record(next(raw_starts), rounds),
        )
    figure = Figure(
        bench="ingest",
        what=f"video snapshots recorded, batches of {BATCH} × {POSTS}",
        unit="snapshots/s",
        value=middle(ours),
        goal=20_000,
        percentiles=percentiles(recorder.took),
        peer="raw asyncpg: COPY and one UPDATE per batch",
        peer_value=middle(theirs),
        ratio=ratio(ours, theirs),
        ratio_goal=0.4,
        runs=ours,
        peer_runs=theirs,
        note=f"{WRITERS} writers each; percentiles per batch; {1e6 * min(recorder.cpu):.0f} µs of our CPU per snapshot",
    )
    return [figure]
