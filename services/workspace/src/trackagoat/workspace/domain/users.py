"""The streams `user-<id>`: a person's account, sessions and password."""

from __future__ import annotations

import hmac
from datetime import datetime, timedelta

import msgspec
from immutables import Map

from trackagoat.events.catalogue.words import NotFound, OrgId, SessionId
from trackagoat.events.catalogue.workspace import (
    Banned,
    BanUser,
    ChangePassword,
    EmailMismatch,
    EmailTaken,
    EndSession,
    EraseUser,
    InvalidCredentials,
    InvitationOver,
    InvitationUsed,
    LastAdmin,
    LimitReached,
    PasswordChanged,
    PasswordResetRequested,
    RegisterUser,
    RegistrationClosed,
    RequestPasswordReset,
    ResetPassword,
    SessionEnded,
    SessionStarted,
    StartSession,
    TokenExpired,
    UnbanUser,
    UpdateUser,
    UserBanned,
    UserCommands,
    UserErased,
    UserEvents,
    UserRegistered,
    UserUnbanned,
    UserUpdated,
)
from trackagoat.workspace.domain import zones
from trackagoat.workspace.domain.invitations import ANSWERED
from trackagoat.workspace.domain.state import found, otherwise

RESET_VALID = timedelta(hours=1)
MOST_SESSIONS = 100
"""Sessions of one person that are remembered; the oldest makes room."""


class Reset(msgspec.Struct, frozen=True):
    """A link that sets a new password, once."""

    digest: str
    expires_at: datetime


class User(msgspec.Struct, frozen=True):
    """What decisions look at. Once erased, nothing but that is left."""

    name: str
    password: str
    active_org: OrgId | None = None
    banned: bool = False
    erased: bool = False
    reset: Reset | None = None
    sessions: Map[SessionId, int] = Map()
    count: int = 0


INITIAL: User | None = None
"""Before the person registered."""


def stream(command: UserCommands) -> str:
    """Each person is decided on apart from all others."""
    return f"user-{command.user}"


def decide(command: UserCommands, user: User | None) -> list[UserEvents]:
    """What the command makes happen. Raises NotFound for somebody who never was or is gone."""
    if isinstance(command, RegisterUser):
        return _register(command) if user is None else []
    there = found(user)
    if there.erased:
        if isinstance(command, EraseUser):
            return []
        raise NotFound
    return _decide(command, there)


def _decide(
    command: StartSession
    | EndSession
    | UpdateUser
    | ChangePassword
    | RequestPasswordReset
    | ResetPassword
    | BanUser
    | UnbanUser
    | EraseUser,
    user: User,
) -> list[UserEvents]:
    id = command.user
    match command:
        case StartSession():
            return _start(command, user)
        case EndSession(session=session):
            return [SessionEnded(user=id, session=session)] if session in user.sessions else []
        case UpdateUser():
            changed = UserUpdated(
                user=id,
                name=None if command.name == user.name else command.name,
                active_org=None if command.active_org == user.active_org else command.active_org,
            )
            return [] if changed == UserUpdated(user=id) else [changed]
        case ChangePassword():
            return _change_password(command, user)
        case RequestPasswordReset(nonce=nonce, digest=digest, now=now):
            if user.reset is not None and user.reset.digest == digest:
                return []
            ends = found(now) + RESET_VALID
            return [PasswordResetRequested(user=id, nonce=nonce, digest=digest, expires_at=ends)]
        case ResetPassword():
            return _reset(command, user)
        case BanUser(reason=reason):
            return [] if user.banned else [UserBanned(user=id, reason=reason)]
        case UnbanUser():
            return [UserUnbanned(user=id)] if user.banned else []
        case EraseUser():
            return _erase(command, user)


def evolve(user: User | None, event: UserEvents) -> User | None:
    """The state after the event."""
    if isinstance(event, UserRegistered):
        return User(event.name, event.password, active_org=event.org)
    return None if user is None else _evolve(user, event)


