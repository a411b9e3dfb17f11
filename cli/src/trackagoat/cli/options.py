"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click
import msgspec

from trackagoat.cli.state import Folder

F = TypeVar("F", bound=Callable[..., Any])


def _folder(_: click.Context, __: click.Parameter, value: Path) -> Folder:
    return Folder(value)


def state_option(command: F) -> F:
    """`--state DIR`, handed over as a Folder."""
    option = click.option(
        "--state",
        "folder",
        type=click.Path(file_okay=False, path_type=Path),
        default=Path(".goat"),
        show_default=True,
        callback=_folder,
        help="Folder that holds data, secrets and logs.",
    )
    return option(command)


def json_option(command: F) -> F:
    """`--json`, for programs."""
    return click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")(command)


def print_json(value: Any) -> None:
    """One JSON document on standard output."""
    click.echo(msgspec.json.format(msgspec.json.encode(value), indent=2).decode())
