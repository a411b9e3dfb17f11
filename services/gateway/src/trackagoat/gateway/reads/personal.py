"""Keys of the people whose personal fields the read models hold sealed."""

from __future__ import annotations

from uuid import UUID

from trackagoat.events.personal import KeyRow
from trackagoat.events.sql import Db, read


@read(
    """
    SELECT subject, org, key FROM ingest.subject_keys WHERE subject = ANY ($1::uuid[])
    UNION ALL
    SELECT subject, org, key FROM workspace.subject_keys WHERE subject = ANY ($1::uuid[])
    """
)
async def keys(db: Db, subjects: list[UUID]) -> list[KeyRow]:
    """The keys of these subjects: creators and users."""
    ...
