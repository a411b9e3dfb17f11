"""Traces for OpenTelemetry: one per request, from the API over command and fact to whoever heard it.

Nothing of it is stored and nothing extra travels with a fact. The trace is the request id, the span of a command is
its id, the span of a fact the fact's own; what every fact knows anyway (id, cause, request id) therefore says where
it belongs, whichever process hears it, however late. Without `start`, and for facts of no request, all of it does
nothing; OpenTelemetry is an extra (`trackagoat-events[otel]`) and imported by `start` alone.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import importlib
import importlib.util
import re
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextvars import ContextVar
from typing import Any, Protocol
from uuid import UUID

HEADER = "traceparent"
PATIENCE_SECONDS = 3.0
"""How long a collector has to take a batch of spans; at the end, too."""
_HALF = (1 << 64) - 1
_RANDOM = (1 << 56) - 1
"""The bits of a trace id that are random for certain, by the W3C's recommendation."""
_TRACEPARENT = re.compile(r"[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}")


class Told(Protocol):
    """What a span needs to know of a fact."""

    @property
    def id(self) -> UUID: ...
    @property
    def cause(self) -> UUID | None: ...
    @property
    def request_id(self) -> str | None: ...
    @property
    def event(self) -> Any: ...


class _Tracer:
    """Where the spans of one service go."""

    def __init__(self, otel: Any, provider: Any, share: float) -> None:
        self.otel, self.share = otel, share
        self.tracer = provider.get_tracer("trackagoat")


_tracers: dict[str, _Tracer] = {}
"""By service; a process has one, tests have several."""
_current: ContextVar[tuple[int, int] | None] = ContextVar("current", default=None)
"""Trace and span of what is being done."""
_wanted: ContextVar[tuple[int, int | None]] = ContextVar("wanted")
"""Trace and span id of the next span."""


def is_installed() -> bool:
    """Whether the extra is there."""
    try:
        return importlib.util.find_spec("opentelemetry.exporter.otlp.proto.http") is not None
    except ModuleNotFoundError:
        return False


@contextlib.asynccontextmanager
async def started(service: str, endpoint: str | None, share: float) -> AsyncIterator[None]:
    """Send spans of that service, of a share of all traces, to a collector (OTLP over HTTP); None: nowhere."""
    if endpoint is None:
        yield
        return
    otel: Any = importlib.import_module("opentelemetry.trace")
    sdk: Any = importlib.import_module("opentelemetry.sdk.trace")
    export: Any = importlib.import_module("opentelemetry.sdk.trace.export")
    resources: Any = importlib.import_module("opentelemetry.sdk.resources")
    otlp: Any = importlib.import_module("opentelemetry.exporter.otlp.proto.http.trace_exporter")
    ids: Any = importlib.import_module("opentelemetry.sdk.trace.id_generator")

    class Ids(ids.RandomIdGenerator):  # type: ignore[misc]  # the base is known only where the extra is installed
        """The ids that `_span` asks for."""

        def generate_trace_id(self) -> int:
            return _wanted.get()[0]

        def generate_span_id(self) -> int:
            wanted: int = _wanted.get()[1] or super().generate_span_id()
            return wanted

    resource = resources.Resource.create({"service.name": f"trackagoat-{service}"})
    provider = sdk.TracerProvider(
        sampler=importlib.import_module("opentelemetry.sdk.trace.sampling").ALWAYS_ON,
        resource=resource,
        id_generator=Ids(),
        shutdown_on_exit=False,
    )
    exporter = otlp.OTLPSpanExporter(endpoint=f"{endpoint.rstrip('/')}/v1/traces", timeout=PATIENCE_SECONDS)
    provider.add_span_processor(export.BatchSpanProcessor(exporter))
    _tracers[service] = _Tracer(otel, provider, share)
    try:
        yield
    finally:
        del _tracers[service]
        await asyncio.to_thread(provider.shutdown)


def adopted(header: str | None) -> str | None:
    """The request id that makes a call part of the caller's trace; None when nobody traces, or nothing is told."""
    told = _parsed(header) if _tracers else None
    return None if told is None else str(UUID(int=told[0]))


