"""The connection: calls over aiohttp, tried again where that is safe and when the API says so."""

from __future__ import annotations

import asyncio
import random
import uuid
from collections.abc import Awaitable, Callable, Mapping
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

import aiohttp
import msgspec

from trackagoat.client.errors import ApiError, Unreachable
from trackagoat.client.generated.codes import BY_CODE
from trackagoat.client.listing import Listing, Page
from trackagoat.client.models import query, tagged

T = TypeVar("T")
M = TypeVar("M")

_SUCCESSES = range(200, 300)
_BAD_GATEWAY = 502
_COOKIE = "tga_session"
_NOTHING_HAPPENED = frozenset({"rate_limit_exceeded", "idempotency_in_progress"})


class Retries(msgspec.Struct, frozen=True, kw_only=True):
    """How often and how long: `first` seconds before the second try, doubled each time up to `longest`.

    Where the API says how long to wait, that holds; when it is longer than `longest`, the error is raised at once.
    """

    most: int = 4
    first: float = 0.25
    longest: float = 60.0


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """One call as it travels."""

    method: str
    path: str
    params: Mapping[str, str] = {}
    body: Any = None
    headers: Mapping[str, str] = {}

    @property
    def repeatable(self) -> bool:
        """Whether a second call does no more than the first: reads, and writes under an Idempotency-Key."""
        return self.method == "GET" or "Idempotency-Key" in self.headers


