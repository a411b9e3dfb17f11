"""`goat parked`: facts that stepped aside, what is wrong with them, and what becomes of them."""

from __future__ import annotations

import asyncio
import contextlib
import getpass
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

import asyncpg
import click
import msgspec
from rich.console import Console
from rich.table import Table

from trackagoat.cli.errors import Failure
from trackagoat.cli.joining import role_dsn
from trackagoat.cli.options import json_option, print_json, state_option
from trackagoat.cli.state import Folder
from trackagoat.cli.values import value_of
from trackagoat.events import parking
from trackagoat.events.catalogue.words import OrgId
from trackagoat.events.host.database import connect_pool
from trackagoat.events.host.service import Part
from trackagoat.events.ledger import feed_query
from trackagoat.events.parking import Entity, StillPoison
from trackagoat.events.topology import SERVICES
from trackagoat.events.writer import Writer

_ALL = """
SELECT projection, source, seq, event_id, org, stream, tag, error, attempts, parked_at,
    (SELECT count(*) FROM parked w WHERE (w.projection, w.source, w.org, w.stream)
        = (p.projection, p.source, p.org, p.stream) AND w.seq > p.seq) AS behind
FROM parked p
"""
_FAILED = f"{_ALL} WHERE error IS NOT NULL ORDER BY parked_at, projection, source, seq"
_EVERY = f"{_ALL} ORDER BY projection, source, org, stream, seq"
_ONE = f"{_ALL} WHERE projection = $1 AND source = $2 AND seq = $3"
_BEHIND = """
SELECT seq, event_id, tag, error, parked_at FROM parked
WHERE projection = $1 AND source = $2 AND org = $3 AND stream = $4 AND seq > $5 ORDER BY seq
"""
_LOG = """
SELECT at, action, who, detail FROM parking_log WHERE projection = $1 AND source = $2 AND seq = $3 ORDER BY at
"""
RAW = {"data", "actor"}
"""Columns that hold JSON; they are shown as they were stored."""


class Id(msgspec.Struct, frozen=True):
    """Which fact is parked where: `campaigns/totals/ingest/1234`."""

    service: str
    projection: str
    source: str
    seq: int

    def __str__(self) -> str:
        """As it is typed."""
        return f"{self.service}/{self.projection}/{self.source}/{self.seq}"


class ParkedId(click.ParamType[Id]):
    """The id of a parked fact."""

    name = "ID"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Id:
        """Four words with slashes between them, the last a number."""
        if isinstance(value, Id):
            return value
        words = value.split("/")
        if len(words) != len(Id.__struct_fields__) or words[0] not in SERVICES or not words[3].isdigit():
            self.fail(
                f"{value} is no id such as campaigns/totals/ingest/1234; `goat parked list` shows them", param, ctx
            )
        return Id(words[0], words[1], words[2], int(words[3]))


id_argument = click.argument("id", type=ParkedId())


@click.group()
def parked() -> None:
    """Facts that could not be applied, and those of the same stream that wait behind them."""


@parked.command("list")
@click.option("--service", "named", type=click.Choice(SERVICES), multiple=True, help="Only this one; may be repeated.")
@click.option("--waiting", is_flag=True, help="Also what only waits behind something that failed.")
@state_option
@json_option
def list_(folder: Folder, named: tuple[str, ...], waiting: bool, as_json: bool) -> None:
    """What is parked, oldest first."""
    found = asyncio.run(_listed(folder, named or SERVICES, _EVERY if waiting else _FAILED))
    if as_json:
        print_json(found)
    elif not found:
        click.echo("nothing is parked")
    else:
        Console(highlight=False).print(_table(found))


@parked.command()
@id_argument
@state_option
@json_option
def show(folder: Folder, id: Id, as_json: bool) -> None:
    """One parked fact: the event as stored, why it failed, what waits behind it, what was done so far."""
    found = asyncio.run(_shown(folder, id))
    if as_json:
        print_json(found)
    else:
        _print(found)


@parked.command()
@id_argument
@state_option
@json_option
def retry(folder: Folder, id: Id, as_json: bool) -> None:
    """Apply a fact and what waits behind it, in order, all or nothing. Do this after the fix is deployed."""
    applied = asyncio.run(_retried(folder, id, give_up=False))
    _answer({"id": str(id), "applied": applied}, f"{id}: {applied:,} facts applied", as_json=as_json)


@parked.command()
@id_argument
@click.option("--yes", is_flag=True, help="Do not ask.")
@state_option
@json_option
def discard(folder: Folder, id: Id, yes: bool, as_json: bool) -> None:
    """Give up one fact for this projection for ever, then apply what waited behind it. The ledger keeps it."""
    if not yes:
        click.confirm(f"{id} will never be applied. Discard it?", abort=True, err=True)
    applied = asyncio.run(_retried(folder, id, give_up=True))
    text = f"{id}: discarded, {applied:,} facts behind it applied"
    _answer({"id": str(id), "discarded": True, "applied": applied}, text, as_json=as_json)


