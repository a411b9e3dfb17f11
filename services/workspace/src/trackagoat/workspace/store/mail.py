"""What mails are made of, and which were handed over."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec

from trackagoat.events.sql import Db, read


class InvitationMail(msgspec.Struct, frozen=True):
    """An invitation that waits, as its mail tells it."""

    email: str
    nonce: UUID
    digest: str
    role: str
    org_name: str
    inviter_name: str | None
    expires_at: datetime


class ResetMail(msgspec.Struct, frozen=True):
    """A link that sets a new password, as its mail tells it."""

    email: str
    name: str
    nonce: UUID
    digest: str
    expires_at: datetime


@read(
    """
    SELECT i.email, i.nonce, i.digest, i.role, o.name AS org_name, u.name AS inviter_name, i.expires_at
    FROM invitations i JOIN orgs o USING (org) LEFT JOIN users u ON u.user_id = i.invited_by
    WHERE i.invitation = $1 AND i.nonce = $2 AND i.status = 'pending' AND i.expires_at > $3
    """
)
async def invitation_mail(db: Db, invitation: UUID, nonce: UUID, now: datetime) -> InvitationMail | None:
    """The mail of an invitation, as long as its token is good for anything."""
    ...


@read(
    """
    SELECT u.email, u.name, c.reset_nonce AS nonce, c.reset_digest AS digest, c.reset_expires_at AS expires_at
    FROM users u JOIN credentials c USING (user_id)
    WHERE u.user_id = $1 AND c.reset_nonce = $2 AND c.reset_expires_at > $3 AND u.email IS NOT NULL
    """
)
async def reset_mail(db: Db, user: UUID, nonce: UUID, now: datetime) -> ResetMail | None:
    """The mail of a reset link, as long as the link is good for anything."""
    ...


@read("INSERT INTO mailed (nonce, at) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING true")
async def hand_over(db: Db, nonce: UUID, now: datetime) -> bool | None:
    """Note that the mail goes out now; None when it did before."""
    ...


@read("DELETE FROM mailed WHERE nonce = $1 RETURNING true")
async def take_back(db: Db, nonce: UUID) -> bool | None:
    """The mail server did not take it."""
    ...
