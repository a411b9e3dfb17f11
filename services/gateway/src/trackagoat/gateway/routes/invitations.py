"""Invitations: asking people to join, and what they answer."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from trackagoat.events import clock
from trackagoat.events.catalogue.words import InvitationId, OrgId
from trackagoat.events.catalogue.workspace import (
    AcceptInvitation,
    DeclineInvitation,
    InvitationStatus,
    Invite,
    ResendInvitation,
    RevokeInvitation,
    Role,
)
from trackagoat.events.tokens import digest, email_hash, token
from trackagoat.gateway.edge.answers import Answer, Deleted, PageMeta
from trackagoat.gateway.edge.call import Call, created, deleted, ok
from trackagoat.gateway.edge.faults import ApiError
from trackagoat.gateway.reads import people, workspace
from trackagoat.gateway.registry import Nothing, Route
from trackagoat.gateway.resources.account import (
    Email,
    Invitation,
    Joined,
    Ok,
    OpenedInvitation,
    Token,
    invitation,
)
from trackagoat.gateway.resources.fields import Body, Page, instant
from trackagoat.gateway.resources.workspace import org
from trackagoat.gateway.routes.account import examples
from trackagoat.gateway.routes.examples import id_of

PURPOSE = "invitation"
"""The purpose of the tokens in `accept_url`."""


class ListInvitations(Page, frozen=True, kw_only=True):
    """Invitations that stand so."""

    status: InvitationStatus = "pending"


class Asked(Body, frozen=True, kw_only=True):
    """Whom to ask, and as what."""

    email: Email
    role: Role = "member"


class Opening(Body, frozen=True, kw_only=True):
    """The token of an `accept_url`."""

    token: Token


async def list_invitations(call: Call[ListInvitations, None]) -> Answer[list[Invitation]]:
    at, after = call.after(tuple[datetime, UUID]) or (None, None)
    asked = call.params
    rows = await people.invitations(call.db, call.org, call.now, asked.status, at, after, asked.limit + 1)
    page, meta = call.page(rows, lambda row: (row.created_at, row.invitation))
    return ok([invitation(row) for row in page], meta)


async def invite(call: Call[Nothing, Asked]) -> Answer[Invitation]:
    nonce, secret = clock.new_id(), _secret(call)
    command = Invite(
        invitation=InvitationId(clock.new_id()),
        email=call.body.email.strip(),
        email_hash=email_hash(secret, call.body.email),
        role=call.body.role,
        nonce=nonce,
        digest=digest(token(secret, PURPOSE, nonce)),
        invited_by=None if call.caller.user is None else call.user,
    )
    (event,) = (await call.tell(command)).events
    row = await _one(call, UUID(event["invitation"]))
    return created(invitation(row, _accept_url(call, UUID(event["nonce"]))), secrets=("accept_url",))


async def resend(call: Call[Nothing, None]) -> Answer[Invitation]:
    row, nonce = await _one(call, call.ids["invitationId"]), clock.new_id()
    command = ResendInvitation(
        invitation=InvitationId(row.invitation), nonce=nonce, digest=digest(token(_secret(call), PURPOSE, nonce))
    )
    (event,) = (await call.tell(command)).events
    data = invitation(await _one(call, row.invitation), _accept_url(call, UUID(event["nonce"])))
    return Answer(data=data, secrets=("accept_url",))


async def revoke(call: Call[Nothing, None]) -> Answer[Deleted]:
    row = await _one(call, call.ids["invitationId"])
    call.unchanged(invitation(row))
    await call.tell(RevokeInvitation(invitation=InvitationId(row.invitation)))
    return deleted(row.invitation)


async def look_up(call: Call[Nothing, Opening]) -> Answer[OpenedInvitation]:
    row = await _opened(call)
    data = OpenedInvitation(
        org_name=row.org_name,
        email=row.email,
        role=row.role,
        inviter_name=row.inviter_name,
        expires_at=instant(row.expires_at),
        account_exists=row.account_exists,
    )
    return ok(data)


async def accept(call: Call[Nothing, Opening]) -> Answer[Joined]:
    row, person = await _opened(call), await people.address(call.db, call.user)
    if person is None:
        raise ApiError("not_found")
    command = AcceptInvitation(
        invitation=InvitationId(row.invitation),
        digest=digest(call.body.token),
        user=call.user,
        email_hash=person.email_hash,
    )
    await call.tell(command, OrgId(row.org))
    joined = await workspace.org(call.db, OrgId(row.org))
    if joined is None:
        raise ApiError("not_found")
    return ok(Joined(org=org(joined, row.role), role=row.role))


async def decline(call: Call[Nothing, Opening]) -> Answer[Ok]:
    row = await _opened(call)
    command = DeclineInvitation(invitation=InvitationId(row.invitation), digest=digest(call.body.token))
    await call.tell(command, OrgId(row.org))
    return ok(Ok())


async def _one(call: Call[Any, Any], id: UUID) -> people.InvitationRow:
    row = await people.invitation(call.db, call.org, call.now, id)
    if row is None:
        raise ApiError("not_found")
    return row


async def _opened(call: Call[Any, Opening]) -> people.OpenedRow:
    """The invitation behind the token, as long as it waits. Raises a 409 or 410."""
    row = await people.opened(call.db, digest(call.body.token))
    if row is not None and row.status in {"accepted", "declined"}:
        raise ApiError("invitation_used", "The invitation was answered already")
    if row is None or row.status != "pending" or row.expires_at <= call.now or not row.org_is_open:
        raise ApiError("invitation_expired", "The invitation has expired or was taken back")
    return row


def _accept_url(call: Call[Any, Any], nonce: UUID) -> str:
    """The token stands behind the #, so that no server on the way writes it down."""
    return f"{call.settings.base_url.rstrip('/')}/invitation#token={token(_secret(call), PURPOSE, nonce)}"


