"""The badge of a goal: how it stands, in short, beside its creator."""

from __future__ import annotations

from uuid import UUID

import msgspec

from trackagoat.events.catalogue.goals import Metric, Period, Status
from trackagoat.gateway.resources.fields import Number


class CreatorGoal(msgspec.Struct, frozen=True, kw_only=True):
    """One goal of a creator, in short."""

    goal_id: UUID
    metric: Metric
    period: Period
    target: Number
    actual: Number | None
    percentage: int
    status: Status
    period_recently_ended: bool
