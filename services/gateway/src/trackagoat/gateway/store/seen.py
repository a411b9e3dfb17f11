"""When keys, sessions and people were last seen, to the minute."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from trackagoat.events.sql import Db, read


class SeenRow(msgspec.Struct, frozen=True):
    """Somebody, and when they were last seen."""

    who: UUID
    at: datetime


@read(
    """
    INSERT INTO gateway.seen AS s (org, who, at)
    SELECT t.org, t.who, $3 FROM unnest($1::uuid[], $2::uuid[]) AS t(org, who)
    ON CONFLICT (org, who) DO UPDATE SET at = greatest(s.at, excluded.at)
    RETURNING true
    """
)
async def note(db: Db, orgs: Sequence[UUID], who: Sequence[UUID], at: datetime) -> bool | None:
    """They were seen."""
    ...


@read("SELECT who, at FROM gateway.seen WHERE org = $1 AND who = ANY($2::uuid[])")
async def last(db: Db, org: UUID, who: Sequence[UUID]) -> list[SeenRow]:
    """When each of them was last seen; who never was is left out."""
    ...
