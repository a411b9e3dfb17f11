"""Gaps of discovery as rows: between which times posts of a creator may be missing."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from trackagoat.events.catalogue.words import CreatorId
from trackagoat.events.effects import Write
from trackagoat.events.sql import Db, read, write


@write(
    """
    UPDATE creators c SET gap_from = t.gap_from, gap_to = t.gap_to
    FROM unnest($1::uuid[], $2::timestamptz[], $3::timestamptz[]) AS t(creator, gap_from, gap_to)
    WHERE c.creator = t.creator
    """
)
def leave(creator: CreatorId, gap_from: datetime | None, gap_to: datetime | None) -> Write:
    """Posts between these times may be missing; None: none are."""


@read("SELECT max(posted_at) FROM videos WHERE creator_id = $1 AND origin = 'discovery' AND posted_at < $2")
async def newest_discovered(db: Db, creator: UUID, before: datetime) -> datetime | None:
    """When the newest post that discovery reached before was posted; one added by its URL says nothing of the rest."""
