"""How many readings were asked for by hand, day by day."""

from __future__ import annotations

from collections.abc import Iterator

from trackagoat.events.catalogue.ingest import ScrapeRequested
from trackagoat.events.effects import Write
from trackagoat.events.host.service import Page
from trackagoat.ingest.store import jobs


def triggers(page: Page) -> Iterator[Write]:
    """Each trigger is one of its day."""
    for fact in page:
        event: ScrapeRequested = fact.event
        yield jobs.use_trigger(fact.org, event.day)
