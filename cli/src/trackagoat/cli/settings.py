"""What services are told by their environment, what is wrong with it, and the page of all they could be told."""

from __future__ import annotations

import importlib
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, get_args

import msgspec
from pydantic import SecretStr
from pydantic.fields import FieldInfo

from trackagoat.cli.joining import joining
from trackagoat.cli.state import Folder
from trackagoat.cli.testing import ROOT
from trackagoat.events.host.provision import SCHEMAS
from trackagoat.events.host.settings import Fault, Settings, faults

PAGE = ROOT / "docs" / "settings.md"
HEAD = """\
# Settings

What each service reads from its environment. Written by `goat config page`; a test holds it current.

For every setting, `<NAME>_FILE` may name a file that holds its value instead, without the newline at its end: the way
to hand over secrets. A value in the environment comes before the file.

`goat config check SERVICE` says what is missing or wrong and what to do, before the service is started;
`goat config show SERVICE` tells every value and where it comes from, and of secrets only that.
"""
TAIL = """\
## Named elsewhere
A mapping file of `HTTP_PROVIDERS` names the variable that holds its provider's secret (`secret_env`), for ingest.

`goat up` reads `DATABASE_URL` and `NATS_URL` (with `NATS_USER` and `NATS_PASSWORD`) for servers of your own, in place
of those it brings along, and [`NATS_SYNC_INTERVAL`](operations.md#settings-of-the-servers-that-come-along) for its own.
What else stands in its environment, every service gets to read.
"""


class Told(msgspec.Struct, frozen=True):
    """A setting as it is. `value` is null when nothing is set, and of secrets always."""

    variable: str
    value: str | None
    origin: str
    secret: bool


def settings_of(service: str) -> type[Settings]:
    """What that service reads."""
    found: type[Settings] = importlib.import_module(f"trackagoat.{service}.settings").Settings
    return found


def joined(folder: Folder, service: str) -> dict[str, str]:
    """What `goat run` adds to the environment: where things are in what `goat up` runs, if it runs and is meant."""
    state = folder.read()
    if is_placed() or state is None or not state.supervisor.alive:
        return {}
    return joining(state, folder.secrets(), service)


def is_placed() -> bool:
    """Whether the environment says where the database is."""
    return bool({"DATABASE_URL", "DATABASE_URL_FILE"} & os.environ.keys())


def wrong(service: str, added: Mapping[str, str]) -> list[Fault]:
    """What keeps the service from starting with the environment and what is added to it."""
    return faults(settings_of(service), **lower(added))


def lower(told: Mapping[str, str]) -> dict[str, str]:
    """By the names the settings have in Python."""
    return {name.lower(): value for name, value in told.items()}


def told(service: str, added: Mapping[str, str]) -> list[Told]:
    """Every setting of the service, as it is told."""
    return [_told(name, field, added) for name, field in settings_of(service).model_fields.items()]


def _told(name: str, field: FieldInfo, added: Mapping[str, str]) -> Told:
    variable, secret = name.upper(), is_secret(field)
    environment = {key.upper(): value for key, value in os.environ.items()}
    value, origin = _default(field), "default"
    if variable in added:
        value, origin = added[variable], "goat up"
    elif variable in environment:
        value, origin = environment[variable], "environment"
    elif path := os.environ.get(f"{variable}_FILE"):
        value, origin = _content(path), path
    elif field.is_required():
        origin = "missing"
    return Told(variable, None if secret or value is None else without_password(value), origin, secret)


def _content(path: str) -> str | None:
    try:
        return Path(path).read_text(encoding="utf-8").removesuffix("\n")
    except (OSError, UnicodeDecodeError):
        return None


def without_password(value: str) -> str:
    """An address without what stands before its host."""
    return re.sub(r"(?<=://)[^/@,\s]*@", "…@", value)


def is_secret(field: FieldInfo) -> bool:
    """Whether its value is never shown."""
    return SecretStr in {field.annotation, *get_args(field.annotation)}


def page() -> str:
    """The reference of every setting of every service."""
    own = {service: dict(_own(settings_of(service))) for service in SCHEMAS}
    parts = [HEAD, "\n## Every service\n", _table(Settings.model_fields)]
    for service, fields in own.items():
        parts += [f"\n## {service.capitalize()}\n", _table(fields) if fields else "Nothing beyond these.\n"]
    return "".join([*parts, "\n", TAIL])


def _own(kind: type[Settings]) -> Iterator[tuple[str, FieldInfo]]:
    """What a service has beyond the others, or has otherwise."""
    for name, field in kind.model_fields.items():
        common = Settings.model_fields.get(name)
        if common is None or _shown(field) != _shown(common) or field.description != common.description:
            yield name, field


def _table(fields: Mapping[str, FieldInfo]) -> str:
    rows = [f"| `{name.upper()}` | {_shown(field)} | {_meaning(field)} |" for name, field in fields.items()]
    return "\n".join(["| variable | default | meaning |", "| --- | --- | --- |", *rows, ""])


def _shown(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    value = _default(field)
    return "none" if value is None else f"`{value}`" if value else "empty"


def _meaning(field: FieldInfo) -> str:
    meaning = " ".join((field.description or "").split())
    choices = [f"`{one}`" for one in get_args(field.annotation) if isinstance(one, str)]
    one_of = f" One of {', '.join(choices)}." if choices and not all(one in meaning for one in choices) else ""
    return f"{meaning}{one_of}{' Secret.' if is_secret(field) else ''}"


def _default(field: FieldInfo) -> str | None:
    value: Any = None if field.is_required() else field.default
    if value is None:
        return None
    if isinstance(value, SecretStr):
        value = value.get_secret_value()
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return f"{value:g}" if isinstance(value, float) else str(value)
