"""Facts to consequences: what no longer exists is no item of anything."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from trackagoat.events.catalogue.campaigns import DropItem
from trackagoat.events.catalogue.ingest import VideoRemoved
from trackagoat.events.effects import Decide
from trackagoat.events.envelope import Heard


def removed_videos(page: Sequence[Heard[VideoRemoved]]) -> Iterator[Decide]:
    """A removed video leaves every campaign it was put into; restored, it does not come back there."""
    for fact in page:
        drop = DropItem(project=fact.event.project, item_type="video", item=fact.event.video)
        yield Decide(fact.org, drop, key=f"drop/{fact.id}")
