"""Facts to rows: campaigns with their recursive totals.

Rows are equal for every interleaving of own facts and heard ones, because each statement moves exactly the
difference between what the rows say before and after it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from typing import Any

from trackagoat.campaigns.projections.graph import GraphFacts, graph
from trackagoat.campaigns.projections.program import ProgramFacts, program
from trackagoat.campaigns.store.graph import forget_project
from trackagoat.events.catalogue.workspace import ProjectDeleted
from trackagoat.events.effects import Write
from trackagoat.events.envelope import Heard

__all__ = ["Facts", "totals"]

Facts = GraphFacts | ProgramFacts | ProjectDeleted


def totals(page: Sequence[Heard[Facts]]) -> Iterator[Write]:
    """Everything campaigns shows."""
    for speaker, run in groupby(page, key=lambda fact: fact.event.speaker):
        yield from _PARTS[speaker](list(run))


def _forgotten(page: Sequence[Heard[ProjectDeleted]]) -> Iterator[Write]:
    return (forget_project(fact.org, fact.event.project) for fact in page)


_PARTS: dict[str, Callable[[Sequence[Heard[Any]]], Iterator[Write]]] = {
    "campaigns": graph,
    "ingest": program,
    "workspace": _forgotten,
}
