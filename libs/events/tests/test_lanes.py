"""Replicas share the lanes, and a fact counts once whoever holds which."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from importlib.resources import files
from typing import Any

from trackagoat.events import clock, marks
from trackagoat.events.bus import Bus
from trackagoat.events.catalogue import workspace as w
from trackagoat.events.catalogue.words import OrgId, ProjectId
from trackagoat.events.envelope import SYSTEM
from trackagoat.events.lanes import Lanes
from trackagoat.events.ledger import NewEvent, append
from trackagoat.events.projector import Follower
from trackagoat.events.sequencer import sequence
from trackagoat.events.testing.sample import LISTENER, until
from trackagoat.events.topology import LANES, lane
from trackagoat.events.writer import Writer

Schema = Callable[[str], Awaitable[Any]]
(PART,) = LISTENER.projections
ORGS = [OrgId(clock.new_id()) for _ in range(60)]


async def test_who_is_alone_holds_every_lane(schema: Schema) -> None:
    lanes = Lanes(await schema("campaigns"), clock.new_id(), 60)
    await lanes.settle()
    assert lanes.held == marks.EVERY_LANE


async def test_who_comes_later_gets_half_of_them(schema: Schema) -> None:
    pool = await schema("campaigns")
    first, second = Lanes(pool, clock.new_id(), 60), Lanes(pool, clock.new_id(), 60)
    for replica in (first, second, first, second):
        await replica.settle()
    assert len(first.held) == len(second.held) == LANES / 2
    assert first.held | second.held == marks.EVERY_LANE


async def test_three_replicas_leave_no_lane_to_nobody(schema: Schema) -> None:
    pool = await schema("campaigns")
    replicas = [Lanes(pool, clock.new_id(), 60) for _ in range(3)]
    for replica in (*replicas, *replicas, *replicas):
        await replica.settle()
    assert sorted(len(replica.held) for replica in replicas) == [2, 3, 3]
    assert sorted(lane for replica in replicas for lane in replica.held) == sorted(marks.EVERY_LANE)


async def test_lanes_of_a_dead_replica_are_taken_when_its_leases_have_run_out(schema: Schema) -> None:
    pool = await schema("campaigns")
    dead, living = Lanes(pool, clock.new_id(), 1), Lanes(pool, clock.new_id(), 60)
    await dead.settle()
    await living.settle()
    assert living.held == frozenset()

    async def all_taken() -> bool:
        await living.settle()
        return living.held == marks.EVERY_LANE

    await until(all_taken)
    await dead.settle()
    assert dead.held == frozenset()


async def test_who_leaves_gives_the_lanes_back_at_once(schema: Schema) -> None:
    pool = await schema("campaigns")
    leaving, staying = Lanes(pool, clock.new_id(), 60), Lanes(pool, clock.new_id(), 60)
    task = asyncio.create_task(leaving.run())
    await leaving.changed()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await staying.settle()
    assert staying.held == marks.EVERY_LANE


async def test_a_follower_applies_its_lanes_only_and_another_the_rest(speaker: Any, listener: Any) -> None:
    await say(speaker)
    mine = frozenset({0, 3, 5})
    await follower(listener, mine).catch_up()
    found = {OrgId(row["project"]) for row in await listener.fetch("SELECT project FROM named")}
    assert found == {org for org in ORGS if lane(org) in mine}
    stand = await marks.read(listener, PART.name, "workspace")
    assert {n for n, seq in stand.items() if seq == len(ORGS)} == mine
    await follower(listener, marks.EVERY_LANE).catch_up()
    assert await listener.fetchval("SELECT count(*) FROM named") == len(ORGS)


async def test_two_who_believe_to_hold_the_same_lane_apply_each_fact_once(speaker: Any, listener: Any) -> None:
    await say(speaker)
    await asyncio.gather(*(follower(listener, marks.EVERY_LANE).catch_up() for _ in range(4)))
    assert await listener.fetchval("SELECT count(*) FROM named") == len(ORGS)
    assert await listener.fetchval("SELECT count(*) FROM parked") == 0


async def test_the_mark_of_a_former_version_becomes_one_for_each_lane(schema: Schema) -> None:
    pool = await schema("campaigns")
    await pool.execute("INSERT INTO checkpoints (projection, source, seq) VALUES ('names', 'workspace', 41)")
    text = (files("trackagoat.events") / "migrations" / "0010_pre_lanes.sql").read_text()
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute(text)
    assert await marks.read(pool, "names", "workspace") == dict.fromkeys(marks.EVERY_LANE, 41)
    former = "SELECT seq FROM checkpoints WHERE partition = -1"
    assert await pool.fetchval(former) > 1_000_000_000, "a process of the former version would apply facts again"


def follower(listener: Any, lanes: frozenset[int]) -> Follower:
    return Follower(Writer(listener, LISTENER), listener, Bus("", "", None, None), PART, "workspace", lanes)


async def say(speaker: Any) -> None:
    """A project of each org, whose id it borrows. A second row of a project would be refused by its key."""
    facts = [
        NewEvent(
            id=clock.new_id(),
            org=org,
            stream="names",
            version=1,
            event=w.ProjectCreated(project=ProjectId(org), name=str(org)),
            at=clock.now(),
            actor=SYSTEM,
            cause=None,
            request_id=None,
        )
        for org in ORGS
    ]
    async with speaker.acquire() as connection, connection.transaction():
        await append(connection, facts)
    await sequence(speaker)
