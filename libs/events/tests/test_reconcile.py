"""A stream held against its feed, every way in which they can part, and what repairing does about it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any, TypeAlias
from uuid import UUID

import asyncpg
import pytest
from nats.aio.client import Client

from trackagoat.embedded import Nats
from trackagoat.events import clock, leases, purging, relay, topology
from trackagoat.events.bus import Bus
from trackagoat.events.errors import Unavailable
from trackagoat.events.held import Place
from trackagoat.events.purging import About, purge
from trackagoat.events.reconcile import Comparison, Span, Walk, compare
from trackagoat.events.repair import lost, repair
from trackagoat.events.sequencer import sequence
from trackagoat.events.testing.plugin import PASSWORDS, Database
from trackagoat.events.testing.sample import SPEAKER, ask, create, until
from trackagoat.events.wake import Wake
from trackagoat.events.writer import Writer

Pool: TypeAlias = "asyncpg.Pool[Any]"
STREAM = "EVENTS_WORKSPACE"


@pytest.fixture
async def bus(nats_server: Nats) -> AsyncIterator[Bus]:
    bus = await Bus(nats_server.url, "operator", "operator", PASSWORDS["operator"]).open()
    yield bus
    await bus.close()


async def say(pool: Pool, count: int) -> None:
    for _ in range(count):
        await Writer(pool, SPEAKER).handle(ask(), [create(str(clock.new_id()))])
    await sequence(pool)


@contextlib.asynccontextmanager
async def relaying(pool: Pool, bus: Bus) -> AsyncIterator[None]:
    """A relay as a service runs it."""
    holder, sequenced = clock.new_id(), Wake()

    async def work() -> None:
        await relay.run(pool, bus, "workspace", sequenced, lambda _: None)

    task = asyncio.create_task(leases.hold(pool, "relay", holder, 1, work))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def published(pool: Pool, bus: Bus, count: int) -> None:
    """Say that much and have it in the stream; no relay runs afterwards."""
    await say(pool, count)
    async with relaying(pool, bus):
        await until(lambda: _holds(bus.client, pool))


async def _holds(client: Client, pool: Pool) -> bool:
    return (await compare(pool, client, "workspace")).state == "in step"


async def look(pool: Pool, bus: Bus) -> Comparison:
    return await compare(pool, bus.client, "workspace")


async def message_of(bus: Bus, seq: int) -> Any:
    return await bus.jetstream().get_msg(STREAM, seq=seq)


async def test_a_stream_that_holds_what_its_feed_says_is_in_step(speaker: Pool, bus: Bus) -> None:
    assert (await look(speaker, bus)).state == "in step"
    await published(speaker, bus, 5)
    found = await look(speaker, bus)
    assert (found.state, found.head, found.first, found.last, found.messages) == ("in step", 5, 1, 5, 5)
    assert found.last_id == found.head_id


async def test_what_was_not_published_yet_is_counted_and_published(speaker: Pool, bus: Bus) -> None:
    await published(speaker, bus, 3)
    await say(speaker, 4)
    found = await look(speaker, bus)
    assert (found.state, found.behind, found.missing) == ("behind", 4, [])
    told: list[int] = []
    mended = await repair(speaker, bus, "workspace", told.append)
    assert (mended.state, mended.last, told) == ("in step", 7, [4])


async def test_a_stream_that_was_emptied_is_filled_again_at_once(speaker: Pool, bus: Bus) -> None:
    await published(speaker, bus, 6)
    await bus.jetstream().purge_stream(STREAM)
    found = await look(speaker, bus)
    assert (found.state, found.behind, found.messages) == ("behind", 6, 0)
    mended = await repair(speaker, bus, "workspace")
    assert (mended.state, mended.first, mended.last) == ("in step", 1, 6)


async def test_a_stream_that_was_emptied_under_a_running_relay_lacks_its_beginning(speaker: Pool, bus: Bus) -> None:
    async with relaying(speaker, bus):
        await say(speaker, 4)
        await until(lambda: _holds(bus.client, speaker))
        await bus.jetstream().purge_stream(STREAM)
        await say(speaker, 2)
        await until(lambda: _ends_at(speaker, bus, 6))
        found = await look(speaker, bus)
        assert (found.state, found.missing) == ("holes", [Span(1, 4)])
        assert (await repair(speaker, bus, "workspace")).state == "in step"
        await say(speaker, 2)
        await until(lambda: _ends_at(speaker, bus, 8))
        assert (await look(speaker, bus)).missing == []


async def _ends_at(pool: Pool, bus: Bus, seq: int) -> bool:
    return (await look(pool, bus)).last == seq


async def test_a_hole_is_named_and_closed(speaker: Pool, bus: Bus) -> None:
    await published(speaker, bus, 8)
    for at in (3, 4, 7):
        await bus.jetstream().delete_msg(STREAM, at)
    found = await look(speaker, bus)
    assert (found.state, found.missing) == ("holes", [Span(3, 4), Span(7, 7)])
    (counts,) = found.partitions.values()
    assert counts == (8, 5)
    mended = await repair(speaker, bus, "workspace")
    assert (mended.state, mended.messages, mended.missing) == ("in step", 8, [])


async def test_a_fact_that_is_there_twice_is_named_and_goes(speaker: Pool, bus: Bus) -> None:
    await published(speaker, bus, 3)
    twin = await message_of(bus, 2)
    await republish(bus, twin)
    await say(speaker, 1)
    found = await look(speaker, bus)
    assert (found.state, found.repeated) == ("duplicates", [2])
    mended = await repair(speaker, bus, "workspace")
    assert (mended.state, mended.messages) == ("in step", 4)


async def republish(bus: Bus, message: Any) -> None:
    """As somebody would whom NATS does not take for a repeat."""
    js = bus.jetstream()
    config = (await js.stream_info(STREAM)).config
    await js.update_stream(config.evolve(duplicate_window=0.1))

    async def stored() -> bool:
        return not (await js.publish(message.subject, message.data, headers=message.headers)).duplicate

    del message.headers["Nats-Expected-Last-Msg-Id"]
    await until(stored)
    await js.update_stream(config)


async def test_a_stream_ahead_of_its_feed_is_never_touched(database: Database, speaker: Pool, bus: Bus) -> None:
    await published(speaker, bus, 5)
    await restore(database, 3)
    found = await look(speaker, bus)
    assert (found.state, found.head, found.last) == ("ahead", 3, 5)
    assert [place.seq for place in found.unknown] == [4, 5]
    assert (await repair(speaker, bus, "workspace")).state == "ahead"
    assert (await bus.jetstream().stream_info(STREAM)).state.messages == 5


async def test_a_ledger_that_went_on_from_an_older_backup_is_ahead_too(
    database: Database, speaker: Pool, bus: Bus
) -> None:
    await published(speaker, bus, 5)
    await restore(database, 3)
    await say(speaker, 4)
    found = await look(speaker, bus)
    assert (found.state, [place.seq for place in found.unknown]) == ("ahead", [4, 5])


async def test_what_only_the_stream_holds_goes_when_the_ledger_was_restored(
    database: Database, speaker: Pool, bus: Bus
) -> None:
    await published(speaker, bus, 5)
    ids = [row["id"] for row in await speaker.fetch("SELECT id FROM events JOIN feed USING (pos) ORDER BY seq")]
    await restore(database, 3)
    await say(speaker, 1)
    found = [one async for page in lost(speaker, bus.client, "workspace") for one in page]
    assert [(UUID(one.id), one.seq, one.type) for one in found] == [
        (id, n, "project.created.v1") for n, id in enumerate(ids[3:], 4)
    ]
    mended = await repair(speaker, bus, "workspace", restored=True)
    assert (mended.state, mended.last, mended.messages) == ("in step", 4, 4)
    assert [one async for page in lost(speaker, bus.client, "workspace") for one in page] == []
    async with relaying(speaker, bus):
        await say(speaker, 2)
        await until(lambda: _holds(bus.client, speaker))


async def test_a_ledger_that_made_again_what_it_had_lost_is_seen_through_by_who_reads_every_message(
    database: Database, speaker: Pool, bus: Bus
) -> None:
    await published(speaker, bus, 4)
    asked = ask()
    again = [create(str(clock.new_id()))]
    await Writer(speaker, SPEAKER).handle(asked, again)
    await sequence(speaker)
    async with relaying(speaker, bus):
        await until(lambda: _holds(bus.client, speaker))
    await restore(database, 3)
    await speaker.execute("DELETE FROM outcomes")
    await speaker.execute("DELETE FROM named")
    await say(speaker, 1)
    await Writer(speaker, SPEAKER).handle(asked, again)
    await sequence(speaker)
    assert (await look(speaker, bus)).state == "in step"
    assert (await compare(speaker, bus.client, "workspace", every=True)).state == "ahead"
    assert (await repair(speaker, bus, "workspace", restored=True)).state == "in step"
    assert (await compare(speaker, bus.client, "workspace", every=True)).state == "in step"


async def restore(database: Database, head: int) -> None:
    """What the database is like after it was restored from a backup taken at that head."""
    admin = await asyncpg.connect(database.dsn())
    await admin.execute("SET session_replication_role = replica")
    await admin.execute("DELETE FROM workspace.feed WHERE seq > $1", head)
    await admin.execute("DELETE FROM workspace.events WHERE pos NOT IN (SELECT pos FROM workspace.feed)")
    await admin.execute("UPDATE workspace.feed_head SET seq = $1", head)
    await admin.close()


async def test_a_message_nobody_relayed_is_found(speaker: Pool, bus: Bus) -> None:
    await published(speaker, bus, 2)
    await bus.jetstream().publish("events.workspace.1.X.o.s", b"{}")
    found = await look(speaker, bus)
    assert (found.state, found.unknown) == ("ahead", [Place(3, None, "")])


async def test_a_stream_that_is_not_there_is_said_to_be_absent(speaker: Pool, bus: Bus) -> None:
    await bus.jetstream().delete_stream(STREAM)
    assert (await look(speaker, bus)).state == "absent"
    assert (await repair(speaker, bus, "workspace")).state == "absent"


async def test_facts_beyond_the_retention_are_not_missed(database: Database, speaker: Pool, bus: Bus) -> None:
    await published(speaker, bus, 4)
    admin = await asyncpg.connect(database.dsn())
    await admin.execute("SET session_replication_role = replica")
    await admin.execute(
        "UPDATE workspace.events SET recorded_at = now() - interval '20 days' WHERE pos IN "
        "(SELECT pos FROM workspace.feed WHERE seq <= 2)"
    )
    await admin.close()
    await bus.jetstream().purge_stream(STREAM, seq=3)
    found = await look(speaker, bus)
    assert (found.state, found.first, found.missing) == ("in step", 3, [])


async def test_the_topology_is_as_declared_after_a_repair(speaker: Pool, bus: Bus) -> None:
    await published(speaker, bus, 3)
    await bus.jetstream().purge_stream(STREAM)
    await repair(speaker, bus, "workspace")
    assert await topology.differences(bus.jetstream()) == []


def test_a_walk_notes_gaps_repeats_and_strangers() -> None:
    walk = Walk()
    for at, (seq, known) in enumerate([(4, "a"), (5, "a"), (8, "a"), (5, "a"), (9, "b"), (10, "a")]):
        walk.see(Place(at, seq, "a"), known)
    assert walk.missing == [Span(6, 7), Span(9, 9)]
    assert walk.repeated == [5]
    assert [place.seq for place in walk.unknown] == [9]


async def test_what_was_purged_for_an_erased_subject_is_no_hole_and_does_not_come_back(speaker: Pool, bus: Bus) -> None:
    await published(speaker, bus, 6)
    org = await speaker.fetchval("SELECT org FROM events LIMIT 1")
    project = await speaker.fetchval("SELECT data ->> 'project' FROM events ORDER BY pos OFFSET 2 LIMIT 1")
    about = About(UUID(project), [], "names", "project", "another.tag.v1")
    js = bus.jetstream()
    assert await purge(speaker, js, "workspace", org, about) == 1
    assert await purge(speaker, js, "workspace", org, about) == 0
    found = await look(speaker, bus)
    assert (found.state, found.messages, found.missing) == ("in step", 5, [])
    await js.delete_msg(STREAM, 5)
    assert (await look(speaker, bus)).missing == [Span(5, 5)]
    mended = await repair(speaker, bus, "workspace")
    assert (mended.state, mended.messages) == ("in step", 5)
    await js.purge_stream(STREAM)
    await js.update_stream((await js.stream_info(STREAM)).config.evolve(duplicate_window=0.1))
    async with relaying(speaker, bus):
        await until(lambda: _holds(bus.client, speaker))
    assert (await look(speaker, bus)).messages == 5


async def test_nothing_is_purged_while_it_would_be_published_again(
    speaker: Pool, bus: Bus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(purging, "PATIENCE_SECONDS", 0.3)
    await published(speaker, bus, 2)
    project = await speaker.fetchval("SELECT data ->> 'project' FROM events ORDER BY pos DESC LIMIT 1")
    about = About(UUID(project), [], "names", "project", "another.tag.v1")
    with pytest.raises(Unavailable, match="does not follow its feed"):
        await purge(
            speaker, bus.jetstream(), "workspace", await speaker.fetchval("SELECT org FROM events LIMIT 1"), about
        )
    assert (await look(speaker, bus)).messages == 2
