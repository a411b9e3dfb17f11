"""The stream `org` folded: what decisions about an organization look at."""

from __future__ import annotations

from datetime import datetime
from typing import TypeVar
from uuid import UUID

import msgspec
from immutables import Map

from trackagoat.events.catalogue.words import InvitationId, Json, KeyId, NotFound, ProjectId, Scope, UserId
from trackagoat.events.catalogue.workspace import (
    ApiKeyCreated,
    ApiKeyRenamed,
    ApiKeyRevoked,
    InvitationAccepted,
    InvitationCreated,
    InvitationDeclined,
    InvitationEvents,
    InvitationExpired,
    InvitationResent,
    InvitationRevoked,
    InvitationStatus,
    KeyEvents,
    MemberEvents,
    MemberJoined,
    MemberRemoved,
    MemberRoleChanged,
    OrgBanned,
    OrgCreated,
    OrgDeleted,
    OrgEvents,
    OrgTierChanged,
    OrgUnbanned,
    OrgUpdated,
    ProjectCreated,
    ProjectDeleted,
    ProjectEvents,
    ProjectUpdated,
    Role,
    Tier,
)

T = TypeVar("T")
Facts = OrgEvents | ProjectEvents | KeyEvents | MemberEvents | InvitationEvents


class Hours(msgspec.Struct, frozen=True):
    """How often the org wants its numbers read, in hours."""

    video_stats: int
    discover_videos: int
    creator_profiles: int


class Project(msgspec.Struct, frozen=True):
    """A live project."""

    name: str
    readme: str | None
    metadata: dict[str, Json]


class Key(msgspec.Struct, frozen=True):
    """A key that was made."""

    name: str
    prefix: str
    scopes: list[Scope]
    expires_at: datetime | None
    owner: UserId | None = None
    revoked: bool = False

    def works(self, now: datetime | None) -> bool:
        """Neither revoked nor expired."""
        expired = self.expires_at is not None and now is not None and self.expires_at <= now
        return not self.revoked and not expired


class Invitation(msgspec.Struct, frozen=True):
    """Somebody was asked to join."""

    email_hash: str
    role: Role
    digest: str
    nonce: UUID
    expires_at: datetime
    email: str | None = None
    known: UserId | None = None
    status: InvitationStatus = "pending"

    def waits(self, now: datetime | None) -> bool:
        """Nobody has answered, and there is still time to."""
        return self.status == "pending" and (now is None or now < self.expires_at)


class Org(msgspec.Struct, frozen=True):
    """What decisions look at."""

    name: str
    timezone: str
    tier: Tier
    hours: Hours
    video_expiry_enabled: bool = False
    banned: bool = False
    deleted: bool = False
    projects: Map[ProjectId, Project] = Map()
    keys: Map[KeyId, Key] = Map()
    members: Map[UserId, Role] = Map()
    invitations: Map[InvitationId, Invitation] = Map()

    def project(self, id: ProjectId) -> Project:
        """Raises NotFound."""
        return found(self.projects.get(id))

    def key(self, id: KeyId) -> Key:
        """Raises NotFound."""
        return found(self.keys.get(id))

    def role(self, id: UserId) -> Role:
        """Of a member. Raises NotFound."""
        return found(self.members.get(id))

    def invitation(self, id: InvitationId) -> Invitation:
        """Raises NotFound."""
        return found(self.invitations.get(id))

    def seats(self, now: datetime | None) -> int:
        """Members, and invitations that wait: together they count towards the plan."""
        return len(self.members) + sum(one.waits(now) for one in self.invitations.values())

    def only_admin(self, id: UserId) -> bool:
        """Is that member the one admin there is?"""
        return [user for user, role in self.members.items() if role == "admin"] == [id]


INITIAL: Org | None = None
"""Before the org exists."""


