"""HTTP to places others named: to public https addresses only, nothing followed, little read, no proxies."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import socket
import time
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, Self

import aiohttp
from aiohttp.abc import AbstractResolver
from yarl import URL

from trackagoat.notifications.domain.deliveries import Answer
from trackagoat.notifications.domain.targets import Targets

PATIENCE = 15.0
"""Seconds a receiver has to answer, from the first lookup of its name on."""
LONGEST_ERROR = 300
READ_BYTES = 1024
"""So much of an answer's body is kept; the rest is not read."""
READ_SECONDS = 1.0
"""So long the beginning of a body is waited for: the answer counts from its status line on."""


class Outbound:
    """Posts to URLs while it is entered."""

    def __init__(
        self, targets: Targets, *, patience: float = PATIENCE, resolver: Callable[[], AbstractResolver] | None = None
    ) -> None:
        """`resolver` looks names up in place of the system's."""
        self._targets, self._patience, self._resolver = targets, patience, resolver
        self._stack = contextlib.AsyncExitStack()

    async def __aenter__(self) -> Self:
        """Open one session for each degree of trust. Every message gets a connection of its own, newly checked."""
        self._trusted = await self._session(lambda _: True)
        self._secure = await self._session(lambda ip: self._targets.permits(ip, secure=True))
        self._plain = await self._session(lambda ip: self._targets.permits(ip, secure=False))
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close them."""
        await self._stack.aclose()

    async def post(self, url: str, body: bytes, headers: dict[str, str]) -> Answer:
        """What came of one POST of JSON. Never raises: whatever goes wrong is an answer."""
        began = time.monotonic()
        try:
            status, retry_after, start = await self._post(URL(url), body, headers)
        except TimeoutError:
            return Answer(duration_ms=since(began), error=f"no answer within {self._patience:g} s")
        except (aiohttp.ClientError, OSError, ValueError) as error:
            return Answer(duration_ms=since(began), error=told(error))
        fault = None if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES else f"answered {status}"
        took = since(began)
        return Answer(duration_ms=took, http_status=status, error=fault, retry_after=retry_after, response=start)

    async def _post(self, url: URL, body: bytes, headers: dict[str, str]) -> tuple[int, str | None, str | None]:
        async with self._way(url).post(url, data=body, headers=headers, allow_redirects=False) as response:
            return response.status, response.headers.get("Retry-After"), await _beginning(response)

    def _way(self, url: URL) -> aiohttp.ClientSession:
        if url.host and self._targets.named(url.host):
            return self._trusted
        return self._secure if url.scheme == "https" else self._plain

    async def _session(self, permits: Callable[[str], bool]) -> aiohttp.ClientSession:
        resolver = self._resolver() if self._resolver is not None else None
        return await self._stack.enter_async_context(
            aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    limit=0, force_close=True, socket_factory=_guarded(permits), resolver=resolver, use_dns_cache=False
                ),
                timeout=aiohttp.ClientTimeout(total=self._patience),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": "trackagoat", "Content-Type": "application/json"},
                trust_env=False,
                auto_decompress=False,
            )
        )


async def _beginning(response: aiohttp.ClientResponse) -> str | None:
    """How the body begins, as text; None when it is empty or does not come."""
    raw = b""
    with contextlib.suppress(TimeoutError, aiohttp.ClientError):
        async with asyncio.timeout(READ_SECONDS):
            while len(raw) < READ_BYTES and (chunk := await response.content.read(READ_BYTES - len(raw))):
                raw += chunk
    return raw.decode("utf-8", "replace").replace("\x00", "\ufffd") or None


def _guarded(permits: Callable[[str], bool]) -> Callable[[Any], socket.socket]:
    """A maker of sockets that looks at the very address about to be connected to.

    This is the one place every connection passes, after all names are resolved and however the address was
    spelled, so nothing can change between the check and the use.
    """

    def make(info: Any) -> socket.socket:
        family, kind, protocol, _, address = info
        if not permits(address[0]):
            raise PermissionError(errno.EACCES, f"{address[0]} is not a public https address")
        return socket.socket(family, kind, protocol)

    return make


def since(began: float) -> int:
    """Milliseconds since a reading of the monotonic clock."""
    return round((time.monotonic() - began) * 1000)


def told(error: Exception) -> str:
    """What went wrong, in few words."""
    return (str(error) or type(error).__name__)[:LONGEST_ERROR]
