"""The bus: one NATS connection per process that never gives up, and commands as request and reply.

Facts do not travel here: the relay publishes them, the projector reads them.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Coroutine, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
import nats
import nats.errors
import structlog
from nats.aio.client import Client
from nats.js import JetStreamContext

from trackagoat.events import tracing
from trackagoat.events.catalogue.words import Command, OrgId
from trackagoat.events.codec import decode_actor, decode_outcomes, encode
from trackagoat.events.decider import Outcome
from trackagoat.events.envelope import Ask
from trackagoat.events.errors import Unavailable
from trackagoat.events.topology import command_subject

log = structlog.get_logger()

FIRST_PATIENCE_SECONDS = 2.0
"""How long the first reply is waited for before the same is asked again; doubled every time."""
PENDING_BYTES = 8 * 1024 * 1024
CLOSE_SECONDS = 2.0
"""How long the last words of a connection may take, and as long once more for its end."""
DEAF_SECONDS = 0.1
"""How long whoever is told to end has to hear it."""


async def within(seconds: float, work: Coroutine[Any, Any, object]) -> None:
    """Do the work, for so long at most. Raises TimeoutError.

    For the library, `drain` being cancelled is `drain` being done, after which it waits ten seconds for the server's
    word. So it is told again until it hears.
    """
    task = asyncio.create_task(work)
    try:
        _, going = await asyncio.wait({task}, timeout=seconds)
        late = bool(going)
        while going:
            task.cancel()
            _, going = await asyncio.wait(going, timeout=DEAF_SECONDS)
        if late:
            raise TimeoutError
        task.result()
    finally:
        task.cancel()


class Bus:
    """A NATS connection with unlimited reconnects, and the knowledge of when it was renewed."""

    def __init__(self, url: str, name: str, user: str | None, password: str | None) -> None:
        """Nothing happens before `open`."""
        self._url, self._name, self._user, self._password = url, name, user, password
        self.client = Client()
        self._closing = False
        self.connections = 0
        """Rises with every (re)connection; who remembers an older number starts afresh."""
        self.on_reconnect: set[Callable[[], None]] = set()
        """Called when the connection was renewed, for those who wait for messages that will not come."""

    async def open(self) -> Bus:
        """Connect, however long it takes."""
        await self.client.connect(**self.options(), max_reconnect_attempts=-1)
        self.connections = 1
        return self

    def options(self) -> dict[str, Any]:
        """Connection options, also for the command server's own connection."""
        return {
            "servers": self._url.split(","),
            "name": self._name,
            "user": self._user,
            "password": self._password,
            "inbox_prefix": f"_INBOX.{self._user or self._name}".encode(),
            "reconnect_time_wait": 0.25,
            "connect_timeout": 5,
            "ping_interval": 5,
            "max_outstanding_pings": 2,
            "pending_size": PENDING_BYTES,
            "error_cb": self._on_error,
            "disconnected_cb": self._on_disconnect,
            "reconnected_cb": self._on_reconnect,
        }

    def jetstream(self) -> JetStreamContext:
        """JetStream on this connection."""
        return self.client.jetstream(timeout=5)

    async def publish(self, subject: str, data: bytes, headers: dict[str, str]) -> bool:
        """Put a message into the stream of its subject; was it new, by its Nats-Msg-Id? Raises Unavailable."""
        try:
            ack = await self.jetstream().publish(subject, data, headers=headers)
        except (nats.errors.Error, TimeoutError) as error:
            message = f"no stream took it: {str(error) or type(error).__name__}"
            raise Unavailable(message) from error
        return not ack.duplicate

    @property
    def connected(self) -> bool:
        """Is there a connection at this moment?"""
        return bool(self.client.is_connected)

    async def close(self) -> None:
        """Say what is still to be said and hang up."""
        self._closing = True
        try:
            await within(CLOSE_SECONDS, self.client.drain())
        except (TimeoutError, nats.errors.Error):
            with contextlib.suppress(TimeoutError):
                await within(CLOSE_SECONDS, self.client.close())

    async def _on_error(self, error: Exception) -> None:
        log.warning("nats", error=repr(error))

    async def _on_disconnect(self) -> None:
        if not self._closing:
            log.info("nats connection lost, reconnecting")

    async def _on_reconnect(self) -> None:
        self.connections += 1
        for wake in tuple(self.on_reconnect):
            wake()
        log.info("nats connection back")


class BusAsker:
    """Asks services over the bus; a service that is away is asked again until the time is up."""

    def __init__(self, bus: Bus) -> None:
        """Use that connection."""
        self._bus = bus

    async def ask(self, ask: Ask, commands: Sequence[Command], *, timeout: float = 5.0) -> list[Outcome]:
        """One outcome per command, in order. Raises Unavailable; asking again with the same id is safe."""
        first = commands[0]
        subject = command_subject(first.service, type(first).__name__)
        data, headers = encode(list(commands)), headers_of(ask) | tracing.onward()
        try:
            async with asyncio.timeout(timeout):
                return await self._answered(subject, data, headers)
        except (TimeoutError, nats.errors.Error) as error:
            message = f"{first.service} did not answer within {timeout:g} s"
            raise Unavailable(message) from error

    async def _answered(self, subject: str, data: bytes, headers: dict[str, str]) -> list[Outcome]:
        """Ask until there is an answer. A reply may be lost with its connection; asking again is safe."""
        patience = FIRST_PATIENCE_SECONDS
        while True:
            try:
                reply = await self._bus.client.request(subject, data, timeout=patience, headers=headers)
            except nats.errors.TimeoutError:
                patience *= 2
                continue
            except (nats.errors.NoRespondersError, nats.errors.ConnectionReconnectingError):
                await asyncio.sleep(0.1)
                continue
            if reply.headers and (fault := reply.headers.get("fault")):
                raise Unavailable(fault)
            return decode_outcomes(reply.data)


def headers_of(ask: Ask) -> dict[str, str]:
    """What travels with a command, as headers."""
    headers = {
        "org": str(ask.org),
        "command-id": str(ask.command_id),
        "at": ask.at.isoformat(),
        "actor": encode(ask.actor).decode(),
    }
    more = {"request-id": ask.request_id, "expected": None if ask.expected is None else str(ask.expected)}
    return headers | {name: value for name, value in more.items() if value is not None}


def ask_from(headers: dict[str, str]) -> Ask:
    """The same, read back. Raises KeyError or ValueError when headers are missing or malformed."""
    return Ask(
        org=OrgId(UUID(headers["org"])),
        command_id=UUID(headers["command-id"]),
        at=msgspec.convert(headers["at"], datetime),
        actor=decode_actor(headers["actor"]),
        request_id=headers.get("request-id"),
        expected=int(headers["expected"]) if "expected" in headers else None,
    )


async def connect_asker(url: str, user: str | None, password: str | None) -> tuple[Bus, BusAsker]:
    """A connection for asking commands from outside a service; close the bus when done."""
    bus = await Bus(url, user or "asker", user, password).open()
    return bus, BusAsker(bus)
