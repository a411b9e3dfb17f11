"""The door: what happens to a call of a route, in order."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any

from aiohttp import web

from trackagoat.events import clock
from trackagoat.events.host.service import ASKER, DB
from trackagoat.gateway.edge import decoding, idempotency, streaming
from trackagoat.gateway.edge.answers import envelope, without_secrets
from trackagoat.gateway.edge.auth import Gate
from trackagoat.gateway.edge.call import Call, Overtaken
from trackagoat.gateway.edge.callers import Quotas, address_of, of_address
from trackagoat.gateway.edge.cursors import Cursors
from trackagoat.gateway.edge.faults import ApiError, invalid_body
from trackagoat.gateway.edge.identity import Identity, admit
from trackagoat.gateway.edge.limits import Turnstile
from trackagoat.gateway.edge.passwords import Passwords
from trackagoat.gateway.edge.responses import TRACE, replayed, response_of
from trackagoat.gateway.edge.revealing import Revealer
from trackagoat.gateway.edge.sessions import check_csrf, check_origin
from trackagoat.gateway.edge.tails import Tails
from trackagoat.gateway.registry import Route

if TYPE_CHECKING:
    from trackagoat.gateway.settings import Settings

BODY_LIMIT = 1024 * 1024
BODY_SECONDS = 10.0
CALL_SECONDS = 25.0
RUNS = 8
"""Of a call under If-Match, while others keep changing the same stream."""
_SERVER_FAULTS = 500

Serve = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Door:
    """Serves routes: body limit, content type, key, rate window and daily quota, scope, idempotency, handler."""

    def __init__(self, settings: Settings, routes: Sequence[Route]) -> None:
        """Make what outlives a call: known keys and plans, who is being counted, the cursors' key."""
        self._settings, self._routes = settings, routes
        self._gate = Gate(settings.secret_key.get_secret_value())
        self._cursors = Cursors(settings.secret_key.get_secret_value())
        self._quotas, self._turnstile = Quotas(), Turnstile()
        self._records, self._passwords = idempotency.Records(), Passwords()
        self._tails = Tails()
        self._revealer = Revealer(settings.secret_key.get_secret_value())

    def serve(self, route: Route) -> Serve:
        """The aiohttp handler of a route."""

        async def handle(request: web.Request) -> web.StreamResponse:
            async with asyncio.timeout(None if route.stream else CALL_SECONDS):
                return await self._serve(route, request)

        handle.route = route  # type: ignore[attr-defined]
        return handle

    async def _serve(self, route: Route, request: web.Request) -> web.StreamResponse:
        body = await _body(request)
        caller = await self._caller(route, request)
        await self._count(route, request, caller)
        if caller is not None:
            admit(route, caller)
            check_csrf(request, caller, self._settings.base_url)
        elif route.method == "POST":
            check_origin(request, self._settings.base_url)
        key = idempotency.key_of(request.headers.get(idempotency.HEADER)) if route.repeatable else None
        call = self._call(route, request, caller, body)
        if route.stream:
            return await self._stream(route, request, call)
        if key is None:
            response = response_of(route, await _answered(route, call))
        else:
            response = await self._once(route, request, call, (key, body))
        return await self._revealer.reveal(call.db, call.here, response)

    async def _stream(self, route: Route, request: web.Request, call: Call[Any, Any]) -> web.StreamResponse:
        """Frames for as long as the caller listens."""
        call.tails, call.last_event_id = self._tails, request.headers.get("Last-Event-ID")
        return await streaming.stream(request, await route.handler(call))

    async def _caller(self, route: Route, request: web.Request) -> Identity | None:
        if route.scope == "open":
            return None
        caller = await self._gate.identity(request.app[DB], request, clock.now(), time.monotonic())
        request[TRACE].caller = caller
        return caller

    def _address(self, request: web.Request) -> str:
        forwarded = request.headers.getall("X-Forwarded-For", ())
        return address_of(request.remote, forwarded, self._settings.trusted_proxies)

    async def _count(self, route: Route, request: web.Request, identity: Identity | None) -> None:
        """Count the call; what is refused later on has been counted too. Raises a 429."""
        db = request.app[DB]
        if identity is None:
            caller = of_address(self._address(request))
        else:
            quota, counted = self._settings.api_key_requests_per_minute, not route.uncounted
            caller = await self._quotas.caller(db, identity, quota, time.monotonic(), counted=counted)
        standing = await self._turnstile.take(db, caller)
        if identity is not None:
            request[TRACE].standing = standing
        standing.check(clock.now())

    def _call(self, route: Route, request: web.Request, caller: Identity | None, body: bytes) -> Call[Any, Any]:
        ids = decoding.path_ids(request.match_info)
        return Call(
            route=route,
            routes=self._routes,
            db=request.app[DB],
            asker=request.app[ASKER],
            settings=self._settings,
            cursors=self._cursors,
            caller=caller,
            params=decoding.query(route.params, request.query),
            body=_decoded(route, body),
            ids=ids,
            if_match=request.headers.get("If-Match") if request.method in {"PATCH", "DELETE"} else None,
            agent=request.headers.get("User-Agent"),
            address=self._address(request),
            passwords=self._passwords,
            revealer=self._revealer,
            request_id=request[TRACE].id,
            seed=clock.new_id(),
            now=clock.now(),
        )

    async def _once(
        self, route: Route, request: web.Request, call: Call[Any, Any], keyed: tuple[str, bytes]
    ) -> web.Response:
        """Run the call under its Idempotency-Key, or answer what it answered before."""
        db, (key, body) = request.app[DB], keyed
        claim = await self._records.claim(db, call.space, key, (f"{request.method} {request.path}", body), call.now)
        if isinstance(claim, idempotency.Replay):
            return replayed(claim)
        call.seed = claim.seed
        try:
            answer = await route.handler(call)
        except Exception as error:
            await self._records.free(db, claim, certain=isinstance(error, ApiError) and error.status < _SERVER_FAULTS)
            raise
        response = response_of(route, answer)
        kept = envelope(without_secrets(answer), answer.meta)
        await self._records.keep(db, claim, idempotency.Replay(answer.status, kept, response.headers.get("ETag")))
        return response


