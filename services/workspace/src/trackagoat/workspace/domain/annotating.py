"""Annotations: each is decided on a stream of its own."""

from __future__ import annotations

import msgspec

from trackagoat.events.catalogue.words import NotFound
from trackagoat.events.catalogue.workspace import (
    AnnotationCommands,
    AnnotationCreated,
    AnnotationDeleted,
    AnnotationEvents,
    AnnotationUpdated,
    CreateAnnotation,
    DeleteAnnotation,
    UpdateAnnotation,
)

Annotation = AnnotationCreated | AnnotationUpdated | AnnotationDeleted
"""The last thing that was said of it: each event shows it whole."""

INITIAL: Annotation | None = None


def stream(command: AnnotationCommands) -> str:
    """Where it is decided."""
    return f"annotation-{command.annotation}"


def decide(command: AnnotationCommands, present: Annotation | None) -> list[AnnotationEvents]:
    """What becomes of it. Raises NotFound for one that is not there or not any longer."""
    if isinstance(command, CreateAnnotation):
        return [] if present else [AnnotationCreated(**msgspec.structs.asdict(command))]
    if present is None or isinstance(present, AnnotationDeleted):
        raise NotFound
    match command:
        case UpdateAnnotation():
            return _update(command, present)
        case DeleteAnnotation(annotation=annotation):
            return [AnnotationDeleted(annotation=annotation, project=present.project)]


def evolve(present: Annotation | None, event: AnnotationEvents) -> Annotation | None:  # noqa: ARG001 - it is the whole
    """The state after the event."""
    return event


def _update(command: UpdateAnnotation, present: AnnotationCreated | AnnotationUpdated) -> list[AnnotationEvents]:
    after = AnnotationUpdated(
        annotation=present.annotation,
        project=present.project,
        date=command.date or present.date,
        kind=command.kind or present.kind,
        label=command.label or present.label,
        body=command.body if command.set_body else present.body,
        entity_type=present.entity_type,
        entity=present.entity,
    )
    changed = any(getattr(after, name) != getattr(present, name) for name in ("date", "kind", "label", "body"))
    return [after] if changed else []
