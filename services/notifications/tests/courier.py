"""A process that delivers and does nothing else, to be killed: `python courier.py DSN SECRET_KEY LEASE_SECONDS`."""

from __future__ import annotations

import asyncio
import contextlib
import sys

import msgspec

from trackagoat.events import clock, due
from trackagoat.events.host.database import connect_pool
from trackagoat.events.writer import Writer
from trackagoat.notifications.service import service
from trackagoat.notifications.settings import Settings


async def main(dsn: str, secret_key: str, lease_seconds: str) -> None:
    """Until somebody ends it."""
    settings = Settings.model_validate(
        {"database_url": dsn, "secret_key": secret_key, "outbound_allowlist": "127.0.0.1"}
    )
    one, pool = service(settings), await connect_pool(dsn, "notifications")
    [kind] = [kind for kind in one.due if kind.kind == "delivery"]
    short = msgspec.structs.replace(kind, lease_seconds=float(lease_seconds))
    async with contextlib.AsyncExitStack() as stack:
        for around in one.around:
            await stack.enter_async_context(around)
        await due.run(pool, Writer(pool, one), short, clock.new_id())


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
