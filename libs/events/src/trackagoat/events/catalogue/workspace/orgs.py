"""Organizations: their settings, their plan, and whether they are there at all.

These shapes are the stored bytes. Add fields with defaults; never rename, never remove.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from trackagoat.events.catalogue.words import OrgId, Refused, UserId
from trackagoat.events.catalogue.workspace.speaker import Tier, WorkspaceCommand, WorkspaceEvent


class OrgCreated(WorkspaceEvent, frozen=True, kw_only=True, tag="org.created.v1"):
    """A workspace came into being. Intervals are hours. Its maker, if a person made it, is its first admin."""

    org: OrgId
    name: str
    timezone: str = "UTC"
    tier: Tier = "self_hosted"
    video_stats_hours: int = 6
    discover_videos_hours: int = 6
    creator_profiles_hours: int = 24
    owner: UserId | None = None


class OrgUpdated(WorkspaceEvent, frozen=True, kw_only=True, tag="org.updated.v1"):
    """Fields of the org changed; None is unchanged."""

    org: OrgId
    name: str | None = None
    timezone: str | None = None
    video_stats_hours: int | None = None
    discover_videos_hours: int | None = None
    creator_profiles_hours: int | None = None
    video_expiry_enabled: bool | None = None


class OrgTierChanged(
    WorkspaceEvent, frozen=True, kw_only=True, tag="org.tier_changed.v1", rename={"before": "from", "after": "to"}
):
    """Another plan holds from now on. The former one's retention stays in force until `grace_until`, if that is set."""

    org: OrgId
    before: Tier
    after: Tier
    grace_until: datetime | None = None


class OrgDeleted(WorkspaceEvent, frozen=True, kw_only=True, tag="org.deleted.v1"):
    """The org is gone for everybody. Its projects, keys and invitations were ended by events of their own before."""

    org: OrgId
    name: str


class OrgBanned(WorkspaceEvent, frozen=True, kw_only=True, tag="org.banned.v1"):
    """The operator shut the org out: nobody gets in, and its tracking rests."""

    public: ClassVar[bool] = False

    org: OrgId
    reason: str | None = None


class OrgUnbanned(WorkspaceEvent, frozen=True, kw_only=True, tag="org.unbanned.v1"):
    """The org may work again."""

    public: ClassVar[bool] = False

    org: OrgId


OrgEvents = OrgCreated | OrgUpdated | OrgTierChanged | OrgDeleted | OrgBanned | OrgUnbanned


class CreateOrg(WorkspaceCommand, frozen=True, kw_only=True, tag="org.create"):
    """Open a workspace. `owner` becomes its admin; `max_orgs` is how many orgs that person may be in (completed with
    `orgs`, how many it is in already, by the service).
    """

    org: OrgId
    name: str
    timezone: str = "UTC"
    tier: Tier | None = None
    owner: UserId | None = None
    max_orgs: int | None = None
    orgs: int = 0


class UpdateOrg(WorkspaceCommand, frozen=True, kw_only=True, tag="org.update"):
    """Change fields of the org; None leaves a field."""

    org: OrgId
    name: str | None = None
    timezone: str | None = None
    video_stats_hours: int | None = None
    discover_videos_hours: int | None = None
    creator_profiles_hours: int | None = None
    video_expiry_enabled: bool | None = None


class SetTier(WorkspaceCommand, frozen=True, kw_only=True, tag="org.set_tier"):
    """Put the org on a plan. `now` is completed by the service."""

    org: OrgId
    tier: Tier
    now: datetime | None = None


class DeleteOrg(WorkspaceCommand, frozen=True, kw_only=True, tag="org.delete"):
    """Take the org and everything in it away. `confirm_name` must be its name. `now` is completed by the service."""

    org: OrgId
    confirm_name: str
    now: datetime | None = None


class BanOrg(WorkspaceCommand, frozen=True, kw_only=True, tag="org.ban"):
    """Shut the org out."""

    org: OrgId
    reason: str | None = None


class UnbanOrg(WorkspaceCommand, frozen=True, kw_only=True, tag="org.unban"):
    """Let the org work again."""

    org: OrgId


OrgCommands = CreateOrg | UpdateOrg | SetTier | DeleteOrg | BanOrg | UnbanOrg


class InvalidTimezone(Refused):
    """That is no timezone of the IANA database, such as Europe/Berlin."""


class NameNotConfirmed(Refused):
    """The name does not match; nothing was deleted."""
