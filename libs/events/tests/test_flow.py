"""From a command to a row in another service, over a real NATS, through wipes and rivals."""

from __future__ import annotations

import asyncio
import contextlib
import re
import shutil
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import asyncpg
import nats.js.errors
import pytest

from trackagoat.embedded import Nats
from trackagoat.events import clock, relay, topology
from trackagoat.events.bus import Bus, connect_asker
from trackagoat.events.errors import StreamAhead
from trackagoat.events.host import health
from trackagoat.events.host.run import running
from trackagoat.events.host.service import Service
from trackagoat.events.host.settings import Settings
from trackagoat.events.lanes import Lanes
from trackagoat.events.projector import Follower
from trackagoat.events.sequencer import sequence
from trackagoat.events.testing.plugin import PASSWORDS, Database
from trackagoat.events.testing.sample import LISTENER, SPEAKER, ask, create, until
from trackagoat.events.wake import Wake
from trackagoat.events.writer import Writer


def settings(database: Database, server: Nats, service: str) -> Settings:
    return Settings.model_validate(
        {
            "database_url": database.dsn(service),
            "nats_url": server.url,
            "nats_user": service,
            "nats_password": "test",
            "lease_seconds": 1,
        }
    )


@contextlib.asynccontextmanager
async def up(database: Database, server: Nats, *services: Service) -> AsyncIterator[list[int]]:
    async with contextlib.AsyncExitStack() as stack:
        yield [await stack.enter_async_context(running(s, settings(database, server, s.name))) for s in services]


@contextlib.asynccontextmanager
async def asker(server: Nats) -> AsyncIterator[Any]:
    bus, asking = await connect_asker(server.url, "gateway", PASSWORDS["gateway"])
    try:
        yield asking
    finally:
        await bus.close()


async def ask_many(asking: Any, count: int, prefix: str) -> None:
    for n in range(count):
        (outcome,) = await asking.ask(ask(), [create(f"{prefix}{n}")], timeout=20)
        assert outcome.refused is None


async def test_a_command_over_the_bus_shows_in_the_other_service(
    database: Database, nats_server: Nats, speaker: Any, listener: Any
) -> None:
    async with up(database, nats_server, SPEAKER, LISTENER) as ports, asker(nats_server) as asking:
        await ask_many(asking, 20, "p")
        assert await speaker.fetchval("SELECT count(*) FROM named") == 20
        await until(lambda: _count(listener, 20))
        async with aiohttp.ClientSession() as http, http.get(f"http://127.0.0.1:{ports[1]}/metrics") as answer:
            told = await answer.text()
        assert 'trackagoat_facts_total{projection="names",source="workspace"}' in told
        assert re.search(r'trackagoat_events_total{tag="[a-z_.]+v1"} \d+', told)
        await until(lambda: _ready(ports[1]))


async def test_a_projection_that_stands_still_makes_its_service_not_ready_while_it_lives(
    database: Database, nats_server: Nats, speaker: Any, listener: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "STUCK_SECONDS", 0.5)
    monkeypatch.setattr(health, "LOOK_SECONDS", 0.1)
    async with up(database, nats_server, SPEAKER, LISTENER) as ports, asker(nats_server) as asking:
        await until(lambda: _ready(ports[1]))
        async with listener.acquire() as holding, holding.transaction():
            await holding.execute("LOCK TABLE named IN ACCESS EXCLUSIVE MODE")
            await ask_many(asking, 3, "p")
            await until(lambda: _is_stuck(ports[1]))
            assert (await _get(ports[1], "healthz"))[0] == 200
            _, told = await _get(ports[1], "metrics")
            assert 'trackagoat_lag_events{projection="names",source="workspace"} 3.0' in told
            for name in ("feed_head", "unsequenced", "checkpoint", "lag_seconds", "parked", "ready"):
                assert f"\ntrackagoat_{name}" in told
        await until(lambda: _ready(ports[1]))
        await until(lambda: _count(listener, 3))


