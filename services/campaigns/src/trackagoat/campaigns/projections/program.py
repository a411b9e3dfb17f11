"""Creators and videos. Readings move totals by their difference; whatever else changes is taken out of every campaign
first and put back where it belongs afterwards.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any
from uuid import UUID

from trackagoat.campaigns.projections.readings import readings
from trackagoat.campaigns.store import gains, heard, sets
from trackagoat.events.catalogue.ingest import (
    CreatorAdded,
    CreatorReactivated,
    CreatorRemoved,
    SnapshotsPruned,
    StatsSnapshotted,
    VideoAdded,
    VideoDescribed,
    VideoDiscovered,
    VideoRemoved,
    VideoRestored,
    VideoReviewed,
    VideoUpdated,
)
from trackagoat.events.catalogue.words import COUNTED, ItemType, OrgId, VideoId
from trackagoat.events.effects import Write
from trackagoat.events.envelope import Heard

__all__ = ["ProgramFacts", "program"]

CreatorFacts = CreatorAdded | CreatorReactivated | CreatorRemoved
VideoFacts = VideoDiscovered | VideoAdded | VideoDescribed | VideoReviewed | VideoUpdated | VideoRemoved | VideoRestored
Dated = VideoDiscovered | VideoAdded | VideoDescribed | VideoRestored
ProgramFacts = CreatorFacts | VideoFacts | StatsSnapshotted | SnapshotsPruned

Page = Sequence[Heard[Any]]

UNSAID = {"discovered": None, "owner_said": False, "creator_id": None, "counts": None, "posted_at": None}


def program(page: Page) -> Iterator[Write]:
    """The rows of ingest's facts. A pruning takes what was read before it was said, not what comes later."""
    for pruned, run in groupby(page, key=lambda fact: isinstance(fact.event, SnapshotsPruned)):
        facts = list(run)
        yield from (gains.prune(f.org, f.event.before) for f in facts) if pruned else _told(facts)


def _told(page: Page) -> Iterator[Write]:
    yield from readings([fact for fact in page if isinstance(fact.event, StatsSnapshotted)])
    changes = [fact for fact in page if not isinstance(fact.event, StatsSnapshotted)]
    touched = dict.fromkeys(map(_touched, changes))
    yield from (sets.withdraw(*one) for one in touched)
    yield from _creators(changes)
    yield from _videos(changes)
    yield from (sets.readmit(*one) for one in touched)


def _touched(fact: Heard[CreatorFacts | VideoFacts]) -> tuple[OrgId, ItemType, UUID]:
    if isinstance(fact.event, CreatorFacts):
        return fact.org, "creator", fact.event.creator
    return fact.org, "video", fact.event.video


def _creators(page: Page) -> Iterator[Write]:
    facts = [fact for fact in page if isinstance(fact.event, CreatorFacts)]
    last = {fact.event.creator: fact for fact in facts}
    for creator, fact in last.items():
        yield heard.set_creator(fact.org, fact.event.project, creator, isinstance(fact.event, CreatorRemoved))


def _videos(page: Page) -> Iterator[Write]:
    said: dict[VideoId, dict[str, Any]] = {}
    for fact in page:
        if isinstance(fact.event, VideoFacts):
            unsaid = {"org": fact.org, "project": fact.event.project, **UNSAID}
            before = said.get(fact.event.video, unsaid)
            said[fact.event.video] = before | _said(fact.event) | _found(fact.event, before)
    for video, columns in said.items():
        yield heard.set_video(video=video, **columns)


def _found(event: VideoFacts, before: dict[str, Any]) -> dict[str, Any]:
    """How it came in, and when it was posted, which never change once they are known."""
    found: dict[str, Any] = {}
    if isinstance(event, VideoDiscovered | VideoAdded) and before["discovered"] is None:
        found["discovered"] = isinstance(event, VideoDiscovered)
    if isinstance(event, Dated) and before["posted_at"] is None:
        found["posted_at"] = event.posted_at
    return found


def _said(event: VideoFacts) -> dict[str, Any]:
    match event:
        case VideoDiscovered() | VideoAdded() | VideoRestored():
            return {"owner_said": True, "creator_id": event.creator_id, "counts": event.tracking_status in COUNTED}
        case VideoDescribed():
            return {}
        case VideoReviewed():
            return {"counts": event.to in COUNTED}
        case VideoUpdated():
            return {"owner_said": True, "creator_id": event.creator_id}
        case VideoRemoved():
            return {"counts": False}
