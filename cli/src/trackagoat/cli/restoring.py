"""After the database was restored to an earlier moment: what NATS and other services know beyond it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import asyncpg
import msgspec

from trackagoat.cli.joining import role_dsn
from trackagoat.cli.state import Folder
from trackagoat.events import clock, marks, repair
from trackagoat.events.bus import Bus
from trackagoat.events.topology import SERVICES


class Aftermath(msgspec.Struct, frozen=True):
    """What one service's ledger has lost: facts, the file they are kept in, and readers that had applied some."""

    lost: int = 0
    kept_in: str | None = None
    put_back: Sequence[str] = ()
    """As `<service>/<projection>`; the rows of these may know what was lost."""


async def settle(folder: Folder, pool: asyncpg.Pool[Any], bus: Bus, service: str) -> Aftermath:
    """Keep what the stream alone still holds, and put marks beyond the feed back to its head.

    `pool` is in the service's schema. It may be repeated; whatever is kept is kept before anything is thrown away.
    """
    head = await pool.fetchval("SELECT seq FROM feed_head")
    put_back = [
        one for reader in SERVICES if reader != service for one in await _put_back(folder, reader, service, head)
    ]
    lost, file = await _kept(folder, pool, bus, service)
    return Aftermath(lost, str(file) if lost else None, put_back)


async def _put_back(folder: Folder, reader: str, source: str, head: int) -> list[str]:
    db = await asyncpg.connect(role_dsn(folder.running().database_url, reader, folder.secrets()))
    try:
        return [f"{reader}/{projection}" for projection in sorted(await marks.put_back(db, reader, source, head))]
    finally:
        await db.close()


async def _kept(folder: Folder, pool: asyncpg.Pool[Any], bus: Bus, service: str) -> tuple[int, Path]:
    """Write the facts that only the stream holds to a file, a line each: how many, and where."""
    place = folder.path / "lost"
    place.mkdir(mode=0o700, exist_ok=True)
    file, count = place / f"{service}-{clock.now():%Y%m%dT%H%M%S}.jsonl", 0
    fresh = file.with_suffix(".new")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
        async for page in repair.lost(pool, bus.client, service):
            count += len(page)
            out.writelines(msgspec.json.encode(fact) + b"\n" for fact in page)
        out.flush()
        os.fsync(out.fileno())
    if count:
        fresh.rename(file)
    else:
        fresh.unlink()
    return count, file
