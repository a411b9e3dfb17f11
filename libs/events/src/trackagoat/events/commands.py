"""Commands: how a service is asked. FastStream carries request and reply; the writer decides."""

from __future__ import annotations

import contextlib
import time
from typing import Any

import nats.errors
import structlog
from faststream.nats import NatsBroker, NatsMessage, NatsResponse
from faststream.security import SASLPlaintext

from trackagoat.events import crash, tracing
from trackagoat.events.bus import CLOSE_SECONDS, Bus, ask_from, within
from trackagoat.events.codec import decode_commands, encode
from trackagoat.events.group import Group
from trackagoat.events.host.metrics import COMMAND_SECONDS
from trackagoat.events.topology import command_subject
from trackagoat.events.writer import Writer

log = structlog.get_logger()

HANG_UP_SECONDS = 5.0


def broker(bus: Bus, service: str, commands: list[str], writer: Writer) -> NatsBroker:
    """A broker that answers these commands of the service; the caller starts and stops it.

    FastStream's own decoding and logging are off: the codec decodes, and a log line per message halves throughput.
    """
    options = bus.options()
    user, password = options.pop("user"), options.pop("password")
    security = SASLPlaintext(username=user, password=password) if user and password else None
    server = NatsBroker(**options, security=security, max_reconnect_attempts=-1, logger=None, apply_types=False)
    group = Group(writer)
    for name in commands:
        _answer(server, service, name, group)
    return server


async def hang_up(server: NatsBroker) -> None:
    """Answer no more commands; with NATS away there is nobody left to tell."""
    try:
        await within(HANG_UP_SECONDS, server.stop())
    except (TimeoutError, nats.errors.Error) as error:
        log.info("stopped answering without a word", error=repr(error))
        with contextlib.suppress(TimeoutError, nats.errors.Error):
            connection = await server.connect()  # the one it has
            await within(CLOSE_SECONDS, connection.close())


async def _whole(message: NatsMessage) -> NatsMessage:
    """Hand over the message as it is: the ask travels in its headers."""
    return message


def _answer(server: NatsBroker, service: str, name: str, group: Group) -> None:
    latency = COMMAND_SECONDS.labels(name)

    @server.subscriber(command_subject(service, name), queue=service, decoder=_whole, max_workers=64)
    async def answer(message: NatsMessage) -> NatsResponse:
        started = time.perf_counter()
        try:
            ask, under = ask_from(message.headers), message.headers.get(tracing.HEADER)
            with tracing.doing(service, name, ask.request_id, under=under, id=ask.command_id, kind="SERVER"):
                outcomes = await group.handle(ask, decode_commands(name, message.body))
        except Exception as error:
            log.exception("command failed", command=name)
            return NatsResponse(b"", headers={"fault": f"{service} failed on {name}: {type(error).__name__}"})
        finally:
            latency.observe(time.perf_counter() - started)
        crash.point("command.answered")
        return NatsResponse(encode(outcomes), headers={"content-type": "application/json"})


def names(service: Any) -> list[str]:
    """The commands a service decides."""
    return [command.__name__ for decider in service.deciders for command in decider.commands]