def _evolve(
    user: User,
    event: UserUpdated
    | PasswordChanged
    | PasswordResetRequested
    | SessionStarted
    | SessionEnded
    | UserBanned
    | UserUnbanned
    | UserErased,
) -> User:
    replace = msgspec.structs.replace
    match event:
        case UserUpdated():
            active = otherwise(event.active_org, user.active_org)
            return replace(user, name=otherwise(event.name, user.name), active_org=active)
        case PasswordChanged(password=password):
            return replace(user, password=password, reset=None, sessions=Map())
        case PasswordResetRequested():
            return replace(user, reset=Reset(event.digest, event.expires_at))
        case SessionStarted(session=session):
            return _with_session(user, session)
        case SessionEnded(session=session):
            return replace(user, sessions=user.sessions.delete(session)) if session in user.sessions else user
        case UserBanned():
            return replace(user, banned=True)
        case UserUnbanned():
            return replace(user, banned=False)
        case UserErased():
            return User("", "", erased=True)


def _with_session(user: User, session: SessionId) -> User:
    """The sessions with one more; of too many the oldest is no longer remembered (it has ended long ago)."""
    sessions = user.sessions.set(session, user.count)
    if len(sessions) > MOST_SESSIONS:
        sessions = sessions.delete(min(sessions, key=lambda one: sessions[one]))
    return msgspec.structs.replace(user, sessions=sessions, count=user.count + 1)


def _register(command: RegisterUser) -> list[UserEvents]:
    _may_register(command)
    zones.checked(command.timezone)
    invited = command.invited
    registered = UserRegistered(
        user=command.user,
        email=command.email,
        name=command.name,
        email_hash=command.email_hash,
        password=command.password,
        is_platform_admin=command.first,
        org=invited.org if invited else command.org,
        org_name=None if invited else command.org_name,
        timezone=command.timezone,
        tier=command.tier,
        invitation=invited.invitation if invited else None,
        invitation_digest=command.invitation_digest if invited else None,
    )
    return [registered, *_first_session(command)]


def _may_register(command: RegisterUser) -> None:
    """Raise unless the setting, or an invitation, lets this person in."""
    if not (command.first or command.operator):
        if command.registration == "closed":
            raise RegistrationClosed
        if command.registration == "invite_only" and command.invitation_digest is None:
            raise RegistrationClosed
    if command.invitation_digest is not None:
        _opened(command)
    if command.taken:
        raise EmailTaken


def _opened(command: RegisterUser) -> None:
    """Raise unless the token opens an invitation to this very address, with a seat left to take."""
    invited = command.invited
    if invited is None:
        raise InvitationOver
    if invited.status in ANSWERED:
        raise InvitationUsed
    if invited.status != "pending" or found(command.now) >= invited.expires_at:
        raise InvitationOver
    if invited.email_hash != command.email_hash:
        raise EmailMismatch
    if not invited.room:
        message = "Limit reached: max_members_per_org"
        raise LimitReached(message, limitKey="max_members_per_org")


def _first_session(command: RegisterUser | ChangePassword) -> list[UserEvents]:
    if command.session is None:
        return []
    return [
        SessionStarted(
            user=command.user, session=command.session, digest=command.session_digest, user_agent=command.user_agent
        )
    ]


def _start(command: StartSession, user: User) -> list[UserEvents]:
    if command.session in user.sessions:
        return []
    _same(command.password, user)
    if user.banned:
        raise Banned
    return [
        SessionStarted(user=command.user, session=command.session, digest=command.digest, user_agent=command.user_agent)
    ]


def _change_password(command: ChangePassword, user: User) -> list[UserEvents]:
    if command.password == user.password:
        return []
    if command.present is not None:
        _same(command.present, user)
    return [PasswordChanged(user=command.user, password=command.password), *_first_session(command)]


def _reset(command: ResetPassword, user: User) -> list[UserEvents]:
    if command.password == user.password:
        return []
    reset = user.reset
    if reset is None or not hmac.compare_digest(reset.digest, command.digest):
        raise TokenExpired
    if found(command.now) >= reset.expires_at:
        raise TokenExpired
    return [PasswordChanged(user=command.user, password=command.password)]


def _erase(command: EraseUser, user: User) -> list[UserEvents]:
    if command.present is not None:
        _same(command.present, user)
    if command.only_admin_of:
        raise LastAdmin
    return [UserErased(user=command.user, orgs=command.orgs, invitations=command.invitations, waiting=command.waiting)]


def _same(checked: str, user: User) -> None:
    """Raise when the password has changed since it was checked."""
    if not hmac.compare_digest(checked, user.password):
        raise InvalidCredentials
