"""What decisions are completed from. Locks hold until the decision's transaction ends."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec

from trackagoat.events.catalogue.workspace import Tier
from trackagoat.events.sql import Db, read


class InvitedRow(msgspec.Struct, frozen=True):
    """An invitation behind a token, and how full its org is."""

    org: UUID
    invitation: UUID
    email_hash: str
    status: str
    expires_at: datetime
    tier: Tier
    members: int


@read("SELECT NOT EXISTS (SELECT FROM users)")
async def nobody(db: Db) -> bool:
    """Is there no user at all?"""
    ...


@read("SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || $1::text, 1)) IS NOT NULL")
async def alone(db: Db, what: str) -> bool:
    """Wait until no other transaction is alone with this."""
    ...


@read("SELECT EXISTS (SELECT FROM users WHERE email_hash = $1)")
async def is_taken(db: Db, email_hash: str) -> bool:
    """Does somebody have that address?"""
    ...


@read("SELECT user_id FROM users WHERE email_hash = $1")
async def user_with(db: Db, email_hash: str) -> UUID | None:
    """Who has that address."""
    ...


@read(
    """
    SELECT i.org, i.invitation, i.email_hash, i.status, i.expires_at, o.tier,
        (SELECT count(*) FROM members m WHERE m.org = i.org) AS members
    FROM invitations i JOIN orgs o USING (org)
    WHERE i.digest = $1 FOR UPDATE OF i
    """
)
async def invited(db: Db, digest: str) -> InvitedRow | None:
    """The invitation behind a token. Nobody else may answer it until the transaction ends."""
    ...


@read("SELECT count(*) FROM members WHERE user_id = $1")
async def orgs_count(db: Db, user: UUID) -> int:
    """How many orgs a person is in."""
    ...


@read(
    """
    SELECT m.user_id FROM members m
    WHERE m.role = 'admin' AND m.org IN (SELECT org FROM members WHERE user_id = $1)
    ORDER BY m.org, m.user_id FOR UPDATE
    """
)
async def hold_admins(db: Db, user: UUID) -> list[UUID]:
    """Keep every admin of the person's orgs from going until the transaction ends."""
    ...


@read("SELECT org FROM members WHERE user_id = $1 ORDER BY org")
async def orgs_of(db: Db, user: UUID) -> list[UUID]:
    """The orgs a person is in."""
    ...


@read(
    """
    SELECT m.org FROM members m
    WHERE m.user_id = $1 AND m.role = 'admin' AND NOT EXISTS (
        SELECT FROM members o WHERE o.org = m.org AND o.user_id <> m.user_id AND o.role = 'admin')
    ORDER BY m.org
    """
)
async def alone_in(db: Db, user: UUID) -> list[UUID]:
    """The orgs that would be left without an admin."""
    ...


@read(
    """
    SELECT i.invitation FROM invitations i JOIN users u ON u.email_hash = i.email_hash JOIN orgs o ON o.org = i.org
    WHERE u.user_id = $1 AND (i.status <> 'pending' OR o.deleted_at IS NOT NULL) ORDER BY i.invitation
    """
)
async def answered_by(db: Db, user: UUID) -> list[UUID]:
    """Invitations to the person's address that are over."""
    ...


class WaitingRow(msgspec.Struct, frozen=True):
    """An invitation nobody has answered, and where it leads."""

    invitation: UUID
    org: UUID


@read(
    """
    SELECT i.invitation, i.org FROM invitations i JOIN users u ON u.email_hash = i.email_hash
    JOIN orgs o ON o.org = i.org
    WHERE u.user_id = $1 AND i.status = 'pending' AND o.deleted_at IS NULL ORDER BY i.invitation FOR UPDATE OF i
    """
)
async def waiting_for(db: Db, user: UUID) -> list[WaitingRow]:
    """Invitations to the person's address that wait. Nobody else may answer them until the transaction ends."""
    ...
