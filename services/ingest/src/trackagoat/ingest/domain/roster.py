"""The roster: which accounts an organization tracks. One handle is at most one active creator of a project.

Stream `roster`, one per organization.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

import msgspec
from immutables import Map

from trackagoat.events.catalogue.ingest import (
    AddCreator,
    CreatorAdded,
    CreatorBanned,
    CreatorErased,
    CreatorReactivated,
    CreatorRemoved,
    CreatorUpdated,
    EraseCreator,
    HandleTaken,
    RemoveCreator,
    RosterCommands,
    UpdateCreator,
)
from trackagoat.events.catalogue.words import CreatorId, Json, NotFound, ProjectId, TrackingMode
from trackagoat.ingest.domain import tiktok

RosterEvents = CreatorAdded | CreatorReactivated | CreatorUpdated | CreatorRemoved | CreatorErased

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


class Roster(msgspec.Struct, frozen=True):
    """All creators ever added but those erased. `holders` says who has, or had last, a handle in a project."""

    accounts: Map[CreatorId, Account] = Map()
    removed: Map[CreatorId, None] = Map()
    holders: Map[Place, CreatorId] = Map()
    erased: Map[CreatorId, None] = Map()


def stream(command: RosterCommands) -> str:  # noqa: ARG001 - every command about the roster is decided on it
    """Where a command is decided."""
    return "roster"


def decide(command: RosterCommands, roster: Roster, banned: Collection[str] = ()) -> list[RosterEvents]:
    """What the command makes happen; `banned` are handles (in lower case) nobody may track here."""
    match command:
        case AddCreator():
            return [_add(command, roster, banned)]
        case UpdateCreator():
            return _update(command, _known(command.creator, roster))
        case RemoveCreator(creator=creator):
            account = _known(creator, roster)
            if creator in roster.removed:
                return []
            return [_removed(account)]
        case EraseCreator(creator=creator):
            return _erase(creator, roster)


def _known(creator: CreatorId, roster: Roster) -> Account:
    if creator not in roster.accounts:
        raise NotFound
    return roster.accounts[creator]


def _add(command: AddCreator, roster: Roster, banned: Collection[str]) -> CreatorAdded | CreatorReactivated:
    handle = tiktok.handle(command.tiktok_handle)
    place = (command.project, tiktok.handle_key(handle))
    if tiktok.handle_key(handle) in banned:
        raise CreatorBanned(tiktok_handle=handle)
    holder = roster.holders.get(place)
    if holder is not None and holder not in roster.removed:
        raise HandleTaken(creatorId=str(holder))
    if holder is not None:
        before = roster.accounts[holder]
    else:
        before = Account(
            creator=command.creator,
            project=command.project,
            tiktok_handle=handle,
            tracking_mode="auto",
            tracking_start_date=command.today,
            display_name_override=None,
            readme=None,
            metadata={},
        )
    given = ("tracking_mode", "tracking_start_date", "display_name_override", "readme", "metadata")
    changes = {name: value for name in given if (value := getattr(command, name)) is not None}
    account = msgspec.structs.replace(before, tiktok_handle=handle, **changes)
    event = CreatorAdded if holder is None else CreatorReactivated
    return event(**msgspec.structs.asdict(account))


def _update(command: UpdateCreator, account: Account) -> list[RosterEvents]:
    changes = {
        "tracking_mode": command.tracking_mode or account.tracking_mode,
        "tracking_start_date": command.tracking_start_date or account.tracking_start_date,
        "display_name_override": command.display_name_override,
        "readme": command.readme,
        "metadata": command.metadata or {},
    }
    for name in ("display_name_override", "readme", "metadata"):
        if getattr(command, name) is None and not getattr(command, f"set_{name}"):
            del changes[name]
    updated = msgspec.structs.replace(account, **changes)
    return [CreatorUpdated(**msgspec.structs.asdict(updated))] if updated != account else []


def _removed(account: Account) -> CreatorRemoved:
    return CreatorRemoved(creator=account.creator, project=account.project, tiktok_handle=account.tiktok_handle)


def _erase(creator: CreatorId, roster: Roster) -> list[RosterEvents]:
    if creator in roster.erased:
        return []
    account = _known(creator, roster)
    erased = CreatorErased(creator=creator, project=account.project)
    return [erased] if creator in roster.removed else [_removed(account), erased]


def evolve(roster: Roster, event: RosterEvents) -> Roster:
    """The roster after the event."""
    match event:
        case CreatorRemoved(creator=creator):
            return msgspec.structs.replace(roster, removed=roster.removed.set(creator, None))
        case CreatorErased(creator=creator):
            account = roster.accounts[creator]
            place = (account.project, tiktok.handle_key(account.tiktok_handle))
            return Roster(
                accounts=roster.accounts.delete(creator),
                removed=roster.removed.delete(creator),
                holders=roster.holders.delete(place) if roster.holders.get(place) == creator else roster.holders,
                erased=roster.erased.set(creator, None),
            )
        case CreatorAdded() | CreatorReactivated() | CreatorUpdated():
            fields = {name: getattr(event, name) for name in Account.__struct_fields__}
            place = (event.project, tiktok.handle_key(event.tiktok_handle))
            back = isinstance(event, CreatorReactivated) and event.creator in roster.removed
            return msgspec.structs.replace(
                roster,
                accounts=roster.accounts.set(event.creator, Account(**fields)),
                removed=roster.removed.delete(event.creator) if back else roster.removed,
                holders=roster.holders.set(place, event.creator),
            )
