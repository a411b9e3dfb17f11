"""Whose series are asked for, and where their figures are read."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from trackagoat.gateway import tenancy
from trackagoat.gateway.edge.call import Call
from trackagoat.gateway.edge.faults import ApiError
from trackagoat.gateway.reads import campaign_series, campaigns, ingest
from trackagoat.gateway.reads.ingest import series
from trackagoat.gateway.reads.ingest.series import GainRow, PostRow
from trackagoat.gateway.resources.analytics.figures import Members, Tally, tally
from trackagoat.gateway.resources.analytics.metrics import Entity
from trackagoat.gateway.resources.analytics.series import EntityRef
from trackagoat.gateway.resources.creators import display_name


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """One entity: what it is called, what it sums over, and whether it is out of every total (a removed creator)."""

    id: UUID
    ref: EntityRef
    project: UUID
    members: Members
    out: bool = False


async def subjects(call: Call[Any, Any], entity: Entity, ids: Sequence[UUID]) -> list[Subject]:
    """The entities in the order asked for. Raises a 404 when one is not the org's."""
    by_id = {one.id: one for one in await _READ[entity](call, ids)}
    if set(by_id) != set(ids):
        raise ApiError("not_found")
    return [by_id[id] for id in ids]


def _subject(entity: Entity, id: UUID, label: str, project: UUID, members: Members) -> Subject:
    ref = EntityRef(type=entity, id=str(id), label=label)
    return Subject(id=id, ref=ref, project=project, members=members)


async def _videos(call: Call[Any, Any], ids: Sequence[UUID]) -> list[Subject]:
    rows = await ingest.videos_by_id(call.db, call.org, ids)
    return [
        _subject("video", row.video, row.title or row.url, row.project, Members(1, 0))
        for row in rows
        if not row.removed
    ]


async def _creators(call: Call[Any, Any], ids: Sequence[UUID]) -> list[Subject]:
    return [_creator(row) for row in await ingest.creators_by_id(call.db, call.org, ids)]


def _creator(row: ingest.CreatorRow) -> Subject:
    label = display_name(row) or row.tiktok_handle
    if row.inactive_reason == "removed":
        gone = _subject("creator", row.creator, label, row.project, Members(0, 0))
        return msgspec.structs.replace(gone, out=True)
    return _subject("creator", row.creator, label, row.project, Members(row.tracked_video_count, 1))


async def _campaigns(call: Call[Any, Any], ids: Sequence[UUID]) -> list[Subject]:
    rows = await asyncio.gather(*(tenancy.campaign(call, id) for id in ids))
    return [_subject("campaign", r.campaign, r.name, r.project, Members(r.video_count, r.creator_count)) for r in rows]


async def _projects(call: Call[Any, Any], ids: Sequence[UUID]) -> list[Subject]:
    rows = await asyncio.gather(*(tenancy.project(call, id) for id in ids))
    held = {row.project: row for row in await ingest.counts(call.db, call.org, ids)}
    counts = {id: Members(row.videos, row.creators) for id, row in held.items()}
    return [_subject("project", row.project, row.name, row.project, counts[row.project]) for row in rows]


_READ: Mapping[Entity, Callable[[Call[Any, Any], Sequence[UUID]], Awaitable[list[Subject]]]] = {
    "video": _videos,
    "creator": _creators,
    "campaign": _campaigns,
    "project": _projects,
}


async def tallies(
    call: Call[Any, Any], entity: Entity, asked: Sequence[Subject], bounds: Sequence[datetime], *, fans: bool
) -> Mapping[UUID, Tally]:
    """The rows of each subject between the bounds; `fans`: followers are looked at."""
    ids = [one.id for one in asked if not one.out]
    gains, posts = await _rows(call, entity, ids, bounds)
    if entity == "campaign" and fans:
        gains = [*gains, *await _fans(call, ids, bounds)]
    return {
        one.id: tally(
            [row for row in gains if row.subject == one.id],
            [row for row in posts if row.subject == one.id],
            len(bounds),
        )
        for one in asked
    }


async def _rows(
    call: Call[Any, Any], entity: Entity, ids: Sequence[UUID], bounds: Sequence[datetime]
) -> tuple[list[GainRow], list[PostRow]]:
    where = (call.db, call.org, ids, bounds)
    reads: tuple[Awaitable[list[GainRow]], Awaitable[list[PostRow]]]
    match entity:
        case "video":
            return await series.video_gains(*where), []
        case "creator":
            reads = series.gains(*where), series.creator_posts(*where)
        case "project":
            reads = series.gains(*where), series.project_posts(*where)
        case "campaign":
            reads = campaign_series.gains(*where), campaign_series.posts(*where)
    gains, posts = await asyncio.gather(*reads)
    return gains, posts


async def _fans(call: Call[Any, Any], ids: Iterable[UUID], bounds: Sequence[datetime]) -> list[GainRow]:
    """Followers of the distinct creators of campaigns."""

    async def of(id: UUID) -> list[GainRow]:
        creators = await campaigns.creator_ids(call.db, call.org, id)
        return await series.follower_gains(call.db, call.org, creators, bounds, id)

    return [row for rows in await asyncio.gather(*map(of, ids)) for row in rows]
