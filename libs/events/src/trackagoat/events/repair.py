"""Repairing: a stream is brought in step with its feed, through the relay's own chain and under its lease.

What is missing at the end is published. A chain cannot fill a hole, so a stream with holes or repeats is emptied and
filled again from the feed. A stream that is ahead holds what the ledger does not; it is emptied, too, only for whoever
says that the ledger was restored, and `lost` tells first what goes with it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js import JetStreamContext

from trackagoat.events import clock, leases, relay
from trackagoat.events.bus import Bus
from trackagoat.events.errors import LeaseLost
from trackagoat.events.held import look, messages, reachable
from trackagoat.events.reconcile import Comparison, State, compare
from trackagoat.events.topology import stream_name, streams

LEASE_SECONDS = 30.0
ROUNDS = 3
FORGET_SECONDS = 0.1
"""The shortest time for which NATS can be told to remember message ids."""
FORGOTTEN_SECONDS = 0.3
"""After this long it usually has forgotten them."""

AHEAD = (
    "the database was restored from an older backup, or somebody published by hand: restore the newest backup; if that "
    "is what it was, `goat events reconcile --after-restore` goes on from there"
)
_HERE = """
SELECT id::text FROM {0}.events
WHERE id IN (SELECT t.id::uuid FROM unnest($1::text[]) AS t(id) WHERE t.id ~ '^[0-9a-f-]{{36}}$')
"""


def explain(found: Comparison) -> str:
    """What a comparison says, in a sentence."""
    match found.state:
        case "in step":
            return f"in step at {found.head:,}"
        case "absent":
            return "the stream does not exist"
        case "behind":
            return f"behind by {found.behind:,}: the stream ends at {found.last or 0:,}, the feed at {found.head:,}"
        case "holes":
            return f"the stream lacks seq {', '.join(map(str, found.missing))}"
        case "duplicates":
            return f"the stream holds seq {', '.join(map(str, found.repeated))} more than once"
        case "ahead":
            named = ", ".join(f"{place.id or 'one without id'} as seq {place.seq}" for place in found.unknown[:3])
            return f"the stream holds what the feed does not: {named}"


def remedy(found: Comparison) -> str:
    """What to do about it."""
    if found.state == "ahead":
        return AHEAD
    if found.state == "absent":
        return "restart with `goat up`, which declares the streams"
    return "`goat events reconcile --repair` publishes what is missing"


async def repair(
    pool: asyncpg.Pool[Any],
    bus: Bus,
    service: str,
    told: Callable[[int], None] = lambda _: None,
    *,
    restored: bool = False,
) -> Comparison:
    """Bring the stream in step, as far as that may be done; what it is like afterwards.

    `pool` is in the service's schema, the bus is the operator's. `told` hears how many facts were published.
    `restored`: the ledger is right, and what the stream holds beyond it goes.
    """
    kept: set[State] = {"in step", "absent"} if restored else {"in step", "absent", "ahead"}
    found = await compare(pool, bus.client, service, every=restored)
    if found.state in kept:
        return found
    holder = clock.new_id()
    async with _relaying(pool, holder):
        with reachable():
            for turn in range(1, ROUNDS + 1):
                found = await compare(pool, bus.client, service, every=restored)
                if found.state in kept:
                    break
                await _mend(pool, bus, found, holder, told, turn)
            return await compare(pool, bus.client, service)


class Lost(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a message tells that the ledger does not hold, in the words of its headers."""

    id: str
    type: str
    subject: str
    time: str
    seq: int | None
    actor: str
    data: Any


async def lost(pool: asyncpg.Pool[Any], client: Client, service: str) -> AsyncIterator[list[Lost]]:
    """What the stream tells that the ledger does not hold, in pages. Raises Unavailable."""
    with reachable():
        held = await look(client, service)
        if held is None or held.after is None:
            return
        async for page in messages(client, service, held.after[1].at):
            found = [_told(message) for message in page]
            rows = await pool.fetch(_HERE.format(service), [one.id for one in found])
            here = {row["id"] for row in rows}
            yield [one for one in found if one.id not in here]


def _told(message: Msg) -> Lost:
    headers = message.headers or {}
    try:
        data = msgspec.json.decode(message.data)
    except msgspec.DecodeError:
        data = message.data.decode(errors="replace")
    place = headers.get("seq", "")
    return Lost(
        id=headers.get("Nats-Msg-Id", ""),
        type=headers.get("ce-type", ""),
        subject=headers.get("ce-subject", message.subject),
        time=headers.get("ce-time", ""),
        seq=int(place) if place.isdigit() else None,
        actor=headers.get("actor", ""),
        data=data,
    )


async def _mend(  # noqa: PLR0913, PLR0917 - what a repair works with
    pool: asyncpg.Pool[Any], bus: Bus, found: Comparison, holder: UUID, told: Callable[[int], None], turn: int
) -> None:
    """Make room where it is needed, and publish; a stream that still remembers too much is given longer next turn."""
    seconds = turn * turn * FORGOTTEN_SECONDS
    await _make_room(bus.jetstream(), found.service, empty=found.state != "behind", seconds=seconds)
    try:
        await _publish(pool, bus, found.service, holder, told)
    except relay.Refusal:
        if turn == ROUNDS:
            raise


@asynccontextmanager
async def _relaying(pool: asyncpg.Pool[Any], holder: UUID) -> AsyncIterator[None]:
    """Be the relay: whoever is it now steps down when it next renews its lease, and may take over afterwards."""
    left = await leases.seize(pool, "relay", holder, LEASE_SECONDS)
    try:
        await asyncio.sleep(left)
        yield
    finally:
        await leases.drop(pool, "relay", holder)


async def _make_room(js: JetStreamContext, service: str, *, empty: bool, seconds: float) -> None:
    """Make the stream forget which ids it has seen lately, or it would take what it lost for a repeat.

    It forgets in its own time: `seconds` are waited for, and a stream that still remembers is given longer.
    """
    name = stream_name(service)
    replicas = (await js.stream_info(name)).config.num_replicas or 1
    (declared,) = (config for config in streams(replicas) if config.name == name)
    try:
        await js.update_stream(declared.evolve(duplicate_window=FORGET_SECONDS))
        if empty:
            await js.purge_stream(name)
        await asyncio.sleep(seconds)
    finally:
        await js.update_stream(declared)


async def _publish(pool: asyncpg.Pool[Any], bus: Bus, service: str, holder: UUID, told: Callable[[int], None]) -> None:
    chain = await relay.anchor(pool, bus.jetstream(), service)
    publisher = relay.Publisher(bus)
    await publisher.open()
    try:
        while rows := await pool.fetch(relay.PAGE, chain.seq, relay.IN_FLIGHT):
            if await leases.take(pool, "relay", holder, LEASE_SECONDS) is None:
                raise LeaseLost("relay")
            await publisher.publish(service, chain, rows)
            told(len(rows))
    finally:
        await publisher.close()
