"""What workspace publishes of people: accounts, sessions, members and invitations."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from trackagoat.events.catalogue.words import OrgId
from trackagoat.events.catalogue.workspace import InvitationStatus, Role
from trackagoat.events.sql import Db, read
from trackagoat.gateway.reads.keyset import newest


class UserRow(msgspec.Struct, frozen=True):
    """A person."""

    user_id: UUID
    email: str
    name: str
    is_platform_admin: bool
    active_org: UUID | None
    created_at: datetime


class AddressRow(msgspec.Struct, frozen=True):
    """What a person's address is looked up by."""

    email_hash: str


class SessionRow(msgspec.Struct, frozen=True):
    """A session of a person."""

    session: UUID
    user_agent: str | None
    created_at: datetime


class BelongingRow(msgspec.Struct, frozen=True):
    """An org a person is in."""

    org: UUID
    name: str
    role: Role


class MemberRow(msgspec.Struct, frozen=True):
    """A person in an org."""

    user_id: UUID
    name: str
    email: str
    role: Role
    joined_at: datetime


class InvitationRow(msgspec.Struct, frozen=True):
    """An invitation."""

    org: UUID
    invitation: UUID
    email: str
    role: Role
    status: InvitationStatus
    invited_by: UUID | None
    inviter_name: str | None
    expires_at: datetime
    created_at: datetime


class OpenedRow(msgspec.Struct, frozen=True):
    """What an invitation says to whoever has its token."""

    org: UUID
    org_name: str
    org_is_open: bool
    invitation: UUID
    email: str
    role: Role
    status: InvitationStatus
    inviter_name: str | None
    expires_at: datetime
    account_exists: bool


class NameRow(msgspec.Struct, frozen=True):
    """What a person is called."""

    user_id: UUID
    name: str | None


@read(
    """
    SELECT user_id, email, name, is_platform_admin, active_org, created_at FROM workspace.users
    WHERE user_id = $1 AND erased_at IS NULL
    """
)
async def user(db: Db, user: UUID) -> UserRow | None:
    """A person with an account."""
    ...


@read("SELECT email_hash FROM workspace.users WHERE user_id = $1 AND erased_at IS NULL")
async def address(db: Db, user: UUID) -> AddressRow | None:
    """The address of a person with an account."""
    ...


@read(
    """
    SELECT m.org, o.name, m.role FROM workspace.members m JOIN workspace.orgs o USING (org)
    WHERE m.user_id = $1 ORDER BY m.joined_at, m.org
    """
)
async def belongings(db: Db, user: UUID) -> list[BelongingRow]:
    """Every org a person is in, the oldest membership first."""
    ...


@read(
    """
    SELECT session, user_agent, created_at FROM workspace.sessions WHERE user_id = $1 AND created_at > $2
    """
    + newest("created_at", "session", 3)
)
async def sessions(
    db: Db, user: UUID, since: datetime, at: datetime | None, after: UUID | None, limit: int
) -> list[SessionRow]:
    """Sessions of a person that began after an instant, newest first."""
    ...


@read("SELECT session, user_agent, created_at FROM workspace.sessions WHERE user_id = $1 AND session = $2")
async def session(db: Db, user: UUID, session: UUID) -> SessionRow | None:
    """One session of a person."""
    ...


_MEMBER = """
SELECT m.user_id, u.name, u.email, m.role, m.joined_at
FROM workspace.members m JOIN workspace.users u USING (user_id)
WHERE u.erased_at IS NULL AND m.org = $1
"""


@read(_MEMBER + "AND m.user_id = $2")
async def member(db: Db, org: OrgId, user: UUID) -> MemberRow | None:
    """One member of the org."""
    ...


@read(_MEMBER + newest("m.joined_at", "m.user_id", 2))
async def members(db: Db, org: OrgId, at: datetime | None, after: UUID | None, limit: int) -> list[MemberRow]:
    """Members of the org, who joined last first."""
    ...


_INVITATION = """
SELECT i.org, i.invitation, i.email, i.role,
    CASE WHEN i.status = 'pending' AND i.expires_at <= $2 THEN 'expired' ELSE i.status END AS status,
    i.invited_by, u.name AS inviter_name, i.expires_at, i.created_at
FROM workspace.invitations i LEFT JOIN workspace.users u ON u.user_id = i.invited_by
WHERE i.org = $1
"""


@read(_INVITATION + "AND i.invitation = $3")
async def invitation(db: Db, org: OrgId, now: datetime, invitation: UUID) -> InvitationRow | None:
    """One invitation of the org, as it stands at an instant."""
    ...


@read(
    _INVITATION
    + """
    AND CASE WHEN i.status = 'pending' AND i.expires_at <= $2 THEN 'expired' ELSE i.status END = $3
    """
    + newest("i.created_at", "i.invitation", 4)
)
async def invitations(
    db: Db, org: OrgId, now: datetime, status: str, at: datetime | None, after: UUID | None, limit: int
) -> list[InvitationRow]:
    """Invitations of the org that stand so at an instant, newest first."""
    ...


@read(
    """
    SELECT i.org, o.name AS org_name, o.deleted_at IS NULL AND o.banned_at IS NULL AS org_is_open, i.invitation,
        i.email, i.role, i.status, u.name AS inviter_name, i.expires_at,
        EXISTS (SELECT FROM workspace.users a WHERE a.email_hash = i.email_hash) AS account_exists
    FROM workspace.invitations i JOIN workspace.orgs o USING (org)
    LEFT JOIN workspace.users u ON u.user_id = i.invited_by
    WHERE i.digest = $1
    """
)
async def opened(db: Db, digest: str) -> OpenedRow | None:
    """The invitation behind a token with this SHA-256."""
    ...


@read("SELECT user_id, name FROM workspace.users WHERE user_id = ANY($1::uuid[])")
async def names(db: Db, users: Sequence[UUID]) -> list[NameRow]:
    """What people are called; an erased one has no name."""
    ...