async def _is_stuck(port: int) -> bool:
    status, told = await _get(port, "readyz")
    return status == 503 and "names from workspace: 3 behind and not moving" in told


async def _get(port: int, path: str) -> tuple[int, str]:
    async with aiohttp.ClientSession() as http, http.get(f"http://127.0.0.1:{port}/{path}") as answer:
        return answer.status, await answer.text()


async def test_nothing_is_lost_when_nats_forgets_everything(
    database: Database, nats_server: Nats, speaker: Any, listener: Any
) -> None:
    async with up(database, nats_server, SPEAKER, LISTENER), asker(nats_server) as asking:
        await ask_many(asking, 10, "before")
        nats_server.stop()
        shutil.rmtree(nats_server.folder / "jetstream")
        nats_server.start()
        await topology.apply(nats_server.url, "operator", PASSWORDS["operator"])
        await ask_many(asking, 10, "after")
        await until(lambda: _count(listener, 20))
        await until(lambda: _stream_holds(nats_server, 20))


async def test_a_listener_that_was_away_catches_up_from_the_feed_alone(
    database: Database, nats_server: Nats, speaker: Any, listener: Any
) -> None:
    async with up(database, nats_server, SPEAKER), asker(nats_server) as asking:
        await ask_many(asking, 5, "early")
    connection = await topology.connect(nats_server.url, "operator", PASSWORDS["operator"])
    await connection.jetstream().purge_stream("EVENTS_WORKSPACE")
    await connection.close()
    async with up(database, nats_server, SPEAKER, LISTENER), asker(nats_server) as asking:
        await ask_many(asking, 5, "late")
        await until(lambda: _count(listener, 10))


async def test_a_second_relay_cannot_publish_anything(database: Database, nats_server: Nats, speaker: Any) -> None:
    bus = await Bus(nats_server.url, "workspace", "workspace", "test").open()
    rivals = [relay.run(speaker, bus, "workspace", Wake(), lambda _: None) for _ in range(2)]
    tasks = [asyncio.create_task(rival) for rival in rivals]
    writer = Writer(speaker, SPEAKER)
    for n in range(20):
        await writer.handle(ask(), [create(f"{n}")])
        await sequence(speaker)
    done, left = await asyncio.wait(tasks, timeout=20, return_when=asyncio.FIRST_COMPLETED)
    with pytest.raises(relay.Refusal, match="wrong last"):
        done.pop().result()
    await until(lambda: _stream_holds(nats_server, 20))
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)
    await bus.close()


async def test_the_relay_stops_loudly_when_the_stream_is_ahead_of_the_feed(
    database: Database, nats_server: Nats, speaker: Any
) -> None:
    async with up(database, nats_server, SPEAKER), asker(nats_server) as asking:
        await ask_many(asking, 3, "p")
        await until(lambda: _stream_holds(nats_server, 3))
    await _restored(database, 2)
    bus = await Bus(nats_server.url, "workspace", "workspace", "test").open()
    with pytest.raises(StreamAhead, match="restored from an older backup"):
        await relay.run(speaker, bus, "workspace", Wake(), lambda _: None)
    await bus.close()


async def test_a_listener_applies_nothing_of_a_stream_that_is_ahead_of_its_feed(
    database: Database, nats_server: Nats, speaker: Any, listener: Any
) -> None:
    async with up(database, nats_server, SPEAKER), asker(nats_server) as asking:
        await ask_many(asking, 3, "p")
        await until(lambda: _stream_holds(nats_server, 3))
    await _restored(database, 2)
    bus = await Bus(nats_server.url, "campaigns", "campaigns", "test").open()
    lanes = Lanes(listener, clock.new_id(), 5)
    follower = Follower(Writer(listener, LISTENER), listener, bus, LISTENER.projections[0], "workspace")
    with pytest.raises(StreamAhead, match="at seq 3, which is not in the feed"):
        await follower.run(lanes)
    assert await listener.fetchval("SELECT count(*) FROM named") == 2
    await bus.close()


