"""Notifications' tables: alerts and who has read them, channels, deliveries, and what was heard from others."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec

from trackagoat.events.catalogue.notifications import AlertKind
from trackagoat.events.catalogue.words import AlertId, ChannelId, CreatorId, Json, OrgId, ProjectId
from trackagoat.events.effects import Write
from trackagoat.events.sql import Db, read, write
from trackagoat.notifications.domain.deliveries import Attempt, Status

# -- heard from others ----------------------------------------------------------------------------------


@write(
    """
    INSERT INTO zones (org, timezone) SELECT * FROM unnest($1::uuid[], $2::text[])
    ON CONFLICT (org) DO UPDATE SET timezone = excluded.timezone
    """
)
def set_zone(org: OrgId, timezone: str) -> Write: ...


@write(
    """
    INSERT INTO handles (org, creator, handle) SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[])
    ON CONFLICT (creator) DO UPDATE SET handle = excluded.handle
    """,
    key=("creator",),
)
def set_handle(org: OrgId, creator: CreatorId, handle: str) -> Write: ...


# -- alerts ---------------------------------------------------------------------------------------------


class Context(msgspec.Struct, frozen=True):
    """What an alert about a creator needs beside the figures."""

    handle: str | None
    timezone: str | None
    channels: list[ChannelId]


@read(
    """
    SELECT (SELECT handle FROM handles WHERE creator = $2 AND org = $1) AS handle,
        (SELECT timezone FROM zones WHERE org = $1) AS timezone,
        ARRAY(
            SELECT channel FROM channel_settings
            WHERE org = $1 AND kind <> 'in_app' AND is_active ORDER BY channel
        ) AS channels
    """
)
async def context(db: Db, org: OrgId, creator: CreatorId) -> Context | None: ...


@read("SELECT EXISTS (SELECT FROM alerts WHERE org = $1 AND alert = $2)")
async def is_alert(db: Db, org: OrgId, alert: AlertId) -> bool: ...


@write(
    """
    INSERT INTO alerts (org, alert, kind, severity, project, entity_type, entity_id, entity_label, title, body, payload,
        created_at)
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::uuid[], $6::text[], $7::uuid[], $8::text[],
        $9::text[], $10::text[], $11::jsonb[], $12::timestamptz[])
    """,
    key=("alert",),
)
def add_alert(
    org: OrgId,
    alert: AlertId,
    kind: str,
    severity: str,
    project: ProjectId | None,
    entity_type: str,
    entity_id: UUID,
    entity_label: str | None,
    title: str,
    body: str,
    payload: dict[str, Json],
    at: datetime,
) -> Write: ...


@write(
    """
    UPDATE alerts SET cleared_at = t.at
    FROM unnest($1::uuid[], $2::timestamptz[]) AS t(alert, at) WHERE alerts.alert = t.alert
    """
)
def clear_alert(alert: AlertId, at: datetime) -> Write: ...


@write(
    """
    INSERT INTO reads (org, reader, alert, read_at)
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::timestamptz[])
    """,
    key=("reader", "alert"),
)
def add_read(org: OrgId, reader: UUID, alert: AlertId, at: datetime) -> Write: ...


# -- channels -------------------------------------------------------------------------------------------


@write(
    """
    INSERT INTO channel_settings (org, channel, kind, name, url, is_active, created_at, updated_at)
    SELECT org, channel, kind, name, url, true, at, at
    FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::timestamptz[])
        AS t(org, channel, kind, name, url, at)
    """,
    key=("channel",),
)
def add_channel(org: OrgId, channel: ChannelId, kind: str, name: str, url: str | None, at: datetime) -> Write: ...


@write(
    """
    INSERT INTO channel_secrets (org, channel, sealed_secret)
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[])
    """,
    key=("channel",),
)
def add_secret(org: OrgId, channel: ChannelId, sealed_secret: str) -> Write: ...


@write(
    """
    UPDATE channel_settings SET is_active = false, disabled_reason = t.reason, updated_at = t.at
    FROM unnest($1::uuid[], $2::text[], $3::timestamptz[]) AS t(channel, reason, at)
    WHERE channel_settings.channel = t.channel
    """
)
def disable_channel(channel: ChannelId, reason: str, at: datetime) -> Write: ...


@write("DELETE FROM channel_settings c USING unnest($1::uuid[]) AS t(channel) WHERE c.channel = t.channel")
def remove_channel(channel: ChannelId) -> Write: ...


@write("DELETE FROM channel_secrets c USING unnest($1::uuid[]) AS t(channel) WHERE c.channel = t.channel")
def remove_secret(channel: ChannelId) -> Write: ...


@write("DELETE FROM channel_health c USING unnest($1::uuid[]) AS t(channel) WHERE c.channel = t.channel")
def remove_health(channel: ChannelId) -> Write: ...


@write(
    """
    INSERT INTO channel_health (org, channel, last_success_at)
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[])
    ON CONFLICT (channel) DO UPDATE SET last_success_at = excluded.last_success_at, failing_since = NULL
    """,
    key=("channel",),
)
def channel_succeeded(org: OrgId, channel: ChannelId, at: datetime) -> Write: ...


@write(
    """
    INSERT INTO channel_health AS h (org, channel, failing_since)
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[])
    ON CONFLICT (channel) DO UPDATE SET failing_since = coalesce(h.failing_since, excluded.failing_since)
    """,
    key=("channel",),
)
def channel_failed(org: OrgId, channel: ChannelId, at: datetime) -> Write: ...


# -- deliveries -----------------------------------------------------------------------------------------


@write(
    """
    INSERT INTO deliveries (org, delivery, channel, type, message_id, alert_ids, status, next_attempt_at, created_at)
    SELECT org, delivery, channel, type, message_id, ARRAY[alert], 'pending', at, at
    FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::uuid[], $7::timestamptz[])
        AS t(org, delivery, channel, type, message_id, alert, at)
    ON CONFLICT (delivery) DO NOTHING
    """,
    key=("delivery",),
)
def plan_delivery(
    org: OrgId, delivery: UUID, channel: ChannelId, type: str, message_id: str, alert: AlertId, at: datetime
) -> Write: ...


@write(
    """
    UPDATE deliveries d SET attempts = d.attempts || t.attempt,
        status = CASE d.status WHEN 'pending' THEN t.status ELSE d.status END,
        next_attempt_at = CASE d.status WHEN 'pending' THEN t.next_attempt_at END
    FROM unnest($1::uuid[], $2::text[], $3::jsonb[], $4::timestamptz[]) AS t(delivery, status, attempt, next_attempt_at)
    WHERE d.delivery = t.delivery
    """
)
def record_attempt(delivery: UUID, status: Status, attempt: Attempt, next_attempt_at: datetime | None) -> Write:
    """What was cancelled meanwhile stays so."""


@write(
    """
    WITH cancelled AS (
        UPDATE deliveries d SET status = 'cancelled', next_attempt_at = NULL
        FROM unnest($1::uuid[]) AS t(channel) WHERE d.channel = t.channel AND d.status = 'pending'
        RETURNING d.delivery
    )
    DELETE FROM due USING cancelled WHERE due.kind = 'delivery' AND due.key = cancelled.delivery::text
    """
)
def cancel_deliveries(channel: ChannelId) -> Write: ...


class Order(msgspec.Struct, frozen=True):
    """A delivery about to be attempted, with all it takes."""

    org: OrgId
    delivery: UUID
    message_id: str
    attempts: list[dict[str, Json]]
    channel: ChannelId
    url: str
    sealed_secret: str
    failing_since: datetime | None
    alert: AlertId
    alert_kind: AlertKind
    severity: str
    title: str
    body: str
    project: ProjectId | None
    entity_type: str
    entity_id: UUID
    entity_label: str | None
    payload: dict[str, Json]
    created_at: datetime


@read(
    """
    SELECT d.org, d.delivery, d.message_id, d.attempts, c.channel, c.url, s.sealed_secret, c.failing_since, a.alert,
        a.kind AS alert_kind, a.severity, a.title, a.body, a.project, a.entity_type, a.entity_id, a.entity_label,
        a.payload, a.created_at
    FROM deliveries d
    JOIN alerts a ON a.alert = d.alert_ids[1]
    JOIN channels c ON c.channel = d.channel AND c.is_active
    JOIN channel_secrets s ON s.channel = c.channel
    WHERE d.delivery = $1 AND d.status = 'pending'
    """
)
async def order(db: Db, delivery: UUID) -> Order | None:
    """None when it is settled already, or its channel is gone or disabled."""
