"""Channels as they are set up, their secrets, and the rules that lead to them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec

from trackagoat.events.catalogue.notifications import QuietHours
from trackagoat.events.catalogue.words import ChannelId, Json, OrgId
from trackagoat.events.effects import Write
from trackagoat.events.sql import Db, read, write
from trackagoat.notifications.domain.routing import Rule, Way


@write(
    """
    INSERT INTO channel_settings (org, channel, kind, name, url, sealed_config, event_types, is_active, created_at,
        updated_at, active_since)
    SELECT org, channel, kind, name, url, sealed_config,
        ARRAY(SELECT jsonb_array_elements_text(event_types::jsonb)), true, at, at, at
    FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::timestamptz[])
        AS t(org, channel, kind, name, url, sealed_config, event_types, at)
    """,
    key=("channel",),
)
def add_channel(
    org: OrgId,
    channel: ChannelId,
    kind: str,
    name: str,
    url: str | None,
    sealed_config: str | None,
    event_types: str | None,
    at: datetime,
) -> Write: ...


@write(
    """
    UPDATE channel_settings c SET name = t.name, url = t.url, sealed_config = t.sealed_config,
        event_types = ARRAY(SELECT jsonb_array_elements_text(t.event_types::jsonb)), is_active = t.is_active,
        disabled_reason = CASE WHEN t.is_active THEN NULL ELSE coalesce(c.disabled_reason, 'switched_off') END,
        active_since = CASE WHEN t.is_active AND NOT c.is_active THEN t.at ELSE c.active_since END, updated_at = t.at
    FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::boolean[], $7::timestamptz[])
        AS t(channel, name, url, sealed_config, event_types, is_active, at)
    WHERE c.channel = t.channel
    """
)
def update_channel(
    channel: ChannelId,
    name: str,
    url: str | None,
    sealed_config: str | None,
    event_types: str | None,
    is_active: bool,
    at: datetime,
) -> Write: ...


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
    UPDATE channel_secrets s SET previous_secret = s.sealed_secret, previous_until = t.until,
        sealed_secret = t.sealed_secret
    FROM unnest($1::uuid[], $2::text[], $3::timestamptz[]) AS t(channel, sealed_secret, until)
    WHERE s.channel = t.channel
    """
)
def rotate_secret(channel: ChannelId, sealed_secret: str, previous_until: datetime) -> Write: ...


@write(
    """
    UPDATE channel_settings SET is_active = false, disabled_reason = t.reason, updated_at = t.at
    FROM unnest($1::uuid[], $2::text[], $3::timestamptz[]) AS t(channel, reason, at)
    WHERE channel_settings.channel = t.channel
    """
)
def disable_channel(channel: ChannelId, reason: str, at: datetime) -> Write: ...


@write(
    """
    UPDATE channel_settings c SET left_by = array_append(array_remove(c.left_by, t.reader), t.reader)
    FROM unnest($1::uuid[], $2::uuid[]) AS t(channel, reader) WHERE c.channel = t.channel
    """,
    key=("channel",),
)
def leave_channel(channel: ChannelId, reader: UUID) -> Write:
    """Its letters no longer go there."""
    ...


@write("DELETE FROM channel_settings c USING unnest($1::uuid[]) AS t(channel) WHERE c.channel = t.channel")
def remove_channel(channel: ChannelId) -> Write: ...


@write("DELETE FROM channel_secrets c USING unnest($1::uuid[]) AS t(channel) WHERE c.channel = t.channel")
def remove_secret(channel: ChannelId) -> Write: ...


@read("SELECT channel FROM channel_settings WHERE org = $1 ORDER BY channel")
async def channels(db: Db, org: OrgId) -> list[ChannelId]: ...


@read("SELECT channel, kind FROM channel_settings WHERE org = $1 AND is_active ORDER BY channel")
async def ways(db: Db, org: OrgId) -> list[Way]: ...


class Standing(msgspec.Struct, frozen=True):
    """Whether a channel is there, and on."""

    channel: ChannelId
    name: str
    is_active: bool


@read("SELECT channel, name, is_active FROM channel_settings WHERE org = $1 AND channel = $2")
async def standing(db: Db, org: OrgId, channel: UUID) -> Standing | None: ...


class Subscription(msgspec.Struct, frozen=True):
    """The types of public events a webhook asked for."""

    channel: ChannelId
    event_types: list[str]


@read(
    """
    SELECT channel, event_types FROM channel_settings WHERE org = $1 AND event_types <> '{}' AND is_active
    ORDER BY channel
    """
)
async def subscriptions(db: Db, org: OrgId) -> list[Subscription]: ...


@write(
    """
    INSERT INTO rules AS r (org, rule, name, projects, kinds, min_severity, channels, digest, quiet_hours, is_active,
        created_at, updated_at)
    SELECT org, rule, name,
        CASE WHEN projects IS NOT NULL THEN ARRAY(SELECT p::uuid FROM jsonb_array_elements_text(projects::jsonb) p) END,
        CASE WHEN kinds IS NOT NULL THEN ARRAY(SELECT jsonb_array_elements_text(kinds::jsonb)) END,
        min_severity, ARRAY(SELECT c::uuid FROM jsonb_array_elements_text(channels::jsonb) c), digest,
        quiet_hours, is_active, at, at
    FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
        $9::jsonb[], $10::boolean[], $11::timestamptz[])
        AS t(org, rule, name, projects, kinds, min_severity, channels, digest, quiet_hours, is_active, at)
    ON CONFLICT (rule) DO UPDATE SET name = excluded.name, projects = excluded.projects, kinds = excluded.kinds,
        min_severity = excluded.min_severity, channels = excluded.channels, digest = excluded.digest,
        quiet_hours = excluded.quiet_hours, is_active = excluded.is_active, updated_at = excluded.updated_at
    """,
    key=("rule",),
)
def set_rule(
    org: OrgId,
    rule: UUID,
    name: str,
    projects: str | None,
    kinds: str | None,
    min_severity: str,
    channels: str | None,
    digest: str,
    quiet_hours: dict[str, Json] | None,
    is_active: bool,
    at: datetime,
) -> Write: ...


@write("DELETE FROM rules r USING unnest($1::uuid[]) AS t(rule) WHERE r.rule = t.rule")
def remove_rule(rule: UUID) -> Write: ...


class RuleRow(msgspec.Struct, frozen=True):
    """A rule that is on."""

    projects: list[UUID] | None
    kinds: list[str] | None
    min_severity: str
    channels: list[UUID]
    digest: str
    quiet_hours: dict[str, Json] | None


@read(
    """
    SELECT projects, kinds, min_severity, channels, digest, quiet_hours FROM rules WHERE org = $1 AND is_active
    ORDER BY rule
    """
)
async def rule_rows(db: Db, org: OrgId) -> list[RuleRow]: ...


async def rules(db: Db, org: OrgId) -> list[Rule]:
    """The rules of the org that are on."""
    return [
        msgspec.convert(
            msgspec.structs.asdict(row)
            | {"quiet_hours": None if row.quiet_hours is None else msgspec.convert(row.quiet_hours, QuietHours)},
            Rule,
        )
        for row in await rule_rows(db, org)
    ]
