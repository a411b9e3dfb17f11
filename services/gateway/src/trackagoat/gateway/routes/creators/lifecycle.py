"""Creators that are enabled again, and many that are enabled or removed at once."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from msgspec import Meta

from trackagoat.events.catalogue.ingest import ReenableCreator, RemoveCreator
from trackagoat.events.catalogue.words import CreatorId, ProjectId
from trackagoat.events.decider import Outcome
from trackagoat.gateway import tenancy
from trackagoat.gateway.edge.answers import Answer, BulkMeta
from trackagoat.gateway.edge.bulk import BulkItem, BulkResults, bulk, failed
from trackagoat.gateway.edge.call import Call, ok
from trackagoat.gateway.registry import Nothing, Route
from trackagoat.gateway.resources.creators import CreatorDetail
from trackagoat.gateway.resources.fields import Body
from trackagoat.gateway.routes import examples
from trackagoat.gateway.routes.creators.lists import detail


class CreatorIds(Body, frozen=True, kw_only=True):
    """Up to 500 creators of the project."""

    creator_ids: Annotated[list[UUID], Meta(min_length=1, max_length=500)]


async def reenable_creator(call: Call[Nothing, None]) -> Answer[CreatorDetail]:
    row = await tenancy.creator(call, call.ids["creatorId"])
    await call.tell(ReenableCreator(creator=CreatorId(row.creator)))
    return ok(await detail(call, row.creator))


async def bulk_reenable(call: Call[Nothing, CreatorIds]) -> Answer[BulkResults]:
    project = ProjectId((await tenancy.project(call, call.ids["projectId"])).project)
    ids = call.body.creator_ids
    outcomes = await call.ask([ReenableCreator(creator=CreatorId(id), project=project) for id in ids])
    return bulk([_item(i, id, outcome, "reenabled") for i, (id, outcome) in enumerate(zip(ids, outcomes, strict=True))])


async def bulk_remove(call: Call[Nothing, CreatorIds]) -> Answer[BulkResults]:
    project = ProjectId((await tenancy.project(call, call.ids["projectId"])).project)
    ids = call.body.creator_ids
    outcomes = await call.ask([RemoveCreator(creator=CreatorId(id), project=project) for id in ids])
    return bulk([_item(i, id, outcome, "removed") for i, (id, outcome) in enumerate(zip(ids, outcomes, strict=True))])


def _item(index: int, id: UUID, outcome: Outcome, became: str) -> BulkItem:
    if outcome.refused is not None:
        return failed(index, outcome.refused, id)
    return BulkItem(index=index, status=became if outcome.events else "unchanged", id=id)


ROUTES = (
    Route(
        method="POST",
        path="/creators/{creatorId}/reenable",
        name="reenableCreator",
        summary="Track a disabled creator again",
        scope="write",
        tag="Creators",
        handler=reenable_creator,
        answer=CreatorDetail,
        example=examples.CREATOR_DETAIL,
        errors=("limit_reached", "handle_taken", "creator_inactive"),
    ),
    Route(
        method="POST",
        path="/projects/{projectId}/creators/bulk-reenable",
        name="reenableCreators",
        summary="Track up to 500 disabled creators again",
        scope="write",
        tag="Creators",
        handler=bulk_reenable,
        body=CreatorIds,
        body_example={"creator_ids": [str(examples.id_of(3))]},
        answer=BulkResults,
        meta=BulkMeta,
        example=BulkResults(results=[BulkItem(index=0, status="reenabled", id=examples.id_of(3))]),
    ),
    Route(
        method="POST",
        path="/projects/{projectId}/creators/bulk-remove",
        name="removeCreators",
        summary="Stop tracking up to 500 creators",
        scope="write",
        tag="Creators",
        handler=bulk_remove,
        body=CreatorIds,
        body_example={"creator_ids": [str(examples.id_of(3))]},
        answer=BulkResults,
        meta=BulkMeta,
        example=BulkResults(results=[BulkItem(index=0, status="removed", id=examples.id_of(3))]),
    ),
)
