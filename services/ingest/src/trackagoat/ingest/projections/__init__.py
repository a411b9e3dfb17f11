"""Facts to rows: orgs as heard, the library of creators and videos, and the log of what happened to them."""

from trackagoat.ingest.projections.history import HistoryFacts, history
from trackagoat.ingest.projections.library import LibraryFacts, library
from trackagoat.ingest.projections.orgs import OrgFacts, orgs
from trackagoat.ingest.projections.sourcing import AccountFacts, accounts, choices
from trackagoat.ingest.projections.triggers import triggers

__all__ = [
    "AccountFacts",
    "HistoryFacts",
    "LibraryFacts",
    "OrgFacts",
    "accounts",
    "choices",
    "history",
    "library",
    "orgs",
    "triggers",
]
