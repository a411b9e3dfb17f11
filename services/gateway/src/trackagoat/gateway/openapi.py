"""The registry as an OpenAPI 3.1 document."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

import msgspec

from trackagoat.gateway.edge.answers import Resource
from trackagoat.gateway.edge.faults import SENTENCES, STATUS, Fault
from trackagoat.gateway.registry import BASE, Route
from trackagoat.gateway.resources.fields import Instant
from trackagoat.gateway.resources.glossary import MEANINGS, described

Json = dict[str, Any]

_REF = "#/components/schemas/{name}"
_UUID = {"type": "string", "format": "uuid"}
_HEADERS: Json = {
    "Idempotency-Key": (
        "Makes a repeated call answer what the first one answered, for 24 hours",
        {"type": "string", "minLength": 1, "maxLength": 255},
    ),
    "If-Match": ("Change the resource only if this is its ETag still", {"type": "string"}),
}


class Meta(msgspec.Struct, frozen=True):
    """What goes with an error."""

    code: str
    details: list[Fault] = []


class Error(msgspec.Struct, frozen=True):
    """A failure: a sentence for people, `meta.code` for programs."""

    data: None
    error: str
    meta: Meta


_ABOUT = """TikTok creator programs, followed.

Every answer is `{data, error, meta}`; on failure `meta.code` says what is wrong and `meta.details` lists every place.
Lists take `limit` and `cursor`, and `meta.nextCursor` is null on the last page. Authenticate with
`Authorization: Bearer tga_…`. A POST takes an `Idempotency-Key`, PATCH and DELETE an `If-Match`.
`Accept: application/problem+json` makes errors RFC 9457 problems."""

_ANSWER_HEADERS: Json = {
    "X-Request-Id": ("The id of this call, as sent or made up", {"type": "string"}),
    "RateLimit": ("Calls left and seconds until more, by policy", {"type": "string"}),
    "RateLimit-Policy": ("The limits that hold for the caller", {"type": "string"}),
    "ETag": ("Changes with the resource; send it as If-Match", {"type": "string"}),
    "Idempotent-Replayed": ("`true` when this is what an earlier call was answered", {"type": "string"}),
    "Retry-After": ("Seconds to wait before trying again", {"type": "integer", "minimum": 1}),
    "X-Read-Lag": ("By how many seconds what is shown is behind, when more than 2", {"type": "number"}),
}
_WAITS = {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}


def document(routes: Sequence[Route], base_url: str) -> Json:
    """The whole API."""
    kinds = _kinds(routes)
    schemas, components = msgspec.json.schema_components([*kinds, Error], ref_template=_REF)
    of = dict(zip(kinds, schemas[: len(kinds)], strict=True))
    paths: dict[str, Json] = defaultdict(dict)
    for route in routes:
        paths[route.path][route.method.lower()] = _operation(route, of)
    return {
        "openapi": "3.1.0",
        "info": {"title": "trackagoat", "version": "1", "description": _ABOUT, "license": _LICENSE},
        "servers": [{"url": f"{base_url.rstrip('/')}{BASE}"}],
        "tags": [{"name": tag} for tag in dict.fromkeys(route.tag for route in routes)],
        "paths": dict(paths),
        "components": {
            "schemas": described(components),
            "securitySchemes": {"apiKey": _API_KEY},
            "headers": {name: {"description": told, "schema": of} for name, (told, of) in _ANSWER_HEADERS.items()},
        },
    }


_LICENSE = {"name": "Apache-2.0", "identifier": "Apache-2.0"}
_API_KEY = {"type": "http", "scheme": "bearer", "bearerFormat": "tga_…", "description": "An API key"}


def _kinds(routes: Sequence[Route]) -> list[Any]:
    """Every type the routes speak of, once."""
    spoken: list[Any] = []
    for route in routes:
        parameters = [field.type for field in msgspec.structs.fields(route.params)]
        for kind in (*parameters, route.body, route.bulk, route.answer, route.bulk_answer, route.meta):
            if kind is not None and kind not in spoken:
                spoken.append(kind)
    return spoken


def _operation(route: Route, of: dict[Any, Any]) -> Json:
    operation: Json = {
        "operationId": route.name,
        "summary": route.summary,
        "tags": [route.tag],
        "x-scope": route.scope,
        "x-errors": list(route.errors),
        "parameters": _parameters(route, of),
        "responses": _responses(route, of),
        "security": [] if route.scope == "open" else [{"apiKey": [route.scope]}],
    }
    if not route.statuses:
        operation["deprecated"] = True
    if route.body is not None:
        operation["requestBody"] = _request(route, of)
    return operation


def _parameters(route: Route, of: dict[Any, Any]) -> list[Json]:
    found: list[Json] = [{"name": n, "in": "path", "required": True, "schema": _UUID} for n in route.path_parameters]
    for field in msgspec.structs.fields(route.params):
        schema = dict(of[field.type])
        if field.default not in {msgspec.NODEFAULT, None}:
            schema["default"] = msgspec.to_builtins(field.default)
        parameter = {"name": field.encode_name, "in": "query", "required": field.required, "schema": schema}
        if field.encode_name in MEANINGS:
            parameter["description"] = MEANINGS[field.encode_name]
        found.append(parameter)
    if route.scope != "open":
        headers = ["Idempotency-Key"] if route.method == "POST" else []
        headers += ["If-Match"] if route.method in {"PATCH", "DELETE"} else []
        for name in headers:
            description, schema = _HEADERS[name]
            found.append(
                {"name": name, "in": "header", "required": False, "description": description, "schema": schema}
            )
    return found


def _request(route: Route, of: dict[Any, Any]) -> Json:
    schema = of[route.body] if route.bulk is None else {"anyOf": [of[route.body], of[route.bulk]]}
    content = {"schema": schema, "example": msgspec.to_builtins(route.body_example)}
    return {"required": not route.body_optional, "content": {"application/json": content}}


def _responses(route: Route, of: dict[Any, Any]) -> Json:
    responses = {str(status): _success(route, of, status) for status in route.statuses}
    codes = defaultdict(list)
    for code in route.codes:
        codes[STATUS[code]].append(code)
    for status, named in sorted(codes.items()):
        responses[str(status)] = _failure(route, status, named)
    return responses


def _success(route: Route, of: dict[Any, Any], status: int) -> Json:
    example = msgspec.to_builtins(route.example)
    schema, bulk = of[route.answer], route.bulk_answer is not None
    if route.bulk_answer is not None and status == HTTPStatus.OK:
        schema = {"anyOf": [schema, of[route.bulk_answer]]}
    if not route.raw:
        meta = {"anyOf": [of[route.meta], {"type": "null"}]} if route.meta else {"type": "null"}
        schema = {
            "type": "object",
            "properties": {"data": schema, "error": {"type": "null"}, "meta": meta},
            "required": ["data", "error", "meta"],
        }
        example = {"data": example, "error": None, "meta": None if bulk else _sample(route.meta)}
    content: Json = {"application/json": {"schema": schema, "example": example}}
    if route.csv:
        content["text/csv"] = {"schema": {"type": "string"}}
    return {
        "description": HTTPStatus(status).phrase,
        "headers": _headers(*_success_headers(route)),
        "content": content,
    }


def _failure(route: Route, status: int, codes: list[str]) -> Json:
    example = {"data": None, "error": SENTENCES.get(codes[0], codes[0]), "meta": {"code": codes[0]}}
    return {
        "description": f"{HTTPStatus(status).phrase}: {', '.join(codes)}",
        "headers": _headers("X-Request-Id", *_standing(route), *(["Retry-After"] if status in _WAITS else [])),
        "x-codes": codes,
        "content": {"application/json": {"schema": {"$ref": _REF.format(name="Error")}, "example": example}},
    }


def _headers(*names: str) -> Json:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def _standing(route: Route) -> tuple[str, ...]:
    return () if route.scope == "open" else ("RateLimit", "RateLimit-Policy")


def _success_headers(route: Route) -> tuple[str, ...]:
    single = isinstance(route.answer, type) and issubclass(route.answer, Resource)
    told: tuple[str, ...] = ("X-Request-Id", *_standing(route))
    if single:
        told += ("ETag",)
    if route.method == "POST" and route.scope != "open":
        told += ("Idempotent-Replayed",)
    return (*told, "X-Read-Lag") if route.method == "GET" else told


def _sample(meta: type[msgspec.Struct] | None) -> Json | None:
    """An example of `meta`: the last page, one of everything that is counted, an empty list, some instant."""
    if meta is None:
        return None
    samples = {int: 1, bool: False, str: "1773129600000042", list[str]: [], Instant: "2026-03-12T14:00:00Z"}
    return {field.encode_name: samples.get(field.type) for field in msgspec.structs.fields(meta)}
