"""From fact to visible in another service: idle, and at a thousand events a second."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Any

import asyncpg

from benchmarks.figures import Figure, Stopwatch, percentiles
from benchmarks.house import House, house
from benchmarks.plan import Plan
from benchmarks.scrapes import BATCH, Program
from trackagoat.events import clock
from trackagoat.events.bus import BusAsker
from trackagoat.events.catalogue.ingest import Post, RecordScrape
from trackagoat.events.catalogue.words import Command
from trackagoat.events.envelope import Ask

BUNCH = 20
"""Events asked for at once under load."""
RATE = 1_000
PAUSE_SECONDS = 0.1
PATIENCE_SECONDS = 60.0
_TELL = """
CREATE FUNCTION campaigns.tell() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('visible', new.seq::text);
    RETURN NULL;
END $$;
CREATE TRIGGER tell AFTER UPDATE ON campaigns.checkpoints FOR EACH ROW
    WHEN (new.projection = 'totals' AND new.source = 'ingest' AND new.partition = 0) EXECUTE FUNCTION campaigns.tell();
"""
_SAID = """
SELECT f.seq, e.recorded_at FROM ingest.feed f JOIN ingest.events e USING (pos) WHERE f.seq > $1 ORDER BY f.seq
"""


class Watch:
    """Notes when campaigns' mark moves: the database tells it, after the commit that shows the rows."""

    def __init__(self, connection: asyncpg.Connection[Any]) -> None:
        """On a connection that may look everywhere."""
        self._db = connection
        self._moves: list[tuple[int, datetime]] = []

    async def open(self) -> None:
        """Have the database tell."""
        await self._db.execute(_TELL)
        await self._db.add_listener("visible", self._on_move)

    def _on_move(self, *told: Any) -> None:
        self._moves.append((int(told[-1]), clock.now()))

    async def head(self) -> int:
        """The last fact of ingest."""
        head: int = await self._db.fetchval("SELECT seq FROM ingest.feed_head")
        return head

    async def latencies(self, after: int) -> list[float]:
        """Seconds from the beginning of the transaction that recorded it to visible, of each fact after that one."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while await self._db.fetchval("SELECT count(*) FROM ingest.unsequenced") or self._seen < await self.head():
                await asyncio.sleep(0.05)
        moves, found = iter(self._moves), []
        seq, at = next(moves)
        for row in await self._db.fetch(_SAID, after):
            while seq < row["seq"]:
                seq, at = next(moves)
            found.append((at - row["recorded_at"]).total_seconds())
        return found

    @property
    def _seen(self) -> int:
        return self._moves[-1][0] if self._moves else 0


async def measure(plan: Plan) -> list[Figure]:
    """Scrapes recorded by ingest until campaigns' totals have them."""
    async with house(plan.folder) as built, built.running("ingest", "campaigns"), built.asker() as asker:
        connection = await asyncpg.connect(built.dsn())
        watch = Watch(connection)
        await watch.open()
        idle = await _idle(built, asker, watch, plan.size(50, 200))
        loaded, rate = await _loaded(built, asker, watch, plan.size(5, 20))
        await connection.close()
    return [
        _figure(
            "fact to visible in another service, idle",
            idle,
            25,
            "ingest to campaigns; from the start of the transaction that records the fact to the commit of the rows",
        ),
        _figure(f"the same at {rate:,.0f} events/s", loaded, 100, ""),
    ]


def _figure(what: str, seconds: list[float], goal: float, note: str) -> Figure:
    found = percentiles(seconds)
    return Figure(
        bench="latency",
        what=what,
        unit="ms (p99)",
        value=found["p99"],
        goal=goal,
        at_most=True,
        percentiles=found,
        note=note,
    )


async def _idle(built: House, asker: BusAsker, watch: Watch, scrapes: int) -> list[float]:
    """One scrape at a time, nothing else going on."""
    del built
    program = Program(1)
    await _ask(asker, program, program.additions())
    await _ask(asker, program, [program.scrape(c, 0) for c in program.creators])
    await watch.latencies(await watch.head())
    before = await watch.head()
    for number in range(1, scrapes + 1):
        await _ask(asker, program, [program.scrape(program.creators[number % BATCH], number)])
        await asyncio.sleep(PAUSE_SECONDS)
    return await watch.latencies(before)


async def _loaded(built: House, asker: BusAsker, watch: Watch, seconds: int) -> tuple[list[float], float]:
    """Bunches of small scrapes at a steady pace; the latencies, and the pace that was reached."""
    del built
    program = Program(1)
    await _ask(asker, program, program.additions())
    await watch.latencies(await watch.head())
    before, going = await watch.head(), Stopwatch()
    asks = []
    for n in range(seconds * RATE // BUNCH):
        await asyncio.sleep(max(0.0, n * BUNCH / RATE - going.seconds))
        some = [program.creators[(n * BUNCH + k) % BATCH] for k in range(BUNCH)]
        small = [_small(program.scrape(creator, n)) for creator in some]
        asks.append(asyncio.create_task(_ask(asker, program, small)))
    await asyncio.gather(*asks)
    rate = len(asks) * BUNCH / going.seconds
    return await watch.latencies(before), rate


def _small(scrape: RecordScrape) -> RecordScrape:
    """The same scrape of one post."""
    posts: list[Post] = scrape.posts[:1]
    return RecordScrape(
        creator=scrape.creator,
        project=scrape.project,
        source=scrape.source,
        fetched_at=scrape.fetched_at,
        tracking_mode="auto",
        posts=posts,
    )


async def _ask(asker: BusAsker, program: Program, commands: list[Any]) -> None:
    asked: list[Command] = commands
    ask = Ask(org=program.org, command_id=clock.new_id(), at=clock.now())
    for outcome in await asker.ask(ask, asked, timeout=120):
        assert outcome.refused is None, outcome.refused
