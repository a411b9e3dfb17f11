"""The descriptions of the events as files: written, and compared with what the program says today."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from trackagoat.cli.errors import Failure
from trackagoat.cli.testing import ROOT
from trackagoat.events import asyncapi, schemas
from trackagoat.events.codec import EVENTS

PLACE = ROOT / "docs" / "events"


def whole(form: str) -> dict[str, Any]:
    """One document: AsyncAPI, or the schemas by tag."""
    if form == "asyncapi":
        return asyncapi.document()
    return {tag: schemas.schema_of(event) for tag, event in EVENTS.items()}


def check(place: Path, form: str | None) -> list[str]:
    """Nothing, when every file is of today. Raises Failure."""
    _refuse_breaking(place)
    if stale := _stale(place, form):
        message = f"not of today: {', '.join(sorted(stale))}; run `goat events catalogue --out {place}`"
        raise Failure(message)
    return []


def write(place: Path, form: str | None) -> list[str]:
    """Write what is not of today; the names of what was written. Raises Failure."""
    _refuse_breaking(place)
    stale = _stale(place, form)
    for name, content in stale.items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_bytes(content)
    return sorted(stale)


def released(place: Path) -> dict[str, bytes]:
    """The schemas that lie there, by file name."""
    return {path.name: path.read_bytes() for path in sorted((place / "schemas").glob("*.json"))}


def _refuse_breaking(place: Path) -> None:
    if faults := schemas.breaking(released(place)):
        message = f"{'; '.join(faults)}. Give the event a new tag and a step from the old one (CONTRIBUTING.md)"
        raise Failure(message)


def _stale(place: Path, form: str | None) -> dict[str, bytes]:
    """What should be there and is not, by path in the folder."""
    wanted = {} if form == "json-schema" else {"asyncapi.json": schemas.pretty(asyncapi.document())}
    if form != "asyncapi":
        wanted |= {f"schemas/{name}": content for name, content in schemas.files().items()}
    return {
        n: content for n, content in wanted.items() if not (place / n).exists() or (place / n).read_bytes() != content
    }
