"""Tidying: answers to commands are kept long enough for any retry, and no longer."""

from __future__ import annotations

import asyncio
from typing import Any

import asyncpg

KEPT_DAYS = 7
EVERY_SECONDS = 600.0
_OLD = "DELETE FROM outcomes WHERE at < now() - $1 * interval '1 day'"


async def run(pool: asyncpg.Pool[Any]) -> None:
    """Tidy for ever."""
    while True:
        await pool.execute(_OLD, KEPT_DAYS)
        await asyncio.sleep(EVERY_SECONDS)
