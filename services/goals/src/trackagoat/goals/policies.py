"""What follows for goals from the end of a creator or a project."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from trackagoat.events import due
from trackagoat.events.catalogue.goals import EndGoals
from trackagoat.events.catalogue.ingest import CreatorRemoved
from trackagoat.events.catalogue.workspace import ProjectDeleted
from trackagoat.events.effects import Decide, Effect
from trackagoat.events.envelope import Heard


def end_goals(page: Sequence[Heard[CreatorRemoved]]) -> Iterator[Effect]:
    """A creator that is removed has no goals that are on."""
    for fact in page:
        yield Decide(fact.org, EndGoals(creator=fact.event.creator), f"removed/{fact.id}")


def abandon_goals(page: Sequence[Heard[ProjectDeleted]]) -> Iterator[Effect]:
    """A project that is gone takes its goals with it."""
    for fact in page:
        yield due.schedule("abandon", str(fact.event.project), fact.org, fact.at)
