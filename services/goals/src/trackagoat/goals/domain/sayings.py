"""Sayings: what is said of the periods of one goal, each under a key that lets it be said only once."""

from __future__ import annotations

from datetime import datetime
from typing import TypedDict

import msgspec

from trackagoat.events.catalogue.goals import (
    GoalAdvisoryCleared,
    GoalAdvisoryRaised,
    GoalPeriodClosed,
    GoalPeriodFinalized,
    GoalsEvent,
    GoalStatusChanged,
    PeriodEvent,
    Status,
)
from trackagoat.events.catalogue.words import CreatorId, GoalId, ProjectId, Span
from trackagoat.goals.domain import advisory
from trackagoat.goals.domain.advisory import Freshness
from trackagoat.goals.domain.compliance import Compliance
from trackagoat.goals.domain.watched import Standing, Watched

AdvisoryEvents = GoalAdvisoryRaised | GoalAdvisoryCleared


class _Who(TypedDict):
    goal: GoalId
    creator: CreatorId
    project: ProjectId


class Sayings:
    """Events in the order they are said, with their keys."""

    def __init__(self, watched: Watched) -> None:
        self.events: list[tuple[str, GoalsEvent]] = []
        self._w = watched
        self._who = _Who(goal=watched.goal, creator=watched.creator, project=watched.project)
        self._changes, self._turns = watched.standing.changes, watched.standing.turns

    def counted(self, standing: Standing) -> Standing:
        """The standing, knowing how much has been said."""
        return msgspec.structs.replace(standing, changes=self._changes, turns=self._turns)

    def changed(self, before: Status, verdict: Compliance) -> None:
        """The status of a running, or closed but not final, period is another."""
        self._changes += 1
        event = self._of(
            GoalStatusChanged, verdict, from_=before, to=verdict.status, pace=verdict.pace, share=verdict.share
        )
        self._say("status", verdict.period, event, self._changes)

    def closed(self, verdict: Compliance) -> None:
        """The period is over."""
        self._say("closed", verdict.period, self._of(GoalPeriodClosed, verdict, status=verdict.status))

    def finalized(self, verdict: Compliance) -> None:
        """The result never changes again."""
        self._say("final", verdict.period, self._of(GoalPeriodFinalized, verdict, status=verdict.status))

    def announced(self, period: Span, at: datetime) -> None:
        """`period_recently_ended` became true."""
        self._say("ended", period, self._advisory(GoalAdvisoryRaised, "period_recently_ended", period, None, at))

    def withdrawn(self, period: Span, at: datetime) -> None:
        """It no longer is."""
        self._say("settled", period, self._advisory(GoalAdvisoryCleared, "period_recently_ended", period, None, at))

    def turned(self, stale: bool, period: Span, fresh: Freshness | None, now: datetime) -> None:  # noqa: FBT001
        """`scrape_stale` became true, or false again."""
        self._turns += 1
        kind = GoalAdvisoryRaised if stale else GoalAdvisoryCleared
        self._say("stale", period, self._advisory(kind, "scrape_stale", period, fresh, now), self._turns)

    def _of(self, kind: type[PeriodEvent], verdict: Compliance, **more: object) -> PeriodEvent:
        return kind(
            **self._who,
            metric=self._w.metric,
            period=self._w.period,
            period_start=verdict.period.start,
            period_end=verdict.period.end,
            target=verdict.target,
            actual=verdict.actual,
            percentage=verdict.percentage,
            **more,
        )

    def _advisory(
        self,
        kind: type[AdvisoryEvents],
        flag: advisory.Announced,
        period: Span,
        fresh: Freshness | None,
        at: datetime,
    ) -> AdvisoryEvents:
        text = advisory.message(flag, period, fresh, at)
        return kind(**self._who, flag=flag, message=text, period_start=period.start, period_end=period.end)

    def _say(self, what: str, period: Span, event: GoalsEvent, nth: int = 0) -> None:
        self.events.append((f"{what}/{self._w.goal}/{period.start.isoformat()}/{nth}", event))
