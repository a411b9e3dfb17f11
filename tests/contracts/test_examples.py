"""The subscribers shown in docs/examples work as they stand, with credentials as `goat subscribers` makes them."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest

from trackagoat.embedded import Guests, Nats, NatsUser, Share
from trackagoat.events import topology
from trackagoat.events.testing.plugin import PASSWORDS
from trackagoat.events.topology import Subscriber

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples" / "subscribers"
NODE = EXAMPLES / "node"
ORG, OTHER = UUID(int=1), UUID(int=2)
ACME = Subscriber(name="acme", password="secret", org=ORG)
PATIENCE_SECONDS = 150
"""A fact that a busy machine hands over too late for one pull comes again half a minute later."""

node = pytest.mark.skipif(
    shutil.which("node") is None or not (NODE / "node_modules").is_dir(),
    reason="needs node, and `npm ci` in its folder",
)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Nats]:
    users = [NatsUser(*user) for user in topology.users(PASSWORDS)]
    guests = Guests([NatsUser(*topology.subscriber("acme", "secret"))], [Share(*share) for share in topology.SHARES])
    server = Nats(tmp_path / "nats", users=users, guests=guests)
    server.start()
    try:
        yield server
    finally:
        server.stop()


@pytest.mark.parametrize(
    "command",
    [
        pytest.param([sys.executable, str(EXAMPLES / "plain.py")], id="plain nats-py"),
        pytest.param([sys.executable, str(EXAMPLES / "with_faststream.py")], id="FastStream"),
        pytest.param(["node", str(NODE / "subscriber.mjs")], id="Node", marks=node),
    ],
)
async def test_an_example_hears_its_org_and_acknowledges(server: Nats, command: list[str]) -> None:
    await topology.apply(server.url, "operator", "test")
    house = await topology.connect(server.url, "operator", "test")
    js = house.jetstream()
    for nth, (service, org) in enumerate([("ingest", ORG), ("ingest", OTHER), ("goals", ORG), ("goals", ORG)]):
        headers = {"ce-id": str(UUID(int=nth)), "ce-type": f"fact.{nth}.v1"}
        await js.publish(topology.subject(service, "Fact", org, "stream"), b'{"n":1}', headers=headers)
    await topology.admit(server.url, "operator", "test", [ACME])
    environment = os.environ | {"NATS_URL": server.url, "NAME": "acme", "PASSWORD": "secret", "LIMIT": "3"}
    process = await asyncio.create_subprocess_exec(
        *command, "EVENTS_INGEST", "EVENTS_GOALS", env=environment, stdout=-1, stderr=-1
    )
    try:
        out, err = await asyncio.wait_for(process.communicate(), PATIENCE_SECONDS)
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
    assert process.returncode == 0, err.decode()
    heard = [json.loads(line) for line in out.splitlines()]
    assert sorted(fact["type"] for fact in heard) == ["fact.0.v1", "fact.2.v1", "fact.3.v1"]
    assert {fact["data"]["n"] for fact in heard} == {1}
    places = [await js.consumer_info(stream, "acme") for stream in ("EVENTS_INGEST", "EVENTS_GOALS")]
    assert [(place.num_pending, place.num_ack_pending) for place in places] == [(0, 0), (0, 0)]
    await house.close()
