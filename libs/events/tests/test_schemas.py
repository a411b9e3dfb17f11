"""What a change of an event's shape breaks, and what it does not."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

import msgspec
import pytest

from trackagoat.events import schemas
from trackagoat.events.catalogue.words import Event
from trackagoat.events.codec import EVENTS
from trackagoat.events.schemas import breaks, schema_of


class Inner(msgspec.Struct, frozen=True, kw_only=True):
    count: int
    note: str | None = None


class Released(Event, frozen=True, kw_only=True, tag="test.changed.v1"):
    speaker: ClassVar[str] = "workspace"
    name: str
    colour: Literal["red", "green"] = "red"
    size: int | None = None
    inner: Inner | None = None
    parts: list[Inner] = []
    words: dict[str, int] = {}


def changed(**fields: Any) -> Any:
    """The released event with these fields: (type, default), a type alone, or None to leave one out."""
    kept: dict[str, Any] = {f.name: (f.type, f.default) for f in msgspec.structs.fields(Released)}
    kept |= {"name": str, "parts": (list[Inner], []), "words": (dict[str, int], {})} | fields
    given = [(name, kind) if not isinstance(kind, tuple) else (name, *kind) for name, kind in kept.items() if kind]
    return msgspec.defstruct("Changed", given, bases=(Event,), tag="test.changed.v1", frozen=True, kw_only=True)


class Shorter(msgspec.Struct, frozen=True, kw_only=True):
    note: str | None = None


class Stricter(msgspec.Struct, frozen=True, kw_only=True):
    count: int
    note: str


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"size": None}, ".size is gone"),
        ({"extra": str}, ".extra must be there now"),
        ({"size": int}, ".size must be there now"),
        ({"name": int}, ".name was string and is integer"),
        ({"size": (str | None, None)}, ".size was integer and is "),
        ({"size": (int, 0)}, ".size was null and is integer"),
        ({"colour": (Literal["red"], "red")}, ".colour no longer accepts green"),
        ({"colour": (Literal["red", "green"], "green")}, ".colour has another default"),
        ({"name": Literal["Ada"]}, ".name was string and is ['Ada']"),
        ({"name": msgspec.Raw}, None),
        ({"parts": (list[Shorter], [])}, ".parts[].count is gone"),
        ({"parts": (list[Stricter], [])}, ".parts[].note must be there now"),
        ({"inner": (Stricter | None, None)}, ".inner.note must be there now"),
        ({"words": (dict[str, str], {})}, ".words[] was integer and is string"),
        ({"extra": (str, "")}, None),
        ({"colour": (Literal["red", "green", "blue"], "red")}, None),
        ({"colour": (str, "red")}, None),
        ({"name": str | None}, None),
        ({"words": (dict[str, float], {})}, None),
    ],
)
def test_only_what_loses_something_breaks(fields: dict[str, Any], fault: str | None) -> None:
    found = breaks(schema_of(Released), schema_of(changed(**fields)))
    assert (found == []) if fault is None else any(fault in one for one in found), found


@pytest.mark.parametrize(
    ("old", "new", "broken"),
    [
        ({"type": "integer"}, {"type": "integer", "minimum": 0}, True),
        ({"type": "integer", "minimum": 1}, {"type": "integer", "minimum": 0}, False),
        ({"type": "string", "maxLength": 9}, {"type": "string", "maxLength": 5}, True),
        ({"type": "string", "format": "uuid"}, {"type": "string"}, False),
        ({"type": "string"}, {"type": "string", "format": "uuid"}, True),
    ],
)
def test_a_bound_may_be_loosened_but_not_tightened(old: dict[str, Any], new: dict[str, Any], broken: bool) -> None:
    assert bool(breaks(old, new)) is broken


def test_a_tag_that_vanishes_is_told_what_to_do() -> None:
    (fault,) = schemas.breaking({"test.forgotten.v1.json": b"{}"})
    assert "facts of that tag are stored for ever" in fault
    assert "catalogue/upcasts.py" in fault


def test_instants_say_that_they_are_instants() -> None:
    properties = schemas.components(EVENTS, "#/$defs/")["VideoDiscovered"]["properties"]
    assert {"type": "string", "format": "date-time"} in properties["posted_at"]["anyOf"]
