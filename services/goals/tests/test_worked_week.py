"""The worked week of 23 to 29 March 2026, replayed through facts and a clock."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

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
from trackagoat.events.writer import Writer

START, END = datetime.fromisoformat("2026-03-22T23:00Z"), datetime.fromisoformat("2026-03-29T22:00Z")
LATE = ["missed", "completed"]


def found(stage: Any, at: str, *numbers: int) -> tuple[str, list[Any]]:
    """Posts of an hour before, as a scrape finds them."""
    posted_at = datetime.fromisoformat(at) - timedelta(hours=1)
    return at, [*(stage.discovered(n, posted_at) for n in numbers), stage.read(at)]


def the_facts(stage: Any) -> list[tuple[str, list[Any]]]:
    excluded = stage.reviewed(3, "auto_tracked", "excluded")
    return [
        ("2026-03-23T01:00:00Z", []),
        ("2026-03-23T02:20:23Z", []),
        ("2026-03-23T02:20:24Z", []),
        found(stage, "2026-03-27T11:00:00Z", *range(8)),
        found(stage, "2026-03-27T11:30:00Z", 8, 9),
        found(stage, "2026-03-29T10:00:00Z", 10, 11, 12),
        found(stage, "2026-03-29T20:00:00Z", 13),
        ("2026-03-29T22:00:05Z", []),
        ("2026-03-30T08:00:00Z", [stage.discovered(14, "2026-03-29T21:10Z"), stage.read("2026-03-30T08:00Z")]),
        ("2026-03-31T22:00:04Z", []),
        ("2026-03-31T22:00:05Z", []),
        ("2026-04-01T09:00:00Z", [excluded]),
    ]


EMITTED = [
    ("2026-03-23T02:20:24Z", "on_track", "at_risk", 0, Decimal(0)),
    ("2026-03-27T11:00:00Z", "at_risk", "behind_pace", 53, Decimal(8)),
    ("2026-03-27T11:30:00Z", "behind_pace", "on_track", 67, Decimal(10)),
    ("2026-03-29T10:00:00Z", "on_track", "behind_pace", 87, Decimal(13)),
    ("2026-03-29T22:00:05Z", "closed", "missed", 93, Decimal(14)),
    ("2026-03-29T22:00:05Z", "raised", "period_recently_ended"),
    ("2026-03-30T08:00:00Z", *LATE, 100, Decimal(15)),
    ("2026-03-31T22:00:05Z", "finalized", "completed", 100, Decimal(15)),
    ("2026-03-31T22:00:05Z", "cleared", "period_recently_ended"),
]


def told(event: Any) -> tuple[Any, ...]:
    match event:
        case GoalStatusChanged():
            return (event.from_, event.to, event.percentage, event.actual)
        case GoalPeriodClosed():
            return ("closed", event.status, event.percentage, event.actual)
        case GoalPeriodFinalized():
            return ("finalized", event.status, event.percentage, event.actual)
        case GoalAdvisoryRaised():
            return ("raised", event.flag)
        case GoalAdvisoryCleared():
            return ("cleared", event.flag)
    raise AssertionError(event)


async def of_the_week(stage: Any) -> list[Any]:
    """What was said of that week so far."""
    return [e for e in await stage.said() if getattr(e, "period_start", None) == START]


async def replay(stage: Any, facts: Sequence[tuple[str, list[Any]]]) -> list[tuple[Any, ...]]:
    emitted: list[tuple[Any, ...]] = []
    for at, events in facts:
        if events:
            await stage.hear(at, *events)
        await stage.work(at)
        emitted += [(at, *told(e)) for e in (await of_the_week(stage))[len(emitted) :]]
    return emitted


async def test_the_week_emits_exactly_what_the_table_lists(stage: Any) -> None:
    await stage.begin()
    assert await replay(stage, the_facts(stage)) == EMITTED
    [week] = [r for r in await stage.results() if r["period_start"] == START]
    assert (week["status"], week["percentage"], week["is_final"]) == ("completed", 100, True)
    assert (week["period_end"], week["final_at"]) == (END, END + timedelta(hours=48))


async def test_repeated_facts_and_looks_at_every_second_emit_nothing_more(stage: Any) -> None:
    await stage.begin()
    facts = the_facts(stage)
    busy = [(at, [*events, *events]) for at, events in facts]
    assert await replay(stage, [step for step in busy for _ in range(2)]) == EMITTED


async def test_a_new_week_begins_on_track_without_a_word(stage: Any) -> None:
    await stage.begin()
    await replay(stage, the_facts(stage)[:8])
    row = await stage.compliance()
    assert (row["status"], row["percentage"], row["actual"]) == ("on_track", 0, 0)
    assert (row["period_start"], row["is_final"]) == (END, False)
    assert (row["previous_status"], row["previous_percentage"], row["previous_is_final"]) == ("missed", 93, False)
    assert not [e for e in await stage.said(GoalStatusChanged) if e.period_start == END]


async def test_an_outage_over_the_end_changes_nothing_of_what_closing_and_finalising_say(stage: Any) -> None:
    await stage.begin()
    facts = the_facts(stage)
    await replay(stage, facts[:6])
    for at, events in facts[6:]:
        if events:
            await stage.hear(at, *events)
    before = len(await of_the_week(stage))
    await stage.work("2026-04-02T09:00:00Z")
    assert [told(e) for e in (await of_the_week(stage))[before:]] == [
        ("closed", "missed", 93, Decimal(14)),
        ("raised", "period_recently_ended"),
        (*LATE, 100, Decimal(15)),
        ("finalized", "completed", 100, Decimal(15)),
        ("cleared", "period_recently_ended"),
    ]


async def test_an_outage_of_weeks_closes_them_one_by_one_in_order(stage: Any) -> None:
    await stage.begin()
    for at, events in the_facts(stage):
        if events:
            await stage.hear(at, *events)
    await stage.work("2026-04-20T09:00:00Z")
    ends = [
        (type(e).__name__[4:], e.period_end.isoformat()[5:10], e.status)
        for e in await stage.said()
        if hasattr(e, "status")
    ]
    assert ends == [
        ("PeriodClosed", "03-29", "missed"),
        ("PeriodFinalized", "03-29", "completed"),
        ("PeriodClosed", "04-05", "missed"),
        ("PeriodFinalized", "04-05", "missed"),
        ("PeriodClosed", "04-12", "missed"),
        ("PeriodFinalized", "04-12", "missed"),
        ("PeriodClosed", "04-19", "missed"),
    ]
    advised = [(type(e).__name__[12:], e.period_end.isoformat()[5:10]) for e in await stage.said(GoalAdvisoryRaised)]
    assert advised == [("Raised", end) for end in ("03-29", "04-05", "04-12", "04-19")]
    assert [e.period_end.isoformat()[5:10] for e in await stage.said(GoalAdvisoryCleared)] == [
        "03-29",
        "04-05",
        "04-12",
    ]


async def test_work_done_twice_with_the_same_rows_says_everything_once(stage: Any) -> None:
    """Two workers looked at the same rows; the second commits after the first."""
    await stage.begin()
    await replay(stage, the_facts(stage)[:7])
    now = datetime.fromisoformat("2026-03-29T22:00:05Z")
    [refresh] = [d for d in stage.service.due if d.kind == "refresh"]
    claimed = await due.claim(stage.pool, refresh, new_id(), now)
    both = [await refresh.run(stage.pool, claimed, now) for _ in range(2)]
    before = len(await of_the_week(stage))
    for done in both:
        await play.apply(stage.pool, stage.service, [e for d in done for e in d.effects], now)
    assert [told(e)[0] for e in (await of_the_week(stage))[before:]] == ["closed", "raised"]
    row = await stage.compliance()
    assert (row["status"], row["period_start"], row["previous_status"]) == ("on_track", END, "missed")


async def test_a_worker_that_lost_its_rows_leaves_nothing(stage: Any) -> None:
    await stage.begin()
    now = datetime.fromisoformat("2026-03-23T02:20:24Z")
    [refresh] = [d for d in stage.service.due if d.kind == "refresh"]
    claimed = await due.claim(stage.pool, refresh, new_id(), now)
    done = await refresh.run(stage.pool, claimed, now)
    await stage.hear(now, *found(stage, now.isoformat(), *range(8))[1])
    writer = Writer(stage.pool, stage.service)
    await writer.transact(lambda tx: due.finish(tx, writer, done, now))
    assert await stage.said(GoalStatusChanged) == []
    await stage.work(now)
    assert (await stage.compliance())["status"] == "on_track"
