"""Tracing: nothing unless it was started; then ids that every process comes to by itself."""

from __future__ import annotations

import subprocess
import sys
from uuid import UUID, uuid4

import pytest

from trackagoat.events import tracing
from trackagoat.events.host.settings import Settings, faults

REQUEST = "0195a1b2-0000-7000-8000-000000000002"
CALLER = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def test_the_kernel_does_not_load_it_by_itself() -> None:
    look = "import sys, trackagoat.events.host.run; print({'opentelemetry.trace'} & {*sys.modules})"
    assert subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True).stdout == "set()\n"


def test_nothing_is_told_before_it_is_started() -> None:
    with tracing.doing("goals", "a call", REQUEST, under=CALLER) as about:
        assert tracing.onward() == {}
        about["anything"] = 1
    assert tracing.published(uuid4(), REQUEST) == {}
    assert tracing.adopted(CALLER) is None


async def test_what_is_asked_inside_a_span_names_it() -> None:
    command = uuid4()
    async with tracing.started("goals", "http://127.0.0.1:1", 1):
        with tracing.doing("goals", "CreateGoal", REQUEST, id=command):
            assert tracing.onward() == {"traceparent": f"00-{UUID(REQUEST).hex}-{command.hex[16:]}-01"}
        assert tracing.onward() == {}


async def test_a_fact_is_the_same_span_for_everybody_who_hears_it() -> None:
    fact = uuid4()
    async with tracing.started("goals", "http://127.0.0.1:1", 1):
        assert tracing.published(fact, REQUEST) == {"traceparent": f"00-{UUID(REQUEST).hex}-{fact.hex[16:]}-01"}
        assert tracing.published(fact, None) == {}


async def test_a_call_joins_the_trace_of_its_caller() -> None:
    async with tracing.started("gateway", "http://127.0.0.1:1", 1):
        assert tracing.adopted(CALLER) == "0af76519-16cd-43dd-8448-eb211c80319c"
        for nonsense in (None, "", "00-1-2-01", CALLER + "-more", "00-" + "0" * 32 + "-b7ad6b7169203331-01"):
            assert tracing.adopted(nonsense) is None


async def test_what_is_not_in_the_share_is_no_span() -> None:
    async with tracing.started("goals", "http://127.0.0.1:1", 0):
        with tracing.doing("goals", "CreateGoal", REQUEST):
            assert tracing.onward() == {}


def test_request_ids_of_any_form_have_a_trace() -> None:
    assert tracing.trace_of(REQUEST) == UUID(REQUEST).int
    assert tracing.trace_of("mine") == tracing.trace_of("mine") != tracing.trace_of("yours")
    assert tracing.trace_of(str(UUID(int=0)))


def test_wanting_traces_without_the_extra_is_a_fault_that_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tracing, "is_installed", lambda: False)
    (fault,) = faults(Settings, database_url="somewhere", otel_exporter_otlp_endpoint="http://127.0.0.1:4318")
    assert fault.variable == "OTEL_EXPORTER_OTLP_ENDPOINT"
    assert "trackagoat-events[otel]" in fault.message
