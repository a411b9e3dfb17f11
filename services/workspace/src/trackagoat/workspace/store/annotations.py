"""Annotations as others read them."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from trackagoat.events.catalogue.words import OrgId, ProjectId, UserId
from trackagoat.events.catalogue.workspace import AnnotationId
from trackagoat.events.effects import Write
from trackagoat.events.sql import write


@write(
    """
    INSERT INTO annotations (org, annotation, project, date, kind, label, body, entity_type, entity, created_by,
        created_at, updated_at)
    SELECT org, annotation, project, date, kind, label, body, entity_type, entity, created_by, at, at
    FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::date[], $5::text[], $6::text[], $7::text[], $8::text[],
        $9::uuid[], $10::uuid[], $11::timestamptz[])
        AS t(org, annotation, project, date, kind, label, body, entity_type, entity, created_by, at)
    """,
    key=("annotation",),
)
def add_annotation(
    org: OrgId,
    annotation: AnnotationId,
    project: ProjectId,
    date: dt.date,
    kind: str,
    label: str,
    body: str | None,
    entity_type: str | None,
    entity: UUID | None,
    created_by: UserId | None,
    at: dt.datetime,
) -> Write: ...


@write(
    """
    INSERT INTO annotations (org, annotation, project, happened_at, kind, label, entity_type, entity, is_automatic,
        created_at, updated_at)
    SELECT org, annotation, project, at, kind, label, entity_type, entity, true, at, at
    FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::uuid[], $8::timestamptz[])
        AS t(org, annotation, project, kind, label, entity_type, entity, at)
    ON CONFLICT (annotation) DO NOTHING
    """,
    key=("annotation",),
)
def note_happening(
    org: OrgId,
    annotation: UUID,
    project: ProjectId,
    kind: str,
    label: str,
    entity_type: str,
    entity: UUID,
    at: dt.datetime,
) -> Write:
    """Something that happened by itself, on whichever day that instant is in the org's zone of then and later."""


@write(
    """
    UPDATE annotations a SET date = t.date, kind = t.kind, label = t.label, body = t.body, updated_at = t.at
    FROM unnest($1::uuid[], $2::date[], $3::text[], $4::text[], $5::text[], $6::timestamptz[])
        AS t(annotation, date, kind, label, body, at)
    WHERE a.annotation = t.annotation
    """
)
def change_annotation(
    annotation: AnnotationId,
    date: dt.date,
    kind: str,
    label: str,
    body: str | None,
    at: dt.datetime,
) -> Write: ...


@write("DELETE FROM annotations a USING unnest($1::uuid[]) AS t(annotation) WHERE a.annotation = t.annotation")
def remove_annotation(annotation: AnnotationId) -> Write: ...
