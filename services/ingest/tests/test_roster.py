"""Who is tracked: every command about creators, and every refusal."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest

from trackagoat.events.catalogue.ingest import (
    AddCreator,
    CloseRoster,
    CreatorAdded,
    CreatorAutoDisabled,
    CreatorBanned,
    CreatorInactive,
    CreatorReactivated,
    CreatorReenabled,
    CreatorRemoved,
    CreatorRenamed,
    CreatorUpdated,
    DisableCreator,
    HandleTaken,
    InvalidHandle,
    NoChange,
    ReenableCreator,
    RemoveCreator,
    RosterClosed,
    UpdateCreator,
)
from trackagoat.events.catalogue.words import CreatorId, NotFound, ProjectId
from trackagoat.events.catalogue.workspace import LimitReached
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
    change = UpdateCreator(creator=ANA, tracking_mode="selective")
    Given(roster, before).when(change).then(CreatorUpdated(**after, before={"tracking_mode": "auto"}))


def test_notes_are_cleared_when_their_flag_says_so() -> None:
    before = CreatorAdded(**settings(readme="old", display_name_override="A.", metadata={"k": 1}))
    clear = UpdateCreator(creator=ANA, set_readme=True, set_display_name_override=True, set_metadata=True)
    was = {"readme": "old", "display_name_override": "A.", "metadata": {"k": 1}}
    Given(roster, before).when(clear).then(CreatorUpdated(**settings(), before=was))


def test_metadata_is_merged_member_by_member() -> None:
    before = CreatorAdded(**settings(metadata={"a": 1, "b": 2}))
    change = UpdateCreator(creator=ANA, metadata={"a": None, "c": 3}, set_metadata=True)
    after = CreatorUpdated(**settings(metadata={"b": 2, "c": 3}), before={"metadata": {"a": 1, "b": 2}})
    Given(roster, before).when(change).then(after)


def test_settings_that_are_so_already_change_nothing() -> None:
    Given(roster, ADDED).when(UpdateCreator(creator=ANA, tracking_mode="auto", set_readme=True)).then()


def test_notes_of_a_removed_creator_can_be_changed() -> None:
    change = UpdateCreator(creator=ANA, readme="gone")
    Given(roster, ADDED, REMOVED).when(change).then(CreatorUpdated(**settings(readme="gone"), before={"readme": None}))


def test_a_change_of_a_removed_creator_does_not_bring_it_back() -> None:
    Given(roster, ADDED, REMOVED, CreatorUpdated(**settings(readme="gone"))).when(RemoveCreator(creator=ANA)).then()


def test_a_creator_is_removed_once() -> None:
    Given(roster, ADDED).when(RemoveCreator(creator=ANA)).then(REMOVED)
    Given(roster, ADDED, REMOVED).when(RemoveCreator(creator=ANA)).then()


def test_nobody_unknown_is_changed_or_removed() -> None:
    Given(roster).when(UpdateCreator(creator=ANA, readme="x")).refused(NotFound)
    Given(roster).when(RemoveCreator(creator=ANA)).refused(NotFound)


# -- renaming --------------------------------------------------------------------------------------------


def rename(handle: str, creator: CreatorId = ANA, **given: Any) -> UpdateCreator:
    return UpdateCreator(creator=creator, tiktok_handle=handle, **given)


RENAMED = CreatorRenamed(creator=ANA, project=P, from_="Ana", to="ana.new")
BEN_ADDED = CreatorAdded(**settings(creator=BEN, tiktok_handle="ben"))
FIRST = datetime(2026, 3, 1, tzinfo=UTC)
DISABLE = DisableCreator(creator=ANA, reason="private", failures=5, first_failure_at=FIRST)
DISABLED = CreatorAutoDisabled(
    creator=ANA, project=P, tiktok_handle="Ana", reason="private", failures=5, first_failure_at=FIRST
)
REENABLED = CreatorReenabled(creator=ANA, project=P, tiktok_handle="Ana")


def test_a_creator_is_renamed_and_keeps_everything_else() -> None:
    Given(roster, ADDED).when(rename("https://www.tiktok.com/@ana.new")).then(RENAMED)


def test_a_rename_goes_with_the_other_changes_of_a_call() -> None:
    updated = CreatorUpdated(**settings(tiktok_handle="ana.new", readme="n"), before={"readme": None})
    Given(roster, ADDED).when(rename("ana.new", readme="n")).then(RENAMED, updated)


def test_a_rename_has_four_refusals_and_each_refuses_the_whole_call() -> None:
    told = Given(roster_decider(["evil"]), ADDED, BEN_ADDED)
    told.when(rename("BEN", readme="n")).refused(HandleTaken, creatorId=str(BEN))
    told.when(rename("Evil", readme="n")).refused(CreatorBanned)
    told.when(rename("not a handle", readme="n")).refused(InvalidHandle)
    told.when(rename("@ANA", readme="n")).refused(NoChange)


def test_a_removed_creator_is_not_renamed() -> None:
    Given(roster, ADDED, REMOVED).when(rename("ana.new")).refused(CreatorInactive)


def test_the_handle_left_behind_is_free_and_the_new_one_is_taken() -> None:
    told = Given(roster, ADDED, RENAMED)
    told.when(add(BEN, "ana")).then(CreatorAdded(**settings(creator=BEN, tiktok_handle="ana")))
    told.when(add(BEN, "ANA.new")).refused(HandleTaken, creatorId=str(ANA))


def test_a_renamed_creator_comes_back_under_its_last_handle() -> None:
    gone = CreatorRemoved(creator=ANA, project=P, tiktok_handle="ana.new")
    back = CreatorReactivated(**settings(tiktok_handle="ana.new"))
    Given(roster, ADDED, RENAMED, gone).when(add(BEN, "ana.new")).then(back)


# -- disabled and back -----------------------------------------------------------------------------------


def test_who_cannot_be_seen_is_disabled_once() -> None:
    Given(roster, ADDED).when(DISABLE).then(DISABLED)
    Given(roster, ADDED, REMOVED).when(DISABLE).then()
    Given(roster).when(DISABLE).then()


def test_a_disabled_creator_is_enabled_again_by_name_or_by_its_handle() -> None:
    Given(roster, ADDED, DISABLED).when(ReenableCreator(creator=ANA)).then(REENABLED)
    Given(roster, ADDED, DISABLED).when(add(BEN, "ana")).then(
        CreatorReenabled(creator=ANA, project=P, tiktok_handle="ana"),
        CreatorUpdated(**settings(tiktok_handle="ana"), before={"tiktok_handle": "Ana"}),
    )
    Given(roster, ADDED, DISABLED).when(add(BEN)).then(REENABLED)


def test_an_active_creator_is_not_enabled_again_and_a_removed_one_cannot_be() -> None:
    Given(roster, ADDED).when(ReenableCreator(creator=ANA)).then()
    Given(roster, ADDED, REMOVED).when(ReenableCreator(creator=ANA)).refused(CreatorInactive)
    Given(roster, ADDED, DISABLED).when(ReenableCreator(creator=ANA, project=Q)).refused(NotFound)


def test_a_disabled_creator_whose_handle_another_took_stays_disabled() -> None:
    taken = CreatorRenamed(creator=BEN, project=P, from_="ben", to="ANA")
    Given(roster, ADDED, BEN_ADDED, DISABLED).when(rename("ANA", BEN)).then(taken)
    told = Given(roster, ADDED, BEN_ADDED, DISABLED, taken)
    told.when(ReenableCreator(creator=ANA)).refused(HandleTaken, creatorId=str(BEN))


def test_of_several_that_had_a_handle_the_one_removed_last_comes_back() -> None:
    left = CreatorRenamed(creator=ANA, project=P, from_="Ana", to="other")
    second = CreatorAdded(**settings(creator=BEN))
    gone = [CreatorRemoved(creator=c, project=P, tiktok_handle="Ana") for c in (BEN, ANA)]
    back = CreatorRenamed(creator=ANA, project=P, from_="other", to="Ana")
    told = Given(roster, ADDED, left, second, gone[0], back, gone[1])
    told.when(add(CreatorId(UUID(int=13)))).then(CreatorReactivated(**settings(creator=ANA)))


# -- limits ----------------------------------------------------------------------------------------------


def test_the_plan_bounds_how_many_are_active() -> None:
    full = {"limitKey": "max_creators_per_org", "current": 1, "max": 1}
    Given(roster, ADDED).when(add(BEN, "ben", most=1)).refused(LimitReached, **full)
    Given(roster, ADDED, REMOVED).when(add(BEN, "ben", most=1)).then(BEN_ADDED)
    Given(roster, ADDED, DISABLED).when(add(BEN, "ben", most=1)).then(BEN_ADDED)
    Given(roster, ADDED, DISABLED, BEN_ADDED).when(ReenableCreator(creator=ANA, most=1)).refused(LimitReached, **full)
    Given(roster, ADDED, REMOVED, BEN_ADDED).when(add(most=1)).refused(LimitReached, **full)


def test_a_deleted_project_frees_its_slots_and_takes_nobody_in() -> None:
    closed = RosterClosed(project=P)
    Given(roster, ADDED).when(CloseRoster(project=P)).then(closed)
    told = Given(roster, ADDED, BEN_ADDED, closed)
    told.when(add(BEN, "ben", project=Q, most=1)).then(
        CreatorAdded(**settings(creator=BEN, tiktok_handle="ben", project=Q))
    )
    told.when(add(BEN)).refused(NotFound)
    told.when(RemoveCreator(creator=ANA)).refused(NotFound)
