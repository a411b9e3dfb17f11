"""The logs of what happened to creators and videos."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from trackagoat.gateway import tenancy
from trackagoat.gateway.edge.answers import Answer, PageMeta
from trackagoat.gateway.edge.call import Call, ok
from trackagoat.gateway.reads import ingest, workspace
from trackagoat.gateway.registry import Route
from trackagoat.gateway.resources.changes import (
    CreatorChange,
    CreatorChangeKind,
    VideoChange,
    VideoChangeKind,
    creator_change,
    video_change,
)
from trackagoat.gateway.resources.fields import Page
from trackagoat.gateway.routes import examples


class ListCreatorChanges(Page, frozen=True, kw_only=True, rename={"from_": "from"}):
    """Changes of one kind, of these days of the organization; all unless named."""

    kind: CreatorChangeKind | None = None
    from_: date | None = None
    to: date | None = None


class ListVideoChanges(Page, frozen=True, kw_only=True, rename={"from_": "from"}):
    """Changes of one kind, of these days of the organization; all unless named."""

    kind: VideoChangeKind | None = None
    from_: date | None = None
    to: date | None = None


async def list_creator_changes(call: Call[ListCreatorChanges, None]) -> Answer[list[CreatorChange]]:
    row = await tenancy.creator(call, call.ids["creatorId"])
    page, meta = await _changes(call, row.creator)
    names = await _names(call, page)
    return ok([creator_change(one, names) for one in page], meta)


async def list_video_changes(call: Call[ListVideoChanges, None]) -> Answer[list[VideoChange]]:
    row = await tenancy.video(call, call.ids["videoId"])
    page, meta = await _changes(call, row.video)
    names = await _names(call, page)
    return ok([video_change(one, names) for one in page], meta)


async def _changes(
    call: Call[ListCreatorChanges, None] | Call[ListVideoChanges, None], entity: UUID
) -> tuple[Sequence[ingest.ChangeRow], PageMeta]:
    asked = call.params
    start, end = await tenancy.posted(call, asked.from_, asked.to)
    at, after = call.after(tuple[datetime, UUID]) or (None, None)
    rows = await ingest.changes(call.db, call.org, entity, asked.kind, start, end, at, after, asked.limit + 1)
    return call.page(rows, lambda row: (row.at, row.id))


async def _names(call: Call[Any, Any], rows: Sequence[ingest.ChangeRow]) -> dict[UUID, str]:
    """What those who did it are called, where they have a name."""
    keys = sorted({row.actor_id for row in rows if row.actor_type == "api_key" and row.actor_id is not None})
    if not keys:
        return {}
    return {row.id: row.name for row in await workspace.key_names(call.db, call.org, keys)}


ROUTES = (
    Route(
        method="GET",
        path="/creators/{creatorId}/history",
        name="listCreatorChanges",
        summary="What happened to a creator, the latest first",
        scope="read",
        tag="Creators",
        handler=list_creator_changes,
        params=ListCreatorChanges,
        answer=list[CreatorChange],
        meta=PageMeta,
        example=[examples.CREATOR_CHANGE],
    ),
    Route(
        method="GET",
        path="/videos/{videoId}/history",
        name="listVideoChanges",
        summary="What happened to a video, the latest first",
        scope="read",
        tag="Videos",
        handler=list_video_changes,
        params=ListVideoChanges,
        answer=list[VideoChange],
        meta=PageMeta,
        example=[examples.VIDEO_CHANGE],
    ),
)
