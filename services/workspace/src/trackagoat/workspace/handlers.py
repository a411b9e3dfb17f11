"""Who decides what in workspace."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from trackagoat.events.catalogue import workspace
from trackagoat.events.catalogue.workspace import Commands, CreateApiKey, CreateOrg, Events, UpdateOrg
from trackagoat.events.decider import Decider
from trackagoat.events.envelope import Ask
from trackagoat.workspace.domain import INITIAL, Org, decide, evolve


async def complete(db: Any, ask: Ask, commands: Sequence[Commands]) -> Sequence[Commands]:  # noqa: ARG001 - asks no table
    """Say when it is (a key that has expired frees its slot), and let nobody speak for another org."""
    return [_completed(command, ask) for command in commands]


def _completed(command: Commands, ask: Ask) -> Commands:
    if isinstance(command, CreateApiKey):
        return msgspec.structs.replace(command, now=ask.at)
    if isinstance(command, CreateOrg | UpdateOrg):
        return msgspec.structs.replace(command, org=ask.org)
    return command


def stream(_: Commands) -> str:
    """Everything of an org is decided in one place."""
    return "org"


org: Decider[Commands, Org | None, Events] = Decider(
    "org",
    commands=workspace.Commands,
    events=workspace.Events,
    initial=INITIAL,
    decide=decide,
    evolve=evolve,
    stream=stream,
    enrich=complete,
)
