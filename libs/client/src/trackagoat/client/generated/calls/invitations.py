"""Invitations: the calls. Written by `goat client` from the API's registry of routes; not to be edited."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from msgspec import UNSET, UnsetType

from trackagoat.client.connection import Call, Connection
from trackagoat.client.generated import requests, resources
from trackagoat.client.listing import Listing, Page
from trackagoat.client.models import place, query, sent


class Invitations(Connection):
    """The calls of the group Invitations."""

    def list_invitations(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        status: Literal["accepted", "declined", "expired", "pending", "revoked"] | None = None,
    ) -> Listing[resources.Invitation, resources.PageMeta]:
        """Invitations of the organization, newest first."""
        return self.listing(resources.Invitation, resources.PageMeta, place("/invitations"), query(limit=limit, cursor=cursor, status=status))

    async def invite(
        self,
        *,
        email: str,
        role: Literal["admin", "member"] | UnsetType = UNSET,
        idempotency_key: str | None = None,
    ) -> resources.Invitation:
        """Ask somebody to join; `accept_url` is shown this once, and mailed when mail is set up.

        Particular refusals: limit_reached, already_member, already_invited.
        """
        return await self.one(resources.Invitation, Call(method="POST", path=place("/invitations"), body=sent(email=email, role=role), headers=self.keyed(idempotency_key)))

    async def resend_invitation(
        self,
        invitation_id: UUID | str,
        *,
        idempotency_key: str | None = None,
    ) -> resources.Invitation:
        """Make a new token for seven new days; the old one is worth nothing from then on.

        Particular refusals: limit_reached, invitation_used, already_invited.
        """
        return await self.one(resources.Invitation, Call(method="POST", path=place("/invitations/{}/resend", invitation_id), headers=self.keyed(idempotency_key)))

    async def revoke_invitation(
        self,
        invitation_id: UUID | str,
        *,
        if_match: str | None = None,
    ) -> resources.Deleted:
        """Take an invitation back.

        Particular refusals: invitation_used.
        """
        return await self.one(resources.Deleted, Call(method="DELETE", path=place("/invitations/{}", invitation_id), headers=self.matching(if_match)))

    async def look_up_invitation(
        self,
        *,
        token: str,
    ) -> resources.OpenedInvitation:
        """What an invitation says to whoever has its token.

        Particular refusals: csrf_failed, invitation_used, invitation_expired.
        """
        return await self.one(resources.OpenedInvitation, Call(method="POST", path=place("/invitations/lookup"), body=sent(token=token)))

    async def accept_invitation(
        self,
        *,
        token: str,
        idempotency_key: str | None = None,
    ) -> resources.Joined:
        """Join by an invitation to one's own e-mail; the organization becomes the active one.

        Particular refusals: limit_reached, email_mismatch, already_member, invitation_used, invitation_expired.
        """
        return await self.one(resources.Joined, Call(method="POST", path=place("/invitations/accept"), body=sent(token=token), headers=self.keyed(idempotency_key)))

    async def decline_invitation(
        self,
        *,
        token: str,
    ) -> resources.Ok:
        """Say no to an invitation.

        Particular refusals: csrf_failed, invitation_used, invitation_expired.
        """
        return await self.one(resources.Ok, Call(method="POST", path=place("/invitations/decline"), body=sent(token=token)))
