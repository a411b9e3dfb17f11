"""What was worked out step by step equals a recomputation from scratch at every second, whatever goes wrong between."""

from __future__ import annotations

import itertools
from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from trackagoat.events import due
from trackagoat.events.catalogue.goals import (
    GoalAdvisoryCleared,
    GoalAdvisoryRaised,
    GoalPeriodClosed,
    GoalPeriodFinalized,
    GoalStatusChanged,
)
from trackagoat.events.clock import new_id
from trackagoat.events.testing import play
from trackagoat.goals.domain import settling

SLOW = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "America/Santiago")
DAYS = (
    date(2026, 3, 6),
    date(2026, 3, 27),
    date(2026, 10, 23),
    date(2028, 2, 27),
    date(2026, 12, 30),
    date(2026, 4, 3),
)
"""Shortly before clocks change, a leap day, the end of a year and of a month."""
TICK = timedelta(microseconds=1)
SETTLED, OPEN, DAY = timedelta(seconds=5), timedelta(hours=48), timedelta(hours=24)
MISCHIEF = ("none", "none", "died before committing", "two at once")


class Fact(NamedTuple):
    """Said so many seconds after the beginning: a post (posted before that), a reading of one, or a review."""

    said: int
    kind: str
    post: int
    before: int
    value: int
    twice: bool


class Case(NamedTuple):
    zone: str
    day: date
    metric: str
    period: str
    target: int
    starts_in: int
    facts: list[Fact]
    looks: list[int]
    mischief: list[str]


HOURS = st.integers(0, 100 * 3600)
facts = st.builds(
    Fact,
    said=HOURS,
    kind=st.sampled_from(["post", "post", "read", "read", "exclude", "include"]),
    post=st.integers(0, 4),
    before=st.integers(0, 60 * 3600),
    value=st.integers(0, 40),
    twice=st.booleans(),
)
cases = st.builds(
    Case,
    zone=st.sampled_from(ZONES),
    day=st.sampled_from(DAYS),
    metric=st.sampled_from(["posts", "views"]),
    period=st.sampled_from(["daily", "daily", "weekly", "monthly"]),
    target=st.integers(1, 30),
    starts_in=st.integers(-2, 2),
    facts=st.lists(facts, max_size=10),
    looks=st.lists(HOURS, min_size=1, max_size=4),
    mischief=st.lists(st.sampled_from(MISCHIEF), min_size=1, max_size=5),
)