class Connection:
    """Calls one installation with one key, or as the person who signed in. A context manager, or close it."""

    def __init__(
        self,
        base_url: str = "http://127.0.0.1:8080",
        key: str | None = None,
        *,
        retries: Retries | None = None,
        seconds: float = 30.0,
        session: aiohttp.ClientSession | None = None,
    ) -> None:
        """`base_url` is the installation's address, `seconds` the most one try may take; a `session` stays yours."""
        self._base, self._key = f"{base_url.rstrip('/')}/api/v1", key
        self._retries = retries or Retries()
        self._timeout = aiohttp.ClientTimeout(total=seconds)
        self._session, self._ours = session, session is None
        self._signed: dict[str, str] = {}
        self._pause: Callable[[float], Awaitable[object]] = asyncio.sleep

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Hang up."""
        if self._session is not None and self._ours:
            await self._session.close()
            self._session = None

    # -- what generated calls are made of ---------------------------------------------------------------

    async def one(self, kind: type[T], call: Call) -> T:
        """The `data` of an answer."""
        raw, headers = await self._sent(call)
        answer: _Answer[T] = msgspec.json.decode(raw, type=_Answer[kind])  # type: ignore[valid-type]  # known when called
        return tagged(answer.data, headers.get("ETag"))

    async def several(self, row: type[T], meta: type[M], call: Call) -> Page[T, M]:
        """`data` and `meta` of an answer with many rows."""
        raw, _ = await self._sent(call)
        kind = _Answers[row, meta]  # type: ignore[valid-type]  # known when called
        answer: _Answers[T, M] = msgspec.json.decode(raw, type=kind)
        return Page(answer.data, answer.meta)

    async def document(self, call: Call) -> dict[str, Any]:
        """An answer that stands outside the envelope."""
        raw, _ = await self._sent(call)
        found: dict[str, Any] = msgspec.json.decode(raw)
        return found

    def listing(self, row: type[T], meta: type[M], path: str, params: Mapping[str, str]) -> Listing[T, M]:
        """A list that is read when it is looked at."""

        async def fetch(cursor: str | None) -> Page[T, M]:
            here = {**params, **query(cursor=cursor)}
            return await self.several(row, meta, Call(method="GET", path=path, params=here))

        return Listing(fetch, params.get("cursor"))

    @staticmethod
    def keyed(key: str | None) -> dict[str, str]:
        """The header under which a POST happens once, however often it is sent."""
        return {"Idempotency-Key": key or str(uuid.uuid4())}

    @staticmethod
    def matching(if_match: str | None) -> dict[str, str]:
        """The header under which only that state is changed."""
        return {} if if_match is None else {"If-Match": if_match}

    # -- sending ------------------------------------------------------------------------------------------

    async def _sent(self, call: Call) -> tuple[bytes, Mapping[str, str]]:
        """The answer's bytes and headers, after as many tries as it takes and is allowed. Raises TrackagoatError."""
        tries = 0
        while True:
            try:
                return await self._try(call)
            except (ApiError, Unreachable) as error:
                wait = self._wait(call, error, tries)
                if wait is None:
                    raise
            tries += 1
            await self._pause(wait)

    def _wait(self, call: Call, error: ApiError | Unreachable, tries: int) -> float | None:
        """Seconds before the next try; None when there shall be none."""
        if tries >= self._retries.most or not _may_repeat(call, error):
            return None
        told = error.retry_after if isinstance(error, ApiError) else None
        if told is not None:
            return told if told <= self._retries.longest else None
        pause = min(self._retries.first * 2.0**tries, self._retries.longest)
        return pause * random.uniform(0.5, 1)  # noqa: S311 - it only spreads load

    async def _try(self, call: Call) -> tuple[bytes, Mapping[str, str]]:
        headers = dict(call.headers) | ({"Authorization": f"Bearer {self._key}"} if self._key else self._signed)
        data = None
        if call.body is not None:
            data, headers["Content-Type"] = msgspec.json.encode(call.body), "application/json"
        if self._session is None:
            self._session = aiohttp.ClientSession()
        try:
            async with self._session.request(
                call.method,
                f"{self._base}{call.path}",
                params=call.params,
                data=data,
                headers=headers,
                timeout=self._timeout,
                allow_redirects=False,
            ) as response:
                raw = await response.read()
        except (aiohttp.ClientError, TimeoutError) as error:
            message = f"{call.method} {call.path}: {str(error) or type(error).__name__}"
            raise Unreachable(message) from error
        if response.status in _SUCCESSES:
            self._sign(response, raw)
            return raw, response.headers
        raise _refusal(response, raw)

    def _sign(self, response: aiohttp.ClientResponse, raw: bytes) -> None:
        """From a call that signs somebody in on, the person's session and its token are sent along; until it ends."""
        if (cookie := response.cookies.get(_COOKIE)) is None:
            return
        token = msgspec.json.decode(raw, type=_Answer[_Token]).data.csrf_token
        begins = {"Cookie": f"{_COOKIE}={cookie.value}", "X-CSRF-Token": token or ""}
        self._signed = begins if cookie.value else {}


def _may_repeat(call: Call, error: ApiError | Unreachable) -> bool:
    if isinstance(error, ApiError):
        return error.code in _NOTHING_HAPPENED or (error.status >= _BAD_GATEWAY and call.repeatable)
    return call.repeatable


def _refusal(response: aiohttp.ClientResponse, raw: bytes) -> ApiError:
    """What an answer that is no success says, also when a proxy in between said it."""
    try:
        told = msgspec.json.decode(raw, type=_Failure)
    except msgspec.DecodeError:
        code = "unavailable" if response.status >= _BAD_GATEWAY else ""
        told = _Failure(error=response.reason or "", meta={"code": code})
    meta = dict(told.meta)
    named = str(meta.pop("code", ""))
    after = response.headers.get("Retry-After", "")
    return BY_CODE.get(named, ApiError)(
        response.status,
        named,
        told.error,
        meta=meta,
        request_id=response.headers.get("X-Request-Id"),
        retry_after=float(after) if after.isdecimal() else None,
    )


class _Failure(msgspec.Struct):
    error: str
    meta: dict[str, Any]


class _Token(msgspec.Struct):
    csrf_token: str | None = None


class _Answer(msgspec.Struct, Generic[T]):
    data: T


class _Answers(msgspec.Struct, Generic[T, M]):
    data: list[T]
    meta: M
