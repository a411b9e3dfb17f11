"""The Tracking Inbox: posts of a project that wait for a decision."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta

from trackagoat.events.catalogue.ingest import ReviewVideo
from trackagoat.events.catalogue.words import ProjectId, VideoId
from trackagoat.events.decider import Outcome
from trackagoat.gateway import tenancy
from trackagoat.gateway.edge.answers import Answer, BulkMeta
from trackagoat.gateway.edge.bulk import BulkItem, BulkResults, bulk, failed, missing
from trackagoat.gateway.edge.call import Call, ok
from trackagoat.gateway.reads import ingest
from trackagoat.gateway.registry import Nothing, Route
from trackagoat.gateway.resources.fields import Body, Page
from trackagoat.gateway.resources.videos import InboxMeta, InboxVideo, inbox_video
from trackagoat.gateway.routes import examples
from trackagoat.gateway.routes.videos.lists import POSITIONS


class ListInbox(Page, frozen=True, kw_only=True):
    """Posts that wait, or that were excluded."""

    creator_id: UUID | None = None
    status: Literal["pending_review", "excluded"] = "pending_review"
    posted_from: date | None = None
    posted_to: date | None = None
    sort: Literal["-posted_at", "-created_at", "-view_count"] = "-posted_at"


class Review(Body, frozen=True, kw_only=True):
    """One decision on up to 500 videos."""

    video_ids: Annotated[list[UUID], Meta(min_length=1, max_length=500)]
    decision: Literal["include", "exclude"]


async def list_inbox(call: Call[ListInbox, None]) -> Answer[list[InboxVideo]]:
    asked, project = call.params, call.ids["projectId"]
    tenancy.in_order(asked.posted_from, asked.posted_to, "posted_from")
    _, _, (start, end), waiting = await asyncio.gather(
        tenancy.project(call, project),
        tenancy.filters(call),
        tenancy.posted(call, asked.posted_from, asked.posted_to),
        ingest.pending(call.db, call.org, project),
    )
    kind, position = POSITIONS[asked.sort]
    value, after = call.after(kind) or (None, None)
    rows = await ingest.INBOX[asked.sort](
        call.db, call.org, project, asked.status, asked.creator_id, start, end, value, after, asked.limit + 1
    )
    page, meta = call.page(rows, position)
    return ok([inbox_video(row) for row in page], InboxMeta(meta.next_cursor, waiting))


async def review(call: Call[Nothing, Review]) -> Answer[BulkResults]:
    project = await tenancy.project(call, call.ids["projectId"])
    asked = call.body
    rows = await ingest.videos_by_id(call.db, call.org, asked.video_ids)
    here = {row.video for row in rows if row.project == project.project}
    known = [(i, id) for i, id in enumerate(asked.video_ids) if id in here]
    outcomes = await call.ask(
        [ReviewVideo(video=VideoId(id), project=ProjectId(project.project), decision=asked.decision) for _, id in known]
    )
    items = [missing(i, id) for i, id in enumerate(asked.video_ids) if id not in here]
    items += [_item(i, id, outcome) for (i, id), outcome in zip(known, outcomes, strict=True)]
    return bulk(items)


def _item(index: int, id: UUID, outcome: Outcome) -> BulkItem:
    if outcome.refused is not None:
        return failed(index, outcome.refused, id)
    return BulkItem(index=index, status=outcome.events[0]["to"] if outcome.events else "unchanged", id=id)


ROUTES = (
    Route(
        method="GET",
        path="/projects/{projectId}/inbox",
        name="listInbox",
        summary="Posts of a project that wait for a decision, or were excluded",
        scope="read",
        tag="Videos",
        handler=list_inbox,
        params=ListInbox,
        answer=list[InboxVideo],
        meta=InboxMeta,
        example=[examples.INBOX_VIDEO],
    ),
    Route(
        method="POST",
        path="/projects/{projectId}/inbox/review",
        name="reviewInbox",
        summary="Include or exclude up to 500 videos",
        scope="write",
        tag="Videos",
        handler=review,
        body=Review,
        body_example={"video_ids": [str(examples.id_of(4))], "decision": "include"},
        answer=BulkResults,
        meta=BulkMeta,
        example=BulkResults(results=[BulkItem(index=0, status="included", id=examples.id_of(4))]),
    ),
)
