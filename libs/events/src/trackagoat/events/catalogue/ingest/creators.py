"""Creators: which accounts an organization tracks. Stream `roster` of the org."""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

import msgspec

from trackagoat.events.catalogue.ingest.speaker import IngestCommand, IngestEvent, Unseen
from trackagoat.events.catalogue.words import CreatorId, Json, ProjectId, Refused, TrackingMode


class CreatorAdded(IngestEvent, frozen=True, kw_only=True, tag="creator.added.v1"):
    """A TikTok account is tracked in a project from now on."""

    creator: CreatorId
    project: ProjectId
    tiktok_handle: str
    tracking_mode: TrackingMode = "auto"
    tracking_start_date: date
    display_name_override: str | None = None
    readme: str | None = None
    metadata: dict[str, Json] = {}


class CreatorReactivated(IngestEvent, frozen=True, kw_only=True, tag="creator.reactivated.v1"):
    """A removed creator's handle was added again: same id, whole new state of its settings."""

    creator: CreatorId
    project: ProjectId
    tiktok_handle: str
    tracking_mode: TrackingMode
    tracking_start_date: date
    display_name_override: str | None = None
    readme: str | None = None
    metadata: dict[str, Json] = {}


class CreatorUpdated(IngestEvent, frozen=True, kw_only=True, tag="creator.updated.v1"):
    """Settings of the creator after the change, whole; `before` has the changed ones as they were."""

    creator: CreatorId
    project: ProjectId
    tiktok_handle: str
    tracking_mode: TrackingMode
    tracking_start_date: date
    display_name_override: str | None = None
    readme: str | None = None
    metadata: dict[str, Json] = {}
    before: dict[str, Json] = {}


class CreatorRenamed(IngestEvent, frozen=True, kw_only=True, tag="creator.renamed.v1"):
    """The account has another handle. What was read of its profile no longer holds; everything else stays."""

    creator: CreatorId
    project: ProjectId
    from_: str = msgspec.field(name="from")
    to: str


class CreatorAutoDisabled(IngestEvent, frozen=True, kw_only=True, tag="creator.auto_disabled.v1"):
    """The account could not be seen too often in a row: it rests, its videos still count. `reason` is the last
    outcome.
    """

    creator: CreatorId
    project: ProjectId
    tiktok_handle: str
    reason: Unseen
    failures: int
    first_failure_at: datetime


class CreatorReenabled(IngestEvent, frozen=True, kw_only=True, tag="creator.reenabled.v1"):
    """A disabled creator is tracked again; what failed before counts no longer."""

    creator: CreatorId
    project: ProjectId
    tiktok_handle: str


class CreatorRemoved(IngestEvent, frozen=True, kw_only=True, tag="creator.removed.v1"):
    """The creator leaves every list and total, and with it all videos it owns."""

    creator: CreatorId
    project: ProjectId
    tiktok_handle: str


class CreatorErased(IngestEvent, frozen=True, kw_only=True, tag="creator.erased.v1"):
    """The person asked to be forgotten: name, texts and notes can no longer be read by anybody, past facts included.

    Whoever keeps them elsewhere drops them now. `connections` let sources read the account until now, and end with it.
    """

    creator: CreatorId
    project: ProjectId
    connections: list[UUID] = []


class RosterClosed(IngestEvent, frozen=True, kw_only=True, tag="roster.closed.v1"):
    """A project is gone: whom it tracked is tracked no longer, and nobody is added to it."""

    public: ClassVar[bool] = False
    project: ProjectId


class CreatorFollowerMilestone(IngestEvent, frozen=True, kw_only=True, tag="creator.follower_milestone.v1"):
    """Followers reached a round figure from below, for the first time. Stream `observations-<creator>`."""

    creator: CreatorId
    project: ProjectId
    milestone: int
    follower_count: int


CreatorEvents = (
    CreatorAdded
    | CreatorReactivated
    | CreatorUpdated
    | CreatorRenamed
    | CreatorAutoDisabled
    | CreatorReenabled
    | CreatorRemoved
    | CreatorErased
    | RosterClosed
    | CreatorFollowerMilestone
)


class AddCreator(IngestCommand, frozen=True, kw_only=True, tag="creator.add"):
    """Track an account in a project. Fields left None keep the old value when the creator comes back.

    Ingest itself completes `most`: how many creators the plan lets be active at once (None: any number).
    """

    creator: CreatorId
    project: ProjectId
    tiktok_handle: str
    today: date
    tracking_mode: TrackingMode | None = None
    tracking_start_date: date | None = None
    display_name_override: str | None = None
    readme: str | None = None
    metadata: dict[str, Json] | None = None
    most: int | None = None


class UpdateCreator(IngestCommand, frozen=True, kw_only=True, tag="creator.update"):
    """Replace what is given; None leaves a field unless its `set_*` flag is up. All of it, or nothing."""

    creator: CreatorId
    tiktok_handle: str | None = None
    tracking_mode: TrackingMode | None = None
    tracking_start_date: date | None = None
    display_name_override: str | None = None
    set_display_name_override: bool = False
    readme: str | None = None
    set_readme: bool = False
    metadata: dict[str, Json] | None = None
    set_metadata: bool = False


class RemoveCreator(IngestCommand, frozen=True, kw_only=True, tag="creator.remove"):
    """Stop tracking; the creator's videos leave every total. With `project`, only a creator of that one."""

    creator: CreatorId
    project: ProjectId | None = None


class EraseCreator(IngestCommand, frozen=True, kw_only=True, tag="creator.erase"):
    """Remove a creator and destroy what makes its personal fields readable. Not reversible.

    Ingest itself completes the `connections` that let sources read the account.
    """

    creator: CreatorId
    connections: list[UUID] = []


class ReenableCreator(IngestCommand, frozen=True, kw_only=True, tag="creator.reenable"):
    """Track a disabled creator again. With `project`, only a creator of that one; `most` as for AddCreator."""

    creator: CreatorId
    project: ProjectId | None = None
    most: int | None = None


class DisableCreator(IngestCommand, frozen=True, kw_only=True, tag="creator.disable"):
    """The account could not be seen too often in a row. Asked by ingest itself."""

    creator: CreatorId
    reason: Unseen
    failures: int
    first_failure_at: datetime


class CloseRoster(IngestCommand, frozen=True, kw_only=True, tag="roster.close"):
    """Forget whom a project tracks: it is gone. Asked by ingest itself."""

    project: ProjectId


RosterCommands = (
    AddCreator | UpdateCreator | RemoveCreator | EraseCreator | ReenableCreator | DisableCreator | CloseRoster
)


class HandleTaken(Refused):
    """That handle is already tracked in this project."""


class InvalidHandle(Refused):
    """A handle is 1-30 of ASCII letters, digits, '.', '_' and '-', or the URL of a TikTok profile."""


class NoChange(Refused):
    """That is the creator's handle already."""


class CreatorBanned(Refused):
    """That handle may not be tracked on this installation."""


class CreatorInactive(Refused):
    """The creator is not tracked."""
