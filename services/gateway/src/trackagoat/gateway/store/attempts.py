"""Failed attempts to sign in, counted for all replicas together."""

from __future__ import annotations

from datetime import datetime

from trackagoat.events.sql import Db, read


@read(
    """
    INSERT INTO gateway.attempts AS a (who, at, last_at) VALUES ($1, ARRAY[$2::timestamptz], $2)
    ON CONFLICT (who) DO UPDATE SET
        at = ARRAY(SELECT t FROM unnest(a.at) AS t WHERE t > $3) || $2::timestamptz, last_at = $2
    WHERE (SELECT count(*) FROM unnest(a.at) AS t WHERE t > $3) < $4
    RETURNING true
    """
)
async def take(db: Db, who: str, now: datetime, since: datetime, most: int) -> bool | None:
    """Count an attempt as failed until it is known better; None when there were too many since then."""
    ...


@read(
    """
    UPDATE gateway.attempts SET at = array_remove(at, $2::timestamptz) WHERE who = $1 RETURNING true
    """
)
async def give_back(db: Db, who: str, at: datetime) -> bool | None:
    """The attempt made then did not fail."""
    ...


@read("SELECT min(t) FROM gateway.attempts a, unnest(a.at) AS t WHERE a.who = $1 AND t > $2")
async def oldest(db: Db, who: str, since: datetime) -> datetime | None:
    """The first attempt that still counts."""
    ...


@read(
    """
    WITH old AS (DELETE FROM gateway.attempts WHERE last_at < $1 RETURNING 1) SELECT count(*) FROM old
    """
)
async def sweep(db: Db, before: datetime) -> int:
    """Drop what counts no longer."""
    ...
