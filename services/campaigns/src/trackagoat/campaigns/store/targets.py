"""Targets: where campaigns stand, and between which totals nobody has to look.

A page of facts looks at no target. It wakes those whose total has left the stretch in which, when it was last looked,
the state could not have changed; time is watched by the row in `due`. Whoever looks holds that row, then that of the
campaign; a page holds the latter and passes over rows of `due` that are held: then whoever looks sees the new total.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from trackagoat.events.catalogue.campaigns import TargetState
from trackagoat.events.catalogue.words import CampaignId, OrgId, ProjectId
from trackagoat.events.effects import Write
from trackagoat.events.sql import Db, read, write

_ASTRAY = """
    c.target_views IS NOT NULL AND c.reached_at IS NULL AND (
        (w.target_views, w.target_at) IS DISTINCT FROM (c.target_views, c.target_at)
        OR c.views_sum < w.at_least OR c.views_sum >= w.below
    )
"""


class AimRow(msgspec.Struct, frozen=True):
    """A campaign that wants to reach something, and what was last said of it."""

    org: OrgId
    campaign: CampaignId
    project: ProjectId
    name: str
    target_views: int
    target_at: datetime | None
    created_at: datetime
    target_state: TargetState
    target_turns: int
    total_views: int


@read(
    """
    SELECT org, campaign, project, name, target_views, target_at, created_at, target_state, target_turns,
        views_sum AS total_views
    FROM campaigns WHERE campaign = ANY($1::uuid[]) AND target_views IS NOT NULL AND reached_at IS NULL
    """
)
async def aims(db: Db, campaigns: Sequence[CampaignId]) -> list[AimRow]:
    """Those of the campaigns that have a target and have not reached it."""
    ...


@write(
    """
    UPDATE campaigns c SET target_state = t.state, reached_at = t.reached_at, target_turns = c.target_turns + 1
    FROM unnest($1::uuid[], $2::bigint[], $3::timestamptz[], $4::text[], $5::timestamptz[])
        AS t(campaign, target_views, target_at, state, reached_at)
    WHERE c.campaign = t.campaign
        AND (c.target_views, c.target_at) IS NOT DISTINCT FROM (t.target_views, t.target_at)
    """
)
def turn_target(
    campaign: CampaignId,
    target_views: int,
    target_at: datetime | None,
    state: TargetState,
    reached_at: datetime | None,
) -> Write:
    """What was said of a target; of one that was changed meanwhile it means nothing any more."""


@write(
    f"""
    WITH given AS (
        SELECT * FROM unnest($1::uuid[], $2::timestamptz[]) AS t(org, at)
    ), astray AS (
        SELECT c.org, c.campaign::text AS key, g.at
        FROM given g JOIN campaigns c USING (org) LEFT JOIN target_watch w USING (campaign)
        WHERE {_ASTRAY}
    ), planned AS (
        INSERT INTO due (kind, key, org, due_at) SELECT 'target', key, org, at FROM astray ON CONFLICT DO NOTHING
    ), free AS (
        SELECT d.key, a.at FROM due d JOIN astray a ON d.kind = 'target' AND d.key = a.key
        WHERE d.due_at > a.at FOR UPDATE OF d SKIP LOCKED
    )
    UPDATE due d SET due_at = f.at, fence = d.fence + 1, holder = NULL, lease_until = NULL
    FROM free f WHERE d.kind = 'target' AND d.key = f.key
    """,
)
def wake_targets(org: OrgId, at: datetime) -> Write:
    """Have the targets looked at whose campaign's total says that they may stand otherwise."""


@write(
    f"""
    WITH given AS (
        SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::timestamptz[], $4::bigint[], $5::bigint[], $6::timestamptz[])
            AS t(campaign, target_views, target_at, at_least, below, at)
    ), held AS (
        SELECT c.* FROM campaigns c JOIN given USING (campaign) FOR UPDATE OF c
    ), watched AS (
        INSERT INTO target_watch (org, campaign, target_views, target_at, at_least, below)
        SELECT c.org, campaign, g.target_views, g.target_at, g.at_least, g.below
        FROM given g JOIN held c USING (campaign)
        ON CONFLICT (campaign) DO UPDATE SET target_views = excluded.target_views, target_at = excluded.target_at,
            at_least = excluded.at_least, below = excluded.below
    )
    INSERT INTO due AS d (kind, key, org, due_at)
    SELECT 'target', campaign::text, c.org, w.at FROM given w JOIN held c USING (campaign) WHERE {_ASTRAY}
    ON CONFLICT (kind, key) DO UPDATE SET due_at = least(d.due_at, excluded.due_at)
    """
)
def watch_target(
    campaign: CampaignId, target_views: int, target_at: datetime | None, at_least: int, below: int, at: datetime
) -> Write:
    """Nobody has to look while the total is in [at_least, below) and the target the same; if it is not any more, look
    again at once.
    """
