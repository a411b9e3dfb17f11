"""Facts to rows: campaigns with their recursive totals.

Rows are equal for every interleaving of own facts and heard ones, because each statement moves exactly the
difference between what the rows say before and after it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import chain, groupby
from typing import Any
from uuid import UUID

from trackagoat.campaigns.store import graph, heard, sets
from trackagoat.events.catalogue.campaigns import (
    CampaignCreated,
    CampaignDeleted,
    CampaignItemAdded,
    CampaignItemRemoved,
    CampaignUpdated,
)
from trackagoat.events.catalogue.campaigns import Events as GraphFacts
from trackagoat.events.catalogue.ingest import (
    CreatorAdded,
    CreatorReactivated,
    CreatorRemoved,
    StatsSnapshotted,
    VideoAdded,
    VideoDiscovered,
    VideoRemoved,
    VideoRestored,
    VideoReviewed,
    VideoUpdated,
)
from trackagoat.events.catalogue.words import COUNTED, CampaignId, Counters, ItemType, OrgId, ProjectId, VideoId
from trackagoat.events.catalogue.workspace import ProjectDeleted
from trackagoat.events.effects import Write
from trackagoat.events.envelope import Heard

CreatorFacts = CreatorAdded | CreatorReactivated | CreatorRemoved
VideoFacts = VideoDiscovered | VideoAdded | VideoReviewed | VideoUpdated | VideoRemoved | VideoRestored
Facts = GraphFacts | CreatorFacts | VideoFacts | StatsSnapshotted | ProjectDeleted

Page = Sequence[Heard[Any]]


def totals(page: Sequence[Heard[Facts]]) -> Iterator[Write]:
    """Everything campaigns shows."""
    for speaker, run in groupby(page, key=lambda fact: fact.event.speaker):
        match speaker:
            case "campaigns":
                yield from _graph(list(run))
            case "ingest":
                yield from _heard(list(run))
            case _:
                yield from (graph.forget_project(fact.org, fact.event.project) for fact in run)


# -- own facts: neighbours of one kind go together, as far as one does not lead on to the next ------------


def _graph(page: Page) -> Iterator[Write]:
    for _, run in groupby(page, key=_kind):
        facts = list(run)
        first: GraphFacts = facts[0].event
        match first:
            case CampaignCreated():
                yield from map(_opened, facts)
            case CampaignUpdated():
                yield from map(_changed, facts)
            case CampaignDeleted():
                yield from (sets.unlink(f.org, f.event.campaign, f.event.campaign) for f in facts)
                yield from (graph.drop_places(f.event.campaign, f.at) for f in facts)
                yield from (graph.close_campaign(f.event.campaign) for f in facts)
            case CampaignItemAdded():
                yield from (graph.place_item(*_place(f.event), f.at) for f in facts)
                yield from map(_gained, facts)
            case CampaignItemRemoved():
                yield from (graph.take_item(*_place(f.event), f.at) for f in facts)
                yield from map(_lost, facts)


def _kind(fact: Heard[Any]) -> tuple[type, bool]:
    return type(fact.event), getattr(fact.event, "item_type", None) == "campaign"


def _opened(fact: Heard[CampaignCreated]) -> Write:
    e = fact.event
    targets = (e.target_views, e.target_at)
    return graph.open_campaign(fact.org, e.campaign, e.project, e.name, e.readme, e.metadata, *targets, fact.at)


def _changed(fact: Heard[CampaignUpdated]) -> Write:
    e = fact.event
    return graph.change_campaign(e.campaign, e.name, e.readme, e.metadata, e.target_views, e.target_at, fact.at)


def _place(event: CampaignItemAdded | CampaignItemRemoved) -> tuple[CampaignId, ItemType, UUID]:
    return event.campaign, event.item_type, event.item


def _gained(fact: Heard[CampaignItemAdded]) -> Write:
    e = fact.event
    if e.item_type == "campaign":
        return sets.link(fact.org, e.campaign, CampaignId(e.item))
    return sets.gain_item(fact.org, e.project, e.campaign, e.item_type, e.item)


def _lost(fact: Heard[CampaignItemRemoved]) -> Write:
    e = fact.event
    if e.item_type == "campaign":
        return sets.unlink(fact.org, e.campaign, CampaignId(e.item))
    return sets.lose_item(fact.org, e.project, e.campaign, e.item_type, e.item)


# -- facts heard: levels move totals by their difference; whoever else changes is out of them meanwhile ---


def _heard(page: Page) -> Iterator[Write]:
    yield from _levels(page)
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
            said[fact.event.video] = said.get(fact.event.video, unsaid) | _said(fact.event)
    for video, columns in said.items():
        yield heard.set_video(video=video, **columns)


UNSAID = {"owner_said": False, "creator_id": None, "counts": None, "posted_at": None}


def _said(event: VideoFacts) -> dict[str, Any]:
    match event:
        case VideoDiscovered() | VideoAdded() | VideoRestored():
            owned = {"owner_said": True, "creator_id": event.creator_id, "counts": event.tracking_status in COUNTED}
            return owned if event.posted_at is None else {**owned, "posted_at": event.posted_at}
        case VideoReviewed():
            return {"counts": event.to in COUNTED}
        case VideoUpdated():
            return {"owner_said": True, "creator_id": event.creator_id}
        case VideoRemoved():
            return {"counts": False}


Level = tuple[datetime, int] | None
"""When a value was read, and the value; None: never known."""


def _levels(page: Page) -> Iterator[Write]:
    latest: dict[VideoId, tuple[OrgId, ProjectId, tuple[Level, ...]]] = {}
    for fact in page:
        if isinstance(fact.event, StatsSnapshotted):
            for reading in fact.event.videos:
                levels = _read(reading, fact.event.fetched_at)
                if reading.video in latest:
                    levels = tuple(map(_later, latest[reading.video][2], levels))
                latest[reading.video] = (fact.org, fact.event.project, levels)
    for video, (org, project, levels) in latest.items():
        columns: Iterator[Any] = chain.from_iterable(level or (None, None) for level in levels)
        yield heard.set_levels(org, project, video, *columns)


def _read(counters: Counters, at: datetime) -> tuple[Level, ...]:
    values = (counters.views, counters.likes, counters.comments, counters.shares, counters.saves)
    return tuple(None if value is None else (at, value) for value in values)


def _later(a: Level, b: Level) -> Level:
    return max((level for level in (a, b) if level is not None), default=None)
