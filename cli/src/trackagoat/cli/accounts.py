"""`goat orgs`, `projects`, `keys`: what a new installation needs before the API can be used."""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from typing import Any, cast

import click

from trackagoat.cli.operator import operator
from trackagoat.cli.options import json_option, print_json, state_option
from trackagoat.cli.state import Folder
from trackagoat.events import clock
from trackagoat.events.catalogue.words import KeyId, OrgId, ProjectId, Scope
from trackagoat.events.catalogue.workspace import CreateApiKey, CreateOrg, CreateProject

org_option = click.option("--org", help="Name or id of the organization; not needed when there is only one.")


@click.group()
def orgs() -> None:
    """Organizations."""


@orgs.command("create")
@click.argument("name")
@click.option("--timezone", default="UTC", show_default=True, help="IANA name, such as Europe/Berlin.")
@state_option
@json_option
def create_org(folder: Folder, name: str, timezone: str, as_json: bool) -> None:
    """Open an organization."""

    async def create() -> OrgId:
        org = OrgId(clock.new_id())
        async with operator(folder) as op:
            await op.must(org, CreateOrg(org=org, name=name, timezone=timezone))
        return org

    _answer({"org_id": str(asyncio.run(create()))}, "organization", as_json=as_json)


@click.group()
def projects() -> None:
    """Projects of an organization."""


@projects.command("create")
@click.argument("name")
@org_option
@state_option
@json_option
def create_project(folder: Folder, name: str, org: str | None, as_json: bool) -> None:
    """Open a project."""

    async def create() -> ProjectId:
        project = ProjectId(clock.new_id())
        async with operator(folder) as op:
            await op.must(await op.org(org), CreateProject(project=project, name=name))
        return project

    _answer({"project_id": str(asyncio.run(create()))}, "project", as_json=as_json)


@click.group()
def keys() -> None:
    """API keys."""


@keys.command("create")
@click.option("--name", default="command line", show_default=True, help="What the key is for.")
@click.option("--scopes", default="read,write", show_default=True, help="Comma list of read, write, admin.")
@org_option
@state_option
@json_option
def create_key(folder: Folder, name: str, scopes: str, org: str | None, as_json: bool) -> None:
    """Make a key for the API. It is shown once and never again."""
    wanted = [scope.strip() for scope in scopes.split(",")]
    if strange := sorted(set(wanted) - {"read", "write", "admin"}):
        message = f"{', '.join(strange) or 'nothing'}: a scope is read, write or admin"
        raise click.BadParameter(message, param_hint="--scopes")
    plain, command = fresh_key(name, cast("list[Scope]", wanted))

    async def create() -> None:
        async with operator(folder) as op:
            await op.must(await op.org(org), command)

    asyncio.run(create())
    if as_json:
        print_json({"id": str(command.key), "key": plain, "scopes": wanted})
    else:
        click.echo(f"{plain}\nKeep it now: it is not shown again.")


def fresh_key(name: str, scopes: list[Scope]) -> tuple[str, CreateApiKey]:
    """A new key in clear, and the command that registers its digest."""
    plain = f"tga_{secrets.token_hex(32)}"
    return plain, key_command(plain, KeyId(clock.new_id()), name, scopes)


def key_command(plain: str, id: KeyId, name: str, scopes: list[Scope]) -> CreateApiKey:
    """The command that registers a key; only its digest travels."""
    digest = hashlib.sha256(plain.encode()).hexdigest()
    return CreateApiKey(key=id, name=name, prefix=plain[:12], digest=digest, scopes=scopes)


def _answer(value: dict[str, Any], what: str, *, as_json: bool) -> None:
    if as_json:
        print_json(value)
    else:
        click.echo(f"{what} {next(iter(value.values()))}")
