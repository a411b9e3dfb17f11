"""The proxy does to connections what it is told, and nothing else."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest

from trackagoat.cli.chaos.proxy import SLOW_SECONDS, Way


@pytest.fixture
async def way() -> AsyncIterator[Way]:
    """A way to a server that answers every line with the same line."""

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            while line := await reader.readline():
                heard.append(line)
                writer.write(line)
                await writer.drain()
        writer.close()

    echoing: list[asyncio.Task[None]] = []
    server = await asyncio.start_server(lambda r, w: echoing.append(asyncio.create_task(echo(r, w))), "127.0.0.1", 0)
    async with server:
        async with Way(server.sockets[0].getsockname()[1]) as way:
            yield way
        await asyncio.gather(*echoing)


heard: list[bytes] = []


async def said(way: Way, line: bytes) -> bytes:
    """What comes back over a new connection; nothing when it ends."""
    reader, writer = await asyncio.open_connection("127.0.0.1", way.port)
    try:
        writer.write(line)
        return await reader.readline()
    except ConnectionError:
        return b""
    finally:
        writer.transport.abort()


async def test_an_open_way_passes_everything_on(way: Way) -> None:
    assert await said(way, b"hello\n") == b"hello\n"


@pytest.mark.parametrize("mode", ["cut", "half-open", "mute"])
async def test_a_disturbed_way_brings_no_answer_and_an_ended_connection(way: Way, mode: str) -> None:
    disturbance = asyncio.create_task(way.disturb(mode, 0.3))  # type: ignore[arg-type]
    await asyncio.sleep(0)
    assert await said(way, b"hello\n") == b""
    await disturbance
    assert await said(way, b"again\n") == b"again\n"


async def test_on_a_mute_way_what_was_said_still_arrived(way: Way) -> None:
    heard.clear()
    disturbance = asyncio.create_task(way.disturb("mute", 0.3))
    await asyncio.sleep(0)
    await said(way, b"hello\n")
    await disturbance
    assert b"hello\n" in heard


async def test_on_a_slow_way_everything_arrives_later(way: Way) -> None:
    loop = asyncio.get_running_loop()
    disturbance = asyncio.create_task(way.disturb("slow", 1.0))
    await asyncio.sleep(0)
    began = loop.time()
    assert await said(way, b"hello\n") == b"hello\n"
    assert loop.time() - began >= SLOW_SECONDS
    disturbance.cancel()
