"""Keys of the people whose personal fields the read models hold sealed."""

from __future__ import annotations

from uuid import UUID

from trackagoat.events.personal import KeyRow
from trackagoat.events.sql import Db, read

_KEYS = "SELECT subject, org, key FROM {0}.subject_keys WHERE subject = ANY ($1::uuid[])"


@read(_KEYS.format("ingest"))
async def _creators(db: Db, subjects: list[UUID]) -> list[KeyRow]: ...


@read(_KEYS.format("workspace"))
async def _users(db: Db, subjects: list[UUID]) -> list[KeyRow]: ...


async def keys(db: Db, subjects: list[UUID]) -> list[KeyRow]:
    """The keys of these subjects: creators, and who of them is none may be a user."""
    found = await _creators(db, subjects)
    others = sorted({*subjects} - {row.subject for row in found})
    return found + await _users(db, others) if others else found
