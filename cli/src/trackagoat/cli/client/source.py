"""The source of the client: every generated file as text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from trackagoat.cli.client.calls import Operation
from trackagoat.cli.client.shapes import Json, class_name, component, references, shown, taken
from trackagoat.gateway.edge.faults import SENTENCES, STATUS
from trackagoat.gateway.openapi import document
from trackagoat.gateway.routes import ROUTES

_HEAD = '''"""{sign} Written by `goat client` from the API's registry of routes; not to be edited."""

from __future__ import annotations
'''


def files() -> dict[str, str]:
    """Each file by its path within the folder."""
    told: Json = msgspec.json.decode(msgspec.json.encode(document(ROUTES, "")))
    components = told["components"]["schemas"]
    operations = [
        Operation(path, method, of, components) for path, item in told["paths"].items() for method, of in item.items()
    ]
    callable_ = [one for one in operations if one.answer is not None]
    tags = list(dict.fromkeys(one.tag for one in callable_))
    return {
        "__init__.py": '"""What is written from the API\'s registry of routes."""\n',
        "codes.py": _codes(),
        "resources.py": _resources(callable_, components),
        "requests.py": _requests(callable_, components),
        "calls/__init__.py": '"""The calls of the API, a file per group."""\n',
        **{f"calls/{_file(tag)}.py": _calls(tag, [one for one in callable_ if one.tag == tag]) for tag in tags},
        "client.py": _client(tags),
    }


def _codes() -> str:
    classes = [
        f'class {_camel(code)}(ApiError):\n    """{_sentence(code)} ({status})."""\n\n    CODE = "{code}"\n'
        for code, status in STATUS.items()
    ]
    table = "".join(f'    "{code}": {_camel(code)},\n' for code in STATUS)
    ending = f"BY_CODE: dict[str, type[ApiError]] = {{\n{table}}}\n"
    head = _HEAD.format(sign="Refusals, a class per code.") + "\nfrom trackagoat.client.errors import ApiError\n"
    return "\n\n".join([head, *classes, ending])


def _resources(operations: list[Operation], components: Json) -> str:
    single = {name for one in operations if one.etag for name in _answered(one)}
    reached = _reach([ref for one in operations for ref in references(_answers(one))], components)
    classes = [shown(name, components[name], "Resource" if name in single else "Model") for name in reached]
    head = _HEAD.format(sign="What the API shows.") + (
        "\nfrom datetime import date, datetime\nfrom typing import Any\nfrom uuid import UUID\n\n"
        "from msgspec import field\n\nfrom trackagoat.client.models import Model, Resource\n"
    )
    return "\n\n".join([head, *classes])


def _requests(operations: list[Operation], components: Json) -> str:
    bodies = [component(body["$ref"]) for one in operations for body in one.bodies]
    reached = _reach([ref for name in bodies for ref in references(components[name])], components)
    head = _HEAD.format(sign="Parts of bodies the API takes.") + (
        "\nfrom datetime import date, datetime\nfrom typing import Any, Literal\nfrom uuid import UUID\n\n"
        "from msgspec import UNSET, UnsetType, field\n\nfrom trackagoat.client.models import Body\n"
    )
    return "\n\n".join([head, *(taken(name, components[name]) for name in reached)])


def _calls(tag: str, operations: list[Operation]) -> str:
    head = _HEAD.format(sign=f"{tag}: the calls.") + (
        "\nfrom datetime import date, datetime\nfrom typing import Any, Literal\nfrom uuid import UUID\n\n"
        "from msgspec import UNSET, UnsetType\n\n"
        "from trackagoat.client.connection import Call, Connection\n"
        "from trackagoat.client.generated import requests, resources\n"
        "from trackagoat.client.listing import Listing, Page\n"
        "from trackagoat.client.models import place, query, sent\n"
    )
    methods = "\n".join(method for one in operations for method in one.methods())
    return f'{head}\n\nclass {_class(tag)}(Connection):\n    """The calls of the group {tag}."""\n\n{methods}'


def _client(tags: list[str]) -> str:
    imports = "".join(
        f"from trackagoat.client.generated.calls.{_file(tag)} import {_class(tag)}\n" for tag in sorted(tags)
    )
    bases = "".join(f"    {_class(tag)},\n" for tag in tags)
    head = _HEAD.format(sign="The client: every call of the API.")
    return f'{head}\n{imports}\n\nclass Client(\n{bases}):\n    """Every call of the API, with one key."""\n'


def _answers(operation: Operation) -> list[Any]:
    return [a for status, a in operation.told["responses"].items() if status.startswith("2")]


def _answered(operation: Operation) -> Iterator[str]:
    """The components that are the `data` of its answers."""
    for answer in _answers(operation):
        data = answer["content"]["application/json"]["schema"].get("properties", {}).get("data", {})
        yield from (component(one["$ref"]) for one in data.get("anyOf", [data]) if "$ref" in one)


def _reach(names: list[str], components: Json) -> list[str]:
    """Those components and all they speak of, in the document's order."""
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += references(components[name])
    assert len({class_name(name) for name in found}) == len(found), "two components would be one class"  # noqa: S101 - of the program
    return [name for name in components if name in found]


def _file(tag: str) -> str:
    return tag.lower().replace(" ", "_")


def _class(tag: str) -> str:
    return tag.title().replace(" ", "")


def _sentence(code: str) -> str:
    return SENTENCES.get(code, code.replace("_", " ").capitalize())


def _camel(code: str) -> str:
    return "".join(word.title() for word in code.split("_"))
