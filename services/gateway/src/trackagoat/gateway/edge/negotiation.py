"""Negotiation: what a caller says it can read, and answers made small for those who can."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Iterator

from aiohttp import web

PROBLEM = "application/problem+json"
_JSON = "application/json"
_WORTH_IT = 1024
_ASIDE = 64 * 1024
_LEVEL = 5
_GZIP_BITS = 31


def wants_problem(accept: str | None) -> bool:
    """Whether errors shall be told as RFC 9457 problems: asked for by name, and not less than plain JSON."""
    weights = dict(_weighed(accept or ""))
    return weights.get(PROBLEM, 0) > 0 and weights[PROBLEM] >= weights.get(_JSON, 0)


def reads_gzip(accept_encoding: str | None) -> bool:
    """Whether the caller reads gzip; who says nothing does not."""
    weights = dict(_weighed(accept_encoding or ""))
    return weights.get("gzip", weights.get("*", 0)) > 0


async def shrink(response: web.Response, accept_encoding: str | None) -> None:
    """Send the body in gzip where the caller reads it and it is worth it; large ones are packed aside."""
    response.headers.add("Vary", "Accept-Encoding")
    body = response.body
    if not isinstance(body, bytes) or len(body) < _WORTH_IT or not reads_gzip(accept_encoding):
        return
    response.body = await asyncio.to_thread(_packed, body) if len(body) > _ASIDE else _packed(body)
    response.headers["Content-Encoding"] = "gzip"


def _packed(body: bytes) -> bytes:
    packer = zlib.compressobj(_LEVEL, wbits=_GZIP_BITS)
    return packer.compress(body) + packer.flush()


def _weighed(header: str) -> Iterator[tuple[str, float]]:
    """(value, weight) of each member of an Accept header; what cannot be understood weighs nothing."""
    for member in header.split(","):
        value, *parameters = (part.strip().lower() for part in member.split(";"))
        weight = 1.0
        for parameter in parameters:
            if parameter.startswith("q="):
                try:
                    weight = float(parameter[2:])
                except ValueError:
                    weight = 0.0
        if value:
            yield value, weight
