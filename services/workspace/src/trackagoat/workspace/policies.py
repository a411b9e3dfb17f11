"""What follows from workspace's own facts: orgs that are founded, seats that are given up, work that falls due."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from trackagoat.events.catalogue.words import INSTALLATION, UserId
from trackagoat.events.catalogue.workspace import (
    AcceptInvitation,
    CreateOrg,
    EndMembership,
    InvitationAccepted,
    InvitationCreated,
    InvitationDeclined,
    InvitationEvents,
    InvitationExpired,
    InvitationResent,
    InvitationRevoked,
    MemberJoined,
    PasswordResetRequested,
    RevokeInvitation,
    UpdateUser,
    UserErased,
    UserRegistered,
)
from trackagoat.events.due import schedule, unschedule
from trackagoat.events.effects import Decide, Effect
from trackagoat.events.envelope import Actor, Heard
from trackagoat.events.personal import destroy

EXPIRY, INVITATION_MAIL, RESET_MAIL = "invitation", "invitation_mail", "reset_mail"


def found_or_join(page: Sequence[Heard[UserRegistered]]) -> Iterator[Effect]:
    """A new person founds an org, or joins the one it was invited to, in the same step."""
    for fact in page:
        e = fact.event
        if e.org is None:
            continue
        actor = Actor("user", e.user)
        if e.invitation is not None and e.invitation_digest is not None:
            accept = AcceptInvitation(
                invitation=e.invitation, digest=e.invitation_digest, user=e.user, email_hash=e.email_hash
            )
            yield Decide(e.org, accept, f"join {e.user}", actor)
        elif e.org_name is not None:
            create = CreateOrg(org=e.org, name=e.org_name, timezone=e.timezone, tier=e.tier, owner=e.user)
            yield Decide(e.org, create, f"found {e.user}", actor)


def move_in(page: Sequence[Heard[MemberJoined]]) -> Iterator[Effect]:
    """Whoever accepts an invitation works in that org from then on."""
    for fact in page:
        user = fact.event.user
        if fact.event.invitation is not None:
            update = UpdateUser(user=user, active_org=fact.org)
            yield Decide(INSTALLATION, update, f"move in {fact.id}", Actor("user", user))


def move_out(page: Sequence[Heard[UserErased]]) -> Iterator[Effect]:
    """An account that is gone belongs nowhere, its keys end, and nobody waits for it any more."""
    for fact in page:
        for org in fact.event.orgs:
            yield Decide(org, EndMembership(user=fact.event.user, erased=True), f"move out {fact.event.user}")
        for one in fact.event.waiting:
            yield Decide(one.org, RevokeInvitation(invitation=one.invitation), f"take back {one.invitation}")


def forget(page: Sequence[Heard[UserErased]]) -> Iterator[Effect]:
    """The keys of the person's fields are destroyed in the transaction that announces it."""
    for fact in page:
        waiting = (one.invitation for one in fact.event.waiting)
        for subject in (fact.event.user, *fact.event.invitations, *waiting):
            yield destroy(subject, INSTALLATION, fact.at)


def invitation_work(page: Sequence[Heard[InvitationEvents]]) -> Iterator[Effect]:
    """An invitation that waits expires one day, and is mailed now."""
    for fact in page:
        id = fact.event.invitation
        match fact.event:
            case InvitationCreated() | InvitationResent() as e:
                yield schedule(EXPIRY, str(id), fact.org, e.expires_at)
                yield schedule(INVITATION_MAIL, str(id), fact.org, fact.at, {"nonce": str(e.nonce)})
            case InvitationAccepted() | InvitationDeclined() | InvitationRevoked() | InvitationExpired():
                yield unschedule(EXPIRY, str(id))
                yield unschedule(INVITATION_MAIL, str(id))


def reset_mails(page: Sequence[Heard[PasswordResetRequested]]) -> Iterator[Effect]:
    """A reset link is mailed now."""
    for fact in page:
        yield schedule(RESET_MAIL, str(UserId(fact.event.user)), fact.org, fact.at, {"nonce": str(fact.event.nonce)})
