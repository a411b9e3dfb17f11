"""Orgs as workspace said them: the clock their days are cut by, and their plan."""

from __future__ import annotations

from trackagoat.campaigns.store.gains import all_figures
from trackagoat.events.catalogue.words import OrgId
from trackagoat.events.catalogue.workspace import Tier
from trackagoat.events.effects import Write
from trackagoat.events.sql import Db, read, write


@read("SELECT coalesce((SELECT tier FROM orgs WHERE org = $1), 'self_hosted')")
async def tier(db: Db, org: OrgId) -> Tier:
    """The plan of an org, the default one while it was not heard of."""
    ...


_KNOWN = "coalesce((SELECT z.name FROM pg_timezone_names z WHERE z.name = t.timezone), 'UTC')"


@write(
    """
    DELETE FROM campaign_days d USING unnest($1::uuid[], $2::text[]) AS t(org, timezone)
    WHERE d.org = t.org AND t.timezone IS DISTINCT FROM
        coalesce((SELECT o.timezone FROM orgs o WHERE o.org = t.org), 'UTC')
    """
)
def clear_days(org: OrgId, timezone: str) -> Write:
    """Days of another clock than this are of no use."""


@write(
    f"""
    INSERT INTO orgs (org, timezone, tier)
    SELECT org, {_KNOWN}, tier FROM unnest($1::uuid[], $2::text[], $3::text[]) AS t(org, timezone, tier)
    ON CONFLICT (org) DO NOTHING
    """,
    key=("org",),
)
def add_org(org: OrgId, timezone: str, tier: Tier) -> Write: ...


@write(
    f"""
    UPDATE orgs o SET timezone = {_KNOWN} FROM unnest($1::uuid[], $2::text[]) AS t(org, timezone) WHERE o.org = t.org
    """
)
def change_timezone(org: OrgId, timezone: str) -> Write: ...


@write(
    f"""
    INSERT INTO campaign_days (org, campaign, day, {all_figures("{f}")})
    SELECT q.org, q.campaign, (q.quarter AT TIME ZONE coalesce(o.timezone, 'UTC'))::date AS day,
        {all_figures("sum(q.{f})")}
    FROM unnest($1::uuid[]) AS t(org) JOIN campaign_quarters q USING (org) LEFT JOIN orgs o USING (org)
    WHERE NOT EXISTS (SELECT FROM campaign_days d WHERE d.org = t.org)
    GROUP BY q.org, q.campaign, day
    """,
    key=("org",),
)
def cut_days(org: OrgId) -> Write:
    """Days from quarters, when the org has none."""


@write("UPDATE orgs o SET tier = t.tier FROM unnest($1::uuid[], $2::text[]) AS t(org, tier) WHERE o.org = t.org")
def change_tier(org: OrgId, tier: Tier) -> Write: ...
