"""`goat subscribers`: credentials for programs of others, which may hear some events and do nothing else."""

from __future__ import annotations

import asyncio
import os
import re
import secrets
from typing import Any
from uuid import UUID

import click
from rich.console import Console
from rich.table import Table

from trackagoat.cli.errors import Failure, plainly
from trackagoat.cli.feeds import database, tags
from trackagoat.cli.operator import org_of
from trackagoat.cli.options import json_option, print_json, state_option
from trackagoat.cli.state import Folder
from trackagoat.events import topology
from trackagoat.events.catalogue.workspace.users import UserEvent
from trackagoat.events.codec import TAGS
from trackagoat.events.host.provision import SCHEMAS
from trackagoat.events.topology import Subscriber

TAKEN_NAMES = {*SCHEMAS, "operator"}
WAIT_SECONDS = 15.0


@click.group()
def subscribers() -> None:
    """Programs of others that hear events from NATS."""


@subscribers.command()
@click.option("--name", required=True, help="What it is called, such as warehouse; also the name of its consumers.")
@click.option("--org", help="Name or id of the organization it may hear.")
@click.option("--types", default="", help="Comma list of the types it may hear: video.*,stats.snapshotted.")
@click.option("--fresh", is_flag=True, help="It hears nothing from before now.")
@state_option
@json_option
def create(folder: Folder, name: str, org: str | None, types: str, fresh: bool, as_json: bool) -> None:
    """Make credentials. The password is shown once and never again."""
    patterns = [kind.strip() for kind in types.split(",") if kind.strip()]
    _refuse(folder, name, org, patterns)

    operator = _operator(folder)

    async def admitted() -> Subscriber:
        made = Subscriber(
            name=name, password=secrets.token_hex(24), org=await _org(folder, org), types=patterns, fresh=fresh
        )
        await topology.dismiss(*operator, name)  # somebody of that name may have been here before
        folder.keep_subscribers([*folder.subscribers(), made])
        await _until(folder, made, ready=True)
        return made

    with plainly():
        made = asyncio.run(admitted())
    told = _told(made) | {"url": folder.running().nats_url, "password": made.password}
    if as_json:
        print_json(told)
    else:
        click.echo("\n".join(f"{what:<13} {value}" for what, value in told.items() if not isinstance(value, dict)))
        click.echo("\n".join(f"{stream:<21} {' '.join(subjects)}" for stream, subjects in told["hears"].items()))
        click.echo("Keep the password now: it is not shown again. docs/subscribers.md says how to use it.")


@subscribers.command("list")
@state_option
@json_option
def list_(folder: Folder, as_json: bool) -> None:
    """Who may hear what."""
    found = [_told(one) for one in folder.subscribers()]
    if as_json:
        print_json(found)
        return
    table = Table("name", "types", "streams", box=None, padding=(0, 2, 0, 0))
    table.add_column("organization", no_wrap=True)
    for one in found:
        table.add_row(one["name"], ", ".join(one["types"]) or "all", ", ".join(one["hears"]), str(one["org"] or "all"))
    Console().print(table)


@subscribers.command()
@click.argument("name")
@state_option
@json_option
def remove(folder: Folder, name: str, as_json: bool) -> None:
    """End its credentials: its connections are closed, and nothing is kept for it any more."""
    left = [one for one in folder.subscribers() if one.name != name]
    gone = [one for one in folder.subscribers() if one.name == name]
    if not gone:
        message = f"there is no subscriber {name}; there are: {', '.join(one.name for one in left) or 'none'}"
        raise Failure(message)

    async def dismissed() -> None:
        operator = _operator(folder)
        folder.keep_subscribers(left)
        await _until(folder, gone[0], ready=False)
        await topology.dismiss(*operator, name)

    with plainly():
        asyncio.run(dismissed())
    if as_json:
        print_json({"removed": name})
    else:
        click.echo(f"{name} hears nothing any more")


def _refuse(folder: Folder, name: str, org: str | None, types: list[str]) -> None:
    """Raise Failure for what cannot be made."""
    message = ""
    if not re.fullmatch(r"[a-z][a-z0-9-]{0,30}", name) or name in TAKEN_NAMES:
        message = f"{name} cannot be its name: small letters, digits and dashes, and no name of ours"
    elif any(one.name == name for one in folder.subscribers()):
        message = f"there is a subscriber {name} already; `goat subscribers remove {name}` ends it"
    elif org is None and not types:
        message = "say what it may hear: --org, --types, or both"
    if message:
        raise Failure(message)
    if secret := sorted(tag for tag in tags(types) or () if issubclass(TAGS.kind(tag), UserEvent)):
        message = f"{', '.join(secret)}: facts about people who sign in hold digests of their secrets and stay inside"
        raise Failure(message)


async def _org(folder: Folder, given: str | None) -> UUID | None:
    async with database(folder) as db:
        return None if given is None else await org_of(db, given)


def _operator(folder: Folder) -> tuple[str, str, str]:
    """Where NATS is, and the login that may do everything. Raises NotRunning, Failure."""
    state = folder.running()
    if "NATS_URL" in os.environ:
        message = "NATS_URL is a server of your own: add the user there, docs/subscribers.md says what it may do"
        raise Failure(message)
    return state.nats_url, "operator", folder.secrets().nats["operator"]


async def _until(folder: Folder, one: Subscriber, *, ready: bool) -> None:
    """Return when the credentials work, or when they no longer do. Raises Failure."""
    url = folder.running().nats_url
    try:
        async with asyncio.timeout(WAIT_SECONDS):
            while await topology.admitted(url, one) is not ready:  # noqa: ASYNC110 - another process lets it in
                await asyncio.sleep(0.1)
    except TimeoutError as error:
        message = f"NATS has not taken the change yet; what `goat up` says, or its log in {folder.logs}, tells why"
        raise Failure(message) from error


def _told(one: Subscriber) -> dict[str, Any]:
    """What it has to know, without the password."""
    return {
        "name": one.name,
        "org": one.org,
        "types": one.types,
        "domain": topology.DOMAIN,
        "consumer": one.name,
        "inbox_prefix": f"_INBOX.{one.name}",
        "hears": topology.heard(one),
    }
