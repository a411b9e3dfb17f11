"""`goat import`: readings somebody has collected already, recorded as if they had been scraped."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import tzinfo
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

import click
import msgspec
from rich import progress
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn

from trackagoat.cli.errors import Failure
from trackagoat.cli.operator import Operator, operator
from trackagoat.cli.options import json_option, print_json, state_option
from trackagoat.cli.resuming import Progress
from trackagoat.cli.state import Folder
from trackagoat.events import clock
from trackagoat.events.catalogue.ingest import AddCreator, RecordScrape
from trackagoat.events.catalogue.words import CreatorId, OrgId, ProjectId
from trackagoat.ingest.domain.tiktok import handle_key
from trackagoat.ingest.sources import importing

IN_FLIGHT = 4
CREATORS_AT_ONCE = 200
SHOWN_WARNINGS = 20
KEPT_WARNINGS = 1000
"""Warnings an import remembers; the others are only counted, so that a file of nothing else fills no memory."""
STEPS = 10
"""Lines about progress where there is no terminal."""

_PROJECT = """
SELECT p.org, o.timezone FROM workspace.projects p JOIN workspace.orgs o USING (org) WHERE p.project = $1
"""
_CREATORS = "SELECT creator, handle_key, tracking_mode FROM ingest.creators WHERE project = $1 AND is_active"
_COUNTS = """
SELECT (SELECT count(*) FROM ingest.creators WHERE project = $1) AS creators,
    (SELECT count(*) FROM ingest.videos WHERE project = $1) AS videos,
    (SELECT count(*) FROM ingest.video_snapshots s JOIN ingest.videos v USING (video)
     WHERE v.project = $1 AND s.source = $2) AS snapshots
