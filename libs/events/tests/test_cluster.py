"""On three replicated NATS nodes the chain holds, whichever node dies or is cut off under load."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import nats.errors
import nats.js.errors
import pytest

from trackagoat.embedded import NatsUser
from trackagoat.embedded.cluster import NatsCluster
from trackagoat.events import topology
from trackagoat.events.bus import connect_asker
from trackagoat.events.host.run import running
from trackagoat.events.host.service import Service
from trackagoat.events.host.settings import Settings
from trackagoat.events.testing.plugin import PASSWORDS, Database
from trackagoat.events.testing.sample import LISTENER, SPEAKER, ask, create, until

STREAM = "EVENTS_WORKSPACE"


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[NatsCluster]:
    """Three nodes; the streams are not declared yet."""
    cluster = NatsCluster(tmp_path, users=[NatsUser(*user) for user in topology.users(PASSWORDS)])
    cluster.start()
    yield cluster
    cluster.stop()


@contextlib.asynccontextmanager
async def up(database: Database, cluster: NatsCluster, *services: Service) -> AsyncIterator[None]:
    async with contextlib.AsyncExitStack() as stack:
        for service in services:
            given = {
                "database_url": database.dsn(service.name),
                "nats_url": cluster.url,
                "nats_user": service.name,
                "nats_password": "test",
                "lease_seconds": 1,
            }
            await stack.enter_async_context(running(service, Settings.model_validate(given)))
        yield


async def declare(cluster: NatsCluster) -> None:
    """Declare the streams with three replicas, as soon as the nodes have found each other."""

    async def declared() -> bool:
        try:
            await topology.apply(cluster.url, "operator", PASSWORDS["operator"], replicas=3)
        except (nats.errors.Error, nats.js.errors.Error, TimeoutError):
            return False
        return True

    await until(declared, 60)


async def stream(cluster: NatsCluster) -> Any:
    """What the cluster says of the stream, asked of whichever node answers."""
    for _ in range(100):
        for node in cluster.nodes.values():
            try:
                async with asyncio.timeout(2):
                    connection = await topology.connect(node.url, "operator", PASSWORDS["operator"])
                    info = await connection.jetstream(timeout=1).stream_info(STREAM)
                    await connection.close()
            except (nats.errors.Error, nats.js.errors.Error, TimeoutError, OSError):
                continue
            if info.cluster and info.cluster.leader:
                return info
        await asyncio.sleep(0.1)
    raise AssertionError(STREAM)


async def load(asking: Any, count: int) -> None:
    """Ask that many times, one after the other, each until it is answered."""
    for n in range(count):
        (outcome,) = await asking.ask(ask(), [create(f"goat {n}")], timeout=60)
        assert outcome.refused is None


async def chain(cluster: NatsCluster) -> list[int]:
    """The feed seq of every message, in the order of the stream."""
    connection = await topology.connect(cluster.url, "operator", PASSWORDS["operator"])
    js = connection.jetstream()
    last = (await js.stream_info(STREAM)).state.last_seq
    messages = [await js.get_msg(STREAM, seq) for seq in range(1, last + 1)]
    await connection.close()
    return [int((message.headers or {})["seq"]) for message in messages]


@pytest.mark.timeout(300)
async def test_a_dead_leader_and_a_node_cut_off_lose_and_repeat_nothing(
    database: Database, cluster: NatsCluster, speaker: Any, listener: Any
) -> None:
    await declare(cluster)
    async with up(database, cluster, SPEAKER, LISTENER):
        bus, asking = await connect_asker(cluster.url, "operator", PASSWORDS["operator"])
        loading = asyncio.create_task(load(asking, 200))
        leader = (await stream(cluster)).cluster.leader
        await until(lambda: _stored(speaker, 40), 60)
        await asyncio.to_thread(cluster.nodes[leader].kill)
        await until(lambda: _stored(speaker, 80), 60)
        await asyncio.to_thread(cluster.nodes[leader].start)
        following = (await stream(cluster)).cluster.leader
        cluster.hold(following)
        await until(lambda: _stored(speaker, 130), 60)
        cluster.release(following)
        await loading
        await until(lambda: _heard(listener, 200), 60)
        await until(lambda: _published(cluster, 200), 60)
        assert await chain(cluster) == list(range(1, 201))
        await bus.close()


async def _stored(pool: Any, count: int) -> bool:
    return bool(await pool.fetchval("SELECT count(*) FROM events") >= count)


async def _heard(pool: Any, count: int) -> bool:
    return bool(await pool.fetchval("SELECT count(*) FROM named") == count)


async def _published(cluster: NatsCluster, count: int) -> bool:
    return bool((await stream(cluster)).state.messages == count)
