"""The roll: the accounts an organization tracks, as the events left them."""

from __future__ import annotations

from datetime import date
from typing import Literal

import msgspec
from immutables import Map

from trackagoat.events.catalogue.ingest import (
    CreatorAdded,
    CreatorAutoDisabled,
    CreatorErased,
    CreatorReactivated,
    CreatorReenabled,
    CreatorRemoved,
    CreatorRenamed,
    CreatorUpdated,
    RosterClosed,
)
from trackagoat.events.catalogue.words import CreatorId, Json, ProjectId, TrackingMode
from trackagoat.ingest.domain import tiktok

RosterEvents = (
    CreatorAdded
    | CreatorReactivated
    | CreatorUpdated
    | CreatorRenamed
    | CreatorAutoDisabled
    | CreatorReenabled
    | CreatorRemoved
    | CreatorErased
    | RosterClosed
)

Place = tuple[ProjectId, str]
"""A project and a handle in the form in which its spellings are equal."""


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """A creator as the events describe it, field for field."""

    creator: CreatorId
    project: ProjectId
    tiktok_handle: str
    tracking_mode: TrackingMode
    tracking_start_date: date
    display_name_override: str | None
    readme: str | None
    metadata: dict[str, Json]

    @property
    def place(self) -> Place:
        """What it occupies while it is active."""
        return self.project, tiktok.handle_key(self.tiktok_handle)


class Roster(msgspec.Struct, frozen=True):
    """All creators of projects that exist, but those erased. `resting` are those not active; `holders` are all that
    have a handle in a project, who came to rest last at the end.
    """

    accounts: Map[CreatorId, Account] = Map()
    resting: Map[CreatorId, Literal["disabled", "removed"]] = Map()
    holders: Map[Place, tuple[CreatorId, ...]] = Map()
    closed: Map[ProjectId, None] = Map()
    erased: Map[CreatorId, None] = Map()

    @property
    def active(self) -> int:
        """How many creators are active."""
        return len(self.accounts) - len(self.resting)

    def holder(self, place: Place) -> CreatorId | None:
        """The active creator that has the handle."""
        return next((one for one in self.holders.get(place, ()) if one not in self.resting), None)

    def returning(self, place: Place) -> CreatorId | None:
        """Who comes back when the handle is added again: the one disabled last, else the one removed last."""
        had = list(self.holders.get(place, ()))
        disabled = [one for one in had if self.resting.get(one) == "disabled"]
        return next(reversed(disabled or had), None)


def evolve(roster: Roster, event: RosterEvents) -> Roster:
    """The roster after the event."""
    match event:
        case CreatorRemoved(creator=creator):
            return _rested(roster, creator, "removed")
        case CreatorErased(creator=creator):
            return _erased(roster, creator)
        case CreatorAutoDisabled(creator=creator):
            return _rested(roster, creator, "disabled")
        case CreatorReenabled(creator=creator):
            return msgspec.structs.replace(roster, resting=roster.resting.delete(creator))
        case CreatorRenamed(creator=creator, to=handle):
            return _kept(roster, msgspec.structs.replace(roster.accounts[creator], tiktok_handle=handle))
        case RosterClosed(project=project):
            return _closed(roster, project)
        case CreatorAdded() | CreatorUpdated():
            return _kept(roster, _account(event))
        case CreatorReactivated(creator=creator):
            back = roster.resting.delete(creator) if creator in roster.resting else roster.resting
            return msgspec.structs.replace(_kept(roster, _account(event)), resting=back)


def _account(event: CreatorAdded | CreatorUpdated | CreatorReactivated) -> Account:
    return Account(**{name: getattr(event, name) for name in Account.__struct_fields__})


def _kept(roster: Roster, account: Account) -> Roster:
    """The roster with the account as it is now, where its handle is."""
    before, holders = roster.accounts.get(account.creator), roster.holders
    if before is None or before.place != account.place:
        if before is not None:
            holders = _without(holders, before)
        holders = holders.set(account.place, (*holders.get(account.place, ()), account.creator))
    return msgspec.structs.replace(roster, accounts=roster.accounts.set(account.creator, account), holders=holders)


def _rested(roster: Roster, creator: CreatorId, how: Literal["disabled", "removed"]) -> Roster:
    account = roster.accounts[creator]
    holders = _without(roster.holders, account)
    holders = holders.set(account.place, (*holders.get(account.place, ()), creator))
    return msgspec.structs.replace(roster, resting=roster.resting.set(creator, how), holders=holders)


def _erased(roster: Roster, creator: CreatorId) -> Roster:
    return msgspec.structs.replace(
        roster,
        accounts=roster.accounts.delete(creator),
        resting=roster.resting.delete(creator) if creator in roster.resting else roster.resting,
        holders=_without(roster.holders, roster.accounts[creator]),
        erased=roster.erased.set(creator, None),
    )


def _closed(roster: Roster, project: ProjectId) -> Roster:
    gone = {creator for creator, account in roster.accounts.items() if account.project == project}
    return msgspec.structs.replace(
        roster,
        accounts=Map((c, a) for c, a in roster.accounts.items() if c not in gone),
        resting=Map((c, how) for c, how in roster.resting.items() if c not in gone),
        holders=Map((place, had) for place, had in roster.holders.items() if place[0] != project),
        closed=roster.closed.set(project, None),
    )


def _without(holders: Map[Place, tuple[CreatorId, ...]], account: Account) -> Map[Place, tuple[CreatorId, ...]]:
    left = tuple(one for one in holders[account.place] if one != account.creator)
    return holders.set(account.place, left) if left else holders.delete(account.place)
