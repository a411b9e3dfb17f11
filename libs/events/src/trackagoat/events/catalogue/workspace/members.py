"""Members and invitations: who belongs to an org, as what, and who was asked to join.

These shapes are the stored bytes. Add fields with defaults; never rename, never remove.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from trackagoat.events.catalogue.words import InvitationId, Refused, UserId
from trackagoat.events.catalogue.workspace.speaker import Role, WorkspaceCommand, WorkspaceEvent

InvitationStatus = Literal["pending", "accepted", "declined", "revoked", "expired"]


class MemberJoined(WorkspaceEvent, frozen=True, kw_only=True, tag="member.joined.v1"):
    """A person belongs to the org from now on; `invitation` is the one that was accepted, if one was."""

    user: UserId
    role: Role
    invitation: InvitationId | None = None


class MemberRoleChanged(WorkspaceEvent, frozen=True, kw_only=True, tag="member.role_changed.v1"):
    """A member has another role."""

    user: UserId
    role: Role


class MemberRemoved(WorkspaceEvent, frozen=True, kw_only=True, tag="member.removed.v1"):
    """A person no longer belongs to the org, having left or been removed; `role` is the one they had."""

    user: UserId
    role: Role


class InvitationCreated(WorkspaceEvent, frozen=True, kw_only=True, tag="invitation.created.v1"):
    """Somebody was asked to join. `digest` is the SHA-256 of the token in hex.

    The token follows from `nonce` and the installation's key, and is stored nowhere. `email_hash` is a keyed hash of
    the address in lower case. `known` is who has an account with that address already, `org_name` what the org is
    called to them.
    """

    invitation: InvitationId
    email: str
    email_hash: str
    role: Role
    nonce: UUID
    digest: str
    expires_at: datetime
    invited_by: UserId | None = None
    known: UserId | None = None
    org_name: str | None = None


class InvitationResent(WorkspaceEvent, frozen=True, kw_only=True, tag="invitation.resent.v1"):
    """The invitation has a new token and begins anew; the old token is worth nothing."""

    invitation: InvitationId
    role: Role
    nonce: UUID
    digest: str
    expires_at: datetime
    known: UserId | None = None
    org_name: str | None = None


class InvitationAccepted(WorkspaceEvent, frozen=True, kw_only=True, tag="invitation.accepted.v1"):
    """The person joined. `email` is the address that was invited, sealed like that of the invitation."""

    invitation: InvitationId
    user: UserId
    role: Role
    expires_at: datetime
    email: str | None = None


class InvitationDeclined(WorkspaceEvent, frozen=True, kw_only=True, tag="invitation.declined.v1"):
    """The person does not want to join."""

    invitation: InvitationId
    role: Role
    expires_at: datetime


class InvitationRevoked(WorkspaceEvent, frozen=True, kw_only=True, tag="invitation.revoked.v1"):
    """The org no longer wants the person to join."""

    invitation: InvitationId
    role: Role
    expires_at: datetime


class InvitationExpired(WorkspaceEvent, frozen=True, kw_only=True, tag="invitation.expired.v1"):
    """Nobody answered in time."""

    invitation: InvitationId
    role: Role
    expires_at: datetime


MemberEvents = MemberJoined | MemberRoleChanged | MemberRemoved
InvitationEvents = (
    InvitationCreated
    | InvitationResent
    | InvitationAccepted
    | InvitationDeclined
    | InvitationRevoked
    | InvitationExpired
)


class ChangeRole(WorkspaceCommand, frozen=True, kw_only=True, tag="member.change_role"):
    """Give a member another role."""

    user: UserId
    role: Role


class EndMembership(WorkspaceCommand, frozen=True, kw_only=True, tag="member.end"):
    """Let a member go, on their own wish or an admin's. `erased`: the account is gone, so nothing may hold it back."""

    user: UserId
    erased: bool = False
    now: datetime | None = None


class Invite(WorkspaceCommand, frozen=True, kw_only=True, tag="invitation.create"):
    """Ask somebody to join. `now` and `known` (the registered user with that address) are completed by the service."""

    invitation: InvitationId
    email: str
    email_hash: str
    role: Role
    nonce: UUID
    digest: str
    invited_by: UserId | None = None
    now: datetime | None = None
    known: UserId | None = None


class ResendInvitation(WorkspaceCommand, frozen=True, kw_only=True, tag="invitation.resend"):
    """Give the invitation a new token and seven new days. `now` is completed by the service."""

    invitation: InvitationId
    nonce: UUID
    digest: str
    now: datetime | None = None


class RevokeInvitation(WorkspaceCommand, frozen=True, kw_only=True, tag="invitation.revoke"):
    """Take the invitation back."""

    invitation: InvitationId


class AcceptInvitation(WorkspaceCommand, frozen=True, kw_only=True, tag="invitation.accept"):
    """Join. `digest` is the token's, `email_hash` that of the person's own address. `now` is completed."""

    invitation: InvitationId
    digest: str
    user: UserId
    email_hash: str
    now: datetime | None = None


class DeclineInvitation(WorkspaceCommand, frozen=True, kw_only=True, tag="invitation.decline"):
    """Say no. `now` is completed by the service."""

    invitation: InvitationId
    digest: str
    now: datetime | None = None


class ExpireInvitation(WorkspaceCommand, frozen=True, kw_only=True, tag="invitation.expire"):
    """The invitation's time may be over. `now` is completed by the service."""

    invitation: InvitationId
    now: datetime | None = None


MemberCommands = ChangeRole | EndMembership
InvitationCommands = (
    Invite | ResendInvitation | RevokeInvitation | AcceptInvitation | DeclineInvitation | ExpireInvitation
)


class LastAdmin(Refused):
    """An organization always keeps one admin; make somebody else one first."""


class AlreadyMember(Refused):
    """That person belongs to the organization already."""


class AlreadyInvited(Refused):
    """There is a pending invitation to that address already."""


class InvitationUsed(Refused):
    """The invitation was answered already."""


class InvitationOver(Refused):
    """The invitation has expired or was taken back."""


class EmailMismatch(Refused):
    """The invitation is addressed to somebody else."""


InvitationOver.code = "invitation_expired"
