"""`goat orgs`, `projects`, `keys`: what a new installation needs before the API can be used."""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from collections.abc import Callable
from typing import Any, cast

import click

from trackagoat.cli.operator import operator
from trackagoat.cli.options import json_option, print_json, state_option
from trackagoat.cli.state import Folder
from trackagoat.events import clock
from trackagoat.events.catalogue import plans
from trackagoat.events.catalogue.words import Command, KeyId, OrgId, ProjectId, Scope, UserId
from trackagoat.events.catalogue.workspace import (
    BanOrg,
    CreateApiKey,
    CreateOrg,
    CreateProject,
    SetTier,
    Tier,
    UnbanOrg,
)

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


@orgs.command("tier")
@click.argument("tier", type=click.Choice(plans.TIERS))
@org_option
@state_option
@json_option
def set_tier(folder: Folder, tier: Tier, org: str | None, as_json: bool) -> None:
    """Put an organization on a plan. Nothing is removed; going down, the history stays readable for 14 days."""
    _told(folder, org, lambda one: SetTier(org=one, tier=tier), {"tier": tier}, as_json=as_json)


@orgs.command("ban")
@click.option("--reason", help="Why, for the record.")
@org_option
@state_option
@json_option
def ban_org(folder: Folder, reason: str | None, org: str | None, as_json: bool) -> None:
    """Shut an organization out: nobody gets in, by key or session."""
    _told(folder, org, lambda one: BanOrg(org=one, reason=reason), {"banned": True}, as_json=as_json)


@orgs.command("unban")
@org_option
@state_option
@json_option
def unban_org(folder: Folder, org: str | None, as_json: bool) -> None:
    """Let an organization work again."""
    _told(folder, org, lambda one: UnbanOrg(org=one), {"banned": False}, as_json=as_json)


def _told(
    folder: Folder, name: str | None, command: Callable[[OrgId], Command], said: dict[str, Any], *, as_json: bool
) -> None:
    async def tell() -> OrgId:
        async with operator(folder) as op:
            org = await op.org(name)
            await op.must(org, command(org))
            return org

    _answer({"org_id": str(asyncio.run(tell())), **said}, "organization", as_json=as_json)


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


def fresh_key(name: str, scopes: list[Scope], owner: UserId | None = None) -> tuple[str, CreateApiKey]:
    """A new key in clear, and the command that registers its digest."""
    plain = f"tga_{secrets.token_hex(32)}"
    return plain, key_command(plain, KeyId(clock.new_id()), name, scopes, owner)


def key_command(plain: str, id: KeyId, name: str, scopes: list[Scope], owner: UserId | None = None) -> CreateApiKey:
    """The command that registers a key; only its digest travels. Without an owner it is the operator's own."""
    digest = hashlib.sha256(plain.encode()).hexdigest()
    return CreateApiKey(key=id, name=name, prefix=plain[:12], digest=digest, scopes=scopes, owner=owner)


def _answer(value: dict[str, Any], what: str, *, as_json: bool) -> None:
    if as_json:
        print_json(value)
    else:
        click.echo(f"{what} {next(iter(value.values()))}")
