"""The log of changes as rows."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from trackagoat.events.catalogue.words import Json, OrgId
from trackagoat.events.effects import Write
from trackagoat.events.sql import write


@write(
    """
    INSERT INTO change_log (org, entity, at, id, kind, actor_type, actor_id, data)
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::uuid[], $5::text[], $6::text[], $7::uuid[],
        $8::jsonb[])
    ON CONFLICT DO NOTHING
    """,
    key=(),
)
def log_change(
    org: OrgId,
    entity: UUID,
    at: datetime,
    id: UUID,
    kind: str,
    actor_type: str,
    actor_id: UUID | None,
    data: dict[str, Json],
) -> Write:
    """Something happened to a creator or a video."""


@write(
    """
    UPDATE change_log l SET data = '{}' FROM unnest($1::uuid[]) AS t(entity)
    WHERE l.entity = t.entity AND l.kind NOT LIKE 'goal%'
    """
)
def forget_details(entity: UUID) -> Write:
    """What happened stays, without anything that says who it happened to. Goals never do, and are heard at any time."""
