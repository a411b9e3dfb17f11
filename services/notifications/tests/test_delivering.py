"""Deliveries from rows to a real receiver: signed, tried again, never twice, never lost."""

from __future__ import annotations

import asyncio
import json
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
import pytest
import standardwebhooks

from trackagoat.events import clock, due
from trackagoat.events.catalogue.goals import GoalPeriodClosed
from trackagoat.events.catalogue.notifications import AlertRaised, ChannelDisabled, DeleteChannel, DeliveryFailed
from trackagoat.events.catalogue.words import CreatorId, GoalId, ProjectId
from trackagoat.events.testing.play import said
from trackagoat.events.writer import Writer
from trackagoat.notifications.domain.deliveries import WAITS, delivery_id
from trackagoat.notifications.due.pressure import AT_MOST

SECRET = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
START = datetime.fromisoformat("2026-03-22T23:00:00Z")
END = datetime.fromisoformat("2026-03-29T22:00:00Z")


def missed(goal: int = 50) -> GoalPeriodClosed:
    return GoalPeriodClosed(
        goal=GoalId(UUID(int=goal)),
        creator=CreatorId(UUID(int=3)),
        project=ProjectId(UUID(int=2)),
        metric="posts",
        period="weekly",
        period_start=START,
        period_end=END,
        target=Decimal(15),
        actual=Decimal(3),
        percentage=20,
        status="missed",
    )


async def status(desk: Any) -> tuple[str, list[int | None], datetime | None]:
    [row] = await desk.rows("SELECT status, next_attempt_at FROM deliveries")
    codes = [attempt["http_status"] for attempt in await desk.rows("SELECT http_status FROM attempts ORDER BY at")]
    return row["status"], codes, row["next_attempt_at"]


async def test_an_alert_reaches_the_receiver_signed(desk: Any, receiver: Any) -> None:
    channel = await desk.open(receiver.url)
    await desk.hear(missed())
    assert await desk.work(clock.now()) == 1
    [(headers, body)] = receiver.got
    message = standardwebhooks.Webhook(SECRET).verify(body, headers)
    [alert] = await said(desk.db, AlertRaised)
    assert headers["webhook-id"] == f"msg_{delivery_id(channel, alert.alert).hex}"
    assert message["type"] == "alert.goal_missed"
    assert message["timestamp"] == desk.began.isoformat().replace("+00:00", "Z")
    assert message["data"] == {
        "id": str(alert.alert),
        "kind": "goal_missed",
        "severity": "warning",
        "title": "@ana missed the goal: 3 of 15 posts, 20 %, week to 29 March",
        "body": alert.body,
        "project_id": str(UUID(int=2)),
        "entity": {"type": "goal", "id": str(UUID(int=50)), "label": "@ana: weekly posts goal"},
        "data": alert.payload,
        "created_at": message["timestamp"],
    }


async def test_a_delivery_keeps_its_history(desk: Any, receiver: Any) -> None:
    channel = await desk.open(receiver.url)
    await desk.hear(missed())
    await desk.work(clock.now())
    [row] = await desk.rows("SELECT * FROM deliveries")
    assert (row["status"], row["channel"], row["type"]) == ("succeeded", channel, "alert.goal_missed")
    assert row["next_attempt_at"] is None
    [attempt] = await desk.rows("SELECT * FROM attempts")
    assert attempt["http_status"] == 204
    assert attempt["duration_ms"] >= 0
    assert (attempt["error"], attempt["response"]) == (None, None)
    [health] = await desk.rows("SELECT last_success_at, failing_since FROM channels WHERE kind = 'webhook'")
    assert health["last_success_at"] is not None
    assert health["failing_since"] is None


async def test_a_failure_is_tried_again_after_five_seconds_with_the_same_id(desk: Any, receiver: Any) -> None:
    await desk.open(receiver.url)
    receiver.answers = [(500, {}), (200, {})]
    await desk.hear(missed())
    now = clock.now()
    await desk.work(now)
    state, codes, again = await status(desk)
    assert (state, codes) == ("pending", [500])
    assert again is not None
    assert timedelta(seconds=4) <= again - now <= timedelta(seconds=8)
    assert await desk.work(again - timedelta(milliseconds=1)) == 0
    await desk.work(again)
    assert await status(desk) == ("succeeded", [500, 200], None)
    assert len(set(receiver.ids)) == 1
    assert receiver.got[0][1] == receiver.got[1][1]
    for headers, body in receiver.got:
        standardwebhooks.Webhook(SECRET).verify(body, headers)
    [health] = await desk.rows("SELECT failing_since FROM channels WHERE kind = 'webhook'")
    assert health["failing_since"] is None


async def test_after_ten_attempts_it_has_failed(desk: Any, receiver: Any) -> None:
    await desk.open(receiver.url)
    receiver.answers = [(503, {})]
    await desk.hear(missed())
    now = began = clock.now()
    for _ in WAITS:
        await desk.work(now)
        now = (await status(desk))[2] or now
    assert await desk.work(now + timedelta(days=30)) == 0
    assert await status(desk) == ("failed", [503] * 10, None)
    assert now - began < timedelta(days=5)
    [failed] = await said(desk.db, DeliveryFailed)
    assert (failed.attempts, failed.last_error) == (10, "answered 503")
    assert abs(failed.first_attempt_at - began) < timedelta(seconds=1)
    assert await said(desk.db, ChannelDisabled) == []


