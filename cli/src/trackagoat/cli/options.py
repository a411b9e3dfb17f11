"""Options that several commands share."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click
import msgspec

from trackagoat.cli.state import Folder

F = TypeVar("F", bound=Callable[..., Any])


def _folder(_: click.Context, __: click.Parameter, value: Path | None) -> Folder:
    return Folder(value or default_folder())


def default_folder() -> Path:
    """`.goat` beside the bootstrap this program was installed by, else in the current folder."""
    home = Path(sys.prefix).parent
    return (home if (home / "goat").is_file() else Path.cwd()) / ".goat"


def state_option(command: F) -> F:
    """`--state DIR`, handed over as a Folder."""
    option = click.option(
        "--state",
        "folder",
        type=click.Path(path_type=Path),
        callback=_folder,
        metavar="DIR",
        help="Folder that holds data, secrets and logs. Default: .goat beside ./goat, else in the current folder.",
    )
    return option(command)


def json_option(command: F) -> F:
    """`--json`, for programs."""
    return click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")(command)


def print_json(value: Any) -> None:
    """One JSON document on standard output."""
    click.echo(msgspec.json.format(msgspec.json.encode(value), indent=2).decode())
