"""Orgs: opening and changing them."""

from __future__ import annotations

from uuid import UUID

import pytest

from trackagoat.events.catalogue.words import NotFound, OrgId
from trackagoat.events.catalogue.workspace import CreateOrg, InvalidTimezone, OrgCreated, OrgUpdated, UpdateOrg
from trackagoat.events.testing.given import Given
from trackagoat.events.testing.vault import VAULT
from trackagoat.workspace.handlers import House, org_decider

org = org_decider(House(), VAULT)
ORG = OrgId(UUID(int=1))
CREATED = OrgCreated(org=ORG, name="Blue", timezone="Europe/Berlin")


def test_an_org_is_opened_with_the_plan_it_asks_for() -> None:
    Given(org).when(CreateOrg(org=ORG, name="Blue", timezone="Europe/Berlin")).then(CREATED)


@pytest.mark.parametrize(
    "name", ["", "Berlin", "europe/berlin", "CET+1", "../etc/passwd", "posix/Europe/Berlin", "America"]
)
def test_a_timezone_that_iana_does_not_know_is_refused(name: str) -> None:
    Given(org).when(CreateOrg(org=ORG, name="Blue", timezone=name)).refused(InvalidTimezone, timezone=name)
    Given(org, CREATED).when(UpdateOrg(org=ORG, timezone=name)).refused(InvalidTimezone, timezone=name)


@pytest.mark.parametrize("name", ["UTC", "Asia/Kathmandu", "America/Argentina/Buenos_Aires"])
def test_every_zone_of_the_database_will_do(name: str) -> None:
    created = OrgCreated(org=ORG, name="Blue", timezone=name)
    Given(org).when(CreateOrg(org=ORG, name="Blue", timezone=name)).then(created)


def test_an_org_is_opened_once() -> None:
    Given(org, CREATED).when(CreateOrg(org=ORG, name="Red")).then()


def test_a_change_says_only_what_changed() -> None:
    change = UpdateOrg(org=ORG, name="Blue", timezone="Asia/Tokyo", video_stats_hours=12)
    Given(org, CREATED).when(change).then(OrgUpdated(org=ORG, timezone="Asia/Tokyo", video_stats_hours=12))


def test_a_change_to_what_is_there_already_is_none() -> None:
    past = (CREATED, OrgUpdated(org=ORG, name="Red", discover_videos_hours=24))
    Given(org, *past).when(UpdateOrg(org=ORG, name="Red", discover_videos_hours=24, creator_profiles_hours=24)).then()


def test_an_org_that_does_not_exist_cannot_change() -> None:
    Given(org).when(UpdateOrg(org=ORG, name="Red")).refused(NotFound)
