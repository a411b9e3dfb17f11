"""`goat events`: what can be said, what was said, and what followed from it at any time."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import click
import msgspec

from trackagoat.cli import feeds
from trackagoat.cli.accounts import org_option
from trackagoat.cli.errors import Failure, plainly
from trackagoat.cli.operator import org_of
from trackagoat.cli.options import json_option, print_json, state_option
from trackagoat.cli.state import Folder
from trackagoat.events import clock
from trackagoat.events.topology import SERVICES

F = TypeVar("F", bound=Callable[..., Any])

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
Place = int | datetime


class When(click.ParamType[Place]):
    """A place in a feed, an instant, or so long ago."""

    name = "SEQ|TIME"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Place:
        """`1200` is a seq; `2026-03-10`, `2026-03-10T08:00Z` and `2h` are instants."""
        if isinstance(value, (int, datetime)):
            return value
        if value.isdigit():
            return int(value)
        if ago := re.fullmatch(r"(\d+)([smhd])", value):
            return clock.now() - timedelta(seconds=int(ago[1]) * UNITS[ago[2]])
        try:
            instant = datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"{value} is no seq, no time such as 2026-03-10T08:00Z, and not so long ago as 2h", param, ctx)
        return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


class At(When):
    """The same without places in a feed."""

    name = "TIME"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Place:
        """An instant."""
        found = super().convert(value, param, ctx)
        return self.fail(f"{value} is no time", param, ctx) if isinstance(found, int) else found


def filters(command: F) -> F:
    """`--service`, `--org`, `--type`, `--stream`, `--since`."""
    for option in (
        click.option(
            "--since", type=When(), help="Behind this seq (with one --service), or from this time on (2h: ago)."
        ),
        click.option("--stream", help="Only of this stream, such as roster."),
        click.option("--type", "types", multiple=True, help="Only of this type: video.*, goal.created.v1. Repeatable."),
        click.option(
            "--service", "services", type=click.Choice(SERVICES), multiple=True, help="Only said by it. Repeatable."
        ),
        org_option,
        state_option,
    ):
        command = option(command)
    return command


@click.group()
def events() -> None:
    """The facts: a list of their kinds, the feeds, and the past."""


@events.command()
@filters
@click.option("--limit", type=click.IntRange(0), default=20, show_default=True, help="How many of the latest.")
@click.option("--follow", "-f", is_flag=True, help="Go on with what comes, until interrupted.")
@json_option
def tail(folder: Folder, limit: int, follow: bool, as_json: bool, **given: Any) -> None:
    """Show the latest facts."""

    async def run() -> None:
        async with feeds.database(folder) as db:
            wanted = await _wanted(db, **given)
            marks = await feeds.heads(db, wanted.services)
            for fact in await feeds.last(db, wanted, limit):
                marks[fact.service] = max(marks[fact.service], fact.seq or 0)
                _show(fact, as_json=as_json)
            if follow:
                async for fact in feeds.followed(db, wanted, marks):
                    _show(fact, as_json=as_json)

    _run(run)


@events.command()
@filters
@click.option("--until", type=When(), help="Up to this seq (with one --service), or up to this time.")
@click.option("--limit", type=click.IntRange(1), help="At most so many.")
@click.option("--json", "as_json", is_flag=True, hidden=True, help="It always does.")
def replay(folder: Folder, limit: int | None, as_json: bool, **given: Any) -> None:  # noqa: ARG001 - the same on every command
    """Print facts as JSON lines in feed order, one feed after the other."""

    async def run() -> None:
        async with feeds.database(folder) as db:
            async for fact in feeds.replayed(db, await _wanted(db, **given), limit):
                _show(fact, as_json=True)

    _run(run)


@events.command()
@click.argument("id", type=click.UUID)
@state_option
@json_option
def show(folder: Folder, id: UUID, as_json: bool) -> None:
    """Show one fact, whole."""

    async def run() -> feeds.Fact | None:
        async with feeds.database(folder) as db:
            return await feeds.one(db, id)

    found = _run(run)
    if found is None:
        message = f"no service said anything under the id {id}"
        raise Failure(message)
    if not as_json:
        click.echo(found.line())
    print_json(found if as_json else found.data)


@events.command("as-of")
@click.argument("service", type=click.Choice(SERVICES))
@click.argument("stream")
@click.option("--at", type=At(), help="As it was at this time; 2h: so long ago.")
@click.option("--version", type=click.IntRange(0), help="As it was after this many of its facts.")
@org_option
@state_option
@click.option("--json", "as_json", is_flag=True, hidden=True, help="It always does.")
def as_of(
    folder: Folder,
    service: str,
    stream: str,
    at: datetime | None,
    version: int | None,
    org: str | None,
    as_json: bool,  # noqa: ARG001
) -> None:
    """Fold a stream as it was, and print the state its service decided on. Without --at and --version: as it is."""
    from trackagoat.cli import past

    async def run() -> Any:
        async with feeds.database(folder) as db:
            return await past.folded(db, service, stream, await org_of(db, org), at=at, version=version)

    print_json(_run(run))


@events.command()
@click.option("--format", "form", type=click.Choice(["asyncapi", "json-schema"]), help="Only this one.")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="Write files to this folder.")
@click.option("--check", is_flag=True, help="Write nothing; fail when the files in the folder are not of today.")
@json_option
def catalogue(form: str | None, out: Path | None, check: bool, as_json: bool) -> None:
    """Describe every event as AsyncAPI 3.0 and JSON Schema, for programs of others."""
    from trackagoat.cli import describing

    if out is None and not check:
        print_json(describing.whole(form or "asyncapi"))
        return
    place = out or describing.PLACE
    found = describing.check(place, form) if check else describing.write(place, form)
    if as_json:
        print_json({"folder": str(place), "changed": found})
    else:
        click.echo(f"{place}: {', '.join(found) if found else 'of today'}")


async def _wanted(  # each is an option
    db: Any,
    *,
    services: Sequence[str],
    org: str | None,
    types: Sequence[str],
    stream: str | None,
    since: Place | None,
    until: Place | None = None,
) -> feeds.Wanted:
    """What the options say. Raises Failure."""
    if isinstance(since, int) | isinstance(until, int) and len(services) != 1:
        message = "a seq is a place in one feed: say which with --service"
        raise Failure(message)
    return feeds.Wanted(
        services=services or SERVICES,
        org=None if org is None else await org_of(db, org),
        tags=feeds.tags(types),
        stream=stream,
        after=since if isinstance(since, int) else 0,
        to=until if isinstance(until, int) else None,
        since=since if isinstance(since, datetime) else None,
        until=until if isinstance(until, datetime) else None,
    )


def _show(fact: feeds.Fact, *, as_json: bool) -> None:
    click.echo(msgspec.json.encode(fact).decode() if as_json else fact.line())


def _run(work: Callable[[], Any]) -> Any:
    """Run it; an interruption is how following ends."""
    try:
        with plainly():
            return asyncio.run(work())
    except KeyboardInterrupt:
        raise SystemExit(130) from None
