"""Who decides what in campaigns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

import msgspec

from trackagoat.campaigns.domain import INITIAL, Graph, decide, evolve
from trackagoat.campaigns.store import orgs
from trackagoat.campaigns.store.graph import places
from trackagoat.events.catalogue import campaigns
from trackagoat.events.catalogue.campaigns import AddItem, Commands, CreateCampaign, GraphEvents
from trackagoat.events.catalogue.plans import limit
from trackagoat.events.catalogue.words import ItemType, ProjectId
from trackagoat.events.catalogue.workspace import Tier
from trackagoat.events.decider import Decider
from trackagoat.events.envelope import Ask
from trackagoat.events.sql import Db


async def completed(db: Db, ask: Ask, commands: Sequence[Commands]) -> Sequence[Commands]:
    """Say what the plan allows, and in which project an item lies, as far as it was heard of.

    A creator or video not heard of yet is accepted: whoever asks has found it with ingest, whose facts may still
    be on their way. Should it turn out to lie elsewhere, it has no effect on any total.
    """
    adding = [c for c in commands if isinstance(c, AddItem)]
    if not adding and not any(isinstance(c, CreateCampaign) for c in commands):
        return commands
    tier = await orgs.tier(db, ask.org)
    known = {
        (place.item_type, place.item): place.project
        for place in await places(db, ask.org, [c.item_type for c in adding], [c.item for c in adding])
    }
    return [_completed(c, tier, known) for c in commands]


def _completed(command: Commands, tier: Tier, known: Mapping[tuple[ItemType, UUID], ProjectId]) -> Commands:
    match command:
        case CreateCampaign():
            return msgspec.structs.replace(command, most=limit(tier, "max_campaigns_per_project"))
        case AddItem(item_type=item_type, item=item):
            most = limit(tier, "max_campaign_items_per_campaign")
            return msgspec.structs.replace(command, item_project=known.get((item_type, item)), most=most)
        case _:
            return command


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
    enrich=completed,
)
