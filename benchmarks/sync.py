"""What syncing every message to disk costs (`sync_interval: always`), beside JetStream's default of two minutes."""

from __future__ import annotations

import asyncio

from benchmarks.figures import Figure, Stopwatch, in_turns, middle, ratio
from benchmarks.house import House, Pool, house, statistics
from benchmarks.plan import Plan
from benchmarks.replay import fill
from benchmarks.scrapes import Program
from trackagoat.embedded import Nats
from trackagoat.events import relay, topology
from trackagoat.events.bus import Bus

SERVICE = "ingest"


async def measure(plan: Plan) -> list[Figure]:
    """The relay publishes the same feed into an empty stream of either server."""
    program = Program(plan.size(1, 4))
    async with house(plan.folder) as built, built.pool(SERVICE) as pool:
        await fill(pool, program)
        await statistics(pool)
        facts: int = await pool.fetchval("SELECT seq FROM feed_head")
        careful = Nats(plan.folder / "careful", users=built.nats_users, sync_interval="always")
        await asyncio.to_thread(careful.start)
        try:
            await topology.apply(careful.url, "operator", built.nats_password("operator"))
            ours, theirs = await in_turns(
                plan.runs,
                lambda: _published(built, pool, careful, facts),
                lambda: _published(built, pool, built.nats, facts),
            )
        finally:
            await asyncio.to_thread(careful.stop)
    figure = Figure(
        bench="sync",
        what="facts published with sync_interval always",
        unit="facts/s",
        value=middle(ours),
        peer="sync_interval 2m",
        peer_value=middle(theirs),
        ratio=ratio(ours, theirs),
        runs=ours,
        peer_runs=theirs,
        note=f"{facts:,} facts, {relay.IN_FLIGHT} in flight",
    )
    return [figure]


async def _published(built: House, pool: Pool, server: Nats, facts: int) -> float:
    """Facts per second from an empty stream to a full one."""
    operator = await topology.connect(server.url, "operator", built.nats_password("operator"))
    await operator.jetstream().delete_stream(topology.stream_name(SERVICE))
    await operator.close()
    await topology.apply(server.url, "operator", built.nats_password("operator"))
    bus = await Bus(server.url, SERVICE, SERVICE, built.nats_password(SERVICE)).open()
    publisher = relay.Publisher(bus)
    await publisher.open()
    try:
        chain = await relay.anchor(pool, bus.jetstream(), SERVICE)
        watch = Stopwatch()
        while rows := await pool.fetch(relay.PAGE, chain.seq, relay.IN_FLIGHT):
            await publisher.publish(SERVICE, chain, rows)
        return facts / watch.seconds
    finally:
        await publisher.close()
        await bus.close()
