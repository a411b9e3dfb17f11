"""Responses: answers and errors as they leave, with the headers and the line in the log every call gets."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

import structlog
from aiohttp import web

from trackagoat.events import clock, tracing
from trackagoat.events.host.metrics import REQUEST_SECONDS
from trackagoat.gateway.edge import cors
from trackagoat.gateway.edge.answers import Answer, Download, Resource, bare, envelope, error_envelope, etag
from trackagoat.gateway.edge.faults import ApiError
from trackagoat.gateway.edge.headers import REQUEST_ID, dress, request_id
from trackagoat.gateway.edge.negotiation import PROBLEM, shrink, wants_problem
from trackagoat.gateway.edge.outages import is_outage
from trackagoat.gateway.edge.problems import problem
from trackagoat.gateway.registry import BASE, Route

if TYPE_CHECKING:
    from trackagoat.gateway.edge.idempotency import Replay
    from trackagoat.gateway.edge.identity import Identity
    from trackagoat.gateway.edge.lag import Lag
    from trackagoat.gateway.edge.limits import Standing
    from trackagoat.gateway.settings import Settings

log = structlog.get_logger()

Serve = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Trace:
    """What is found out about a call on its way, for its headers and its line in the log."""

    def __init__(self, id: str) -> None:
        """Only the id is known at first."""
        self.id, self.started = id, time.monotonic()
        self.caller: Identity | None = None
        self.standing: Standing | None = None
        self.code: str | None = None


TRACE: web.RequestKey[Trace] = web.RequestKey("trace", Trace)


class Edge:
    """Around every call of the API: its id, its headers, its line in the log, and errors as answers."""

    def __init__(self, settings: Settings, lag: Lag) -> None:
        """Keep what the operator allows."""
        self._origins, self._lag = settings.cors_origins, lag
        self._encrypted = settings.base_url.startswith("https://")

    @web.middleware
    async def around(self, request: web.Request, handler: Serve) -> web.StreamResponse:
        """Let the call through and answer whatever comes of it."""
        if not _ours(request):
            return await handler(request)
        above = request.headers.get(tracing.HEADER)
        trace = request[TRACE] = Trace(request_id(request.headers.get(REQUEST_ID) or tracing.adopted(above)))
        with tracing.doing("gateway", _name(request), trace.id, under=above, kind="SERVER") as told:
            try:
                response = await handler(request)
            except Exception as error:  # noqa: BLE001 - whatever it is, the caller gets an answer in the one form
                response = self._preflight(request, error) or _failed(request, error)
            told["http.response.status_code"] = response.status
        if isinstance(response, web.Response) and not response.prepared:
            await shrink(response, request.headers.get("Accept-Encoding"))
        _note(request, response, trace)
        return response

    async def dress(self, request: web.Request, response: web.StreamResponse) -> None:
        """Put the headers on, just before an answer or a stream begins."""
        trace = request.get(TRACE)
        if trace is None:
            return
        if trace.standing is not None:
            response.headers.update(trace.standing.headers(clock.now()))
        if (route := _route(request)) is not None and route.method == "GET":
            response.headers.update(self._lag.headers(route.tag))
        cors.dress(response.headers, request.headers.get("Origin"), self._origins)
        dress(response.headers, trace.id, encrypted=self._encrypted)

    def _preflight(self, request: web.Request, error: Exception) -> web.Response | None:
        """The answer for a browser that asks whether a page may call; None when this is something else."""
        asks = request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers
        if not (asks and isinstance(error, web.HTTPMethodNotAllowed)):
            return None
        if not cors.is_listed(request.headers.get("Origin"), self._origins):
            return None
        return web.Response(status=204, headers=cors.preflight(sorted(error.allowed_methods)))


def _ours(request: web.Request) -> bool:
    """Health and metrics are the host's; unknown paths and known paths with other methods are ours."""
    return request.match_info.http_exception is not None or hasattr(request.match_info.handler, "route")


def _route(request: web.Request) -> Route | None:
    return getattr(request.match_info.handler, "route", None)


def _name(request: web.Request) -> str:
    """What the call is, in a trace: without ids."""
    route = _route(request)
    return f"{request.method} {BASE}{route.path}" if route else request.method


def response_of(route: Route, answer: Answer[Any]) -> web.Response:
    """A success."""
    if isinstance(answer.data, Download):
        return _download(answer.data)
    body = bare(answer.data) if route.raw else envelope(answer.data, answer.meta)
    response = web.Response(body=body, status=answer.status, content_type="application/json", charset="utf-8")
    response.headers.update(answer.headers)
    if isinstance(answer.data, Resource):
        response.headers["ETag"] = etag(answer.data)
    return response


def _download(file: Download) -> web.Response:
    response = web.Response(body=file.body, content_type=file.content_type, charset="utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{file.filename}"'
    return response


def replayed(replay: Replay) -> web.Response:
    """A success told again."""
    response = web.Response(body=replay.body, status=replay.status, content_type="application/json", charset="utf-8")
    response.headers["Idempotent-Replayed"] = "true"
    if replay.etag is not None:
        response.headers["ETag"] = replay.etag
    return response


def _failed(request: web.Request, error: Exception) -> web.Response:
    """The answer for an error. What the caller cannot know stays in the log."""
    if not isinstance(error, ApiError):
        error = _translated(request, error)
    request[TRACE].code = error.code
    if wants_problem(request.headers.get("Accept")):
        body, content_type = problem(error, request[TRACE].id), PROBLEM
    else:
        body, content_type = error_envelope(error.code, error.message, error.meta), "application/json"
    response = web.Response(body=body, status=error.status, headers=error.headers, content_type=content_type)
    response.charset = "utf-8"
    return response


def _translated(request: web.Request, error: Exception) -> ApiError:
    match error:
        case web.HTTPMethodNotAllowed():
            return ApiError("method_not_allowed", headers={"Allow": ", ".join(sorted(error.allowed_methods))})
        case web.HTTPNotFound():
            return ApiError("not_found")
        case _ if is_outage(error):
            log.warning("a part does not answer", path=request.path, request_id=request[TRACE].id, error=repr(error))
            return ApiError("unavailable", headers={"Retry-After": "1"})
        case _:
            log.error("a call failed", path=request.path, request_id=request[TRACE].id, exc_info=error)
            return ApiError("internal_error")


def _note(request: web.Request, response: web.StreamResponse, trace: Trace) -> None:
    """One line per call, no query, no body, no key; and its time."""
    route, seconds = _route(request), time.monotonic() - trace.started
    known = (route.method, route.path) if route else ("", "")
    REQUEST_SECONDS.labels(*known, response.status).observe(seconds)
    log.info(
        "call",
        method=request.method,
        route=f"{BASE}{route.path}" if route else None,
        status=response.status,
        code=trace.code,
        ms=round(seconds * 1000, 1),
        request_id=trace.id,
        org=str(trace.caller.org) if trace.caller and trace.caller.org else None,
        caller=f"{trace.caller.type} {trace.caller.id}" if trace.caller else None,
    )
