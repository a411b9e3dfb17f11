"""Channels, the rules that lead to them, and what was sent over them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from trackagoat.events.catalogue.words import OrgId
from trackagoat.events.sql import Db, read
from trackagoat.gateway.reads.keyset import newest


class ChannelRow(msgspec.Struct, frozen=True):
    """A way to tell people or programs, without its secret. `sealed_config` is where it leads, when that is secret."""

    channel: UUID
    kind: str
    name: str
    url: str | None
    sealed_config: str | None
    event_types: list[str]
    is_active: bool
    disabled_reason: str | None
    last_success_at: datetime | None
    failing_since: datetime | None
    created_at: datetime
    updated_at: datetime


_CHANNEL = """
    SELECT channel, kind, name, url, sealed_config, event_types, is_active, disabled_reason, last_success_at,
        failing_since, created_at, updated_at
    FROM notifications.channels WHERE org = $1
"""


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


class RuleRow(msgspec.Struct, frozen=True):
    """Which alerts go where."""

    rule: UUID
    name: str
    project_ids: list[UUID] | None
    kinds: list[str] | None
    min_severity: str
    channel_ids: list[UUID]
    digest: str
    quiet_hours: dict[str, Any] | None
    is_active: bool
    created_at: datetime
    updated_at: datetime


_RULE = """
    SELECT r.rule, r.name, r.projects AS project_ids, r.kinds, r.min_severity,
        ARRAY(
            SELECT c.channel FROM unnest(r.channels) WITH ORDINALITY AS wanted(channel, nth)
            JOIN notifications.channels c USING (channel) ORDER BY nth
        ) AS channel_ids, r.digest, r.quiet_hours, r.is_active, r.created_at, r.updated_at
    FROM notifications.rules r WHERE r.org = $1
"""


@read(_RULE + "AND r.rule = $2")
async def rule(db: Db, org: OrgId, rule: UUID) -> RuleRow | None:
    """One rule; channels that are gone are left out."""
    ...


@read(_RULE + newest("r.created_at", "r.rule", 2))
async def rules(db: Db, org: OrgId, at: datetime | None, after: UUID | None, limit: int) -> list[RuleRow]:
    """Rules, newest first."""
    ...


class DeliveryRow(msgspec.Struct, frozen=True):
    """One message to one channel."""

    delivery: UUID
    channel: UUID
    type: str
    message_id: str
    alert_ids: list[UUID]
    event: UUID | None
    status: str
    next_attempt_at: datetime | None
    created_at: datetime


_DELIVERY = """
    SELECT delivery, channel, type, message_id, alert_ids, event, status, next_attempt_at, created_at
    FROM notifications.deliveries WHERE org = $1
"""


@read(_DELIVERY + "AND delivery = $2")
async def delivery(db: Db, org: OrgId, delivery: UUID) -> DeliveryRow | None:
    """One delivery."""
    ...


@read(
    _DELIVERY
    + """
    AND ($2::uuid IS NULL OR channel = $2)
    AND ($3::text IS NULL OR status = $3)
    AND ($4::timestamptz IS NULL OR created_at >= $4)
    AND ($5::timestamptz IS NULL OR created_at < $5)
    """
    + newest("created_at", "delivery", 6)
)
async def deliveries(
    db: Db,
    org: OrgId,
    channel: UUID | None,
    status: str | None,
    start: datetime | None,
    end: datetime | None,
    at: datetime | None,
    after: UUID | None,
    limit: int,
) -> list[DeliveryRow]:
    """Deliveries, newest first."""
    ...


class AttemptRow(msgspec.Struct, frozen=True):
    """One try at a delivery."""

    delivery: UUID
    at: datetime
    duration_ms: int
    http_status: int | None
    error: str | None
    response: str | None


@read(
    """
    SELECT delivery, at, duration_ms, http_status, error, response FROM notifications.attempts
    WHERE org = $1 AND delivery = ANY($2::uuid[]) ORDER BY at
    """
)
async def attempts(db: Db, org: OrgId, deliveries: Sequence[UUID]) -> list[AttemptRow]:
    """The attempts of these deliveries, the first one first."""
    ...
