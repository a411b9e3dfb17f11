"""Work that falls due: looking where campaigns stand against their targets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from uuid import UUID

from trackagoat.campaigns.store import targets as store
from trackagoat.events.catalogue.campaigns import CampaignTargetReached, CampaignTargetStateChanged, TargetEvents
from trackagoat.events.catalogue.targets import Standing, Target, better, standing, turn
from trackagoat.events.catalogue.words import CampaignId
from trackagoat.events.effects import Claimed, Done, Effect, Record
from trackagoat.events.sql import Db

MILLIONTH = Decimal("0.000001")


async def targets(db: Db, claimed: Sequence[Claimed], now: datetime) -> list[Done]:
    """Say what changed, and come back when it changes by itself; a target that was reached is left alone."""
    aims = {str(row.campaign): row for row in await store.aims(db, [CampaignId(UUID(c.key)) for c in claimed])}
    return [_looked(c, aims[c.key], now) if c.key in aims else Done(c) for c in claimed]


def _looked(claimed: Claimed, row: store.AimRow, now: datetime) -> Done:
    target = Target(row.target_views, row.target_at, row.created_at)
    found = standing(target, row.total_views, now)
    effects: list[Effect] = list(_said(row, found, now))
    effects.append(_watch(row, target, now))
    return Done(claimed, effects, again=turn(target, row.total_views, now))


def _said(row: store.AimRow, found: Standing, now: datetime) -> Iterator[Record]:
    """Once for each turn, however often it is looked."""
    if found.state != row.target_state:
        key = f"target/{row.campaign}/{row.target_turns}"
        yield Record(row.org, f"target-{row.campaign}", _event(row, found, now), key)


def _event(row: store.AimRow, found: Standing, now: datetime) -> TargetEvents:
    if found.state == "reached":
        return CampaignTargetReached(
            campaign=row.campaign,
            project=row.project,
            name=row.name,
            target_views=row.target_views,
            target_at=row.target_at,
            total_views=row.total_views,
            reached_at=now,
        )
    return CampaignTargetStateChanged(
        campaign=row.campaign,
        project=row.project,
        name=row.name,
        from_=row.target_state,
        to=found.state,
        target_views=row.target_views,
        target_at=row.target_at,
        total_views=row.total_views,
        pace=_decimal(found.pace),
        share=_decimal(found.share),
    )


def _watch(row: store.AimRow, target: Target, now: datetime) -> Effect:
    below = better(target, row.total_views, now)
    return store.watch_target(row.campaign, row.target_views, row.target_at, row.total_views, below, now)


def _decimal(value: Fraction | None) -> Decimal | None:
    if value is None:
        return None
    return (Decimal(value.numerator) / Decimal(value.denominator)).quantize(MILLIONTH, ROUND_HALF_UP)
