"""`goat config`: what services are told, whether they can start with it, and what they could be told."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from trackagoat.cli.errors import FAILED, Failure
from trackagoat.cli.options import json_option, print_json, state_option
from trackagoat.cli.state import Folder
from trackagoat.events.host.provision import SCHEMAS

services_argument = click.argument("services", type=click.Choice(SCHEMAS), nargs=-1)


@click.group()
def config() -> None:
    """What services are told by their environment.

    As for `goat run`: without DATABASE_URL, what `goat up` runs is joined.
    """


@config.command()
@services_argument
@state_option
@json_option
def check(folder: Folder, services: Sequence[str], as_json: bool) -> None:
    """Say what keeps SERVICES (default: all) from starting, and what to do. Ends with 1 when there is something."""
    from trackagoat.cli.settings import joined, wrong

    found = {name: wrong(name, joined(folder, name)) for name in services or SCHEMAS}
    if as_json:
        print_json({name: [fault._asdict() for fault in faults] for name, faults in found.items()})
    else:
        for name, faults in found.items():
            click.echo("\n".join(f"{name}: {line}" for line in [*map(str, faults)] or ["ok"]))
    if any(found.values()):
        sys.exit(FAILED)


@config.command()
@services_argument
@state_option
@json_option
def show(folder: Folder, services: Sequence[str], as_json: bool) -> None:
    """Show every setting of SERVICES (default: all) and where it comes from. Secrets are never shown."""
    from trackagoat.cli.settings import joined, told

    found = {name: told(name, joined(folder, name)) for name in services or SCHEMAS}
    if as_json:
        print_json(found)
        return
    console = Console(highlight=False)
    for name, settings in found.items():
        table = Table(title=name, title_justify="left", box=None)
        for heading in ("variable", "value", "from"):
            table.add_column(heading, overflow="fold")
        for one in settings:
            value = "(secret)" if one.secret and one.origin not in {"default", "missing"} else one.value or ""
            table.add_row(one.variable, value, one.origin)
        console.print(table)


@config.command()
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Default: docs/settings.md.")
@click.option("--check", is_flag=True, help="Write nothing; fail when the page is not of today.")
def page(out: Path | None, check: bool) -> None:
    """Write the page of every setting of every service."""
    from trackagoat.cli import settings

    place, today = out or settings.PAGE, settings.page()
    if place.exists() and place.read_text() == today:
        click.echo(f"{place}: of today")
    elif check:
        message = f"{place} is not of today; run `goat config page`"
        raise Failure(message)
    else:
        place.write_text(today)
        click.echo(f"{place}: written")
