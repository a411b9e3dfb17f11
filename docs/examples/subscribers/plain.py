"""A subscriber with nothing but nats-py: prints every fact of its streams as a line of JSON.

    pip install nats-py
    NATS_URL=nats://127.0.0.1:4222 NAME=acme PASSWORD=… python plain.py EVENTS_INGEST EVENTS_GOALS

`LIMIT=10` ends it after ten facts.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys

import nats
from nats.errors import TimeoutError as NothingCame

NAME = os.environ["NAME"]
LIMIT = int(os.environ.get("LIMIT", sys.maxsize))
seen: set[str] = set()


async def follow(js: nats.js.JetStreamContext, stream: str, enough: asyncio.Event) -> None:
    """Pull, do the work, acknowledge. What is not acknowledged within 30 seconds comes again."""
    consumer = await js.pull_subscribe_bind(NAME, stream)
    while not enough.is_set():
        try:
            messages = await consumer.fetch(100, timeout=1)
        except NothingCame:
            continue
        for message in messages:
            headers = message.headers or {}
            if headers["ce-id"] not in seen and len(seen) < LIMIT:  # in earnest: remember it where the work is stored
                print(json.dumps({"type": headers["ce-type"], "data": json.loads(message.data)}), flush=True)
                seen.add(headers["ce-id"])
            await message.ack()
        if len(seen) >= LIMIT:
            enough.set()


async def main() -> None:
    """Follow every stream named on the command line."""
    connection = await nats.connect(
        os.environ["NATS_URL"],
        user=NAME,
        password=os.environ["PASSWORD"],
        inbox_prefix=f"_INBOX.{NAME}".encode(),
        max_reconnect_attempts=-1,
    )
    js, enough = connection.jetstream(domain="trackagoat"), asyncio.Event()
    await asyncio.gather(*(follow(js, stream, enough) for stream in sys.argv[1:]))
    await connection.drain()


if __name__ == "__main__":
    asyncio.run(main())
