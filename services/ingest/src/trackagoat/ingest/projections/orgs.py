"""Zones, intervals and plans of organizations, as heard."""

from __future__ import annotations

from collections.abc import Iterator

from trackagoat.events.catalogue.workspace import OrgCreated, OrgUpdated
from trackagoat.events.effects import Write
from trackagoat.events.host.service import Page
from trackagoat.ingest.store import scraping

OrgFacts = OrgCreated | OrgUpdated


def orgs(page: Page) -> Iterator[Write]:
    """What scraping has to know of an org."""
    for fact in page:
        event: OrgFacts = fact.event
        match event:
            case OrgCreated() as e:
                hours = (e.video_stats_hours, e.discover_videos_hours, e.creator_profiles_hours)
                yield scraping.add_org(e.org, e.timezone, e.tier, *hours)
            case OrgUpdated() as e:
                changed = (e.video_stats_hours, e.discover_videos_hours, e.creator_profiles_hours)
                yield scraping.change_org(e.org, e.timezone, *changed)
