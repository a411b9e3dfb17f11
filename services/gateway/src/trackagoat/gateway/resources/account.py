"""People, their sessions and where they belong, as the API shows them."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from trackagoat.events.catalogue.words import Scope
from trackagoat.events.catalogue.workspace import InvitationStatus, Role
from trackagoat.gateway.edge.answers import Resource
from trackagoat.gateway.reads.people import BelongingRow, InvitationRow, MemberRow, SessionRow, UserRow
from trackagoat.gateway.resources.fields import Instant, instant, shown
from trackagoat.gateway.resources.workspace import Org

Email = Annotated[
    str,
    Meta(
        pattern=r"^\s*[^\s@\"(),:;<>\[\]\\\x00-\x1f\x7f]{1,64}@[^\s@\"(),:;<>\[\]\\\x00-\x1f\x7f]{1,189}\s*$",
        max_length=254,
        description="An e-mail address of up to 254 characters",
    ),
]
NewPassword = Annotated[str, Meta(min_length=10, max_length=128, description="10 to 128 characters")]
Password = Annotated[str, Meta(min_length=1, max_length=128, description="1 to 128 characters")]
Token = Annotated[str, Meta(min_length=1, max_length=128)]


class User(Resource, frozen=True, kw_only=True):
    """A person who signs in."""

    id: UUID
    email: str
    name: str
    is_platform_admin: bool
    active_org_id: UUID | None
    created_at: Instant


class Membership(msgspec.Struct, frozen=True, kw_only=True):
    """An org a caller may act in."""

    id: UUID
    name: str
    role: Role


class Registered(msgspec.Struct, frozen=True, kw_only=True):
    """A new account, signed in. Unsafe calls of the session repeat `csrf_token` in the header X-CSRF-Token."""

    user: User
    org: Org | None
    csrf_token: str


class SignedIn(msgspec.Struct, frozen=True, kw_only=True):
    """A session that has begun. Unsafe calls of it repeat `csrf_token` in the header X-CSRF-Token."""

    user: User
    orgs: list[Membership]
    csrf_token: str


class Ok(msgspec.Struct, frozen=True, kw_only=True):
    """It is done."""

    ok: bool = True


class Rotated(msgspec.Struct, frozen=True, kw_only=True):
    """It is done, and the session goes on under another cookie and token."""

    ok: bool = True
    csrf_token: str


class Me(msgspec.Struct, frozen=True, kw_only=True):
    """Who is calling, where, and what it may do. The operator's own key has no user."""

    user: User | None
    org: Org | None
    role: Role | None
    auth: Literal["session", "api_key"]
    scopes: list[Scope]
    csrf_token: str | None
    orgs: list[Membership]


class Session(Resource, frozen=True, kw_only=True):
    """A browser a person is signed in with."""

    derived: ClassVar[frozenset[str]] = frozenset({"last_seen_at", "is_current"})

    id: UUID
    created_at: Instant
    last_seen_at: Instant | None
    user_agent: str | None
    is_current: bool


class Member(Resource, frozen=True, kw_only=True):
    """A person who belongs to the organization."""

    derived: ClassVar[frozenset[str]] = frozenset({"last_seen_at"})

    user_id: UUID
    name: str
    email: str
    role: Role
    joined_at: Instant
    last_seen_at: Instant | None


class Inviter(msgspec.Struct, frozen=True, kw_only=True):
    """Who asked somebody to join; without a name once that account is gone."""

    id: UUID
    name: str | None


class Invitation(Resource, frozen=True, kw_only=True):
    """Somebody was asked to join. `accept_url` is shown by the calls that make a token, and by no other."""

    id: UUID
    email: str
    role: Role
    status: InvitationStatus
    invited_by: Inviter | None
    expires_at: Instant
    accept_url: str | None
    created_at: Instant


class OpenedInvitation(msgspec.Struct, frozen=True, kw_only=True):
    """What an invitation says to whoever has its token."""

    org_name: str
    email: str
    role: Role
    inviter_name: str | None
    expires_at: Instant
    account_exists: bool


class Joined(msgspec.Struct, frozen=True, kw_only=True):
    """The organization a person has joined."""

    org: Org
    role: Role


def user(row: UserRow, belongs: list[Membership]) -> User:
    """A person. The active org is one it still belongs to."""
    active = row.active_org if any(one.id == row.active_org for one in belongs) else None
    return shown(User, row, id=row.user_id, active_org_id=active or (belongs[0].id if belongs else None))


def membership(row: BelongingRow) -> Membership:
    """An org a person is in."""
    return Membership(id=row.org, name=row.name, role=row.role)


def session(row: SessionRow, last_seen_at: Instant | None, *, is_current: bool) -> Session:
    """A session."""
    return shown(Session, row, id=row.session, last_seen_at=last_seen_at, is_current=is_current)


def member(row: MemberRow, last_seen_at: Instant | None) -> Member:
    """A member."""
    return shown(Member, row, last_seen_at=last_seen_at)


def invitation(row: InvitationRow, accept_url: str | None = None) -> Invitation:
    """An invitation."""
    by = None if row.invited_by is None else Inviter(id=row.invited_by, name=row.inviter_name)
    return Invitation(
        id=row.invitation,
        email=row.email,
        role=row.role,
        status=row.status,
        invited_by=by,
        expires_at=instant(row.expires_at),
        accept_url=accept_url,
        created_at=instant(row.created_at),
    )
