"""The relay: the feed, published to the service's stream in order.

Every message names the one before it (`Nats-Expected-Last-Msg-Id`), so the server refuses a second relay, a gap
and a late repeat. Whatever goes wrong, the relay looks at the stream's last message and goes on from there: a
stream that was wiped is filled again from the feed.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import asyncpg
import structlog
from nats.aio.msg import Msg
from nats.js import JetStreamContext
from nats.js.errors import NotFoundError

from trackagoat.events import crash, tracing
from trackagoat.events.bus import Bus
from trackagoat.events.codec import TAGS
from trackagoat.events.errors import StreamAhead
from trackagoat.events.topology import RETENTION_SECONDS, stream_name, subject
from trackagoat.events.wake import Wake

log = structlog.get_logger()

IN_FLIGHT = 256
POLL_SECONDS = 0.25
ACK_SECONDS = 10.0

PAGE = """
SELECT f.seq, e.id, e.org, e.stream, e.version, e.tag, e.at, e.cause, e.correlation, e.actor, e.data
FROM feed f JOIN events e USING (pos)
WHERE f.seq > $1 AND NOT EXISTS (SELECT FROM purged p WHERE p.seq = f.seq) ORDER BY f.seq LIMIT $2
"""
"""Facts of the feed after a seq, in order, but those that the stream was purged of."""
_ID_AT = "SELECT e.id FROM feed f JOIN events e USING (pos) WHERE f.seq = $1"
_OLDEST = """
SELECT coalesce(min(f.seq) - 1, (SELECT seq FROM feed_head))
FROM feed f JOIN events e USING (pos) WHERE e.recorded_at > now() - $1 * interval '1 second'
"""


class Chain:
    """Where the stream stands: the feed seq and id of its last message, and its place in the stream."""

    def __init__(self, seq: int, headers: dict[str, str]) -> None:
        """`headers` of the next message say what must come before it."""
        self.seq = seq
        self.headers = headers

    def link(self, row: Any) -> dict[str, str]:
        """The headers that tie this row to the one before it."""
        expected = self.headers
        self.seq = row["seq"]
        self.headers = {"Nats-Expected-Last-Msg-Id": str(row["id"])}
        return expected


async def anchor(pool: asyncpg.Pool[Any], js: JetStreamContext, service: str) -> Chain:
    """Find where the stream stands. Raises StreamAhead when it holds what the feed does not."""
    name = stream_name(service)
    try:
        last = await js.get_last_msg(name, f"events.{service}.>")
    except NotFoundError:
        state = (await js.stream_info(name)).state
        oldest: int = await pool.fetchval(_OLDEST, RETENTION_SECONDS)
        return Chain(oldest, {"Nats-Expected-Last-Sequence": str(state.last_seq)})
    headers = last.headers or {}
    seq = int(headers["seq"])
    known = await pool.fetchval(_ID_AT, seq)
    if str(known) != headers["Nats-Msg-Id"]:
        message = (
            f"{name} ends with event {headers['Nats-Msg-Id']} at seq {seq}, the feed has {known} there: was the "
            "database restored from an older backup? `goat events reconcile --after-restore` fills it again"
        )
        raise StreamAhead(message)
    last_seq = (await js.stream_info(name)).state.last_seq
    return Chain(seq, {"Nats-Expected-Last-Sequence": str(last_seq)})


def headers_of(service: str, row: Any) -> dict[str, str]:
    """CloudEvents binary headers of a fact, its place in the feed, and what our own consumers need."""
    headers = {
        "Nats-Msg-Id": str(row["id"]),
        "ce-specversion": "1.0",
        "ce-id": str(row["id"]),
        "ce-type": row["tag"],
        "ce-source": f"/trackagoat/{service}",
        "ce-subject": f"{row['org']}/{row['stream']}",
        "ce-time": row["at"].isoformat(),
        "content-type": "application/json",
        "seq": str(row["seq"]),
        "actor": row["actor"],
    }
    if row["version"] is not None:
        headers["version"] = str(row["version"])
    if row["cause"] is not None:
        headers["cause"] = str(row["cause"])
    if row["correlation"] is not None:
        headers["correlation"] = row["correlation"]
    return headers | tracing.published(row["id"], row["correlation"])


class Refusal(Exception):
    """The stream did not take a message."""


class Publisher:
    """Publishes a page without waiting for each message, then waits until the stream has stored all of it.

    The client library's own pipelined publish never tells its caller that the server refused.
    """

    def __init__(self, bus: Bus) -> None:
        """Nothing happens before `open`."""
        self._bus = bus
        self._inbox = bus.client.new_inbox()
        self._page = 0
        self._missing = 0
        self._stored: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._subscription: Any = None

    async def open(self) -> None:
        """Listen for acknowledgements."""
        self._subscription = await self._bus.client.subscribe(f"{self._inbox}.*", cb=self._on_ack)

    async def close(self) -> None:
        """Stop listening."""
        if self._subscription is not None and self._bus.connected:
            await self._subscription.unsubscribe()

    async def publish(self, service: str, chain: Chain, rows: list[Any]) -> None:
        """Publish a page in order. Raises Refusal when the stream does not take all of it."""
        self._page += 1
        self._missing = len(rows)
        self._stored = asyncio.get_running_loop().create_future()
        for row in rows:
            place = subject(service, TAGS.kind(row["tag"]).__name__, row["org"], row["stream"])
            headers = headers_of(service, row) | chain.link(row)
            reply = f"{self._inbox}.{self._page}"
            await self._bus.client.publish(place, row["data"].encode(), reply=reply, headers=headers)
        crash.point("relay.published")
        async with asyncio.timeout(ACK_SECONDS):
            await self._stored

    async def _on_ack(self, message: Msg) -> None:
        if not message.subject.endswith(f".{self._page}") or self._stored.done():
            return
        answer = json.loads(message.data) if message.data else {"error": {"description": "no stream listens"}}
        if "error" in answer:
            self._stored.set_exception(Refusal(answer["error"]["description"]))
            return
        if answer.get("duplicate"):
            # After a purge the server still remembers ids for a while: it acknowledges, and stores nothing.
            self._stored.set_exception(Refusal("the stream remembers the message but does not hold it"))
            return
        self._missing -= 1
        if not self._missing:
            self._stored.set_result(None)


async def run(pool: asyncpg.Pool[Any], bus: Bus, service: str, sequenced: Wake, moved: Callable[[int], None]) -> None:
    """Relay until the connection was renewed; any fault ends the call, and the next one finds its place anew.

    `moved` is told the seq of the last fact the stream has stored.
    """
    connections = bus.connections
    chain = await anchor(pool, bus.jetstream(), service)
    log.info("relay in place", seq=chain.seq)
    moved(chain.seq)
    publisher = Publisher(bus)
    await publisher.open()
    try:
        while bus.connections == connections:
            sequenced.clear_for("relay")
            rows = await pool.fetch(PAGE, chain.seq, IN_FLIGHT)
            if rows:
                await publisher.publish(service, chain, rows)
                moved(chain.seq)
            if len(rows) < IN_FLIGHT:
                await sequenced.wait_for("relay", POLL_SECONDS)
    finally:
        await publisher.close()
