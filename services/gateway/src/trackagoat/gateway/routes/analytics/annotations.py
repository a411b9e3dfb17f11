"""Annotations: notes of people on days, beside what happened by itself."""

from __future__ import annotations

import asyncio
import datetime as dt
from typing import Annotated, Any
from uuid import UUID

from msgspec import UNSET, Meta, UnsetType

from trackagoat.events import clock
from trackagoat.events.catalogue.words import ProjectId, UserId
from trackagoat.events.catalogue.workspace import (
    AnnotationId,
    AnnotationKind,
    CreateAnnotation,
    DeleteAnnotation,
    UpdateAnnotation,
)
from trackagoat.gateway import tenancy
from trackagoat.gateway.edge.answers import Answer, Deleted, PageMeta
from trackagoat.gateway.edge.call import Call, created, deleted, ok
from trackagoat.gateway.edge.decoding import FieldError
from trackagoat.gateway.edge.faults import ApiError
from trackagoat.gateway.reads import annotations as reads
from trackagoat.gateway.registry import Nothing, Route
from trackagoat.gateway.resources import days
from trackagoat.gateway.resources.analytics.annotations import Annotation, AnyKind, annotation
from trackagoat.gateway.resources.analytics.metrics import Entity
from trackagoat.gateway.resources.fields import Body, CampaignName, Page, given, something
from trackagoat.gateway.routes.analytics import examples
from trackagoat.gateway.routes.analytics.subjects import subjects

Text = Annotated[str, Meta(max_length=2_000, description="Up to 2,000 characters")]


class ListAnnotations(Page, frozen=True, kw_only=True, rename={"from_": "from"}):
    """Annotations of which project, about what, of which kind, on which days."""

    project_id: UUID | None = None
    entity: Entity | None = None
    entity_id: UUID | None = None
    kind: AnyKind | None = None
    from_: dt.date | None = None
    to: dt.date | None = None


class NewAnnotation(Body, frozen=True, kw_only=True):
    """What to note. `entity` and `entity_id` go together."""

    project_id: UUID
    date: dt.date
    label: CampaignName
    kind: AnnotationKind = "note"
    body: Text | None = None
    entity: Entity | None = None
    entity_id: UUID | None = None

    def __post_init__(self) -> None:
        """Check what no single field shows."""
        if (self.entity is None) != (self.entity_id is None):
            raise FieldError("entity_id", "Give both entity and entity_id, or none")


class AnnotationPatch(Body, frozen=True, kw_only=True):
    """What to change."""

    date: dt.date | UnsetType = UNSET
    label: CampaignName | UnsetType = UNSET
    kind: AnnotationKind | UnsetType = UNSET
    body: Text | UnsetType | None = UNSET

    def __post_init__(self) -> None:
        """A PATCH without any field is a fault."""
        something(self)


async def list_annotations(call: Call[ListAnnotations, None]) -> Answer[list[Annotation]]:
    asked = call.params
    tenancy.in_order(asked.from_, asked.to)
    _, local = await asyncio.gather(tenancy.filters(call), offsets(call))
    day, after = call.after(tuple[dt.date, UUID]) or (None, None)
    rows = await reads.listed(
        call.db,
        call.org,
        local.since,
        local.seconds,
        asked.project_id,
        asked.entity,
        asked.entity_id,
        asked.kind,
        asked.from_,
        asked.to,
        day,
        after,
        asked.limit + 1,
    )
    page, meta = call.page(rows, lambda row: (row.date, row.annotation))
    return ok([annotation(row) for row in page], meta)


