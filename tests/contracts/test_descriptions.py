"""What is told to programs of others is true: the AsyncAPI document, the schemas, and what was promised before."""

from __future__ import annotations

import json
import re
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # it has no types

from trackagoat.events import asyncapi, relay, schemas
from trackagoat.events.catalogue.upcasts import UPCASTS
from trackagoat.events.codec import EVENTS
from trackagoat.events.topology import subject

HERE = Path(__file__).parent
PLACE = HERE.parents[1] / "docs" / "events"
RELEASED = {path.name: path.read_bytes() for path in (PLACE / "schemas").glob("*.json")}
STRUCTURE = json.loads((HERE / "asyncapi-3.0-structure.json").read_text())

TEACH = """
What was released must go on working: stored facts are read for ever, and subscribers rely on the fields they know.
Give a new field a default and leave the old ones as they are. When the shape has to change, give the class the next
tag (….v2) and declare the step from the old one in trackagoat/events/catalogue/upcasts.py.
"""


def test_nothing_that_was_released_is_broken() -> None:
    faults = schemas.breaking(RELEASED)
    assert not faults, "\n".join(faults) + TEACH


def test_the_files_are_of_today() -> None:
    wanted = {f"schemas/{name}": content for name, content in schemas.files().items()}
    wanted["asyncapi.json"] = schemas.pretty(asyncapi.document())
    stale = [n for n, content in wanted.items() if not (PLACE / n).exists() or (PLACE / n).read_bytes() != content]
    assert not stale, f"{stale}: run `goat events catalogue --out docs/events`"
    strange = RELEASED.keys() - schemas.files().keys() - {f"{tag}.json" for tag in UPCASTS}
    assert not strange, f"{sorted(strange)} belong to no event"


@pytest.mark.parametrize("path", sorted((HERE / "golden").glob("*.json")), ids=lambda path: path.stem)
def test_a_golden_event_is_valid_under_its_schema_and_has_no_unknown_field(path: Path) -> None:
    schema = json.loads(RELEASED[path.name])
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(closed(schema)).validate(json.loads(path.read_text()))


def closed(schema: Any) -> Any:
    """The same schema, refusing members it does not name."""
    if isinstance(schema, list):
        return [closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    shut = {name: closed(value) for name, value in schema.items()}
    return shut | {"additionalProperties": False} if "properties" in schema and schema.get("type") == "object" else shut


def test_the_document_has_the_structure_of_asyncapi_3() -> None:
    Draft202012Validator.check_schema(STRUCTURE)
    Draft202012Validator(STRUCTURE).validate(asyncapi.document())


def test_every_reference_of_the_document_leads_somewhere() -> None:
    document = asyncapi.document()
    references = set(re.findall(r'"\$ref": "([^"]+)"', json.dumps(document)))
    for reference in references:
        place, _, path = reference.partition("#/")
        if place:
            assert (PLACE / place).exists(), reference
            continue
        found: Any = document
        for step in path.split("/"):
            assert step in found, reference
            found = found[step]


def test_an_address_names_exactly_its_parameters() -> None:
    for channel in asyncapi.document()["channels"].values():
        assert set(re.findall(r"{(\w+)}", channel["address"])) == set(channel["parameters"])


def test_an_operation_offers_the_messages_of_its_channel() -> None:
    document = asyncapi.document()
    for operation in document["operations"].values():
        place = operation["channel"]["$ref"]
        channel = document["channels"][place.rsplit("/", 1)[1]]
        assert {m["$ref"] for m in operation["messages"]} == {f"{place}/messages/{tag}" for tag in channel["messages"]}


@pytest.mark.parametrize("tag", sorted(EVENTS))
def test_a_published_fact_is_as_described(tag: str) -> None:
    """Subject, headers and body, as the relay makes them."""
    document, kind = asyncapi.document(), EVENTS[tag]
    row = published(tag)
    address = re.escape(document["channels"][kind.speaker]["address"])
    pattern = re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^.]+)", address)
    match = re.fullmatch(pattern, subject(kind.speaker, kind.__name__, row["org"], row["stream"]))
    assert match is not None
    assert match["event"] in document["channels"][kind.speaker]["parameters"]["event"]["enum"]
    assert match["partition"] in document["components"]["parameters"]["partition"]["enum"]
    message = document["components"]["messages"][tag]
    valid(document, message["headers"], relay.headers_of(kind.speaker, row))
    valid(document, message["payload"], json.loads(row["data"]))


def published(tag: str) -> dict[str, Any]:
    org = UUID("0195a1b2-0000-7000-8000-000000000002")
    data = (HERE / "golden" / f"{tag}.json").read_text()
    at = msgspec.convert("2026-03-10T08:00:00Z", type=datetime)
    told = {"seq": 7, "id": org, "org": org, "stream": "roster", "version": 3, "tag": tag, "at": at}
    return told | {"cause": org, "correlation": "req_1", "actor": '{"type":"system"}', "data": data}


def valid(document: Any, schema: Any, value: Any) -> None:
    Draft202012Validator({"components": document["components"]} | schema).validate(value)
