"""Alerts, notifications and channels as the API shows them."""

from __future__ import annotations

from typing import Any, ClassVar
from urllib.parse import urlsplit
from uuid import UUID

import msgspec

from trackagoat.events.catalogue.notifications import AlertKind, ChannelKind
from trackagoat.events.catalogue.words import Severity
from trackagoat.gateway.edge.answers import Resource
from trackagoat.gateway.reads.notifications import AlertRow, ChannelRow, NotificationRow
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


class NotificationsMeta(msgspec.Struct, frozen=True, rename="camel"):
    """The next page, and how many notifications are unread."""

    next_cursor: str | None
    unread_count: int


class ChannelConfig(msgspec.Struct, frozen=True, kw_only=True):
    """Where a channel leads; the in-app channel leads nowhere else."""

    url: str | None = None
    event_types: list[str] = []


class Channel(Resource, frozen=True, kw_only=True):
    """A way to tell people or programs. A webhook's secret is shown once, in the answer that made it."""

    derived: ClassVar[frozenset[str]] = frozenset({"last_success_at", "failing_since", "secret"})

    id: UUID
    kind: ChannelKind
    name: str
    config: ChannelConfig
    is_active: bool
    disabled_reason: str | None
    last_success_at: Instant | None
    failing_since: Instant | None
    created_at: Instant
    updated_at: Instant


class NewChannel(Channel, frozen=True, kw_only=True):
    """A channel just made: `secret` is shown this once."""

    secret: str | None


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


def channel(row: ChannelRow) -> Channel:
    """A channel without its secret."""
    return shown(Channel, row, id=row.channel, config=_config(row))


def new_channel(row: ChannelRow, secret: str | None) -> NewChannel:
    """A channel just made."""
    return shown(NewChannel, row, id=row.channel, config=_config(row), secret=secret)


def _config(row: ChannelRow) -> ChannelConfig:
    """The configuration; a password within the URL is masked."""
    if row.url is None:
        return ChannelConfig()
    parts = urlsplit(row.url)
    if parts.password is None:
        return ChannelConfig(url=row.url)
    masked = parts._replace(netloc=f"{parts.username}:***@{parts.netloc.rpartition('@')[2]}")
    return ChannelConfig(url=masked.geturl())
