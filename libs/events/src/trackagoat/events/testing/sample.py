"""A service small enough to be read at a glance, for the tests of the kernel itself."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

from trackagoat.events import clock
from trackagoat.events.catalogue import workspace as w
from trackagoat.events.catalogue.words import OrgId, ProjectId, Refused
from trackagoat.events.decider import Decider
from trackagoat.events.effects import Write
from trackagoat.events.envelope import Ask
from trackagoat.events.host.service import Page, Projection, Service
from trackagoat.events.sql import write


class NameTaken(Refused):
    """There is a project of that name."""


def decide(command: w.CreateProject, names: frozenset[str]) -> list[w.ProjectCreated]:
    if command.name in names:
        raise NameTaken(name=command.name)
    return [w.ProjectCreated(project=command.project, name=command.name)]


DECIDER: Decider[Any, Any, Any] = Decider(
    "names",
    commands=w.CreateProject,
    events=w.ProjectCreated,
    initial=frozenset(),
    decide=decide,
    evolve=lambda names, event: names | {event.name},
    stream=lambda _: "names",
)


@write("INSERT INTO named SELECT * FROM unnest($1::uuid[], $2::text[])")
def named(project: ProjectId, name: str) -> Write: ...


def names(page: Page) -> Iterator[Write]:
    for fact in page:
        yield named(fact.event.project, fact.event.name)


SPEAKER = Service(
    name="workspace", deciders=[DECIDER], projections=[Projection(name="names", facts=w.ProjectCreated, writes=names)]
)
LISTENER = Service(name="campaigns", projections=[Projection(name="names", facts=w.ProjectCreated, writes=names)])
ORG = OrgId(clock.new_id())


def create(name: str) -> w.CreateProject:
    return w.CreateProject(project=ProjectId(clock.new_id()), name=name)


def ask() -> Ask:
    return Ask(org=ORG, command_id=clock.new_id(), at=clock.now())


async def until(condition: Callable[[], Awaitable[bool]], seconds: float = 20) -> None:
    """Wait for something to become true; fail when it does not."""
    async with asyncio.timeout(seconds):
        while not await condition():
            await asyncio.sleep(0.02)