class Oracle:
    """The rules once more in plain Python, from everything said so far."""

    def __init__(self, case: Case, began: datetime) -> None:
        self._case, self._zone = case, ZoneInfo(case.zone)
        self.starts = case.day + timedelta(days=case.starts_in)
        self.posted: dict[int, tuple[datetime, datetime]] = {}
        self.reviews: list[tuple[datetime, int, bool]] = []
        self.readings: dict[tuple[int, datetime], tuple[datetime, int]] = {}
        self.began = began

    def midnight(self, day: date) -> datetime:
        return datetime.combine(day, time(), self._zone).astimezone(UTC)

    def span(self, day: date) -> tuple[datetime, datetime]:
        if self._case.period == "weekly":
            day -= timedelta(days=day.weekday())
            after = day + timedelta(days=7)
        elif self._case.period == "monthly":
            day = day.replace(day=1)
            after = (day + timedelta(days=31)).replace(day=1)
        else:
            after = day + timedelta(days=1)
        return self.midnight(day), self.midnight(after)

    def shown(self, now: datetime) -> tuple[datetime, datetime]:
        return self.span(max(self.starts, now.astimezone(self._zone).date()))

    def actual(self, start: datetime, end: datetime, as_of: datetime) -> int:
        counted = {p for p, (_, said) in self.posted.items() if said < as_of}
        for said, post, kept in self.reviews:
            if said < as_of:
                counted = counted | {post} if kept else counted - {post}
        counted &= {p for p, (_, said) in self.posted.items() if said < as_of}
        if self._case.metric == "posts":
            return sum(start <= self.posted[p][0] < end for p in counted)
        return sum(self.gain(p, start, end, as_of) for p in counted)

    def gain(self, post: int, start: datetime, end: datetime, as_of: datetime) -> int:
        known = sorted((at, v) for (p, at), (said, v) in self.readings.items() if p == post and said < as_of)
        total, level = 0, None
        for at, value in known:
            if level is None and at - self.posted[post][0] <= DAY:
                level = 0
            total += value - (value if level is None else level) if start <= at < end else 0
            level = value
        return total

    def status(self, now: datetime) -> str:
        start, end = self.shown(now)
        elapsed, length = now - start, end - start
        if elapsed < timedelta(hours=1) or elapsed * 50 < length or now < self.midnight(self.starts):
            return "on_track"
        # everything heard by now counts: facts said at this very instant too
        done = self.actual(start, end, now + TICK)
        expected = self._case.target * Fraction(elapsed // TICK, length // TICK)
        return "on_track" if done >= expected else "behind_pace" if done * 10 >= expected * 7 else "at_risk"

    def outcomes(self, now: datetime) -> dict[datetime, tuple[int, str, bool]]:
        """Of every period that must be closed by now: the figure, the status, and whether it is final."""
        found, (start, end) = {}, self.span(self.starts)
        while end + SETTLED <= now:
            done = self.actual(start, end, max(min(now + TICK, end + OPEN), end))
            outcome = "completed" if done >= self._case.target else "missed"
            found[start] = (done, outcome, now >= self.final_at(end) + SETTLED)
            start, end = self.span(end.astimezone(self._zone).date())
        return found

    def final_at(self, end: datetime) -> datetime:
        return max(end + OPEN, self.began + timedelta(minutes=1))


class Play:
    """A case on a stage: facts are said at their seconds, and whatever falls due in between is worked on."""

    def __init__(self, stage: Any, case: Case) -> None:
        self.stage, self.case = stage, case
        self.began = datetime.combine(case.day, time(9, 30), UTC)
        self.oracle = Oracle(case, self.began)
        self.latest = self.began
        self.finals: dict[datetime, tuple[Any, ...]] = {}
        self._mischief = itertools.cycle(case.mischief)

    async def run(self) -> None:
        await self.stage.open((self.began - DAY).isoformat(), zone=self.case.zone)
        goal: dict[str, Any] = {"metric": self.case.metric, "period": self.case.period}
        goal |= {"target_value": Decimal(self.case.target), "start_date": self.oracle.starts}
        assert (await self.stage.set_goal(self.began.isoformat(), **goal)).refused is None
        await self.work_until(self.began)
        moments = sorted(
            [(f.said, f) for f in self.case.facts] + [(s, None) for s in self.case.looks], key=lambda m: m[0]
        )
        for seconds, fact in moments:
            now = self.began + timedelta(seconds=seconds)
            await self.work_until(now)
            if fact is not None:
                await self.say(now, fact)
                await self.work_until(now)
            await self.check(now)
        await self.check_what_was_said()
        await self.stage.pool.execute("DELETE FROM due WHERE org = $1", self.stage.org)

    async def say(self, now: datetime, fact: Fact) -> None:
        stage, oracle = self.stage, self.oracle
        self.latest = now
        if fact.kind == "post" and fact.post not in oracle.posted:
            posted = now - timedelta(seconds=fact.before)
            oracle.posted[fact.post] = posted, now
            event = stage.discovered(fact.post, posted)
        elif fact.post not in oracle.posted:
            return
        elif fact.kind in {"read", "post"}:
            fetched = max(oracle.posted[fact.post][0], now - timedelta(seconds=fact.before))
            oracle.readings.setdefault((fact.post, fetched), (now, fact.value))
            event = stage.read(fetched, **{f"v{fact.post}": fact.value})
        else:
            oracle.reviews.append((now, fact.post, fact.kind == "include"))
            kept = "included" if fact.kind == "include" else "excluded"
            event = stage.reviewed(fact.post, "auto_tracked", kept)
        await stage.hear(now, *[event] * (1 + fact.twice))

    async def work_until(self, now: datetime) -> None:
        """Everything is worked on at the instant it falls due, however the workers behave."""
        while True:
            upcoming = await self.stage.pool.fetchval("SELECT min(due_at) FROM due WHERE org = $1", self.stage.org)
            if upcoming is None or upcoming > now:
                return
            if upcoming > self.latest:
                await self.check(upcoming - TICK)
            await self.misbehave(max(upcoming, self.began), next(self._mischief))
            await self.check(max(upcoming, self.began))

    async def misbehave(self, at: datetime, how: str) -> None:
        stage = self.stage
        if how != "none":
            [refresh] = [d for d in stage.service.due if d.kind == "refresh"]
            claimed = await due.claim(stage.pool, refresh, new_id(), at)
            done = await refresh.run(stage.pool, claimed, at)
            if how == "two at once":
                await play.apply(stage.pool, stage.service, [e for d in done for e in d.effects], at)
            await stage.pool.execute("UPDATE due SET holder = NULL, lease_until = NULL, fence = fence + 1")
        await stage.work(at)

    async def check(self, now: datetime) -> None:
        row = await self.stage.compliance()
        if row["period_end"] <= now:
            assert now < row["period_end"] + SETTLED
        else:
            assert (row["period_start"], row["period_end"]) == self.oracle.shown(now)
            assert row["status"] == self.oracle.status(now)
            start, end = self.oracle.shown(now)
            assert row["actual"] == self.oracle.actual(start, end, now + TICK)
        results = {r["period_start"]: r for r in await self.stage.results()}
        found = {start: (r["actual"], r["status"], r["is_final"]) for start, r in results.items()}
        assert found == self.oracle.outcomes(now)
        for start, final in self.finals.items():
            assert tuple(results[start].values()) == final
        self.finals |= {start: tuple(r.values()) for start, r in results.items() if r["is_final"]}

    async def check_what_was_said(self) -> None:
        """Every transition once, each from where the last one led, nothing after the final word."""
        said: dict[datetime, list[Any]] = {}
        for event in await self.stage.said():
            if hasattr(event, "period_start"):
                said.setdefault(event.period_start, []).append(event)
        results = {r["period_start"]: r for r in await self.stage.results()}
        for start, events in said.items():
            kinds = Counter(type(event) for event in events)
            result = results.get(start)
            assert kinds[GoalPeriodClosed] == (result is not None)
            assert kinds[GoalPeriodFinalized] == (result is not None and result["is_final"])
            told = result is not None and self.began < result["period_end"] + OPEN
            assert kinds[GoalAdvisoryRaised] == told
            assert kinds[GoalAdvisoryCleared] == (told and result is not None and result["is_final"])
            changes = [e for e in events if isinstance(e, GoalStatusChanged | GoalPeriodClosed)]
            for one, after in pairwise(changes):
                if isinstance(after, GoalStatusChanged):
                    assert after.from_ == (one.status if isinstance(one, GoalPeriodClosed) else one.to)
                    assert after.from_ != after.to
            if kinds[GoalPeriodFinalized]:
                last = {type(e) for e in events[-2:]}
                assert last <= {GoalPeriodFinalized, GoalAdvisoryCleared}


@pytest.fixture
def numbers(monkeypatch: pytest.MonkeyPatch) -> Any:
    """One number per example. Goals are looked at when something happens or falls due, and never just in case."""
    monkeypatch.setattr(settling, "REFRESH", timedelta(days=400))
    return itertools.count(1)


@SLOW
@given(cases)
async def test_what_is_shown_equals_a_recomputation_at_every_second(stage: Any, numbers: Any, case: Case) -> None:
    await Play(type(stage)(stage.pool, next(numbers)), case).run()
