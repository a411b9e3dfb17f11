"""Alerts, and who has read them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from trackagoat.events.catalogue.notifications import AlertKind
from trackagoat.events.catalogue.words import AlertId, CreatorId, Json, OrgId, ProjectId, Severity
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


@read("SELECT EXISTS (SELECT FROM alerts WHERE alert = $2 AND (org = $1 OR addressee = $3))")
async def is_alert(db: Db, org: OrgId, alert: AlertId, reader: UUID) -> bool:
    """Of the org, or to that person whoever says it."""
    ...


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


_FORGET = """
UPDATE alerts a SET entity_label = nullif(regexp_replace(a.entity_label, '^@[^:]*(: )?', ''), ''),
    title = replace(a.title, who.name, 'A creator'), body = replace(a.body, who.name, 'A creator'),
    payload = CASE WHEN a.payload ? 'tiktok_handle' THEN a.payload || '{"tiktok_handle": null}' ELSE a.payload END
FROM alerts o
CROSS JOIN LATERAL (SELECT coalesce(substring(o.entity_label FROM '^@[^:]*'), '')) AS who(name)
"""


@write(
    """
    WITH t AS (
        INSERT INTO erased (org, creator) SELECT * FROM unnest($1::uuid[], $2::uuid[])
        ON CONFLICT (creator) DO UPDATE SET org = excluded.org RETURNING creator
    )
    """
    + _FORGET
    + "JOIN t ON o.payload ->> 'creator_id' = t.creator::text WHERE a.alert = o.alert AND o.payload ? 'creator_id'",
    key=("creator",),
)
def forget_creator(org: OrgId, creator: CreatorId) -> Write:
    """No alert says who the creator was, and none that comes later will."""
    ...


@write(
    _FORGET
    + """
    JOIN unnest($1::uuid[]) AS t(alert) ON o.alert = t.alert
    JOIN erased e ON e.creator::text = o.payload ->> 'creator_id' WHERE a.alert = o.alert
    """
)
def forget_erased(alert: AlertId) -> Write:
    """The alert does not say who it is about, if that creator asked to be forgotten."""
    ...
