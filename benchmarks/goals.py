"""Among many active goals: from a reading to the row that shows it, and the compliance of a project at the API."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from itertools import product
from typing import Any, get_args

import asyncpg
import msgspec

from benchmarks.figures import Figure, Stopwatch, percentiles
from benchmarks.house import House, house, statistics
from benchmarks.plan import Plan, tell
from benchmarks.scrapes import START, Program
from benchmarks.tenants import desk, key_of
from benchmarks.wire import load
from trackagoat.events import clock
from trackagoat.events.bus import BusAsker
from trackagoat.events.catalogue.goals import Metric, Period, SetGoal
from trackagoat.events.catalogue.ingest import RecordScrape
from trackagoat.events.catalogue.words import CreatorId, GoalId, ProjectId
from trackagoat.events.catalogue.workspace import CreateProject
from trackagoat.events.envelope import Ask

KINDS: Sequence[tuple[Metric, Period]] = tuple(product(get_args(Metric), get_args(Period)))
"""A creator may have as many goals as there are kinds."""
BUNCH, RATE, AT_ONCE = 20, 1_000, 4
PATIENCE_SECONDS = 60.0
_TELL = """
CREATE FUNCTION goals.tell() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('shown', new.creator::text || ' ' || new.read_at::text);
    RETURN NULL;
END $$;
CREATE TRIGGER tell AFTER INSERT OR UPDATE ON goals.compliance FOR EACH ROW
    WHEN (new.read_at IS NOT NULL) EXECUTE FUNCTION goals.tell();
"""
_SAID = """
SELECT recorded_at, data::json ->> 'creator_id' AS creator, (data::json ->> 'fetched_at')::timestamptz AS fetched_at
FROM ingest.events WHERE tag = 'stats.snapshotted.v1' AND recorded_at >= $1 ORDER BY pos
"""


class Watch:
    """Notes when a creator's goal shows a reading: the database tells it, after the commit of the row."""

    def __init__(self, connection: asyncpg.Connection[Any]) -> None:
        """On a connection that may look everywhere."""
        self._db = connection
        self._shown: defaultdict[str, list[tuple[datetime, datetime]]] = defaultdict(list)
        self._since = clock.now()

    async def open(self) -> None:
        """Have the database tell, from now on: what was read before the goals were set is nobody's latency."""
        self._since = clock.now()
        await self._db.execute(_TELL)
        await self._db.add_listener("shown", self._on_shown)

    def _on_shown(self, *told: Any) -> None:
        creator, read_at = str(told[-1]).split(" ", 1)
        self._shown[creator].append((datetime.fromisoformat(read_at), clock.now()))

    async def latencies(self) -> list[float]:
        """Seconds from the beginning of the transaction that recorded it to shown, of each reading."""
        said = [(r["recorded_at"], r["creator"], r["fetched_at"]) for r in await self._db.fetch(_SAID, self._since)]
        latest: dict[str, datetime] = {}
        for _, creator, fetched in said:
            latest[creator] = max(fetched, latest.get(creator, fetched))
        async with asyncio.timeout(PATIENCE_SECONDS):
            while any(not self._shown[c] or self._shown[c][-1][0] < fetched for c, fetched in latest.items()):
                await asyncio.sleep(0.05)
        return [
            (next(at for read, at in self._shown[creator] if read >= fetched) - recorded).total_seconds()
            for recorded, creator, fetched in said
        ]


