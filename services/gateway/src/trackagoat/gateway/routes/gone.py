"""Routes that were removed, and what replaces them."""

from __future__ import annotations

from typing import NoReturn

from trackagoat.gateway.edge.call import Call
from trackagoat.gateway.edge.faults import ApiError
from trackagoat.gateway.registry import BASE, Nothing, Route


async def gone(call: Call[Nothing, None]) -> NoReturn:  # noqa: ARG001 - every call gets the same answer
    raise ApiError("gone", replacement=f"{BASE}/analytics")


ROUTES = tuple(
    Route(
        method="GET",
        path=f"/{entity}s/{{{entity}Id}}/stats",
        name=f"get{entity.title()}Stats",
        summary="Removed; see /analytics",
        scope="read",
        tag="Removed",
        handler=gone,
        answer=None,
        example=None,
        statuses=(),
        errors=("gone",),
    )
    for entity in ("creator", "video", "campaign")
)