"""


class Report(msgspec.Struct):
    """What an import found and what it changed."""

    rows: int
    skipped: int
    creators: int
    videos: int
    new_creators: int
    new_videos: int
    new_snapshots: int
    resumed_rows: int
    warning_count: int
    warnings: list[dict[str, Any]]


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path))
@click.option("--project", required=True, type=click.UUID, help="Project to import into.")
@click.option("--tz", default="UTC", show_default=True, help="Zone of times without one: +07:00 or an IANA name.")
@click.option(
    "--map", "mapped", multiple=True, metavar="FIELD=COLUMN", help="Which column is a field, e.g. views=Plays."
)
@state_option
@json_option
def import_(folder: Folder, file: Path, project: UUID, tz: str, mapped: tuple[str, ...], as_json: bool) -> None:
    """Import readings from a CSV file, JSON lines or yt-dlp's info dicts.

    Importing the same file again changes nothing; an import that was cut off goes on where it was when it is run again.
    """
    try:
        zone = importing.zone(tz)
    except importing.Unreadable as error:
        raise click.BadParameter(str(error), param_hint="--tz") from error
    columns = _columns(mapped)
    told = {"project": str(project), "tz": tz, **{f"map {field}": name for field, name in columns.items()}}
    progress = Progress.of(folder.path, file, told, clock.now())
    how = How(file, zone, columns, progress)
    with progress.alone():
        report = asyncio.run(_import(folder, ProjectId(project), how, Console(stderr=True)))
    if as_json:
        print_json(report)
    else:
        _print(report)


class How(NamedTuple):
    """The file, how it is read, and how far that has come."""

    file: Path
    zone: tzinfo
    columns: Mapping[str, str]
    progress: Progress


def _columns(mapped: Sequence[str]) -> dict[str, str]:
    """Fields to columns. Raises BadParameter."""
    pairs = [word.partition("=") for word in mapped]
    if wrong := [word for word, pair in zip(mapped, pairs, strict=True) if not pair[0].strip() or not pair[2].strip()]:
        message = f"{wrong[0]!r} is not FIELD=COLUMN"
        raise click.BadParameter(message, param_hint="--map")
    return {field.strip(): column.strip() for field, _, column in pairs}


async def _import(folder: Folder, project: ProjectId, how: How, console: Console) -> Report:
    async with operator(folder) as op:
        found = await op.db.fetchrow(_PROJECT, project)
        if found is None:
            message = f"there is no project {project}; make one with `goat projects create NAME`"
            raise Failure(message)
        run = Import(op, OrgId(found["org"]), project, how, lambda line: console.print(line, highlight=False))
        return await run.run(ZoneInfo(found["timezone"]), console)


class Import:
    """One run over one file."""

    def __init__(self, op: Operator, org: OrgId, project: ProjectId, how: How, say: Callable[[str], None]) -> None:
        """Nothing happens before `run`."""
        self._op, self._org, self._project = op, org, project
        self._how, self._mark, self._say = how, how.progress, say
        self._now = how.progress.begun.now
        self._resumed = 0
        self._creators: dict[str, tuple[CreatorId, Any]] = {}

    async def run(self, org_zone: tzinfo, console: Console) -> Report:
        """Survey the file, add the creators it brings, record its readings."""
        before = await self._op.db.fetchrow(_COUNTS, self._project, importing.NAME)
        found, warnings = self._survey()
        await self._add_creators(found, org_zone)
        with _shown(console, found.rows) as advance:
            await self._record(advance)
        self._mark.end()
        after = await self._op.db.fetchrow(_COUNTS, self._project, importing.NAME)
        return Report(
            rows=found.rows,
            skipped=found.skipped,
            creators=len(found.creators),
            videos=found.videos,
            new_creators=after["creators"] - before["creators"],
            new_videos=after["videos"] - before["videos"],
            new_snapshots=after["snapshots"] - before["snapshots"],
            resumed_rows=self._resumed,
            warning_count=found.warnings,
            warnings=warnings,
        )

    @contextlib.contextmanager
    def _rows(self) -> Iterator[Iterator[Any]]:
        with self._how.file.open("rb") as file:
            yield importing.read(file, zone=self._how.zone, now=self._now, mapped=self._how.columns)

    def _survey(self) -> tuple[importing.Survey, list[dict[str, Any]]]:
        warnings: list[dict[str, Any]] = []

        def noted(rows: Iterator[Any]) -> Iterator[Any]:
            for row in rows:
                if isinstance(row, importing.RowWarning) and len(warnings) < KEPT_WARNINGS:
                    warnings.append(msgspec.to_builtins(row))
                yield row

        try:
            with self._rows() as rows:
                return importing.survey(noted(rows)), warnings
        except importing.UnknownLayout as error:
            message = f"{self._how.file}: {error}"
            raise Failure(message) from error

    async def _add_creators(self, found: importing.Survey, org_zone: tzinfo) -> None:
        for row in await self._op.db.fetch(_CREATORS, self._project):
            self._creators[row["handle_key"]] = (row["creator"], row["tracking_mode"])
        missing = [creator for key, creator in found.creators.items() if key not in self._creators]
        for start in range(0, len(missing), CREATORS_AT_ONCE):
            await self._add(missing[start : start + CREATORS_AT_ONCE], org_zone)

    async def _add(self, creators: list[importing.Found], org_zone: tzinfo) -> None:
        commands = [
            AddCreator(
                creator=CreatorId(clock.new_id()),
                project=self._project,
                tiktok_handle=creator.handle,
                today=self._now.astimezone(org_zone).date(),
                tracking_start_date=creator.start_date(org_zone),
            )
            for creator in creators
        ]
        names = ",".join(creator.handle for creator in creators)
        command_id = uuid5(self._project, f"import {self._now.isoformat()} {names}")
        outcomes = await self._op.ask(self._org, commands, command_id=command_id, waiting=self._say)
        for creator, outcome in zip(creators, outcomes, strict=True):
            if outcome.refused is not None:
                self._say(f"@{creator.handle} is left out: {outcome.refused.message}")
                self._mark.rest()
                continue
            event = outcome.events[0]
            added = (CreatorId(UUID(event["creator"])), event.get("tracking_mode", "auto"))
            self._creators[handle_key(creator.handle)] = added

    async def _record(self, advance: Callable[[int], None]) -> None:
        """Ask for batches, a few at a time; the first failure ends all."""
        with self._rows() as rows:
            running: set[asyncio.Task[None]] = set()
            try:
                for batch in importing.plan(rows):
                    if self._mark.is_done(batch.number):
                        self._resumed += _rows_of(batch)
                        advance(_rows_of(batch))
                        continue
                    running.add(asyncio.create_task(self._batch(batch, advance)))
                    if len(running) >= IN_FLIGHT:
                        done, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
                        for task in done:
                            task.result()
                await asyncio.gather(*running)
            finally:
                for task in running:
                    task.cancel()

    async def _batch(self, batch: importing.ImportBatch, advance: Callable[[int], None]) -> None:
        commands = [
            RecordScrape(
                creator=self._creators[key][0],
                project=self._project,
                source=importing.NAME,
                fetched_at=scrape.fetched_at,
                tracking_mode=self._creators[key][1],
                profile=scrape.profile,
                posts=scrape.posts,
            )
            for scrape in batch.scrapes
            if (key := handle_key(scrape.handle)) in self._creators
        ]
        if commands:
            command_id = batch.command_id(self._project)
            await self._op.ask(self._org, commands, command_id=command_id, waiting=self._say)
        self._mark.done(batch.number)
        advance(_rows_of(batch))


def _rows_of(batch: importing.ImportBatch) -> int:
    return sum(len(scrape.posts) for scrape in batch.scrapes)


@contextlib.contextmanager
def _shown(console: Console, total: int) -> Iterator[Callable[[int], None]]:
    """Progress in rows: a bar on a terminal, else a line for every tenth."""
    if console.is_terminal:
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with progress.Progress(*columns, console=console, transient=True) as bar:
            task = bar.add_task("importing", total=total)
            yield lambda count: bar.advance(task, count)
        return
    rows, told = 0, 0

    def advance(count: int) -> None:
        nonlocal rows, told
        rows += count
        if rows * STEPS // max(total, 1) > told:
            told = rows * STEPS // max(total, 1)
            console.print(f"imported {rows:,} of {total:,} rows", highlight=False)

    yield advance


def _print(report: Report) -> None:
    click.echo(f"rows       {report.rows:>9,}   skipped {report.skipped:,}")
    click.echo(f"creators   {report.creators:>9,}   new     {report.new_creators:,}")
    click.echo(f"videos     {report.videos:>9,}   new     {report.new_videos:,}")
    click.echo(f"snapshots  {report.rows:>9,}   new     {report.new_snapshots:,}")
    if report.resumed_rows:
        click.echo(f"resumed    {report.resumed_rows:>9,}   rows an earlier run had recorded")
    click.echo(f"warnings   {report.warning_count:>9,}")
    for warning in report.warnings[:SHOWN_WARNINGS]:
        column = f", column {warning['column']}" if warning.get("column") else ""
        click.echo(f"  line {warning['line']}{column}: {warning['reason']}")
    if report.warning_count > SHOWN_WARNINGS:
        click.echo(f"  … and {report.warning_count - SHOWN_WARNINGS:,} more; --json lists the first {KEPT_WARNINGS:,}")
    if not (report.new_creators or report.new_videos or report.new_snapshots):
        click.echo("Everything in this file was known already; nothing changed.")
