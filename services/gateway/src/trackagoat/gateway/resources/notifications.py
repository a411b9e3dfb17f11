"""Alerts and notifications as the API shows them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec

from trackagoat.events.catalogue.notifications import AlertKind
from trackagoat.events.catalogue.words import Severity
from trackagoat.gateway.edge.answers import Resource
from trackagoat.gateway.reads.notifications.alerts import AlertRow, NotificationRow
from trackagoat.gateway.resources.fields import Instant, shown


class Entity(msgspec.Struct, frozen=True, kw_only=True):
    """What an alert is about."""

    type: str
    id: UUID
    label: str | None


class Alert(Resource, frozen=True, kw_only=True):
    """Something worth telling."""

    id: UUID
    alert_id: UUID
    kind: AlertKind
    severity: Severity
    title: str
    body: str
    project_id: UUID | None
    entity: Entity | None
    data: dict[str, Any]
    link: str
    created_at: Instant
    cleared_at: Instant | None


class Notification(Resource, frozen=True, kw_only=True):
    """An alert as its reader has it."""

    id: UUID
    alert_id: UUID
    kind: AlertKind
    severity: Severity
    title: str
    body: str
    project_id: UUID | None
    entity: Entity | None
    data: dict[str, Any]
    link: str
    read_at: Instant | None
    created_at: Instant


class ReadAll(msgspec.Struct, frozen=True):
    """How many notifications were marked read."""

    read: int


class NotificationsMeta(msgspec.Struct, frozen=True, rename="camel"):
    """The next page, and how many notifications are unread."""

    next_cursor: str | None
    unread_count: int


def alert(row: AlertRow, base_url: str) -> Alert:
    """An alert of the org."""
    return shown(Alert, row, **_composed(row, base_url))


def notification(row: NotificationRow, base_url: str) -> Notification:
    """An alert as its reader has it."""
    return shown(Notification, row, **_composed(row, base_url))


def _composed(row: AlertRow, base_url: str) -> dict[str, Any]:
    return {
        "id": row.alert,
        "alert_id": row.alert,
        "project_id": row.project,
        "entity": Entity(type=row.entity_type, id=row.entity_id, label=row.entity_label),
        "data": row.payload,
        "link": f"{base_url.rstrip('/')}/api/v1/{row.entity_type}s/{row.entity_id}",
    }