def _answer(value: Mapping[str, Any], text: str, *, as_json: bool) -> None:
    if as_json:
        print_json(value)
    else:
        click.echo(text)


@contextlib.asynccontextmanager
async def _schema(folder: Folder, service: str) -> AsyncIterator[asyncpg.Pool[Any]]:
    """The database as the service's own role."""
    dsn = role_dsn(folder.running().database_url, service, folder.secrets())
    try:
        pool = await connect_pool(dsn, service, size=2)
    except (OSError, asyncpg.PostgresError) as error:
        message = f"the database does not answer: {error}; `goat status` says what runs"
        raise Failure(message) from error
    try:
        yield pool
    finally:
        pool.terminate()


async def _listed(folder: Folder, services: Sequence[str], query: str) -> list[dict[str, Any]]:
    found = []
    for service in services:
        async with _schema(folder, service) as pool:
            found += [_row(service, row) for row in await pool.fetch(query)]
    return found


def _row(service: str, row: Any) -> dict[str, Any]:
    return {"id": str(Id(service, row["projection"], row["source"], row["seq"])), **row}


async def _one(pool: asyncpg.Pool[Any], id: Id) -> Any:
    row = await pool.fetchrow(_ONE, id.projection, id.source, id.seq)
    if row is None:
        message = f"{id} is not parked; `goat parked list` shows what is"
        raise Failure(message)
    return row


async def _shown(folder: Folder, id: Id) -> dict[str, Any]:
    async with _schema(folder, id.service) as pool:
        row = await _one(pool, id)
        (event,) = await pool.fetch(feed_query(id.source, "f.seq = $1"), id.seq)
        behind = await pool.fetch(_BEHIND, id.projection, id.source, row["org"], row["stream"], id.seq)
        log = await pool.fetch(_LOG, id.projection, id.source, id.seq)
    stored = {name: msgspec.Raw(value.encode()) if name in RAW else value for name, value in event.items()}
    return {**_row(id.service, row), "event": stored, "behind": list(map(dict, behind)), "log": list(map(dict, log))}


async def _retried(folder: Folder, id: Id, *, give_up: bool) -> int:
    part = _part(folder, id)
    async with _schema(folder, id.service) as pool:
        row = await _one(pool, id)
        entity = Entity(id.projection, id.source, OrgId(row["org"]), row["stream"])
        writer = Writer(pool, value_of(folder, id.service)[0])
        try:
            if give_up:
                return await parking.discard(writer, part, entity, id.seq, getpass.getuser())
            return await parking.retry(writer, part, entity, getpass.getuser())
        except StillPoison as again:
            raise _still(id, again, give_up=give_up) from again


def _still(id: Id, again: StillPoison, *, give_up: bool) -> Failure:
    other = Id(id.service, id.projection, id.source, again.seq)
    text = f"{id} is discarded, but {other} behind it failed" if give_up else f"{other} failed again"
    return Failure(f"{text}: {again.why}; nothing was applied")


def _part(folder: Folder, id: Id) -> Part:
    service, _ = value_of(folder, id.service)
    for part in (*service.projections, *service.policies):
        if part.name == id.projection:
            return part
    message = f"{id.service} has no projection or policy {id.projection}"
    raise Failure(message)


def _table(rows: Sequence[Mapping[str, Any]]) -> Table:
    shown = Table(box=None, padding=(0, 2, 0, 0))
    for column in ("id", "event", "since", "tries", "behind", "error"):
        shown.add_column(column, justify="right" if column in {"tries", "behind"} else "left", overflow="fold")
    for row in rows:
        since, numbers = f"{row['parked_at']:%F %T}", (str(row["attempts"]), str(row["behind"]))
        shown.add_row(row["id"], row["tag"], since, *numbers, row["error"] or "waits")
    return shown


def _print(found: Mapping[str, Any]) -> None:
    event = found["event"]
    lines = [
        f"{found['id']}   {found['tag']}   stream {found['stream']}   org {found['org']}",
        f"parked {found['parked_at']:%F %T}   tried {found['attempts']} times",
        f"error  {found['error'] or 'none: it waits behind one that failed'}",
        f"event  {event['id']}   at {event['at']:%F %T}   version {event['version']}   actor {_json(event['actor'])}",
        _json(event["data"], indent=2),
        f"behind it: {len(found['behind'])}",
        *(f"  seq {row['seq']}   {row['tag']}" for row in found["behind"]),
        "so far:",
        *(f"  {row['at']:%F %T}   {row['action']} by {row['who']}   {row['detail'] or ''}" for row in found["log"]),
    ]
    click.echo("\n".join(lines))


def _json(raw: msgspec.Raw, indent: int = 0) -> str:
    return msgspec.json.format(bytes(raw), indent=indent).decode()