async def _answered(route: Route, call: Call[Any, Any]) -> Any:
    """What the handler answers. Under If-Match it runs until what it compared is what was decided on.

    First it learns at which version the stream stands; what it reads after that is at least that version, and
    the command is decided at that version or not at all.
    """
    if not call.holds:
        return await route.handler(call)
    for _ in range(RUNS):
        try:
            return await route.handler(call)
        except Overtaken as overtaken:
            call.once_more(overtaken.version)
    raise ApiError("write_conflict")


async def _body(request: web.Request) -> bytes:
    """The body, at most 1 MiB of JSON."""
    if (request.content_length or 0) > BODY_LIMIT:
        raise _closing(ApiError("payload_too_large"))
    if not request.can_read_body:
        return b""
    try:
        async with asyncio.timeout(BODY_SECONDS):
            body = await request.read()
    except TimeoutError as error:
        raise _closing(invalid_body("", f"Did not arrive within {BODY_SECONDS:.0f} s")) from error
    except web.HTTPRequestEntityTooLarge as error:
        raise _closing(ApiError("payload_too_large")) from error
    if body and (request.content_type != "application/json" or (request.charset or "utf-8").lower() != "utf-8"):
        raise ApiError("unsupported_media_type")
    return body


def _closing(error: ApiError) -> ApiError:
    """The same, and the connection ends: the rest of its body is not waited for."""
    error.headers["Connection"] = "close"
    return error


def _decoded(route: Route, body: bytes) -> Any:
    if route.body is None:
        if body and route.method != "GET" and decoding.parsed(body) not in ({}, None):
            raise invalid_body("", "This call takes no body")
        return None
    if not body and route.body_optional:
        return None
    return decoding.body(route.body, body, route.bulk)
