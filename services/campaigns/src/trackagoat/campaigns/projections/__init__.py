"""Facts to rows: campaigns with their recursive totals, and what they gained day by day.

Rows are equal for every interleaving of own facts and heard ones, because each statement moves exactly the
difference between what the rows say before and after it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby, starmap
from typing import Any

from trackagoat.campaigns.projections.graph import GraphFacts, graph
from trackagoat.campaigns.projections.program import ProgramFacts, program
from trackagoat.campaigns.projections.workspace import WorkspaceFacts, workspace
from trackagoat.campaigns.store.targets import wake_targets
from trackagoat.events.effects import Write
from trackagoat.events.envelope import Heard

__all__ = ["Facts", "totals"]

Facts = GraphFacts | ProgramFacts | WorkspaceFacts


def totals(page: Sequence[Heard[Facts]]) -> Iterator[Write]:
    """Everything campaigns shows."""
    for speaker, run in groupby(page, key=lambda fact: fact.event.speaker):
        yield from _PARTS[speaker](list(run))
    yield from starmap(wake_targets, {fact.org: fact.at for fact in page}.items())


_PARTS: dict[str, Callable[[Sequence[Heard[Any]]], Iterator[Write]]] = {
    "campaigns": graph,
    "ingest": program,
    "workspace": workspace,
}
