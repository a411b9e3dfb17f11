"""Account: the calls. Written by `goat client` from the API's registry of routes; not to be edited."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from msgspec import UNSET, UnsetType

from trackagoat.client.connection import Call, Connection
from trackagoat.client.generated import requests, resources
from trackagoat.client.listing import Listing, Page
from trackagoat.client.models import place, query, sent


class Account(Connection):
    """The calls of the group Account."""

    async def register(
        self,
        *,
        email: str,
        password: str,
        name: str,
        org_name: str | None | UnsetType = UNSET,
        timezone: str | UnsetType = UNSET,
        invitation_token: str | None | UnsetType = UNSET,
    ) -> resources.Registered:
        """Open an account with an organization, or by an invitation; it is signed in at once.

        Particular refusals: limit_reached, registration_closed, email_mismatch, csrf_failed, email_taken, invitation_used, invitation_expired.
        """
        return await self.one(resources.Registered, Call(method="POST", path=place("/auth/register"), body=sent(email=email, password=password, name=name, org_name=org_name, timezone=timezone, invitation_token=invitation_token)))

    async def login(
        self,
        *,
        email: str,
        password: str,
    ) -> resources.SignedIn:
        """Sign in with e-mail and password; the answer sets the session's cookie.

        Particular refusals: invalid_credentials, banned, csrf_failed.
        """
        return await self.one(resources.SignedIn, Call(method="POST", path=place("/auth/login"), body=sent(email=email, password=password)))

    async def logout(
        self,
        *,
        idempotency_key: str | None = None,
    ) -> resources.Ok:
        """End this session and clear its cookie."""
        return await self.one(resources.Ok, Call(method="POST", path=place("/auth/logout"), headers=self.keyed(idempotency_key)))

    async def get_me(
        self,
    ) -> resources.Me:
        """Who is calling, where, and with which scopes."""
        return await self.one(resources.Me, Call(method="GET", path=place("/auth/me")))

    async def update_me(
        self,
        *,
        name: str | UnsetType = UNSET,
        active_org_id: UUID | UnsetType = UNSET,
        if_match: str | None = None,
    ) -> resources.User:
        """Change the name, or the organization worked in by default.

        Particular refusals: not_found.
        """
        return await self.one(resources.User, Call(method="PATCH", path=place("/auth/me"), body=sent(name=name, active_org_id=active_org_id), headers=self.matching(if_match)))

    async def delete_me(
        self,
        *,
        password: str,
        if_match: str | None = None,
    ) -> resources.Deleted:
        """Delete the account for good; e-mail and name are destroyed everywhere.

        Particular refusals: invalid_credentials, last_admin.
        """
        return await self.one(resources.Deleted, Call(method="DELETE", path=place("/auth/me"), body=sent(password=password), headers=self.matching(if_match)))

    def list_sessions(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Listing[resources.Session, resources.PageMeta]:
        """Where the person is signed in, newest first."""
        return self.listing(resources.Session, resources.PageMeta, place("/auth/sessions"), query(limit=limit, cursor=cursor))

    async def end_session(
        self,
        session_id: UUID | str,
        *,
        if_match: str | None = None,
    ) -> resources.Deleted:
        """Sign one of the person's browsers out."""
        return await self.one(resources.Deleted, Call(method="DELETE", path=place("/auth/sessions/{}", session_id), headers=self.matching(if_match)))

    async def change_password(
        self,
        *,
        current_password: str,
        new_password: str,
        idempotency_key: str | None = None,
    ) -> resources.Rotated:
        """Change the password; every other session ends, and this one goes on under a new cookie.

        Particular refusals: invalid_credentials.
        """
        return await self.one(resources.Rotated, Call(method="POST", path=place("/auth/password"), body=sent(current_password=current_password, new_password=new_password), headers=self.keyed(idempotency_key)))

    async def request_password_reset(
        self,
        *,
        email: str,
    ) -> resources.Ok:
        """Mail a link that sets a new password within an hour, if there is such an account.

        Particular refusals: csrf_failed.
        """
        return await self.one(resources.Ok, Call(method="POST", path=place("/auth/password-reset"), body=sent(email=email)))

    async def confirm_password_reset(
        self,
        *,
        token: str,
        new_password: str,
    ) -> resources.Ok:
        """Set a new password by a link; every session ends.

        Particular refusals: csrf_failed, token_expired.
        """
        return await self.one(resources.Ok, Call(method="POST", path=place("/auth/password-reset/confirm"), body=sent(token=token, new_password=new_password)))
