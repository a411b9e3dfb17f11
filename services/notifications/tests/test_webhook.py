"""Webhooks against a real receiver: what they send, what they take for success, and where they never go."""

from __future__ import annotations

import base64
import contextlib
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import pytest
import standardwebhooks
from aiohttp import web
from aiohttp.test_utils import TestServer

from trackagoat.events import clock
from trackagoat.events.catalogue.notifications import secret_context
from trackagoat.events.catalogue.words import ChannelId
from trackagoat.events.seal import seal
from trackagoat.notifications.channels.outbound import Outbound
from trackagoat.notifications.channels.webhook import Webhook
from trackagoat.notifications.domain.messages import Message, Parcel
from trackagoat.notifications.domain.targets import Targets

KEY = base64.b64encode(bytes(range(32))).decode()
SECRET = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
CHANNEL = ChannelId(UUID("0195a1b2-0000-7000-8000-000000000001"))
BODY = (
    b'{"type":"test.ping","timestamp":"2026-03-10T08:00:00Z",'
    b'"data":{"channel_id":"0195a1b2-0000-7000-8000-000000000001"}}'
)
HERE = Targets.of(["127.0.0.0/8", "::1"])


def parcel(url: str, *secrets: str, key: str = KEY) -> Parcel:
    said = {"channel_id": str(CHANNEL)}
    at = datetime(2026, 3, 10, 8, tzinfo=UTC)
    return Parcel(
        channel=CHANNEL,
        kind="webhook",
        name="Ops",
        url=url,
        sealed_secrets=[seal(key, secret.encode(), secret_context(CHANNEL)) for secret in secrets or (SECRET,)],
        message=Message(id="msg_0195a1b20000700080000000000000aa", type="test.ping", at=at, event=said),
    )


@contextlib.asynccontextmanager
async def sender(targets: Targets, patience: float = 2) -> AsyncIterator[Webhook]:
    async with Outbound(targets, patience=patience) as outbound:
        yield Webhook(outbound, KEY)


@pytest.fixture
async def webhook() -> AsyncIterator[Webhook]:
    async with sender(HERE) as one:
        yield one


async def test_the_signature_is_the_one_of_the_check_vector(webhook: Webhook, receiver: Any) -> None:
    await webhook.send(parcel(receiver.url), datetime(2026, 3, 10, 8, tzinfo=UTC))
    [(headers, body)] = receiver.got
    assert body == BODY
    assert headers["webhook-id"] == "msg_0195a1b20000700080000000000000aa"
    assert headers["webhook-timestamp"] == "1773129600"
    assert headers["webhook-signature"] == "v1,MNNat60konCrhqBbt9Ioyubt8fLZdgGHwfTNIybGIUI="
    assert headers["Content-Type"] == "application/json"


async def test_a_receiver_with_the_library_accepts_it(webhook: Webhook, receiver: Any) -> None:
    answer = await webhook.send(parcel(receiver.url), clock.now())
    assert (answer.http_status, answer.error) == (204, None)
    [(headers, body)] = receiver.got
    assert standardwebhooks.Webhook(SECRET).verify(body, headers) == json.loads(BODY)


@pytest.mark.parametrize("status", [200, 201, 299])
async def test_any_2xx_is_a_success(webhook: Webhook, receiver: Any, status: int) -> None:
    receiver.answers = [(status, {})]
    assert (await webhook.send(parcel(receiver.url), clock.now())).error is None


@pytest.mark.parametrize("status", [304, 400, 404, 429, 500, 503])
async def test_anything_else_is_a_failure(webhook: Webhook, receiver: Any, status: int) -> None:
    receiver.answers = [(status, {"Retry-After": "7"})]
    answer = await webhook.send(parcel(receiver.url), clock.now())
    assert (answer.http_status, answer.error, answer.retry_after) == (status, f"answered {status}", "7")


async def test_a_redirect_is_a_failure_and_is_not_followed(webhook: Webhook, receiver: Any) -> None:
    receiver.answers = [(307, {"Location": receiver.url})]
    assert (await webhook.send(parcel(receiver.url), clock.now())).error == "answered 307"
    assert len(receiver.got) == 1


async def test_a_receiver_that_does_not_answer_in_time_has_failed(slow: Any) -> None:
    async with sender(HERE, 0.2) as webhook:
        answer = await webhook.send(parcel(slow.url), clock.now())
    assert (answer.http_status, answer.error) == (None, "no answer within 0.2 s")
    assert answer.duration_ms >= 200


async def test_nobody_listening_is_a_failure(webhook: Webhook, unused_tcp_port: int) -> None:
    answer = await webhook.send(parcel(f"http://127.0.0.1:{unused_tcp_port}/"), clock.now())
    assert answer.http_status is None
    assert answer.error is not None
    assert "Cannot connect" in answer.error


async def test_an_answer_without_end_is_not_waited_for(webhook: Webhook) -> None:
    async def endless(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        while True:
            await response.write(b"x" * 65_536)

    app = web.Application()
    app.router.add_post("/", endless)
    async with TestServer(app, host="127.0.0.1") as server:
        answer = await webhook.send(parcel(str(server.make_url("/"))), clock.now())
    assert answer.error is None
    assert answer.duration_ms < 1500


async def test_the_environments_proxy_is_not_asked(
    webhook: Webhook, receiver: Any, slow: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, slow.url)
    assert (await webhook.send(parcel(receiver.url), clock.now())).error is None
    assert slow.got == []


async def test_a_secret_sealed_with_another_key_says_so(webhook: Webhook, receiver: Any) -> None:
    other = base64.b64encode(bytes(32)).decode()
    answer = await webhook.send(parcel(receiver.url, key=other), clock.now())
    assert answer.error == "the channel's secret cannot be opened; create the channel anew"
    assert receiver.got == []


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "LocalHost",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "0177.0.0.1",
        "0.0.0.0",  # noqa: S104 - an address to refuse
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::]",
    ],
)
async def test_this_machine_is_never_reached_however_it_is_spelled(receiver: Any, host: str, scheme: str) -> None:
    async with sender(Targets()) as webhook:
        answer = await webhook.send(parcel(f"{scheme}://{host}:{urlsplit(receiver.url).port}/"), clock.now())
    assert answer.http_status is None
    assert answer.error is not None
    assert "not a" in answer.error, answer.error
    assert receiver.got == []


async def test_a_name_the_operator_trusts_may_lead_anywhere(receiver: Any) -> None:
    async with sender(Targets.of(["localhost"])) as webhook:
        answer = await webhook.send(parcel(f"http://localhost:{urlsplit(receiver.url).port}/"), clock.now())
        assert answer.error is None
        inward = await webhook.send(parcel(receiver.url), clock.now())
    assert inward.error is not None
    assert len(receiver.got) == 1
