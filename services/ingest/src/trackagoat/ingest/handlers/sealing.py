"""Personal fields of creators (names, texts, notes), sealed before anything is decided."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from trackagoat.events.catalogue.ingest import (
    AddCreator,
    EraseCreator,
    RecordScrape,
    RosterCommands,
    UpdateCreator,
    VideoCommands,
)
from trackagoat.events.catalogue.words import CreatorId, OrgId, Refused
from trackagoat.events.envelope import Ask
from trackagoat.events.personal import Subject, Vault
from trackagoat.events.sql import Tx
from trackagoat.ingest.domain import tiktok
from trackagoat.ingest.handlers.completing import complete
from trackagoat.ingest.handlers.plans import within_plan
from trackagoat.ingest.store import accounts, creators

SETTINGS = ("display_name_override", "readme")
PROFILE = ("display_name", "bio", "avatar_url")


class Sealing:
    """The commands of creators and posts as they are decided: completed, and with nothing personal in clear."""

    def __init__(self, vault: Vault) -> None:
        """The vault has the key of every creator."""
        self._vault = vault

    async def roster(self, tx: Tx, ask: Ask, commands: Sequence[RosterCommands]) -> Sequence[RosterCommands]:
        """What the plan allows, and settings; a handle added again gives them to the creator that comes back."""
        if isinstance(commands[0], EraseCreator):
            return [await _connected(tx, ask.org, c) if isinstance(c, EraseCreator) else c for c in commands]
        commands = await within_plan(tx, ask, commands)
        telling = [c for c in commands if isinstance(c, AddCreator | UpdateCreator) and _tells(c, SETTINGS)]
        if not telling:
            return commands
        whose = await _whose(tx, ask.org, telling)
        subjects = await self._vault.subjects(tx, ask.org, whose.values())
        return [_sealed(c, SETTINGS, subjects[whose[id(c)]]) if id(c) in whose else c for c in commands]

    async def videos(self, tx: Tx, ask: Ask, commands: Sequence[VideoCommands]) -> Sequence[VideoCommands]:
        """Profiles that came with scrapes."""
        completed = await complete(tx, ask, commands)
        telling = [c.creator for c in completed if isinstance(c, RecordScrape) and _tells(c.profile, PROFILE)]
        if not telling:
            return completed
        subjects = await self._vault.subjects(tx, ask.org, telling)
        return [_scrape(c, subjects) if isinstance(c, RecordScrape) else c for c in completed]


async def _connected(tx: Tx, org: OrgId, command: EraseCreator) -> EraseCreator:
    """With whatever let sources read the account, ended connections too: they name it."""
    return msgspec.structs.replace(command, connections=await accounts.of_creator(tx, org, command.creator))


def _tells(given: Any, names: Sequence[str]) -> bool:
    return given is not None and any(getattr(given, name) is not None for name in names)


def _sealed(given: Any, names: Sequence[str], subject: Subject) -> Any:
    return msgspec.structs.replace(given, **{name: subject.seal(getattr(given, name)) for name in names})


def _scrape(command: RecordScrape, subjects: dict[Any, Subject]) -> RecordScrape:
    if not _tells(command.profile, PROFILE):
        return command
    return msgspec.structs.replace(command, profile=_sealed(command.profile, PROFILE, subjects[command.creator]))


async def _whose(tx: Tx, org: OrgId, commands: Sequence[AddCreator | UpdateCreator]) -> dict[int, CreatorId]:
    """The creator each command is about, by the identity of the command."""
    places = {id(c): (c.project, _key(c.tiktok_handle)) for c in commands if isinstance(c, AddCreator)}
    wanted = sorted(set(places.values()))
    rows = await creators.remembered(tx, org, [project for project, _ in wanted], [key for _, key in wanted])
    known = {(row.project, row.handle_key): CreatorId(row.creator) for row in rows}
    return {id(c): known.get(places[id(c)], c.creator) if id(c) in places else c.creator for c in commands}


def _key(handle: str) -> str:
    """As handles are compared; one that will be refused belongs to nobody."""
    try:
        return tiktok.handle_key(tiktok.handle(handle))
    except Refused:
        return ""
