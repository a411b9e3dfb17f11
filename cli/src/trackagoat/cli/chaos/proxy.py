"""A TCP proxy on this machine that can cut, slow, silence and half-close what goes through it."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Literal, Self

Mode = Literal["open", "cut", "slow", "half-open", "mute"]

CHUNK = 64 * 1024
SLOW_SECONDS = 0.15
"""What every chunk waits on a slow way."""


class Way:
    """One way to a server. Connections are passed on as the mode says.

    `cut`: connections end, new ones are refused. `slow`: every chunk waits. `half-open`: both sides think that they
    are connected, and nothing arrives. `mute`: what is said arrives, the answers do not.
    """

    def __init__(self, port: int) -> None:
        """To that port of this machine; nothing happens before it is entered."""
        self._to = port
        self._mode: Mode = "open"
        self._writers: set[asyncio.StreamWriter] = set()
        self._passing: set[asyncio.Task[None]] = set()
        self.port = 0

    async def __aenter__(self) -> Self:
        """Listen on a free port."""
        self._server = await asyncio.start_server(self._begin, "127.0.0.1", 0)
        self.port = int(self._server.sockets[0].getsockname()[1])
        return self

    async def __aexit__(self, *_: object) -> None:
        """End every connection."""
        self._server.close()
        self._end()
        await asyncio.gather(*self._passing, return_exceptions=True)
        await self._server.wait_closed()

    async def disturb(self, mode: Mode, seconds: float) -> None:
        """Be like that for a while. Who was silenced has lost bytes, so those connections end with it."""
        self._mode = mode
        if mode == "cut":
            self._end()
        try:
            await asyncio.sleep(seconds)
        finally:
            self._mode = "open"
            if mode in {"half-open", "mute"}:
                self._end()

    def _end(self) -> None:
        for writer in tuple(self._writers):
            writer.transport.abort()

    def _begin(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        passing = asyncio.create_task(self._accept(reader, writer))
        self._passing.add(passing)
        passing.add_done_callback(self._passing.discard)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            if self._mode == "cut":
                return
            there_reader, there = await asyncio.open_connection("127.0.0.1", self._to)
            self._writers.add(there)
            try:
                await self._both(reader, there, there_reader, writer)
            finally:
                self._close(there)
        except OSError:
            return
        finally:
            self._close(writer)

    async def _both(
        self,
        reader: asyncio.StreamReader,
        there: asyncio.StreamWriter,
        there_reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        asked = asyncio.create_task(self._pass(reader, there, frozenset({"half-open"})))
        answered = asyncio.create_task(self._pass(there_reader, writer, frozenset({"half-open", "mute"})))
        await asyncio.wait({asked, answered}, return_when=asyncio.FIRST_COMPLETED)
        for task in (asked, answered):
            task.cancel()
        await asyncio.gather(asked, answered, return_exceptions=True)

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, deaf: frozenset[Mode]) -> None:
        with contextlib.suppress(OSError):
            while chunk := await reader.read(CHUNK):
                if self._mode == "slow":
                    await asyncio.sleep(SLOW_SECONDS)
                if self._mode in deaf:
                    continue
                writer.write(chunk)
                await writer.drain()

    def _close(self, writer: asyncio.StreamWriter) -> None:
        self._writers.discard(writer)
        writer.close()
