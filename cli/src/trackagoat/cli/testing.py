"""`goat test`: the whole test suite on real servers."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import click

from trackagoat.cli.errors import Failure

ROOT = Path(__file__).resolve().parents[4]


@click.command(context_settings={"ignore_unknown_options": True, "help_option_names": ["--help"]})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def test(arguments: tuple[str, ...]) -> None:
    """Run the test suite; further arguments go to pytest."""
    if not (ROOT / "requirements.lock").exists():
        message = "the tests are part of the repository: run `./goat test` in a clone"
        raise Failure(message)
    workers = str(min(4, os.cpu_count() or 1))
    command = [sys.executable, "-m", "pytest", "-q", "-n", workers, *arguments]
    sys.exit(subprocess.run(command, cwd=ROOT, check=False).returncode)
