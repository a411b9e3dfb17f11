"""Who decides what in goals."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import msgspec

from trackagoat.events.catalogue.goals import Commands, SetGoal, UpdateGoal
from trackagoat.events.catalogue.words import GoalId
from trackagoat.events.decider import Decider
from trackagoat.events.envelope import Ask
from trackagoat.goals.domain import calendar
from trackagoat.goals.domain.goals import INITIAL, Events, State, decide, evolve, stream
from trackagoat.goals.store import figures
from trackagoat.goals.store import goals as store


async def complete(db: Any, ask: Ask, commands: Sequence[Commands]) -> Sequence[Commands]:
    """Say which creators were removed, which clock the org goes by, and whose first period is over."""
    creators = [c.creator for c in commands if isinstance(c, SetGoal | UpdateGoal)]
    if not creators:
        return commands
    removed = {row.creator for row in await figures.removed(db, ask.org, creators)}
    timezone = await figures.timezone(db, ask.org) or "UTC"
    moved = [c.goal for c in commands if isinstance(c, UpdateGoal) and c.start_date is not None]
    over = {row.goal for row in await store.beginnings(db, ask.org, moved) if _is_over(row, timezone, ask)}
    return [_completed(command, command.creator in removed, timezone, over) for command in commands]


def _is_over(row: store.Beginning, timezone: str, ask: Ask) -> bool:
    first = calendar.first_day(row.period, row.start_date)
    return row.has_closed or calendar.bounds(row.period, first, calendar.zone(timezone)).end <= ask.at


def _completed(
    command: Commands,
    removed: bool,  # noqa: FBT001 - says itself
    timezone: str,
    over: Collection[GoalId],
) -> Commands:
    if isinstance(command, SetGoal):
        return msgspec.structs.replace(command, creator_removed=removed, timezone=timezone)
    if isinstance(command, UpdateGoal):
        return msgspec.structs.replace(command, creator_removed=removed, first_period_over=command.goal in over)
    return command


goals: Decider[Commands, State, Events] = Decider(
    "goals",
    commands=Commands,
    events=Events,
    initial=INITIAL,
    decide=decide,
    evolve=evolve,
    stream=stream,
    enrich=complete,
)
