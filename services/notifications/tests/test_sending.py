"""Digests, public events, tests, rotation and sending again, against a real receiver and a real PostgreSQL."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import standardwebhooks

from trackagoat.events import clock, due
from trackagoat.events.catalogue.ingest import CreatorUpdated
from trackagoat.events.catalogue.notifications import (
    AlertCleared,
    AlertRaised,
    DeleteChannel,
    DigestDropped,
    MarkAllRead,
    QuietHours,
    Redeliver,
    RotateSecret,
    SendTest,
    UpdateChannel,
    secret_context,
)
from trackagoat.events.catalogue.words import ChannelId, CreatorId, OrgId, ProjectId
from trackagoat.events.seal import seal
from trackagoat.events.testing.play import apply, said
from trackagoat.notifications.domain.channels import built_in

SECRET = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
NEW_SECRET = "whsec_Hx4dHBsaGRgXFhUUExIREA8ODQwLCgkIBwYFBAMCAQA="
KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="


def body(receiver: Any, n: int = -1) -> dict[str, Any]:
    return json.loads(receiver.got[n][1])  # type: ignore[no-any-return]


async def test_a_digest_goes_out_on_the_hour_once_with_the_worst_first(desk: Any, receiver: Any, missed: Any) -> None:
    channel = await desk.open(receiver.url)
    await desk.rule(channel, "hourly")
    now = datetime.fromisoformat("2026-03-10T08:10:00Z")
    await desk.hear(missed(50, "completed"), at=now)
    await desk.hear(missed(51), at=now + timedelta(minutes=1))
    hour = datetime.fromisoformat("2026-03-10T09:00:00Z")
    assert await desk.work(hour - timedelta(seconds=1)) == 0
    assert len(await desk.rows("SELECT * FROM waits")) == 2
    await desk.work(hour)
    await desk.work(hour + timedelta(hours=3))
    assert len(receiver.got) == 1
    message = body(receiver)
    assert message["type"] == "alert.digest"
    assert [one["kind"] for one in message["data"]["alerts"]] == ["goal_missed", "goal_completed"]
    assert await desk.rows("SELECT * FROM waits") == []
    [row] = await desk.rows("SELECT type, status, cardinality(alert_ids) AS told FROM deliveries")
    assert row == {"type": "alert.digest", "status": "succeeded", "told": 2}


async def test_quiet_hours_end_in_one_digest_and_a_rule_change_applies_from_then_on(
    desk: Any, receiver: Any, missed: Any
) -> None:
    channel = await desk.open(receiver.url)
    await desk.rule(channel, quiet=QuietHours("22:00", "07:00"))
    night = datetime.fromisoformat("2026-03-10T22:30:00Z")
    await desk.hear(missed(50), missed(51), at=night)
    await desk.rule(channel)
    await desk.hear(missed(52), at=night)
    await desk.work(night)
    assert [body(receiver)["type"]] == ["alert.goal_missed"]
    await desk.work(datetime.fromisoformat("2026-03-11T06:00:00Z"))
    assert len(receiver.got) == 2
    assert len(body(receiver)["data"]["alerts"]) == 2


async def test_a_digest_for_a_channel_that_is_gone_is_dropped(desk: Any, receiver: Any, missed: Any) -> None:
    channel = await desk.open(receiver.url)
    await desk.rule(channel, "daily")
    await desk.hear(missed(50))
    await desk.ask(DeleteChannel(channel=channel))
    await desk.work(desk.began + timedelta(days=2))
    assert len(await said(desk.db, DigestDropped)) == 1
    assert await desk.rows("SELECT * FROM waits") == []
    assert receiver.got == []


async def test_a_webhook_gets_the_public_events_it_asked_for_past_all_rules(desk: Any, receiver: Any) -> None:
    channel = await desk.open(receiver.url)
    await desk.ask(UpdateChannel(channel=channel, event_types=["creator.*"]))
    changed = CreatorUpdated(
        creator=CreatorId(UUID(int=3)),
        project=ProjectId(UUID(int=2)),
        tiktok_handle="ana",
        tracking_mode="selective",
        tracking_start_date=desk.began.date(),
        readme=f"sealed.v1.{UUID(int=3)}.AAAA",
    )
    await desk.hear(changed, id=UUID(int=900))
    await desk.work(clock.now())
    [(headers, raw)] = receiver.got
    message = standardwebhooks.Webhook(SECRET).verify(raw, headers)
    assert message["type"] == "creator.updated"
    event = message["data"]
    assert (event["id"], event["subject"]) == (str(UUID(int=900)), {"type": "creator", "id": str(UUID(int=3))})
    assert event["data"]["tracking_mode"] == "selective"
    assert event["data"]["readme"] is None
    [row] = await desk.rows("SELECT position, type FROM public_events ORDER BY position DESC LIMIT 1")
    assert (event["position"], row["type"]) == (str(row["position"]), "creator.updated")


async def test_positions_rise_and_every_public_event_has_one(desk: Any, receiver: Any, missed: Any) -> None:
    await desk.open(receiver.url)
    await desk.hear(missed(50), missed(51))
    rows = await desk.rows("SELECT position, type FROM public_events ORDER BY position")
    kinds = [row["type"] for row in rows]
    assert kinds == ["org.created", "creator.added", *["goal.period_closed"] * 2, *["alert.raised"] * 2] or sorted(
        kinds
    ) == sorted(["org.created", "creator.added", *["goal.period_closed", "alert.raised"] * 2])
    assert len({row["position"] for row in rows}) == 6
    [head] = await desk.rows("SELECT head FROM public_heads")
    assert head["head"] == rows[-1]["position"]


async def test_a_test_is_sent_once_even_over_a_channel_that_is_off(desk: Any, receiver: Any) -> None:
    channel = await desk.open(receiver.url)
    await desk.ask(UpdateChannel(channel=channel, is_active=False))
    receiver.answers = [(500, {})]
    receiver.body = b"out of order"
    await desk.ask(SendTest(channel=channel, delivery=UUID(int=77)))
    now = clock.now()
    await desk.work(now)
    await desk.work(now + timedelta(days=5))
    assert [body(receiver)["type"]] == ["test.ping"]
    assert body(receiver)["data"] == {"channel_id": str(channel)}
    [row] = await desk.rows("SELECT d.status, a.response FROM deliveries d JOIN attempts a USING (delivery)")
    assert row == {"status": "failed", "response": "out of order"}
    [outcome] = await desk.ask(SendTest(channel=ChannelId(UUID(int=5)), delivery=UUID(int=78)))
    assert outcome.refused is not None
    assert outcome.refused.code == "not_found"


async def test_after_a_rotation_both_secrets_sign_for_a_day(desk: Any, receiver: Any, missed: Any) -> None:
    channel, now = await desk.open(receiver.url), clock.now()
    sealed = seal(KEY, NEW_SECRET.encode(), secret_context(channel))
    await desk.ask(RotateSecret(channel=channel, sealed_secret=sealed, previous_until=now + timedelta(hours=24)))
    await desk.hear(missed(50))
    await desk.work(now)
    [(headers, raw)] = receiver.got
    assert len(headers["webhook-signature"].split()) == 2
    for secret in (SECRET, NEW_SECRET):
        standardwebhooks.Webhook(secret).verify(raw, headers)
    later = now + timedelta(hours=25)
    await desk.hear(missed(51), at=later)
    await desk.work(later)
    assert len(receiver.got[-1][0]["webhook-signature"].split()) == 1


async def test_what_failed_is_sent_again_with_the_same_id_on_a_new_schedule(
    desk: Any, receiver: Any, missed: Any
) -> None:
    channel = await desk.open(receiver.url)
    receiver.answers = [(500, {})]
    await desk.hear(missed(50))
    now = clock.now()
    for _ in range(10):
        await desk.work(now)
        now += timedelta(hours=30)
    assert {row["status"] for row in await desk.rows("SELECT status FROM deliveries")} <= {"failed", "cancelled"}
    [refused] = await desk.ask(Redeliver(channel=channel, start=desk.began, end=desk.began + timedelta(days=1)))
    assert refused.refused is not None
    assert refused.refused.code == "switched_off", "five days without a success switched the channel off"
    await desk.ask(UpdateChannel(channel=channel, is_active=True))
    receiver.answers = [(200, {})]
    [row] = await desk.rows("SELECT delivery, status FROM deliveries")
    desk.began = now
    span = {"start": now - timedelta(days=90), "end": now, "status": row["status"]}
    [outcome] = await desk.ask(Redeliver(channel=channel, **span))
    assert len(outcome.events) == 1
    await desk.work(now)
    [row] = await desk.rows("SELECT status, next_attempt_at FROM deliveries")
    assert row == {"status": "succeeded", "next_attempt_at": None}
    assert len(set(receiver.ids)) == 1
    [health] = await desk.rows("SELECT failing_since, last_success_at FROM channels WHERE kind = 'webhook'")
    assert (health["failing_since"], health["last_success_at"]) == (None, now)


async def test_everything_is_read_up_to_an_instant(desk: Any, receiver: Any, missed: Any) -> None:
    await desk.hear(missed(50))
    for _ in range(2):
        await desk.ask(MarkAllRead(reader=UUID(int=7), before=desk.began))
    assert await desk.rows("SELECT reader, before FROM all_reads") == [{"reader": UUID(int=7), "before": desk.began}]


async def test_a_channel_that_is_switched_off_raises_an_alert(desk: Any, receiver: Any, missed: Any) -> None:
    await desk.open(receiver.url)
    receiver.answers = [(410, {})]
    await desk.hear(missed(50))
    await desk.work(clock.now())
    alert = (await said(desk.db, AlertRaised))[-1]
    assert (alert.kind, alert.severity, alert.entity.label) == ("webhook_disabled", "critical", "Ops")
    assert (alert.payload["reason"], alert.bell) == ("gone", True)


async def test_an_advisory_is_told_of_and_taken_back(desk: Any, advisory: Any) -> None:
    await desk.hear(advisory("raised"), advisory("cleared"), advisory("raised"))
    raised = [alert.kind for alert in await said(desk.db, AlertRaised)]
    assert raised == ["advisory_raised", "advisory_cleared", "advisory_raised"]
    cleared = [alert.kind for alert in await said(desk.db, AlertCleared)]
    assert cleared == ["advisory_raised", "advisory_cleared"]
    bells = await desk.rows("SELECT kind, bell FROM alerts ORDER BY kind, created_at")
    assert {row["bell"] for row in bells if row["kind"] == "advisory_cleared"} == {False}


async def test_deliveries_of_more_than_thirty_days_are_forgotten_as_a_fact(
    desk: Any, receiver: Any, missed: Any
) -> None:
    await desk.open(receiver.url)
    await desk.hear(missed(50))
    await desk.work(clock.now())
    later = desk.began + timedelta(days=32)
    await desk.hear(missed(51), at=later)
    await desk.work(later)
    tidy = due.schedule("tidy", "public_events", OrgId(UUID(int=0)), later)
    await apply(desk.db, desk.service, [tidy], later)
    await desk.work(later + timedelta(minutes=1))
    assert len(await desk.rows("SELECT * FROM deliveries")) == 1
    assert len(await desk.rows("SELECT * FROM attempts")) == 1


@pytest.mark.parametrize("change", ["delete", "switch off"])
async def test_what_waits_for_a_channel_that_goes_is_cancelled(
    desk: Any, receiver: Any, missed: Any, change: str
) -> None:
    channel = await desk.open(receiver.url)
    receiver.answers = [(500, {})]
    await desk.hear(missed(50))
    await desk.work(clock.now())
    gone = DeleteChannel(channel=channel) if change == "delete" else UpdateChannel(channel=channel, is_active=False)
    await desk.ask(gone)
    await desk.work(clock.now())
    assert [row["status"] for row in await desk.rows("SELECT status FROM deliveries")] == ["cancelled"]
    assert len(receiver.got) == 1


async def test_a_new_org_rings_its_bell_by_a_rule_that_can_be_changed(desk: Any) -> None:
    [row] = await desk.rows("SELECT name, channels, kinds, digest FROM rules")
    bell = built_in(UUID(int=1)).channel  # type: ignore[arg-type]
    assert row == {"name": "Everything in the app", "channels": [bell], "kinds": None, "digest": "immediate"}
