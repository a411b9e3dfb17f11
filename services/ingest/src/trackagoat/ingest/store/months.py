"""Months of snapshots: partitions made ahead, filled from the rest, and dropped once they hold nothing."""

from __future__ import annotations

from datetime import datetime

from trackagoat.events.effects import Write
from trackagoat.events.sql import Db, read, write

MONTHS = "months"
"""The kind of the due rows; their keys are the tables."""


@read(
    """
    SELECT part.relname::text FROM pg_inherits i JOIN pg_class part ON part.oid = i.inhrelid
    WHERE i.inhparent = to_regclass(format('%I.%I', current_schema(), $1::text)) ORDER BY part.relname
    """
)
async def parts(db: Db, table: str) -> list[str]:
    """The partitions of a table."""


@read("SELECT min(fetched_at) FROM video_snapshots_rest")
async def earliest_video(db: Db) -> datetime | None:
    """The earliest reading of a post that is in no month of its own."""


@read("SELECT min(fetched_at) FROM creator_snapshots_rest")
async def earliest_profile(db: Db) -> datetime | None:
    """The earliest reading of a profile that is in no month of its own."""


EARLIEST = {"video_snapshots": earliest_video, "creator_snapshots": earliest_profile}


@write("SELECT make_month(t.parent, t.at) FROM unnest($1::text[], $2::timestamptz[]) AS t(parent, at)", key=())
def make(parent: str, at: datetime) -> Write:
    """A partition for the month that instant lies in, with what is stored of it."""


@write("SELECT drop_months(t.parent, t.until) FROM unnest($1::text[], $2::timestamptz[]) AS t(parent, until)", key=())
def drop(parent: str, until: datetime) -> Write:
    """Partitions of earlier months that hold nothing go."""
