"""The projector: facts of other services, followed in order, become rows.

One page at a time is in work per (projection, source). Its rows and the marks of the lanes it holds facts of commit
together, so each fact counts exactly once whatever is repeated. Live facts come from JetStream; whenever they do not
continue exactly where the marks stand, the owner's feed in PostgreSQL fills the gap.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
import structlog
from nats.aio.msg import Msg
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy
from nats.js.errors import NotFoundError

from trackagoat.events import clock, crash, marks, parking, tracing
from trackagoat.events.bus import Bus
from trackagoat.events.catalogue.words import OrgId
from trackagoat.events.codec import TAGS, decode_actor
from trackagoat.events.envelope import Heard
from trackagoat.events.errors import StreamAhead, Unavailable
from trackagoat.events.host.metrics import CHECKPOINT, FACTS
from trackagoat.events.host.service import Part
from trackagoat.events.lanes import Lanes
from trackagoat.events.ledger import feed_query, from_row, readable
from trackagoat.events.topology import lane, lane_of, stream_name
from trackagoat.events.writer import Writer

log = structlog.get_logger()

WINDOW = 1000
"""Messages asked for ahead of the page in work."""
HEARTBEAT_SECONDS = 2.0
EXPIRES_SECONDS = 20.0
INACTIVE_SECONDS = 60.0
RESTORED = "was the database restored from an older backup? docs/runbooks.md says how to go on"


class Gap(Exception):
    """What came next is not what comes next in the feed."""


class Page(msgspec.Struct, frozen=True):
    """Facts in feed order, up to and including `last`; those nobody wants, or of other lanes, are left out."""

    facts: Sequence[Heard[Any]]
    last: int


class Follower:
    """Keeps one projection or policy of a service in step with one source, in some lanes."""

    def __init__(  # noqa: PLR0913, PLR0917 - what it works with
        self,
        writer: Writer,
        pool: asyncpg.Pool[Any],
        bus: Bus,
        part: Part,
        source: str,
        lanes: frozenset[int] = marks.EVERY_LANE,
    ) -> None:
        """Follow `source` for `part` in these lanes; nothing happens before it is told to."""
        self._writer, self._pool, self._bus = writer, pool, bus
        self._part, self._source, self._lanes = part, source, lanes
        self._wanted = TAGS.of(part.hears(source))
        self.seq = 0

    async def run(self, lanes: Lanes) -> None:
        """Follow until other lanes are held, the connection was renewed or the stream has a gap; then come again."""
        await self.catch_up()
        connections = self._bus.connections
        start = await self._start()
        tap = Tap(self._bus, stream_name(self._source), start)
        lanes.on_change.add(tap.wake)
        try:
            await tap.open()
            while self._bus.connections == connections and lanes.held == self._lanes:
                messages = await tap.take()
                if messages:
                    await self.apply(self._page(messages))
        except Gap as gap:
            log.info("filling a gap from the feed", projection=self._part.name, source=self._source, why=str(gap))
        finally:
            lanes.on_change.discard(tap.wake)
            await tap.close()

    async def catch_up(self) -> None:
        """Read the owner's feed up to its head. Raises StreamAhead when a mark is beyond it: what comes next under a
        seq that was applied already would be passed over.
        """
        await marks.begin(self._pool, self._part.name, self._source)
        stand = await marks.read(self._pool, self._part.name, self._source, self._lanes)
        head = await self._pool.fetchval(f"SELECT seq FROM {self._source}.feed_head")  # noqa: S608 - a service's name
        if max(stand.values()) > head:
            message = f"applied up to {max(stand.values())}, but the feed of {self._source} ends at {head}: {RESTORED}"
            raise StreamAhead(message)
        self.seq = min(stand.values())
        query = feed_query(self._source)
        while rows := await self._pool.fetch(query, self.seq, WINDOW):
            wanted = [row for row in rows if lane(row["org"]) in self._lanes and self._wants(row["tag"])]
            await self.apply(Page([from_row(self._source, row) for row in wanted], rows[-1]["seq"]))
            crash.point("follower.paged")

    async def apply(self, page: Page) -> None:
        """Write the page's rows, carry out its consequences and move the checkpoint, in one transaction.

        When that fails for a reason that will not pass, the facts are applied one by one and the poison is parked.
        """
        try:
            with tracing.hearing(self._writer.service, self._part.name, page.facts):
                await self._writer.transact(lambda tx: self._apply(tx, page))
        except parking.PASSING:
            raise
        except Exception as error:  # noqa: BLE001 - whatever a fact can break, the others must go on
            log.warning("a page failed, applying it fact by fact", projection=self._part.name, error=repr(error))
            for fact in page.facts:
                await self._apply_alone(fact)
            await self._writer.transact(lambda tx: self._apply(tx, Page((), page.last)))
        self.seq = page.last
        FACTS.labels(self._part.name, self._source).inc(len(page.facts))
        CHECKPOINT.labels(self._part.name, self._source).set(page.last)

    async def _apply(self, tx: Any, page: Page) -> None:
        fresh = marks.beyond(page.facts, await marks.lock(tx, self._part.name, self._source, self._lanes))
        passable = await parking.keep_back(tx, self._part.name, self._source, fresh)
        await self._writer.give(tx, self._part, passable)
        crash.point("follower.applied")
        await marks.move(tx, self._part.name, self._source, self._lanes, page.last)

    async def _apply_alone(self, fact: Heard[Any]) -> None:
        """Apply one fact, or park it after a few tries."""
        page = Page([fact], fact.seq)
        for attempt in range(1, parking.TRIES + 1):
            try:
                await self._writer.transact(lambda tx: self._apply(tx, page))
            except parking.PASSING:
                raise
            except Exception as error:  # noqa: BLE001 - the reason is kept with the parked fact
                why = f"{type(error).__name__}: {error}"
            else:
                return
            await asyncio.sleep(clock.jitter(0.05 * attempt))
        await self._writer.transact(lambda tx: self._park(tx, fact, why))

    async def _park(self, tx: Any, fact: Heard[Any], why: str) -> None:
        stand = await marks.lock(tx, self._part.name, self._source, self._lanes)
        await parking.park(tx, self._part.name, self._source, [(one, why) for one in marks.beyond([fact], stand)])
        await marks.move(tx, self._part.name, self._source, self._lanes, fact.seq)

    def _wants(self, tag: str) -> bool:
        """Also tags nobody here knows: what they mean must not be passed over."""
        return tag in self._wanted or tag not in TAGS

    async def _start(self) -> int:
        """Where in the stream the fact after the checkpoint is, or will be.

        Raises StreamAhead when the stream holds what its owner's ledger has lost: it must not be applied.
        """
        js, name = self._bus.jetstream(), stream_name(self._source)
        try:
            last = await js.get_last_msg(name, f"events.{self._source}.>")
        except NotFoundError:
            state = (await js.stream_info(name)).state
            return int(state.last_seq) + 1
        headers = last.headers or {}
        known = await self._pool.fetch(feed_query(self._source, "f.seq = $1"), int(headers["seq"]))
        if not known or str(known[0]["id"]) != headers["Nats-Msg-Id"]:
            last_one = f"event {headers['Nats-Msg-Id']} at seq {headers['seq']}"
            message = f"{name} ends with {last_one}, which is not in the feed: {RESTORED}"
            raise StreamAhead(message)
        ahead = int(headers["seq"]) - self.seq
        return max(1, int(last.seq or 0) - ahead + 1)

    def _page(self, messages: Sequence[Msg]) -> Page:
        """Decode what is wanted. Raises Gap when a message is not the next one."""
        facts, seq = [], self.seq
        for message in messages:
            headers = message.headers or {}
            place = int(headers["seq"])
            if place <= seq:
                continue
            if place != seq + 1:
                message_text = f"expected seq {seq + 1}, the stream gave {place}"
                raise Gap(message_text)
            seq = place
            if lane_of(message.subject) in self._lanes and self._wants(headers["ce-type"]):
                facts.append(from_message(self._source, message))
        return Page(facts, seq)


def from_message(service: str, message: Msg) -> Heard[Any]:
    """A message of the stream as a fact; one that cannot be decoded comes as Unreadable."""
    headers = message.headers or {}
    org, stream = headers["ce-subject"].split("/", 1)
    return Heard(
        service=service,
        seq=int(headers["seq"]),
        id=UUID(headers["ce-id"]),
        org=OrgId(UUID(org)),
        stream=stream,
        version=int(headers["version"]) if "version" in headers else None,
        at=msgspec.convert(headers["ce-time"], datetime),
        actor=decode_actor(headers["actor"]),
        cause=UUID(headers["cause"]) if "cause" in headers else None,
        request_id=headers.get("correlation"),
        event=readable(headers["ce-type"], message.data),
    )


class Tap:
    """An ordered read of a stream from a place on: an ephemeral pull consumer with a bounded window."""

    def __init__(self, bus: Bus, stream: str, start: int) -> None:
        """Nothing happens before `open`."""
        self._bus, self._stream, self._start = bus, stream, start
        self._arrived: list[Msg] = []
        self._flag = asyncio.Event()
        self._asked = 0
        self._name = ""
        self._inbox = ""
        self._subscription: Any = None

    async def open(self) -> None:
        """Create the consumer and ask for the first window."""
        config = ConsumerConfig(
            deliver_policy=DeliverPolicy.BY_START_SEQUENCE,
            opt_start_seq=self._start,
            ack_policy=AckPolicy.NONE,
            mem_storage=True,
            num_replicas=1,
            inactive_threshold=INACTIVE_SECONDS,
        )
        self._bus.on_reconnect.add(self.wake)
        info = await self._bus.jetstream().add_consumer(self._stream, config)
        self._name = info.name
        self._inbox = self._bus.client.new_inbox()
        self._subscription = await self._bus.client.subscribe(self._inbox, cb=self._on_message)
        await self._ask(WINDOW)

    async def take(self) -> list[Msg]:
        """Everything that has arrived, at least one message; empty when only the window had to be renewed.

        Raises Unavailable when even the heartbeat stays away.
        """
        if not self._arrived:
            self._flag.clear()
            try:
                async with asyncio.timeout(HEARTBEAT_SECONDS * 3):
                    await self._flag.wait()
            except TimeoutError as error:
                message = f"{self._stream} went silent"
                raise Unavailable(message) from error
        messages, self._arrived = self._arrived, []
        if self._asked <= WINDOW // 2:
            await self._ask(WINDOW - self._asked)
        return messages

    def wake(self) -> None:
        """Let `take` return, with or without messages."""
        self._flag.set()

    async def close(self) -> None:
        """Drop the subscription; the consumer vanishes by itself."""
        self._bus.on_reconnect.discard(self.wake)
        if self._subscription is not None and self._bus.connected:
            await self._subscription.unsubscribe()

    async def _ask(self, count: int) -> None:
        request = {
            "batch": count,
            "expires": int(EXPIRES_SECONDS * 1e9),
            "idle_heartbeat": int(HEARTBEAT_SECONDS * 1e9),
        }
        self._asked += count
        subject = f"$JS.API.CONSUMER.MSG.NEXT.{self._stream}.{self._name}"
        await self._bus.client.publish(subject, json.dumps(request).encode(), reply=self._inbox)

    async def _on_message(self, message: Msg) -> None:
        status = (message.headers or {}).get("Status")
        if status is None:
            self._asked -= 1
            self._arrived.append(message)
        elif status == "408":
            self._asked -= int((message.headers or {}).get("Nats-Pending-Messages", 0))
        elif status != "100":
            log.warning(
                "stream read ended", stream=self._stream, status=status, why=(message.headers or {}).get("Description")
            )
            return
        self._flag.set()


async def follow(  # noqa: PLR0913, PLR0917 - what a follower works with
    writer: Writer, pool: asyncpg.Pool[Any], bus: Bus, part: Part, source: str, lanes: Lanes
) -> None:
    """Follow `source` for `part` in the lanes held, until something changed; then come again."""
    if not lanes.held:
        await lanes.changed()
        return
    await Follower(writer, pool, bus, part, source, lanes.held).run(lanes)
