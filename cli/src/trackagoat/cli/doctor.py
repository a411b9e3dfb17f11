"""`goat doctor`: a read-only audit of the running system, a line per check, with what to do about every fault."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg
import click
import msgspec
from rich.console import Console
from rich.text import Text

from trackagoat.cli import totals
from trackagoat.cli.errors import FAILED, Failure
from trackagoat.cli.operator import nats_login
from trackagoat.cli.options import json_option, print_json, state_option
from trackagoat.cli.state import Folder
from trackagoat.cli.values import value_of
from trackagoat.embedded.nats import HOUSE
from trackagoat.events import audit, permissions, topology
from trackagoat.events.audit import Check, Finding
from trackagoat.events.errors import KernelError
from trackagoat.events.held import reachable
from trackagoat.events.host.service import Service
from trackagoat.events.topology import SERVICES

SAMPLE = 20
OVERDUE_MINUTES = 10
GIB = 1024**3
LITTLE, HARDLY = 0.1, 0.02
"""Shares of a disk that are worth a warning, and a fault."""
COLOURS = {"ok": "green", "warning": "yellow", "fault": "red"}

Look = Callable[[], Awaitable[Check]]


@click.group(invoke_without_command=True)
@click.option("--sample", type=click.IntRange(1), default=SAMPLE, show_default=True, help="Campaigns to recompute.")
@click.option(
    "--overdue",
    type=click.IntRange(1),
    default=OVERDUE_MINUTES,
    show_default=True,
    help="Minutes that work may be due before it is a fault.",
)
@state_option
@json_option
@click.pass_context
def doctor(context: click.Context, folder: Folder, sample: int, overdue: int, as_json: bool) -> None:
    """Examine the running system without changing anything. Ends with 1 when there is a fault."""
    if context.invoked_subcommand is None:
        _answer(asyncio.run(_examine(folder, sample, timedelta(minutes=overdue))), as_json=as_json)


@doctor.command("campaigns")
@click.option("--all", "every", is_flag=True, help="Every campaign instead of a sample.")
@click.option("--sample", type=click.IntRange(1), default=SAMPLE, show_default=True, help="Campaigns to recompute.")
@state_option
@json_option
def campaigns(folder: Folder, every: bool, sample: int, as_json: bool) -> None:
    """Recompute campaign totals from the videos and compare."""

    async def examine() -> list[Check]:
        async with _database(folder) as db:
            return [await _seen(lambda: totals.check(db, None if every else sample), "campaigns")]

    _answer(asyncio.run(examine()), as_json=as_json)


@contextlib.asynccontextmanager
async def _database(folder: Folder) -> AsyncIterator[Any]:
    """The database with the operator's rights. Raises Failure when it does not answer."""
    try:
        pool = await asyncpg.create_pool(folder.running().database_url, min_size=1, max_size=4, timeout=10)
    except (OSError, TimeoutError, asyncpg.PostgresError) as error:
        message = f"the database does not answer: {error}; `goat status` says what runs"
        raise Failure(message) from error
    try:
        yield pool
    finally:
        pool.terminate()


@contextlib.asynccontextmanager
async def _nats(folder: Folder) -> AsyncIterator[Any]:
    """NATS with the operator's rights. Raises Unavailable."""
    with reachable():
        client = await topology.connect(folder.running().nats_url, *nats_login(folder))
    try:
        yield client
    finally:
        await client.close()


async def _examine(folder: Folder, sample: int, overdue: timedelta) -> list[Check]:
    async with _database(folder) as db:
        looks = _looks(folder, db, sample, overdue)
        return [await _seen(look, name) for name, look in looks.items()]


