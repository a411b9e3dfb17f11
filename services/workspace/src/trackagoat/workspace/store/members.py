"""Who belongs to an org, and who was asked to join, as the gateway reads it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from trackagoat.events.catalogue.words import InvitationId, OrgId, UserId
from trackagoat.events.effects import Write
from trackagoat.events.sql import write


@write(
    """
    INSERT INTO members (org, user_id, role, joined_at)
    SELECT t.org, t.user_id, t.role, t.at
    FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::timestamptz[]) AS t(org, user_id, role, at)
    ON CONFLICT (org, user_id) DO NOTHING
    """,
    key=("org", "user"),
)
def add_member(org: OrgId, user: UserId, role: str, at: datetime) -> Write: ...


@write(
    """
    UPDATE members SET role = t.role
    FROM unnest($1::uuid[], $2::uuid[], $3::text[]) AS t(org, user_id, role)
    WHERE members.org = t.org AND members.user_id = t.user_id
    """,
    key=("org", "user"),
)
def change_role(org: OrgId, user: UserId, role: str) -> Write: ...


@write(
    """
    DELETE FROM members USING unnest($1::uuid[], $2::uuid[]) AS t(org, user_id)
    WHERE members.org = t.org AND members.user_id = t.user_id
    """,
    key=("org", "user"),
)
def remove_member(org: OrgId, user: UserId) -> Write: ...


@write("DELETE FROM members USING unnest($1::uuid[]) AS t(org) WHERE members.org = t.org")
def remove_members(org: OrgId) -> Write: ...


@write(
    """
    INSERT INTO invitations (org, invitation, email, email_hash, role, status, nonce, digest, invited_by, expires_at,
        created_at, updated_at)
    SELECT t.org, t.invitation, t.email, t.hash, t.role, 'pending', t.nonce, t.digest, t.invited_by, t.expires, t.at,
        t.at
    FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::uuid[], $7::text[], $8::uuid[],
        $9::timestamptz[], $10::timestamptz[])
        AS t(org, invitation, email, hash, role, nonce, digest, invited_by, expires, at)
    """,
    key=("invitation",),
)
def add_invitation(
    org: OrgId,
    invitation: InvitationId,
    email: str,
    email_hash: str,
    role: str,
    nonce: UUID,
    digest: str,
    invited_by: UserId | None,
    expires_at: datetime,
    at: datetime,
) -> Write: ...


@write(
    """
    UPDATE invitations SET status = 'pending', nonce = t.nonce, digest = t.digest, expires_at = t.expires,
        updated_at = t.at
    FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::timestamptz[], $5::timestamptz[])
        AS t(invitation, nonce, digest, expires, at)
    WHERE invitations.invitation = t.invitation
    """
)
def renew_invitation(
    invitation: InvitationId, nonce: UUID, digest: str, expires_at: datetime, at: datetime
) -> Write: ...


@write(
    """
    UPDATE invitations SET status = t.status, updated_at = t.at
    FROM unnest($1::uuid[], $2::text[], $3::timestamptz[]) AS t(invitation, status, at)
    WHERE invitations.invitation = t.invitation
    """
)
def settle_invitation(invitation: InvitationId, status: str, at: datetime) -> Write: ...


@write("DELETE FROM invitations USING unnest($1::uuid[]) AS t(invitation) WHERE invitations.invitation = t.invitation")
def forget_invitation(invitation: InvitationId) -> Write: ...
