"""Video snapshots per second until campaigns and goals have them; beside raw COPY and UPDATE of the same rows."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

import asyncpg

from benchmarks.figures import Figure, Stopwatch, in_turns, middle, percentiles, ratio
from benchmarks.house import Pool, house, statistics
from benchmarks.plan import Plan
from benchmarks.raw import Raw
from benchmarks.scrapes import BATCH, POSTS, START, Program
from trackagoat.events import clock
from trackagoat.events.bus import BusAsker
from trackagoat.events.catalogue.campaigns import AddItem, CreateCampaign
from trackagoat.events.catalogue.goals import SetGoal
from trackagoat.events.catalogue.words import CampaignId, Command, CreatorId, GoalId, ItemType
from trackagoat.events.envelope import Ask

ASKERS = 2
GOALS_EVERY = 4
"""Every fourth creator has a goal."""
PATIENCE_SECONDS = 300.0
_BEHIND = """
SELECT (SELECT seq FROM ingest.feed_head) + (SELECT count(*) FROM ingest.unsequenced)
    - (SELECT min(seq) FROM (
        SELECT seq, projection FROM campaigns.checkpoints WHERE source = 'ingest' AND projection = 'totals'
        UNION ALL SELECT seq, projection FROM goals.checkpoints WHERE source = 'ingest' AND projection = 'figures') c)
"""


class Journey:
    """Scrapes asked of ingest, and the wait until the others show them."""

    def __init__(self, asker: BusAsker, db: Pool, program: Program) -> None:
        """`db` may look into every schema."""
        self._asker, self._db, self._program = asker, db, program
        self.took: list[float] = []

    async def prepare(self) -> None:
        """Creators, three levels of campaigns above them, goals, and every video known everywhere."""
        program = self._program
        await self.ask(program.additions())
        top, leaves = self._campaigns()
        await self.ask([CreateCampaign(campaign=c, project=program.project, name="c") for c in (*top, *leaves)])
        places: list[tuple[CampaignId, ItemType, Any]] = [(top[0], "campaign", top[1])]
        places += [(top[1], "campaign", leaf) for leaf in leaves]
        held = zip(leaves, program.batches(), strict=True)
        places += [(leaf, "creator", creator) for leaf, batch in held for creator in batch]
        await self.ask([AddItem(campaign=c, project=program.project, item_type=t, item=i) for c, t, i in places])
        await self.ask([self._goal(creator) for creator in program.creators[::GOALS_EVERY]])
        await self.record(0, 1)
        await statistics(self._db)
        self.took.clear()

    def _campaigns(self) -> tuple[list[CampaignId], list[CampaignId]]:
        leaves = [CampaignId(clock.new_id()) for _ in self._program.batches()]
        return [CampaignId(clock.new_id()), CampaignId(clock.new_id())], leaves

    def _goal(self, creator: CreatorId) -> SetGoal:
        return SetGoal(
            goal=GoalId(clock.new_id()),
            creator=creator,
            project=self._program.project,
            metric="views",
            period="monthly",
            target_value=Decimal(1_000_000),
            start_date=START.date(),
        )

    async def record(self, first: int, rounds: int) -> float:
        """Video snapshots per second, from the first ask until nobody is behind."""
        todo = iter([(b, number) for number in range(first, first + rounds) for b in self._program.batches()])
        watch = Stopwatch()
        await asyncio.gather(*(self.recorded(todo) for _ in range(ASKERS)))
        await self.settled()
        return rounds * len(self._program.creators) * POSTS / watch.seconds

    async def settled(self) -> None:
        """Return when campaigns and goals show everything."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while await self._db.fetchval(_BEHIND) != 0:
                await asyncio.sleep(0.05)

    async def recorded(self, todo: Iterator[tuple[Sequence[CreatorId], int]]) -> None:
        """Ask for these until none is left."""
        for batch, number in todo:
            watch = Stopwatch()
            await self.ask([self._program.scrape(creator, number) for creator in batch])
            self.took.append(watch.seconds)

    async def ask(self, commands: Sequence[Command]) -> None:
        """Have all of them accepted."""
        ask = Ask(org=self._program.org, command_id=clock.new_id(), at=clock.now())
        for outcome in await self._asker.ask(ask, commands, timeout=120):
            assert outcome.refused is None, outcome.refused


async def measure(plan: Plan) -> list[Figure]:
    """Ingest, campaigns and goals as processes; scrapes come over the bus, as an import's do."""
    program, rounds = Program(plan.size(5, 20)), plan.size(4, 6)
    starts, raw_starts = iter(range(1, 10_000, rounds)), iter(range(1, 10_000, rounds))
    async with (
        house(plan.folder) as built,
        built.running("ingest", "campaigns", "goals"),
        built.asker() as asker,
        asyncpg.create_pool(built.dsn(), min_size=1, max_size=1) as db,
    ):
        journey, raw = Journey(asker, db, program), Raw(await built.create("peer"), program, ASKERS)
        await journey.prepare()
        await raw.prepare()
        ours, theirs = await in_turns(
            plan.runs,
            lambda: journey.record(next(starts), rounds),
            lambda: raw.record(next(raw_starts), rounds),
        )
    figure = Figure(
        bench="end-to-end",
        what="the same until campaigns and goals have them",
        unit="snapshots/s",
        value=middle(ours),
        goal=10_000,
        percentiles=percentiles(journey.took),
        peer="raw asyncpg: COPY and one UPDATE per batch",
        peer_value=middle(theirs),
        ratio=ratio(ours, theirs),
        ratio_goal=0.2,
        runs=ours,
        peer_runs=theirs,
        note=f"{ASKERS} askers; percentiles per ask of {BATCH} scrapes; a goal on every {GOALS_EVERY}th creator",
    )
    return [figure]
