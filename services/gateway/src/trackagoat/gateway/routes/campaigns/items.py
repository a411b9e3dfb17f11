"""Adding and removing direct items of a campaign."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Annotated, Any
from uuid import UUID

from msgspec import Meta

from trackagoat.events.catalogue.campaigns import AddItem, ProjectMismatch, RemoveItem
from trackagoat.events.catalogue.words import CampaignId, ItemType, NotFound, ProjectId
from trackagoat.events.decider import Outcome, Refusal
from trackagoat.gateway import tenancy
from trackagoat.gateway.edge.answers import Answer, BulkMeta, Deleted
from trackagoat.gateway.edge.bulk import BulkItem, BulkResults, bulk, failed
from trackagoat.gateway.edge.call import Call, created, deleted
from trackagoat.gateway.edge.faults import ApiError, Fault, faulty, refused
from trackagoat.gateway.reads import campaigns, ingest
from trackagoat.gateway.registry import Nothing, Route
from trackagoat.gateway.resources.campaigns import CampaignItem
from trackagoat.gateway.resources.fields import Body, Params
from trackagoat.gateway.routes import examples
from trackagoat.gateway.routes.campaigns.lists import detail, named

_ABSENT = Refusal.of(NotFound())
_ELSEWHERE = Refusal.of(ProjectMismatch())


class NewItem(Body, frozen=True, kw_only=True):
    """A creator, video or campaign to put in."""

    item_type: ItemType
    item_id: UUID


class NewItems(Body, frozen=True, kw_only=True):
    """Up to 100 of them."""

    items: Annotated[list[NewItem], Meta(min_length=1, max_length=100)]


class ItemQuery(Params, frozen=True, kw_only=True):
    """An item to take out; may be sent as a body instead."""

    item_type: ItemType | None = None
    item_id: UUID | None = None


async def add_items(call: Call[Nothing, NewItem | NewItems]) -> Answer[Any]:
    row = await tenancy.campaign(call, call.ids["campaignId"])
    several = isinstance(call.body, NewItems)
    asked = call.body.items if isinstance(call.body, NewItems) else [call.body]
    outcomes = await _add(call, row, asked)
    if several:
        pairs = enumerate(zip(asked, outcomes, strict=True))
        return bulk([_result(i, one.item_id, outcome) for i, (one, outcome) in pairs])
    (one,), (outcome,) = asked, outcomes
    if outcome.refused is not None:
        raise refused(outcome.refused)
    rows = await campaigns.items(call.db, call.org, row.campaign, one.item_type, [one.item_id], None, None, 1)
    return created((await named(call, rows))[0])


async def _add(call: Call[Any, Any], row: campaigns.CampaignRow, asked: Sequence[NewItem]) -> list[Outcome]:
    """One outcome per item: what does not exist here, or lies in another project, is not even asked for."""
    places = await _places(call, asked)
    objections = [_objection(places.get((one.item_type, one.item_id)), row.project) for one in asked]
    commands = [
        AddItem(
            campaign=CampaignId(row.campaign),
            project=ProjectId(row.project),
            item_type=one.item_type,
            item=one.item_id,
        )
        for one, objection in zip(asked, objections, strict=True)
        if objection is None
    ]
    answers = iter(await call.ask(commands))
    return [Outcome(refused=objection) if objection else next(answers) for objection in objections]


async def _places(call: Call[Any, Any], asked: Sequence[NewItem]) -> Mapping[tuple[str, UUID], UUID]:
    """In which project of the org each thing lies."""
    ids: dict[str, list[UUID]] = {"creator": [], "video": [], "campaign": []}
    for one in asked:
        ids[one.item_type].append(one.item_id)
    creators, videos, nested = await asyncio.gather(
        ingest.creators_by_id(call.db, call.org, ids["creator"]),
        ingest.videos_by_id(call.db, call.org, ids["video"]),
        campaigns.places(call.db, call.org, ids["campaign"]),
    )
    return {
        **{("creator", row.creator): row.project for row in creators},
        **{("video", row.video): row.project for row in videos},
        **{("campaign", row.campaign): row.project for row in nested},
    }


def _objection(place: UUID | None, project: UUID) -> Refusal | None:
    if place is None:
        return _ABSENT
    return None if place == project else _ELSEWHERE


def _result(index: int, id: UUID, outcome: Outcome) -> BulkItem:
    if outcome.refused is not None:
        return failed(index, outcome.refused, id)
    return BulkItem(index=index, status="added", id=id)


async def remove_item(call: Call[ItemQuery, NewItem | None]) -> Answer[Deleted]:
    row = await tenancy.campaign(call, call.ids["campaignId"])
    if call.conditional:
        call.unchanged(await detail(call, row.campaign))
    item_type, item = _named(call.params, call.body)
    command = RemoveItem(
        campaign=CampaignId(row.campaign), project=ProjectId(row.project), item_type=item_type, item=item
    )
    await call.tell(command)
    return deleted(item)


def _named(query: ItemQuery, body: NewItem | None) -> tuple[ItemType, UUID]:
    """Which item is meant, by the query or by the body, but not by both."""
    if body is not None:
        if query.item_type is not None or query.item_id is not None:
            raise ApiError("invalid_query", "Name the item in the query or in the body, not in both")
        return body.item_type, body.item_id
    if query.item_type is None or query.item_id is None:
        missing = [name for name in ("item_type", "item_id") if getattr(query, name) is None]
        raise faulty("invalid_query", [Fault("query", name, "Required") for name in missing])
    return query.item_type, query.item_id


ROUTES = (
    Route(
        method="POST",
        path="/campaigns/{campaignId}/items",
        name="addCampaignItems",
        summary="Put a creator, video or campaign into a campaign, or up to 100 of them",
        scope="write",
        tag="Campaigns",
        handler=add_items,
        body=NewItem,
        bulk=NewItems,
        bulk_answer=BulkResults,
        body_example={"item_type": "creator", "item_id": str(examples.id_of(3))},
        answer=CampaignItem,
        meta=BulkMeta,
        example=examples.CAMPAIGN_ITEM,
        statuses=(201, 200),
        errors=("duplicate_item", "circular_reference", "project_mismatch", "limit_reached"),
    ),
    Route(
        method="DELETE",
        path="/campaigns/{campaignId}/items",
        name="removeCampaignItem",
        summary="Take a direct item out of a campaign; the item is named in the query or in the body",
        scope="write",
        tag="Campaigns",
        handler=remove_item,
        params=ItemQuery,
        body=NewItem,
        body_optional=True,
        body_example={"item_type": "creator", "item_id": str(examples.id_of(3))},
        answer=Deleted,
        example=Deleted(str(examples.id_of(3))),
    ),
)
