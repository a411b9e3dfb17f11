"""The sequencer: committed events become a dense feed.

The order of `events.pos` is not the order of commits; a reader that remembers a pos loses what commits later with
a smaller one. `feed.seq` is handed out after the commit, without gaps, and is what every reader remembers.
"""

from __future__ import annotations

from typing import Any

import asyncpg

from trackagoat.events.wake import Wake

BATCH = 2000
POLL_SECONDS = 0.25


async def sequence(pool: asyncpg.Pool[Any], batch: int = BATCH) -> int:
    """Move committed events to the feed; how many."""
    moved: int = await pool.fetchval("SELECT sequence_events($1)", batch)
    return moved


async def run(pool: asyncpg.Pool[Any], committed: Wake, sequenced: Wake) -> None:
    """Sequence for ever: at once after a commit of this process, else at every poll."""
    while True:
        committed.clear_for("sequencer")
        moved = await sequence(pool)
        if moved:
            sequenced.all()
        if moved < BATCH:
            await committed.wait_for("sequencer", POLL_SECONDS)
