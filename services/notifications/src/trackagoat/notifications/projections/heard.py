"""What was heard of others to speak of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from trackagoat.events.catalogue.campaigns import CampaignCreated, CampaignUpdated
from trackagoat.events.catalogue.ingest import (
    CreatorAdded,
    CreatorErased,
    CreatorReactivated,
    CreatorRenamed,
    CreatorUpdated,
)
from trackagoat.events.catalogue.workspace import OrgCreated, OrgUpdated, ProjectCreated, ProjectUpdated
from trackagoat.events.effects import Write
from trackagoat.events.envelope import Heard
from trackagoat.notifications.store import heard

ZoneFacts = OrgCreated | OrgUpdated
HandleFacts = CreatorAdded | CreatorReactivated | CreatorRenamed | CreatorUpdated | CreatorErased
NameFacts = CampaignCreated | CampaignUpdated | ProjectCreated | ProjectUpdated


def zones(page: Sequence[Heard[ZoneFacts]]) -> Iterator[Write]:
    """In which days each org thinks."""
    for fact in page:
        if fact.event.timezone is not None:
            yield heard.set_zone(fact.org, fact.event.timezone)


def handles(page: Sequence[Heard[HandleFacts]]) -> Iterator[Write]:
    """What creators are called."""
    for fact in page:
        match fact.event:
            case CreatorErased() as e:
                yield heard.forget_handle(e.creator)
            case CreatorRenamed() as e:
                yield heard.set_handle(fact.org, e.creator, e.to)
            case CreatorAdded() | CreatorReactivated() | CreatorUpdated() as e:
                yield heard.set_handle(fact.org, e.creator, e.tiktok_handle)


def names(page: Sequence[Heard[NameFacts]]) -> Iterator[Write]:
    """What campaigns and projects are called."""
    for fact in page:
        match fact.event:
            case CampaignCreated() | CampaignUpdated():
                yield heard.set_name(fact.org, fact.event.campaign, fact.event.name)
            case ProjectCreated() | ProjectUpdated():
                yield heard.set_name(fact.org, fact.event.project, fact.event.name)
