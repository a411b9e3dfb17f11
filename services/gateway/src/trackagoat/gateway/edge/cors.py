"""CORS: which pages of other origins may call the API from a browser. None, until the operator lists them.

Credentials are never allowed: a page of another origin calls with a key, not with the session of whoever looks at it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from multidict import CIMultiDict

ANY = "*"
REQUEST_HEADERS = ("Authorization", "Content-Type", "Idempotency-Key", "If-Match", "Last-Event-ID", "X-Request-Id")
ANSWER_HEADERS = (
    *("ETag", "Idempotent-Replayed", "RateLimit", "RateLimit-Policy"),
    *("Retry-After", "X-Read-Lag", "X-Request-Id"),
)
_REMEMBER_SECONDS = 600


def is_listed(origin: str | None, listed: Collection[str]) -> bool:
    """Whether pages of that origin may call."""
    return origin is not None and (origin in listed or ANY in listed)


def dress(headers: CIMultiDict[str], origin: str | None, listed: Collection[str]) -> None:
    """Put on what lets a page of a listed origin read the answer."""
    if not listed:
        return
    headers.add("Vary", "Origin")
    if origin is not None and is_listed(origin, listed):
        headers["Access-Control-Allow-Origin"] = origin
        headers["Access-Control-Expose-Headers"] = ", ".join(ANSWER_HEADERS)
        headers["Cross-Origin-Resource-Policy"] = "cross-origin"


def preflight(methods: Sequence[str]) -> dict[str, str]:
    """What a browser is told that asks before it calls."""
    return {
        "Access-Control-Allow-Methods": ", ".join(methods),
        "Access-Control-Allow-Headers": ", ".join(REQUEST_HEADERS),
        "Access-Control-Max-Age": str(_REMEMBER_SECONDS),
    }
