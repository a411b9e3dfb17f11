"""`goat client`: the Python client, written from what the API says of itself."""

from __future__ import annotations

from pathlib import Path

import click


@click.command(short_help="Write the Python client from the registry of routes.")
@click.option(
    "--out",
    default=Path("libs/client/src/trackagoat/client/generated"),
    show_default=True,
    type=click.Path(path_type=Path),
    help="Folder the files are written to; what else is in it goes.",
)
def client(out: Path) -> None:
    """Write the generated part of `trackagoat-client` from the API's registry of routes."""
    from trackagoat.cli.client.source import files

    written = files()
    for old in out.rglob("*.py"):
        old.unlink()
    for name, text in written.items():
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        (out / name).write_text(text)
    click.echo(f"{len(written)} files in {out}")
