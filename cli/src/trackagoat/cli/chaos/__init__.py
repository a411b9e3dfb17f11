"""`goat chaos`: the whole system under load while everything that can fail fails, and a verdict."""

from __future__ import annotations

import asyncio
import shutil
import sys
import tempfile
from pathlib import Path

import click

from trackagoat.cli.chaos.faults import DECK, Kind
from trackagoat.cli.errors import FAILED, Failure, plainly
from trackagoat.cli.options import json_option, print_json
from trackagoat.cli.state import Folder

MOST_SHOWN = 20


@click.command()
@click.option("--minutes", type=click.FloatRange(min=0.1), default=1.0, show_default=True, help="How long to hurt it.")
@click.option("--seed", type=int, default=1, show_default=True, help="What is asked and what fails follows from it.")
@click.option(
    "--state",
    "place",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="An empty folder for data and logs; kept. Default: a temporary one, kept when something is wrong.",
)
@click.option(
    "--only", multiple=True, type=click.Choice(sorted(set(DECK))), help="This kind of fault; may be repeated."
)
@json_option
def chaos(minutes: float, seed: int, place: Path | None, only: tuple[Kind, ...], *, as_json: bool) -> None:
    """Prove that nothing is lost and nothing counts twice: run a system of its own, load it, hurt it, judge it.

    Services, PostgreSQL and NATS are killed, paused, cut off, slowed and wiped; commands are repeated and answers
    lost. In the end every fact, read model and webhook is compared with what was asked. Ends with status 1 when
    something is wrong.
    """
    import os

    from trackagoat.cli.chaos.trial import Report, Trial

    if {"DATABASE_URL", "NATS_URL"} & os.environ.keys():
        message = "chaos kills the servers it uses, so it only uses its own: unset DATABASE_URL and NATS_URL"
        raise Failure(message)
    folder = place or Path(tempfile.mkdtemp(prefix="goat-chaos-"))
    if folder.exists() and any(folder.iterdir()):
        message = f"{folder} is not empty; chaos wants a folder of its own"
        raise Failure(message)
    trial = Trial(Folder(folder), seed, minutes * 60, _tell, only or DECK)
    with plainly():
        report: Report = asyncio.run(trial.run())[0]
    if place is None and not report.wrong:
        shutil.rmtree(folder, ignore_errors=True)
    if as_json:
        print_json(report)
    else:
        _show(report, folder)
    sys.exit(FAILED if report.wrong else 0)


def _tell(line: str) -> None:
    click.echo(f"goat: {line}", err=True)


def _show(report: object, folder: Path) -> None:
    import msgspec

    told = msgspec.to_builtins(report)
    for name in ("faults", "died_at", "asks", "facts", "deliveries"):
        figures = ", ".join(f"{what} {count}" for what, count in told[name].items())
        click.echo(f"{name.replace('_', ' '):>10}: {figures}")
    wrong = told["wrong"]
    for sentence in wrong[:MOST_SHOWN]:
        click.echo(f"wrong: {sentence}")
    if wrong:
        click.echo(f"seed {told['seed']}: {len(wrong)} things are wrong; logs are in {folder}/logs")
    else:
        click.echo(f"seed {told['seed']}: held. Settled {told['settled_after']} s after the last fault.")
