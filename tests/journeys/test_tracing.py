"""One trace from a call of the API through command, fact and projection to a webhook, as a collector gets it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Any, NamedTuple
from uuid import UUID

import pytest
from aiohttp import web
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from trackagoat.events import clock

Until = Callable[..., Awaitable[Any]]
TRACE, CALLER = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


class Span(NamedTuple):
    service: str
    name: str
    trace: str
    id: str
    parent: str
    about: dict[str, Any]


class Collector:
    """What a collector of OTLP over HTTP would have got."""

    def __init__(self) -> None:
        self.url = ""
        self.spans: list[Span] = []

    async def take(self, request: web.Request) -> web.Response:
        told = ExportTraceServiceRequest.FromString(await request.read())
        for resource in told.resource_spans:
            service = next(a.value.string_value for a in resource.resource.attributes if a.key == "service.name")
            for scope in resource.scope_spans:
                for s in scope.spans:
                    about = {a.key: a.value.string_value or a.value.int_value for a in s.attributes}
                    ids = (s.trace_id.hex(), s.span_id.hex(), s.parent_span_id.hex())
                    self.spans.append(Span(service, s.name, *ids, about))
        return web.Response(content_type="application/x-protobuf")

    def of(self, trace: str) -> dict[tuple[str, str], Span]:
        """The spans of one trace, by service and name."""
        return {(one.service, one.name): one for one in self.spans if one.trace == trace}


@pytest.fixture
async def collector(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Collector]:
    monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "50")
    collector, app = Collector(), web.Application()
    app.router.add_post("/v1/traces", collector.take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    collector.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield collector
    await runner.cleanup()


@pytest.fixture
def told(collector: Collector) -> dict[str, Any]:
    return {"otel_exporter_otlp_endpoint": collector.url}


async def test_a_call_its_command_its_fact_who_heard_it_and_the_webhook_are_one_trace(
    house: Any, receiver: Any, collector: Collector, until: Until
) -> None:
    _, api = await house.org()
    config = {"url": receiver.url, "event_types": ["campaign.created"]}
    await api.ok("POST", "/channels", {"kind": "webhook", "name": "hook", "config": config})
    project = await api.ok("POST", "/projects", {"name": "Spring"})
    place = f"/projects/{project['id']}/campaigns"
    status, made = await api.call("POST", place, {"name": "All"}, traceparent=f"00-{TRACE}-{CALLER}-01")
    assert status == 201

    async def delivered() -> Any:
        return receiver.got and ("trackagoat-notifications", "deliver webhook") in collector.of(TRACE)

    await until(delivered)

    async def shown() -> Any:
        return {"public_feed", "campaign.created.v1", "CreateCampaign"} <= {name for _, name in collector.of(TRACE)}

    await until(shown)

    async def ended() -> Any:
        return ("trackagoat-gateway", "POST /api/v1/projects/{projectId}/campaigns") in collector.of(TRACE)

    await until(ended)
    spans = collector.of(TRACE)
    call = spans["trackagoat-gateway", "POST /api/v1/projects/{projectId}/campaigns"]
    command = spans["trackagoat-campaigns", "CreateCampaign"]
    fact = spans["trackagoat-campaigns", "campaign.created.v1"]
    heard = spans["trackagoat-notifications", "public_feed"]
    sent = spans["trackagoat-notifications", "deliver webhook"]
    assert [one.parent for one in (call, command, fact, heard, sent)] == [CALLER, call.id, command.id, fact.id, fact.id]
    assert (call.about["http.response.status_code"], sent.about["http.response.status_code"]) == (201, 200)
    headers, _ = receiver.got[0]
    assert headers["traceparent"] == f"00-{TRACE}-{sent.id}-01"
    assert len({one.id for one in collector.spans}) == len(collector.spans)

    page = await api.ok("GET", "/events")
    assert UUID(next(e["request_id"] for e in page if e["type"] == "campaign.created")).hex == TRACE
    assert made["data"]["name"] == "All"


async def test_an_alert_and_its_webhook_belong_to_the_trace_of_the_fact_that_raised_it(
    house: Any, receiver: Any, collector: Collector, until: Until, noon: str
) -> None:
    _, api = await house.org(noon)
    channel = await api.ok("POST", "/channels", {"kind": "webhook", "name": "hook", "config": {"url": receiver.url}})
    await api.ok("POST", "/alert-rules", {"name": "All", "channel_ids": [channel["id"]]})
    project = await api.ok("POST", "/projects", {"name": "Spring"})
    start = (clock.now() - timedelta(days=30)).date().isoformat()
    made = {"tiktok_handle": "daily_hay", "tracking_start_date": start}
    creator = await api.ok("POST", f"/projects/{project['id']}/creators", made)

    async def scraped() -> Any:
        return (await api.ok("GET", f"/creators/{creator['id']}"))["last_scraped_at"]

    await until(scraped)
    target = {"creator_id": creator["id"], "metric": "posts", "period": "daily", "target_value": 1000}
    place = f"/projects/{project['id']}/goals"
    status, goal = await api.call("POST", place, target, traceparent=f"00-{TRACE}-{CALLER}-01")
    assert status == 201

    async def delivered() -> Any:
        return ("trackagoat-notifications", "deliver webhook") in collector.of(TRACE)

    await until(delivered)
    path = [
        ("trackagoat-gateway", "POST /api/v1/projects/{projectId}/goals"),
        ("trackagoat-goals", "SetGoal"),
        ("trackagoat-goals", "goal.created.v1"),
        ("trackagoat-goals", "goal.status_changed.v1"),
        ("trackagoat-notifications", "RaiseGoalAlert"),
        ("trackagoat-notifications", "alert.raised.v1"),
        ("trackagoat-notifications", "deliver webhook"),
    ]

    async def complete() -> Any:
        return collector.of(TRACE).keys() >= set(path)

    await until(complete)
    spans = [collector.of(TRACE)[one] for one in path]
    assert [one.parent for one in spans] == [CALLER, *(one.id for one in spans[:-1])]
    headers, body = receiver.got[0]
    assert headers["traceparent"] == f"00-{TRACE}-{spans[-1].id}-01"
    assert json.loads(body)["data"]["data"]["goal_id"] == goal["data"]["id"]


async def test_a_call_without_a_trace_of_its_own_has_that_of_its_request_id(
    house: Any, collector: Collector, until: Until
) -> None:
    _, api = await house.org()
    id = UUID("0195a1b2-0000-7000-8000-000000000002")
    await api.call("GET", "/projects", **{"X-Request-Id": str(id)})

    async def seen() -> Any:
        return collector.of(id.hex)

    (span,) = (await until(seen)).values()
    assert (span.name, span.parent) == ("GET /api/v1/projects", "")
