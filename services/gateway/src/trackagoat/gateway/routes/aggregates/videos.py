"""Videos in sum: what did best, what stands out, when posts come, how views are distributed."""

from __future__ import annotations

import asyncio
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta

from trackagoat.gateway import tenancy
from trackagoat.gateway.edge.answers import Answer
from trackagoat.gateway.edge.call import Call, ok
from trackagoat.gateway.reads import ingest
from trackagoat.gateway.reads.ingest import aggregates
from trackagoat.gateway.reads.ingest.aggregates import SpreadRow
from trackagoat.gateway.registry import Route
from trackagoat.gateway.resources import days
from trackagoat.gateway.resources.analytics.aggregates import (
    PERCENTILES,
    Bin,
    Cell,
    Distribution,
    Outlier,
    cell,
    distribution,
    outlier,
)
from trackagoat.gateway.resources.fields import BIGGEST, Params
from trackagoat.gateway.resources.videos import Leader, leader
from trackagoat.gateway.routes import examples

Order = Literal["view_count", "like_count", "comment_count", "share_count", "save_count", "posted_at"]


class VideoLeaderboard(Params, frozen=True, kw_only=True, rename={"from_": "from"}):
    """Which videos, and by what; all time unless days are named."""

    project_id: UUID
    from_: date | None = None
    to: date | None = None
    order: Order = "view_count"
    limit: Annotated[int, Meta(ge=1, le=200)] = 100
    offset: Annotated[int, Meta(ge=0, le=BIGGEST)] = 0


class Heatmap(Params, frozen=True, kw_only=True, rename={"from_": "from"}):
    """Which days, cut in which zone (the org's unless named)."""

    project_id: UUID
    from_: date
    to: date
    tz: str | None = None


class ViewDistribution(Params, frozen=True, kw_only=True, rename={"from_": "from"}):
    """Which days, and into how many bins."""

    project_id: UUID
    from_: date
    to: date
    bin_count: Annotated[int, Meta(ge=5, le=50)] = 20


class Outliers(Params, frozen=True, kw_only=True, rename={"from_": "from"}):
    """From which multiple of the median on; all time unless days are named."""

    project_id: UUID
    from_: date | None = None
    to: date | None = None
    min_x_multiple: Annotated[float, Meta(gt=0, le=BIGGEST)] = 1.5
    limit: Annotated[int, Meta(ge=1, le=100)] = 50


async def video_leaderboard(call: Call[VideoLeaderboard, None]) -> Answer[list[Leader]]:
    asked = call.params
    _, (start, end) = await asyncio.gather(tenancy.filters(call), tenancy.ranged_if(call, asked.from_, asked.to))
    rows = await ingest.LEADERS[asked.order](call.db, call.org, asked.project_id, start, end, asked.limit, asked.offset)
    return ok([leader(row) for row in rows])


async def posting_heatmap(call: Call[Heatmap, None]) -> Answer[list[Cell]]:
    asked = call.params
    _, meant = await asyncio.gather(tenancy.filters(call), tenancy.ranged(call, asked.from_, asked.to, asked.tz))
    local = days.offsets(meant.zone, meant.start, meant.end)
    rows = await aggregates.heatmap(
        call.db, call.org, asked.project_id, meant.start, meant.end, local.since, local.seconds
    )
    return ok([cell(row) for row in rows])


async def view_distribution(call: Call[ViewDistribution, None]) -> Answer[Distribution]:
    asked = call.params
    _, meant = await asyncio.gather(tenancy.filters(call), tenancy.ranged(call, asked.from_, asked.to))
    where = (call.db, call.org, asked.project_id, meant.start, meant.end)
    spread = await aggregates.spread(*where, PERCENTILES, asked.bin_count) or SpreadRow(0, None, None, [], [], [])
    return ok(distribution(spread, asked.bin_count))


async def outliers(call: Call[Outliers, None]) -> Answer[list[Outlier]]:
    asked = call.params
    _, (start, end) = await asyncio.gather(tenancy.filters(call), tenancy.ranged_if(call, asked.from_, asked.to))
    least = Decimal(repr(asked.min_x_multiple))
    rows = await aggregates.outliers(call.db, call.org, asked.project_id, start, end, least, asked.limit)
    return ok([outlier(row) for row in rows])


ROUTES = (
    Route(
        method="GET",
        path="/analytics/aggregate/video-leaderboard",
        name="getVideoLeaderboard",
        summary="Counted videos of a project, the highest first",
        scope="read",
        tag="Analytics",
        handler=video_leaderboard,
        params=VideoLeaderboard,
        answer=list[Leader],
        errors=("not_found", "retention_exceeded"),
        example=[examples.LEADER],
    ),
    Route(
        method="GET",
        path="/analytics/aggregate/posting-heatmap",
        name="getPostingHeatmap",
        summary="Posts of a project by day of the week and hour; only cells with posts",
        scope="read",
        tag="Analytics",
        handler=posting_heatmap,
        params=Heatmap,
        answer=list[Cell],
        errors=("not_found", "retention_exceeded"),
        example=[Cell(dow=2, hour=9, post_count=3, avg_views=1_233.33)],
    ),
    Route(
        method="GET",
        path="/analytics/aggregate/view-distribution",
        name="getViewDistribution",
        summary="How views are distributed over the videos posted in a range",
        scope="read",
        tag="Analytics",
        handler=view_distribution,
        params=ViewDistribution,
        answer=Distribution,
        errors=("not_found", "retention_exceeded"),
        example=Distribution(
            total=2,
            min=400,
            max=1_700,
            p50=1_050,
            p75=1_375,
            p90=1_570,
            p99=1_687,
            bins=[Bin(bin_index=0, bin_lower=400, bin_upper=465, video_count=1)],
        ),
    ),
    Route(
        method="GET",
        path="/analytics/aggregate/outliers",
        name="getOutliers",
        summary="Videos with many times the views of the median of their creator",
        scope="read",
        tag="Analytics",
        handler=outliers,
        params=Outliers,
        answer=list[Outlier],
        errors=("not_found", "retention_exceeded"),
        example=[
            Outlier(
                video_id=examples.id_of(4),
                creator_id=examples.id_of(3),
                view_count=9_000,
                median_views=1_500,
                x_multiple=6,
                posted_at=examples.AT,
                title="Sourdough in a minute",
                thumbnail_url=None,
                url=examples.VIDEO.url,
                tiktok_handle="ana",
                display_name="Ana",
                avatar_url=None,
            )
        ],
    ),
)
