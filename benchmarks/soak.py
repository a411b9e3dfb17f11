"""A million events through the whole system: is memory flat, does lag return to zero, what does the disk take."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import mean

import asyncpg
import msgspec

from benchmarks.end_to_end import Journey
from benchmarks.figures import Figure, Stopwatch, significant
from benchmarks.house import House, house
from benchmarks.memory import rss
from benchmarks.plan import Plan, tell
from benchmarks.scrapes import Program
from trackagoat.events.catalogue.ingest import RecordScrape
from trackagoat.events.catalogue.words import CreatorId

SERVICES = ("workspace", "ingest", "campaigns", "goals", "notifications", "gateway")
ASKERS = 4
LOOK_SECONDS = 1.0
MIB = 1024 * 1024
_HEADS = " + ".join(f"(SELECT seq FROM {name}.feed_head)" for name in SERVICES[:5])


class Trickle(Program):
    """Scrapes that each show one post of a creator: one event each once the post is known."""

    def scrape(self, creator: CreatorId, number: int) -> RecordScrape:
        """The creator and its newest post."""
        whole = super().scrape(creator, number)
        return msgspec.structs.replace(whole, posts=whole.posts[:1])


class Gauge:
    """Resident memory of each service, looked at while events come in."""

    def __init__(self, built: House, db: asyncpg.Pool[asyncpg.Record], events: int) -> None:
        """`events` are what there will be in the end."""
        self._built, self._db, self._events = built, db, events
        self._seen: list[tuple[float, dict[str, float]]] = []

    async def run(self) -> None:
        """Look until cancelled."""
        said = 0
        while True:
            share = await self._db.fetchval(f"SELECT {_HEADS}") / self._events
            self._seen.append((share, {name: rss(pid) for name, pid in self._built.pids.items()}))
            if share * 20 >= said:
                tell(f"soak: {share:.0%}")
                said = int(share * 20) + 1
            await asyncio.sleep(LOOK_SECONDS)

    def growth(self, name: str) -> tuple[float, float]:
        """(MiB at the end, what it is of that at half time), each the mean over a tenth of the events."""
        half = mean(self._between(name, 0.5, 0.6))
        end = mean(self._between(name, 0.9, 1.01))
        return end, end / half

    def _between(self, name: str, first: float, last: float) -> Sequence[float]:
        return [found[name] for share, found in self._seen if first <= share < last] or [self._seen[-1][1][name]]


async def measure(plan: Plan) -> list[Figure]:
    """Every service as a process of its own; scrapes come over the bus."""
    program, events = Trickle(plan.size(2, 15)), plan.size(20_000, 1_000_000)
    async with (
        house(plan.folder) as built,
        built.running(*SERVICES),
        built.asker() as asker,
        asyncpg.create_pool(built.dsn(), min_size=1, max_size=2) as db,
    ):
        journey = Journey(asker, db, program)
        await journey.prepare()
        before, gauge = await _disk(built, db), Gauge(built, db, events)
        first: int = await db.fetchval(f"SELECT {_HEADS}")
        looking = asyncio.create_task(gauge.run())
        watch = Stopwatch()
        todo = iter([(batch, n) for n in range(1, events // len(program.creators) + 1) for batch in program.batches()])
        await asyncio.gather(*(journey.recorded(todo) for _ in range(ASKERS)))
        asked = watch.seconds
        await journey.settled()
        settled, said = watch.seconds, await db.fetchval(f"SELECT {_HEADS}")
        await asyncio.sleep(LOOK_SECONDS)
        looking.cancel()
        after = await _disk(built, db)
    grown = [late - early for early, late in zip(before, after, strict=True)]
    return list(_figures(gauge, said, said - first, (asked, settled), grown))


def _figures(
    gauge: Gauge, said: int, events: int, took: tuple[float, float], grown: Sequence[float]
) -> Iterator[Figure]:
    asked, settled = took
    for name in SERVICES:
        end, growth = gauge.growth(name)
        yield Figure(
            bench="soak",
            what=f"memory of {name}, end against half time",
            unit="×",
            value=significant(growth, 3),
            goal=1.1,
            at_most=True,
            note=f"{name}: {end:.0f} MiB at the end",
        )
    yield Figure(bench="soak", what="events, all services", unit="events/s", value=significant(events / settled))
    yield Figure(bench="soak", what="lag back to zero after the last ask", unit="s", value=round(settled - asked, 1))
    for what, size in zip(("PostgreSQL", "JetStream"), grown, strict=True):
        yield Figure(
            bench="soak",
            what=f"disk of {what} per million events",
            unit="MiB",
            value=significant(size / events * 1e6, 3),
            note=f"{said:,} events in all",
        )


async def _disk(built: House, db: asyncpg.Pool[asyncpg.Record]) -> list[float]:
    """MiB of the database without its log, and of the streams."""
    return [await db.fetchval("SELECT pg_database_size(current_database())") / MIB, _size(built.nats.folder) / MIB]


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in (folder / "jetstream").rglob("*") if path.is_file())
