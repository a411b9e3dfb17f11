"""Campaigns in sum: which did best, and who is in several of them."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Any, Literal
from uuid import UUID

import msgspec

from trackagoat.gateway import tenancy
from trackagoat.gateway.edge.answers import Answer
from trackagoat.gateway.edge.call import Call, ok
from trackagoat.gateway.edge.revealing import Revealer
from trackagoat.gateway.reads import campaign_boards
from trackagoat.gateway.reads.ingest import labels
from trackagoat.gateway.registry import Route
from trackagoat.gateway.resources.analytics.aggregates import CampaignLeader, Overlap, campaign_leader, overlap
from trackagoat.gateway.resources.fields import Params
from trackagoat.gateway.routes import examples

_SHOWN = 50
_LABELS: dict[str, Any] = {"creator": labels.creator_labels, "video": labels.video_labels}


class Named(msgspec.Struct, frozen=True):
    """What items are called, to be revealed together."""

    rows: list[labels.LabelRow]


class CampaignLeaderboard(Params, frozen=True, kw_only=True, rename={"from_": "from"}):
    """Which days."""

    project_id: UUID
    from_: date
    to: date


class MemberOverlap(Params, frozen=True, kw_only=True):
    """Members of which kind."""

    project_id: UUID
    dimension: Literal["creator", "video"] = "creator"


async def campaign_leaderboard(call: Call[CampaignLeaderboard, None]) -> Answer[list[CampaignLeader]]:
    asked = call.params
    _, meant = await asyncio.gather(tenancy.filters(call), tenancy.ranged(call, asked.from_, asked.to))
    rows = await campaign_boards.board(call.db, call.org, asked.project_id, meant.prior.start, meant.start, meant.end)
    tops = sorted({row.most_viewed for row in rows if row.most_viewed is not None})
    thumbnails = {row.item: row.avatar for row in await labels.video_labels(call.db, call.org, tops)}
    board = [campaign_leader(row, thumbnails) for row in rows]
    board.sort(key=lambda one: (one.total_views is None, -(one.total_views or 0), one.name, one.campaign_id))
    return ok(board)


async def member_overlap(call: Call[MemberOverlap, None]) -> Answer[list[Overlap]]:
    asked = call.params
    _, rows = await asyncio.gather(
        tenancy.filters(call),
        campaign_boards.overlap(call.db, call.org, asked.project_id, asked.dimension, _SHOWN),
    )
    named = await _LABELS[asked.dimension](call.db, call.org, [row.item for row in rows])
    revealer = Revealer(call.settings.secret_key.get_secret_value())
    called = {row.item: row for row in (await revealer.clear(call.db, call.org, Named(named))).rows}
    found = [overlap(row, called[row.item]) for row in rows if row.item in called]
    found.sort(key=lambda one: (-one.campaign_count, one.entity_label, one.entity_id))
    return ok(found[:_SHOWN])


ROUTES = (
    Route(
        method="GET",
        path="/analytics/aggregate/campaign-leaderboard",
        name="getCampaignLeaderboard",
        summary="Campaigns of a project by the views of their posts of a range, against the range before it",
        scope="read",
        tag="Analytics",
        handler=campaign_leaderboard,
        params=CampaignLeaderboard,
        answer=list[CampaignLeader],
        errors=("not_found", "retention_exceeded"),
        example=[
            CampaignLeader(
                campaign_id=examples.id_of(6),
                name="Spring",
                total_views=1_300,
                total_likes=75,
                video_count=3,
                creator_count=1,
                preview_thumbnail_url=None,
                prior_views=400,
                views_delta=900,
                views_delta_pct=225,
            )
        ],
    ),
    Route(
        method="GET",
        path="/analytics/aggregate/member-overlap",
        name="getMemberOverlap",
        summary="Direct items of campaigns, those in most of them first",
        scope="read",
        tag="Analytics",
        handler=member_overlap,
        params=MemberOverlap,
        answer=list[Overlap],
        errors=("not_found",),
        example=[
            Overlap(
                entity_id=examples.id_of(3),
                entity_label="Ana",
                entity_avatar=None,
                campaign_ids=[examples.id_of(6)],
                campaign_names=["Spring"],
                campaign_count=1,
            )
        ],
    ),
)
