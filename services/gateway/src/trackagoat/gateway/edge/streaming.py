"""Server-Sent Events: frames written as fast as the caller takes them, and no faster."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator

from aiohttp import web

WRITE_SECONDS = 30.0
"""A caller that takes nothing for so long is let go; it comes back with Last-Event-ID."""

HEADERS = {"Content-Type": "text/event-stream; charset=utf-8", "X-Accel-Buffering": "no"}

Frames = AsyncGenerator[bytes, None]


async def stream(request: web.Request, frames: Frames) -> web.StreamResponse:
    """Send the frames until they end or the caller goes. The first one is awaited before anything is answered, so
    that what is wrong with the call still is an error answer.
    """
    response = web.StreamResponse(headers=HEADERS)
    async with contextlib.aclosing(frames):
        first = await anext(frames)
        await response.prepare(request)
        with contextlib.suppress(ConnectionError, TimeoutError):
            await _write(response, first)
            async for frame in frames:
                await _write(response, frame)
    return response


async def _write(response: web.StreamResponse, frame: bytes) -> None:
    async with asyncio.timeout(WRITE_SECONDS):
        await response.write(frame)
