"""`goat sources`: how each source of readings is doing, which an organization uses, and answers nobody understood."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from typing import Any, cast, get_args
from uuid import UUID

import asyncpg
import click
from rich.console import Console
from rich.table import Table

from trackagoat.cli.accounts import org_option
from trackagoat.cli.errors import Failure
from trackagoat.cli.operator import operator, org_of
from trackagoat.cli.options import json_option, print_json, state_option
from trackagoat.cli.state import Folder
from trackagoat.events.catalogue.ingest import JobKind
from trackagoat.events.catalogue.sources import ChooseSources

KINDS: tuple[JobKind, ...] = get_args(JobKind)

_STANDINGS = """
SELECT source, outcome, at, detail, rests_until, broken_since, probe_at,
    (SELECT count(*) FROM ingest.raw_answers r WHERE r.source = s.source) AS answers_kept
FROM ingest.source_standings s ORDER BY source
"""
_CHOICES = """
SELECT o.org, o.name, c.creator_profiles, c.discover_videos, c.video_stats
FROM ingest.source_choices c JOIN workspace.orgs o USING (org) ORDER BY o.created_at
"""
_ANSWERS = """
SELECT id, at, source, kind, subject, detail, size FROM ingest.raw_answers
WHERE $1::text IS NULL OR source = $1 ORDER BY at DESC, id
"""
_ANSWER = "SELECT id, at, source, kind, org, subject, detail, size, body FROM ingest.raw_answers WHERE id = $1"
_DISCARD = "DELETE FROM ingest.raw_answers WHERE ($1::uuid IS NULL OR id = $1) AND ($2::text IS NULL OR source = $2)"


@click.group()
def sources() -> None:
    """Where readings come from."""


@sources.command("list")
@state_option
@json_option
def list_(folder: Folder, as_json: bool) -> None:
    """Sources that rest, were refused or are not understood, and what organizations chose."""
    standings, choices = asyncio.run(_listed(folder))
    if as_json:
        print_json({"sources": standings, "choices": choices})
        return
    console = Console(highlight=False, soft_wrap=True)
    if not standings:
        console.print("every source answers; none has been in trouble")
    for one in standings:
        console.print(f"{one['source']:<14} {_told(one)}", markup=False)
    for choice in choices:
        for kind in KINDS:
            if choice[kind] is not None:
                console.print(f"{choice['name']}: {kind} from {', '.join(choice[kind]) or 'nobody'}", markup=False)


def _told(one: dict[str, Any]) -> str:
    if one["outcome"] == "ok":
        return f"answers again since {one['at']:%F %T} UTC"
    told = f"{one['outcome']} at {one['at']:%F %T} UTC"
    if one["rests_until"] is not None and one["outcome"] == "rate_limited":
        told += f", rests until {one['rests_until']:%F %T}"
    if one["broken_since"] is not None:
        told += f", broken since {one['broken_since']:%F %T}"
    if one["probe_at"] is not None:
        told += f", passed over until {one['probe_at']:%F %T}"
    kept = f"; {one['answers_kept']} answers kept: `goat sources answers`" if one["answers_kept"] else ""
    return f"{told}{': ' if one['detail'] else ''}{one['detail']}{kept}"


@sources.command()
@click.argument("names", nargs=-1)
@click.option("--kind", type=click.Choice(KINDS), multiple=True, help="Only this kind of job; may be repeated.")
@click.option("--default", "default", is_flag=True, help="Those of the installation again.")
@click.option("--none", "nobody", is_flag=True, help="Nobody: readings come by import alone.")
@org_option
@state_option
@json_option
def use(
    folder: Folder,
    names: tuple[str, ...],
    kind: tuple[str, ...],
    default: bool,
    nobody: bool,
    org: str | None,
    as_json: bool,
) -> None:
    """Ask the sources NAMES, in this order, for an organization."""
    if sum((bool(names), default, nobody)) != 1:
        message = "name the sources in their order, or say --default or --none"
        raise click.UsageError(message)
    wanted = None if default else list(names)
    kinds = cast("tuple[JobKind, ...]", kind or KINDS)
    asyncio.run(_use(folder, org, kinds, wanted))
    if as_json:
        print_json({"kinds": kinds, "sources": wanted})
    else:
        told = "those of the installation" if wanted is None else ", ".join(wanted) or "nobody"
        click.echo(f"{', '.join(kinds)}: {told}")


@sources.command()
@click.option("--source", help="Only this one's.")
@state_option
@json_option
def answers(folder: Folder, source: str | None, as_json: bool) -> None:
    """Answers that were not understood, newest first: the last 50 of each source, for 30 days."""
    found = asyncio.run(_fetched(folder, _ANSWERS, source))
    if as_json:
        print_json(found)
    elif not found:
        click.echo("every answer was understood")
    else:
        Console(highlight=False).print(_table(found))


@sources.command()
@click.argument("id", type=click.UUID)
@click.option("--out", type=click.File("wb"), default="-", help="Where to write it; default: standard output.")
@state_option
def answer(folder: Folder, id: UUID, out: Any) -> None:
    """One answer, byte for byte as it came (at most its first MiB); what it is goes to standard error."""
    found = asyncio.run(_fetched(folder, _ANSWER, id))
    if not found:
        message = f"there is no answer {id}; `goat sources answers` shows those that are kept"
        raise Failure(message)
    (one,) = found
    click.echo(
        f"{one['source']} on {one['kind']} of {one['subject']} at {one['at']:%F %T} UTC, {one['size']:,} bytes:"
        f" {one['detail']}",
        err=True,
    )
    out.write(one["body"])


@sources.command()
@click.argument("id", type=click.UUID, required=False)
@click.option("--source", help="All of this one's.")
@state_option
@json_option
def discard(folder: Folder, id: UUID | None, source: str | None, as_json: bool) -> None:
    """Throw away one answer, or all of a source."""
    if (id is None) == (source is None):
        message = "say which: the id of one answer, or --source"
        raise click.UsageError(message)
    count = asyncio.run(_discarded(folder, id, source))
    if as_json:
        print_json({"discarded": count})
    else:
        click.echo(f"{count} discarded")


async def _listed(folder: Folder) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    async with _database(folder) as db:
        return _dicts(await db.fetch(_STANDINGS)), _dicts(await db.fetch(_CHOICES))


async def _use(folder: Folder, org: str | None, kinds: Sequence[JobKind], wanted: list[str] | None) -> None:
    async with operator(folder) as op:
        found = await org_of(op.db, org)
        for kind in kinds:
            await op.must(found, ChooseSources(kind=kind, sources=wanted))


async def _fetched(folder: Folder, query: str, value: Any) -> list[dict[str, Any]]:
    async with _database(folder) as db:
        return _dicts(await db.fetch(query, value))


async def _discarded(folder: Folder, id: UUID | None, source: str | None) -> int:
    async with _database(folder) as db:
        return int((await db.execute(_DISCARD, id, source)).split()[-1])


def _dicts(rows: Sequence[Any]) -> list[dict[str, Any]]:
    return [dict(row) for row in rows]


@contextlib.asynccontextmanager
async def _database(folder: Folder) -> AsyncIterator[Any]:
    connection = await asyncpg.connect(folder.running().database_url)
    try:
        yield connection
    finally:
        await connection.close()


def _table(found: Sequence[dict[str, Any]]) -> Table:
    shown = Table(box=None, padding=(0, 2, 0, 0))
    for column in ("id", "at", "source", "kind", "of", "bytes", "what was wrong"):
        shown.add_column(column, justify="right" if column == "bytes" else "left", overflow="fold")
    for one in found:
        at = f"{one['at']:%F %T}"
        words = (str(one["id"]), at, one["source"], one["kind"], one["subject"], f"{one['size']:,}", one["detail"])
        shown.add_row(*words)
    return shown
