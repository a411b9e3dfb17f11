"""What travels: things the API shows and bodies it takes."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, TypeVar
from urllib.parse import quote
from uuid import UUID

import msgspec
from msgspec import UNSET

R = TypeVar("R")


class Model(msgspec.Struct, frozen=True, kw_only=True):
    """Something the API shows. Fields it learns later are left out by this version."""


class Resource(Model, frozen=True, kw_only=True):
    """A thing with an `etag` when it was asked for by itself: send it as `if_match` to change that state only."""

    etag: str | None = None


class Body(msgspec.Struct, frozen=True, kw_only=True):
    """Something the API takes. What is not set is not sent."""


def tagged(data: R, etag: str | None) -> R:
    """The resource with the tag it was answered with."""
    return msgspec.structs.replace(data, etag=etag) if isinstance(data, Resource) and etag else data


def sent(**fields: Any) -> dict[str, Any]:
    """The fields that were set."""
    return {name.rstrip("_"): value for name, value in fields.items() if value is not UNSET}


def place(template: str, *ids: UUID | str) -> str:
    """The path with its ids."""
    return template.format(*(quote(str(id), safe="") for id in ids))


def query(**parameters: Any) -> dict[str, str]:
    """The query string of the parameters that were given."""
    return {name.rstrip("_"): _text(value) for name, value in parameters.items() if value is not None}


def _text(value: Any) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case datetime():
            if value.tzinfo is None:
                message = "an instant needs its offset, such as datetime.UTC"
                raise ValueError(message)
            return value.isoformat()
        case date():
            return value.isoformat()
        case _:
            return str(value)
