"""Read lag: by how many seconds the read models of a service are behind what the others have said."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING

import structlog
from aiohttp import web

from trackagoat.events.host.service import DB
from trackagoat.gateway.reads import marks

if TYPE_CHECKING:
    from trackagoat.events.sql import Db

log = structlog.get_logger()

HEADER = "X-Read-Lag"
TOLD_SECONDS = 2.0
LOOK_SECONDS = 0.5
_REMEMBER_LOOKS = 7200

SHOWN_BY: Mapping[str, tuple[str, ...]] = {
    "Account": ("workspace",),
    "Organizations": ("workspace",),
    "Members": ("workspace",),
    "Invitations": ("workspace",),
    "API keys": ("workspace",),
    "Limits": ("workspace", "ingest", "campaigns"),
    "Projects": ("workspace",),
    "Creators": ("ingest",),
    "Videos": ("ingest",),
    "Campaigns": ("campaigns",),
    "Goals": ("goals",),
    "Notifications": ("notifications",),
    "Documents": (),
    "Removed": (),
}
"""Whose read models the calls of a tag show; those of other tags show everybody's."""


class Lag:
    """Remembers when each feed came how far, and so how long ago a service's mark was the head."""

    def __init__(self) -> None:
        """Nothing was looked at yet."""
        self._heads: dict[str, deque[tuple[float, int]]] = {}
        self._behind: dict[str, float] = {}

    def note(self, rows: Iterable[marks.MarkRow], now: float) -> None:
        """Take in heads and marks as they were at `now`, a steadily rising number of seconds."""
        applied: list[marks.MarkRow] = []
        for row in rows:
            if row.service != row.source:
                applied.append(row)
                continue
            seen = self._heads.setdefault(row.source, deque(maxlen=_REMEMBER_LOOKS))
            if not seen or seen[-1][1] != row.seq:
                seen.append((now, row.seq))
        self._behind = {}
        for row in applied:
            self._behind[row.service] = max(self._behind.get(row.service, 0.0), now - self._since(row, now))

    def seconds(self, tag: str) -> float:
        """How far behind the answers of calls with that tag are; 0 when they are not."""
        services = SHOWN_BY.get(tag, tuple(self._behind))
        return max((self._behind.get(service, 0.0) for service in services), default=0.0)

    def headers(self, tag: str) -> dict[str, str]:
        """What an answer says about it: nothing up to two seconds."""
        seconds = self.seconds(tag)
        return {HEADER: f"{seconds:.1f}"} if seconds > TOLD_SECONDS else {}

    def _since(self, row: marks.MarkRow, now: float) -> float:
        """When the feed first held something the service has not applied; now, when there is nothing."""
        seen = self._heads.get(row.source)
        if not seen or seen[-1][1] <= row.seq:
            return now
        return next(at for at, head in seen if head > row.seq)

    async def look(self, db: Db) -> None:
        """Look once."""
        self.note(await marks.marks(db), asyncio.get_running_loop().time())

    async def watch(self, app: web.Application) -> AsyncIterator[None]:
        """Look again and again while the application runs."""
        task = asyncio.create_task(self._keep_looking(app[DB]))
        yield
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    async def _keep_looking(self, db: Db) -> None:
        while True:
            try:
                await self.look(db)
            except Exception as error:  # noqa: BLE001 - without the database calls fail by themselves
                log.debug("marks were not read", error=repr(error))
            await asyncio.sleep(LOOK_SECONDS)