async def test_a_listener_that_has_applied_what_is_lost_waits_for_somebody(
    database: Database, nats_server: Nats, speaker: Any, listener: Any
) -> None:
    async with up(database, nats_server, SPEAKER, LISTENER), asker(nats_server) as asking:
        await ask_many(asking, 3, "p")
        await until(lambda: _count(listener, 3))
    await _restored(database, 2)
    bus = await Bus(nats_server.url, "campaigns", "campaigns", "test").open()
    follower = Follower(Writer(listener, LISTENER), listener, bus, LISTENER.projections[0], "workspace")
    with pytest.raises(StreamAhead, match="applied up to 3, but the feed of workspace ends at 2"):
        await follower.catch_up()
    await bus.close()


async def _restored(database: Database, head: int) -> None:
    """The speaker's feed as an older backup has it."""
    admin = await _superuser(database)
    await admin.execute("SET session_replication_role = replica")
    await admin.execute("DELETE FROM workspace.feed WHERE seq > $1", head)
    await admin.execute("UPDATE workspace.feed_head SET seq = $1", head)
    await admin.close()


async def test_a_service_may_publish_nothing_but_its_own_events(nats_server: Nats) -> None:
    refused: list[str] = []

    async def note(error: Exception) -> None:
        refused.append(str(error))

    connection = await nats.connect(nats_server.url, user="ingest", password="test", error_cb=note)
    for subject in ("events.campaigns.1.X.o.s", "commands.goals.SetGoal", "$JS.API.STREAM.DELETE.EVENTS_INGEST"):
        await connection.publish(subject, b"{}")
    await connection.publish("events.ingest.1.X.o.s", b"{}")
    await connection.flush()

    async def three() -> bool:
        return len(refused) == 3

    await until(three)
    assert not [r for r in refused if "events.ingest" in r]
    await connection.close()


async def test_two_replicas_share_the_work_and_apply_each_fact_once(
    database: Database, nats_server: Nats, speaker: Any, listener: Any
) -> None:
    async with up(database, nats_server, SPEAKER, SPEAKER, LISTENER, LISTENER), asker(nats_server) as asking:
        await asyncio.gather(*(ask_many(asking, 10, f"{n}-") for n in range(4)))
        await until(lambda: _count(listener, 40))


async def _count(pool: Any, expected: int) -> bool:
    found = await pool.fetchval("SELECT count(*) FROM named")
    assert found <= expected
    return bool(found == expected)


async def _ready(port: int) -> bool:
    async with aiohttp.ClientSession() as http, http.get(f"http://127.0.0.1:{port}/readyz") as answer:
        return answer.status == 200


async def _stream_holds(server: Nats, count: int) -> bool:
    connection = await topology.connect(server.url, "operator", PASSWORDS["operator"])
    try:
        return (await connection.jetstream().stream_info("EVENTS_WORKSPACE")).state.messages == count
    finally:
        await connection.close()


async def _superuser(database: Database) -> Any:
    return await asyncpg.connect(database.dsn())


async def test_a_purge_within_the_duplicate_window_is_not_taken_for_stored(
    database: Database, nats_server: Nats, speaker: Any
) -> None:
    async with up(database, nats_server, SPEAKER), asker(nats_server) as asking:
        await ask_many(asking, 3, "p")
        await until(lambda: _stream_holds(nats_server, 3))
    connection = await topology.connect(nats_server.url, "operator", PASSWORDS["operator"])
    await connection.jetstream().purge_stream("EVENTS_WORKSPACE")
    await connection.close()
    bus = await Bus(nats_server.url, "workspace", "workspace", "test").open()
    with pytest.raises(relay.Refusal, match="does not hold it"):
        await relay.run(speaker, bus, "workspace", Wake(), lambda _: None)
    await bus.close()
