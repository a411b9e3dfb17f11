"""A subscriber with FastStream: prints every fact of its streams as a line of JSON.

    pip install 'faststream[nats]'
    NATS_URL=nats://127.0.0.1:4222 NAME=acme PASSWORD=… python with_faststream.py EVENTS_INGEST EVENTS_GOALS

`LIMIT=10` ends it after ten facts.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys

from faststream import AckPolicy, FastStream
from faststream.nats import JStream, NatsBroker, NatsMessage, PullSub
from faststream.security import SASLPlaintext

NAME = os.environ["NAME"]
LIMIT = int(os.environ.get("LIMIT", sys.maxsize))
seen: set[str] = set()

broker = NatsBroker(
    os.environ["NATS_URL"],
    security=SASLPlaintext(username=NAME, password=os.environ["PASSWORD"]),
    inbox_prefix=f"_INBOX.{NAME}".encode(),
    js_options={"domain": "trackagoat"},
    max_reconnect_attempts=-1,
    logger=None,
)
app = FastStream(broker)


async def hear(body: dict[str, object], message: NatsMessage) -> None:
    """One fact. It is acknowledged when this returns; an error leaves it, and it comes again after 30 seconds."""
    id, kind = message.headers["ce-id"], message.headers["ce-type"]
    if id not in seen and len(seen) < LIMIT:  # in earnest: remember it where the work is stored
        print(json.dumps({"type": kind, "data": body}), flush=True)
        seen.add(id)
    if len(seen) >= LIMIT:
        app.exit()


for stream in sys.argv[1:]:
    broker.subscriber(
        "events.>",  # the consumer that is there already says which of them
        durable=NAME,
        inbox_prefix=f"_INBOX.{NAME}.".encode(),
        stream=JStream(stream, declare=False),
        pull_sub=PullSub(batch_size=1, timeout=1.0),
        ack_policy=AckPolicy.NACK_ON_ERROR,
    )(hear)

if __name__ == "__main__":
    asyncio.run(app.run())
