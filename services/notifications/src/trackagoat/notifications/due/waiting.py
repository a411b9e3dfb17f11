"""Alerts that wait for their time, digests that go out at theirs, and what is no longer kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from trackagoat.events.catalogue.notifications import (
    DeliveriesPruned,
    DeliveryQueued,
    DigestDropped,
    QueueEvent,
    RaiseGoalAlert,
)
from trackagoat.events.catalogue.words import ChannelId, ProjectId
from trackagoat.events.effects import Claimed, Decide, Done, Effect, Record
from trackagoat.notifications.domain.delivering import DIGEST, digest_id
from trackagoat.notifications.domain.phrases import instant
from trackagoat.notifications.store import channels, deliveries, events

LONGEST_DIGEST = 200
"""Alerts in one message; more go out as several."""
MOST_WAITING = 10_000
DELIVERIES_KEPT = timedelta(days=30)
TIDY_EVERY = timedelta(hours=1)


async def goals_waiting(_: Any, claimed: Sequence[Claimed], now: datetime) -> list[Done]:
    """A quarter of the period has passed and the goal is still at risk, or behind."""
    return [Done(row, effects=_at_risk(row, now)) for row in in_turn(claimed)]


async def public_events(_: Any, claimed: Sequence[Claimed], now: datetime) -> list[Done]:
    """A public event goes to the webhooks of its org that asked for its type."""
    del now
    return [Done(row, effects=[_queued(row)]) for row in in_turn(claimed)]


def _queued(row: Claimed) -> Decide:
    project = row.payload["project"]
    command = QueueEvent(
        event=UUID(row.key),
        event_type=row.payload["type"],
        project=None if project is None else ProjectId(UUID(project)),
    )
    return Decide(row.org, command, key=f"public/{row.key}")


def in_turn(claimed: Sequence[Claimed]) -> list[Claimed]:
    """Org by org: what is said of one is decided together, and all lock the heads of their feeds in one order."""
    return sorted(claimed, key=lambda row: row.org)


def _at_risk(row: Claimed, now: datetime) -> list[Effect]:
    command = msgspec.convert(row.payload, RaiseGoalAlert)
    if now >= command.period_end:
        return []
    kind = "at_risk" if command.kind == "goal_at_risk" else command.kind
    return [Decide(row.org, command, key=f"{kind}/{command.goal}/{instant(command.period_start)}")]


async def digests(db: Any, claimed: Sequence[Claimed], now: datetime) -> list[Done]:
    """What waited for a channel goes out in one message."""
    return [Done(row, effects=await _digest(db, row, now)) for row in claimed]


async def _digest(db: Any, row: Claimed, now: datetime) -> list[Effect]:
    channel = ChannelId(UUID(row.payload["channel"]))
    told = await deliveries.waiting(db, channel, now, MOST_WAITING)
    standing = await channels.standing(db, row.org, channel)
    if not told:
        return []
    if standing is None or not standing.is_active:
        dropped = DigestDropped(channel=channel, alerts=told)
        return [Record(row.org, f"digests-{channel}", dropped, key=f"dropped/{row.key}")]
    effects: list[Effect] = []
    for n in range(0, len(told), LONGEST_DIGEST):
        id = digest_id(channel, f"{row.key}/{n}")
        part = told[n : n + LONGEST_DIGEST]
        queued = DeliveryQueued(channel=channel, delivery=id, message_type=DIGEST, alerts=part)
        effects.append(Record(row.org, f"delivery-{id}", queued, key=f"digest/{row.key}/{n}"))
    return effects


class Tidy:
    """Forgets what is no longer kept."""

    def __init__(self, events_kept: timedelta) -> None:
        """Public events are kept that long, deliveries for 30 days."""
        self._events_kept = events_kept

    async def run(self, db: Any, claimed: Sequence[Claimed], now: datetime) -> list[Done]:
        """Once an hour. That deliveries go is a fact, so that a rebuild comes to the same rows."""
        before = (now - DELIVERIES_KEPT).replace(hour=0, minute=0, second=0, microsecond=0)
        orgs = await deliveries.with_old(db, before)
        pruned = DeliveriesPruned(before=before)
        effects: list[Effect] = [events.prune(now - self._events_kept)]
        effects += [Record(org, "deliveries", pruned, key=f"pruned/{before.date()}") for org in orgs]
        return [Done(row, effects=effects, again=now + TIDY_EVERY) for row in claimed]
