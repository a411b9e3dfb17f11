"""Campaigns and their items; neighbours of one kind go together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from trackagoat.campaigns.store import graph as rows
from trackagoat.campaigns.store import sets, targets
from trackagoat.events.catalogue.campaigns import (
    CampaignCreated,
    CampaignDeleted,
    CampaignItemAdded,
    CampaignItemRemoved,
    CampaignTargetReached,
    CampaignTargetStateChanged,
    CampaignUpdated,
    TargetEvents,
)
from trackagoat.events.catalogue.campaigns import Events as GraphFacts
from trackagoat.events.catalogue.words import CampaignId, ItemType
from trackagoat.events.effects import Write
from trackagoat.events.envelope import Heard

__all__ = ["GraphFacts", "graph"]


def graph(page: Sequence[Heard[Any]]) -> Iterator[Write]:
    """The rows of own facts."""
    for _, run in groupby(page, key=lambda fact: type(fact.event)):
        yield from _written(list(run))


def _written(facts: Sequence[Heard[Any]]) -> Iterator[Write]:
    first: GraphFacts = facts[0].event
    match first:
        case CampaignCreated():
            yield from map(_opened, facts)
        case CampaignUpdated():
            yield from map(_changed, facts)
        case CampaignDeleted():
            yield from (sets.unlink(f.org, f.event.campaign, f.event.campaign) for f in facts)
            yield from (rows.drop_places(f.event.campaign, f.at) for f in facts)
            yield from (rows.close_campaign(f.event.campaign) for f in facts)
        case CampaignItemAdded():
            yield from (rows.place_item(*_place(f.event), f.at) for f in facts)
            yield from map(_gained, facts)
        case CampaignItemRemoved():
            yield from (rows.take_item(*_place(f.event), f.at) for f in facts)
            yield from map(_lost, facts)
        case CampaignTargetReached():
            yield from (
                targets.turn_target(f.event.campaign, *_aim(f.event), "reached", f.event.reached_at) for f in facts
            )
        case CampaignTargetStateChanged():
            yield from (targets.turn_target(f.event.campaign, *_aim(f.event), f.event.to, None) for f in facts)


def _opened(fact: Heard[CampaignCreated]) -> Write:
    e = fact.event
    target = (e.target_views, e.target_at)
    return rows.open_campaign(fact.org, e.campaign, e.project, e.name, e.readme, e.metadata, *target, fact.at)


def _changed(fact: Heard[CampaignUpdated]) -> Write:
    e = fact.event
    return rows.change_campaign(e.campaign, e.name, e.readme, e.metadata, e.target_views, e.target_at, fact.at)


def _aim(event: TargetEvents) -> tuple[int, datetime | None]:
    return event.target_views, event.target_at


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
