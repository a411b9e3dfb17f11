"""The worked table: what a reader is shown of a goal at an instant, every number worked out by hand.

Status and percentage come from goals, pace, notes and hours from the gateway; a row holds what both make of it.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from trackagoat.gateway.reads.goals import GoalRow
from trackagoat.gateway.resources.goals import Standing, clock, standing
from trackagoat.goals.domain.compliance import Figures, Measure, compliance

SOMEWHEN = datetime.fromisoformat("2026-01-01T00:00Z")
INTERVAL_HOURS = 6


class Goal(NamedTuple):
    """What is asked for, and where."""

    metric: Any
    period: Any
    target: str
    start_date: str
    end_date: str | None = None
    zone: str = "Europe/Berlin"


class Row(NamedTuple):
    """What is shown. `flags`: n not yet started, p in progress, r recently ended, s stale; `final`: for good."""

    status: str
    percentage: int
    pace: float | None
    flags: str
    until: float | None
    since: float | None = None
    final: bool = False


WEEK = Goal("posts", "weekly", "15", "2026-03-23", "2026-03-29")
"""23 to 29 March: [22 March 23:00Z, 29 March 22:00Z), 167 h; 2 % of it are 3 h 20 min 24 s."""
MARCH = Goal("views", "monthly", "40000", "2026-03-01")
"""743 h; 372 h of it are over on 16 March 11:00Z, when 20,026.9 should be there, and 14,018.8 are 70 % of those."""
TWENTY = Goal("posts", "monthly", "20", "2026-03-01", zone="UTC")
"""744 h; half of it, and so 10 posts, on 16 March 12:00Z."""
RATE = Goal("engagement", "weekly", "5", "2026-03-23", "2026-03-29")
FOLLOWERS = Goal("followers", "weekly", "1000", "2026-03-23", "2026-03-29")
SHORT_DAY = Goal("posts", "daily", "10", "2026-03-29")
"""[28 March 23:00Z, 29 March 22:00Z), 23 h."""
LONG_DAY = Goal("posts", "daily", "10", "2026-10-25", "2026-10-25")
"""[24 October 22:00Z, 25 October 23:00Z), 25 h; half of it at 10:30Z."""
AUTUMN = Goal("posts", "weekly", "10", "2026-10-19", "2026-10-25")
"""[18 October 22:00Z, 25 October 23:00Z), 169 h; half of it on 22 October 10:30Z; 2 % are 3 h 22 min 48 s."""
OCTOBER = Goal("views", "monthly", "40000", "2026-10-01")
"""[30 September 22:00Z, 31 October 23:00Z), 745 h; half of it on 16 October 10:30Z."""
FEBRUARY = Goal("posts", "monthly", "10", "2027-02-01", "2027-02-28", "UTC")
LEAP_MONTH = Goal("posts", "monthly", "29", "2028-02-01", zone="UTC")
LEAP_DAY = Goal("posts", "daily", "2", "2028-02-29", "2028-02-29", "UTC")
MIDWEEK = Goal("posts", "weekly", "10", "2026-03-25", zone="UTC")
"""Measured over all of [23 March, 30 March), 168 h, of which two sevenths are over as it starts: 2.86 posts."""
ENDS_MIDWEEK = Goal("posts", "weekly", "15", "2026-03-23", "2026-03-25")
EIGHT = Goal("posts", "weekly", "8", "2026-03-23", "2026-03-29")
RATED = {"views": 12_000, "likes": 380, "comments": 60, "shares": 40}

Case = tuple[Goal, dict[str, int], str, float | None, Row]
"""The goal, its figures, the instant, and hours since the numbers were read (None: nobody reads them)."""
TABLE: dict[str, Case] = {
    # the worked week, 167 h
    "a second before the week": (WEEK, {}, "2026-03-22T22:59:59Z", None, Row("on_track", 0, None, "np", 167.0)),
    "the week begins": (WEEK, {}, "2026-03-22T23:00:00Z", None, Row("on_track", 0, None, "p", 167.0)),
    "Monday 02:00, 1.2 %": (WEEK, {}, "2026-03-23T01:00:00Z", None, Row("on_track", 0, None, "p", 165.0)),
    "a second before 2 %": (WEEK, {}, "2026-03-23T02:20:23Z", None, Row("on_track", 0, None, "p", 163.7)),
    "2 % to the second": (WEEK, {}, "2026-03-23T02:20:24Z", None, Row("at_risk", 0, 0, "p", 163.7)),
    "Friday 12:00, 8 of 9.7": (
        WEEK, {"posts": 8}, "2026-03-27T11:00:00Z", None, Row("behind_pace", 53, 0.82, "p", 59.0)
    ),
    "Friday 12:30, 10 of 9.75": (
        WEEK, {"posts": 10}, "2026-03-27T11:30:00Z", None, Row("on_track", 67, 1.03, "p", 58.5)
    ),
    "Sunday 12:00, 13 of 13.92": (
        WEEK, {"posts": 13}, "2026-03-29T10:00:00Z", None, Row("behind_pace", 87, 0.93, "p", 12.0)
    ),
    "a second before the end": (
        WEEK, {"posts": 14}, "2026-03-29T21:59:59Z", None, Row("behind_pace", 93, 0.93, "p", 0.0)
    ),
    "the week ends, one post short": (
        WEEK, {"posts": 14}, "2026-03-29T22:00:00Z", None, Row("missed", 93, None, "r", None, 0.0)
    ),
    "a late post completes it": (
        WEEK, {"posts": 15}, "2026-03-30T08:00:00Z", None, Row("completed", 100, None, "r", None, 10.0)
    ),
    "10.049 h are 10.0": (
        WEEK, {"posts": 15}, "2026-03-30T08:02:59Z", None, Row("completed", 100, None, "r", None, 10.0)
    ),
    "10.05 h are 10.1": (
        WEEK, {"posts": 15}, "2026-03-30T08:03:00Z", None, Row("completed", 100, None, "r", None, 10.1)
    ),
    "a second before 48 h": (
        WEEK, {"posts": 15}, "2026-03-31T21:59:59Z", None, Row("completed", 100, None, "r", None, 48.0)
    ),
    "48 h to the second": (
        WEEK, {"posts": 15}, "2026-03-31T22:00:00Z", None, Row("completed", 100, None, "", None, 48.0, True)
    ),
    "eleven hours after that": (
        WEEK, {"posts": 15}, "2026-04-01T09:00:00Z", None, Row("completed", 100, None, "", None, 59.0, True)
    ),
    "more than all, 31 of 15": (
        WEEK, {"posts": 31}, "2026-04-01T09:00:00Z", None, Row("completed", 207, None, "", None, 59.0, True)
    ),
    "half a percent is rounded up": (
        EIGHT, {"posts": 1}, "2026-03-29T22:00:00Z", None, Row("missed", 13, None, "r", None, 0.0)
    ),
    "past the end date the week goes on": (
        ENDS_MIDWEEK, {"posts": 8}, "2026-03-27T11:00:00Z", None, Row("behind_pace", 53, 0.82, "p", 59.0)
    ),
    # the lines of 70 % and 100 %
    "March, just over 70 %": (
        MARCH, {"views": 14_019}, "2026-03-16T11:00:00Z", None, Row("behind_pace", 35, 0.7, "p", 371.0)
    ),
    "March, just under 70 %": (
        MARCH, {"views": 14_018}, "2026-03-16T11:00:00Z", None, Row("at_risk", 35, 0.7, "p", 371.0)
    ),
    "March, just over 100 %": (
        MARCH, {"views": 20_027}, "2026-03-16T11:00:00Z", None, Row("on_track", 50, 1, "p", 371.0)
    ),
    "March, just under 100 %": (
        MARCH, {"views": 20_026}, "2026-03-16T11:00:00Z", None, Row("behind_pace", 50, 1, "p", 371.0)
    ),
    "70 % exactly": (TWENTY, {"posts": 7}, "2026-03-16T12:00:00Z", None, Row("behind_pace", 35, 0.7, "p", 372.0)),
    "70 % a second ago": (TWENTY, {"posts": 7}, "2026-03-16T12:00:01Z", None, Row("at_risk", 35, 0.7, "p", 372.0)),
    "100 % exactly": (TWENTY, {"posts": 10}, "2026-03-16T12:00:00Z", None, Row("on_track", 50, 1, "p", 372.0)),
    "100 % a second ago": (TWENTY, {"posts": 10}, "2026-03-16T12:00:01Z", None, Row("behind_pace", 50, 1, "p", 372.0)),
    "views that were lost are 0 %": (
        MARCH, {"views": -50}, "2026-03-16T11:00:00Z", None, Row("at_risk", 0, 0, "p", 371.0)
    ),
    # rates and followers
    "4.00 % of views, target 5": (RATE, RATED, "2026-03-27T11:00:00Z", None, Row("behind_pace", 80, 0.8, "p", 59.0)),
    "3.50 % are 70 % exactly": (
        RATE, {"views": 10_000, "likes": 350}, "2026-03-27T11:00:00Z", None, Row("behind_pace", 70, 0.7, "p", 59.0)
    ),
    "3.49 % are not": (
        RATE, {"views": 10_000, "likes": 349}, "2026-03-27T11:00:00Z", None, Row("at_risk", 70, 0.7, "p", 59.0)
    ),
    "4.99 % show as 100 % and miss": (
        RATE, {"views": 10_000, "likes": 499}, "2026-03-29T22:00:00Z", None, Row("missed", 100, None, "r", None, 0.0)
    ),
    "a rate without views": (
        RATE, {"views": 0, "likes": 10}, "2026-03-27T11:00:00Z", None, Row("at_risk", 0, 0, "p", 59.0)
    ),
    "41,900 to 42,650 followers": (
        FOLLOWERS, {"followers": 750}, "2026-03-27T11:00:00Z", None, Row("on_track", 75, 1.16, "p", 59.0)
    ),
    "no profile was read": (FOLLOWERS, {}, "2026-03-27T11:00:00Z", None, Row("at_risk", 0, 0, "p", 59.0)),
    "999 of 1,000 show as 100 % and miss": (
        FOLLOWERS, {"followers": 999}, "2026-03-29T22:00:00Z", None, Row("missed", 100, None, "r", None, 0.0)
    ),
    # days of 23 and 25 h, the week of 169 h, the months of 743 and 745 h
    "a short day has just started": (SHORT_DAY, {}, "2026-03-28T23:59:59Z", None, Row("on_track", 0, None, "p", 22.0)),
    "a short day after an hour": (SHORT_DAY, {}, "2026-03-29T00:00:00Z", None, Row("at_risk", 0, 0, "p", 22.0)),
    "half of a short day": (SHORT_DAY, {"posts": 5}, "2026-03-29T10:30:00Z", None, Row("on_track", 50, 1, "p", 11.5)),
    "half of a long day": (LONG_DAY, {"posts": 5}, "2026-10-25T10:30:00Z", None, Row("on_track", 50, 1, "p", 12.5)),
    "a long day, a second over half": (
        LONG_DAY, {"posts": 5}, "2026-10-25T10:30:01Z", None, Row("behind_pace", 50, 1, "p", 12.5)
    ),
    "a long day, a second before 48 h": (
        LONG_DAY, {"posts": 9}, "2026-10-27T22:59:59Z", None, Row("missed", 90, None, "r", None, 48.0)
    ),
    "a long day after 48 h": (
        LONG_DAY, {"posts": 9}, "2026-10-27T23:00:00Z", None, Row("missed", 90, None, "", None, 48.0, True)
    ),
    "169 h, a second before 2 %": (AUTUMN, {}, "2026-10-19T01:22:47Z", None, Row("on_track", 0, None, "p", 165.6)),
    "169 h, 2 % to the second": (AUTUMN, {}, "2026-10-19T01:22:48Z", None, Row("at_risk", 0, 0, "p", 165.6)),
    "half of 169 h": (AUTUMN, {"posts": 5}, "2026-10-22T10:30:00Z", None, Row("on_track", 50, 1, "p", 84.5)),
    "a second over half of 169 h": (
        AUTUMN, {"posts": 5}, "2026-10-22T10:30:01Z", None, Row("behind_pace", 50, 1, "p", 84.5)
    ),
    "the week of 169 h ends": (
        AUTUMN, {"posts": 10}, "2026-10-25T23:00:00Z", None, Row("completed", 100, None, "r", None, 0.0)
    ),
    "743 h, a second before 2 %": (MARCH, {}, "2026-03-01T13:51:35Z", None, Row("on_track", 0, None, "p", 728.1)),
    "743 h, 2 % to the second": (MARCH, {}, "2026-03-01T13:51:36Z", None, Row("at_risk", 0, 0, "p", 728.1)),
    "half of 745 h": (OCTOBER, {"views": 20_000}, "2026-10-16T10:30:00Z", None, Row("on_track", 50, 1, "p", 372.5)),
    "one view short at half of 745 h": (
        OCTOBER, {"views": 19_999}, "2026-10-16T10:30:00Z", None, Row("behind_pace", 50, 1, "p", 372.5)
    ),
    # ends of months, the leap day and its month
    "the last second of February": (
        FEBRUARY, {"posts": 10}, "2027-02-28T23:59:59Z", None, Row("on_track", 100, 1, "p", 0.0)
    ),
    "February ends with its 28th": (
        FEBRUARY, {"posts": 10}, "2027-03-01T00:00:00Z", None, Row("completed", 100, None, "r", None, 0.0)
    ),
    "the leap day begins, 28 of 29": (
        LEAP_MONTH, {"posts": 28}, "2028-02-29T00:00:00Z", None, Row("on_track", 97, 1, "p", 24.0)
    ),
    "the leap day begins, 27 of 29": (
        LEAP_MONTH, {"posts": 27}, "2028-02-29T00:00:00Z", None, Row("behind_pace", 93, 0.96, "p", 24.0)
    ),
    "noon of the leap day": (LEAP_DAY, {"posts": 1}, "2028-02-29T12:00:00Z", None, Row("on_track", 50, 1, "p", 12.0)),
    "the leap day, 48 h after": (
        LEAP_DAY, {"posts": 2}, "2028-03-03T00:00:00Z", None, Row("completed", 100, None, "", None, 48.0, True)
    ),
    # a goal that starts in the middle of its week
    "the week runs, the goal has not begun": (
        MIDWEEK, {}, "2026-03-24T23:59:59Z", None, Row("on_track", 0, None, "np", 120.0)
    ),
    "the goal begins in mid-week": (MIDWEEK, {}, "2026-03-25T00:00:00Z", None, Row("at_risk", 0, 0, "p", 120.0)),
    "it begins with 70 % exactly": (
        MIDWEEK, {"posts": 2}, "2026-03-25T00:00:00Z", None, Row("behind_pace", 20, 0.7, "p", 120.0)
    ),
    "it begins ahead": (MIDWEEK, {"posts": 3}, "2026-03-25T00:00:00Z", None, Row("on_track", 30, 1.05, "p", 120.0)),
    # numbers that should be read every six hours
    "read one and a half intervals ago": (
        WEEK, {"posts": 8}, "2026-03-27T11:00:00Z", 9, Row("behind_pace", 53, 0.82, "p", 59.0)
    ),
    "read a second longer ago": (
        WEEK, {"posts": 8}, "2026-03-27T11:00:00Z", 9 + 1 / 3600, Row("behind_pace", 53, 0.82, "ps", 59.0)
    ),
    "stale before it began": (MIDWEEK, {}, "2026-03-24T12:00:00Z", 20, Row("on_track", 0, None, "nps", 132.0)),
    "stale when it ended": (
        WEEK, {"posts": 14}, "2026-03-29T22:00:00Z", 10, Row("missed", 93, None, "rs", None, 0.0)
    ),
    "stale when it is final": (
        WEEK, {"posts": 14}, "2026-03-31T22:00:00Z", 10, Row("missed", 93, None, "s", None, 48.0, True)
    ),
}  # fmt: skip


def shown(goal: Goal, figures: dict[str, int], now: datetime, age: float | None) -> Standing:
    """What goals works out for that instant, as the gateway shows it then."""
    days = date.fromisoformat(goal.start_date), None if goal.end_date is None else date.fromisoformat(goal.end_date)
    measure = Measure(goal.metric, goal.period, Decimal(goal.target), *days)
    verdict = compliance(measure, Figures(**figures), now, ZoneInfo(goal.zone))
    row = GoalRow(
        goal=UUID(int=1),
        creator=UUID(int=2),
        project=UUID(int=3),
        metric=goal.metric,
        period=goal.period,
        target_value=measure.target,
        start_date=days[0],
        end_date=days[1],
        is_active=True,
        created_at=SOMEWHEN,
        updated_at=SOMEWHEN,
        period_start=verdict.period.start,
        period_end=verdict.period.end,
        status=verdict.status,
        percentage=verdict.percentage,
        actual=verdict.actual,
        target=verdict.target,
        rate=verdict.rate,
        judged_from=verdict.judged_from if now < verdict.period.end else None,
        is_final=verdict.is_final,
        read_at=None if age is None else now - timedelta(hours=age),
        tracked_since=None if age is None else SOMEWHEN,
        interval_hours=None if age is None else INTERVAL_HOURS,
        youngest_post_at=None,
        open_day=None,
        previous_period_start=None,
        previous_period_end=None,
        previous_status=None,
        previous_percentage=None,
        previous_actual=None,
        previous_target=None,
        previous_is_final=None,
    )
    stands = standing(row, clock(now, goal.zone))
    assert stands is not None
    return stands


@pytest.mark.parametrize(("goal", "figures", "now", "age", "row"), TABLE.values(), ids=TABLE)
def test_a_goal_is_shown_as_the_worked_table_says(
    goal: Goal, figures: dict[str, int], now: str, age: float | None, row: Row
) -> None:
    got = shown(goal, figures, datetime.fromisoformat(now), age)
    noted = got.advisory
    names = {"n": "not_yet_started", "p": "period_in_progress", "r": "period_recently_ended", "s": "scrape_stale"}
    flags = "".join(letter for letter, name in names.items() if getattr(noted, name))
    assert (got.status, got.percentage, got.pace, got.is_final) == (row.status, row.percentage, row.pace, row.final)
    assert (flags, noted.has_advisory, len(noted.messages)) == (row.flags, bool(row.flags), len(row.flags))
    assert (noted.hours_until_period_end, noted.hours_since_period_end) == (row.until, row.since)
