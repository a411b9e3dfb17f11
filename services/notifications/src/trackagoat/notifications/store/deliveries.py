"""Deliveries and their attempts, the alerts that wait for a digest, and what a courier needs."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec

from trackagoat.events.catalogue.notifications import ChannelKind, DeliveryStatus
from trackagoat.events.catalogue.words import AlertId, ChannelId, OrgId
from trackagoat.events.effects import Write
from trackagoat.events.sql import Db, read, write


@write(
    """
    INSERT INTO deliveries (org, delivery, channel, type, message_id, alert_ids, event, status, next_attempt_at,
        created_at, queued_at, as_of)
    SELECT org, delivery, channel, type, message,
        ARRAY(SELECT a::uuid FROM jsonb_array_elements_text(alerts::jsonb) a), event, 'pending', at, at, at, at
    FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::uuid[], $8::timestamptz[])
        AS t(org, delivery, channel, type, message, alerts, event, at)
    ON CONFLICT (delivery) DO NOTHING
    """,
    key=("delivery",),
)
def queue(
    org: OrgId,
    delivery: UUID,
    channel: ChannelId,
    type: str,
    message_id: str,
    alerts: str | None,
    event: UUID | None,
    at: datetime,
) -> Write: ...


@write(
    """
    INSERT INTO attempts (org, delivery, channel, at, duration_ms, http_status, error, response)
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::timestamptz[], $5::int[], $6::int[], $7::text[],
        $8::text[])
    ON CONFLICT DO NOTHING
    """,
    key=("delivery", "at"),
)
def add_attempt(
    org: OrgId,
    delivery: UUID,
    channel: ChannelId,
    at: datetime,
    duration_ms: int,
    http_status: int | None,
    error: str | None,
    response: str | None,
) -> Write: ...


@write(
    """
    UPDATE deliveries d SET status = t.status, next_attempt_at = t.next_attempt_at, as_of = t.at,
        queued_at = CASE WHEN t.anew THEN t.at ELSE d.queued_at END
    FROM unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::timestamptz[], $5::boolean[])
        AS t(delivery, status, next_attempt_at, at, anew)
    WHERE d.delivery = t.delivery AND d.as_of <= t.at
    """
)
def stands(delivery: UUID, status: DeliveryStatus, next_attempt_at: datetime | None, at: datetime, anew: bool) -> Write:
    """What the delivery is since `at`; what is known of a later instant stays."""
    ...


@write(
    """
    INSERT INTO channel_health AS h (org, channel, last_success_at)
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[])
    ON CONFLICT (channel) DO UPDATE SET last_success_at = greatest(h.last_success_at, excluded.last_success_at)
    """,
    key=("channel",),
)
def channel_succeeded(org: OrgId, channel: ChannelId, at: datetime) -> Write: ...


@write(
    """
    INSERT INTO waits (org, channel, alert, until)
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::timestamptz[])
    ON CONFLICT DO NOTHING
    """,
    key=("channel", "alert"),
)
def wait(org: OrgId, channel: ChannelId, alert: AlertId, until: datetime) -> Write: ...


@write(
    """
    DELETE FROM waits w USING unnest($1::uuid[], $2::uuid[]) AS t(channel, alert)
    WHERE w.channel = t.channel AND w.alert = t.alert
    """,
    key=("channel", "alert"),
)
def waited(channel: ChannelId, alert: AlertId) -> Write: ...


@read("SELECT alert FROM waits WHERE channel = $1 AND until <= $2 ORDER BY alert LIMIT $3")
async def waiting(db: Db, channel: ChannelId, now: datetime, most: int) -> list[AlertId]:
    """What the digest of a channel is to tell."""
    ...


@write(
    """
    WITH old AS (
        DELETE FROM deliveries d USING unnest($1::uuid[], $2::timestamptz[]) AS t(org, before)
        WHERE d.org = t.org AND d.created_at < t.before RETURNING d.delivery
    )
    DELETE FROM attempts USING old WHERE attempts.delivery = old.delivery
    """
)
def prune(org: OrgId, before: datetime) -> Write: ...


@read("SELECT DISTINCT org FROM deliveries WHERE created_at < $1 AND status <> 'pending'")
async def with_old(db: Db, before: datetime) -> list[OrgId]:
    """The orgs that have deliveries from before then."""
    ...


@write(
    """
    UPDATE due SET due_at = t.at, fence = due.fence + 1, holder = NULL, lease_until = NULL
    FROM unnest($1::uuid[], $2::timestamptz[]) AS t(channel, at)
    JOIN deliveries d ON d.channel = t.channel AND d.status = 'pending'
    WHERE due.kind = 'delivery' AND due.key = d.delivery::text
    """
)
def hurry(channel: ChannelId, at: datetime) -> Write:
    """Look at everything that waits for the channel now: it is to be cancelled."""
    ...


class Order(msgspec.Struct, frozen=True):
    """A delivery about to be attempted, and its channel as it is now (None: gone)."""

    org: OrgId
    delivery: UUID
    message_id: str
    type: str
    alert_ids: list[AlertId]
    event: UUID | None
    created_at: datetime
    first_attempt_at: datetime | None
    channel: ChannelId
    kind: ChannelKind | None
    name: str | None
    url: str | None
    sealed_config: str | None
    left_by: list[UUID] | None
    is_active: bool | None
    failing_since: datetime | None
    sealed_secret: str | None
    previous_secret: str | None
    previous_until: datetime | None


@read(
    """
    SELECT d.org, d.delivery, d.message_id, d.type, d.alert_ids, d.event, d.created_at,
        (SELECT min(a.at) FROM attempts a WHERE a.delivery = d.delivery AND a.at >= d.queued_at) AS first_attempt_at,
        d.channel, c.kind, c.name, c.url, c.sealed_config, c.left_by, c.is_active, c.failing_since,
        s.sealed_secret, s.previous_secret, s.previous_until
    FROM deliveries d
    LEFT JOIN channels c ON c.channel = d.channel
    LEFT JOIN channel_secrets s ON s.channel = d.channel
    WHERE d.delivery = $1 AND d.status = 'pending'
    """
)
async def order(db: Db, delivery: UUID) -> Order | None:
    """None when it is settled already."""
    ...


@read("SELECT channel FROM deliveries WHERE org = $1 AND delivery = $2")
async def channel_of(db: Db, org: OrgId, delivery: UUID) -> ChannelId | None: ...


@read(
    """
    SELECT delivery FROM deliveries
    WHERE org = $1 AND channel = $2 AND created_at >= $3 AND created_at < $4 AND status = $5 AND status <> 'pending'
    ORDER BY created_at, delivery LIMIT $6
    """
)
async def made_between(
    db: Db, org: OrgId, channel: UUID, start: datetime, end: datetime, status: DeliveryStatus, most: int
) -> list[UUID]: ...
