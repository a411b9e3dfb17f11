"""Schemas: the JSON Schema of every event, and what a change of one would break.

Two things must go on working: stored events are read by the program of today, and a subscriber finds the fields
it was told of. So fields come with defaults and stay, defaults keep their meaning, and types only ever accept more.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from inspect import cleandoc
from typing import Any

import msgspec
from msgspec import inspect

from trackagoat.events.catalogue.upcasts import UPCASTS
from trackagoat.events.catalogue.words import Event
from trackagoat.events.codec import EVENTS

Schema = dict[str, Any]

DRAFT = "https://json-schema.org/draft/2020-12/schema"
_LEAST = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
_MOST = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
_WIDER = {"integer": {"integer", "number"}}
_EXACT = ("format", "pattern", "multipleOf")


def components(events: Mapping[str, type[Event]], place: str) -> dict[str, Schema]:
    """The schemas of the events and of everything they are made of, by class name; `place` is where they will lie."""
    _, found = msgspec.json.schema_components(events.values(), ref_template=f"{place}{{name}}")
    instants = _instants(events)
    for name, schema in found.items():
        if "description" in schema:
            schema["description"] = cleandoc(schema["description"])
        for field in instants.get(name, ()):
            _mark_instant(schema["properties"][field])
    return found


def schema_of(event: type[Event]) -> Schema:
    """The schema of one event, complete in itself."""
    found = components({event.tag(): event}, "#/$defs/")
    return {"$schema": DRAFT, "$ref": f"#/$defs/{event.__name__}", "$defs": found}


def files() -> dict[str, bytes]:
    """One schema per tag that is said today, by file name."""
    return {f"{tag}.json": pretty(schema_of(event)) for tag, event in EVENTS.items()}


def pretty(value: Any) -> bytes:
    """JSON for people and for version control."""
    return msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n"


def breaking(released: Mapping[str, bytes]) -> list[str]:
    """What today's program breaks of the schemas that were released (by file name), a sentence each."""
    faults = []
    for name, stored in sorted(released.items()):
        tag = name.removesuffix(".json")
        if tag in EVENTS:
            faults += [f"{tag}: {fault}" for fault in breaks(msgspec.json.decode(stored), schema_of(EVENTS[tag]))]
        elif tag not in UPCASTS:
            faults.append(gone(tag))
    lost = [tag for tag in UPCASTS if f"{tag}.json" not in released]
    return faults + [f"{tag}: the schema it was released with is missing" for tag in lost]


def gone(tag: str) -> str:
    """What to say of a tag that nothing in the program reads any more."""
    return (
        f"{tag} is gone, but facts of that tag are stored for ever: bring its class back, or declare the step to its "
        "next tag in trackagoat/events/catalogue/upcasts.py"
    )


def breaks(old: Schema, new: Schema) -> list[str]:
    """What accepts or promises less in the new schema than in the old one; empty when nothing does."""
    return list(_narrower(old, new, (old, new), ""))


Roots = tuple[Schema, Schema]


def _narrower(old: Schema, new: Schema, roots: Roots, at: str) -> Iterator[str]:
    old, new = _resolved(old, roots[0]), _resolved(new, roots[1])
    choices = [_resolved(one, roots[1]) for one in new.get("anyOf", [new])]
    for given in old.get("anyOf", [old]):
        one = _resolved(given, roots[0])
        faults = {id(choice): list(_fits(one, choice, roots, at)) for choice in choices}
        if all(faults.values()):
            alike = [faults[id(choice)] for choice in choices if choice.get("type") == one.get("type")]
            yield from alike[0] if alike else [f"{at or 'the event'} was {_name(one)} and is {_name(new)}"]


def _fits(old: Schema, new: Schema, roots: Roots, at: str) -> Iterator[str]:
    """What the old schema lets pass and the new one does not; neither is a choice."""
    where = at or "the event"
    if "enum" in new or "enum" in old:
        given = old.get("enum", [None if old.get("type") == "null" else "every text"])
        yield from (f"{where} no longer accepts {value}" for value in given if not _taken(value, new))
        return
    if "type" in new and new["type"] not in _WIDER.get(old.get("type", ""), {old.get("type")}):
        yield f"{where} was {_name(old)} and is {_name(new)}"
        return
    yield from (f"{where} has another or a tighter {key}" for key in _tighter(old, new))
    for key in ("items", "additionalProperties"):
        if isinstance(new.get(key), dict):
            yield from _narrower(old.get(key) or {}, new[key], roots, f"{at}[]")
    yield from _members(old, new, roots, at)


def _members(old: Schema, new: Schema, roots: Roots, at: str) -> Iterator[str]:
    had, has = old.get("properties", {}), new.get("properties", {})
    for name in sorted(set(new.get("required", ())) - set(old.get("required", ()))):
        yield f"{at}.{name} must be there now, and stored facts do not have it: give it a default"
    for name, schema in had.items():
        if name not in has:
            yield f"{at}.{name} is gone, and stored facts have it"
            continue
        if (
            "default" in schema
            and name not in new.get("required", ())
            and schema["default"] != has[name].get("default")
        ):
            yield f"{at}.{name} has another default, which changes what stored facts say that left it out"
        yield from _narrower(schema, has[name], roots, f"{at}.{name}")


def _tighter(old: Schema, new: Schema) -> Iterator[str]:
    yield from (key for key in _LEAST if key in new and (key not in old or new[key] > old[key]))
    yield from (key for key in _MOST if key in new and (key not in old or new[key] < old[key]))
    yield from (key for key in _EXACT if key in new and new[key] != old.get(key))


def _taken(value: Any, schema: Schema) -> bool:
    if "enum" in schema:
        return value in schema["enum"]
    kind = {str: "string", int: "integer", bool: "boolean"}.get(type(value), "null")
    return schema.get("type", kind) == kind and "format" not in schema and "pattern" not in schema


def _resolved(schema: Schema, root: Schema) -> Schema:
    while "$ref" in schema:
        schema = root["$defs"][schema["$ref"].rsplit("/", 1)[1]]
    return schema


def _name(schema: Schema) -> str:
    return str(schema.get("format") or schema.get("enum") or schema.get("type", "anything"))


def _instants(events: Mapping[str, type[Event]]) -> dict[str, set[str]]:
    """Fields that hold an instant, by class: msgspec leaves their format out because it takes local times too."""
    found: dict[str, set[str]] = {}

    def look(kind: Any) -> bool:
        match kind:
            case inspect.StructType(cls=cls, fields=fields):
                found[cls.__name__] = {field.encode_name for field in fields if look(field.type)}
                return False
            case inspect.UnionType(types=types):
                looks = [look(one) for one in types]
                return any(looks)
            case inspect.ListType(item_type=item):
                look(item)
                return False
            case _:
                return isinstance(kind, inspect.DateTimeType)

    for kind in inspect.multi_type_info(events.values()):
        look(kind)
    return found


def _mark_instant(schema: Schema) -> None:
    for one in schema.get("anyOf", [schema]):
        if one.get("type") == "string" and "format" not in one:
            one["format"] = "date-time"
