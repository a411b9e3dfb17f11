"""Campaigns: what may be asked of them, and what they say happened.

These shapes are the stored bytes. Add fields with defaults; never rename, never remove.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import ClassVar, Literal
from uuid import UUID

import msgspec

from trackagoat.events.catalogue.words import CampaignId, Command, Event, ItemType, Json, ProjectId, Refused

TargetState = Literal["on_track", "behind", "at_risk", "reached", "missed"]


class CampaignsEvent(Event, frozen=True, kw_only=True):
    """Said by campaigns; streams `graph-<project>` (campaigns and items) and `target-<campaign>`."""

    speaker: ClassVar[str] = "campaigns"


class CampaignCreated(CampaignsEvent, frozen=True, kw_only=True, tag="campaign.created.v1"):
    """A campaign was opened in a project."""

    campaign: CampaignId
    project: ProjectId
    name: str
    readme: str | None = None
    metadata: dict[str, Json] = {}
    target_views: int | None = None
    target_at: datetime | None = None


class CampaignUpdated(CampaignsEvent, frozen=True, kw_only=True, tag="campaign.updated.v1"):
    """The campaign as it is after the change, whole."""

    campaign: CampaignId
    project: ProjectId
    name: str
    readme: str | None = None
    metadata: dict[str, Json] = {}
    target_views: int | None = None
    target_at: datetime | None = None


class CampaignDeleted(CampaignsEvent, frozen=True, kw_only=True, tag="campaign.deleted.v1"):
    """The campaign, its items and its places in other campaigns are gone."""

    campaign: CampaignId
    project: ProjectId


class CampaignItemAdded(CampaignsEvent, frozen=True, kw_only=True, tag="campaign.item_added.v1"):
    """A creator, video or campaign is an item of the campaign from now on."""

    campaign: CampaignId
    project: ProjectId
    item_type: ItemType
    item: UUID


class CampaignItemRemoved(CampaignsEvent, frozen=True, kw_only=True, tag="campaign.item_removed.v1"):
    """It no longer is."""

    campaign: CampaignId
    project: ProjectId
    item_type: ItemType
    item: UUID


class CampaignTargetReached(CampaignsEvent, frozen=True, kw_only=True, tag="campaign.target_reached.v1"):
    """The total is at or over the target; so it stays until the target is changed, whatever becomes of the total."""

    campaign: CampaignId
    project: ProjectId
    name: str
    target_views: int
    target_at: datetime | None = None
    total_views: int
    reached_at: datetime


class CampaignTargetStateChanged(CampaignsEvent, frozen=True, kw_only=True, tag="campaign.target_state_changed.v1"):
    """The campaign stands otherwise against its target than it did; that it was reached is said by itself.

    `share` is the part of the time that has passed, 0 to 1, and `pace` the total against what should be there by now.
    """

    public: ClassVar[bool] = False
    campaign: CampaignId
    project: ProjectId
    name: str
    from_: TargetState = msgspec.field(name="from")
    to: TargetState
    target_views: int
    target_at: datetime | None = None
    total_views: int
    pace: Decimal | None = None
    share: Decimal | None = None


GraphEvents = CampaignCreated | CampaignUpdated | CampaignDeleted | CampaignItemAdded | CampaignItemRemoved
TargetEvents = CampaignTargetReached | CampaignTargetStateChanged
Events = GraphEvents | TargetEvents


class CampaignsCommand(Command, frozen=True, kw_only=True):
    """Asked of campaigns."""

    service: ClassVar[str] = "campaigns"
    project: ProjectId


class CreateCampaign(CampaignsCommand, frozen=True, kw_only=True, tag="campaign.create"):
    """Open a campaign. `most` is how many the plan allows in a project (None: any number); campaigns fills it in."""

    campaign: CampaignId
    name: str
    readme: str | None = None
    metadata: dict[str, Json] = {}
    target_views: int | None = None
    target_at: datetime | None = None
    most: int | None = None


class UpdateCampaign(CampaignsCommand, frozen=True, kw_only=True, tag="campaign.update"):
    """Replace what is given; None leaves a field unless its `set_*` flag is up."""

    campaign: CampaignId
    name: str | None = None
    readme: str | None = None
    set_readme: bool = False
    metadata: dict[str, Json] | None = None
    set_metadata: bool = False
    target_views: int | None = None
    set_target_views: bool = False
    target_at: datetime | None = None
    set_target_at: bool = False


class DeleteCampaign(CampaignsCommand, frozen=True, kw_only=True, tag="campaign.delete"):
    """Take the campaign away; creators, videos and sub-campaigns stay."""

    campaign: CampaignId


class AddItem(CampaignsCommand, frozen=True, kw_only=True, tag="campaign.add_item"):
    """Put a creator, video or campaign of the same project into the campaign.

    Campaigns itself fills in the rest: `item_project` is where the item lies, as far as it has heard (None: not heard
    of), `most` is how many items the plan allows in a campaign (None: any number).
    """

    campaign: CampaignId
    item_type: ItemType
    item: UUID
    item_project: ProjectId | None = None
    most: int | None = None


class RemoveItem(CampaignsCommand, frozen=True, kw_only=True, tag="campaign.remove_item"):
    """Take a direct item out."""

    campaign: CampaignId
    item_type: ItemType
    item: UUID


class DropItem(CampaignsCommand, frozen=True, kw_only=True, tag="campaign.drop_item"):
    """Take an item that no longer exists out of every campaign of the project."""

    item_type: ItemType
    item: UUID


Commands = CreateCampaign | UpdateCampaign | DeleteCampaign | AddItem | RemoveItem | DropItem


class CircularReference(Refused):
    """That campaign already contains this one."""


class DuplicateItem(Refused):
    """That is already an item of this campaign."""


class ProjectMismatch(Refused):
    """That belongs to another project."""
