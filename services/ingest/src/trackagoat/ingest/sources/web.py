"""The web, as sources see it: one request, one answer, and what its status means. Nothing raises."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any, Self

import aiohttp
import msgspec
from yarl import URL

from trackagoat.events import clock
from trackagoat.ingest.sources.protocol import Blocked, Failed, Miss, NotFound, RateLimited, SchemaChanged

PATIENCE_SECONDS = 30.0
LARGEST_ANSWER = 16 * 1024 * 1024
LONGEST_DETAIL = 300
_REFUSED = {
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.PAYMENT_REQUIRED,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.PROXY_AUTHENTICATION_REQUIRED,
}
_GONE = {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}
_PASSING = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY}


class Answer(msgspec.Struct, frozen=True):
    """What came back. `retry_after` is in seconds, None when the answer did not say."""

    status: int
    body: bytes
    retry_after: float | None = None

    @property
    def ok(self) -> bool:
        """Whether it has what was asked for."""
        return HTTPStatus.OK <= self.status < HTTPStatus.MULTIPLE_CHOICES


class Web:
    """Sends requests while it is entered. Redirects are not followed: they would carry secrets elsewhere."""

    def __init__(self, patience: float = PATIENCE_SECONDS) -> None:
        """`patience` is how many seconds an answer may take."""
        self._patience = patience
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        """Open the session."""
        self._session = aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(total=self._patience),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": "trackagoat"},
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close it."""
        if self._session is not None:
            await self._session.close()

    async def ask(  # noqa: PLR0913 - a request has these parts
        self,
        method: str,
        url: str,
        *,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        json: Any = None,
        form: Mapping[str, str] | None = None,
    ) -> Answer | Failed:
        """One request and its answer, whatever the status; Failed when none came."""
        if self._session is None:
            return Failed("the web is not open")
        try:
            target = URL(url).extend_query(query or {})
            async with self._session.request(
                method, target, headers=headers, json=json, data=form, allow_redirects=False
            ) as response:
                body = await _read(response)
                return Answer(response.status, body, wait_of(response.headers.get("Retry-After"), clock.now()))
        except TimeoutError:
            return Failed(f"no answer within {self._patience:g} s")
        except (aiohttp.ClientError, OSError, ValueError) as error:
            return Failed((str(error) or type(error).__name__)[:LONGEST_DETAIL])


async def _read(response: aiohttp.ClientResponse) -> bytes:
    """The body. Raises ValueError when it is larger than any answer."""
    body = bytearray()
    async for chunk in response.content.iter_chunked(65536):
        body += chunk
        if len(body) > LARGEST_ANSWER:
            message = f"the answer is larger than {LARGEST_ANSWER:,} bytes"
            raise ValueError(message)
    return bytes(body)


def wait_of(told: str | None, now: datetime) -> float | None:
    """Seconds to wait, from a `Retry-After` of either form; None when there is none that can be read."""
    if told is None:
        return None
    if told.strip().isascii() and told.strip().isdigit():
        return float(told)
    with contextlib.suppress(ValueError, TypeError):
        return max(0.0, (parsedate_to_datetime(told) - now).total_seconds())
    return None


def miss_of(answer: Answer) -> Miss:
    """What a status without data means where nothing more is known of the provider."""
    detail = f"answered {answer.status}"
    match answer.status:
        case HTTPStatus.TOO_MANY_REQUESTS:
            return RateLimited(answer.retry_after, detail)
        case status if status in _GONE:
            return NotFound(detail)
        case status if status in _REFUSED:
            return Blocked(detail)
        case status if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in _PASSING:
            return Failed(detail)
        case _:
            return SchemaChanged(detail, answer.body)
