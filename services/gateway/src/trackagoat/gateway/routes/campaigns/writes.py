"""Opening, changing and removing campaigns."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from msgspec import UNSET, Meta, UnsetType

from trackagoat.events import clock
from trackagoat.events.catalogue.campaigns import CreateCampaign, DeleteCampaign, UpdateCampaign
from trackagoat.events.catalogue.words import CampaignId, ProjectId
from trackagoat.gateway import tenancy
from trackagoat.gateway.edge.answers import Answer, Deleted
from trackagoat.gateway.edge.call import Call, created, deleted, ok
from trackagoat.gateway.registry import Nothing, Route
from trackagoat.gateway.resources.campaigns import CampaignDetail
from trackagoat.gateway.resources.fields import BIGGEST, CampaignName, Moment, Notes, Patch, check_instant, fits, given
from trackagoat.gateway.routes import examples
from trackagoat.gateway.routes.campaigns.lists import detail

TargetViews = Annotated[int, Meta(ge=1, le=BIGGEST)]


class NewCampaign(Notes, frozen=True, kw_only=True):
    """A campaign to open."""

    name: CampaignName
    target_views: TargetViews | UnsetType | None = UNSET
    target_at: Moment | UnsetType | None = UNSET

    def __post_init__(self) -> None:
        """Check what no type says."""
        super().__post_init__()
        check_instant("target_at", self.target_at)


class CampaignPatch(Patch, frozen=True, kw_only=True):
    """What to change of a campaign."""

    name: CampaignName | UnsetType = UNSET
    target_views: TargetViews | UnsetType | None = UNSET
    target_at: Moment | UnsetType | None = UNSET

    def __post_init__(self) -> None:
        """Check what no type says."""
        super().__post_init__()
        check_instant("target_at", self.target_at)


async def create_campaign(call: Call[Nothing, NewCampaign]) -> Answer[CampaignDetail]:
    project = await tenancy.project(call, call.ids["projectId"])
    new = call.body
    command = CreateCampaign(
        campaign=CampaignId(clock.new_id()),
        project=ProjectId(project.project),
        name=new.name.strip(),
        readme=given(new.note),
        metadata=given(new.metadata) or {},
        target_views=given(new.target_views),
        target_at=given(new.target_at),
    )
    outcome = await call.tell(command)
    return created(await detail(call, UUID(outcome.events[0]["campaign"])))


async def update_campaign(call: Call[Nothing, CampaignPatch]) -> Answer[CampaignDetail]:
    row = await tenancy.campaign(call, call.ids["campaignId"])
    if call.conditional:
        call.unchanged(await detail(call, row.campaign))
    patch = call.body
    fits(row.metadata, patch.metadata)
    command = UpdateCampaign(
        campaign=CampaignId(row.campaign),
        project=ProjectId(row.project),
        name=None if patch.name is UNSET else patch.name.strip(),
        readme=given(patch.note),
        set_readme=patch.note is not UNSET,
        metadata=given(patch.metadata),
        set_metadata=patch.metadata is not UNSET,
        target_views=given(patch.target_views),
        set_target_views=patch.target_views is not UNSET,
        target_at=given(patch.target_at),
        set_target_at=patch.target_at is not UNSET,
    )
    await call.tell(command)
    return ok(await detail(call, row.campaign))


async def delete_campaign(call: Call[Nothing, None]) -> Answer[Deleted]:
    row = await tenancy.campaign(call, call.ids["campaignId"])
    if call.conditional:
        call.unchanged(await detail(call, row.campaign))
    await call.tell(DeleteCampaign(campaign=CampaignId(row.campaign), project=ProjectId(row.project)))
    return deleted(row.campaign)


ROUTES = (
    Route(
        method="POST",
        path="/projects/{projectId}/campaigns",
        name="createCampaign",
        summary="Open a campaign",
        scope="write",
        tag="Campaigns",
        handler=create_campaign,
        body=NewCampaign,
        body_example={"name": "Spring", "target_views": 1_000_000, "target_at": "2026-06-01T00:00:00Z"},
        answer=CampaignDetail,
        example=examples.CAMPAIGN_DETAIL,
        statuses=(201,),
        errors=("limit_reached",),
    ),
    Route(
        method="PATCH",
        path="/campaigns/{campaignId}",
        name="updateCampaign",
        summary="Change a campaign",
        scope="write",
        tag="Campaigns",
        handler=update_campaign,
        body=CampaignPatch,
        body_example={"name": "Spring 2026", "target_at": None},
        answer=CampaignDetail,
        example=examples.CAMPAIGN_DETAIL,
    ),
    Route(
        method="DELETE",
        path="/campaigns/{campaignId}",
        name="deleteCampaign",
        summary="Take a campaign away; what it holds stays",
        scope="write",
        tag="Campaigns",
        handler=delete_campaign,
        answer=Deleted,
        example=Deleted(str(examples.id_of(6))),
    ),
)
