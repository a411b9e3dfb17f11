"""Creators in sum: who did best, when each posted, followers against engagement."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Annotated
from uuid import UUID

from msgspec import Meta

from trackagoat.gateway import tenancy
from trackagoat.gateway.edge.answers import Answer
from trackagoat.gateway.edge.call import Call, ok
from trackagoat.gateway.reads.ingest import aggregates
from trackagoat.gateway.registry import Route
from trackagoat.gateway.resources import days
from trackagoat.gateway.resources.analytics.aggregates import (
    CreatorLeader,
    PostingDay,
    ScatterPoint,
    creator_leader,
    scatter_point,
)
from trackagoat.gateway.resources.fields import BIGGEST, Params, shown
from trackagoat.gateway.routes import examples


class CreatorLeaderboard(Params, frozen=True, kw_only=True, rename={"from_": "from"}):
    """Which days; the last 30 unless named."""

    project_id: UUID
    from_: date | None = None
    to: date | None = None
    limit: Annotated[int, Meta(ge=1, le=200)] = 100
    offset: Annotated[int, Meta(ge=0, le=BIGGEST)] = 0


class CreatorScatter(Params, frozen=True, kw_only=True, rename={"from_": "from"}):
    """Which days; the last 30 unless named."""

    project_id: UUID
    from_: date | None = None
    to: date | None = None


class Consistency(Params, frozen=True, kw_only=True, rename={"from_": "from"}):
    """Which days, cut in which zone (the org's unless named)."""

    project_id: UUID
    from_: date
    to: date
    tz: str | None = None


async def creator_leaderboard(call: Call[CreatorLeaderboard, None]) -> Answer[list[CreatorLeader]]:
    asked = call.params
    _, meant = await asyncio.gather(tenancy.filters(call), tenancy.ranged(call, asked.from_, asked.to))
    rows = await aggregates.creator_board(
        call.db, call.org, asked.project_id, meant.start, meant.end, 0, asked.limit, asked.offset
    )
    return ok([creator_leader(row, meant.days) for row in rows])


async def creator_scatter(call: Call[CreatorScatter, None]) -> Answer[list[ScatterPoint]]:
    asked = call.params
    _, meant = await asyncio.gather(tenancy.filters(call), tenancy.ranged(call, asked.from_, asked.to))
    rows = await aggregates.creator_board(call.db, call.org, asked.project_id, meant.start, meant.end, 1, None, 0)
    return ok([scatter_point(row) for row in rows])


async def posting_consistency(call: Call[Consistency, None]) -> Answer[list[PostingDay]]:
    asked = call.params
    _, meant = await asyncio.gather(tenancy.filters(call), tenancy.ranged(call, asked.from_, asked.to, asked.tz))
    local = days.offsets(meant.zone, meant.start, meant.end)
    rows = await aggregates.posting_days(
        call.db, call.org, asked.project_id, meant.start, meant.end, local.since, local.seconds
    )
    return ok([shown(PostingDay, row) for row in rows])


ROUTES = (
    Route(
        method="GET",
        path="/analytics/aggregate/creator-leaderboard",
        name="getCreatorLeaderboard",
        summary="Creators of a project by the views of their posts of a range",
        scope="read",
        tag="Analytics",
        handler=creator_leaderboard,
        params=CreatorLeaderboard,
        answer=list[CreatorLeader],
        errors=("not_found", "retention_exceeded"),
        example=[
            CreatorLeader(
                creator_id=examples.id_of(3),
                tiktok_handle="ana",
                display_name="Ana",
                avatar_url=None,
                current_followers=42_650,
                follower_delta=750,
                total_views=2_000,
                posts_in_period=3,
                posts_per_week=0.7,
                engagement_rate=3.75,
                growth_rate=1.79,
                total_count=24,
            )
        ],
    ),
    Route(
        method="GET",
        path="/analytics/aggregate/posting-consistency",
        name="getPostingConsistency",
        summary="On which days each creator of a project posted",
        scope="read",
        tag="Analytics",
        handler=posting_consistency,
        params=Consistency,
        answer=list[PostingDay],
        errors=("not_found", "retention_exceeded"),
        example=[PostingDay(creator_id=examples.id_of(3), day=date(2026, 3, 10), post_count=2)],
    ),
    Route(
        method="GET",
        path="/analytics/aggregate/creator-scatter",
        name="getCreatorScatter",
        summary="Creators that posted in a range: followers gained against engagement",
        scope="read",
        tag="Analytics",
        handler=creator_scatter,
        params=CreatorScatter,
        answer=list[ScatterPoint],
        errors=("not_found", "retention_exceeded"),
        example=[
            ScatterPoint(
                creator_id=examples.id_of(3),
                tiktok_handle="ana",
                follower_delta=750,
                engagement_rate=3.75,
                posts_count=3,
            )
        ],
    ),
)
