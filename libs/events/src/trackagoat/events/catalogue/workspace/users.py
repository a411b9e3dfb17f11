"""Users: people who sign in. They belong to no org, so what happens to them is told in the installation's own space.

These shapes are the stored bytes. Add fields with defaults; never rename, never remove.

`email` and `name` are the personal fields, sealed under the person's own key. `email_hash` is a keyed hash of the
address in lower case; `password` is an argon2id string; digests are SHA-256 in hex. Passwords and tokens themselves
never travel.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Literal
from uuid import UUID

import msgspec

from trackagoat.events.catalogue.words import InvitationId, OrgId, Refused, SessionId, UserId
from trackagoat.events.catalogue.workspace.speaker import Tier, WorkspaceCommand, WorkspaceEvent

Registration = Literal["closed", "invite_only", "open"]
"""Who may register: nobody, those with an invitation, everybody. The very first user always may."""


class UserEvent(WorkspaceEvent, frozen=True, kw_only=True):
    """Said of a user; the public feed of no org shows it."""

    public: ClassVar[bool] = False

    user: UserId


class UserRegistered(UserEvent, frozen=True, kw_only=True, tag="user.registered.v1"):
    """A person has an account.

    With `invitation` it joins `org` by that; otherwise it founds `org`, called `org_name`, on the plan `tier`.
    """

    email: str
    name: str
    email_hash: str
    password: str
    is_platform_admin: bool = False
    org: OrgId | None = None
    org_name: str | None = None
    timezone: str = "UTC"
    tier: Tier = "self_hosted"
    invitation: InvitationId | None = None
    invitation_digest: str | None = None


class UserUpdated(UserEvent, frozen=True, kw_only=True, tag="user.updated.v1"):
    """The profile changed; None is unchanged."""

    name: str | None = None
    active_org: OrgId | None = None


class PasswordChanged(UserEvent, frozen=True, kw_only=True, tag="user.password_changed.v1"):
    """Another password holds; every session that began before has ended."""

    password: str


class PasswordResetRequested(UserEvent, frozen=True, kw_only=True, tag="user.password_reset_requested.v1"):
    """A link was asked for that sets a new password once. Its token follows from `nonce` and the installation's key."""

    nonce: UUID
    digest: str
    expires_at: datetime


class SessionStarted(UserEvent, frozen=True, kw_only=True, tag="user.session_started.v1"):
    """Somebody signed in."""

    session: SessionId
    digest: str
    user_agent: str | None = None


class SessionEnded(UserEvent, frozen=True, kw_only=True, tag="user.session_ended.v1"):
    """The session is refused from now on."""

    session: SessionId


class UserBanned(UserEvent, frozen=True, kw_only=True, tag="user.banned.v1"):
    """The operator shut the person out."""

    reason: str | None = None


class UserUnbanned(UserEvent, frozen=True, kw_only=True, tag="user.unbanned.v1"):
    """The person may sign in again."""


class Waiting(msgspec.Struct, frozen=True):
    """An invitation nobody has answered, and where it leads."""

    invitation: InvitationId
    org: OrgId


class UserErased(UserEvent, frozen=True, kw_only=True, tag="user.erased.v1"):
    """The account is gone, and what made its personal fields readable: here and in `invitations`, those it answered,
    and in `waiting`, those it did not.

    `orgs` are those the person belonged to; what it did there stays under its bare id.
    """

    orgs: list[OrgId] = []
    invitations: list[InvitationId] = []
    waiting: list[Waiting] = []


UserEvents = (
    UserRegistered
    | UserUpdated
    | PasswordChanged
    | PasswordResetRequested
    | SessionStarted
    | SessionEnded
    | UserBanned
    | UserUnbanned
    | UserErased
)


class UserCommand(WorkspaceCommand, frozen=True, kw_only=True):
    """Asked about one user."""

    user: UserId


class Invited(msgspec.Struct, frozen=True, kw_only=True):
    """What an invitation says, as far as registering goes."""

    org: OrgId
    invitation: InvitationId
    email_hash: str
    status: str
    expires_at: datetime
    room: bool = True


class RegisterUser(UserCommand, frozen=True, kw_only=True, tag="user.register"):
    """Open an account, and a first session when `session` is given.

    `first`, `taken`, `registration`, `tier`, `invited` and `now` are completed by the service. `operator`: asked on the
    command line, which the setting `registration` does not bind.
    """

    email: str
    name: str
    email_hash: str
    password: str
    org: OrgId | None = None
    org_name: str | None = None
    timezone: str = "UTC"
    invitation_digest: str | None = None
    session: SessionId | None = None
    session_digest: str = ""
    user_agent: str | None = None
    operator: bool = False
    first: bool = False
    taken: bool = False
    registration: Registration = "closed"
    tier: Tier = "self_hosted"
    invited: Invited | None = None
    now: datetime | None = None


class StartSession(UserCommand, frozen=True, kw_only=True, tag="user.start_session"):
    """Sign in. `password` is the stored string that the caller's was checked against; another one is refused."""

    session: SessionId
    digest: str
    password: str
    user_agent: str | None = None


class EndSession(UserCommand, frozen=True, kw_only=True, tag="user.end_session"):
    """Sign out."""

    session: SessionId


class UpdateUser(UserCommand, frozen=True, kw_only=True, tag="user.update"):
    """Change the profile; None leaves a field."""

    name: str | None = None
    active_org: OrgId | None = None


class ChangePassword(UserCommand, frozen=True, kw_only=True, tag="user.change_password"):
    """Set another password, end every session, and begin `session` when it is given.

    `present` is the stored string the present password was checked against; None: the operator does it.
    """

    password: str
    present: str | None = None
    session: SessionId | None = None
    session_digest: str = ""
    user_agent: str | None = None


class RequestPasswordReset(UserCommand, frozen=True, kw_only=True, tag="user.request_password_reset"):
    """Make a link that sets a new password within an hour. `now` is completed by the service."""

    nonce: UUID
    digest: str
    now: datetime | None = None


class ResetPassword(UserCommand, frozen=True, kw_only=True, tag="user.reset_password"):
    """Set another password by a link. `now` is completed by the service."""

    digest: str
    password: str
    now: datetime | None = None


class BanUser(UserCommand, frozen=True, kw_only=True, tag="user.ban"):
    """Shut the person out."""

    reason: str | None = None


class UnbanUser(UserCommand, frozen=True, kw_only=True, tag="user.unban"):
    """Let the person in again."""


class EraseUser(UserCommand, frozen=True, kw_only=True, tag="user.erase"):
    """Delete the account; `present` is the stored string that the caller's password was checked against.

    `orgs`, `only_admin_of` (orgs with no other admin), `invitations` and `waiting` are completed by the service.
    """

    present: str | None = None
    orgs: list[OrgId] = []
    invitations: list[InvitationId] = []
    waiting: list[Waiting] = []
    only_admin_of: list[OrgId] = []


UserCommands = (
    RegisterUser
    | StartSession
    | EndSession
    | UpdateUser
    | ChangePassword
    | RequestPasswordReset
    | ResetPassword
    | BanUser
    | UnbanUser
    | EraseUser
)


class RegistrationClosed(Refused):
    """This installation takes new accounts by invitation only, or not at all."""


class EmailTaken(Refused):
    """There is an account with that address already."""


class InvalidCredentials(Refused):
    """Wrong e-mail or password."""


class TokenExpired(Refused):
    """The link was used already, or is older than an hour."""


class Banned(Refused):
    """The operator of this installation has banned that account or organization."""
