"""Accounts that let a source read them, as rows; the tokens in them are sealed."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec

from trackagoat.events.catalogue.words import CreatorId, OrgId
from trackagoat.events.effects import Write
from trackagoat.events.sql import Db, read, write

RENEW = "renew_account"
"""The kind of due rows that renew tokens."""


def renewal(org: OrgId, source: str, handle_key: str) -> str:
    """The key of the due row of an account."""
    return f"{org}/{source}/{handle_key}"


@write(
    """
    INSERT INTO source_accounts (org, source, handle_key, tiktok_handle, connection, account, scopes, sealed_tokens,
        expires_at, renewable_until, connected_at)
    SELECT t.org, t.source, t.key, t.handle, t.connection, t.account, split(t.scopes), t.tokens, t.expires, t.until,
        t.at
    FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::uuid[], $6::text[], $7::text[], $8::text[],
        $9::timestamptz[], $10::timestamptz[], $11::timestamptz[])
        AS t(org, source, key, handle, connection, account, scopes, tokens, expires, until, at)
    ON CONFLICT (org, source, handle_key) DO UPDATE SET tiktok_handle = excluded.tiktok_handle,
        connection = excluded.connection, account = excluded.account, scopes = excluded.scopes,
        sealed_tokens = excluded.sealed_tokens, expires_at = excluded.expires_at,
        renewable_until = excluded.renewable_until, connected_at = excluded.connected_at, renewed_at = NULL,
        disconnected_at = NULL, reason = NULL
    """,
    key=("org", "source", "handle_key"),
)
def connect(
    org: OrgId,
    source: str,
    handle_key: str,
    tiktok_handle: str,
    connection: UUID,
    account: str,
    scopes: str,
    sealed_tokens: str,
    expires_at: datetime,
    renewable_until: datetime,
    at: datetime,
) -> Write:
    """A connection, in place of any before; scopes are a line each."""


@write(
    """
    UPDATE source_accounts a SET sealed_tokens = t.tokens, expires_at = t.expires, renewable_until = t.until,
        renewed_at = t.at
    FROM unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::timestamptz[], $5::timestamptz[])
        AS t(connection, tokens, expires, until, at)
    WHERE a.connection = t.connection
    """
)
def renew(connection: UUID, sealed_tokens: str, expires_at: datetime, renewable_until: datetime, at: datetime) -> Write:
    """Tokens in place of those before."""


@write(
    """
    UPDATE source_accounts a SET sealed_tokens = '', disconnected_at = t.at, reason = t.reason
    FROM unnest($1::uuid[], $2::text[], $3::timestamptz[]) AS t(connection, reason, at)
    WHERE a.connection = t.connection
    """
)
def disconnect(connection: UUID, reason: str, at: datetime) -> Write:
    """The connection ended."""


class Account(msgspec.Struct, frozen=True):
    """A connected account."""

    org: UUID
    source: str
    handle_key: str
    tiktok_handle: str
    connection: UUID
    sealed_tokens: str
    renewable_until: datetime


@read(
    """
    SELECT org, source, handle_key, tiktok_handle, connection, sealed_tokens, renewable_until
    FROM source_accounts WHERE org = $1 AND source = $2 AND handle_key = $3 AND disconnected_at IS NULL
    """
)
async def connected(db: Db, org: OrgId, source: str, handle_key: str) -> Account | None:
    """The account of that handle, if it is connected."""


@write(
    """
    UPDATE due SET due_at = t.at FROM unnest($1::text[], $2::timestamptz[]) AS t(key, at)
    WHERE due.kind = 'renew_account' AND due.key = t.key AND due.due_at > t.at AND due.lease_until IS NULL
    """
)
def renew_now(key: str, at: datetime) -> Write:
    """The tokens are renewed at once, unless that is under way: a renewal must never be dropped as stale, because
    what it brings replaces what it used up.
    """


@read(
    """
    SELECT a.connection FROM creators c JOIN source_accounts a ON a.org = c.org AND a.handle_key = c.handle_key
    WHERE c.org = $1 AND c.creator = $2 ORDER BY a.connection
    """
)
async def of_creator(db: Db, org: OrgId, creator: CreatorId) -> list[UUID]:
    """The connections of the account a creator has, ended ones too."""


@write(
    "DELETE FROM source_accounts a USING unnest($1::uuid[]) AS t(connection) WHERE a.connection = t.connection",
)
def forget_account(connection: UUID) -> Write:
    """Nothing says any more whose account it was."""
