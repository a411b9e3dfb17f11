"""What follows for goals from the end of a project. That of a creator is among the rows of `figures`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from trackagoat.events import due
from trackagoat.events.catalogue.workspace import ProjectDeleted
from trackagoat.events.effects import Effect
from trackagoat.events.envelope import Heard


def abandon_goals(page: Sequence[Heard[ProjectDeleted]]) -> Iterator[Effect]:
    """A project that is gone takes its goals with it."""
    for fact in page:
        yield due.schedule("abandon", str(fact.event.project), fact.org, fact.at)