def _looks(folder: Folder, db: Any, sample: int, overdue: timedelta) -> dict[str, Look]:
    """Every check by name, in the order in which a fact travels."""
    services = [value_of(folder, name)[0] for name in SERVICES]

    async def declared() -> Check:
        async with _nats(folder) as client:
            return await audit.declared(client)

    async def streams() -> Check:
        async with _nats(folder) as client:
            return await audit.streams(db, client)

    return {
        "clocks": lambda: audit.clocks(db),
        "disk": lambda: _disk(folder.path),
        "ledgers": lambda: audit.ledgers(db),
        "feeds": lambda: audit.twice(lambda: audit.feeds(db)),
        "topology": declared,
        "streams": streams,
        "followers": lambda: audit.followers(db, followed(services)),
        "parked": lambda: audit.parked(db),
        "due": lambda: audit.due(db, overdue, {(s.name, kind.kind) for s in services for kind in s.due}),
        "outcomes": lambda: audit.outcomes(db),
        "roles": lambda: permissions.roles(db),
        "nats users": lambda: _nats_users(folder),
        "campaigns": lambda: totals.check(db, sample),
    }


def followed(services: Sequence[Service]) -> set[tuple[str, str, str]]:
    """(service, projection or policy, source) of everything that is followed."""
    return {
        (service.name, part.name, source)
        for service in services
        for part in (*service.projections, *service.policies)
        for source in part.sources - {service.name}
    }


async def _seen(look: Look, name: str) -> Check:
    """A check that could not be made is a fault, too; the others go on."""
    try:
        return await look()
    except (OSError, TimeoutError, asyncpg.PostgresError, KernelError) as error:
        what = f"it could not be looked at: {str(error) or type(error).__name__}"
        return Check(name, "", [Finding("fault", what, "`goat status` says what runs")])


async def _disk(path: Path) -> Check:
    usage = shutil.disk_usage(path)
    return room(path, usage.free, usage.total)


def room(path: Path, free: int, total: int) -> Check:
    """Whether the disk has room for what comes."""
    holds = f"{free / GIB:.1f} GiB free of {total / GIB:.1f} GiB where {path} is"
    share = free / total if total else 1.0
    if share > LITTLE:
        return Check("disk", holds)
    remedy = "make room: PostgreSQL and NATS stop when the disk is full"
    return Check("disk", holds, [Finding("fault" if share <= HARDLY else "warning", f"only {holds}", remedy)])


async def _nats_users(folder: Folder) -> Check:
    state, file = folder.running(), folder.path / "nats" / "nats.conf"
    if "nats" not in state.servers:
        what = "NATS is not run by `goat up`: the rights of its users cannot be compared"
        return Check("nats users", "", [Finding("warning", what, "compare its configuration with `topology.users`")])
    try:
        configured = house_users(msgspec.json.decode(file.read_bytes()))
    except (OSError, KeyError, msgspec.DecodeError) as error:
        what = f"{file} cannot be read as the configuration of NATS: {error!r}"
        return Check("nats users", "", [Finding("fault", what, "restart with `goat up`, which writes it anew")])
    return permissions.nats_users(configured, topology.users(folder.secrets().nats))


def house_users(configuration: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The users whose account holds the streams; guests are in another, which only imports what is shared with it."""
    if "accounts" in configuration:
        return list(configuration["accounts"][HOUSE]["users"])
    return list(configuration["authorization"]["users"])


def _answer(checks: Sequence[Check], *, as_json: bool) -> None:
    level = _worst(checks)
    if as_json:
        print_json({"level": level, "checks": [_told(check) for check in checks]})
    else:
        _print(checks)
    if level == "fault":
        sys.exit(FAILED)


def _worst(checks: Sequence[Check]) -> str:
    levels = {check.level for check in checks}
    return next(level for level in ("fault", "warning", "ok") if level in levels or level == "ok")


def _told(check: Check) -> Mapping[str, Any]:
    return {"check": check.name, "level": check.level, "holds": check.holds, "findings": check.findings}


def _print(checks: Sequence[Check]) -> None:
    console = Console(highlight=False, soft_wrap=True)
    for check in checks:
        if not check.findings:
            console.print(_line("ok", check.name, check.holds))
        for finding in check.findings:
            console.print(_line(finding.level, check.name, f"{finding.what} → {finding.remedy}"))


def _line(level: str, name: str, text: str) -> Text:
    return Text.assemble((f"{level:<8}", COLOURS[level]), f"{name:<11} {text}")
