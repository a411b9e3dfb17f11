"""Orgs, whose plan limits and whose clock cuts the days, and projects that are gone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from trackagoat.campaigns.store import orgs
from trackagoat.campaigns.store.graph import forget_project
from trackagoat.events.catalogue.workspace import OrgCreated, OrgTierChanged, OrgUpdated, ProjectDeleted
from trackagoat.events.effects import Write
from trackagoat.events.envelope import Heard

__all__ = ["WorkspaceFacts", "workspace"]

WorkspaceFacts = OrgCreated | OrgUpdated | OrgTierChanged | ProjectDeleted


def workspace(page: Sequence[Heard[Any]]) -> Iterator[Write]:
    """The rows of workspace's facts."""
    for fact in page:
        event: WorkspaceFacts = fact.event
        match event:
            case OrgCreated():
                yield orgs.clear_days(event.org, event.timezone)
                yield orgs.add_org(event.org, event.timezone, event.tier)
                yield orgs.cut_days(event.org)
            case OrgUpdated(timezone=timezone) if timezone is not None:
                yield orgs.clear_days(event.org, timezone)
                yield orgs.change_timezone(event.org, timezone)
                yield orgs.cut_days(event.org)
            case OrgUpdated():
                pass
            case OrgTierChanged():
                yield orgs.change_tier(event.org, event.after)
            case ProjectDeleted():
                yield forget_project(fact.org, event.project)
