"""What may be asked of a project's campaign graph, and what follows."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid5

import pytest

from trackagoat.campaigns.handlers import graph
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
from trackagoat.events.catalogue.words import CampaignId, ItemType, NotFound, ProjectId
from trackagoat.events.catalogue.workspace import LimitReached
from trackagoat.events.decider import decide_each
from trackagoat.events.testing.given import Given

SUMMER, WINTER = ProjectId(UUID(int=1)), ProjectId(UUID(int=2))
ANA = UUID(int=3)
V1 = UUID(int=4)
A, B, C, D = (CampaignId(UUID(int=n)) for n in range(10, 14))
CHRISTMAS = datetime(2026, 12, 24, tzinfo=UTC)


def given(*past: GraphEvents) -> Given:
    return Given(graph, *past)


def created(campaign: CampaignId, name: str = "Launch") -> CampaignCreated:
    return CampaignCreated(campaign=campaign, project=SUMMER, name=name)


def add(campaign: CampaignId, item: UUID, item_type: ItemType = "campaign") -> AddItem:
    return AddItem(campaign=campaign, project=SUMMER, item_type=item_type, item=item)


def added(campaign: CampaignId, item: UUID, item_type: ItemType = "campaign") -> CampaignItemAdded:
    return CampaignItemAdded(campaign=campaign, project=SUMMER, item_type=item_type, item=item)


def remove(campaign: CampaignId, item: UUID, item_type: ItemType = "campaign") -> RemoveItem:
    return RemoveItem(campaign=campaign, project=SUMMER, item_type=item_type, item=item)


def removed(campaign: CampaignId, item: UUID, item_type: ItemType = "campaign") -> CampaignItemRemoved:
    return CampaignItemRemoved(campaign=campaign, project=SUMMER, item_type=item_type, item=item)


def test_a_campaign_is_created_with_what_is_known_of_it() -> None:
    told: dict[str, Any] = {"name": "Launch", "readme": "# Hi", "target_views": 5000, "target_at": CHRISTMAS}
    given().when(CreateCampaign(campaign=A, project=SUMMER, metadata={"k": 1, "empty": None}, **told)).then(
        CampaignCreated(campaign=A, project=SUMMER, metadata={"k": 1}, **told)
    )


def test_creating_a_campaign_that_is_there_changes_nothing() -> None:
    given(created(A)).when(CreateCampaign(campaign=A, project=SUMMER, name="Other")).then()


def test_an_update_says_the_whole_campaign() -> None:
    before = CampaignCreated(campaign=A, project=SUMMER, name="Launch", readme="# Hi", metadata={"a": 1, "b": 2})
    given(before).when(
        UpdateCampaign(campaign=A, project=SUMMER, name="Relaunch", metadata={"b": None, "c": 3}, target_views=9)
    ).then(
        CampaignUpdated(
            campaign=A, project=SUMMER, name="Relaunch", readme="# Hi", metadata={"a": 1, "c": 3}, target_views=9
        )
    )


def test_an_update_clears_what_its_flags_name() -> None:
    past = CampaignCreated(
        campaign=A, project=SUMMER, name="L", readme="x", metadata={"a": 1}, target_views=9, target_at=CHRISTMAS
    )
    given(past).when(
        UpdateCampaign(
            campaign=A,
            project=SUMMER,
            set_readme=True,
            set_metadata=True,
            set_target_views=True,
            set_target_at=True,
        )
    ).then(CampaignUpdated(campaign=A, project=SUMMER, name="L"))


def test_an_update_that_changes_nothing_is_no_event() -> None:
    past = CampaignCreated(campaign=A, project=SUMMER, name="L", readme="x", metadata={"a": 1})
    given(past).when(UpdateCampaign(campaign=A, project=SUMMER, name="L", metadata={"a": 1, "b": None})).then()


def test_one_and_true_are_different_metadata() -> None:
    past = CampaignCreated(campaign=A, project=SUMMER, name="L", metadata={"a": 1})
    given(past).when(UpdateCampaign(campaign=A, project=SUMMER, metadata={"a": True})).then(
        CampaignUpdated(campaign=A, project=SUMMER, name="L", metadata={"a": True})
    )


def test_an_update_keeps_the_items() -> None:
    past = (created(A), added(A, V1, "video"), CampaignUpdated(campaign=A, project=SUMMER, name="Relaunch"))
    given(*past).when(add(A, V1, "video")).refused(DuplicateItem)


def test_a_deleted_campaign_is_unknown() -> None:
    given(created(A)).when(DeleteCampaign(campaign=A, project=SUMMER)).then(CampaignDeleted(campaign=A, project=SUMMER))


@pytest.mark.parametrize(
    "command",
    [
        UpdateCampaign(campaign=A, project=SUMMER, name="x"),
        DeleteCampaign(campaign=A, project=SUMMER),
        add(A, ANA, "creator"),
        add(B, A),
        remove(A, ANA, "creator"),
        remove(B, A),
    ],
    ids=lambda command: type(command).__name__,
)
def test_nothing_can_be_done_with_an_unknown_campaign(command: Commands) -> None:
    gone = CampaignDeleted(campaign=A, project=SUMMER)
    given(created(B)).when(command).refused(NotFound)
    given(created(A), created(B), added(B, A), added(A, ANA, "creator"), gone).when(command).refused(NotFound)


@pytest.mark.parametrize("item_type", ["creator", "video"])
def test_creators_and_videos_become_items(item_type: ItemType) -> None:
    given(created(A)).when(add(A, ANA, item_type)).then(added(A, ANA, item_type))


def test_a_campaign_becomes_an_item() -> None:
    given(created(A), created(B)).when(add(A, B)).then(added(A, B))


def test_an_item_is_added_only_once() -> None:
    given(created(A), added(A, V1, "video")).when(add(A, V1, "video")).refused(DuplicateItem)
    given(created(A), created(B), added(A, B)).when(add(A, B)).refused(DuplicateItem)


def test_an_item_may_lie_in_several_campaigns() -> None:
    given(created(A), created(B), added(A, ANA, "creator")).when(add(B, ANA, "creator")).then(added(B, ANA, "creator"))


def test_an_item_of_another_project_is_refused() -> None:
    elsewhere = AddItem(campaign=A, project=SUMMER, item_type="creator", item=ANA, item_project=WINTER)
    given(created(A)).when(elsewhere).refused(ProjectMismatch)
    here = AddItem(campaign=A, project=SUMMER, item_type="creator", item=ANA, item_project=SUMMER)
    given(created(A)).when(here).then(added(A, ANA, "creator"))


def test_a_campaign_cannot_contain_itself() -> None:
    given(created(A)).when(add(A, A)).refused(CircularReference, path=[str(A), str(A)])


def test_a_campaign_cannot_contain_its_own_parent() -> None:
    given(created(A), created(B), added(A, B)).when(add(B, A)).refused(CircularReference, path=[str(B), str(A), str(B)])


def test_the_refusal_shows_a_shortest_chain_of_campaigns() -> None:
    diamond: list[GraphEvents] = [*map(created, (A, B, C, D)), added(A, B), added(B, C), added(C, D), added(A, C)]
    given(*diamond).when(add(D, A)).refused(CircularReference, path=[str(D), str(A), str(C), str(D)])


def test_the_same_campaign_may_be_reached_in_two_ways() -> None:
    given(*map(created, (A, B, C)), added(A, B), added(B, C)).when(add(A, C)).then(added(A, C))


def test_what_was_taken_out_may_turn_the_other_way_round() -> None:
    given(created(A), created(B), added(A, B), removed(A, B)).when(add(B, A)).then(added(B, A))


def test_deleting_the_campaign_between_two_others_parts_them() -> None:
    past: list[GraphEvents] = [*map(created, (A, B, C)), added(A, B), added(B, C)]
    past.append(CampaignDeleted(campaign=B, project=SUMMER))
    given(*past).when(add(C, A)).then(added(C, A))


def test_of_two_opposite_additions_one_is_refused() -> None:
    state = graph.fold(graph.initial, [created(A), created(B)])
    first, second = decide_each(graph, [add(A, B), add(B, A)], state).outcomes
    assert first.refused is None
    assert second.refused is not None
    assert second.refused.code == "circular_reference"


def test_an_item_is_taken_out() -> None:
    given(created(A), added(A, V1, "video")).when(remove(A, V1, "video")).then(removed(A, V1, "video"))


def test_what_is_no_item_cannot_be_taken_out() -> None:
    given(created(A), added(A, V1, "video")).when(remove(A, V1, "creator")).refused(NotFound)
    given(created(A), added(A, V1, "video"), removed(A, V1, "video")).when(remove(A, V1, "video")).refused(NotFound)


def test_what_no_longer_exists_leaves_every_campaign() -> None:
    past = (created(A), created(B), created(C), added(A, V1, "video"), added(C, V1, "video"))
    given(*past).when(DropItem(project=SUMMER, item_type="video", item=V1)).then(
        removed(A, V1, "video"), removed(C, V1, "video")
    )


def test_dropping_what_is_nowhere_changes_nothing() -> None:
    given(created(A)).when(DropItem(project=SUMMER, item_type="video", item=V1)).then()


def test_every_project_has_a_stream_of_its_own() -> None:
    assert graph.stream(add(A, B)) == f"graph-{SUMMER}"


def test_a_chain_of_thousands_of_campaigns_is_searched_at_once() -> None:
    chain = [CampaignId(uuid5(SUMMER, str(n))) for n in range(3000)]
    links = [added(a, b) for a, b in itertools.pairwise(chain)]
    given(*map(created, chain), *links).when(add(chain[-1], chain[0])).refused(CircularReference)


def test_a_project_holds_as_many_campaigns_as_its_plan_allows() -> None:
    two: Any = {"project": SUMMER, "name": "Third", "most": 2}
    full = {"limitKey": "max_campaigns_per_project", "current": 2, "max": 2}
    given(created(A), created(B)).when(CreateCampaign(campaign=C, **two)).refused(LimitReached, **full)
    given(created(A), created(B)).when(CreateCampaign(campaign=B, **two)).then()
    deleted = CampaignDeleted(campaign=B, project=SUMMER)
    given(created(A), created(B), deleted).when(CreateCampaign(campaign=C, **two)).then(created(C, "Third"))


def test_a_campaign_holds_as_many_items_as_the_plan_allows() -> None:
    past: list[GraphEvents] = [created(A), created(B), added(A, ANA, "creator")]
    more = AddItem(campaign=A, project=SUMMER, item_type="video", item=V1, most=1)
    full = {"limitKey": "max_campaign_items_per_campaign", "current": 1, "max": 1}
    given(*past).when(more).refused(LimitReached, **full)
    given(*past, removed(A, ANA, "creator")).when(more).then(added(A, V1, "video"))
    again = AddItem(campaign=A, project=SUMMER, item_type="creator", item=ANA, most=1)
    given(*past).when(again).refused(DuplicateItem)
