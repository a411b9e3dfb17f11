"""`goat up`, `down`, `status`, `run`: the system on this machine."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
from typing import Any

import aiohttp
import click
from rich.console import Console
from rich.live import Live
from rich.table import Table

from trackagoat.cli import demo as demo_seed
from trackagoat.cli.errors import FAILED, Failure
from trackagoat.cli.options import json_option, print_json, state_option
from trackagoat.cli.state import Demo, Folder, State
from trackagoat.cli.supervisor import READY_SECONDS, System, last_words, readiness, stop_leftovers
from trackagoat.events.host.provision import SCHEMAS

TABLE_SECONDS = 1.0
DETACHED = "TRACKAGOAT_DETACHED"
"""Set for a supervisor in the background: whoever started it greets, so that no key gets into its log."""


@click.command()
@click.option("--demo", is_flag=True, help="Seed an organization with simulated creators, campaigns and goals.")
@click.option("--detach", is_flag=True, help="Return when ready; `goat down` stops it.")
@click.option("--port", type=click.IntRange(1, 65535), default=8080, show_default=True, help="Port of the API.")
@state_option
def up(folder: Folder, port: int, demo: bool, detach: bool) -> None:  # noqa: FBT001 - click's flags
    """Start everything: PostgreSQL, NATS and all services.

    DATABASE_URL and NATS_URL replace the embedded servers.
    """
    folder.prepare()
    if detach:
        _detached(folder, port, demo=demo)
    else:
        folder.lock()
        asyncio.run(_up(folder, port, demo=demo))


async def _up(folder: Folder, port: int, *, demo: bool) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    console = Console(highlight=False)
    system = System(folder, port, lambda line: console.print(f"goat: {line}"))
    running = asyncio.create_task(_run(system, stop, console, demo=demo))
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if stop.is_set() and not system.ready:
        running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running


async def _run(system: System, stop: asyncio.Event, console: Console, *, demo: bool) -> None:
    async with system.running():
        await system.wait_ready()
        seeded = await demo_seed.seed(system, lambda line: console.print(f"goat: {line}")) if demo else None
        system.ready = True
        system.save(ready=True, demo=seeded)
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
        lines += [f"A key for the demo organization: {state.demo.api_key}", "Try it:", "", demo_curl(state.api, state.demo)]
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
            live.update(table(await system.faults()))
            await asyncio.sleep(TABLE_SECONDS)


def table(faults: dict[str, list[str]]) -> Table:
    """Each service and how it is."""
    shown = Table(box=None, padding=(0, 2, 0, 0))
    shown.add_column("service")
    shown.add_column("state")
    for name, why in faults.items():
        shown.add_row(name, "[green]ready[/]" if not why else f"[yellow]{'; '.join(why)}[/]")
    return shown


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
            click.echo(f"{log.read_text().rstrip()}\n{greeting(state)}\n\nRunning in the background; `goat down` stops it.")
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
def status(folder: Folder, as_json: bool) -> None:  # noqa: FBT001 - click's flag
    """Say what runs and how it is."""
    state = folder.running()
    faults = asyncio.run(_faults(state))
    if as_json:
        print_json(_report(state, faults))
    else:
        console = Console(highlight=False)
        console.print(f"API {state.api}/api/v1   supervisor {state.supervisor.pid}   state {folder.path}")
        console.print(table(faults))
    if any(faults.values()):
        sys.exit(FAILED)


def _report(state: State, faults: dict[str, list[str]]) -> dict[str, Any]:
    return {
        "api": state.api,
        "ready": not any(faults.values()),
        "services": {
            name: {"pid": child.pid, "health": child.health, "ready": not faults[name], "faults": faults[name]}
            for name, child in state.services.items()
        },
        "servers": {name: {"pid": child.pid, "alive": child.alive} for name, child in state.servers.items()},
    }


async def _faults(state: State) -> dict[str, list[str]]:
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=3)) as http:
        names = list(state.services)
        answers = await asyncio.gather(*(readiness(http, state.services[name].health or "") for name in names))
    return dict(zip(names, answers, strict=True))


@click.command()
@click.argument("service", type=click.Choice(SCHEMAS))
def run(service: str) -> None:
    """Run one service in the foreground, with its settings from the environment."""
    os.execv(sys.executable, [sys.executable, "-m", f"trackagoat.{service}"])
