"""A fact that cannot be applied steps aside with its stream; everything else goes on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from trackagoat.events import clock, parking
from trackagoat.events.bus import Bus
from trackagoat.events.catalogue import workspace as w
from trackagoat.events.catalogue.words import ProjectId
from trackagoat.events.effects import Write
from trackagoat.events.envelope import Ask
from trackagoat.events.host.service import Page, Projection, Service
from trackagoat.events.ledger import NewEvent, append
from trackagoat.events.parking import Entity, StillPoison
from trackagoat.events.projector import Follower
from trackagoat.events.sequencer import sequence
from trackagoat.events.testing.sample import ORG, named
from trackagoat.events.writer import Writer

poisonous: set[str] = set()


def picky(page: Page) -> Iterator[Write]:
    """Write the names, but break on the poisonous ones."""
    for fact in page:
        if fact.event.name in poisonous:
            message = f"cannot stomach {fact.event.name}"
            raise ValueError(message)
        yield named(fact.event.project, fact.event.name)


PART = Projection(name="picky", facts=w.ProjectCreated, writes=picky)
LISTENER = Service(name="campaigns", projections=[PART])


@pytest.fixture(autouse=True)
def _poison() -> Iterator[None]:
    poisonous.clear()
    poisonous.add("bad")
    yield
    poisonous.clear()


async def say(speaker: Any, *told: tuple[str, str]) -> None:
    """Append and sequence facts, given as (stream, name)."""
    ask = Ask(org=ORG, command_id=clock.new_id(), at=clock.now())
    facts = [
        NewEvent(
            id=clock.new_id(),
            org=ORG,
            stream=stream,
            version=None,
            event=w.ProjectCreated(project=ProjectId(clock.new_id()), name=name),
            at=ask.at,
            actor=ask.actor,
            cause=None,
            request_id=None,
        )
        for stream, name in told
    ]
    async with speaker.acquire() as connection, connection.transaction():
        await append(connection, facts)
    await sequence(speaker)


async def follow(listener: Any) -> Follower:
    follower = Follower(Writer(listener, LISTENER), listener, Bus("", "", None, None), PART, "workspace")
    await follower.catch_up()
    return follower


async def names(listener: Any) -> list[str]:
    return [row["name"] for row in await listener.fetch("SELECT name FROM named ORDER BY name")]


ENTITY = Entity("picky", "workspace", ORG, "a")


async def test_poison_and_what_follows_on_its_stream_wait_while_the_rest_goes_on(speaker: Any, listener: Any) -> None:
    await say(speaker, ("a", "one"), ("a", "bad"), ("b", "two"), ("a", "behind"), ("b", "three"))
    follower = await follow(listener)
    assert await names(listener) == ["one", "three", "two"]
    assert follower.seq == 5
    rows = await listener.fetch("SELECT seq, error, attempts FROM parked ORDER BY seq")
    assert [tuple(row) for row in rows] == [(2, "ValueError: cannot stomach bad", 3), (4, None, 0)]


async def test_after_a_fix_parked_facts_are_applied_in_order(speaker: Any, listener: Any) -> None:
    await say(speaker, ("a", "bad"), ("a", "behind"))
    await follow(listener)
    poisonous.clear()
    assert await parking.retry(Writer(listener, LISTENER), PART, ENTITY, "ana") == 2
    assert await names(listener) == ["bad", "behind"]
    assert await listener.fetchval("SELECT count(*) FROM parked") == 0
    log = await listener.fetch("SELECT action, who FROM parking_log ORDER BY at, seq")
    assert [tuple(row) for row in log] == [("parked", "system"), ("applied", "ana"), ("applied", "ana")]


async def test_a_retry_that_fails_again_leaves_everything_parked(speaker: Any, listener: Any) -> None:
    await say(speaker, ("a", "bad"), ("a", "behind"))
    await follow(listener)
    with pytest.raises(StillPoison, match="cannot stomach bad"):
        await parking.retry(Writer(listener, LISTENER), PART, ENTITY, "ana")
    assert await listener.fetchval("SELECT attempts FROM parked WHERE seq = 1") == 4
    assert await names(listener) == []


async def test_discarding_the_poison_lets_the_rest_through(speaker: Any, listener: Any) -> None:
    await say(speaker, ("a", "bad"), ("a", "behind"))
    await follow(listener)
    assert await parking.discard(Writer(listener, LISTENER), PART, ENTITY, 1, "ana") == 1
    assert await names(listener) == ["behind"]


async def test_an_event_nobody_can_read_is_parked_instead_of_passed_over(speaker: Any, listener: Any) -> None:
    await say(speaker, ("a", "one"))
    await speaker.execute(
        """INSERT INTO events (id, org, stream, tag, at, actor, data)
        SELECT gen_random_uuid(), org, 'a', 'project.renamed.v9', at, actor, '{}' FROM events"""
    )
    await speaker.execute("INSERT INTO unsequenced SELECT max(pos) FROM events")
    await sequence(speaker)
    await say(speaker, ("a", "behind"), ("b", "other"))
    await follow(listener)
    assert await names(listener) == ["one", "other"]
    assert "project.renamed.v9" in await listener.fetchval("SELECT error FROM parked WHERE seq = 2")


async def test_faults_that_pass_park_nothing(speaker: Any, listener: Any) -> None:
    await say(speaker, ("a", "one"))
    tries: list[int] = []

    def unlucky(page: Page) -> Iterator[Write]:
        tries.append(len(page))
        if len(tries) == 1:
            raise ConnectionResetError
        return picky(page)

    part = Projection(name="picky", facts=w.ProjectCreated, writes=unlucky)
    follower = Follower(Writer(listener, LISTENER), listener, Bus("", "", None, None), part, "workspace")
    with pytest.raises(ConnectionResetError):
        await follower.catch_up()
    assert await listener.fetchval("SELECT count(*) FROM parked") == 0
    await follower.catch_up()
    assert await names(listener) == ["one"]
