"""Rows about repeated calls: which Idempotency-Keys were used, and what was answered."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec

from trackagoat.events.catalogue.words import OrgId
from trackagoat.events.sql import Db, read


class ClaimRow(msgspec.Struct, frozen=True):
    """A claim that holds."""

    seed: UUID
    claimed_at: datetime


class HeldRow(msgspec.Struct, frozen=True):
    """What somebody else's claim says; no status: not answered yet."""

    route: str
    digest: str
    status: int | None
    answer: bytes | None
    etag: str | None


@read(
    """
    INSERT INTO gateway.idempotency AS i (org, key, route, digest, seed, claimed_at, running)
    VALUES ($1, $2, $3, $4, $5, $6, true)
    ON CONFLICT (org, key) DO UPDATE SET
        route = excluded.route, digest = excluded.digest, claimed_at = excluded.claimed_at, running = true,
        seed = CASE
            WHEN i.status IS NULL AND i.claimed_at >= $7 AND (i.route, i.digest) = (excluded.route, excluded.digest)
            THEN i.seed ELSE excluded.seed END,
        status = NULL, answer = NULL, etag = NULL
    WHERE i.claimed_at < $7 OR (i.status IS NULL AND (NOT i.running OR i.claimed_at < $8))
    RETURNING i.seed, i.claimed_at
    """
)
async def claim(
    db: Db,
    org: OrgId,
    key: str,
    route: str,
    digest: str,
    seed: UUID,
    now: datetime,
    expired_before: datetime,
    given_up_before: datetime,
) -> ClaimRow | None:
    """Take the key, unless a younger call runs under it or was answered under it."""
    ...


@read("SELECT route, digest, status, answer, etag FROM gateway.idempotency WHERE org = $1 AND key = $2")
async def held(db: Db, org: OrgId, key: str) -> HeldRow | None:
    """Who holds the key."""
    ...


@read(
    """
    UPDATE gateway.idempotency SET running = false, status = $4, answer = $5, etag = $6
    WHERE org = $1 AND key = $2 AND claimed_at = $3 AND running
    RETURNING true
    """
)
async def keep(
    db: Db, org: OrgId, key: str, claimed_at: datetime, status: int, answer: bytes, etag: str | None
) -> bool | None:
    """The call went well, and this is what it answered."""
    ...


@read("DELETE FROM gateway.idempotency WHERE org = $1 AND key = $2 AND claimed_at = $3 AND running RETURNING true")
async def forget(db: Db, org: OrgId, key: str, claimed_at: datetime) -> bool | None:
    """The call failed for certain; the key is as if never used."""
    ...


@read(
    """
    UPDATE gateway.idempotency SET running = false
    WHERE org = $1 AND key = $2 AND claimed_at = $3 AND running
    RETURNING true
    """
)
async def let_go(db: Db, org: OrgId, key: str, claimed_at: datetime) -> bool | None:
    """Nobody knows whether the call went through; whoever tries it again continues it."""
    ...


@read(
    """
    WITH gone AS (DELETE FROM gateway.idempotency WHERE claimed_at < $1 RETURNING 1)
    SELECT count(*) FROM gone
    """
)
async def sweep(db: Db, expired_before: datetime) -> int:
    """Drop what is too old to be replayed."""
    ...
