"""A series broken down by video: those that come to most, and the rest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from trackagoat.gateway.edge.call import Call
from trackagoat.gateway.reads import campaign_series
from trackagoat.gateway.reads.ingest import labels
from trackagoat.gateway.reads.ingest import series as rows
from trackagoat.gateway.resources.analytics import buckets
from trackagoat.gateway.resources.analytics.figures import Members, Tally, figures, tally
from trackagoat.gateway.resources.analytics.series import OTHER, TOP, EntityRef, Series
from trackagoat.gateway.routes.analytics.question import Question
from trackagoat.gateway.routes.analytics.subjects import Subject


async def by_video(call: Call[Any, Any], q: Question, whole: Subject, total: Tally) -> list[Series]:
    """The ten with the largest sum over the range (cumulative: last level), then what is left of the total."""
    biggest = await _biggest(call, q, whole)
    named = await labels.video_labels(call.db, call.org, biggest[:TOP])
    called = {row.item: row.label for row in named}
    top = [id for id in biggest[:TOP] if id in called]
    bounds = buckets.bounds(q.buckets, q.range.zone)
    found = await rows.video_gains(call.db, call.org, top, bounds)
    parts = {id: tally([row for row in found if row.subject == id], [], len(bounds)) for id in top}
    shown = [_series(q, EntityRef(type="video", id=str(id), label=called[id]), parts[id], 1) for id in top]
    if len(biggest) > TOP:
        rest = total.without(parts.values())
        other = EntityRef(type="video", id=OTHER, label="Other")
        shown.append(_series(q, other, rest, whole.members.videos - len(top)))
    return shown


def _series(q: Question, ref: EntityRef, part: Tally, videos: int) -> Series:
    found = figures(part, q.buckets, Members(videos, 0), q.range.today)
    return Series(entity_ref=ref, points=q.asked.points(q.buckets, found, q.earliest))


async def _biggest(call: Call[Any, Any], q: Question, whole: Subject) -> Sequence[UUID]:
    """The videos that come to most, one more than are named."""
    if whole.out:
        return []
    among = await campaign_series.videos(call.db, call.org, whole.id) if q.params.entity == "campaign" else None
    creator = whole.id if q.params.entity == "creator" else None
    project = whole.id if q.params.entity == "project" else None
    found = await rows.BIGGEST[q.params.metric, q.asked.mode](
        call.db, call.org, creator, project, among, q.range.start, q.range.end, TOP + 1
    )
    return [row.video for row in found]
