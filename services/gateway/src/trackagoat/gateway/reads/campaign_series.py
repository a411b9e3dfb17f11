"""What campaigns gained, bin by bin; rows are those of ingest's series."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from trackagoat.events.catalogue.words import OrgId
from trackagoat.events.sql import Db, read
from trackagoat.gateway.reads.ingest.series import COUNTERS, GainRow, PostRow

_BIN = "width_bucket(quarter, $3::timestamptz[])"
_ROWS = """
    FROM campaigns.campaign_quarters
    WHERE org = $1 AND campaign = ANY ($2::uuid[])
        AND quarter < ($3::timestamptz[])[array_upper($3::timestamptz[], 1)]
    GROUP BY 1, 2
"""


def _sums(part: str) -> str:
    return f"ARRAY[{', '.join(f'sum({c}{part})' for c in COUNTERS)}, 0]::bigint[]"


@read(
    f"""
    SELECT campaign AS subject, {_BIN} AS bin, {_sums("")} AS gained, {_sums("_base")} AS base,
        {_sums("_known")} AS firsts, {_sums("_baselines")} AS baselines
    {_ROWS}
    """
)
async def gains(db: Db, org: OrgId, campaigns: Sequence[UUID], bounds: Sequence[datetime]) -> list[GainRow]:
    """Of the counted videos of campaigns."""
    ...


@read(f"SELECT campaign AS subject, {_BIN} AS bin, sum(posts)::int AS posts {_ROWS}")
async def posts(db: Db, org: OrgId, campaigns: Sequence[UUID], bounds: Sequence[datetime]) -> list[PostRow]:
    """Posts of campaigns."""
    ...


@read(
    """
    SELECT coalesce(array_agg(m.video), '{}') FROM campaigns.membership m WHERE m.org = $1 AND m.campaign = $2
    """
)
async def videos(db: Db, org: OrgId, campaign: UUID) -> Sequence[UUID]:
    """The counted videos of a campaign."""
    ...
