"""Sayings: what is said of the periods of one goal, each under a key that lets it be said only once."""

from __future__ import annotations

from datetime import date, datetime
from typing import TypedDict

from trackagoat.events.catalogue.goals import (
    GoalAdvisoryCleared,
    GoalAdvisoryRaised,
    GoalPeriodClosed,
    GoalPeriodFinalized,
    GoalResultRevised,
    GoalsEvent,
    GoalStatusChanged,
    PeriodEvent,
    Status,
)
from trackagoat.events.catalogue.words import CreatorId, GoalId, ProjectId, Span
from trackagoat.goals.domain import advisory
from trackagoat.goals.domain.advisory import Freshness
from trackagoat.goals.domain.compliance import Compliance
from trackagoat.goals.domain.watched import Watched

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

    def changed(self, day: date, before: Status, verdict: Compliance) -> None:
        """The status of a running, or closed but not final, period is another."""
        self._changes += 1
        more: dict[str, object] = {"from_": before, "to": verdict.status, "pace": verdict.pace, "share": verdict.share}
        self._say("status", verdict.period, self._of(GoalStatusChanged, day, verdict, **more), self._changes)

    def revised(self, day: date, verdict: Compliance) -> None:
        """The figures of a closed period are others, its status stays."""
        self._changes += 1
        event = self._of(GoalResultRevised, day, verdict, status=verdict.status)
        self._say("revised", verdict.period, event, self._changes)

    def closed(self, day: date, verdict: Compliance) -> None:
        """The period is over; of a goal that was set when late data counted no more, for good."""
        event = self._of(GoalPeriodClosed, day, verdict, status=verdict.status, is_final=verdict.is_final)
        self._say("closed", verdict.period, event)

    def finalized(self, day: date, verdict: Compliance) -> None:
        """The result never changes again."""
        self._say("final", verdict.period, self._of(GoalPeriodFinalized, day, verdict, status=verdict.status))

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

    def _of(self, kind: type[PeriodEvent], day: date, verdict: Compliance, **more: object) -> PeriodEvent:
        return kind(
            **self._who,
            metric=self._w.metric,
            period=self._w.period,
            period_start=verdict.period.start,
            period_end=verdict.period.end,
            first_day=day,
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
