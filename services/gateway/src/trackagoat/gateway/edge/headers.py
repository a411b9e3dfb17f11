"""Headers every answer carries, and the request id."""

from __future__ import annotations

import re

from multidict import CIMultiDict

from trackagoat.events import clock

REQUEST_ID = "X-Request-Id"
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,128}")

ALWAYS = {
    "Cache-Control": "private, no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "Server": "trackagoat",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
_ONLY_ENCRYPTED = {"Strict-Transport-Security": "max-age=31536000"}


def request_id(sent: str | None) -> str:
    """The caller's request id if it is one, else a new one."""
    return sent if sent is not None and _REQUEST_ID.fullmatch(sent) else str(clock.new_id())


def dress(headers: CIMultiDict[str], id: str, *, encrypted: bool) -> None:
    """Put on what every answer carries, unless it has its own; `encrypted`: the installation is reached by https."""
    for name, value in (ALWAYS | (_ONLY_ENCRYPTED if encrypted else {})).items():
        headers.setdefault(name, value)
    headers["Server"] = ALWAYS["Server"]
    headers[REQUEST_ID] = id
