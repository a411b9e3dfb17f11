"""A small HTTP/1.1 caller over kept-alive connections: light, so that it measures the server and not itself."""

from __future__ import annotations

import asyncio
import re
from urllib.parse import urlsplit

from benchmarks.figures import Stopwatch

_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)


class Caller:
    """One connection that asks the same thing again and again."""

    def __init__(self, url: str, key: str = "") -> None:
        """Nothing happens before `open`."""
        parts = urlsplit(url)
        self._host, self._port = parts.hostname or "", parts.port or 80
        target = f"{parts.path}?{parts.query}" if parts.query else parts.path
        bearer = f"Authorization: Bearer {key}\r\n" if key else ""
        self._request = f"GET {target} HTTP/1.1\r\nHost: {parts.netloc}\r\n{bearer}\r\n".encode()

    async def open(self) -> None:
        """Connect."""
        self._reader, self._writer = await asyncio.open_connection(self._host, self._port, limit=1024 * 1024)

    async def close(self) -> None:
        """Hang up."""
        self._writer.close()
        await self._writer.wait_closed()

    async def call(self) -> bytes:
        """The body of the answer, which must be a success."""
        self._writer.write(self._request)
        head = await self._reader.readuntil(b"\r\n\r\n")
        length = _LENGTH.search(head)
        assert head.startswith(b"HTTP/1.1 200"), head
        assert length is not None, head
        return await self._reader.readexactly(int(length[1]))


async def load(url: str, key: str, calls: int, at_once: int, took: list[float]) -> float:
    """Calls per second with that many connections; how long each took is added to `took`."""
    todo = iter(range(calls))
    callers = [Caller(url, key) for _ in range(at_once)]
    await asyncio.gather(*(caller.open() for caller in callers))

    async def work(caller: Caller) -> None:
        for _ in todo:
            one = Stopwatch()
            await caller.call()
            took.append(one.seconds)

    whole = Stopwatch()
    await asyncio.gather(*(work(caller) for caller in callers))
    rate = calls / whole.seconds
    await asyncio.gather(*(caller.close() for caller in callers))
    return rate
