"""Rows about calls: who made how many lately, and each organization today."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from trackagoat.events.catalogue.words import OrgId
from trackagoat.events.sql import Db, read


class TakenRow(msgspec.Struct, frozen=True):
    """What became of the calls asked for at one place, from 1.

    `passed` of them fit the window, `within_day` of those the day too; `remaining` fit the window still, whose oldest
    call leaves it in `opens_in` seconds; `used` is the organization's count of today.
    """

    at: int
    passed: int
    within_day: int
    remaining: int
    opens_in: float
    used: int


@read("SELECT at, passed, within_day, remaining, opens_in, used FROM gateway.take_calls($1, $2, $3, $4, $5, $6, $7)")
async def take(
    db: Db,
    who: Sequence[str],
    asked: Sequence[int],
    quota: Sequence[int],
    org: Sequence[OrgId | None],
    most: Sequence[int | None],
    counted: Sequence[bool],
    seconds: int,
) -> list[TakenRow]:
    """Let calls through, one row per caller; all replicas count together."""
    ...


@read(
    """
    WITH old AS (DELETE FROM gateway.windows WHERE seen_at < $1 RETURNING 1),
        past AS (DELETE FROM gateway.days WHERE day < ($2::timestamptz AT TIME ZONE 'UTC')::date RETURNING 1)
    SELECT (SELECT count(*) FROM old) + (SELECT count(*) FROM past)
    """
)
async def sweep(db: Db, windows_before: datetime, days_before: datetime) -> int:
    """Drop what no longer counts."""
    ...
