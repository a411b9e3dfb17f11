"""Answers in JSON: fields by pointer, and what a field says. What is absent is unknown; what is odd is an error."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

import msgspec

from trackagoat.events.catalogue.ingest import ProfileReading
from trackagoat.ingest.sources.importing import cells

T = TypeVar("T")

LONGEST_DETAIL = 300


class Odd(ValueError):
    """The answer has another shape. The message says where and what."""


def document(body: bytes) -> Any:
    """A JSON document. Raises Odd."""
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError) as error:
        message = f"no JSON: {error}"
        raise Odd(message[:LONGEST_DETAIL]) from None


def at(value: Any, pointer: str) -> Any:
    """What a JSON pointer (RFC 6901) points to; None where nothing is. Below `""` is the value itself."""
    for token in pointer.split("/")[1:]:
        name = token.replace("~1", "/").replace("~0", "~")
        if isinstance(value, dict):
            value = value.get(name)
        elif isinstance(value, list) and name.isascii() and name.isdigit() and int(name) < len(value):
            value = value[int(name)]
        else:
            return None
    return value


def items(value: Any, pointer: str) -> list[Any]:
    """The list there. Raises Odd when there is none."""
    found = at(value, pointer)
    if not isinstance(found, list):
        message = f"{pointer or '/'} is no list"
        raise Odd(message)
    return found


def count(value: Any, pointer: str) -> int | None:
    """A count, written as a number or as people write it (`541.2K`). Raises Odd."""
    return _cell(value, pointer, cells.count)


def duration(value: Any, pointer: str) -> int | None:
    """Whole seconds. Raises Odd."""
    return _cell(value, pointer, cells.duration)


def instant(value: Any, pointer: str) -> datetime | None:
    """An instant: ISO 8601 (UTC where no offset is given), Unix seconds or milliseconds. Raises Odd."""
    return _cell(value, pointer, lambda cell: cells.instant(cell, UTC))


def text(value: Any, pointer: str) -> str | None:
    """A text without control characters; None when nothing is left. Raises Odd when it is no text."""
    found = at(value, pointer)
    if isinstance(found, dict | list):
        message = f"{pointer} is no text"
        raise Odd(message)
    return cells.text(found)


def link(value: Any, pointer: str) -> str | None:
    """A web address; anything else is unknown."""
    return cells.link(at(value, pointer))


def _cell(value: Any, pointer: str, read: Callable[[object], T]) -> T:
    found = at(value, pointer)
    try:
        return read(found)
    except cells.Unreadable as unreadable:
        message = f"{pointer}: {unreadable}"
        raise Odd(message[:LONGEST_DETAIL]) from None


_PROFILE = {
    "followers": count,
    "following": count,
    "total_likes": count,
    "video_count": count,
    "display_name": text,
    "bio": text,
    "avatar_url": link,
}


def profile(value: Any, fields: Mapping[str, str]) -> ProfileReading:
    """A profile; `fields` are our names to pointers. Raises Odd, also when nothing at all is there."""
    found: dict[str, Any] = {name: _PROFILE[name](value, pointer) for name, pointer in fields.items()}
    reading = ProfileReading(**found)
    if reading == ProfileReading():
        message = f"nothing at {', '.join(fields.values())}"
        raise Odd(message[:LONGEST_DETAIL])
    return reading
