"""`goat sources accounts|connect|disconnect`: accounts whose owners let TikTok's Display API tell of them."""

from __future__ import annotations

import asyncio
import os
import secrets
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import click

from trackagoat.cli.accounts import org_option
from trackagoat.cli.errors import Failure
from trackagoat.cli.operator import Operator, operator, org_of
from trackagoat.cli.options import json_option, print_json, state_option
from trackagoat.cli.state import Folder
from trackagoat.events import clock
from trackagoat.events.catalogue.ingest import InvalidHandle
from trackagoat.events.catalogue.sources import ConnectAccount, DisconnectAccount, account_context
from trackagoat.events.catalogue.words import OrgId
from trackagoat.ingest.domain import tiktok
from trackagoat.ingest.due.accounts import open_tokens, seal_tokens
from trackagoat.ingest.sources.display_api import NAME, DisplayApi
from trackagoat.ingest.sources.display_api.login import API, SCOPES, Login, Tokens
from trackagoat.ingest.sources.protocol import Ok
from trackagoat.ingest.sources.web import Web

_ACCOUNTS = """
SELECT o.name AS org, a.source, a.tiktok_handle, a.scopes, a.connected_at, a.renewed_at, a.expires_at,
    a.renewable_until, a.disconnected_at, a.reason
FROM ingest.source_accounts a JOIN workspace.orgs o USING (org) ORDER BY o.created_at, a.source, a.handle_key
"""
_TOKENS = """
SELECT sealed_tokens FROM ingest.source_accounts
WHERE org = $1 AND source = $2 AND handle_key = $3 AND disconnected_at IS NULL
"""


@click.command("accounts")
@state_option
@json_option
def accounts(folder: Folder, as_json: bool) -> None:
    """Connected accounts, and those that were."""
    found = asyncio.run(_listed(folder))
    if as_json:
        print_json(found)
        return
    if not found:
        click.echo("no account is connected; `goat sources connect HANDLE` connects one")
    for one in found:
        state = f"{one['reason']} since {one['disconnected_at']:%F %T}" if one["reason"] else "connected"
        until = "" if one["reason"] else f", at the latest until {one['renewable_until']:%F}"
        click.echo(f"{one['org']}: @{one['tiktok_handle']} over {one['source']}: {state}{until}")


@click.command()
@click.argument("handle")
@click.option("--redirect-uri", required=True, help="The one your app has at TikTok for Developers.")
@click.option("--redirected", help="Where the owner was sent back to: the whole URL. Default: you are asked.")
@org_option
@state_option
@json_option
def connect(
    folder: Folder, handle: str, redirect_uri: str, redirected: str | None, org: str | None, as_json: bool
) -> None:
    """Read HANDLE with its owner's consent. Wants TIKTOK_CLIENT_KEY and TIKTOK_CLIENT_SECRET."""
    try:
        handle = tiktok.handle(handle)
    except InvalidHandle as refused:
        raise click.BadParameter(refused.message, param_hint="HANDLE") from refused
    told = asyncio.run(_connect(folder, handle, redirect_uri, redirected, org))
    if as_json:
        print_json(told)
    else:
        click.echo(f"@{handle} is read over {NAME} from now on")


@click.command()
@click.argument("handle")
@org_option
@state_option
@json_option
def disconnect(folder: Folder, handle: str, org: str | None, as_json: bool) -> None:
    """Give the access to HANDLE back, here and at TikTok."""
    told = asyncio.run(_disconnect(folder, handle, org))
    if as_json:
        print_json(told)
    else:
        click.echo(f"@{handle} is disconnected" + ("" if told["revoked"] else "; TikTok was not told"))


async def _listed(folder: Folder) -> list[dict[str, Any]]:
    async with operator(folder) as op:
        return [dict(row) for row in await op.db.fetch(_ACCOUNTS)]


