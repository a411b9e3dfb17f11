"""Annotations as the API shows them."""

from __future__ import annotations

from datetime import date
from typing import Literal
from uuid import UUID

from trackagoat.gateway.edge.answers import Resource
from trackagoat.gateway.reads.annotations import AnnotationRow
from trackagoat.gateway.resources.fields import Instant, shown

AnyKind = Literal[
    "note",
    "launch",
    "promotion",
    "incident",
    "creator_added",
    "creator_renamed",
    "campaign_created",
    "goal_completed",
    "goal_missed",
    "follower_milestone",
    "discovery_gap",
]


class Annotation(Resource, frozen=True, kw_only=True):
    """Something noted on a day of a project, or that happened there by itself; null: about all of it."""

    id: UUID
    project_id: UUID
    entity_type: Literal["video", "creator", "campaign", "project"] | None
    entity_id: UUID | None
    date: date
    kind: AnyKind
    label: str
    body: str | None
    is_automatic: bool
    created_by: UUID | None
    created_at: Instant
    updated_at: Instant


def annotation(row: AnnotationRow) -> Annotation:
    """An annotation on its day."""
    return shown(Annotation, row, id=row.annotation, project_id=row.project, entity_id=row.entity)
