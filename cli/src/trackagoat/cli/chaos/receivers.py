"""Webhook endpoints that keep what they get, and fail some of it the first time."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from random import Random  # noqa: TID251 - what fails is a function of the seed

import msgspec
from aiohttp import web

SHARE_REFUSED = 0.1
SHARE_UNANSWERED = 0.1
SHARE_SLOW = 0.1


class Received(msgspec.Struct, frozen=True):
    """One request: at which endpoint, under which id, what it said, and whether it was answered as taken."""

    endpoint: str
    webhook_id: str
    body: bytes
    taken: bool = True


class Receivers:
    """Endpoints `/<name>`. Each fails a message at most once: it is refused, or taken and not answered."""

    def __init__(self, seed: int) -> None:
        """Nothing is received yet."""
        self._seed = seed
        self._seen: set[tuple[str, str]] = set()
        self.got: list[Received] = []
        self.port = 0

    def url(self, endpoint: str) -> str:
        """Where an endpoint listens."""
        return f"http://127.0.0.1:{self.port}/{endpoint}"

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[Receivers]:
        """Listen on a free port, again on the same one later."""
        app = web.Application()
        app.router.add_post("/{endpoint}", self._take)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", self.port).start()
            self.port = int(runner.addresses[0][1])
            yield self
        finally:
            await runner.cleanup()

    async def _take(self, request: web.Request) -> web.Response:
        endpoint, id = request.match_info["endpoint"], request.headers.get("webhook-id", "")
        body = await request.read()
        first = (endpoint, id) not in self._seen
        self._seen.add((endpoint, id))
        fate = Random(f"{self._seed} {endpoint} {len(self._seen)}").random() if first else 1.0  # noqa: S311 - seeded
        self.got.append(Received(endpoint, id, body, taken=fate >= SHARE_REFUSED + SHARE_UNANSWERED))
        if fate < SHARE_REFUSED:
            return web.Response(status=500)
        if fate < SHARE_REFUSED + SHARE_UNANSWERED and request.transport is not None:
            request.transport.abort()
        elif fate < SHARE_REFUSED + SHARE_UNANSWERED + SHARE_SLOW:
            await asyncio.sleep(1)
        return web.Response()
