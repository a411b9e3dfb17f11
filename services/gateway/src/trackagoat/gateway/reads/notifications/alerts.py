"""Alerts, and who has read them."""

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


_ALERT_COLUMNS = """
    a.alert, a.kind, a.severity, a.project, a.entity_type, a.entity_id, a.entity_label, a.title, a.body, a.payload,
    a.created_at, a.cleared_at
"""
_RUNG = """
    (
        SELECT * FROM notifications.alerts o WHERE o.org = $1 AND o.bell AND o.created_at >= $3 AND o.addressee IS NULL
            AND ($4 OR NOT o.for_admins)
        UNION ALL
        SELECT * FROM notifications.alerts m WHERE m.addressee = $2 AND m.bell AND m.created_at >= $3
    ) a
"""
"""What rings for a reader: alerts of the org, and those to that person, whichever org says them."""
_READ_AT = """
    least(r.read_at, (
        SELECT min(m.read_at) FROM notifications.all_reads m
        WHERE m.reader = $2 AND (m.org = $1 OR a.addressee IS NOT NULL) AND m.before >= a.created_at
    ))
"""
_NOTIFICATION = f"""
    SELECT {_ALERT_COLUMNS}, {_READ_AT} AS read_at
    FROM {_RUNG} LEFT JOIN notifications.reads r ON r.alert = a.alert AND r.reader = $2
    WHERE true
"""


@read(
    _NOTIFICATION
    + """
    AND ($6::text IS NULL OR a.kind = $6)
    AND ($7::text IS NULL OR a.severity = $7)
    AND ($8::uuid IS NULL OR a.project = $8)
    """
    + f"AND (NOT $5 OR {_READ_AT} IS NULL)"
    + newest("a.created_at", "a.alert", 9)
)
async def notifications(
    db: Db,
    org: OrgId,
    reader: UUID,
    since: datetime,
    admin: bool,
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


@read(_NOTIFICATION + "AND a.alert = $5")
async def notification(
    db: Db, org: OrgId, reader: UUID, since: datetime, admin: bool, alert: UUID
) -> NotificationRow | None:
    """One notification of a reader."""
    ...


@read(
    f"""
    SELECT count(*) FROM {_RUNG}
    WHERE a.created_at <= $5
        AND NOT EXISTS (SELECT FROM notifications.reads r WHERE r.alert = a.alert AND r.reader = $2)
        AND NOT EXISTS (
            SELECT FROM notifications.all_reads m
            WHERE m.reader = $2 AND (m.org = $1 OR a.addressee IS NOT NULL) AND m.before >= a.created_at
        )
    """
)
async def unread_count(db: Db, org: OrgId, reader: UUID, since: datetime, admin: bool, until: datetime) -> int:
    """How many notifications raised until then a reader has not read."""
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
    AND (a.addressee IS NULL OR a.addressee = $8)
    AND ($9 OR NOT a.for_admins)
    """
    + newest("a.created_at", "a.alert", 10)
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
    reader: UUID,
    admin: bool,
    at: datetime | None,
    after: UUID | None,
    limit: int,
) -> list[AlertRow]:
    """Alerts a reader may know of, newest first: those to somebody else, or to admins alone, are not among them."""
    ...
