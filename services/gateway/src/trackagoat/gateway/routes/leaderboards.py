"""Leaderboards: what did best, with the levels of now."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta

from trackagoat.gateway import tenancy
from trackagoat.gateway.edge.answers import Answer
from trackagoat.gateway.edge.call import Call, ok
from trackagoat.gateway.reads import ingest
from trackagoat.gateway.registry import Route
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


async def video_leaderboard(call: Call[VideoLeaderboard, None]) -> Answer[list[Leader]]:
    asked = call.params
    tenancy.in_order(asked.from_, asked.to)
    _, (start, end) = await asyncio.gather(tenancy.filters(call), tenancy.between(call, asked.from_, asked.to))
    rows = await ingest.LEADERS[asked.order](call.db, call.org, asked.project_id, start, end, asked.limit, asked.offset)
    return ok([leader(row) for row in rows])


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
)
