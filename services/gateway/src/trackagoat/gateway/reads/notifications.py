"""What notifications publishes: alerts, who has read them, and channels."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from trackagoat.events.catalogue.words import OrgId
from trackagoat.events.sql import Db, read
from trackagoat.gateway.reads.keyset import newest


class AlertRow(msgspec.Struct, frozen=True):
    """Something worth telling."""

    alert: UUID
    kind: str
    severity: str
    project: UUID | None
    entity_type: str
    entity_id: UUID
    entity_label: str | None
    title: str
    body: str
    payload: dict[str, Any]
    created_at: datetime
    cleared_at: datetime | None


class NotificationRow(AlertRow, frozen=True):
    """An alert as one reader has it."""

    read_at: datetime | None


class ChannelRow(msgspec.Struct, frozen=True):
    """A way to tell people or programs, without its secret."""

    channel: UUID
    kind: str
    name: str
    url: str | None
    is_active: bool
    disabled_reason: str | None
    last_success_at: datetime | None
    failing_since: datetime | None
    created_at: datetime
    updated_at: datetime


_ALERT_COLUMNS = """
    a.alert, a.kind, a.severity, a.project, a.entity_type, a.entity_id, a.entity_label, a.title, a.body, a.payload,
    a.created_at, a.cleared_at
"""
_NOTIFICATION = f"""
    SELECT {_ALERT_COLUMNS}, r.read_at
    FROM notifications.alerts a LEFT JOIN notifications.reads r ON r.alert = a.alert AND r.reader = $2
    WHERE a.org = $1 AND a.created_at >= $3
"""
_CHANNEL = """
    SELECT channel, kind, name, url, is_active, disabled_reason, last_success_at, failing_since, created_at, updated_at
    FROM notifications.channels WHERE org = $1
"""


@read(
    _NOTIFICATION
    + """
    AND (NOT $4 OR r.read_at IS NULL)
    AND ($5::text IS NULL OR a.kind = $5)
    AND ($6::text IS NULL OR a.severity = $6)
    AND ($7::uuid IS NULL OR a.project = $7)
    """
    + newest("a.created_at", "a.alert", 8)
)
async def notifications(
    db: Db,
    org: OrgId,
    reader: UUID,
    since: datetime,
    unread: bool,
    kind: str | None,
    severity: str | None,
    project: UUID | None,
    at: datetime | None,
    after: UUID | None,
    limit: int,
) -> list[NotificationRow]:
    """A reader's notifications since then, newest first."""
    ...


@read(_NOTIFICATION + "AND a.alert = $4")
async def notification(db: Db, org: OrgId, reader: UUID, since: datetime, alert: UUID) -> NotificationRow | None:
    """One notification of a reader."""
    ...


@read(
    """
    SELECT count(*) FROM notifications.alerts a
    WHERE a.org = $1 AND a.created_at >= $3
        AND NOT EXISTS (SELECT FROM notifications.reads r WHERE r.alert = a.alert AND r.reader = $2)
    """
)
async def unread_count(db: Db, org: OrgId, reader: UUID, since: datetime) -> int:
    """How many notifications a reader has not read."""
    ...


@read(
    f"""
    SELECT {_ALERT_COLUMNS} FROM notifications.alerts a
    WHERE a.org = $1
    AND ($2::text IS NULL OR a.kind = $2)
    AND ($3::text IS NULL OR a.severity = $3)
    AND ($4::uuid IS NULL OR a.project = $4)
    AND (NOT $5 OR a.cleared_at IS NULL)
    AND ($6::timestamptz IS NULL OR a.created_at >= $6)
    AND ($7::timestamptz IS NULL OR a.created_at < $7)
    """
    + newest("a.created_at", "a.alert", 8)
)
async def alerts(
    db: Db,
    org: OrgId,
    kind: str | None,
    severity: str | None,
    project: UUID | None,
    open: bool,
    start: datetime | None,
    end: datetime | None,
    at: datetime | None,
    after: UUID | None,
    limit: int,
) -> list[AlertRow]:
    """Alerts, newest first."""
    ...


@read(_CHANNEL + "AND channel = $2")
async def channel(db: Db, org: OrgId, channel: UUID) -> ChannelRow | None:
    """One channel."""
    ...


@read(_CHANNEL + "AND ($2::text IS NULL OR kind = $2)" + newest("created_at", "channel", 3))
async def channels(
    db: Db, org: OrgId, kind: str | None, at: datetime | None, after: UUID | None, limit: int
) -> list[ChannelRow]:
    """Channels, newest first."""
    ...
