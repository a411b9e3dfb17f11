"""How a service says it is: `/readyz` for whether it can serve, `/metrics` for how far behind it is."""

from __future__ import annotations

import asyncio
import http.client
from typing import Any
from urllib.parse import urlsplit

import msgspec

TIMEOUT_SECONDS = 2.0
OK = 200


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """What a service said. `lag` is the most facts any of its projections has still to apply, None when untold."""

    ready: bool
    faults: list[str] = []
    lag: int | None = None


async def look(url: str, *, lag: bool = True) -> Health:
    """Ask the service at that address."""
    return await asyncio.to_thread(ask, url, lag=lag)


def ask(url: str, *, lag: bool = True) -> Health:
    """The same, waiting for it."""
    try:
        status, body = _get(url, "/readyz")
        faults: list[str] = [] if status == OK else _faults(body)
        behind = _lag(_get(url, "/metrics")[1].decode()) if lag else None
    except (OSError, http.client.HTTPException) as error:
        return Health(ready=False, faults=[f"does not answer: {error or type(error).__name__}"])
    return Health(ready=status == OK, faults=faults, lag=behind)


def _get(url: str, path: str) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=TIMEOUT_SECONDS)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


def _faults(body: bytes) -> list[str]:
    try:
        told: Any = msgspec.json.decode(body)
    except msgspec.DecodeError:
        return ["answers, but not as itself"]
    return [str(fault) for fault in told.get("faults", [])] if isinstance(told, dict) else []


def _lag(metrics: str) -> int | None:
    values = [line.rpartition(" ")[2] for line in metrics.splitlines() if line.startswith("trackagoat_lag_events{")]
    return int(max(map(float, values), default=0.0)) if values else None
