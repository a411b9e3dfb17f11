"""Documents about the API itself."""

from __future__ import annotations

from typing import Any

from trackagoat.gateway.edge.answers import Answer
from trackagoat.gateway.edge.call import Call, ok
from trackagoat.gateway.openapi import document
from trackagoat.gateway.registry import Nothing, Route
from trackagoat.gateway.schema import Schema, schema


async def get_openapi(call: Call[Nothing, None]) -> Answer[dict[str, Any]]:
    return ok(document(call.routes, call.settings.base_url))


async def get_schema(call: Call[Nothing, None]) -> Answer[Schema]:  # noqa: ARG001 - the same for everybody
    return ok(schema())


ROUTES = (
    Route(
        method="GET",
        path="/openapi.json",
        name="getOpenapi",
        summary="This API as an OpenAPI 3.1 document",
        scope="open",
        tag="Documents",
        handler=get_openapi,
        answer=dict[str, Any],
        example={"openapi": "3.1.0", "info": {"title": "trackagoat", "version": "1"}},
        raw=True,
    ),
    Route(
        method="GET",
        path="/schema",
        name="getSchema",
        summary="Entities, their fields and relations, enums and plan limits; meant to be read first by programs",
        scope="open",
        tag="Documents",
        handler=get_schema,
        answer=Schema,
        example={"entities": {}, "enums": {"scope": ["read", "write", "admin"]}, "limits": {}},
    ),
)
