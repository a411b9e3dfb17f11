"""Identities: who a call comes from, and what that allows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal
from uuid import UUID

import msgspec

from trackagoat.events.catalogue.words import Scope
from trackagoat.events.catalogue.workspace import Role
from trackagoat.events.envelope import Actor
from trackagoat.gateway.edge.faults import ApiError

if TYPE_CHECKING:
    from trackagoat.gateway.registry import Route


class Identity(msgspec.Struct, frozen=True, kw_only=True):
    """A key or a session, whom it acts for, and where.

    `org` and `role` are None for a person who works in no org. A key without a `user` is the operator's own.
    """

    type: Literal["api_key", "session"]
    id: UUID
    org: UUID | None
    user: UUID | None
    role: Role | None
    scopes: tuple[Scope, ...]
    is_platform_admin: bool = False
    banned: bool = False
    csrf_token: str | None = None

    @property
    def actor(self) -> Actor:
        """Who is said to have done what the call does."""
        if self.type == "session":
            return Actor("user", self.user)
        return Actor("api_key", self.id)

    @property
    def reader(self) -> UUID:
        """Whose mail it is: the person's; the key's own when nobody owns it."""
        return self.user or self.id


def admit(route: Route, identity: Identity) -> None:
    """Raise a 403 unless the identity may make that call."""
    if identity.banned:
        raise ApiError("banned")
    if route.session and identity.type != "session":
        raise _insufficient(identity, "session")
    need_scope(identity, route.scope)
    if route.role == "admin":
        need_admin(identity)


def need_scope(identity: Identity, scope: str) -> None:
    """Raise a 403 unless the scope was granted."""
    if scope not in identity.scopes:
        raise _insufficient(identity, scope)


def need_admin(identity: Identity) -> None:
    """Raise a 403 for a mere member, a 404 for somebody who is in no org."""
    if identity.org is None:
        raise ApiError("not_found")
    if identity.role != "admin":
        raise ApiError("insufficient_role", required="admin")


def _insufficient(identity: Identity, scope: str) -> ApiError:
    granted = list(identity.scopes)
    message = f"This action requires the '{scope}' scope. Granted: [{', '.join(granted)}]"
    return ApiError("insufficient_scope", message, required=scope, granted=granted)