async def test_gone_disables_the_channel_at_once(desk: Any, receiver: Any) -> None:
    channel = await desk.open(receiver.url)
    receiver.answers = [(410, {})]
    await desk.hear(missed())
    await desk.work(clock.now())
    assert await status(desk) == ("failed", [410], None)
    [disabled] = await said(desk.db, ChannelDisabled)
    assert (disabled.channel, disabled.reason) == (channel, "gone")
    [row] = await desk.rows("SELECT is_active, disabled_reason FROM channels WHERE kind = 'webhook'")
    assert row == {"is_active": False, "disabled_reason": "gone"}
    await desk.hear(missed(goal=51))
    assert await desk.work(clock.now() + timedelta(days=1)) == 0
    assert len(receiver.got) == 1


async def test_five_days_without_a_success_disable_the_channel_and_cancel_what_waits(desk: Any, receiver: Any) -> None:
    await desk.open(receiver.url)
    receiver.answers = [(500, {})]
    await desk.hear(missed())
    now = clock.now()
    await desk.work(now)
    later = now + timedelta(days=5, seconds=1)
    await desk.hear(missed(goal=51), at=later - timedelta(hours=1))
    await desk.work(later)
    [disabled] = await said(desk.db, ChannelDisabled)
    assert (disabled.reason, disabled.since) == ("failing", now)
    assert {row["status"] for row in await desk.rows("SELECT status FROM deliveries")} == {"cancelled"}
    assert await desk.rows("SELECT * FROM due WHERE kind = 'delivery'") == []


async def test_a_deleted_channel_cancels_what_waits_and_forgets_its_secret(desk: Any, receiver: Any) -> None:
    channel = await desk.open(receiver.url)
    await desk.hear(missed())
    await desk.ask(DeleteChannel(channel=channel))
    assert await desk.work(clock.now()) == 1
    assert (await status(desk))[0] == "cancelled"
    assert await desk.work(clock.now() + timedelta(days=9)) == 0
    assert await desk.rows("SELECT * FROM channel_secrets") == []
    assert receiver.got == []


async def test_a_crash_between_attempt_and_commit_sends_the_same_id_again(desk: Any, receiver: Any) -> None:
    await desk.open(receiver.url)
    await desk.hear(missed())
    [kind] = [kind for kind in desk.service.due if kind.kind == "delivery"]
    now = clock.now()
    claimed = await due.claim(desk.db, kind, clock.new_id(), now)
    await kind.run(desk.db, claimed, now)
    assert await desk.work(now) == 0, "the lease of the one who crashed still runs"
    await desk.work(now + timedelta(seconds=kind.lease_seconds))
    assert len(receiver.ids) == 2
    assert len(set(receiver.ids)) == 1
    assert await status(desk) == ("succeeded", [204], None)


async def test_a_rebuild_of_the_alerts_sends_nothing(desk: Any, receiver: Any) -> None:
    await desk.open(receiver.url)
    await desk.hear(missed())
    await desk.work(clock.now())
    [events] = [await said(desk.db, AlertRaised)]
    before = await desk.rows("SELECT * FROM alerts")
    await desk.db.execute("DELETE FROM alerts")
    rebuilt = msgspec.structs.replace(desk.service, policies=())
    desk.service = rebuilt
    await desk.hear(*events)
    assert await desk.rows("SELECT * FROM alerts") == before
    assert await desk.work(clock.now() + timedelta(days=1)) == 0
    assert len(receiver.got) == 1


@pytest.mark.timeout(20)
async def test_one_slow_receiver_holds_up_no_other(desk: Any, receiver: Any, slow: Any) -> None:
    """The service's own loop at work: more messages for the slow one than there are places for it."""
    await desk.open(slow.url, channel=100)
    await desk.hear(*(missed(goal=n) for n in range(50, 150)))
    await desk.open(receiver.url, channel=101)
    await desk.hear(*(missed(goal=n) for n in range(200, 220)))
    [kind] = [kind for kind in desk.service.due if kind.kind == "delivery"]
    loop = asyncio.create_task(due.run(desk.db, Writer(desk.db, desk.service), kind, clock.new_id()))
    try:
        async with asyncio.timeout(10):
            done = "SELECT count(*) FROM deliveries WHERE status = 'succeeded' AND channel = $1"
            while await desk.db.fetchval(done, UUID(int=101)) < 20:
                await asyncio.sleep(0.02)
    finally:
        loop.cancel()
        await asyncio.gather(loop, return_exceptions=True)
    assert len(set(receiver.ids)) == len(receiver.ids) == 20
    assert 0 < len(slow.got) <= AT_MOST


async def test_bodies_are_json_with_the_type_first(desk: Any, receiver: Any) -> None:
    await desk.open(receiver.url)
    await desk.hear(missed())
    await desk.work(clock.now())
    [(_, body)] = receiver.got
    assert list(json.loads(body)) == ["type", "timestamp", "data"]
