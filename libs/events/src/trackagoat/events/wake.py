"""Waking those who wait in this process when something was committed; polling is only the fallback."""

from __future__ import annotations

import asyncio
from collections import defaultdict


class Wake:
    """One flag per waiter, all raised together."""

    def __init__(self) -> None:
        """Nobody waits yet."""
        self._flags: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)

    def all(self) -> None:
        """Wake everybody."""
        for flag in self._flags.values():
            flag.set()

    def clear_for(self, name: str) -> None:
        """From now on a wake-up counts for this waiter (call before looking for work)."""
        self._flags[name].clear()

    async def wait_for(self, name: str, seconds: float) -> None:
        """Return when woken, or after that long."""
        try:
            async with asyncio.timeout(seconds):
                await self._flags[name].wait()
        except TimeoutError:
            return
