"""Twelve goals of one creator, every metric for every kind of period: each has its own figures, status and results."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime
from decimal import Decimal
from itertools import product
from typing import Any, get_args
from uuid import UUID

import msgspec

from trackagoat.events.catalogue.goals import GoalPeriodClosed, GoalPeriodFinalized, Metric, Period
from trackagoat.events.catalogue.ingest import VideoReading
from trackagoat.events.catalogue.words import GoalId
from trackagoat.events.catalogue.workspace import OrgUpdated

KINDS = list(product(get_args(Metric), get_args(Period)))
TARGETS = {"posts": "4", "views": "2000", "engagement": "10", "followers": "200"}
NOON = "2026-03-27T11:00Z"
"""A Friday in Berlin: half of the day, 108 of 167 h of the week, 636 of 743 h of the month are over."""

STANDS = {
    # posts of the day, the week and the month: the third, the last two, all
    ("posts", "daily"): ("1", 25, "at_risk"),
    ("posts", "weekly"): ("2", 50, "behind_pace"),
    ("posts", "monthly"): ("3", 75, "behind_pace"),
    # their first readings came within a day, so all views are gained: 100, 400 more, 1,000 more
    ("views", "daily"): ("100", 5, "at_risk"),
    ("views", "weekly"): ("500", 25, "at_risk"),
    ("views", "monthly"): ("1500", 75, "behind_pace"),
    # 14 of 100, 42 of 500, 112 of 1,500
    ("engagement", "daily"): ("14.00", 140, "on_track"),
    ("engagement", "weekly"): ("8.40", 84, "behind_pace"),
    ("engagement", "monthly"): ("7.47", 75, "behind_pace"),
    # 1,130 less 1,100, less 1,000, and less 1,000 again, which was the first profile read
    ("followers", "daily"): ("30", 15, "at_risk"),
    ("followers", "weekly"): ("130", 65, "on_track"),
    ("followers", "monthly"): ("130", 65, "behind_pace"),
}


def goal(kind: tuple[str, str]) -> GoalId:
    return GoalId(UUID(int=900 + KINDS.index(kind)))


async def begin(stage: Any) -> None:
    """Three posts are found an hour after they were posted, and read with the profile at once."""
    await stage.open("2026-03-01T08:00Z")
    found: list[tuple[str, int, dict[str, Any]]] = [
        ("2026-03-10T11:00Z", 1000, {"views": 1000, "likes": 50, "comments": 10, "shares": 5, "saves": 5}),
        ("2026-03-24T11:00Z", 1100, {"views": 400, "likes": 20, "comments": 4, "shares": 2, "saves": 2}),
        ("2026-03-27T06:00Z", 1130, {"views": 100, "likes": 10, "comments": 2, "shares": 1, "saves": 1}),
    ]
    for number, (read_at, followers, counters) in enumerate(found):
        posted_at = read_at.replace("11:", "10:").replace("06:", "05:")
        reading = VideoReading(video=stage.video(number), **counters)
        scrape = msgspec.structs.replace(stage.read(read_at, followers), videos=[reading])
        await stage.hear(read_at, stage.discovered(number, posted_at), scrape)
    for metric, period in KINDS:
        asked = {"metric": metric, "period": period, "target_value": Decimal(TARGETS[metric])}
        outcome = await stage.set_goal(
            "2026-03-27T08:00Z", goal=goal((metric, period)), start_date=date(2026, 3, 27), **asked
        )
        assert outcome.refused is None


async def test_every_metric_has_its_figures_for_every_kind_of_period(stage: Any) -> None:
    await begin(stage)
    await stage.work(NOON)
    shown = {kind: await stage.compliance(goal(kind)) for kind in KINDS}
    assert {k: (str(row["actual"]), row["percentage"], row["status"]) for k, row in shown.items()} == STANDS
    ends = {period: row["period_end"].isoformat()[:13] for (_, period), row in shown.items()}
    assert ends == {"daily": "2026-03-27T23", "weekly": "2026-03-29T22", "monthly": "2026-03-31T22"}


async def test_every_goal_closes_its_own_periods_once(stage: Any) -> None:
    await begin(stage)
    for day in ("03-27T23", "03-28T23", "03-29T22", "03-30T22", "03-31T22", "04-02T22"):
        await stage.work(f"2026-{day}:00:05Z")
    closed = Counter(e.goal for e in await stage.said(GoalPeriodClosed))
    # by 2 April: the days 27 March to 1 April (and the 2nd, which has just ended), a week, a month
    counts = {"daily": 7, "weekly": 1, "monthly": 1}
    assert closed == {goal(kind): counts[kind[1]] for kind in KINDS}
    final = Counter(e.goal for e in await stage.said(GoalPeriodFinalized))
    counts = {"daily": 5, "weekly": 1, "monthly": 1}
    assert final == {goal(kind): counts[kind[1]] for kind in KINDS}


async def test_another_clock_late_in_a_period_moves_the_ends_of_all_that_run(stage: Any) -> None:
    """From Berlin to New York, six hours before the day would have ended: they all end as New York has it."""
    await begin(stage)
    await stage.work(NOON)
    await stage.hear("2026-03-27T17:00Z", OrgUpdated(org=stage.org, timezone="America/New_York"))
    await stage.work("2026-03-27T17:00Z")
    ends = {kind: (await stage.compliance(goal(kind)))["period_end"] for kind in KINDS}
    wanted = {"daily": "2026-03-28T04:00Z", "weekly": "2026-03-30T04:00Z", "monthly": "2026-04-01T04:00Z"}
    assert ends == {kind: datetime.fromisoformat(wanted[kind[1]]) for kind in KINDS}
