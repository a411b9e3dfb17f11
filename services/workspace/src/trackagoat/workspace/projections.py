"""Workspace's facts as rows: orgs, projects, API keys, people, members and invitations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from trackagoat.events.catalogue.campaigns import CampaignCreated
from trackagoat.events.catalogue.goals import GoalPeriodClosed
from trackagoat.events.catalogue.ingest import (
    CreatorAdded,
    CreatorFollowerMilestone,
    CreatorRenamed,
    DiscoveryGapFound,
)
from trackagoat.events.catalogue.workspace import (
    AnnotationCreated,
    AnnotationDeleted,
    AnnotationUpdated,
    ApiKeyCreated,
    ApiKeyRenamed,
    ApiKeyRevoked,
    InvitationAccepted,
    InvitationCreated,
    InvitationDeclined,
    InvitationExpired,
    InvitationResent,
    InvitationRevoked,
    KeyEvents,
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
    PasswordChanged,
    PasswordResetRequested,
    ProjectCreated,
    ProjectDeleted,
    ProjectEvents,
    ProjectUpdated,
    SessionEnded,
    SessionStarted,
    UserBanned,
    UserErased,
    UserRegistered,
    UserUnbanned,
    UserUpdated,
)
from trackagoat.events.effects import Write
from trackagoat.events.envelope import Heard
from trackagoat.workspace.store import annotations as notes
from trackagoat.workspace.store import members as seats
from trackagoat.workspace.store import orgs as store
from trackagoat.workspace.store import people

CreatorHappenings = CreatorAdded | CreatorRenamed | CreatorFollowerMilestone | DiscoveryGapFound
AnnotationFacts = (
    AnnotationCreated | AnnotationUpdated | AnnotationDeleted | CreatorHappenings | CampaignCreated | GoalPeriodClosed
)
AccountFacts = UserRegistered | UserUpdated | UserBanned | UserUnbanned | UserErased
CredentialFacts = UserRegistered | PasswordChanged | PasswordResetRequested | UserErased
SessionFacts = SessionStarted | SessionEnded | PasswordChanged | UserErased
MemberFacts = MemberJoined | MemberRoleChanged | MemberRemoved | OrgDeleted
InvitationFacts = (
    InvitationCreated
    | InvitationResent
    | InvitationAccepted
    | InvitationDeclined
    | InvitationRevoked
    | InvitationExpired
    | UserErased
)

LONGEST = 200
"""Characters of a label."""


def orgs(page: Sequence[Heard[OrgEvents]]) -> Iterator[Write]:
    """Every org as it is now; a deleted one says when it was."""
    for fact in page:
        match fact.event:
            case OrgCreated() as e:
                hours = (e.video_stats_hours, e.discover_videos_hours, e.creator_profiles_hours)
                yield store.add_org(fact.org, e.name, e.timezone, e.tier, *hours, fact.at)
            case OrgUpdated() as e:
                changed = (e.video_stats_hours, e.discover_videos_hours, e.creator_profiles_hours)
                yield store.change_org(fact.org, e.name, e.timezone, *changed, e.video_expiry_enabled, fact.at)
            case OrgTierChanged() as e:
                previous = e.before if e.grace_until is not None else None
                yield store.move_org(fact.org, e.after, previous, e.grace_until, fact.at)
            case OrgDeleted():
                yield store.delete_org(fact.org, fact.at)
            case OrgBanned():
                yield store.ban_org(fact.org, fact.at)
            case OrgUnbanned():
                yield store.ban_org(fact.org, None)


def projects(page: Sequence[Heard[ProjectEvents]]) -> Iterator[Write]:
    """Every live project as it is now."""
    for fact in page:
        match fact.event:
            case ProjectCreated() as e:
                yield store.add_project(fact.org, e.project, e.name, e.readme, e.metadata, fact.at)
            case ProjectUpdated() as e:
                yield store.change_project(e.project, e.name, e.readme, e.metadata, fact.at)
            case ProjectDeleted() as e:
                yield store.remove_project(e.project)


def api_keys(page: Sequence[Heard[KeyEvents]]) -> Iterator[Write]:
    """Every key ever made; a revoked one says when."""
    for fact in page:
        match fact.event:
            case ApiKeyCreated() as e:
                scopes = " ".join(e.scopes)
                yield store.add_key(fact.org, e.key, e.name, e.prefix, e.digest, scopes, e.expires_at, e.owner, fact.at)
            case ApiKeyRenamed() as e:
                yield store.rename_key(e.key, e.name)
            case ApiKeyRevoked() as e:
                yield store.revoke_key(e.key, fact.at)


def users(page: Sequence[Heard[AccountFacts]]) -> Iterator[Write]:
    """Every person; of an erased one the bare id."""
    for fact in page:
        match fact.event:
            case UserRegistered() as e:
                yield people.add_user(e.user, e.email, e.email_hash, e.name, e.is_platform_admin, e.org, fact.at)
            case UserUpdated() as e:
                yield people.change_user(e.user, e.name, e.active_org, fact.at)
            case UserBanned() as e:
                yield people.ban_user(e.user, fact.at)
            case UserUnbanned() as e:
                yield people.ban_user(e.user, None)
            case UserErased() as e:
                yield people.erase_user(e.user, fact.at)


def credentials(page: Sequence[Heard[CredentialFacts]]) -> Iterator[Write]:
    """What a person proves to be that person with."""
    for fact in page:
        match fact.event:
            case UserRegistered() | PasswordChanged() as e:
                yield people.set_password(e.user, e.password)
            case PasswordResetRequested() as e:
                yield people.set_reset(e.user, e.digest, e.nonce, e.expires_at)
            case UserErased() as e:
                yield people.drop_credentials(e.user)


def sessions(page: Sequence[Heard[SessionFacts]]) -> Iterator[Write]:
    """Every session that was not ended; a changed password ends all."""
    for fact in page:
        match fact.event:
            case SessionStarted() as e:
                yield people.add_session(e.session, e.user, e.digest, e.user_agent, fact.at)
            case SessionEnded() as e:
                yield people.end_session(e.session)
            case PasswordChanged() | UserErased() as e:
                yield people.end_sessions(e.user)


def members(page: Sequence[Heard[MemberFacts]]) -> Iterator[Write]:
    """Who belongs to which org, as what."""
    for fact in page:
        match fact.event:
            case MemberJoined() as e:
                yield seats.add_member(fact.org, e.user, e.role, fact.at)
            case MemberRoleChanged() as e:
                yield seats.change_role(fact.org, e.user, e.role)
            case MemberRemoved() as e:
                yield seats.remove_member(fact.org, e.user)
            case OrgDeleted():
                yield seats.remove_members(fact.org)


def invitations(page: Sequence[Heard[InvitationFacts]]) -> Iterator[Write]:
    """Every invitation and what became of it."""
    for fact in page:
        match fact.event:
            case InvitationCreated() as e:
                address = (e.email, e.email_hash, e.role, e.nonce, e.digest)
                yield seats.add_invitation(fact.org, e.invitation, *address, e.invited_by, e.expires_at, fact.at)
            case InvitationResent() as e:
                yield seats.renew_invitation(e.invitation, e.nonce, e.digest, e.expires_at, fact.at)
            case InvitationAccepted() as e:
                yield seats.settle_invitation(e.invitation, "accepted", fact.at)
            case InvitationDeclined() as e:
                yield seats.settle_invitation(e.invitation, "declined", fact.at)
            case InvitationRevoked() as e:
                yield seats.settle_invitation(e.invitation, "revoked", fact.at)
            case InvitationExpired() as e:
                yield seats.settle_invitation(e.invitation, "expired", fact.at)
            case UserErased() as e:
                for one in (*e.invitations, *(waiting.invitation for waiting in e.waiting)):
                    yield seats.forget_invitation(one)


def noted(page: Sequence[Heard[AnnotationFacts]]) -> Iterator[Write]:
    """What people noted, and what happened by itself: the id of the latter is that of the fact."""
    for fact in page:
        match fact.event:
            case AnnotationCreated() as e:
                about = (e.entity_type, e.entity, e.by)
                yield notes.add_annotation(
                    fact.org, e.annotation, e.project, e.date, e.kind, e.label, e.body, *about, fact.at
                )
            case AnnotationUpdated() as e:
                yield notes.change_annotation(e.annotation, e.date, e.kind, e.label, e.body, fact.at)
            case AnnotationDeleted() as e:
                yield notes.remove_annotation(e.annotation)
            case CreatorAdded() | CreatorRenamed() | CreatorFollowerMilestone() | DiscoveryGapFound() as e:
                what = (*_happened(e), "creator", e.creator)
                yield notes.note_happening(fact.org, fact.id, e.project, *what, fact.at)
            case CampaignCreated() as e:
                label = f"Campaign {e.name} was created"[:LONGEST]
                yield notes.note_happening(
                    fact.org, fact.id, e.project, "campaign_created", label, "campaign", e.campaign, fact.at
                )
            case GoalPeriodClosed() as e:
                done = e.status == "completed"
                result = ("goal_completed", "A goal was completed") if done else ("goal_missed", "A goal was missed")
                yield notes.note_happening(fact.org, fact.id, e.project, *result, "creator", e.creator, e.period_end)


def _happened(event: CreatorHappenings) -> tuple[str, str]:
    """The kind of what happened to a creator, and a label that names nobody."""
    match event:
        case CreatorAdded():
            return "creator_added", "A creator was added"
        case CreatorRenamed():
            return "creator_renamed", "A creator was renamed"
        case CreatorFollowerMilestone(milestone=milestone):
            return "follower_milestone", f"{milestone:,} followers were reached"
        case DiscoveryGapFound():
            return "discovery_gap", "Posts may be missing"
