"""Calls: an operation of the document as a method of the client."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from trackagoat.cli.client.shapes import Json, annotation, component, snake

_ONE = "await self.one({kind}, {call})"
_ASKED, _SHOWN = "requests.", "resources."


class Argument(NamedTuple):
    """One argument of a method; without a default it has to be given."""

    name: str
    kind: str
    default: str | None = None

    @property
    def text(self) -> str:
        """As it stands in the signature."""
        return f"{self.name}: {self.kind}" + (f" = {self.default}" if self.default else "")


class Operation:
    """One call of the document."""

    def __init__(self, path: str, method: str, told: Json, components: Json) -> None:
        """`told` is what the document says of it."""
        self.path, self.method, self.told, self._components = path, method.upper(), told, components
        self.name = snake(told["operationId"])
        self.tag: str = told["tags"][0]

    @property
    def answer(self) -> Json | None:
        """The schema of the first success; None for a call that has none in JSON."""
        good = (a for status, a in self.told["responses"].items() if status.startswith("2"))
        content: Json = next((a.get("content", {}) for a in good), {})
        found: Json | None = content.get("application/json", {}).get("schema")
        return found

    @property
    def etag(self) -> bool:
        """Whether it shows one resource."""
        return any("ETag" in answer.get("headers", {}) for answer in self.told["responses"].values())

    @property
    def bodies(self) -> list[Json]:
        """The bodies it takes, one method each: none, one, or one thing and several at once."""
        request = self.told.get("requestBody")
        if request is None or (not request["required"] and self._query):
            return []
        schema = request["content"]["application/json"]["schema"]
        return list(schema.get("anyOf", [schema]))

    @property
    def _query(self) -> list[Json]:
        return [one for one in self.told["parameters"] if one["in"] == "query"]

    def _has(self, header: str) -> bool:
        return any(one["in"] == "header" and one["name"] == header for one in self.told["parameters"])

    def methods(self) -> Iterator[str]:
        """The methods that call it."""
        bodies = self.bodies
        if len(bodies) > 1:
            one, several = bodies
            yield self._method(self.name.removesuffix("s"), one, self._single(), self.told["summary"])
            bulk = f"{_SHOWN}BulkResults"
            yield self._method(self.name, several, (_ONE, bulk, bulk), "The same for several")
        else:
            yield self._method(self.name, bodies[0] if bodies else None, self._how(), self.told["summary"])

    def _single(self) -> tuple[str, str, str]:
        schema = self.answer or {}
        kind = annotation(schema["properties"]["data"], asked=False, prefix=_SHOWN)
        return _ONE, kind, kind

    def _how(self) -> tuple[str, str, str]:
        """(how it is called, the type that is decoded, the type that is returned)."""
        schema = self.answer or {}
        if "data" not in schema.get("properties", {}):
            return "await self.document({call})", "", "dict[str, Any]"
        data, meta = schema["properties"]["data"], self._meta(schema["properties"]["meta"])
        if data.get("type") == "array" and meta is not None:
            row = annotation(data["items"], asked=False, prefix=_SHOWN)
            named = f"{_SHOWN}{meta}"
            if "nextCursor" in self._components[meta]["properties"]:
                return "self.listing({kind}, {path}, {params})", f"{row}, {named}", f"Listing[{row}, {named}]"
            return "await self.several({kind}, {call})", f"{row}, {named}", f"Page[{row}, {named}]"
        return self._single()

    @staticmethod
    def _meta(schema: Json) -> str | None:
        refs = [component(one["$ref"]) for one in schema.get("anyOf", [schema]) if "$ref" in one]
        return refs[0] if refs else None

    def _method(self, name: str, body: Json | None, how: tuple[str, str, str], summary: str) -> str:
        template, kind, returned = how
        ids = [Argument(snake(one["name"]), "UUID | str") for one in self.told["parameters"] if one["in"] == "path"]
        parameters, fields = list(self._parameters()), self._fields(body)
        headers = list(self._headers())
        named = sorted([*fields, *parameters], key=lambda one: one.default is not None)
        named += [argument for argument, _ in headers]
        star = ["*"] if named else []
        arguments = ["self", *(one.text for one in ids), *star, *(one.text for one in named)]
        place = f'place("{_numbered(self.path)}"' + "".join(f", {one.name}" for one in ids) + ")"
        params = f"query({', '.join(f'{one.name}={one.name}' for one in parameters)})"
        call = [f'method="{self.method}"', f"path={place}"]
        call += [f"params={params}"] if parameters else []
        call += [f"body=sent({', '.join(f'{one.name}={one.name}' for one in fields)})"] if body is not None else []
        call += [f"headers={' | '.join(how for _, how in headers)}"] if headers else []
        made = template.format(kind=kind, call=f"Call({', '.join(call)})", path=place, params=params)
        define = "def" if returned.startswith("Listing") else "async def"
        signature = "".join(f"        {one},\n" for one in arguments)
        return f"    {define} {name}(\n{signature}    ) -> {returned}:\n{self._sign(summary)}        return {made}\n"

    def _parameters(self) -> Iterator[Argument]:
        for one in self._query:
            kind = annotation(one["schema"], asked=True)
            if one["required"]:
                yield Argument(snake(one["name"]), kind)
            else:
                yield Argument(snake(one["name"]), f"{kind.removesuffix(' | None')} | None", "None")

    def _fields(self, body: Json | None) -> list[Argument]:
        if body is None:
            return []
        schema = self._components[component(body["$ref"])]
        made = []
        for name, of in schema.get("properties", {}).items():
            kind = annotation(of, asked=True, prefix=_ASKED)
            given = name in schema.get("required", ())
            made.append(Argument(snake(name), kind) if given else Argument(snake(name), f"{kind} | UnsetType", "UNSET"))
        return made

    def _headers(self) -> Iterator[tuple[Argument, str]]:
        if self._has("Idempotency-Key"):
            yield Argument("idempotency_key", "str | None", "None"), "self.keyed(idempotency_key)"
        if self._has("If-Match"):
            yield Argument("if_match", "str | None", "None"), "self.matching(if_match)"

    def _sign(self, summary: str) -> str:
        own = [code for a in self.told["responses"].values() for code in a.get("x-codes", ()) if code in self._own]
        codes = f"\n\n        Particular refusals: {', '.join(own)}.\n        " if own else ""
        return f'        """{summary.rstrip(".")}.{codes}"""\n'

    @property
    def _own(self) -> frozenset[str]:
        return frozenset(self.told.get("x-errors", ()))


def _numbered(path: str) -> str:
    return re.sub(r"\{\w+\}", "{}", path)