async def measure(plan: Plan) -> list[Figure]:
    """Readings of 320 creators with goals, among fifty thousand goals that run (five thousand in a quick run)."""
    program, count = Program(5), plan.size(5_000, 50_000)
    async with house(plan.folder) as built:
        key = await key_of(built, program.org)
        await _prepare(built, program, count)
        async with built.running("ingest", "goals", "gateway") as places, built.asker() as asker:
            connection = await asyncpg.connect(built.dsn())
            watch = Watch(connection)
            await _settled(connection)
            await watch.open()
            rate = await _record(asker, program, plan.size(5, 20))
            shown = percentiles(await watch.latencies())
            tell(f"readings at {rate:,.0f}/s: {shown}")
            took: list[float] = []
            url = f"{places['gateway']}/api/v1/projects/{program.project}/goal-compliance"
            await load(url, key, plan.size(100, 500), AT_ONCE, took)
            await connection.close()
    return [
        Figure(
            bench="goals",
            what=f"reading to shown, {count:,} active goals, at {rate:,.0f} readings/s",
            unit="ms (p99)",
            value=shown["p99"],
            goal=100,
            at_most=True,
            percentiles=shown,
            note="ingest to goals; from the start of the transaction that records it to the commit of the row",
        ),
        Figure(
            bench="goals",
            what=f"GET goal-compliance, {len(program.creators)} creators, {AT_ONCE} at once",
            unit="ms (p95)",
            value=percentiles(took)["p95"],
            goal=60,
            at_most=True,
            percentiles=percentiles(took),
        ),
    ]


async def _prepare(built: House, program: Program, count: int) -> None:
    """The program's creators with a goal on views each, and others with as many as one may have."""
    going = Stopwatch()
    async with desk(built, "workspace") as workspace:
        await workspace.ask(program.org, [CreateProject(project=program.project, name="Bench")])
    async with desk(built, "ingest") as ingest:
        await ingest.ask(program.org, program.additions())
        await ingest.ask(program.org, [_read(program, creator, 0) for creator in program.creators])
    today = clock.now().date()
    views: tuple[Metric, Period] = ("views", "weekly")
    wanted = [(creator, program.project, views) for creator in program.creators]
    elsewhere = ProjectId(clock.new_id())
    while len(wanted) < count:
        other = CreatorId(clock.new_id())
        wanted += [(other, elsewhere, kind) for kind in KINDS]
    async with desk(built, "goals") as goals:
        for first in range(0, count, 1000):
            asked = [
                SetGoal(
                    goal=GoalId(clock.new_id()),
                    creator=creator,
                    project=project,
                    metric=metric,
                    period=period,
                    target_value=Decimal(100),
                    start_date=today,
                )
                for creator, project, (metric, period) in wanted[first : min(first + 1000, count)]
            ]
            await goals.ask(program.org, asked)
        await statistics(goals.pool)
    tell(f"{count:,} goals set in {going.seconds:.0f} s")


async def _settled(connection: asyncpg.Connection[Any]) -> None:
    """Wait until every goal was looked at once."""
    going = Stopwatch()
    async with asyncio.timeout(PATIENCE_SECONDS * 5):
        while await connection.fetchval("SELECT EXISTS (SELECT FROM goals.due WHERE due_at <= now())"):
            await asyncio.sleep(0.2)
    tell(f"all looked at after {going.seconds:.0f} s")


async def _record(asker: BusAsker, program: Program, seconds: int) -> float:
    """Bunches of readings of one post at a steady pace; the pace that was reached."""
    going, asks = Stopwatch(), []
    for n in range(seconds * RATE // BUNCH):
        await asyncio.sleep(max(0.0, n * BUNCH / RATE - going.seconds))
        some = [program.creators[(n * BUNCH + k) % len(program.creators)] for k in range(BUNCH)]
        asks.append(asyncio.create_task(_ask(asker, program, [_read(program, c, n + 1) for c in some])))
    await asyncio.gather(*asks)
    return len(asks) * BUNCH / going.seconds


def _read(program: Program, creator: CreatorId, number: int) -> RecordScrape:
    """One post of the creator, read now as a job for posts reads it (the first time, long ago, its profile too)."""
    scrape = program.scrape(creator, number)
    at = clock.now() if number else START
    profile = None if number else scrape.profile
    return msgspec.structs.replace(scrape, profile=profile, posts=scrape.posts[:1], fetched_at=at)


async def _ask(asker: BusAsker, program: Program, commands: list[RecordScrape]) -> None:
    ask = Ask(org=program.org, command_id=clock.new_id(), at=clock.now())
    for outcome in await asker.ask(ask, commands, timeout=120):
        assert outcome.refused is None, outcome.refused
