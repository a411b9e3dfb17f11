"""`goat erase`: a person is forgotten, in rows, ledgers, streams and in what is still to be sent."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import asyncpg
import click

from trackagoat.cli.errors import Failure, plainly
from trackagoat.cli.joining import role_dsn
from trackagoat.cli.operator import Operator, nats_login, operator
from trackagoat.cli.options import json_option, print_json, state_option
from trackagoat.cli.state import Folder
from trackagoat.events import topology
from trackagoat.events.catalogue.ingest import CreatorErased, EraseCreator
from trackagoat.events.catalogue.notifications import AlertsForgotten
from trackagoat.events.catalogue.words import INSTALLATION, CreatorId, OrgId, UserId
from trackagoat.events.catalogue.workspace import EraseUser, UserErased
from trackagoat.events.host.database import connect_pool
from trackagoat.events.purging import PATIENCE_SECONDS, POLL_SECONDS, About, purge

_FORGOTTEN = """
SELECT EXISTS (SELECT FROM events WHERE org = $1 AND stream = $3 AND tag = 'alert.forgotten.v1')
    AND EXISTS (SELECT FROM erased WHERE creator = $2) AND NOT EXISTS (SELECT FROM handles WHERE creator = $2)
"""
_CREATOR = "SELECT org, tiktok_handle FROM ingest.creators WHERE creator = $1"


@click.group()
def erase() -> None:
    """Forget a person for good: destroy the key of its personal fields, announce it, purge the streams."""


@erase.command()
@click.argument("id", type=click.UUID)
@click.option("--yes", is_flag=True, help="Do not ask.")
@state_option
@json_option
def creator(folder: Folder, id: UUID, yes: bool, as_json: bool) -> None:
    """Erase a creator: it is removed, and nobody can read its names, texts and notes any more.

    Counters and totals of the past stay, under its id. When it is cut off, run it again.
    """
    with plainly():
        org, handle = asyncio.run(_found(folder, id))
        if not yes:
            click.confirm(f"@{handle} ({id}) will be erased. This cannot be undone. Go on?", abort=True, err=True)
        purged = asyncio.run(_erase(folder, org, CreatorId(id)))
    if as_json:
        print_json({"id": str(id), "erased": True, "purged": purged})
    else:
        click.echo(f"creator {id}: erased, {purged:,} facts purged from the streams")


@erase.command()
@click.argument("id", type=click.UUID)
@click.option("--yes", is_flag=True, help="Do not ask.")
@state_option
@json_option
def user(folder: Folder, id: UUID, yes: bool, as_json: bool) -> None:
    """Erase a user: the account ends, and nobody can read its e-mail and name any more.

    What the user did stays, under the bare id. When it is cut off, run it again.
    """
    with plainly():
        if not yes:
            click.confirm(f"user {id} will be erased. This cannot be undone. Go on?", abort=True, err=True)
        purged = asyncio.run(_erase_user(folder, UserId(id)))
    if as_json:
        print_json({"id": str(id), "erased": True, "purged": purged})
    else:
        click.echo(f"user {id}: erased, {purged:,} facts purged from the stream")


async def _erase_user(folder: Folder, id: UserId) -> int:
    async with operator(folder) as op:
        await op.must(INSTALLATION, EraseUser(user=id))
    own = f"user-{id}"
    return await _purge(folder, "workspace", INSTALLATION, About(id, {own}, own, "user", UserErased.tag()))


async def _found(folder: Folder, id: UUID) -> tuple[OrgId, str]:
    async with operator(folder) as op:
        return await _of(op, id)


async def _of(op: Operator, id: UUID) -> tuple[OrgId, str]:
    row: Any = await op.db.fetchrow(_CREATOR, id)
    if row is None:
        message = f"there is no creator {id}; its id is in the answer of GET /api/v1/creators"
        raise Failure(message)
    return OrgId(row["org"]), row["tiktok_handle"]


async def _erase(folder: Folder, org: OrgId, id: CreatorId) -> int:
    async with operator(folder) as op:
        await op.must(org, EraseCreator(creator=id))
    own = {f"creator-{id}", f"observations-{id}"}
    gone = await _purge(folder, "ingest", org, About(id, own, "roster", "creator", CreatorErased.tag()))
    async with _schema(folder, "notifications") as pool:
        told = await _told_of(pool, org, id)
    return gone + await _purge(folder, "notifications", org, About(id, told, "", "", AlertsForgotten.tag()))


async def _told_of(pool: asyncpg.Pool[Any], org: OrgId, id: CreatorId) -> set[str]:
    """The streams of alerts about the creator, once notifications names it no more. Raises Failure."""
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not await pool.fetchval(_FORGOTTEN, org, id, f"alerts-{id}"):  # noqa: ASYNC110 - a service gets there
                await asyncio.sleep(POLL_SECONDS)
    except TimeoutError as error:
        message = "notifications has not heard of it yet; is the service running? Then run this again"
        raise Failure(message) from error
    rows = await pool.fetch("SELECT DISTINCT entity_id FROM alerts WHERE payload ->> 'creator_id' = $1", str(id))
    return {f"alerts-{row['entity_id']}" for row in rows} | {f"alerts-{id}"}


async def _purge(folder: Folder, service: str, org: OrgId, about: About) -> int:
    client = await topology.connect(folder.running().nats_url, *nats_login(folder))
    try:
        async with _schema(folder, service) as pool:
            return await purge(pool, client.jetstream(), service, org, about)
    finally:
        await client.close()


@contextlib.asynccontextmanager
async def _schema(folder: Folder, service: str) -> AsyncIterator[asyncpg.Pool[Any]]:
    """Connections as the service has them."""
    dsn = role_dsn(folder.running().database_url, service, folder.secrets())
    pool = await connect_pool(dsn, service, size=2)
    try:
        yield pool
    finally:
        pool.terminate()
