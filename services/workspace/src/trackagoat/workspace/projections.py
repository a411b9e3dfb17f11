"""Workspace's facts as rows: orgs, projects, API keys."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from trackagoat.events.catalogue.workspace import (
    ApiKeyCreated,
    ApiKeyRevoked,
    OrgCreated,
    OrgUpdated,
    ProjectCreated,
    ProjectDeleted,
    ProjectUpdated,
)
from trackagoat.events.effects import Write
from trackagoat.events.envelope import Heard
from trackagoat.workspace import store

OrgFacts = OrgCreated | OrgUpdated
ProjectFacts = ProjectCreated | ProjectUpdated | ProjectDeleted
KeyFacts = ApiKeyCreated | ApiKeyRevoked


def orgs(page: Sequence[Heard[OrgFacts]]) -> Iterator[Write]:
    """Every org as it is now."""
    for fact in page:
        match fact.event:
            case OrgCreated() as e:
                hours = (e.video_stats_hours, e.discover_videos_hours, e.creator_profiles_hours)
                yield store.add_org(fact.org, e.name, e.timezone, e.tier, *hours, fact.at)
            case OrgUpdated() as e:
                changed = (e.video_stats_hours, e.discover_videos_hours, e.creator_profiles_hours)
                yield store.change_org(fact.org, e.name, e.timezone, *changed, fact.at)


def projects(page: Sequence[Heard[ProjectFacts]]) -> Iterator[Write]:
    """Every live project as it is now."""
    for fact in page:
        match fact.event:
            case ProjectCreated() as e:
                yield store.add_project(fact.org, e.project, e.name, e.readme, e.metadata, fact.at)
            case ProjectUpdated() as e:
                yield store.change_project(e.project, e.name, e.readme, e.metadata, fact.at)
            case ProjectDeleted() as e:
                yield store.remove_project(e.project)


def api_keys(page: Sequence[Heard[KeyFacts]]) -> Iterator[Write]:
    """Every key ever made; a revoked one says when."""
    for fact in page:
        match fact.event:
            case ApiKeyCreated() as e:
                scopes = " ".join(e.scopes)
                yield store.add_key(fact.org, e.key, e.name, e.prefix, e.digest, scopes, e.expires_at, fact.at)
            case ApiKeyRevoked() as e:
                yield store.revoke_key(e.key, fact.at)
