"""The streams `alert-<alert>` and `reader-<reader>`: who has seen which alert, and up to when everything."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from trackagoat.events.catalogue.notifications import AlertRead, AllRead, MarkAllRead, MarkRead
from trackagoat.events.catalogue.words import NotFound

Readers = frozenset[UUID]
INITIAL: Readers = frozenset()
Until = datetime | None
"""The latest instant up to which a reader has seen everything."""


def decide(command: MarkRead, readers: Readers) -> list[AlertRead]:
    """Seen once is seen."""
    if not command.known:
        raise NotFound
    return [] if command.reader in readers else [AlertRead(alert=command.alert, reader=command.reader)]


def evolve(readers: Readers, event: AlertRead) -> Readers:
    """The readers after the event."""
    return readers | {event.reader}


def decide_all(command: MarkAllRead, until: Until) -> list[AllRead]:
    """Seen up to a later instant than before."""
    if until is not None and command.before <= until:
        return []
    return [AllRead(reader=command.reader, before=command.before)]


def evolve_all(until: Until, event: AllRead) -> Until:
    """The instant after the event."""
    return event.before if until is None else max(until, event.before)
