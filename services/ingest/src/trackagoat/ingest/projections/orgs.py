"""Zones, intervals, plans, bans and whether posts expire of organizations, as heard.

The due rows move with the rows they follow from, so whoever is asked next goes by the same interval.
"""

from __future__ import annotations

from collections.abc import Iterator

from trackagoat.events.catalogue.workspace import OrgBanned, OrgCreated, OrgTierChanged, OrgUnbanned, OrgUpdated
from trackagoat.events.effects import Write
from trackagoat.events.host.service import Page
from trackagoat.ingest.store import scraping

OrgFacts = OrgCreated | OrgUpdated | OrgTierChanged | OrgBanned | OrgUnbanned


def orgs(page: Page) -> Iterator[Write]:
    """What scraping has to know of an org."""
    for fact in page:
        event: OrgFacts = fact.event
        match event:
            case OrgCreated() as e:
                hours = (e.video_stats_hours, e.discover_videos_hours, e.creator_profiles_hours)
                yield scraping.add_org(e.org, e.timezone, e.tier, *hours)
                yield scraping.pull_in_org(e.org, fact.at)
            case OrgUpdated() as e:
                changed = (e.video_stats_hours, e.discover_videos_hours, e.creator_profiles_hours)
                yield scraping.change_org(e.org, e.timezone, *changed, e.video_expiry_enabled)
                if any(changed):
                    yield scraping.pull_in_org(e.org, fact.at)
            case OrgTierChanged() as e:
                previous = None if e.grace_until is None else e.before
                yield scraping.change_tier(e.org, e.after, previous, e.grace_until)
                yield scraping.pull_in_org(e.org, fact.at)
            case OrgBanned() as e:
                yield scraping.ban(e.org, True)
            case OrgUnbanned() as e:
                yield scraping.ban(e.org, False)
                yield scraping.resume_org(e.org, fact.at)
