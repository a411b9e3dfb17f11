"""The campaign graph of a project: what a campaign may hold, and that none ever contains itself."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import TypeVar
from uuid import UUID

import msgspec
from immutables import Map

from trackagoat.events.catalogue.campaigns import (
    AddItem,
    CampaignCreated,
    CampaignDeleted,
    CampaignItemAdded,
    CampaignItemRemoved,
    CampaignUpdated,
    CircularReference,
    Commands,
    CreateCampaign,
    DeleteCampaign,
    DropItem,
    DuplicateItem,
    GraphEvents,
    ProjectMismatch,
    RemoveItem,
    UpdateCampaign,
)
from trackagoat.events.catalogue.plans import Limit
from trackagoat.events.catalogue.words import CampaignId, ItemType, Json, NotFound
from trackagoat.events.catalogue.workspace import LimitReached

T = TypeVar("T")
Item = tuple[ItemType, UUID]


class Campaign(msgspec.Struct, frozen=True):
    """What was last said of a campaign, and its direct items."""

    said: CampaignUpdated
    items: Map[Item, None] = Map()


class Graph(msgspec.Struct, frozen=True):
    """The campaigns of a project, and for every item the campaigns that hold it directly."""

    campaigns: Map[CampaignId, Campaign] = Map()
    holders: Map[Item, frozenset[CampaignId]] = Map()

    def campaign(self, id: CampaignId) -> Campaign:
        """Raises NotFound."""
        found = self.campaigns.get(id)
        if found is None:
            raise NotFound
        return found

    def held_by(self, item: Item) -> frozenset[CampaignId]:
        """The campaigns in which it is a direct item."""
        return self.holders.get(item, frozenset())

    def chain(self, above: CampaignId, below: CampaignId) -> list[CampaignId]:
        """A shortest way down from one campaign to another, both ends included; empty when there is none.

        Looked for upwards: a campaign lies in far fewer campaigns than a large one contains.
        """
        down: dict[CampaignId, CampaignId | None] = {below: None}
        waiting = deque(down)
        while waiting and above not in down:
            one = waiting.popleft()
            for holder in sorted(self.held_by(("campaign", one)) - down.keys()):
                down[holder] = one
                waiting.append(holder)
        chain: list[CampaignId] = []
        step = above if above in down else None
        while step is not None:
            chain.append(step)
            step = down[step]
        return chain


INITIAL = Graph()


def decide(command: Commands, graph: Graph) -> list[GraphEvents]:
    """What the command makes happen."""
    match command:
        case CreateCampaign():
            return _create(command, graph)
        case UpdateCampaign():
            return _update(command, graph.campaign(command.campaign).said)
        case DeleteCampaign(campaign=id, project=project):
            graph.campaign(id)
            return [CampaignDeleted(campaign=id, project=project)]
        case AddItem():
            return _add(command, graph)
        case RemoveItem(campaign=id, project=project, item_type=item_type, item=item):
            if (item_type, item) not in graph.campaign(id).items:
                raise NotFound
            return [CampaignItemRemoved(campaign=id, project=project, item_type=item_type, item=item)]
        case DropItem(project=project, item_type=item_type, item=item):
            return [
                CampaignItemRemoved(campaign=holder, project=project, item_type=item_type, item=item)
                for holder in sorted(graph.held_by((item_type, item)))
            ]


def evolve(graph: Graph, event: GraphEvents) -> Graph:
    """The graph after the event."""
    match event:
        case CampaignCreated(campaign=id):
            return Graph(graph.campaigns.set(id, Campaign(_whole(event))), graph.holders)
        case CampaignUpdated(campaign=id):
            return Graph(graph.campaigns.set(id, Campaign(event, graph.campaigns[id].items)), graph.holders)
        case CampaignDeleted(campaign=id):
            return _without(graph, id)
        case CampaignItemAdded(campaign=id):
            return _holding(graph, id, (event.item_type, event.item))
        case CampaignItemRemoved(campaign=id):
            return _letting_go(graph, id, (event.item_type, event.item))


def _create(command: CreateCampaign, graph: Graph) -> list[GraphEvents]:
    if command.campaign in graph.campaigns:
        return []
    _room("max_campaigns_per_project", len(graph.campaigns), command.most)
    return [
        CampaignCreated(
            campaign=command.campaign,
            project=command.project,
            name=command.name,
            readme=command.readme,
            metadata=_merged({}, command.metadata),
            target_views=command.target_views,
            target_at=command.target_at,
        )
    ]


def _update(command: UpdateCampaign, before: CampaignUpdated) -> list[GraphEvents]:
    metadata = before.metadata if command.metadata is None else _merged(before.metadata, command.metadata)
    after = CampaignUpdated(
        campaign=command.campaign,
        project=command.project,
        name=before.name if command.name is None else command.name,
        readme=_given(command.set_readme, command.readme, before.readme),
        metadata={} if command.set_metadata and command.metadata is None else metadata,
        target_views=_given(command.set_target_views, command.target_views, before.target_views),
        target_at=_given(command.set_target_at, command.target_at, before.target_at),
    )
    return [] if _json(after) == _json(before) else [after]


def _add(command: AddItem, graph: Graph) -> list[GraphEvents]:
    campaign = graph.campaign(command.campaign)
    if command.item_project not in {None, command.project}:
        raise ProjectMismatch
    if (command.item_type, command.item) in campaign.items:
        raise DuplicateItem
    if command.item_type == "campaign":
        _refuse_circle(graph, command.campaign, CampaignId(command.item))
    _room("max_campaign_items_per_campaign", len(campaign.items), command.most)
    return [
        CampaignItemAdded(
            campaign=command.campaign, project=command.project, item_type=command.item_type, item=command.item
        )
    ]


def _room(key: Limit, current: int, most: int | None) -> None:
    """Make sure that one more fits. Raises LimitReached."""
    if most is not None and current >= most:
        message = f"Limit reached: {key}"
        raise LimitReached(message, limitKey=key, current=current, max=most)


def _refuse_circle(graph: Graph, campaign: CampaignId, item: CampaignId) -> None:
    graph.campaign(item)
    if down := graph.chain(item, campaign):
        raise CircularReference(path=[str(one) for one in (campaign, *down)])


def _holding(graph: Graph, id: CampaignId, item: Item) -> Graph:
    campaign = graph.campaigns[id]
    campaigns = graph.campaigns.set(id, Campaign(campaign.said, campaign.items.set(item, None)))
    return Graph(campaigns, graph.holders.set(item, graph.held_by(item) | {id}))


def _letting_go(graph: Graph, id: CampaignId, item: Item) -> Graph:
    campaign = graph.campaigns[id]
    campaigns = graph.campaigns.set(id, Campaign(campaign.said, campaign.items.delete(item)))
    left = graph.held_by(item) - {id}
    return Graph(campaigns, graph.holders.set(item, left) if left else graph.holders.delete(item))


def _without(graph: Graph, id: CampaignId) -> Graph:
    for holder in graph.held_by(("campaign", id)):
        graph = _letting_go(graph, holder, ("campaign", id))
    for item in graph.campaigns[id].items:
        graph = _letting_go(graph, id, item)
    return Graph(graph.campaigns.delete(id), graph.holders)


def _whole(event: CampaignCreated) -> CampaignUpdated:
    return CampaignUpdated(**{name: getattr(event, name) for name in CampaignUpdated.__struct_fields__})


def _merged(metadata: Mapping[str, Json], sent: Mapping[str, Json]) -> dict[str, Json]:
    """Members sent replace, null removes, the others stay."""
    return {name: value for name, value in {**metadata, **sent}.items() if value is not None}


def _given(flag: bool, sent: T | None, before: T | None) -> T | None:  # noqa: FBT001 - the command's own flag
    return sent if flag or sent is not None else before


def _json(event: CampaignUpdated) -> bytes:
    """To compare with: Python alone would take true for 1."""
    return msgspec.json.encode(event, order="sorted")
