"""What is told, and where to."""

from __future__ import annotations

import base64

import msgspec

from trackagoat.events.catalogue.notifications import QuietHours
from trackagoat.gateway.resources.channels import (
    Attempt,
    Channel,
    ChannelConfig,
    Delivery,
    NewChannel,
    Rotated,
    Rule,
    Tested,
)
from trackagoat.gateway.resources.events import Doer, Event, Subject
from trackagoat.gateway.resources.notifications import Alert, Entity, Notification
from trackagoat.gateway.routes.examples.words import AT, LATER, id_of

ALERT = Alert(
    id=id_of(8),
    alert_id=id_of(8),
    kind="goal_at_risk",
    severity="warning",
    title="@ana is at risk",
    body="8 of 15 posts this week.",
    project_id=id_of(2),
    entity=Entity(type="goal", id=id_of(7), label="@ana"),
    data={"goal_id": str(id_of(7)), "actual": 8, "target": 15},
    link=f"http://127.0.0.1:8080/api/v1/goals/{id_of(7)}",
    created_at=AT,
    cleared_at=None,
)
NOTIFICATION = Notification(
    **{name: value for name, value in msgspec.structs.asdict(ALERT).items() if name != "cleared_at"}, read_at=None
)
CHANNEL = Channel(
    id=id_of(9),
    kind="webhook",
    name="Ops",
    config=ChannelConfig(url="https://hooks.example.com/tiktok", event_types=[]),
    is_active=True,
    disabled_reason=None,
    last_success_at=None,
    failing_since=None,
    created_at=AT,
    updated_at=AT,
)
_SECRET = f"whsec_{base64.b64encode(bytes(range(32))).decode()}"
NEW_CHANNEL = NewChannel(**msgspec.structs.asdict(CHANNEL), secret=_SECRET)
ROTATED = Rotated(_SECRET, LATER)
TESTED = Tested(ok=True, http_status=204, duration_ms=87, error=None)
RULE = Rule(
    id=id_of(12),
    name="Goals to Ops",
    project_ids=None,
    kinds=["goal_at_risk", "goal_missed"],
    min_severity="warning",
    channel_ids=[id_of(9)],
    digest="immediate",
    quiet_hours=QuietHours("22:00", "07:00", "Europe/Berlin"),
    is_active=True,
    created_at=AT,
    updated_at=AT,
)
DELIVERY = Delivery(
    id=id_of(13),
    channel_id=id_of(9),
    type="alert.goal_at_risk",
    message_id=f"msg_{id_of(13).hex}",
    alert_ids=[id_of(8)],
    event_id=None,
    status="succeeded",
    attempts=[Attempt(at=AT, http_status=204, duration_ms=87, error=None, response=None)],
    next_attempt_at=None,
    created_at=AT,
)
EVENT = Event(
    position="1773129600000001",
    id=id_of(14),
    type="creator.added",
    occurred_at=AT,
    recorded_at=AT,
    org_id=id_of(1),
    project_id=id_of(2),
    subject=Subject("creator", id_of(3)),
    actor=Doer("api_key", id_of(10)),
    request_id=None,
    data={"tiktok_handle": "ana", "tracking_mode": "auto"},
)
