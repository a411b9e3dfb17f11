"""Limits of a plan and how much of each is used, as the API shows them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Literal
from uuid import UUID

import msgspec

from trackagoat.events.catalogue import plans
from trackagoat.events.catalogue.workspace import Tier
from trackagoat.gateway.reads.workspace import OrgRow
from trackagoat.gateway.resources.fields import Instant, instant

Unit = Literal["count", "per_day", "hours", "days"]
Reach = Literal["org", "project", "campaign"]


class Limit(msgspec.Struct, frozen=True, kw_only=True):
    """One limit: `max` null is unlimited, `current` null is not counted (floors, retention).

    Caps per project or campaign show the fullest one, named by `at_id`. Daily ones begin anew at `resets_at`.
    """

    key: plans.Limit
    max: int | None
    current: int | None
    unit: Unit
    scope: Reach
    at_id: UUID | None
    resets_at: Instant | None


class Grace(msgspec.Struct, frozen=True, kw_only=True):
    """The plan before, whose history stays readable until then."""

    previous_tier: Tier
    until: Instant


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """The plan of the organization, and how much of it is used."""

    tier: Tier
    grace: Grace | None
    limits: list[Limit]


class Use(msgspec.Struct, frozen=True):
    """How much is used, and where."""

    current: int | None = None
    at: UUID | None = None


_REACH: dict[plans.Limit, Reach] = {
    "max_campaigns_per_project": "project",
    "max_campaign_items_per_campaign": "campaign",
}


def limits(row: OrgRow, uses: dict[plans.Limit, Use], now: datetime) -> Limits:
    """Every limit of the plan, in the order of the table."""
    grace = None
    if row.previous_tier is not None and row.grace_until is not None and now < row.grace_until:
        grace = Grace(previous_tier=row.previous_tier, until=instant(row.grace_until))
    return Limits(
        tier=row.tier, grace=grace, limits=[_limit(row.tier, key, uses.get(key, Use()), now) for key in plans.TABLE]
    )


def _limit(tier: Tier, key: plans.Limit, use: Use, now: datetime) -> Limit:
    unit = _unit(key)
    return Limit(
        key=key,
        max=plans.limit(tier, key),
        current=use.current,
        unit=unit,
        scope=_REACH.get(key, "org"),
        at_id=use.at,
        resets_at=_midnight(now) if unit == "per_day" else None,
    )


def _unit(key: plans.Limit) -> Unit:
    if key.endswith("_per_day"):
        return "per_day"
    if key.endswith("_hours"):
        return "hours"
    return "days" if key.endswith("_days") else "count"


def _midnight(now: datetime) -> str:
    """When the UTC day ends."""
    day = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return instant(day + timedelta(days=1))
