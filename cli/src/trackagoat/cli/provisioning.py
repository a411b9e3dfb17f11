"""`goat provision`: what a PostgreSQL and a NATS that others look after must have before a service starts."""

from __future__ import annotations

import asyncio
import json
import os
import re
from pathlib import Path

import asyncpg
import click

from trackagoat.cli.deployment import USERS, Deployment, variables
from trackagoat.cli.errors import Failure
from trackagoat.cli.options import json_option, print_json
from trackagoat.embedded.nats import MAX_PAYLOAD, Guests, NatsUser, Share, accounts
from trackagoat.events import topology
from trackagoat.events.host import provision as sql
from trackagoat.events.host.provision import SCHEMAS

_VARIABLE = re.compile(r'"(\$[A-Z_]+_NATS_PASSWORD)"')


def _deployment(_: click.Context, __: click.Parameter, value: Path | None) -> Deployment | None:
    return None if value is None else Deployment(value)


_folder = click.argument(
    "deployment", metavar="FOLDER", type=click.Path(path_type=Path, file_okay=False), callback=_deployment
)


@click.group()
def provision() -> None:
    """Prepare a PostgreSQL and a NATS of your own for the services."""


@provision.command()
@_folder
@click.option("--database-url", required=True, help="The product's database, as services reach it; without a user.")
@click.option("--direct-url", help="The same without the pooler, for migrations.")
@json_option
def secrets(deployment: Deployment, database_url: str, direct_url: str | None, as_json: bool) -> None:
    """Make passwords and keys: FOLDER/<service>/<setting>, to be mounted as files.

    What is in the folder already is kept, so it may be repeated.
    """
    for url in (database_url, direct_url or database_url):
        if not re.match(r"postgres(ql)?://[^/]+/[^/?]+", url):
            message = f"{url} is no connection string like postgresql://db.internal:5432/trackagoat"
            raise Failure(message)
    made = deployment.make(database_url, direct_url)
    if as_json:
        print_json({"folder": str(deployment.folder), "made": made})
    else:
        click.echo(f"{len(made)} files made in {deployment.folder}" if made else "everything was there already")


@provision.command()
@_folder
@click.option("--service", "named", type=click.Choice(SCHEMAS), multiple=True, help="Only this one; may be repeated.")
@click.option("--apart", is_flag=True, help="The others have servers of their own, and log in to this one to read.")
@click.option("--apply", "now", is_flag=True, help="Run it on DATABASE_URL instead of printing it.")
def postgres(deployment: Deployment, named: tuple[str, ...], apart: bool, now: bool) -> None:
    """Print the SQL that makes roles, schemas and rights; it may be run any number of times.

    Who runs it is a superuser, or owns the database and has CREATEROLE. What services may read of each other is granted
    by their migrations.
    """
    passwords, services = deployment.database(), named or SCHEMAS
    if not now:
        click.echo(sql.script(passwords, services, apart=apart), nl=False)
        return
    if not (url := os.environ.get("DATABASE_URL")):
        message = "DATABASE_URL must say where the database is and who prepares it"
        raise Failure(message)
    try:
        asyncio.run(sql.provision(url, passwords, services, apart=apart))
    except (OSError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        message = f"the database cannot be prepared: {error}"
        raise Failure(message) from error
    click.echo(f"roles and schemas are as they should be: {', '.join(services)}", err=True)


@provision.command()
@_folder
@click.option("--variables", "by_name", is_flag=True, help="Name variables of the server's environment, no passwords.")
def nats(deployment: Deployment, by_name: bool) -> None:
    """Print the part of the NATS configuration that says who may do what: include it in the server's."""
    passwords = variables(dict.fromkeys(USERS)) if by_name else deployment.nats()
    click.echo(configuration(passwords), nl=False)


def configuration(passwords: dict[str, str]) -> str:
    """Accounts and limits as the services need them; streams are declared by `goat topology apply`."""
    house = [NatsUser(*user) for user in topology.users(passwords)]
    guests = Guests([], [Share(*share) for share in topology.SHARES])
    body = _VARIABLE.sub(r"\1", json.dumps(accounts(house, guests), indent=2))
    return f"max_payload: {MAX_PAYLOAD}\naccounts: {body}\n"
