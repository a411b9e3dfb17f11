"""Decisions about invitations. One that waits holds a seat of the plan; only its latest token opens it."""

from __future__ import annotations

import hmac
from datetime import datetime, timedelta

from trackagoat.events.catalogue.words import NotFound
from trackagoat.events.catalogue.workspace import (
    AcceptInvitation,
    AlreadyInvited,
    AlreadyMember,
    DeclineInvitation,
    EmailMismatch,
    ExpireInvitation,
    InvitationAccepted,
    InvitationCommands,
    InvitationCreated,
    InvitationDeclined,
    InvitationExpired,
    InvitationOver,
    InvitationResent,
    InvitationRevoked,
    InvitationUsed,
    Invite,
    MemberJoined,
    ResendInvitation,
    RevokeInvitation,
)
from trackagoat.workspace.domain.plans import take
from trackagoat.workspace.domain.state import Facts, Invitation, Org

VALID = timedelta(days=7)
ANSWERED = frozenset({"accepted", "declined"})


def decide(command: InvitationCommands, org: Org) -> list[Facts]:
    """What becomes of an invitation."""
    match command:
        case Invite():
            return _invite(command, org)
        case ResendInvitation():
            return _resend(command, org)
        case RevokeInvitation(invitation=id):
            one = org.invitation(id)
            if one.status in ANSWERED:
                raise InvitationUsed
            over = InvitationRevoked(invitation=id, role=one.role, expires_at=one.expires_at)
            return [] if one.status == "revoked" else [over]
        case AcceptInvitation():
            return _accept(command, org)
        case DeclineInvitation(invitation=id):
            one = opened(org.invitations.get(id), command.digest, command.now)
            return [InvitationDeclined(invitation=id, role=one.role, expires_at=one.expires_at)]
        case ExpireInvitation(invitation=id, now=now):
            one = org.invitation(id)
            expired = InvitationExpired(invitation=id, role=one.role, expires_at=one.expires_at)
            return [expired] if one.status == "pending" and not one.waits(now) else []


def opened(invitation: Invitation | None, digest: str, now: datetime | None) -> Invitation:
    """The invitation that waits behind a token. Raises InvitationUsed and InvitationOver."""
    if invitation is None or not hmac.compare_digest(invitation.digest, digest):
        raise InvitationOver
    if invitation.status in ANSWERED:
        raise InvitationUsed
    if not invitation.waits(now):
        raise InvitationOver
    return invitation


def _invite(command: Invite, org: Org) -> list[Facts]:
    if command.invitation in org.invitations:
        return []
    if command.known is not None and command.known in org.members:
        raise AlreadyMember
    waiting = (one for one in org.invitations.values() if one.waits(command.now))
    if any(one.email_hash == command.email_hash for one in waiting):
        raise AlreadyInvited
    take(org.tier, "max_members_per_org", org.seats(command.now))
    return [
        InvitationCreated(
            invitation=command.invitation,
            email=command.email,
            email_hash=command.email_hash,
            role=command.role,
            nonce=command.nonce,
            digest=command.digest,
            expires_at=_end(command.now),
            invited_by=command.invited_by,
            known=command.known,
            org_name=None if command.known is None else org.name,
        )
    ]


def _resend(command: ResendInvitation, org: Org) -> list[Facts]:
    """A new token and seven new days. One that has expired takes a seat again; one taken back stays so."""
    one = org.invitation(command.invitation)
    if one.status in ANSWERED or one.status == "revoked":
        raise InvitationUsed
    if one.nonce == command.nonce:
        return []
    if not one.waits(command.now):
        others = (other for id, other in org.invitations.items() if id != command.invitation)
        if any(other.email_hash == one.email_hash and other.waits(command.now) for other in others):
            raise AlreadyInvited
        take(org.tier, "max_members_per_org", org.seats(command.now))
    return [
        InvitationResent(
            invitation=command.invitation,
            role=one.role,
            nonce=command.nonce,
            digest=command.digest,
            expires_at=_end(command.now),
            known=one.known,
            org_name=None if one.known is None else org.name,
        )
    ]


def _accept(command: AcceptInvitation, org: Org) -> list[Facts]:
    one = opened(org.invitations.get(command.invitation), command.digest, command.now)
    if one.email_hash != command.email_hash:
        raise EmailMismatch
    if command.user in org.members:
        raise AlreadyMember
    take(org.tier, "max_members_per_org", len(org.members))
    id, role = command.invitation, one.role
    return [
        InvitationAccepted(invitation=id, user=command.user, role=role, expires_at=one.expires_at, email=one.email),
        MemberJoined(user=command.user, role=role, invitation=id),
    ]


def _end(now: datetime | None) -> datetime:
    if now is None:
        raise NotFound
    return now + VALID
