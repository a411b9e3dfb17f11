"""The streams `alert-<alert>`: who has seen an alert."""

from __future__ import annotations

from uuid import UUID

from trackagoat.events.catalogue.notifications import AlertRead, MarkRead
from trackagoat.events.catalogue.words import NotFound

Readers = frozenset[UUID]
INITIAL: Readers = frozenset()


def decide(command: MarkRead, readers: Readers) -> list[AlertRead]:
    """Seen once is seen."""
    if not command.known:
        raise NotFound
    return [] if command.reader in readers else [AlertRead(alert=command.alert, reader=command.reader)]


def evolve(readers: Readers, event: AlertRead) -> Readers:
    """The readers after the event."""
    return readers | {event.reader}