def _secret(call: Call[Any, Any]) -> str:
    return call.settings.secret_key.get_secret_value()


_OVER = ("invitation_expired", "invitation_used")
_TOKEN = {"token": "q1w2e3r4t5y6u7i8o9p0"}

ROUTES = (
    Route(
        method="GET",
        path="/invitations",
        name="listInvitations",
        summary="Invitations of the organization, newest first",
        scope="read",
        role="admin",
        tag="Invitations",
        handler=list_invitations,
        params=ListInvitations,
        answer=list[Invitation],
        meta=PageMeta,
        example=[examples.INVITATION],
    ),
    Route(
        method="POST",
        path="/invitations",
        name="invite",
        summary="Ask somebody to join; `accept_url` is shown this once, and mailed when mail is set up",
        scope="write",
        role="admin",
        tag="Invitations",
        handler=invite,
        body=Asked,
        body_example={"email": "bo@example.com", "role": "member"},
        answer=Invitation,
        example=examples.FRESH_INVITATION,
        statuses=(201,),
        errors=("already_member", "already_invited", "limit_reached"),
    ),
    Route(
        method="POST",
        path="/invitations/{invitationId}/resend",
        name="resendInvitation",
        summary="Make a new token for seven new days; the old one is worth nothing from then on",
        scope="write",
        role="admin",
        tag="Invitations",
        handler=resend,
        answer=Invitation,
        example=examples.FRESH_INVITATION,
        errors=("invitation_used", "already_invited", "limit_reached"),
    ),
    Route(
        method="DELETE",
        path="/invitations/{invitationId}",
        name="revokeInvitation",
        summary="Take an invitation back",
        scope="write",
        role="admin",
        tag="Invitations",
        handler=revoke,
        answer=Deleted,
        example=Deleted(str(id_of(22))),
        errors=("invitation_used",),
    ),
    Route(
        method="POST",
        path="/invitations/lookup",
        name="lookUpInvitation",
        summary="What an invitation says to whoever has its token",
        scope="open",
        tag="Invitations",
        handler=look_up,
        body=Opening,
        body_example=_TOKEN,
        answer=OpenedInvitation,
        example=examples.OPENED_INVITATION,
        errors=(*_OVER, "csrf_failed"),
    ),
    Route(
        method="POST",
        path="/invitations/accept",
        name="acceptInvitation",
        summary="Join by an invitation to one's own e-mail; the organization becomes the active one",
        scope="write",
        session=True,
        tag="Invitations",
        handler=accept,
        body=Opening,
        body_example=_TOKEN,
        answer=Joined,
        example=examples.JOINED,
        errors=("email_mismatch", "already_member", "limit_reached", *_OVER),
    ),
    Route(
        method="POST",
        path="/invitations/decline",
        name="declineInvitation",
        summary="Say no to an invitation",
        scope="open",
        tag="Invitations",
        handler=decline,
        body=Opening,
        body_example=_TOKEN,
        answer=Ok,
        example=Ok(),
        errors=(*_OVER, "csrf_failed"),
    ),
)
