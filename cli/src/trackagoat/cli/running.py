"""`goat up`, `down`, `status`, `run`: the system on this machine."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from typing import Any

import click
from asyncpg import PostgresError
from rich.console import Console
from rich.live import Live

from trackagoat.cli import demo as demo_seed
from trackagoat.cli.errors import FAILED, Failure, plainly
from trackagoat.cli.health import Health, last_words, look
from trackagoat.cli.leftovers import stop_leftovers
from trackagoat.cli.options import json_option, print_json, state_option
from trackagoat.cli.state import Demo, Folder, State
from trackagoat.cli.supervisor import READY_SECONDS, System
from trackagoat.cli.views import table
from trackagoat.events.host.migrate import migrate
from trackagoat.events.host.provision import SCHEMAS

TABLE_SECONDS = 1.0
INTERRUPTED = 130
DETACHED = "TRACKAGOAT_DETACHED"
"""Set for a supervisor in the background: whoever started it greets, so that no key gets into its log."""


@click.command()
@click.option("--demo", is_flag=True, help="Seed an organization with simulated creators, campaigns and goals.")
@click.option("--detach", is_flag=True, help="Return when ready; `goat down` stops it.")
@click.option("--port", type=click.IntRange(1, 65535), default=8080, show_default=True, help="Port of the API.")
@state_option
def up(folder: Folder, port: int, demo: bool, detach: bool) -> None:
    """Start everything: PostgreSQL, NATS and all services.

    DATABASE_URL and NATS_URL replace the embedded servers.
    """
    folder.prepare()
    if detach:
        folder.lock()
        folder.unlock()
        _detached(folder, port, demo=demo)
    else:
        folder.lock()
        with plainly():
            asyncio.run(_up(folder, port, demo=demo))


async def _up(folder: Folder, port: int, *, demo: bool) -> None:
    stop = asyncio.Event()
    console = Console(highlight=False)
    system = System(folder, port, lambda line: console.print(f"goat: {line}", soft_wrap=True, markup=False))

    def signalled() -> None:
        """The first signal stops, the second does not wait."""
        if stop.is_set():
            system.kill()
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, signalled)
    running = asyncio.create_task(_run(system, stop, console, demo=demo))
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if stop.is_set() and not system.ready:
        running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running
    if not system.ready:
        sys.exit(INTERRUPTED)


async def _run(system: System, stop: asyncio.Event, console: Console, *, demo: bool) -> None:
    async with system.running():
        await system.wait_ready()
        seeded = await demo_seed.seed(system, lambda line: console.print(f"goat: {line}")) if demo else None
        system.ready = True
        system.save(seeded)
        if console.is_terminal:
            click.echo(f"{greeting(system.folder.running())}\n\nCtrl-C stops everything.\n")
        elif DETACHED not in os.environ:
            click.echo(greeting(system.folder.running()))
        watching = asyncio.create_task(_watch(system, console))
        try:
            await system.keep(stop)
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)


def greeting(state: State) -> str:
    """What a person wants to know now."""
    lines = ["", f"trackagoat is ready at {state.api}/api/v1 (documents: {state.api}/api/v1/openapi.json)", ""]
    if state.demo:
        lines += [
            f"A key for the demo organization: {state.demo.api_key}",
            "Try it:",
            "",
            demo_curl(state.api, state.demo),
        ]
    else:
        lines += ["Next: `goat orgs create NAME`, `goat projects create NAME`, `goat keys create`."]
    return "\n".join(lines)


def demo_curl(api: str, demo: Demo) -> str:
    """A line to paste."""
    return f"  curl -H 'Authorization: Bearer {demo.api_key}' '{api}/api/v1/campaigns?project_id={demo.project_id}'"


async def _watch(system: System, console: Console) -> None:
    """A live table where somebody watches."""
    if not console.is_terminal:
        return
    with Live(console=console, refresh_per_second=2) as live:
        while True:
            live.update(table(system.state(), await system.look()))
            await asyncio.sleep(TABLE_SECONDS)


def _detached(folder: Folder, port: int, *, demo: bool) -> None:
    """Start a supervisor of its own session and wait until it says that all is ready."""
    command = [sys.executable, "-m", "trackagoat.cli", "up", "--port", str(port), "--state", str(folder.path)]
    log = folder.logs / "up.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [*command, *(["--demo"] if demo else [])],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
            env={**os.environ, DETACHED: "1"},
        )
    limit = time.monotonic() + READY_SECONDS + (120 if demo else 0)
    while time.monotonic() < limit:
        if process.poll() is not None:
            lines = [line for line in log.read_text().splitlines() if line.strip()]
            raise Failure(lines[-1].removeprefix("Error: ") if lines else "it ended without a word", process.returncode)
        state = folder.read()
        if state is not None and state.ready and state.supervisor.pid == process.pid:
            click.echo(
                f"{log.read_text().rstrip()}\n{greeting(state)}\n\nRunning in the background; `goat down` stops it."
            )
            return
        time.sleep(0.1)
    process.terminate()
    message = f"not ready after {READY_SECONDS:.0f} s: {last_words(log)}"
    raise Failure(message)


@click.command()
@state_option
def down(folder: Folder) -> None:
    """Stop everything that `goat up` started with this state folder."""
    state = folder.read()
    if state is not None and state.supervisor.alive:
        os.kill(state.supervisor.pid, signal.SIGTERM)
        limit = time.monotonic() + 60
        while state.supervisor.alive:
            if time.monotonic() > limit:
                os.kill(state.supervisor.pid, signal.SIGKILL)
                break
            time.sleep(0.05)
        asyncio.run(stop_leftovers(folder, click.echo))
        click.echo("stopped")
        return
    left = asyncio.run(stop_leftovers(folder, click.echo))
    click.echo("stopped" if left else "nothing was running")


@click.command()
@state_option
@json_option
def status(folder: Folder, as_json: bool) -> None:
    """Say what runs, how it is and how many facts it is behind. Ends with 1 when something is not ready."""
    state = folder.running()
    health = asyncio.run(look({name: child.health or "" for name, child in state.services.items()}))
    if as_json:
        print_json(_report(state, health))
    else:
        console = Console(highlight=False)
        console.print(
            f"API {state.api}/api/v1   supervisor {state.supervisor.pid}   state {folder.path}", soft_wrap=True
        )
        console.print(table(state, health))
    if not _ready(state, health):
        sys.exit(FAILED)


def _ready(state: State, health: Mapping[str, Health]) -> bool:
    gone = [child for child in (*state.servers.values(), *state.services.values()) if not child.alive]
    return state.ready and not gone and not any(told.faults for told in health.values())


def _report(state: State, health: Mapping[str, Health]) -> dict[str, Any]:
    return {
        "api": state.api,
        "ready": _ready(state, health),
        "supervisor": {"pid": state.supervisor.pid, "uptime_seconds": round(state.supervisor.age)},
        "services": {
            name: {
                "pid": child.pid,
                "health": child.health,
                "ready": child.alive and not health[name].faults,
                "faults": health[name].faults,
                "behind": health[name].behind,
                "uptime_seconds": round(child.age),
            }
            for name, child in state.services.items()
        },
        "servers": {
            name: {"pid": child.pid, "alive": child.alive, "uptime_seconds": round(child.age)}
            for name, child in state.servers.items()
        },
    }


@click.command()
@click.argument("service", type=click.Choice(SCHEMAS))
@state_option
def run(folder: Folder, service: str) -> None:
    """Run one service in the foreground.

    It reads its settings from the environment: DATABASE_URL (as its own role), NATS_URL, NATS_USER, NATS_PASSWORD,
    SECRET_KEY, HTTP_PORT. Without DATABASE_URL it joins what `goat up` runs, as a further replica. Its schema is
    brought up to date first.
    """
    from trackagoat.cli.settings import is_placed, joined, lower, settings_of, wrong

    if not is_placed():
        folder.running()
    added = joined(folder, service)
    if found := wrong(service, added):
        raise Failure("\n".join(map(str, found)))
    kind: Any = settings_of(service)
    settings = kind(**lower(added))
    try:
        with plainly():
            asyncio.run(migrate(service, (settings.database_direct_url or settings.database_url).get_secret_value()))
    except (OSError, ValueError, PostgresError) as error:
        message = f"the schema of {service} cannot be brought up to date: {error}"
        raise Failure(message) from error
    os.execve(sys.executable, [sys.executable, "-m", f"trackagoat.{service}"], os.environ | added)
