"""How much of its plan an organization uses, as each service knows it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec

from trackagoat.events.catalogue.words import OrgId
from trackagoat.events.sql import Db, read


class SeatsRow(msgspec.Struct, frozen=True):
    """What workspace counts: projects, members with invitations that wait, keys that work."""

    projects: int
    members: int
    keys: int


class TrackedRow(msgspec.Struct, frozen=True):
    """What ingest counts: active creators, and videos added by their URL that are refreshed."""

    creators: int
    videos: int


class FullestRow(msgspec.Struct, frozen=True):
    """The project or campaign that holds most."""

    at_id: UUID
    count: int


@read(
    """
    SELECT (SELECT count(*) FROM workspace.projects WHERE org = $1) AS projects,
        (SELECT count(*) FROM workspace.members WHERE org = $1)
            + (SELECT count(*) FROM workspace.invitations WHERE org = $1 AND status = 'pending' AND expires_at > $2)
            AS members,
        (SELECT count(*) FROM workspace.api_keys
            WHERE org = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $2)) AS keys
    """
)
async def seats(db: Db, org: OrgId, now: datetime) -> SeatsRow | None:
    """What workspace counts, at an instant."""
    ...


@read(
    """
    SELECT (SELECT count(*) FROM ingest.creators WHERE org = $1 AND is_active) AS creators,
        (SELECT count(*) FROM ingest.videos
            WHERE org = $1 AND origin = 'manual' AND NOT removed AND NOT hidden AND NOT tracking_disabled) AS videos
    """
)
async def tracked(db: Db, org: OrgId) -> TrackedRow | None:
    """What ingest counts."""
    ...


@read(
    """
    SELECT project AS at_id, count(*) AS count FROM campaigns.campaigns
    WHERE org = $1 AND ($2::uuid IS NULL OR project = $2)
    GROUP BY project ORDER BY count(*) DESC, project LIMIT 1
    """
)
async def fullest_project(db: Db, org: OrgId, project: UUID | None) -> FullestRow | None:
    """The project with the most campaigns, or how many the one named has."""
    ...


@read(
    """
    SELECT campaign AS at_id, item_count AS count FROM campaigns.campaigns
    WHERE org = $1 AND ($2::uuid IS NULL OR project = $2)
    ORDER BY item_count DESC, campaign LIMIT 1
    """
)
async def fullest_campaign(db: Db, org: OrgId, project: UUID | None) -> FullestRow | None:
    """The campaign with the most direct items, of all or of the project named."""
    ...
