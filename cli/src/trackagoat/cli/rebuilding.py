"""`goat rebuild`: read models made anew from the feeds, beside the live ones."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from trackagoat.cli.errors import Failure
from trackagoat.cli.options import json_option, print_json, state_option
from trackagoat.cli.state import Folder
from trackagoat.cli.values import value_of
from trackagoat.events.host.database import connect_pool
from trackagoat.events.host.rebuild import Differs, NothingReplaced, Rebuild, Step
from trackagoat.events.topology import SERVICES


@click.command("rebuild")
@click.argument("service", type=click.Choice(SERVICES))
@click.argument("projections", nargs=-1)
@click.option("--verify", is_flag=True, help="Only compare the rebuilt rows with the live ones, by hash.")
@click.option("--afresh", is_flag=True, help="Start over instead of going on with an unfinished rebuild.")
@click.option("--back", is_flag=True, help="Go back to the rows that the last switch replaced.")
@state_option
@json_option
def rebuild(
    folder: Folder, service: str, projections: tuple[str, ...], *, verify: bool, afresh: bool, back: bool, as_json: bool
) -> None:
    """Rebuild a service's read models (or the projections named) from the feeds, then switch to them.

    The system runs on meanwhile. Cut off, it goes on where it was when it is run again.
    """
    report = asyncio.run(_rebuild(folder, service, projections, verify=verify, afresh=afresh, back=back))
    if as_json:
        print_json(report)
        return
    rows = ", ".join(f"{table} {count:,}" for table, count in report["rows"].items())
    click.echo(f"{service}: {report['facts']:,} facts read in {report['seconds']} s")
    click.echo(
        f"equal to the live rows: {rows}" if verify else f"switched in {report['switch_ms']} ms; --back undoes it"
    )


async def _rebuild(
    folder: Folder, name: str, projections: tuple[str, ...], *, verify: bool, afresh: bool, back: bool
) -> dict[str, Any]:
    service, dsn = value_of(folder, name)
    if unknown := set(projections) - {p.name for p in service.projections if p.tables}:
        known = ", ".join(p.name for p in service.projections if p.tables)
        message = f"{name} has no projection {', '.join(sorted(unknown))} to rebuild; there are: {known}"
        raise Failure(message)
    pool = await connect_pool(folder.running().database_url, "public", size=2)
    try:
        work = Rebuild(service, pool, projections)
        if back:
            await work.go_back()
        await work.begin(dsn, afresh=afresh and not back)
        began, facts = time.monotonic(), await _build(work)
        report = {"service": name, "facts": facts, "seconds": round(time.monotonic() - began, 1)}
        if verify:
            return report | {"rows": await work.verify()}
        began = time.monotonic()
        await work.switch()
        return report | {"rows": {}, "switch_ms": round((time.monotonic() - began) * 1000)}
    except (Differs, NothingReplaced) as error:
        message = f"{error}: {(type(error).__doc__ or '').strip()}"
        raise Failure(message) from error
    finally:
        pool.terminate()


async def _build(work: Rebuild) -> int:
    """Build with a bar per projection and source; how many facts were read."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    read: dict[tuple[str, str], int] = {}
    tasks: dict[tuple[str, str], Any] = {}
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:

        def told(step: Step) -> None:
            key = (step.projection, step.source)
            if key not in tasks:
                tasks[key] = progress.add_task(f"{step.projection} from {step.source}", total=step.head)
            progress.update(tasks[key], completed=step.seq)
            read[key] = step.seq

        await work.build(told)
    return sum(read.values())
