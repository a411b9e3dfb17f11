"""Running a service: everything opened in order, supervised while it runs, closed in reverse."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

import asyncpg
import structlog
from aiohttp import web
from pydantic import SecretStr

from trackagoat.events import clock, commands, due, leases, relay, sequencer, topology, tracing
from trackagoat.events.bus import Bus, BusAsker
from trackagoat.events.errors import KernelError
from trackagoat.events.host import logs, migrate, tidy
from trackagoat.events.host.database import Databases, connect_pool
from trackagoat.events.host.health import Health
from trackagoat.events.host.http import add_health
from trackagoat.events.host.metrics import FAILURES
from trackagoat.events.host.service import ASKER, DB, Service
from trackagoat.events.host.settings import Settings, told
from trackagoat.events.lanes import Lanes
from trackagoat.events.projector import follow
from trackagoat.events.wake import Wake
from trackagoat.events.writer import Writer

log = structlog.get_logger()
S = TypeVar("S", bound=Settings)

FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.1, 5.0
"""How long a part that failed rests before it is begun again."""

CANCEL_SECONDS = 1.0
"""How long a part has to end before it is told again."""
LAST_RESORT_SECONDS = 10.0
"""How long, beyond the grace period, all of it has to end."""
IDLE_SECONDS = 75.0
"""How long a connection may be without a whole request, at its start too; longer than proxies keep theirs."""


def main(build: Callable[[S], Service], settings_type: type[S]) -> None:
    """Read the settings, run the service until it is told to stop, exit."""
    settings = told(settings_type)
    service = build(settings)
    logs.configure(service.name, settings.log_level)
    try:
        with asyncio.Runner(loop_factory=_loop_factory()) as runner:
            runner.run(_until_signal(service, settings))
    except KernelError as error:
        log.critical("cannot run", error=f"{type(error).__name__}: {error}", remedy=(type(error).__doc__ or "").strip())
        sys.exit(1)
    except (OSError, asyncpg.PostgresError) as error:
        log.critical("cannot run", error=str(error), remedy="check DATABASE_URL, NATS_URL and HTTP_PORT")
        sys.exit(1)


async def _until_signal(service: Service, settings: Settings) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with running(service, settings):
        log.info("running")
        await stop.wait()
        log.info("stopping")
        asyncio.get_running_loop().call_later(settings.grace_seconds + LAST_RESORT_SECONDS, _give_up)


def _give_up() -> None:
    """Go as a crash would, which loses nothing."""
    log.critical("did not come to an end in time, going anyway")
    os._exit(1)


@contextlib.asynccontextmanager
async def running(service: Service, settings: Settings) -> AsyncIterator[int]:
    """The service, running; the value is its HTTP port."""
    async with contextlib.AsyncExitStack() as stack:
        told_to = settings.otel_exporter_otlp_endpoint
        await stack.enter_async_context(tracing.started(service.name, told_to, settings.otel_traces_sampler_arg))
        url, statements = settings.database_url.get_secret_value(), settings.statement_cache_size
        pool = await connect_pool(url, service.name, settings.pool_size, statements)
        stack.push_async_callback(_close, pool)
        await migrate.verify(pool, service.name)
        db: Any = Databases(pool, await stack.enter_async_context(_elsewhere(service.name, settings)))
        password = settings.nats_password.get_secret_value() if settings.nats_password else None
        bus = await Bus(settings.nats_url, service.name, settings.nats_user, password).open()
        stack.push_async_callback(bus.close)
        await topology.verify(bus.jetstream(), _streams(service))
        for around in service.around:
            await stack.enter_async_context(around)
        holder = clock.new_id()
        lanes = Lanes(pool, holder, settings.lease_seconds)
        health = Health(db, bus, service, lanes)
        writer = Writer(pool, service)
        tasks = await stack.enter_async_context(_tasks())
        for name, work in _work(service, settings, holder, db, bus, writer, health, lanes).items():
            tasks.append(asyncio.create_task(_kept(name, work), name=name))
        if service.deciders:
            server = commands.broker(bus, service.name, commands.names(service), writer)
            await server.start()
            stack.push_async_callback(commands.hang_up, server)
        yield await stack.enter_async_context(_site(service, settings, db, bus, health))


@contextlib.asynccontextmanager
async def _elsewhere(service: str, settings: Settings) -> AsyncIterator[dict[str, asyncpg.Pool[Any]]]:
    """Pools of the services that live in databases of their own, as the settings name them."""
    async with contextlib.AsyncExitStack() as stack:
        pools = {}
        for other in topology.SERVICES:
            url: SecretStr | None = getattr(settings, f"{other}_database_url")
            if url is not None and other != service:
                pools[other] = await connect_pool(
                    url.get_secret_value(), other, settings.pool_size, settings.statement_cache_size
                )
                stack.push_async_callback(_close, pools[other])
        yield pools


def _streams(service: Service) -> set[str]:
    """The services whose streams this one needs."""
    heard = {source for part in (*service.projections, *service.policies) for source in part.sources}
    return (heard | {service.name}) & set(topology.SERVICES)


Work = Callable[[], Awaitable[None]]


def _work(  # noqa: PLR0913, PLR0917 - what the parts are made of
    service: Service,
    settings: Settings,
    holder: UUID,
    pool: asyncpg.Pool[Any],
    bus: Bus,
    writer: Writer,
    health: Health,
    lanes: Lanes,
) -> dict[str, Work]:
    """Everything that runs beside the doors, by name."""
    sequenced = Wake()
    work: dict[str, Work] = {"health": health.run, "tidy": lambda: tidy.run(pool)}

    def leased(name: str, what: Work) -> None:
        work[name] = lambda: leases.hold(pool, name, holder, settings.lease_seconds, what)

    if service.name in topology.SERVICES:
        leased("sequencer", lambda: sequencer.run(pool, writer.committed, sequenced))
        leased("relay", lambda: relay.run(pool, bus, service.name, sequenced, health.relayed))
    heard = [(p, s) for p in (*service.projections, *service.policies) for s in sorted(p.sources - {service.name})]
    for part, source in heard:
        work[f"follow {part.name} {source}"] = partial(follow, writer, pool, bus, part, source, lanes)
    if heard:
        work["lanes"] = lanes.run
    for kind in service.due:
        work[f"due {kind.kind}"] = _due(pool, writer, kind, holder)
    return work


def _due(pool: asyncpg.Pool[Any], writer: Writer, kind: Any, holder: Any) -> Work:
    return lambda: due.run(pool, writer, kind, holder)


async def _kept(name: str, work: Work) -> None:
    """Run the work for ever; what fails is logged and begun again, later every time."""
    pause = FIRST_PAUSE_SECONDS
    while True:
        try:
            await work()
        except Exception as error:  # noqa: BLE001 - a fault of one part must not end the others
            FAILURES.labels(name, type(error).__name__).inc()
            log.warning("failed, trying again", part=name, error=repr(error), pause=round(pause, 1))
            await asyncio.sleep(clock.jitter(pause))
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)
        else:
            pause = FIRST_PAUSE_SECONDS


@contextlib.asynccontextmanager
async def _tasks() -> AsyncIterator[list[asyncio.Task[None]]]:
    """Tasks that are cancelled, and waited for, on the way out.

    A cancellation can be lost in a library that was just about to return, so it is repeated until it is heard.
    """
    tasks: list[asyncio.Task[None]] = []
    try:
        yield tasks
    finally:
        going = set(tasks)
        while going:
            for task in going:
                task.cancel()
            _, going = await asyncio.wait(going, timeout=CANCEL_SECONDS)


@contextlib.asynccontextmanager
async def _site(
    service: Service, settings: Settings, pool: asyncpg.Pool[Any], bus: Bus, health: Health
) -> AsyncIterator[int]:
    app = service.app if service.app is not None else web.Application()
    app[DB], app[ASKER] = pool, BusAsker(bus)
    add_health(app, health)
    runner = web.AppRunner(
        app, access_log=None, shutdown_timeout=settings.grace_seconds, keepalive_timeout=IDLE_SECONDS
    )
    await runner.setup()
    try:
        await web.TCPSite(runner, settings.http_host, settings.http_port).start()
        port: int = runner.addresses[0][1]
        log.info("serving", host=settings.http_host, port=port)
        yield port
    finally:
        await runner.cleanup()


async def _close(pool: asyncpg.Pool[Any]) -> None:
    try:
        async with asyncio.timeout(3):
            await pool.close()
    except TimeoutError:
        pool.terminate()


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """uvloop's loop where it exists, which is everywhere but on Windows."""
    try:
        import uvloop  # noqa: PLC0415 - optional on some platforms
    except ImportError:
        return None
    return uvloop.new_event_loop