def evolve(org: Org | None, event: Facts) -> Org | None:
    """The state after the event."""
    if isinstance(event, OrgCreated):
        hours = Hours(event.video_stats_hours, event.discover_videos_hours, event.creator_profiles_hours)
        return Org(event.name, event.timezone, event.tier, hours)
    if org is None:
        return None
    if isinstance(event, ProjectEvents):
        return _with_project(org, event)
    if isinstance(event, KeyEvents):
        return msgspec.structs.replace(org, keys=_with_key(org.keys, event))
    if isinstance(event, MemberEvents):
        return msgspec.structs.replace(org, members=_with_member(org.members, event))
    if isinstance(event, InvitationEvents):
        return msgspec.structs.replace(org, invitations=_with_invitation(org.invitations, event))
    return _itself(org, event)


def _itself(org: Org, event: OrgUpdated | OrgTierChanged | OrgDeleted | OrgBanned | OrgUnbanned) -> Org:
    replace = msgspec.structs.replace
    match event:
        case OrgUpdated():
            return _with_updates(org, event)
        case OrgTierChanged(after=tier):
            return replace(org, tier=tier)
        case OrgDeleted():
            return replace(org, deleted=True, members=Map())
        case OrgBanned():
            return replace(org, banned=True)
        case OrgUnbanned():
            return replace(org, banned=False)


def _with_updates(org: Org, event: OrgUpdated) -> Org:
    hours = Hours(
        otherwise(event.video_stats_hours, org.hours.video_stats),
        otherwise(event.discover_videos_hours, org.hours.discover_videos),
        otherwise(event.creator_profiles_hours, org.hours.creator_profiles),
    )
    return msgspec.structs.replace(
        org,
        name=otherwise(event.name, org.name),
        timezone=otherwise(event.timezone, org.timezone),
        hours=hours,
        video_expiry_enabled=otherwise(event.video_expiry_enabled, org.video_expiry_enabled),
    )


def _with_project(org: Org, event: ProjectEvents) -> Org:
    match event:
        case ProjectCreated() | ProjectUpdated():
            project = Project(event.name, event.readme, event.metadata)
            return msgspec.structs.replace(org, projects=org.projects.set(event.project, project))
        case ProjectDeleted():
            return msgspec.structs.replace(org, projects=org.projects.delete(event.project))


def _with_key(keys: Map[KeyId, Key], event: KeyEvents) -> Map[KeyId, Key]:
    match event:
        case ApiKeyCreated():
            return keys.set(event.key, Key(event.name, event.prefix, event.scopes, event.expires_at, owner=event.owner))
        case ApiKeyRenamed():
            return keys.set(event.key, msgspec.structs.replace(keys[event.key], name=event.name))
        case ApiKeyRevoked():
            return keys.set(event.key, msgspec.structs.replace(keys[event.key], revoked=True))


def _with_member(members: Map[UserId, Role], event: MemberEvents) -> Map[UserId, Role]:
    match event:
        case MemberJoined() | MemberRoleChanged():
            return members.set(event.user, event.role)
        case MemberRemoved():
            return members.delete(event.user)


def _with_invitation(
    invitations: Map[InvitationId, Invitation], event: InvitationEvents
) -> Map[InvitationId, Invitation]:
    if isinstance(event, InvitationCreated):
        who = (event.email_hash, event.role, event.digest, event.nonce, event.expires_at, event.email, event.known)
        made = Invitation(*who)
        return invitations.set(event.invitation, made)
    return invitations.set(event.invitation, _answered(invitations[event.invitation], event))


def _answered(
    invitation: Invitation,
    event: InvitationResent | InvitationAccepted | InvitationDeclined | InvitationRevoked | InvitationExpired,
) -> Invitation:
    replace = msgspec.structs.replace
    match event:
        case InvitationResent():
            return replace(
                invitation, digest=event.digest, nonce=event.nonce, expires_at=event.expires_at, status="pending"
            )
        case InvitationAccepted():
            return replace(invitation, status="accepted")
        case InvitationDeclined():
            return replace(invitation, status="declined")
        case InvitationRevoked():
            return replace(invitation, status="revoked")
        case InvitationExpired():
            return replace(invitation, status="expired")


def found(thing: T | None) -> T:
    """The thing. Raises NotFound when there is none."""
    if thing is None:
        raise NotFound
    return thing


def otherwise(given: T | None, present: T) -> T:
    """What was given, if anything was."""
    return present if given is None else given
