"""Adding, changing and removing creators."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Annotated, Any
from uuid import UUID

from msgspec import UNSET, Meta, UnsetType

from trackagoat.events import clock
from trackagoat.events.catalogue.ingest import AddCreator, RemoveCreator, UpdateCreator
from trackagoat.events.catalogue.words import CreatorId, ProjectId, TrackingMode
from trackagoat.events.decider import Outcome
from trackagoat.gateway import tenancy
from trackagoat.gateway.edge.answers import Answer, BulkMeta, Deleted
from trackagoat.gateway.edge.bulk import BulkItem, BulkResults, bulk, failed
from trackagoat.gateway.edge.call import Call, created, deleted, ok
from trackagoat.gateway.edge.faults import Fault, faulty, invalid_body, refused
from trackagoat.gateway.registry import Nothing, Route
from trackagoat.gateway.resources import days
from trackagoat.gateway.resources.creators import CreatorDetail
from trackagoat.gateway.resources.fields import Body, DisplayName, Notes, Patch, Url, fits, given
from trackagoat.gateway.routes import examples
from trackagoat.gateway.routes.creators.lists import detail

_EARLIEST = date(2016, 1, 1)
_BACK = frozenset({"creator.reactivated.v1", "creator.reenabled.v1"})


class NewCreator(Notes, frozen=True, kw_only=True):
    """An account to track: its handle or the URL of its profile."""

    tiktok_handle: Url
    tracking_mode: TrackingMode | UnsetType = UNSET
    tracking_start_date: date | UnsetType = UNSET
    display_name_override: DisplayName | UnsetType | None = UNSET


class NewCreators(Body, frozen=True, kw_only=True):
    """Up to 50 accounts to track."""

    creators: Annotated[list[NewCreator], Meta(min_length=1, max_length=50)]


class CreatorPatch(Patch, frozen=True, kw_only=True):
    """What to change of a creator; another handle renames it."""

    tiktok_handle: Url | UnsetType = UNSET
    tracking_mode: TrackingMode | UnsetType = UNSET
    tracking_start_date: date | UnsetType = UNSET
    display_name_override: DisplayName | UnsetType | None = UNSET


async def add_creators(call: Call[Nothing, NewCreator | NewCreators]) -> Answer[Any]:
    project = await tenancy.project(call, call.ids["projectId"])
    today = days.today(call.now, (await tenancy.org(call)).timezone)
    several = isinstance(call.body, NewCreators)
    new = call.body.creators if isinstance(call.body, NewCreators) else [call.body]
    _check_start_dates(new, today, several=several)
    outcomes = await call.ask([_add(one, ProjectId(project.project), today) for one in new])
    if several:
        return bulk([_item(i, outcome) for i, outcome in enumerate(outcomes)])
    (outcome,) = outcomes
    if outcome.refused is not None:
        if outcome.refused.code == "invalid_handle":
            raise invalid_body("tiktok_handle", outcome.refused.message)
        raise refused(outcome.refused)
    added = await detail(call, UUID(outcome.events[0]["creator"]))
    return ok(added) if outcome.events[0]["type"] in _BACK else created(added)


def _add(new: NewCreator, project: ProjectId, today: date) -> AddCreator:
    name = given(new.display_name_override)
    return AddCreator(
        creator=CreatorId(clock.new_id()),
        project=project,
        tiktok_handle=new.tiktok_handle,
        today=today,
        tracking_mode=given(new.tracking_mode),
        tracking_start_date=given(new.tracking_start_date),
        display_name_override=name and name.strip(),
        readme=given(new.note),
        metadata=given(new.metadata),
    )


def _item(index: int, outcome: Outcome) -> BulkItem:
    if outcome.refused is not None:
        return failed(index, outcome.refused)
    (event,) = outcome.events[:1]
    status = "reactivated" if event["type"] in _BACK else "created"
    return BulkItem(index=index, status=status, id=UUID(event["creator"]))


def _check_start_dates(new: Sequence[NewCreator | CreatorPatch], today: date, *, several: bool) -> None:
    latest = today + timedelta(days=366)
    faults = [
        Fault("body", f"creators[{i}].tracking_start_date" if several else "tracking_start_date", "Out of range")
        for i, one in enumerate(new)
        if one.tracking_start_date is not UNSET and not _EARLIEST <= one.tracking_start_date <= latest
    ]
    if faults:
        raise faulty("invalid_body", faults)


async def update_creator(call: Call[Nothing, CreatorPatch]) -> Answer[CreatorDetail]:
    row = await tenancy.creator(call, call.ids["creatorId"])
    if call.conditional:
        call.unchanged(await detail(call, row.creator))
    patch = call.body
    _check_start_dates([patch], days.today(call.now, (await tenancy.org(call)).timezone), several=False)
    name = given(patch.display_name_override)
    fits(row.metadata, patch.metadata)
    command = UpdateCreator(
        creator=CreatorId(row.creator),
        tiktok_handle=given(patch.tiktok_handle),
        tracking_mode=given(patch.tracking_mode),
        tracking_start_date=given(patch.tracking_start_date),
        display_name_override=name and name.strip(),
        set_display_name_override=patch.display_name_override is not UNSET,
        readme=given(patch.note),
        set_readme=patch.note is not UNSET,
        metadata=given(patch.metadata),
        set_metadata=patch.metadata is not UNSET,
    )
    await call.tell(command)
    return ok(await detail(call, row.creator))


async def remove_creator(call: Call[Nothing, None]) -> Answer[Deleted]:
    row = await tenancy.creator(call, call.ids["creatorId"])
    if call.conditional:
        call.unchanged(await detail(call, row.creator))
    await call.tell(RemoveCreator(creator=CreatorId(row.creator)))
    return deleted(row.creator)


ROUTES = (
    Route(
        method="POST",
        path="/projects/{projectId}/creators",
        name="addCreators",
        summary="Track an account, or up to 50 of them",
        scope="write",
        tag="Creators",
        handler=add_creators,
        body=NewCreator,
        bulk=NewCreators,
        bulk_answer=BulkResults,
        body_example={"tiktok_handle": "@ana", "tracking_mode": "auto"},
        answer=CreatorDetail,
        meta=BulkMeta,
        example=examples.CREATOR_DETAIL,
        statuses=(201, 200),
        errors=("handle_taken", "creator_banned", "limit_reached"),
    ),
    Route(
        method="PATCH",
        path="/creators/{creatorId}",
        name="updateCreator",
        summary="Change a creator, all or nothing",
        scope="write",
        tag="Creators",
        handler=update_creator,
        body=CreatorPatch,
        body_example={"tracking_mode": "selective", "readme": "Met in Berlin."},
        answer=CreatorDetail,
        example=examples.CREATOR_DETAIL,
        errors=("handle_taken", "creator_banned", "invalid_handle", "no_change", "creator_inactive"),
    ),
    Route(
        method="DELETE",
        path="/creators/{creatorId}",
        name="removeCreator",
        summary="Stop tracking a creator; its videos leave every list and total",
        scope="write",
        tag="Creators",
        handler=remove_creator,
        answer=Deleted,
        example=Deleted(str(examples.id_of(3))),
    ),
)
