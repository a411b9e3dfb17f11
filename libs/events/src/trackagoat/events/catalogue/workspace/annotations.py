"""Annotations: what people note on a day of a project, or of something in it.

These shapes are the stored bytes. Add fields with defaults; never rename, never remove.
"""

from __future__ import annotations

import datetime as dt
from typing import Literal, NewType
from uuid import UUID

from trackagoat.events.catalogue.words import ProjectId, UserId
from trackagoat.events.catalogue.workspace.speaker import WorkspaceCommand, WorkspaceEvent

AnnotationId = NewType("AnnotationId", UUID)
AnnotationKind = Literal["note", "launch", "promotion", "incident"]
Annotated = Literal["video", "creator", "campaign", "project"]
"""What an annotation may be about."""


class AnnotationCreated(WorkspaceEvent, frozen=True, kw_only=True, tag="annotation.created.v1"):
    """Something was noted on a day; `entity` is what it is about, None: the whole project."""

    annotation: AnnotationId
    project: ProjectId
    date: dt.date
    kind: AnnotationKind
    label: str
    body: str | None = None
    entity_type: Annotated | None = None
    entity: UUID | None = None
    by: UserId | None = None


class AnnotationUpdated(WorkspaceEvent, frozen=True, kw_only=True, tag="annotation.updated.v1"):
    """The annotation as it is after the change, whole."""

    annotation: AnnotationId
    project: ProjectId
    date: dt.date
    kind: AnnotationKind
    label: str
    body: str | None = None
    entity_type: Annotated | None = None
    entity: UUID | None = None


class AnnotationDeleted(WorkspaceEvent, frozen=True, kw_only=True, tag="annotation.deleted.v1"):
    """The annotation is gone."""

    annotation: AnnotationId
    project: ProjectId


AnnotationEvents = AnnotationCreated | AnnotationUpdated | AnnotationDeleted


class CreateAnnotation(WorkspaceCommand, frozen=True, kw_only=True, tag="annotation.create"):
    """Note something on a day."""

    annotation: AnnotationId
    project: ProjectId
    date: dt.date
    kind: AnnotationKind
    label: str
    body: str | None = None
    entity_type: Annotated | None = None
    entity: UUID | None = None
    by: UserId | None = None


class UpdateAnnotation(WorkspaceCommand, frozen=True, kw_only=True, tag="annotation.update"):
    """Replace what is given; None leaves a field unless its `set_*` flag is up."""

    annotation: AnnotationId
    date: dt.date | None = None
    kind: AnnotationKind | None = None
    label: str | None = None
    body: str | None = None
    set_body: bool = False


class DeleteAnnotation(WorkspaceCommand, frozen=True, kw_only=True, tag="annotation.delete"):
    """Take it away."""

    annotation: AnnotationId


AnnotationCommands = CreateAnnotation | UpdateAnnotation | DeleteAnnotation