def onward() -> dict[str, str]:
    """The header that makes what is asked of others part of what is being done."""
    current = _current.get() if _tracers else None
    return {} if current is None else {HEADER: _header(*current)}


def published(id: UUID, request_id: str | None) -> dict[str, str]:
    """The header that makes what others do about a fact part of its trace."""
    return {HEADER: _header(trace_of(request_id), _span_of(id))} if _tracers and request_id else {}


@contextlib.contextmanager
def doing(  # noqa: PLR0913 - what a span is made of
    service: str,
    name: str,
    request_id: str | None,
    *,
    under: str | None = None,
    cause: UUID | None = None,
    id: UUID | None = None,
    kind: str = "INTERNAL",
    **about: Any,
) -> Iterator[dict[str, Any]]:
    """A span around the block, under a header's span or that of `cause`. What the block puts into the value is told."""
    parent = _parsed(under) or (None if cause is None else (0, _span_of(cause)))
    span = _span(service, name, request_id, parent and parent[1], id, kind, about)
    if span is None:
        yield {}
        return
    found: dict[str, Any] = {}
    context = span.get_span_context()
    token = _current.set((context.trace_id, context.span_id))
    try:
        yield found
    except BaseException as error:
        found["error.type"] = type(error).__name__
        raise
    finally:
        _current.reset(token)
        span.set_attributes(found)
        span.end()


def said(service: str, facts: Sequence[Told]) -> None:
    """These facts are in the ledger now."""
    if service not in _tracers:
        return
    for fact in facts:
        parent = None if fact.cause is None else _span_of(fact.cause)
        about = {"event.id": str(fact.id)}
        span = _span(service, fact.event.tag(), fact.request_id, parent, fact.id, "PRODUCER", about)
        if span is not None:
            span.end()


@contextlib.contextmanager
def hearing(service: str, name: str, facts: Sequence[Told]) -> Iterator[None]:
    """A span around the block for every one of these facts."""
    if service not in _tracers:
        yield
        return
    each = [
        _span(service, name, f.request_id, _span_of(f.id), None, "CONSUMER", {"event.id": str(f.id)}) for f in facts
    ]
    try:
        yield
    finally:
        for span in each:
            if span is not None:
                span.end()


def trace_of(request_id: str) -> int:
    """The trace of a request: its id where that is one of ours, else made from it."""
    try:
        trace = UUID(request_id).int
    except ValueError:
        trace = 0
    return trace or int.from_bytes(hashlib.sha256(request_id.encode()).digest()[:16])


def _span(  # noqa: PLR0913, PLR0917 - what a span is made of
    service: str,
    name: str,
    request_id: str | None,
    parent: int | None,
    id: UUID | None,
    kind: str,
    about: Mapping[str, Any],
) -> Any:
    """A span that was begun; None when nobody wants it."""
    tracer = _tracers.get(service)
    if tracer is None or request_id is None:
        return None
    trace = trace_of(request_id)
    if trace & _RANDOM >= tracer.share * (_RANDOM + 1):
        return None
    otel = tracer.otel
    context = otel.set_span_in_context(otel.INVALID_SPAN)
    if parent is not None:
        above = otel.SpanContext(trace, parent, is_remote=True, trace_flags=otel.TraceFlags(otel.TraceFlags.SAMPLED))
        context = otel.set_span_in_context(otel.NonRecordingSpan(above))
    _wanted.set((trace, None if id is None else _span_of(id)))
    return tracer.tracer.start_span(name, context, getattr(otel.SpanKind, kind), dict(about))


def _span_of(id: UUID) -> int:
    """The span of a command or a fact: the half of its id that is random."""
    return id.int & _HALF


def _header(trace: int, span: int) -> str:
    return f"00-{trace:032x}-{span:016x}-01"


def _parsed(header: str | None) -> tuple[int, int] | None:
    """Trace and span that a header names."""
    told = _TRACEPARENT.fullmatch(header) if header else None
    found = (int(told[1], 16), int(told[2], 16)) if told else (0, 0)
    return found if all(found) else None
