"""`goat init`, `goat users`: the first person of an installation, and what its operator may do with people."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

import click

from trackagoat.cli.accounts import fresh_key
from trackagoat.cli.errors import Failure, plainly
from trackagoat.cli.operator import Operator, operator
from trackagoat.cli.options import json_option, print_json, state_option
from trackagoat.cli.state import Folder
from trackagoat.events import clock
from trackagoat.events.catalogue.words import INSTALLATION, OrgId, Scope, UserId
from trackagoat.events.catalogue.workspace import BanUser, RegisterUser, RequestPasswordReset, UnbanUser
from trackagoat.events.tokens import digest, email_hash, token
from trackagoat.gateway.edge import passwords

_USER = "SELECT user_id FROM workspace.users WHERE email_hash = $1 OR user_id::text = $2"
_PLATFORM = "SELECT is_platform_admin FROM workspace.users WHERE user_id = $1"
_LIST = """
SELECT u.user_id, u.is_platform_admin, u.created_at, u.banned_at, count(m.org) AS orgs
FROM workspace.users u LEFT JOIN workspace.members m USING (user_id)
WHERE u.erased_at IS NULL GROUP BY u.user_id ORDER BY u.created_at
"""
password_option = click.password_option(
    envvar="GOAT_PASSWORD", help="10 to 128 characters; asked for, or read from GOAT_PASSWORD, unless given."
)


@click.command()
@click.option("--email", required=True, prompt=True, help="Of the first admin.")
@click.option("--name", required=True, prompt=True, help="Of the first admin.")
@click.option("--org", "org_name", required=True, prompt="Organization", help="Name of the organization to open.")
@click.option("--timezone", default="UTC", show_default=True, help="IANA name, such as Europe/Berlin.")
@password_option
@state_option
@json_option
def init(folder: Folder, email: str, name: str, org_name: str, timezone: str, password: str, as_json: bool) -> None:
    """Set up an installation: an organization, its admin, and a key for the API, shown once and never again.

    The first person of all runs the installation (platform admin).
    """
    if not passwords.SHORTEST <= len(password) <= passwords.LONGEST:
        message = f"{passwords.SHORTEST} to {passwords.LONGEST} characters"
        raise click.BadParameter(message, param_hint="--password")
    if "@" not in email.strip("@ "):
        message = "not an e-mail address"
        raise click.BadParameter(message, param_hint="--email")
    command = RegisterUser(
        user=UserId(clock.new_id()),
        email=email.strip(),
        name=name.strip(),
        email_hash=email_hash(folder.secrets().secret_key, email),
        password=passwords.hashed(password),
        org=OrgId(clock.new_id()),
        org_name=org_name.strip(),
        timezone=timezone,
        operator=True,
    )
    with plainly():
        made = asyncio.run(_set_up(folder, command))
    if as_json:
        print_json(made)
    else:
        click.echo(f"organization {made['org_id']}\nadmin        {made['user_id']}\nkey          {made['key']}")
        click.echo("Keep the key now: it is not shown again.")


async def _set_up(folder: Folder, command: RegisterUser) -> dict[str, Any]:
    async with operator(folder) as op:
        await op.must(INSTALLATION, command)
        org = OrgId(command.org or INSTALLATION)
        runs_it = await op.db.fetchval(_PLATFORM, command.user)
        scopes: list[Scope] = ["read", "write", "admin"] if runs_it else ["read", "write"]
        plain, make = fresh_key("first key", scopes, command.user)
        await op.must(org, make)
    return {"org_id": str(org), "user_id": str(command.user), "key": plain, "scopes": scopes}


@click.group()
def users() -> None:
    """People with an account."""


@users.command("list")
@state_option
@json_option
def list_users(folder: Folder, as_json: bool) -> None:
    """Who has an account, oldest first. Names and addresses are sealed; the API shows them to whom they belong."""

    async def look() -> list[Any]:
        async with operator(folder) as op:
            return list(await op.db.fetch(_LIST))

    with plainly():
        rows = [dict(row) | {"user_id": str(row["user_id"])} for row in asyncio.run(look())]
    if as_json:
        print_json(rows)
        return
    for row in rows:
        marks = [
            mark for mark, on in (("platform admin", row["is_platform_admin"]), ("banned", row["banned_at"])) if on
        ]
        click.echo(f"{row['user_id']}  since {row['created_at']:%Y-%m-%d}  {row['orgs']} orgs  {', '.join(marks)}")


@users.command("ban")
@click.argument("who")
@click.option("--reason", help="Why, for the record.")
@state_option
def ban_user(folder: Folder, who: str, reason: str | None) -> None:
    """Shut a person out, named by e-mail or id: no session and no key of theirs gets in."""
    with plainly():
        asyncio.run(_tell(folder, who, lambda user: BanUser(user=user, reason=reason)))
    click.echo(f"{who}: banned")


@users.command("unban")
@click.argument("who")
@state_option
def unban_user(folder: Folder, who: str) -> None:
    """Let a person in again."""
    with plainly():
        asyncio.run(_tell(folder, who, lambda user: UnbanUser(user=user)))
    click.echo(f"{who}: may sign in")


@users.command("reset-password")
@click.argument("who")
@state_option
@json_option
def reset_password(folder: Folder, who: str, as_json: bool) -> None:
    """Make a token that sets a new password within an hour, once; for when no mail is set up.

    It is sent, with the new password, to POST /api/v1/auth/password-reset/confirm.
    """
    nonce = clock.new_id()
    secret = token(folder.secrets().secret_key, "password reset", nonce)
    with plainly():
        asyncio.run(
            _tell(folder, who, lambda user: RequestPasswordReset(user=user, nonce=nonce, digest=digest(secret)))
        )
    if as_json:
        print_json({"token": secret})
    else:
        click.echo(secret)


async def _tell(folder: Folder, who: str, command: Any) -> None:
    async with operator(folder) as op:
        await op.must(INSTALLATION, command(await _found(op, folder, who)))


async def _found(op: Operator, folder: Folder, who: str) -> UserId:
    """The person with that e-mail or id. Raises Failure."""
    found: UUID | None = await op.db.fetchval(_USER, email_hash(folder.secrets().secret_key, who), who)
    if found is None:
        message = f"nobody has the e-mail or id {who}; `goat users list` shows the ids"
        raise Failure(message)
    return UserId(found)
