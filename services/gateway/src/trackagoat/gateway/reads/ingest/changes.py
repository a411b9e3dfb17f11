"""What happened to creators and videos."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from trackagoat.events.catalogue.words import OrgId
from trackagoat.events.sql import Db, read


class ChangeRow(msgspec.Struct, frozen=True):
    """One entry of the log of a creator or a video."""

    id: UUID
    kind: str
    at: datetime
    actor_type: str
    actor_id: UUID | None
    data: dict[str, Any]


@read(
    """
    SELECT id, kind, at, actor_type, actor_id, data FROM ingest.change_log
    WHERE org = $1 AND entity = $2 AND ($3::text IS NULL OR kind = $3)
        AND ($4::timestamptz IS NULL OR at >= $4) AND ($5::timestamptz IS NULL OR at < $5)
        AND ($7::uuid IS NULL OR (at, id) < ($6, $7))
    ORDER BY at DESC, id DESC LIMIT $8
    """
)
async def changes(
    db: Db,
    org: OrgId,
    entity: UUID,
    kind: str | None,
    start: datetime | None,
    end: datetime | None,
    at: datetime | None,
    after: UUID | None,
    limit: int,
) -> list[ChangeRow]:
    """What happened to the creator or video in [start, end), the latest first."""
    ...
