"""What a stream holds: its ends, the server's counts, and every message's place."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import msgspec
import nats.errors
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy
from nats.js.errors import NotFoundError

from trackagoat.events.errors import Unavailable
from trackagoat.events.topology import stream_name

PAGE = 1000


class Place(msgspec.Struct, frozen=True):
    """A message of the stream: where it is there, the feed seq it names (None: none), its id."""

    at: int
    seq: int | None
    id: str


class Held(msgspec.Struct, frozen=True):
    """What a stream holds. Its ends are read before and after counting, because it may be moving."""

    before: tuple[Place, Place] | None
    after: tuple[Place, Place] | None
    messages: int
    deleted: int
    partitions: Mapping[int, int]


@contextmanager
def reachable() -> Iterator[None]:
    """What the client library raises becomes Unavailable."""
    try:
        yield
    except nats.errors.Error as error:
        message = f"NATS does not answer as it should: {str(error) or type(error).__name__}"
        raise Unavailable(message) from error


async def look(client: Client, service: str) -> Held | None:
    """What the stream holds now; None when there is none."""
    try:
        return await _look(client, service)
    except NotFoundError:
        return None


async def _look(client: Client, service: str) -> Held:
    before = await _ends(client, service)
    state, partitions = await _counts(client, service)
    return Held(before, await _ends(client, service), state["messages"], state.get("num_deleted", 0), partitions)


async def _ends(client: Client, service: str) -> tuple[Place, Place] | None:
    js, name = client.jetstream(), stream_name(service)
    while True:
        state = (await js.stream_info(name)).state
        if not state.messages:
            return None
        try:
            first = await js.get_msg(name, seq=state.first_seq)
            last = await js.get_last_msg(name, f"events.{service}.>")
        except NotFoundError:
            continue  # what it held a moment ago has left it
        return _place(first.seq, first.headers), _place(last.seq, last.headers)


async def _counts(client: Client, service: str) -> tuple[dict[str, Any], dict[int, int]]:
    """The server's own numbers, and messages per partition."""
    partitions: Counter[int] = Counter()
    offset = 0
    while True:
        question = json.dumps({"subjects_filter": f"events.{service}.>", "offset": offset})
        reply = await client.request(f"$JS.API.STREAM.INFO.{stream_name(service)}", question.encode(), timeout=10)
        answer = json.loads(reply.data)
        if "error" in answer:
            raise NotFoundError(description=answer["error"]["description"])
        subjects = answer["state"].get("subjects") or {}
        for subject, messages in subjects.items():
            partitions[_number(subject)] += messages
        offset += len(subjects)
        if not subjects or offset >= answer.get("total", 0):
            return answer["state"], dict(partitions)


async def pages(client: Client, service: str, until: int) -> AsyncIterator[list[Place]]:
    """Every message's place in order, up to a place of the stream; bodies are not fetched."""
    async for page in messages(client, service, until, bodies=False):
        yield [_place(m.metadata.sequence.stream, m.headers) for m in page]


async def messages(client: Client, service: str, until: int, *, bodies: bool = True) -> AsyncIterator[list[Msg]]:
    """Every message in order, up to a place of the stream."""
    js, name = client.jetstream(), stream_name(service)
    config = ConsumerConfig(
        deliver_policy=DeliverPolicy.ALL,
        ack_policy=AckPolicy.NONE,
        headers_only=not bodies,
        mem_storage=True,
        num_replicas=1,
        inactive_threshold=60.0,
    )
    consumer = await js.add_consumer(name, config)
    tap = await js.pull_subscribe_bind(consumer=consumer.name, stream=name)
    try:
        at = 0
        while at < until:
            page = await tap.fetch(PAGE, timeout=10)
            at = page[-1].metadata.sequence.stream
            yield [message for message in page if message.metadata.sequence.stream <= until]
    finally:
        await tap.unsubscribe()
        await js.delete_consumer(name, consumer.name)


def _place(at: int | None, headers: Mapping[str, str] | None) -> Place:
    told = headers or {}
    seq = told.get("seq", "")
    return Place(at or 0, int(seq) if seq.isdigit() else None, told.get("Nats-Msg-Id", ""))


def _number(subject: str) -> int:
    token = subject.split(".")[2]
    return int(token) if token.isdigit() else -1