async def create_annotation(call: Call[Nothing, NewAnnotation]) -> Answer[Annotation]:
    new = call.body
    await tenancy.project(call, new.project_id)
    if new.entity is not None and new.entity_id is not None:
        (about,) = await subjects(call, new.entity, [new.entity_id])
        if about.project != new.project_id:
            raise ApiError("not_found")
    command = CreateAnnotation(
        annotation=AnnotationId(clock.new_id()),
        project=ProjectId(new.project_id),
        date=new.date,
        kind=new.kind,
        label=new.label.strip(),
        body=new.body,
        entity_type=new.entity,
        entity=new.entity_id,
        by=UserId(call.caller.user) if call.caller.user else None,
    )
    outcome = await call.tell(command)
    return created(annotation(await _row(call, UUID(outcome.events[0]["annotation"]))))


async def update_annotation(call: Call[Nothing, AnnotationPatch]) -> Answer[Annotation]:
    row = await _by_hand(call)
    patch = call.body
    command = UpdateAnnotation(
        annotation=AnnotationId(row.annotation),
        date=given(patch.date),
        kind=given(patch.kind),
        label=None if patch.label is UNSET else patch.label.strip(),
        body=given(patch.body),
        set_body=patch.body is not UNSET,
    )
    await call.tell(command)
    return ok(annotation(await _row(call, row.annotation)))


async def delete_annotation(call: Call[Nothing, None]) -> Answer[Deleted]:
    row = await _by_hand(call)
    await call.tell(DeleteAnnotation(annotation=AnnotationId(row.annotation)))
    return deleted(row.annotation)


async def _by_hand(call: Call[Any, Any]) -> reads.AnnotationRow:
    """The annotation of the path, which somebody made. Raises a 409 for one that came by itself."""
    row = await _row(call, call.ids["annotationId"])
    call.unchanged(annotation(row))
    if row.is_automatic:
        raise ApiError("annotation_read_only", "Annotations that came by themselves cannot be changed")
    return row


async def _row(call: Call[Any, Any], id: UUID) -> reads.AnnotationRow:
    local = await offsets(call)
    row = await reads.annotation(call.db, call.org, local.since, local.seconds, id)
    if row is None:
        raise ApiError("not_found")
    return row


async def offsets(call: Call[Any, Any], zone: str | None = None) -> days.Offsets:
    """How far the zone, the org's unless named, is from UTC at any time something can have happened."""
    zone = zone or (await tenancy.org(call)).timezone
    return days.offsets(zone, days.start(dt.date(2016, 1, 1), "UTC"), days.end(days.today(call.now, "UTC"), "UTC"))


ROUTES = (
    Route(
        method="GET",
        path="/analytics/annotations",
        name="listAnnotations",
        summary="Annotations by day, the latest first",
        scope="read",
        tag="Analytics",
        handler=list_annotations,
        params=ListAnnotations,
        answer=list[Annotation],
        meta=PageMeta,
        errors=("not_found",),
        example=[examples.ANNOTATION],
    ),
    Route(
        method="POST",
        path="/analytics/annotations",
        name="createAnnotation",
        summary="Note something on a day",
        scope="write",
        tag="Analytics",
        handler=create_annotation,
        body=NewAnnotation,
        body_example={
            "project_id": str(examples.PROJECT),
            "date": "2026-03-10",
            "label": "Spring launch",
            "kind": "launch",
        },
        answer=Annotation,
        statuses=(201,),
        errors=("not_found",),
        example=examples.ANNOTATION,
    ),
    Route(
        method="PATCH",
        path="/analytics/annotations/{annotationId}",
        name="updateAnnotation",
        summary="Change an annotation made by hand",
        scope="write",
        tag="Analytics",
        handler=update_annotation,
        body=AnnotationPatch,
        body_example={"label": "Spring launch, second day"},
        answer=Annotation,
        errors=("annotation_read_only",),
        example=examples.ANNOTATION,
    ),
    Route(
        method="DELETE",
        path="/analytics/annotations/{annotationId}",
        name="deleteAnnotation",
        summary="Take an annotation made by hand away",
        scope="write",
        tag="Analytics",
        handler=delete_annotation,
        answer=Deleted,
        errors=("annotation_read_only",),
        example=Deleted(str(examples.ANNOTATION.id)),
    ),
)
