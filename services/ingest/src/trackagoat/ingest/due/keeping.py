"""What is kept of readings: months made ahead, and what is older than the plan keeps pruned once a day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from trackagoat.events.catalogue.ingest import SnapshotsPruned
from trackagoat.events.catalogue.plans import TIERS, kept_days, limit
from trackagoat.events.catalogue.words import OrgId
from trackagoat.events.effects import Claimed, Done, Record
from trackagoat.events.sql import Db
from trackagoat.ingest.domain.keeping import boundary, step
from trackagoat.ingest.store import months as store
from trackagoat.ingest.store import scraping

EVERY = timedelta(days=1)
AHEAD = (timedelta(0), timedelta(days=31), timedelta(days=62))
"""Instants of this month and, at the latest by their time, of the two after it."""
LIMITED: list[str] = [tier for tier in TIERS if limit(tier, "stats_history_retention_days") is not None]
"""The plans that keep readings for a time only."""
PAGE = 20
"""Orgs pruned in one transaction."""
SETTLED = timedelta(days=62)
"""Months that ended so long ago are dropped when they hold nothing."""


async def months(db: Db, claimed: Sequence[Claimed], now: datetime) -> list[Done]:
    """Each table has a month for what comes, and for everything that came; one is made at a time."""
    return [await _month(db, row, now) for row in claimed]


async def _month(db: Db, row: Claimed, now: datetime) -> Done:
    there = set(await store.parts(db, row.key))
    missing = [at for at in (now + ahead for ahead in AHEAD) if f"{row.key}_{at:%Y%m}" not in there]
    stray = await store.EARLIEST[row.key](db)
    if missing or stray:
        return Done(row, [store.make(row.key, missing[0] if missing else stray or now)], now)
    return Done(row, [store.drop(row.key, now - SETTLED)], now + EVERY)


async def retention(db: Db, claimed: Sequence[Claimed], now: datetime) -> list[Done]:
    """Once a day, a page of orgs after the other, each month by month."""
    return [await _retention(db, row, now) for row in claimed]


async def _retention(db: Db, row: Claimed, now: datetime) -> Done:
    """One page. That readings go is a fact, so that a rebuild comes to the same rows."""
    after = (row.payload or {}).get("after")
    orgs = await scraping.kept(db, LIMITED, None if after is None else UUID(after), PAGE)
    spans = [span for org in orgs if (span := _span(org, now)) is not None]
    steps = [(org, step(since, until), until) for org, since, until in spans]
    effects = [_pruned(org, before) for org, before, _ in steps]
    if any(before < until for _, before, until in steps):
        return Done(row, effects, now)
    if len(orgs) == PAGE:
        return Done(row, effects, now, payload={"after": str(orgs[-1].org)})
    return Done(row, effects, now + EVERY, payload={})


def _span(org: scraping.Kept, now: datetime) -> tuple[OrgId, datetime, datetime] | None:
    """From when and up to when readings of the org are still to go."""
    days = kept_days(org.tier, org.previous_tier, org.grace_until, now)
    since = org.pruned_before or org.since
    if days is None or since is None or since >= (until := boundary(days, now)):
        return None
    return OrgId(org.org), since, until


def _pruned(org: OrgId, before: datetime) -> Record:
    return Record(org, "retention", SnapshotsPruned(before=before), f"pruned/{before.date()}")
