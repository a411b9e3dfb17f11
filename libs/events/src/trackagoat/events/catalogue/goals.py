"""Goals: targets for one creator, and what became of them period by period.

These shapes are the stored bytes. Add fields with defaults; never rename, never remove.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar, Literal

import msgspec

from trackagoat.events.catalogue.words import Command, CreatorId, Event, GoalId, ProjectId, Refused

Metric = Literal["posts", "views", "engagement", "followers"]
Period = Literal["daily", "weekly", "monthly"]
Status = Literal["on_track", "behind_pace", "at_risk", "completed", "missed"]
AdvisoryFlag = Literal["not_yet_started", "period_in_progress", "period_recently_ended", "scrape_stale"]


class GoalsEvent(Event, frozen=True, kw_only=True):
    """Said by goals; streams `creator-<creator>` (the goals themselves) and `goal-<goal>` (their periods)."""

    speaker: ClassVar[str] = "goals"
    goal: GoalId
    creator: CreatorId
    project: ProjectId


class GoalCreated(GoalsEvent, frozen=True, kw_only=True, tag="goal.created.v1"):
    """A target for one creator, measured in whole calendar periods of the org's timezone.

    `timezone` is the org's at that moment; periods follow it when it changes.
    """

    metric: Metric
    period: Period
    target_value: Decimal
    start_date: date
    end_date: date | None = None
    timezone: str = "UTC"


class GoalUpdated(GoalsEvent, frozen=True, kw_only=True, tag="goal.updated.v1"):
    """The goal after the change, whole. The new target applies to the running and later periods."""

    metric: Metric
    period: Period
    target_value: Decimal
    start_date: date
    end_date: date | None = None
    is_active: bool = True


class GoalDeleted(GoalsEvent, frozen=True, kw_only=True, tag="goal.deleted.v1"):
    """The goal is gone; its running period closes without a result."""


class PeriodEvent(GoalsEvent, frozen=True, kw_only=True):
    """Something about one period [period_start, period_end) of a goal. `first_day` names the period: the bounds
    follow from it and the org's timezone, which may change.
    """

    metric: Metric
    period: Period
    period_start: datetime
    period_end: datetime
    first_day: date | None = None
    target: Decimal
    actual: Decimal | None
    percentage: int


class GoalStatusChanged(PeriodEvent, frozen=True, kw_only=True, tag="goal.status_changed.v1"):
    """The status of a running, or closed but not final, period changed. `share` is the part elapsed, 0 to 1."""

    from_: Status = msgspec.field(name="from")
    to: Status
    pace: Decimal | None = None
    share: Decimal


class GoalPeriodClosed(PeriodEvent, frozen=True, kw_only=True, tag="goal.period_closed.v1"):
    """The period is over; for 48 hours late facts may still change the result.

    `is_final`: those had passed when the goal was set (or its start moved back), so only facts on their way may.
    """

    status: Status
    is_final: bool = False


class GoalResultRevised(PeriodEvent, frozen=True, kw_only=True, tag="goal.result_revised.v1"):
    """Late facts changed the figures of a closed period that is not final; its status stays."""

    public: ClassVar[bool] = False
    status: Status


class GoalPeriodFinalized(PeriodEvent, frozen=True, kw_only=True, tag="goal.period_finalized.v1"):
    """48 hours after the end: the result never changes again."""

    status: Status
    is_final: bool = True


class GoalAdvisoryRaised(GoalsEvent, frozen=True, kw_only=True, tag="goal.advisory_raised.v1"):
    """A note on how far the figure can be trusted became true."""

    flag: AdvisoryFlag
    message: str
    period_start: datetime
    period_end: datetime


class GoalAdvisoryCleared(GoalsEvent, frozen=True, kw_only=True, tag="goal.advisory_cleared.v1"):
    """It no longer is."""

    flag: AdvisoryFlag
    message: str
    period_start: datetime
    period_end: datetime


Events = (
    GoalCreated
    | GoalUpdated
    | GoalDeleted
    | GoalStatusChanged
    | GoalPeriodClosed
    | GoalResultRevised
    | GoalPeriodFinalized
    | GoalAdvisoryRaised
    | GoalAdvisoryCleared
)


class GoalsCommand(Command, frozen=True, kw_only=True):
    """Asked of goals."""

    service: ClassVar[str] = "goals"


class SetGoal(GoalsCommand, frozen=True, kw_only=True, tag="goal.set"):
    """Set a target for a creator. `timezone` and `creator_removed` are completed by goals itself."""

    goal: GoalId
    creator: CreatorId
    project: ProjectId
    metric: Metric
    period: Period
    target_value: Decimal
    start_date: date
    end_date: date | None = None
    timezone: str = "UTC"
    creator_removed: bool = False


class UpdateGoal(GoalsCommand, frozen=True, kw_only=True, tag="goal.update"):
    """Change a goal; None leaves a field unless its `set_*` flag is up.

    `creator_removed` and `first_period_over` are completed by goals itself.
    """

    goal: GoalId
    creator: CreatorId
    target_value: Decimal | None = None
    start_date: date | None = None
    end_date: date | None = None
    set_end_date: bool = False
    is_active: bool | None = None
    creator_removed: bool = False
    first_period_over: bool = False


class DeleteGoal(GoalsCommand, frozen=True, kw_only=True, tag="goal.delete"):
    """Take a goal away."""

    goal: GoalId
    creator: CreatorId


class EndGoals(GoalsCommand, frozen=True, kw_only=True, tag="goal.end_all"):
    """Switch off every goal of a creator: it was removed."""

    creator: CreatorId


Commands = SetGoal | UpdateGoal | DeleteGoal | EndGoals


class GoalOverlap(Refused):
    """An active goal of this creator, metric and period kind already covers some of these dates."""


class InvalidTarget(Refused):
    """That target is outside the range of its metric."""


class InvalidDates(Refused):
    """A goal starts between 2016-01-01 and 2100-01-01 and ends on the day it starts or later."""


class StartIsPast(Refused):
    """The start date can only be changed before the first period of the goal has closed."""


class CreatorInactive(Refused):
    """The creator was removed."""