def _login(web: Web) -> Login:
    """The app's login. Raises Failure when the environment does not say which."""
    key, secret = os.environ.get("TIKTOK_CLIENT_KEY"), os.environ.get("TIKTOK_CLIENT_SECRET")
    if not key or not secret:
        message = "set TIKTOK_CLIENT_KEY and TIKTOK_CLIENT_SECRET, from your app's page at TikTok for Developers"
        raise Failure(message)
    return Login(web, key, secret, _api())


def _api() -> str:
    return os.environ.get("DISPLAY_API_URL", API)


async def _connect(
    folder: Folder, handle: str, redirect_uri: str, redirected: str | None, org: str | None
) -> dict[str, Any]:
    async with operator(folder) as op, Web() as web:
        found, login = await org_of(op.db, org), _login(web)
        code = _code(login, redirect_uri, redirected)
        tokens = await login.exchange(code, redirect_uri)
        if not isinstance(tokens, Tokens):
            message = f"TikTok gave no tokens: {tokens.detail}; a code is good once and for some minutes"
            raise Failure(message)
        await _must_be(handle, tokens, web)
        await _told(op, found, handle, tokens, folder.secrets().secret_key)
        return {"tiktok_handle": handle, "scopes": tokens.scopes}


def _code(login: Login, redirect_uri: str, redirected: str | None) -> str:
    """The code in the URL the owner was sent back to. Raises Failure."""
    state = secrets.token_urlsafe(16)
    if redirected is None:
        click.echo(f"The owner of the account says yes here:\n\n{login.consent_url(redirect_uri, state)}\n", err=True)
        redirected = str(click.prompt("Where was the owner sent back to (the whole URL)?", err=True))
        asked = True
    else:
        asked = False
    told = {name: values[0] for name, values in parse_qs(urlsplit(redirected.strip()).query).items()}
    if asked and told.get("state") != state:
        message = "that URL is not the answer to this question; begin anew"
        raise Failure(message)
    if "code" not in told:
        message = f"the owner did not say yes: {told.get('error_description') or told.get('error') or 'no code there'}"
        raise Failure(message)
    return told["code"]


async def _must_be(handle: str, tokens: Tokens, web: Web) -> None:
    """Raises Failure when the consent is for less than reading needs, or for another account."""
    if missing := [scope for scope in SCOPES if scope not in tokens.scopes]:
        message = f"the owner did not agree to {', '.join(missing)}"
        raise Failure(message)
    reply = await DisplayApi(web, tokens.access_token, _api()).profile(handle)
    if not isinstance(reply, Ok):
        message = f"@{handle} cannot be read with this consent: {reply.detail}"
        raise Failure(message)


async def _told(op: Operator, org: OrgId, handle: str, tokens: Tokens, key: str) -> None:
    now = clock.now()
    command = ConnectAccount(
        connection=clock.new_id(),
        source=NAME,
        tiktok_handle=handle,
        account=tokens.open_id,
        scopes=tokens.scopes,
        sealed_tokens=seal_tokens(key, tokens, account_context(org, NAME, handle)),
        expires_at=now + timedelta(seconds=tokens.expires_in),
        renewable_until=now + timedelta(seconds=tokens.refresh_expires_in),
    )
    await op.must(org, command)


async def _disconnect(folder: Folder, handle: str, org: str | None) -> dict[str, Any]:
    async with operator(folder) as op, Web() as web:
        found, login = await org_of(op.db, org), _login(web)
        sealed = await op.db.fetchval(_TOKENS, found, NAME, tiktok.handle_key(handle))
        await op.must(found, DisconnectAccount(source=NAME, tiktok_handle=handle))
        if sealed is None:
            return {"tiktok_handle": handle, "revoked": False}
        tokens = open_tokens(folder.secrets().secret_key, sealed, account_context(found, NAME, handle))
        return {"tiktok_handle": handle, "revoked": await login.revoke(tokens.access_token) is None}
