"""Reading creators."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from trackagoat.events.catalogue.words import TrackingMode
from trackagoat.gateway import tenancy
from trackagoat.gateway.edge.answers import Answer, PageMeta
from trackagoat.gateway.edge.call import Call, ok
from trackagoat.gateway.reads import ingest
from trackagoat.gateway.registry import Nothing, Route
from trackagoat.gateway.resources import freshness, workspace
from trackagoat.gateway.resources.creators import (
    Creator,
    CreatorDetail,
    CreatorSnapshot,
    creator,
    creator_detail,
    snapshot,
)
from trackagoat.gateway.resources.fields import Page, Search
from trackagoat.gateway.routes import examples
from trackagoat.gateway.routes.goals.lists import badges

_POSITIONS: Mapping[str, tuple[Any, Callable[[ingest.CreatorRow], tuple[Any, UUID]]]] = {
    "-created_at": (tuple[datetime, UUID], lambda row: (row.created_at, row.creator)),
    "tiktok_handle": (tuple[str, UUID], lambda row: (row.handle_key, row.creator)),
    "-follower_count": (tuple[int | None, UUID], lambda row: (row.follower_count, row.creator)),
}


class ListCreators(Page, frozen=True, kw_only=True):
    """Creators; without a status: active and disabled ones."""

    project_id: UUID | None = None
    search: Search | None = None
    status: Literal["active", "disabled", "removed"] | None = None
    tracking_mode: TrackingMode | None = None
    sort: Literal["-created_at", "tiktok_handle", "-follower_count"] = "-created_at"


class ListSnapshots(Page, frozen=True, kw_only=True, rename={"from_": "from"}):
    """Readings of these days; the last 30 unless named."""

    from_: date | None = None
    to: date | None = None


async def list_creators(call: Call[ListCreators, None]) -> Answer[list[Creator]]:
    asked = call.params
    await tenancy.filters(call)
    kind, position = _POSITIONS[asked.sort]
    value, after = call.after(kind) or (None, None)
    search = asked.search.strip().removeprefix("@") if asked.search else None
    rows = await ingest.CREATORS[asked.sort](
        call.db, call.org, asked.project_id, search, asked.status, asked.tracking_mode, value, after, asked.limit + 1
    )
    page, meta = call.page(rows, position)
    aims = await badges(call, [row.creator for row in page])
    return ok([creator(row, aims[row.creator]) for row in page], meta)


async def get_creator(call: Call[Nothing, None]) -> Answer[CreatorDetail]:
    return ok(await detail(call, call.ids["creatorId"]))


async def detail(call: Call[Any, Any], id: UUID) -> CreatorDetail:
    """A creator by itself, as it is now."""
    row, posts, org, aims = await asyncio.gather(
        tenancy.creator(call, id), ingest.refreshes(call.db, call.org, id), tenancy.org(call), badges(call, [id])
    )
    hours = workspace.effective_hours(org)
    return creator_detail(row, freshness.of_creator(row, posts, hours, call.now), aims[id])


async def list_snapshots(call: Call[ListSnapshots, None]) -> Answer[list[CreatorSnapshot]]:
    row, meant = await asyncio.gather(
        tenancy.creator(call, call.ids["creatorId"]), tenancy.ranged(call, call.params.from_, call.params.to)
    )
    at, source = call.after(tuple[datetime, str]) or (None, None)
    rows = await ingest.creator_snapshots(
        call.db,
        call.org,
        row.creator,
        meant.start,
        meant.end,
        at,
        source,
        call.params.limit + 1,
    )
    page, meta = call.page(rows, lambda row: (row.fetched_at, row.source))
    return ok([snapshot(row) for row in page], meta)


ROUTES = (
    Route(
        method="GET",
        path="/creators",
        name="listCreators",
        summary="Creators, active and disabled unless a status is named",
        scope="read",
        tag="Creators",
        handler=list_creators,
        params=ListCreators,
        answer=list[Creator],
        meta=PageMeta,
        errors=("not_found",),
        example=[examples.CREATOR],
    ),
    Route(
        method="GET",
        path="/creators/{creatorId}",
        name="getCreator",
        summary="One creator, removed ones too",
        scope="read",
        tag="Creators",
        handler=get_creator,
        answer=CreatorDetail,
        example=examples.CREATOR_DETAIL,
    ),
    Route(
        method="GET",
        path="/creators/{creatorId}/snapshots",
        name="listCreatorSnapshots",
        summary="Readings of a creator's profile, the latest first",
        scope="read",
        tag="Creators",
        handler=list_snapshots,
        params=ListSnapshots,
        answer=list[CreatorSnapshot],
        meta=PageMeta,
        errors=("retention_exceeded",),
        example=[examples.CREATOR_SNAPSHOT],
    ),
)
