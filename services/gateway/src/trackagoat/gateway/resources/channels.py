"""Channels, rules and deliveries as the API shows them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar
from urllib.parse import urlsplit
from uuid import UUID

import msgspec
from cryptography.exceptions import InvalidTag

from trackagoat.events.catalogue.notifications import (
    AlertKind,
    ChannelKind,
    DeliveryStatus,
    Digest,
    QuietHours,
    config_context,
)
from trackagoat.events.catalogue.words import ChannelId, Severity
from trackagoat.events.seal import unseal
from trackagoat.gateway.edge.answers import Resource
from trackagoat.gateway.reads.notifications.channels import AttemptRow, ChannelRow, DeliveryRow, RuleRow
from trackagoat.gateway.resources.fields import Instant, instant, shown


class ChannelConfig(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where a channel leads: a webhook's `url` and `event_types`, an e-mail channel's `to`, a masked `webhook_url`."""

    url: str | None = None
    event_types: list[str] | None = None
    to: list[str] | None = None
    webhook_url: str | None = None


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
    """A channel just made: a webhook's `secret` is shown this once."""

    secret: str | None


class Rotated(msgspec.Struct, frozen=True):
    """A new signing secret, shown this once; the one before signs beside it until then."""

    secret: str | None
    previous_valid_until: Instant


class Tested(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a test."""

    ok: bool
    http_status: int | None
    duration_ms: int
    error: str | None


class Rule(Resource, frozen=True, kw_only=True):
    """Which alerts go to which channels, and when. Null lists mean all."""

    id: UUID
    name: str
    project_ids: list[UUID] | None
    kinds: list[AlertKind] | None
    min_severity: Severity
    channel_ids: list[UUID]
    digest: Digest
    quiet_hours: QuietHours | None
    is_active: bool
    created_at: Instant
    updated_at: Instant


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """One try at a delivery; `response` is how the answer began."""

    at: Instant
    http_status: int | None
    duration_ms: int
    error: str | None
    response: str | None


class Delivery(Resource, frozen=True, kw_only=True):
    """One message to one channel, and what became of it."""

    derived: ClassVar[frozenset[str]] = frozenset({"attempts", "status", "next_attempt_at"})

    id: UUID
    channel_id: UUID
    type: str
    message_id: str
    alert_ids: list[UUID]
    event_id: UUID | None
    status: DeliveryStatus
    attempts: list[Attempt]
    next_attempt_at: Instant | None
    created_at: Instant


class Queued(msgspec.Struct, frozen=True):
    """How many deliveries are sent again."""

    queued: int


def channel(row: ChannelRow, key: str) -> Channel:
    """A channel without its secret; `key` opens e-mail addresses."""
    return shown(Channel, row, id=row.channel, config=_config(row, key))


def new_channel(row: ChannelRow, key: str, secret: str | None) -> NewChannel:
    """A channel just made."""
    return shown(NewChannel, row, id=row.channel, config=_config(row, key), secret=secret)


def _config(row: ChannelRow, key: str) -> ChannelConfig:
    """The configuration; a password within a URL, and all of Slack's URL that opens anything, is masked."""
    match row.kind:
        case "webhook":
            return ChannelConfig(url=_without_password(row.url or ""), event_types=row.event_types)
        case "email":
            return ChannelConfig(to=msgspec.json.decode(_opened(row, key) or b"[]", type=list[str]))
        case "slack":
            parts = urlsplit((_opened(row, key) or b"").decode())
            return ChannelConfig(webhook_url=f"{parts.scheme}://{parts.hostname}/***" if parts.hostname else "***")
        case _:
            return ChannelConfig()


def _opened(row: ChannelRow, key: str) -> bytes | None:
    try:
        return unseal(key, row.sealed_config or "", config_context(ChannelId(row.channel)))
    except (InvalidTag, ValueError):
        return None


def _without_password(url: str) -> str:
    parts = urlsplit(url)
    if parts.password is None:
        return url
    return parts._replace(netloc=f"{parts.username}:***@{parts.netloc.rpartition('@')[2]}").geturl()


def rule(row: RuleRow) -> Rule:
    """A rule of the org."""
    quiet = None if row.quiet_hours is None else msgspec.convert(row.quiet_hours, QuietHours)
    return shown(Rule, row, id=row.rule, quiet_hours=quiet)


def delivery(row: DeliveryRow, attempts: Sequence[AttemptRow]) -> Delivery:
    """A delivery with its own among these attempts."""
    made = [
        Attempt(
            at=instant(one.at),
            http_status=one.http_status,
            duration_ms=one.duration_ms,
            error=one.error,
            response=one.response,
        )
        for one in attempts
        if one.delivery == row.delivery
    ]
    return shown(Delivery, row, id=row.delivery, channel_id=row.channel, event_id=row.event, attempts=made)
