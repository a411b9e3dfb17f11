"""Commands per second through the bus, one decider; beside pyeventsourcing saving aggregates."""

from __future__ import annotations

import asyncio
from itertools import count

from benchmarks.figures import Figure, Stopwatch, in_turns, middle, percentiles, ratio
from benchmarks.house import House, house
from benchmarks.neighbours import measured
from benchmarks.plan import Plan
from trackagoat.events import clock
from trackagoat.events.bus import BusAsker
from trackagoat.events.catalogue.words import OrgId
from trackagoat.events.catalogue.workspace import CreateOrg, UpdateOrg
from trackagoat.events.envelope import Ask

ORGS = 256
AT_ONCE = 64
PEER_THREADS = (1, 8)
NAMES = count()


async def measure(plan: Plan) -> list[Figure]:
    """Rename organizations: each command reads its stream, decides, appends, writes its row, keeps its answer."""
    commands = plan.size(2_000, 10_000)
    took: list[float] = []
    async with house(plan.folder) as built, built.running("workspace"), built.asker() as asker:
        orgs = [OrgId(clock.new_id()) for _ in range(ORGS)]
        await asyncio.gather(*(_ask(asker, org, CreateOrg(org=org, name="org")) for org in orgs))
        await _rename(asker, orgs, commands // 4, [])

        async def peer() -> float:
            return await _peer(plan, built, commands)

        ours, theirs = await in_turns(
            plan.runs, lambda: _rename(asker, orgs, commands, took), peer if plan.peers else None
        )
    figure = Figure(
        bench="commands",
        what=f"commands through the bus, {AT_ONCE} at once, {ORGS} streams",
        unit="commands/s",
        value=middle(ours),
        goal=1_500,
        percentiles=percentiles(took),
        peer="pyeventsourcing on PostgreSQL: get, change, save",
        peer_value=middle(theirs) if theirs else None,
        ratio=ratio(ours, theirs),
        ratio_goal=5,
        runs=ours,
        peer_runs=theirs,
        note=plan.without_peer(f"peer: the best of {' and '.join(map(str, PEER_THREADS))} threads, its cache on"),
    )
    return [figure]


async def _rename(asker: BusAsker, orgs: list[OrgId], commands: int, took: list[float]) -> float:
    """Commands per second; how long each took is added to `took`."""
    todo = iter(range(commands))

    async def caller() -> None:
        for n in todo:
            org = orgs[n % len(orgs)]
            one = Stopwatch()
            await _ask(asker, org, UpdateOrg(org=org, name=f"name {next(NAMES)}"))
            took.append(one.seconds)

    whole = Stopwatch()
    await asyncio.gather(*(caller() for _ in range(AT_ONCE)))
    return commands / whole.seconds


async def _ask(asker: BusAsker, org: OrgId, command: CreateOrg | UpdateOrg) -> None:
    (outcome,) = await asker.ask(Ask(org=org, command_id=clock.new_id(), at=clock.now()), [command], timeout=30)
    assert outcome.refused is None, outcome.refused


async def _peer(plan: Plan, built: House, commands: int) -> float:
    rates = []
    for threads in PEER_THREADS:
        database = f"peer_{clock.new_id().hex}"
        await built.create(database)
        found = await measured(
            plan.peers or "",
            "saves",
            port=built.postgres.port,
            password=built.postgres.password,
            database=database,
            saves=commands // 4,
            aggregates=ORGS,
            threads=threads,
        )
        rates.append(float(found["rate"]))
    return max(rates)
