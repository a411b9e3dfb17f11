"""Hanging up: it takes its time where somebody listens, and little where nobody does."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Iterator
from typing import Any

import pytest

from trackagoat.embedded import Nats
from trackagoat.events import commands
from trackagoat.events.bus import Bus, within
from trackagoat.events.testing.sample import SPEAKER
from trackagoat.events.writer import Writer

LIMIT_SECONDS = 8.0
"""The library waits ten for the word of a server."""


@pytest.fixture
def silent(nats_server: Nats) -> Iterator[Nats]:
    """A server that can be told to stop answering; afterwards it answers again."""
    yield nats_server
    _send(nats_server, signal.SIGCONT)


def _send(server: Nats, number: signal.Signals) -> None:
    assert server.pid is not None
    os.kill(server.pid, number)


async def test_a_connection_whose_server_says_nothing_is_given_up_soon(silent: Nats) -> None:
    bus = await Bus(silent.url, "workspace", "workspace", "test").open()

    async def heard(_: Any) -> None:
        """Nothing is said."""

    await bus.client.subscribe("commands.workspace.>", cb=heard)
    _send(silent, signal.SIGSTOP)
    async with asyncio.timeout(LIMIT_SECONDS):
        await bus.close()


async def test_whoever_answers_commands_stops_soon_when_the_server_says_nothing(silent: Nats, speaker: Any) -> None:
    bus = await Bus(silent.url, "workspace", "workspace", "test").open()
    server = commands.broker(bus, "workspace", ["CreateProject"], Writer(speaker, SPEAKER))
    await server.start()
    _send(silent, signal.SIGSTOP)
    async with asyncio.timeout(LIMIT_SECONDS):
        await commands.hang_up(server)
    _send(silent, signal.SIGCONT)
    await bus.close()


async def test_what_takes_too_long_ends_though_it_takes_no_for_an_answer() -> None:
    told = 0

    async def deaf() -> None:
        nonlocal told
        for _ in range(3):
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                told += 1
        raise asyncio.CancelledError

    with pytest.raises(TimeoutError):
        await within(0.01, deaf())
    assert told == 3


async def test_what_fails_in_time_says_so() -> None:
    async def broken() -> None:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        await within(5, broken())
