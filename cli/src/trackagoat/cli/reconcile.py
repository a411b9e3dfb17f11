"""`goat events reconcile`: each service's stream held against its feed, and brought in step on request."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from typing import Any

import asyncpg
import click
import msgspec
from rich.console import Console
from rich.text import Text

from trackagoat.cli import restoring
from trackagoat.cli.errors import FAILED, Failure, plainly
from trackagoat.cli.joining import role_dsn
from trackagoat.cli.operator import nats_login
from trackagoat.cli.options import json_option, print_json, state_option
from trackagoat.cli.restoring import Aftermath
from trackagoat.cli.state import Folder
from trackagoat.events import audit, repair, topology
from trackagoat.events.bus import Bus
from trackagoat.events.held import reachable
from trackagoat.events.host.database import connect_pool
from trackagoat.events.reconcile import Comparison
from trackagoat.events.topology import SERVICES

Found = tuple[Comparison, Aftermath | None]
"""A stream beside its feed, and after a restore what was done about what the ledger lost."""


@click.command()
@click.option("--service", "named", type=click.Choice(SERVICES), multiple=True, help="Only this one; may be repeated.")
@click.option("--repair", "mend", is_flag=True, help="Publish what is missing, through the relay's own chain.")
@click.option(
    "--after-restore",
    "restored",
    is_flag=True,
    help="The database was restored to an earlier moment: take back what streams and marks know beyond it.",
)
@state_option
@json_option
def reconcile(folder: Folder, named: tuple[str, ...], mend: bool, restored: bool, as_json: bool) -> None:
    """Compare each service's stream with its feed. Ends with 1 when one is not in step.

    A stream that only lacks its end is continued; one with holes or repeats is emptied and filled again from the feed,
    within the retention. A stream that is ahead of its feed is touched with --after-restore alone, which first keeps
    the facts that only the stream holds in the folder `lost` of the state folder.
    """
    with plainly():
        found = asyncio.run(_reconcile(folder, named or SERVICES, Console(stderr=True), mend=mend, restored=restored))
    if as_json:
        print_json([_told(one, after) for one, after in found])
    else:
        _print(found)
    if any(one.state != "in step" for one, _ in found):
        sys.exit(FAILED)


async def _reconcile(
    folder: Folder, services: Sequence[str], console: Console, *, mend: bool, restored: bool
) -> list[Found]:
    state = folder.running()
    with reachable():  # a bus would wait for NATS for ever
        await (await topology.connect(state.nats_url, *nats_login(folder))).close()
    bus = await Bus(state.nats_url, "operator", *nats_login(folder)).open()
    try:
        return [await _one(folder, bus, service, console, mend=mend, restored=restored) for service in services]
    except (OSError, asyncpg.PostgresError) as error:
        message = f"the database does not answer: {error}; `goat status` says what runs"
        raise Failure(message) from error
    finally:
        await bus.close()


async def _one(folder: Folder, bus: Bus, service: str, console: Console, *, mend: bool, restored: bool) -> Found:
    dsn = role_dsn(folder.running().database_url, service, folder.secrets())
    pool = await connect_pool(dsn, service, size=2)
    try:
        after = await restoring.settle(folder, pool, bus, service) if restored else None
        found = await audit.settled(pool, bus.client, service)
        if not (restored or (mend and found.state != "in step")):
            return found, after
        with console.status(f"{service}: {repair.explain(found)}") as status:
            published = 0

            def told(count: int) -> None:
                nonlocal published
                published += count
                status.update(f"{service}: {published:,} facts published")

            return await repair.repair(pool, bus, service, told, restored=restored), after
    finally:
        pool.terminate()


def _told(found: Comparison, after: Aftermath | None) -> dict[str, Any]:
    told: dict[str, Any] = msgspec.to_builtins(found)
    told["partitions"] = {
        number: {"feed": feed, "stream": stream} for number, (feed, stream) in found.partitions.items()
    }
    told |= {"says": repair.explain(found), "remedy": None if found.state == "in step" else repair.remedy(found)}
    return told if after is None else told | msgspec.to_builtins(after)


def _print(results: Sequence[Found]) -> None:
    console = Console(highlight=False, soft_wrap=True)
    for found, after in results:
        colour = "green" if found.state == "in step" else "red"
        held = f", holds {found.messages:,} from seq {found.first:,} on" if found.first else ""
        console.print(Text.assemble(f"{found.service:<14}", (repair.explain(found), colour), held))
        for number, (feed, stream) in found.partitions.items():
            console.print(f"{'':<14}  partition {number}: {feed:,} facts in the feed, {stream:,} messages")
        if found.state != "in step":
            console.print(f"{'':<14}  → {repair.remedy(found)}")
        if after is not None and after.lost:
            console.print(f"{'':<14}  {after.lost:,} facts were in the stream alone; they are kept in {after.kept_in}")
        for reader in sorted({one.partition("/")[0] for one in after.put_back}) if after else ():
            console.print(f"{'':<14}  → {reader} had applied some of them: `goat rebuild {reader}`")
