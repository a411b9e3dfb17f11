"""People: accounts, passwords and sessions, as the gateway reads them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from trackagoat.events.catalogue.words import OrgId, SessionId, UserId
from trackagoat.events.effects import Write
from trackagoat.events.sql import write


@write(
    """
    INSERT INTO users (user_id, email, email_hash, name, is_platform_admin, active_org, created_at, updated_at)
    SELECT t.user_id, t.email, t.hash, t.name, t.platform, t.org, t.at, t.at
    FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::boolean[], $6::uuid[], $7::timestamptz[])
        AS t(user_id, email, hash, name, platform, org, at)
    """
)
def add_user(
    user: UserId,
    email: str,
    email_hash: str,
    name: str,
    is_platform_admin: bool,
    active_org: OrgId | None,
    at: datetime,
) -> Write: ...


@write(
    """
    UPDATE users SET name = coalesce(t.name, users.name), active_org = coalesce(t.org, users.active_org),
        updated_at = t.at
    FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::timestamptz[]) AS t(user_id, name, org, at)
    WHERE users.user_id = t.user_id
    """
)
def change_user(user: UserId, name: str | None, active_org: OrgId | None, at: datetime) -> Write: ...


@write(
    """
    UPDATE users SET banned_at = t.banned FROM unnest($1::uuid[], $2::timestamptz[]) AS t(user_id, banned)
    WHERE users.user_id = t.user_id
    """
)
def ban_user(user: UserId, banned_at: datetime | None) -> Write: ...


@write(
    """
    UPDATE users SET email = NULL, email_hash = NULL, name = NULL, active_org = NULL, is_platform_admin = false,
        erased_at = t.at
    FROM unnest($1::uuid[], $2::timestamptz[]) AS t(user_id, at) WHERE users.user_id = t.user_id
    """
)
def erase_user(user: UserId, at: datetime) -> Write:
    """Nothing but the bare id is left."""


@write(
    """
    INSERT INTO credentials AS c (user_id, password)
    SELECT t.user_id, t.password FROM unnest($1::uuid[], $2::text[]) AS t(user_id, password)
    ON CONFLICT (user_id) DO UPDATE SET password = excluded.password, reset_digest = NULL, reset_nonce = NULL,
        reset_expires_at = NULL
    """
)
def set_password(user: UserId, password: str) -> Write: ...


@write(
    """
    UPDATE credentials SET reset_digest = t.digest, reset_nonce = t.nonce, reset_expires_at = t.expires
    FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::timestamptz[]) AS t(user_id, digest, nonce, expires)
    WHERE credentials.user_id = t.user_id
    """
)
def set_reset(user: UserId, digest: str, nonce: UUID, expires_at: datetime) -> Write: ...


@write("DELETE FROM credentials USING unnest($1::uuid[]) AS t(user_id) WHERE credentials.user_id = t.user_id")
def drop_credentials(user: UserId) -> Write: ...


@write(
    """
    INSERT INTO sessions (session, user_id, digest, user_agent, created_at)
    SELECT t.session, t.user_id, t.digest, t.agent, t.at
    FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::timestamptz[])
        AS t(session, user_id, digest, agent, at)
    """
)
def add_session(session: SessionId, user: UserId, digest: str, user_agent: str | None, at: datetime) -> Write: ...


@write("DELETE FROM sessions USING unnest($1::uuid[]) AS t(session) WHERE sessions.session = t.session")
def end_session(session: SessionId) -> Write: ...


@write("DELETE FROM sessions USING unnest($1::uuid[]) AS t(user_id) WHERE sessions.user_id = t.user_id")
def end_sessions(user: UserId) -> Write: ...
