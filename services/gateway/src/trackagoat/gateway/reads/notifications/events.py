"""The public events of an org, by their positions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from trackagoat.events.catalogue.words import OrgId
from trackagoat.events.sql import Db, read


class HeadRow(msgspec.Struct, frozen=True):
    """How far an org's feed goes: its last position, and the last one that is not kept any more."""

    org: UUID
    head: int
    pruned: int


class EventRow(msgspec.Struct, frozen=True):
    """A public event."""

    position: int
    event: UUID
    type: str
    occurred_at: datetime
    recorded_at: datetime
    project: UUID | None
    subject_type: str
    subject: UUID
    actor_type: str
    actor: UUID | None
    request_id: str | None
    data: dict[str, Any]


_EVENT = """
    SELECT position, event, type, occurred_at, recorded_at, project, subject_type, subject, actor_type, actor,
        request_id, data
    FROM notifications.public_events WHERE org = $1
"""


@read("SELECT org, head, pruned FROM notifications.public_heads WHERE org = ANY($1::uuid[])")
async def heads(db: Db, orgs: Sequence[UUID]) -> list[HeadRow]:
    """The heads of these orgs; one without any event has none."""
    ...


@read(
    _EVENT
    + """
    AND position > $2 AND position <= $3 AND ($4::text[] IS NULL OR type LIKE ANY($4))
    AND ($5::uuid IS NULL OR project = $5)
    ORDER BY position LIMIT $6
    """
)
async def page(
    db: Db, org: OrgId, after: int, until: int, likes: Sequence[str] | None, project: UUID | None, limit: int
) -> list[EventRow]:
    """Events after a position, the oldest first. `likes` are patterns of LIKE for their types."""
    ...
