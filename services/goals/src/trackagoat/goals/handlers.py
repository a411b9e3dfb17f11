"""Who decides what in goals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from trackagoat.events.catalogue.goals import Commands, SetGoal, UpdateGoal
from trackagoat.events.decider import Decider
from trackagoat.events.envelope import Ask
from trackagoat.goals.domain.goals import INITIAL, Events, State, decide, evolve, stream
from trackagoat.goals.store import figures


async def complete(db: Any, ask: Ask, commands: Sequence[Commands]) -> Sequence[Commands]:
    """Say which creators were removed, and which clock the org goes by."""
    creators = [c.creator for c in commands if isinstance(c, SetGoal | UpdateGoal)]
    if not creators:
        return commands
    removed = {row.creator for row in await figures.removed(db, ask.org, creators)}
    timezone = await figures.timezone(db, ask.org) or "UTC"
    return [_completed(command, command.creator in removed, timezone) for command in commands]


def _completed(command: Commands, removed: bool, timezone: str) -> Commands:  # noqa: FBT001 - says itself
    if isinstance(command, SetGoal):
        return msgspec.structs.replace(command, creator_removed=removed, timezone=timezone)
    if isinstance(command, UpdateGoal):
        return msgspec.structs.replace(command, creator_removed=removed)
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
