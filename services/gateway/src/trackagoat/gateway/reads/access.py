"""Who may come in: what is asked of workspace before a call is let through, when its org is not known yet."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec

from trackagoat.events.catalogue.words import Scope
from trackagoat.events.catalogue.workspace import Role
from trackagoat.events.sql import Db, read


class KeyAccess(msgspec.Struct, frozen=True):
    """A key, and what stands behind it. Without an owner it is the operator's own."""

    org: UUID
    key: UUID
    scopes: list[Scope]
    expires_at: datetime | None
    revoked_at: datetime | None
    owner: UUID | None
    role: Role | None
    is_platform_admin: bool
    banned: bool


class SessionAccess(msgspec.Struct, frozen=True):
    """A session, and whose it is."""

    session: UUID
    user_id: UUID
    created_at: datetime
    active_org: UUID | None
    is_platform_admin: bool
    banned: bool


class MembershipAccess(msgspec.Struct, frozen=True):
    """What a person is in an org."""

    org: UUID
    role: Role
    banned: bool


class Credentials(msgspec.Struct, frozen=True):
    """What a password is checked against."""

    user_id: UUID
    password: str
    banned: bool


@read(
    """
    SELECT k.org, k.key, k.scopes, k.expires_at, k.revoked_at, k.owner, m.role,
        coalesce(u.is_platform_admin, k.owner IS NULL) AS is_platform_admin,
        o.banned_at IS NOT NULL OR u.banned_at IS NOT NULL AS banned
    FROM workspace.api_keys k
    JOIN workspace.orgs o ON o.org = k.org
    LEFT JOIN workspace.users u ON u.user_id = k.owner
    LEFT JOIN workspace.members m ON m.org = k.org AND m.user_id = k.owner
    WHERE k.digest = $1
    """
)
async def key(db: Db, digest: str) -> KeyAccess | None:
    """The key with this SHA-256."""
    ...


@read(
    """
    SELECT s.session, s.user_id, s.created_at, u.active_org, u.is_platform_admin, u.banned_at IS NOT NULL AS banned
    FROM workspace.sessions s JOIN workspace.users u USING (user_id)
    WHERE s.digest = $1
    """
)
async def session(db: Db, digest: str) -> SessionAccess | None:
    """The session whose token has this SHA-256."""
    ...


@read(
    """
    SELECT m.org, m.role, o.banned_at IS NOT NULL AS banned
    FROM workspace.members m JOIN workspace.orgs o USING (org)
    WHERE m.user_id = $1 AND ($2::uuid IS NULL OR m.org = $2)
    ORDER BY m.org IS NOT DISTINCT FROM $3::uuid DESC, m.joined_at, m.org LIMIT 1
    """
)
async def membership(db: Db, user: UUID, wanted: UUID | None, active: UUID | None) -> MembershipAccess | None:
    """The org a person works in: the one wanted, else the active one, else the one it joined first."""
    ...


@read(
    """
    SELECT u.user_id, c.password, u.banned_at IS NOT NULL AS banned
    FROM workspace.users u JOIN workspace.credentials c USING (user_id) WHERE u.email_hash = $1
    """
)
async def credentials_of(db: Db, email_hash: str) -> Credentials | None:
    """Of whoever has that address."""
    ...


@read(
    """
    SELECT u.user_id, c.password, u.banned_at IS NOT NULL AS banned
    FROM workspace.users u JOIN workspace.credentials c USING (user_id) WHERE u.user_id = $1
    """
)
async def credentials(db: Db, user: UUID) -> Credentials | None:
    """Of that person."""
    ...


@read(
    """
    SELECT u.user_id, c.password, u.banned_at IS NOT NULL AS banned
    FROM workspace.users u JOIN workspace.credentials c USING (user_id) WHERE c.reset_digest = $1
    """
)
async def credentials_to_reset(db: Db, digest: str) -> Credentials | None:
    """Of whoever has a reset link with this SHA-256."""
    ...
