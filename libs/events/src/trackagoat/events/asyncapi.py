"""AsyncAPI: what the services say on NATS, described for programs of others, out of the catalogue."""

from __future__ import annotations

from inspect import cleandoc, getdoc
from typing import Any

from trackagoat.events.catalogue.upcasts import UPCASTS
from trackagoat.events.catalogue.words import Event
from trackagoat.events.codec import EVENTS, TAGS
from trackagoat.events.schemas import components
from trackagoat.events.topology import PARTITIONS, SERVICES, stream_name

VERSION = "1.0.0"
"""Of the description. Events carry their own version in their tag, and only ever gain fields."""

_TEXT = {"type": "string"}
_UUID = {"type": "string", "format": "uuid"}
_ALWAYS: dict[str, Any] = {
    "ce-specversion": {"const": "1.0"},
    "ce-id": _UUID | {"description": "The same in every repetition: keep it to drop repeats."},
    "ce-type": _TEXT | {"description": "The tag: public type and version."},
    "ce-source": _TEXT | {"description": "/trackagoat/<service>"},
    "ce-subject": _TEXT | {"description": "<organization>/<stream>"},
    "ce-time": _TEXT | {"format": "date-time", "description": "When it happened."},
    "content-type": {"const": "application/json"},
    "seq": _TEXT | {"pattern": "^[0-9]+$", "description": "Place in the service's feed, without gaps."},
    "actor": _TEXT | {"description": 'Who caused it, as JSON: {"type": "user" | "api_key" | "system", "id"?}.'},
}
_SOMETIMES: dict[str, Any] = {
    "version": _TEXT | {"pattern": "^[0-9]+$", "description": "Place in its stream, where the order matters."},
    "cause": _UUID | {"description": "The command that made it."},
    "correlation": _TEXT | {"description": "The request that made it."},
    "traceparent": _TEXT | {"description": "Its place in a trace (W3C), where the installation traces."},
}
_HEADERS: dict[str, Any] = {
    "type": "object",
    "description": "CloudEvents 1.0 in binary mode, and the place of the fact in the service's feed.",
    "required": list(_ALWAYS),
    "properties": _ALWAYS | _SOMETIMES,
}
_ABOUT = """
Every change in trackagoat is a fact, published once on a JetStream stream per service, in order.

- A fact may arrive twice; its `ce-id` stays the same.
- Events gain fields, and enumerations may gain values: ignore what you do not know.
- An event that has to change its shape gets a new tag. Facts stored under the old one keep it.
"""


def document() -> dict[str, Any]:
    """The AsyncAPI 3.0 document of everything the services say."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "trackagoat events",
            "version": VERSION,
            "description": cleandoc(_ABOUT),
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "servers": {
            "nats": {
                "host": "127.0.0.1:4222",
                "protocol": "nats",
                "description": "Host and port are those of your installation; `goat subscribers create` tells them.",
                "security": [{"$ref": "#/components/securitySchemes/subscriber"}],
            }
        },
        "channels": {service: _channel(service) for service in SERVICES},
        "operations": {f"say_{service}": _operation(service) for service in SERVICES},
        "components": {
            "messages": {tag: _message(tag) for tag in _tags()},
            "schemas": {"Headers": _HEADERS} | components(EVENTS, "#/components/schemas/"),
            "parameters": _PARAMETERS,
            "securitySchemes": {"subscriber": {"type": "userPassword"}},
        },
    }


_PARAMETERS = {
    "partition": {
        "description": f"A number that belongs to the organization, 0 to {PARTITIONS - 1}.",
        "enum": [str(n) for n in range(PARTITIONS)],
    },
    "org": {"description": "Id of the organization (UUID)."},
    "stream": {"description": "What the fact is about, such as `graph-<project>`; facts of one stream are ordered."},
}


def _tags(service: str | None = None) -> list[str]:
    """Every tag that may be met, those that are no longer said behind the others."""
    return [tag for tag in (*EVENTS, *UPCASTS) if service in {None, TAGS.kind(tag).speaker}]


def _channel(service: str) -> dict[str, Any]:
    classes = sorted({TAGS.kind(tag).__name__ for tag in _tags(service)})
    event = {"description": "The kind of event, in the words of its schema.", "enum": classes}
    return {
        "address": f"events.{service}.{{partition}}.{{event}}.{{org}}.{{stream}}",
        "title": stream_name(service),
        "description": f"What {service} says; kept by the JetStream stream {stream_name(service)}.",
        "parameters": {"event": event} | {name: {"$ref": f"#/components/parameters/{name}"} for name in _PARAMETERS},
        "messages": {tag: {"$ref": f"#/components/messages/{tag}"} for tag in _tags(service)},
    }


def _operation(service: str) -> dict[str, Any]:
    return {
        "action": "send",
        "channel": {"$ref": f"#/channels/{service}"},
        "summary": f"{service} says what happened.",
        "messages": [{"$ref": f"#/channels/{service}/messages/{tag}"} for tag in _tags(service)],
    }


def _message(tag: str) -> dict[str, Any]:
    kind: type[Event] = TAGS.kind(tag)
    said = tag in EVENTS
    marks = ([] if said else ["superseded"]) + ([] if kind.public else ["internal"])
    payload = f"#/components/schemas/{kind.__name__}" if said else f"./schemas/{tag}.json"
    told = {"properties": {"ce-type": {"const": tag}}}
    message = {
        "name": tag,
        "title": kind.__name__,
        "summary": (getdoc(kind) or "").splitlines()[0],
        "contentType": "application/json",
        "headers": {"allOf": [{"$ref": "#/components/schemas/Headers"}, told]},
        "payload": {"$ref": payload},
    }
    return message | ({"tags": [{"name": mark} for mark in marks]} if marks else {})
