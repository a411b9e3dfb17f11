"""`goat topology`: the streams that are declared, held against those NATS has."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable

import click

from trackagoat.cli.errors import FAILED, plainly
from trackagoat.cli.operator import nats_login
from trackagoat.cli.options import json_option, print_json, state_option
from trackagoat.cli.state import Folder
from trackagoat.events import topology as declared
from trackagoat.events.held import reachable

_replicas = click.option(
    "--replicas", type=click.IntRange(1, 5), default=1, show_default=True, help="Copies of each stream: 3 in a cluster."
)


@click.group()
def topology() -> None:
    """Streams on NATS, as declared.

    NATS_URL, NATS_USER (operator) and NATS_PASSWORD say where; without NATS_URL it is what `goat up` runs.
    """


@topology.command()
@_replicas
@state_option
@json_option
def diff(folder: Folder, replicas: int, as_json: bool) -> None:
    """Say what is not as declared. Ends with 1 when something is not."""
    found = _asked(folder, replicas, declared.drift)
    _tell(found, as_json=as_json, quiet="as declared")
    if found:
        sys.exit(FAILED)


@topology.command()
@_replicas
@state_option
@json_option
def apply(folder: Folder, replicas: int, as_json: bool) -> None:
    """Make the streams as declared; nothing they hold is touched. It may be repeated."""
    changed = _asked(folder, replicas, declared.apply)
    _tell(changed, as_json=as_json, quiet="nothing to change")


def _asked(
    folder: Folder, replicas: int, ask: Callable[[str, str | None, str | None, int], Awaitable[list[str]]]
) -> list[str]:
    url = os.environ.get("NATS_URL") or folder.running().nats_url

    async def answer() -> list[str]:
        return await ask(url, *nats_login(folder), replicas)

    with plainly(), reachable():
        return asyncio.run(answer())


def _tell(found: list[str], *, as_json: bool, quiet: str) -> None:
    if as_json:
        print_json(found)
    else:
        click.echo("\n".join(found) or quiet)
