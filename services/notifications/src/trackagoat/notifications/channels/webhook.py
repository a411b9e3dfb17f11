"""Webhooks after the Standard Webhooks specification: signed, to public https addresses, nothing followed or read."""

from __future__ import annotations

import contextlib
import errno
import socket
import time
from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus
from typing import Any, Self

import aiohttp
from cryptography.exceptions import InvalidTag
from standardwebhooks import Webhook as Signer
from yarl import URL

from trackagoat.events.catalogue.notifications import secret_context
from trackagoat.events.seal import unseal
from trackagoat.notifications.domain.deliveries import Answer, Parcel
from trackagoat.notifications.domain.targets import Targets

PATIENCE = 15.0
"""Seconds a receiver has to answer, from the first lookup of its name on."""
LONGEST_ERROR = 300


class Webhook:
    """Sends parcels while it is entered."""

    def __init__(self, targets: Targets, secret_key: str, *, patience: float = PATIENCE) -> None:
        """`secret_key` opens sealed secrets."""
        self._targets = targets
        self._key = secret_key
        self._patience = patience
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

    async def send(self, parcel: Parcel, now: datetime) -> Answer:
        """One attempt at `now`. Never raises: whatever goes wrong is an answer."""
        began = time.monotonic()
        try:
            secret = unseal(self._key, parcel.sealed_secret, secret_context(parcel.channel)).decode()
            headers = _headers(secret, parcel, now)
            status, retry_after = await self._post(URL(parcel.url), parcel.body, headers)
        except TimeoutError:
            return Answer(duration_ms=_since(began), error=f"no answer within {self._patience:g} s")
        except (aiohttp.ClientError, OSError, ValueError) as error:
            return Answer(duration_ms=_since(began), error=_told(error))
        except InvalidTag:
            return Answer(
                duration_ms=_since(began), error="the channel's secret cannot be opened; create the channel anew"
            )
        fault = None if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES else f"answered {status}"
        return Answer(duration_ms=_since(began), http_status=status, error=fault, retry_after=retry_after)

    async def _post(self, url: URL, body: bytes, headers: dict[str, str]) -> tuple[int, str | None]:
        """The status and Retry-After. The answer's body is left unread: nothing in it matters."""
        async with self._way(url).post(url, data=body, headers=headers, allow_redirects=False) as response:
            return response.status, response.headers.get("Retry-After")

    def _way(self, url: URL) -> aiohttp.ClientSession:
        if url.host and self._targets.named(url.host):
            return self._trusted
        return self._secure if url.scheme == "https" else self._plain

    async def _session(self, permits: Callable[[str], bool]) -> aiohttp.ClientSession:
        return await self._stack.enter_async_context(
            aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0, force_close=True, socket_factory=_guarded(permits)),
                timeout=aiohttp.ClientTimeout(total=self._patience),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": "trackagoat", "Content-Type": "application/json"},
                trust_env=False,
                auto_decompress=False,
            )
        )


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


def _headers(secret: str, parcel: Parcel, now: datetime) -> dict[str, str]:
    """The three headers; the signature covers id, time and body."""
    return {
        "webhook-id": parcel.message_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Signer(secret).sign(parcel.message_id, now, parcel.body.decode()),
    }


def _since(began: float) -> int:
    return round((time.monotonic() - began) * 1000)


def _told(error: Exception) -> str:
    return (str(error) or type(error).__name__)[:LONGEST_ERROR]
