"""Alerts, and who has read them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from trackagoat.events.catalogue.notifications import AlertKind
from trackagoat.events.catalogue.words import AlertId, Json, OrgId, ProjectId, Severity
from trackagoat.events.effects import Write
from trackagoat.events.sql import Db, read, write


class AlertRow(msgspec.Struct, frozen=True):
    """An alert as it was raised."""

    alert: AlertId
    kind: AlertKind
    severity: Severity
    project: ProjectId | None
    entity_type: str
    entity_id: UUID
    entity_label: str | None
    title: str
    body: str
    payload: dict[str, Json]
    created_at: datetime


@read(
    """
    SELECT alert, kind, severity, project, entity_type, entity_id, entity_label, title, body, payload, created_at
    FROM alerts WHERE alert = ANY($1::uuid[]) ORDER BY created_at, alert
    """
)
async def alerts(db: Db, ids: Sequence[AlertId]) -> list[AlertRow]:
    """Those of them there are, the oldest first."""
    ...


@read("SELECT EXISTS (SELECT FROM alerts WHERE org = $1 AND alert = $2)")
async def is_alert(db: Db, org: OrgId, alert: AlertId) -> bool: ...


@write(
    """
    INSERT INTO alerts (org, alert, kind, severity, project, entity_type, entity_id, entity_label, title, body, payload,
        created_at, bell, addressee, for_admins)
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::uuid[], $6::text[], $7::uuid[], $8::text[],
        $9::text[], $10::text[], $11::jsonb[], $12::timestamptz[], $13::boolean[], $14::uuid[], $15::boolean[])
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
    bell: bool,
    addressee: UUID | None,
    for_admins: bool,
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


@write(
    """
    INSERT INTO all_reads (org, reader, before, read_at)
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::timestamptz[])
    """,
    key=("reader", "before"),
)
def add_all_read(org: OrgId, reader: UUID, before: datetime, at: datetime) -> Write: ...
