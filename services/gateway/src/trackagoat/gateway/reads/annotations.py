"""What workspace publishes of annotations. The day of an automatic one follows from the offsets of a zone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from uuid import UUID

import msgspec

from trackagoat.events.catalogue.words import OrgId
from trackagoat.events.sql import Db, read


class AnnotationRow(msgspec.Struct, frozen=True):
    """An annotation on its day."""

    annotation: UUID
    project: UUID
    entity_type: str | None
    entity: UUID | None
    date: dt.date
    kind: str
    label: str
    body: str | None
    is_automatic: bool
    created_by: UUID | None
    created_at: dt.datetime
    updated_at: dt.datetime


_ANNOTATION = """
    SELECT * FROM (
        SELECT a.annotation, a.project, a.entity_type, a.entity, coalesce(a.date, (
                a.happened_at AT TIME ZONE 'UTC'
                + make_interval(secs => ($3::int[])[width_bucket(a.happened_at, $2::timestamptz[])])
            )::date) AS date,
            a.kind, a.label, a.body, a.is_automatic, a.created_by, a.created_at, a.updated_at
        FROM workspace.annotations a JOIN workspace.projects p USING (project) WHERE a.org = $1
    ) AS a WHERE true
"""


@read(_ANNOTATION + "AND annotation = $4")
async def annotation(
    db: Db, org: OrgId, since: Sequence[dt.datetime], seconds: Sequence[int], id: UUID
) -> AnnotationRow | None:
    """One annotation of a project that is there."""
    ...


@read(
    _ANNOTATION
    + """
    AND ($4::uuid IS NULL OR project = $4) AND ($5::text IS NULL OR entity_type = $5)
    AND ($6::uuid IS NULL OR entity = $6) AND ($7::text IS NULL OR kind = $7)
    AND ($8::date IS NULL OR date >= $8) AND ($9::date IS NULL OR date <= $9)
    AND ($11::uuid IS NULL OR (date, annotation) < ($10::date, $11))
    ORDER BY date DESC, annotation DESC LIMIT $12
    """
)
async def listed(
    db: Db,
    org: OrgId,
    since: Sequence[dt.datetime],
    seconds: Sequence[int],
    project: UUID | None,
    entity_type: str | None,
    entity: UUID | None,
    kind: str | None,
    first: dt.date | None,
    last: dt.date | None,
    day: dt.date | None,
    after: UUID | None,
    limit: int,
) -> list[AnnotationRow]:
    """Annotations by day, the latest first."""
    ...


@read(
    _ANNOTATION
    + """
    AND project = ANY ($4::uuid[]) AND date BETWEEN $6 AND $7
    AND (entity IS NULL OR entity = ANY ($5::uuid[])) ORDER BY date, annotation
    """
)
async def annotations_of(
    db: Db,
    org: OrgId,
    since: Sequence[dt.datetime],
    seconds: Sequence[int],
    projects: Sequence[UUID],
    entities: Sequence[UUID],
    first: dt.date,
    last: dt.date,
) -> list[AnnotationRow]:
    """Those of these projects on these days that name one of the entities, or none."""
    ...
