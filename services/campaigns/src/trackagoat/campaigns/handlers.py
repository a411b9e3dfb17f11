"""Who decides what in campaigns."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from trackagoat.campaigns.domain import INITIAL, Graph, decide, evolve
from trackagoat.campaigns.store.graph import places
from trackagoat.events.catalogue import campaigns
from trackagoat.events.catalogue.campaigns import AddItem, Commands, GraphEvents
from trackagoat.events.decider import Decider
from trackagoat.events.envelope import Ask
from trackagoat.events.sql import Db


async def placed(db: Db, ask: Ask, commands: Sequence[Commands]) -> Sequence[Commands]:
    """Say in which project an item lies, as far as it was heard of.

    A creator or video not heard of yet is accepted: whoever asks has found it with ingest, whose facts may still
    be on their way. Should it turn out to lie elsewhere, it has no effect on any total.
    """
    adding = [c for c in commands if isinstance(c, AddItem)]
    if not adding:
        return commands
    known = {
        (place.item_type, place.item): place.project
        for place in await places(db, ask.org, [c.item_type for c in adding], [c.item for c in adding])
    }
    return [msgspec.structs.replace(c, item_project=known.get((c.item_type, c.item))) for c in adding]


def stream(command: Commands) -> str:
    """A project's graph is decided in one place."""
    return f"graph-{command.project}"


graph: Decider[Commands, Graph, GraphEvents] = Decider(
    "graph",
    commands=campaigns.Commands,
    events=campaigns.GraphEvents,
    initial=INITIAL,
    decide=decide,
    evolve=evolve,
    stream=stream,
    enrich=placed,
)
