"""Watching over parts: each is started again when it ends, after a pause that grows while it keeps ending."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from trackagoat.cli.health import Health
from trackagoat.cli.parts import Part

LOOK_SECONDS = 0.2
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 30.0
SETTLED_SECONDS = 30.0
"""A part that lived this long is given the first pause again."""


class Watched:
    """A part, and what is known of it."""

    def __init__(self, part: Part) -> None:
        """Nothing is known yet."""
        self.part = part
        self.restarts = 0
        self.began = 0.0
        self.trouble = "starting"
        """Why it does not run; empty while it does."""
        self.health: Health | None = None

    @property
    def name(self) -> str:
        return self.part.name

    @property
    def uptime(self) -> float:
        """Seconds it has been running, 0 when it is not."""
        return time.monotonic() - self.began if self.part.running else 0.0

    async def start(self) -> None:
        """Start the part. Raises what the part raises."""
        self.health = None
        await self.part.start()
        self.began, self.trouble = time.monotonic(), ""


async def keep(watched: Watched, changed: Callable[[], None], tell: Callable[[str], None]) -> None:
    """Keep a started part running for ever; `changed` is called when it is another process, `tell` says so."""
    pause = FIRST_PAUSE
    while True:
        while watched.part.running:
            await asyncio.sleep(LOOK_SECONDS)
        pause = FIRST_PAUSE if time.monotonic() - watched.began > SETTLED_SECONDS else pause
        watched.trouble = watched.part.ending()
        tell(f"{watched.name} {watched.trouble}; starting it again in {pause:.1f} s")
        await asyncio.sleep(pause)
        pause = min(pause * 2, LONGEST_PAUSE)
        watched.restarts += 1
        try:
            await watched.start()
        except Exception as error:  # noqa: BLE001 - whatever keeps it from starting, it is tried again
            watched.trouble = str(error) or type(error).__name__
            watched.began = time.monotonic()
            continue
        finally:
            changed()
        tell(f"{watched.name} started again (process {watched.part.pid})")
