"""Decisions about the organization itself: opening it, its settings, its plan, its ban and its end."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, TypeVar

from trackagoat.events.catalogue.plans import limit
from trackagoat.events.catalogue.words import Command, NotFound
from trackagoat.events.catalogue.workspace import (
    BanOrg,
    CreateOrg,
    DeleteOrg,
    InvitationRevoked,
    LimitReached,
    MemberJoined,
    NameNotConfirmed,
    OrgBanned,
    OrgCreated,
    OrgDeleted,
    OrgTierChanged,
    OrgUnbanned,
    OrgUpdated,
    ProjectDeleted,
    SetTier,
    Tier,
    UnbanOrg,
    UpdateOrg,
)
from trackagoat.workspace.domain import zones
from trackagoat.workspace.domain.keys import revoked
from trackagoat.workspace.domain.state import Facts, Org

T = TypeVar("T")
GRACE = timedelta(days=14)
"""How long the retention of a plan that was given up stays in force."""


def create(command: CreateOrg) -> list[Facts]:
    """Open the org; its maker is its first admin. Raises InvalidTimezone and LimitReached."""
    timezone = zones.checked(command.timezone)
    if command.max_orgs is not None and command.orgs >= command.max_orgs:
        message = "Limit reached: max_orgs_per_user"
        raise LimitReached(message, limitKey="max_orgs_per_user", current=command.orgs, max=command.max_orgs)
    tier = command.tier or "self_hosted"
    created = OrgCreated(org=command.org, name=command.name, timezone=timezone, tier=tier, owner=command.owner)
    return [created] if command.owner is None else [created, MemberJoined(user=command.owner, role="admin")]


def decide(command: UpdateOrg | SetTier | DeleteOrg | BanOrg | UnbanOrg, org: Org) -> list[Facts]:
    """What becomes of an org that is there."""
    match command:
        case UpdateOrg():
            return _update(command, org)
        case SetTier(tier=tier, now=now):
            return [] if tier == org.tier else [_moved(command, org.tier, tier, now)]
        case DeleteOrg():
            return _delete(command, org)
        case BanOrg():
            return [] if org.banned else [OrgBanned(org=command.org, reason=command.reason)]
        case UnbanOrg():
            return [OrgUnbanned(org=command.org)] if org.banned else []


def after_the_end(command: Command) -> list[Facts]:
    """Deleting what is deleted changes nothing; for everything else the org does not exist."""
    if isinstance(command, DeleteOrg):
        return []
    raise NotFound


def _update(command: UpdateOrg, org: Org) -> list[Facts]:
    if command.timezone is not None:
        zones.checked(command.timezone)
    event = OrgUpdated(
        org=command.org,
        name=_changed(command.name, org.name),
        timezone=_changed(command.timezone, org.timezone),
        video_stats_hours=_changed(command.video_stats_hours, org.hours.video_stats),
        discover_videos_hours=_changed(command.discover_videos_hours, org.hours.discover_videos),
        creator_profiles_hours=_changed(command.creator_profiles_hours, org.hours.creator_profiles),
        video_expiry_enabled=_changed(command.video_expiry_enabled, org.video_expiry_enabled),
    )
    return [] if event == OrgUpdated(org=command.org) else [event]


def _moved(command: SetTier, before: Tier, after: Tier, now: datetime | None) -> OrgTierChanged:
    """The change of plan, with grace when less history is kept than before."""
    had, has = limit(before, "stats_history_retention_days"), limit(after, "stats_history_retention_days")
    shrinks = has is not None and (had is None or has < had)
    grace = now + GRACE if shrinks and now is not None else None
    return OrgTierChanged(org=command.org, before=before, after=after, grace_until=grace)


def _delete(command: DeleteOrg, org: Org) -> list[Facts]:
    if command.confirm_name != org.name:
        raise NameNotConfirmed
    ended: list[Any] = [ProjectDeleted(project=project) for project in sorted(org.projects)]
    ended += [revoked(id, key) for id, key in sorted(org.keys.items()) if not key.revoked]
    ended += [
        InvitationRevoked(invitation=id, role=one.role, expires_at=one.expires_at)
        for id, one in sorted(org.invitations.items())
        if one.waits(command.now)
    ]
    return [*ended, OrgDeleted(org=command.org, name=org.name)]


def _changed(given: T | None, present: T) -> T | None:
    return None if given == present else given
