"""The roster: which accounts an organization tracks. One handle is at most one active creator of a project.

Stream `roster`, one per organization.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

import msgspec

from trackagoat.events.catalogue.ingest import (
    AddCreator,
    CloseRoster,
    CreatorAdded,
    CreatorAutoDisabled,
    CreatorBanned,
    CreatorErased,
    CreatorInactive,
    CreatorReactivated,
    CreatorReenabled,
    CreatorRemoved,
    CreatorRenamed,
    CreatorUpdated,
    DisableCreator,
    EraseCreator,
    HandleTaken,
    NoChange,
    ReenableCreator,
    RemoveCreator,
    RosterClosed,
    RosterCommands,
    UpdateCreator,
)
from trackagoat.events.catalogue.words import CreatorId, NotFound, ProjectId
from trackagoat.ingest.domain import limits, notes, tiktok
from trackagoat.ingest.domain.roll import Account, Place, Roster, RosterEvents, evolve

__all__ = ["Roster", "RosterEvents", "decide", "evolve", "stream"]


def stream(command: RosterCommands) -> str:  # noqa: ARG001 - every command about the roster is decided on it
    """Where a command is decided."""
    return "roster"


def decide(command: RosterCommands, roster: Roster, banned: Collection[str] = ()) -> list[RosterEvents]:
    """What the command makes happen; `banned` are handles (in lower case) nobody may track here."""
    match command:
        case AddCreator():
            return list(_add(command, roster, banned))
        case UpdateCreator():
            return list(_update(command, _known(command.creator, roster), roster, banned))
        case RemoveCreator(creator=creator):
            account = _known(creator, roster, command.project)
            if roster.resting.get(creator) == "removed":
                return []
            return [_removed(account)]
        case EraseCreator():
            return _erase(command, roster)
        case ReenableCreator(creator=creator):
            return _reenable(command, _known(creator, roster, command.project), roster)
        case DisableCreator():
            return _disable(command, roster)
        case CloseRoster(project=project):
            return [] if project in roster.closed else [RosterClosed(project=project)]


def _known(creator: CreatorId, roster: Roster, project: ProjectId | None = None) -> Account:
    account = roster.accounts.get(creator)
    if account is None or project not in {None, account.project}:
        raise NotFound
    return account


def _open_place(handle: str, project: ProjectId, roster: Roster, banned: Collection[str]) -> Place:
    """The place of a handle that may be tracked and is not. Raises CreatorBanned, HandleTaken."""
    place = (project, tiktok.handle_key(handle))
    if place[1] in banned:
        raise CreatorBanned(tiktok_handle=handle)
    holder = roster.holder(place)
    if holder is not None:
        raise HandleTaken(creatorId=str(holder))
    return place


def _add(command: AddCreator, roster: Roster, banned: Collection[str]) -> Iterator[RosterEvents]:
    if command.project in roster.closed:
        raise NotFound
    handle = tiktok.handle(command.tiktok_handle)
    place = _open_place(handle, command.project, roster, banned)
    limits.take("max_creators_per_org", roster.active, command.most)
    returning = roster.returning(place)
    before = _new(command, handle) if returning is None else roster.accounts[returning]
    given = ("tracking_mode", "tracking_start_date", "display_name_override", "readme", "metadata")
    changes = {name: value for name in given if (value := getattr(command, name)) is not None}
    account = msgspec.structs.replace(before, tiktok_handle=handle, **changes)
    if returning is None:
        yield CreatorAdded(**msgspec.structs.asdict(account))
    elif roster.resting[returning] == "removed":
        yield CreatorReactivated(**msgspec.structs.asdict(account))
    else:
        yield CreatorReenabled(creator=returning, project=account.project, tiktok_handle=handle)
        yield from _updated(before, account)


def _new(command: AddCreator, handle: str) -> Account:
    return Account(
        creator=command.creator,
        project=command.project,
        tiktok_handle=handle,
        tracking_mode="auto",
        tracking_start_date=command.today,
        display_name_override=None,
        readme=None,
        metadata={},
    )


def _update(
    command: UpdateCreator, account: Account, roster: Roster, banned: Collection[str]
) -> Iterator[RosterEvents]:
    renamed = account
    if command.tiktok_handle is not None:
        renamed = _renamed(command.tiktok_handle, account, roster, banned)
        yield CreatorRenamed(
            creator=account.creator, project=account.project, from_=account.tiktok_handle, to=renamed.tiktok_handle
        )
    changes: dict[str, Any] = {
        "tracking_mode": command.tracking_mode or account.tracking_mode,
        "tracking_start_date": command.tracking_start_date or account.tracking_start_date,
    }
    for name in ("display_name_override", "readme"):
        if getattr(command, name) is not None or getattr(command, f"set_{name}"):
            changes[name] = getattr(command, name)
    if command.metadata is not None or command.set_metadata:
        changes["metadata"] = notes.merged(account.metadata, command.metadata)
    yield from _updated(renamed, msgspec.structs.replace(renamed, **changes))


def _renamed(typed: str, account: Account, roster: Roster, banned: Collection[str]) -> Account:
    """The account under its new handle. Raises InvalidHandle, CreatorInactive, NoChange, CreatorBanned, HandleTaken."""
    handle = tiktok.handle(typed)
    if roster.resting.get(account.creator) == "removed":
        raise CreatorInactive
    if tiktok.handle_key(handle) == account.place[1]:
        raise NoChange
    _open_place(handle, account.project, roster, banned)
    return msgspec.structs.replace(account, tiktok_handle=handle)


def _updated(before: Account, after: Account) -> Iterator[CreatorUpdated]:
    if after != before:
        was, now = msgspec.to_builtins(before), msgspec.to_builtins(after)
        yield CreatorUpdated(**msgspec.structs.asdict(after), before=notes.changed(was, now))


def _reenable(command: ReenableCreator, account: Account, roster: Roster) -> list[RosterEvents]:
    match roster.resting.get(account.creator):
        case None:
            return []
        case "removed":
            raise CreatorInactive
        case "disabled":
            _open_place(account.tiktok_handle, account.project, roster, ())
            limits.take("max_creators_per_org", roster.active, command.most)
            back = CreatorReenabled(
                creator=account.creator, project=account.project, tiktok_handle=account.tiktok_handle
            )
            return [back]


def _disable(command: DisableCreator, roster: Roster) -> list[RosterEvents]:
    """A creator that rests already, or is gone, cannot fail any further."""
    account = roster.accounts.get(command.creator)
    if account is None or account.creator in roster.resting:
        return []
    disabled = CreatorAutoDisabled(
        creator=account.creator,
        project=account.project,
        tiktok_handle=account.tiktok_handle,
        reason=command.reason,
        failures=command.failures,
        first_failure_at=command.first_failure_at,
    )
    return [disabled]


def _removed(account: Account) -> CreatorRemoved:
    return CreatorRemoved(creator=account.creator, project=account.project, tiktok_handle=account.tiktok_handle)


def _erase(command: EraseCreator, roster: Roster) -> list[RosterEvents]:
    creator = command.creator
    if creator in roster.erased:
        return []
    account = _known(creator, roster)
    erased = CreatorErased(creator=creator, project=account.project, connections=command.connections)
    return [erased] if roster.resting.get(creator) == "removed" else [_removed(account), erased]
