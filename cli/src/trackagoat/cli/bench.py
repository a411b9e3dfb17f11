"""`goat bench`: how fast this machine runs the system, beside what others reach on it in the same run."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import click

from trackagoat.cli.errors import Failure
from trackagoat.cli.options import json_option, state_option
from trackagoat.cli.state import Folder

ROOT = Path(__file__).resolve().parents[4]
SHORT = (
    "commands",
    "ingest",
    "end-to-end",
    "latency",
    "campaigns",
    "aggregates",
    "goals",
    "notifications",
    "replay",
    "lists",
    "sync",
    "start",
    "memory",
)
NAMES = (*SHORT, "soak")


@click.command()
@click.argument("names", nargs=-1, type=click.Choice(NAMES), metavar="[NAME]...")
@click.option("--quick", is_flag=True, help="Small sizes, one run each: is it alive, and roughly how fast?")
@click.option("--videos", type=click.IntRange(1000), help="Size of campaigns and aggregates. Default: 100,000.")
@click.option("--install-peers", is_flag=True, help="Install what the figures are compared with, and measure nothing.")
@state_option
@json_option
def bench(
    folder: Folder, names: tuple[str, ...], quick: bool, videos: int | None, install_peers: bool, as_json: bool
) -> None:
    """Measure this machine, on servers of its own; nothing that runs is touched.

    Names: commands, ingest, end-to-end, latency, campaigns, aggregates, goals, notifications, replay, lists, sync,
    start, memory, which are all by default, and soak (a million events, half an hour).
    """
    if not (ROOT / "benchmarks").is_dir():
        message = "the benchmarks are part of the repository: run `./goat bench` in a clone"
        raise Failure(message)
    folder.prepare()
    if install_peers:
        _install(folder)
        return
    command = [sys.executable, "-m", "benchmarks", *names, "--folder", str(folder.path)]
    command += ["--quick"] if quick else []
    command += ["--json"] if as_json else []
    command += ["--videos", str(videos)] if videos else []
    command += ["--peers", str(_python(folder))] if _python(folder).exists() else []
    sys.exit(subprocess.run(command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=False).returncode)


def _python(folder: Folder) -> Path:
    return folder.path / "peers" / "bin" / "python"


def _install(folder: Folder) -> None:
    """Make an environment for the peers, apart from the product's."""
    home, wanted = folder.path / "peers", ROOT / "benchmarks" / "requirements.txt"
    pip = [str(_python(folder)), "-m", "pip", "install", "--disable-pip-version-check", "--quiet", "-r", str(wanted)]
    click.echo(f"installing the peers into {home}", err=True)
    for command in ([sys.executable, "-m", "venv", "--clear", str(home)], pip):
        if subprocess.run(command, stdout=sys.stderr, check=False).returncode:
            message = f"the peers could not be installed: {' '.join(command)}"
            raise Failure(message)
