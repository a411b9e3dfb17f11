"""Who is tracked: every command about creators, and every refusal."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from trackagoat.events.catalogue.ingest import (
    AddCreator,
    CreatorAdded,
    CreatorBanned,
    CreatorReactivated,
    CreatorRemoved,
    CreatorUpdated,
    HandleTaken,
    InvalidHandle,
    RemoveCreator,
    UpdateCreator,
)
from trackagoat.events.catalogue.words import CreatorId, NotFound, ProjectId
from trackagoat.events.testing.given import Given
from trackagoat.ingest.handlers.deciders import roster_decider

roster = roster_decider()

P, Q = ProjectId(UUID(int=1)), ProjectId(UUID(int=2))
ANA, BEN = CreatorId(UUID(int=11)), CreatorId(UUID(int=12))
TODAY = date(2026, 3, 1)


def add(creator: CreatorId = ANA, handle: str = "Ana", **given: Any) -> AddCreator:
    return AddCreator(**{"creator": creator, "project": P, "tiktok_handle": handle, "today": TODAY, **given})


def settings(**given: Any) -> dict[str, Any]:
    whole = {"creator": ANA, "project": P, "tiktok_handle": "Ana", "tracking_mode": "auto"}
    return {**whole, "tracking_start_date": TODAY, **given}


ADDED = CreatorAdded(**settings())
REMOVED = CreatorRemoved(creator=ANA, project=P, tiktok_handle="Ana")


def test_a_creator_is_tracked_from_the_day_it_is_added_and_its_posts_count_at_once() -> None:
    Given(roster).when(add()).then(ADDED)


def test_what_is_given_with_a_creator_is_kept() -> None:
    given: dict[str, Any] = {
        "tracking_mode": "selective",
        "tracking_start_date": date(2025, 1, 1),
        "display_name_override": "A.",
        "readme": "notes",
        "metadata": {"k": 1},
    }
    Given(roster).when(add(**given)).then(CreatorAdded(**settings(**given)))


@pytest.mark.parametrize("typed", ["@Ana", "https://www.tiktok.com/@Ana?lang=de"])
def test_a_handle_is_stored_as_typed_without_what_surrounds_it(typed: str) -> None:
    Given(roster).when(add(handle=typed)).then(ADDED)


def test_what_is_no_handle_is_refused() -> None:
    Given(roster).when(add(handle="not a handle")).refused(InvalidHandle)


def test_a_handle_belongs_to_one_active_creator_of_a_project_however_it_is_spelled() -> None:
    Given(roster, ADDED).when(add(BEN, "@aNA")).refused(HandleTaken, creatorId=str(ANA))


def test_another_project_may_track_the_same_account() -> None:
    Given(roster, ADDED).when(add(BEN, project=Q)).then(CreatorAdded(**settings(creator=BEN, project=Q)))


def test_a_banned_handle_is_refused_in_every_spelling() -> None:
    Given(roster_decider(["aNa"])).when(add(handle="ANA")).refused(CreatorBanned)


def test_a_removed_creator_comes_back_with_its_id_and_what_is_not_given_anew() -> None:
    before = CreatorAdded(**settings(readme="old", display_name_override="A.", metadata={"k": 1}))
    back = settings(tiktok_handle="ANA", readme="new", display_name_override="A.", metadata={"k": 1})
    Given(roster, before, REMOVED).when(add(BEN, "ANA", readme="new")).then(CreatorReactivated(**back))


def test_a_creator_that_came_back_holds_its_handle_again() -> None:
    Given(roster, ADDED, REMOVED, CreatorReactivated(**settings())).when(add(BEN)).refused(HandleTaken)


def test_what_is_not_given_stays() -> None:
    before = CreatorAdded(**settings(readme="old", display_name_override="A."))
    after = settings(readme="old", display_name_override="A.", tracking_mode="selective")
    Given(roster, before).when(UpdateCreator(creator=ANA, tracking_mode="selective")).then(CreatorUpdated(**after))


def test_notes_are_cleared_when_their_flag_says_so() -> None:
    before = CreatorAdded(**settings(readme="old", display_name_override="A.", metadata={"k": 1}))
    clear = UpdateCreator(creator=ANA, set_readme=True, set_display_name_override=True, set_metadata=True)
    Given(roster, before).when(clear).then(CreatorUpdated(**settings()))


def test_settings_that_are_so_already_change_nothing() -> None:
    Given(roster, ADDED).when(UpdateCreator(creator=ANA, tracking_mode="auto", set_readme=True)).then()


def test_notes_of_a_removed_creator_can_be_changed() -> None:
    change = UpdateCreator(creator=ANA, readme="gone")
    Given(roster, ADDED, REMOVED).when(change).then(CreatorUpdated(**settings(readme="gone")))


def test_a_change_of_a_removed_creator_does_not_bring_it_back() -> None:
    Given(roster, ADDED, REMOVED, CreatorUpdated(**settings(readme="gone"))).when(RemoveCreator(creator=ANA)).then()


def test_a_creator_is_removed_once() -> None:
    Given(roster, ADDED).when(RemoveCreator(creator=ANA)).then(REMOVED)
    Given(roster, ADDED, REMOVED).when(RemoveCreator(creator=ANA)).then()


def test_nobody_unknown_is_changed_or_removed() -> None:
    Given(roster).when(UpdateCreator(creator=ANA, readme="x")).refused(NotFound)
    Given(roster).when(RemoveCreator(creator=ANA)).refused(NotFound)
