"""Public events as the API shows them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec

from trackagoat.gateway.reads.notifications.events import EventRow
from trackagoat.gateway.resources.fields import Instant, instant


class Subject(msgspec.Struct, frozen=True):
    """What an event is about."""

    type: str
    id: UUID


class Doer(msgspec.Struct, frozen=True):
    """Who caused it."""

    type: str
    id: UUID | None


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened in the organization, at its position in the feed."""

    position: str
    id: UUID
    type: str
    occurred_at: Instant
    recorded_at: Instant
    org_id: UUID
    project_id: UUID | None
    subject: Subject
    actor: Doer
    request_id: str | None
    data: dict[str, Any]


class FeedMeta(msgspec.Struct, frozen=True, rename="camel"):
    """Where to go on, where the feed ends, and whether there is more now."""

    next_after: str
    head: str
    has_more: bool


def event(org: UUID, row: EventRow) -> Event:
    """A public event."""
    return Event(
        position=str(row.position),
        id=row.event,
        type=row.type,
        occurred_at=instant(row.occurred_at),
        recorded_at=instant(row.recorded_at),
        org_id=org,
        project_id=row.project,
        subject=Subject(row.subject_type, row.subject),
        actor=Doer(row.actor_type, row.actor),
        request_id=row.request_id,
        data=row.data,
    )
