"""Why a video counts in a campaign: every way that leads to it.

Ways multiply with every diamond, so they are counted without being walked, and only those of a page are written out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from uuid import UUID

import msgspec

from trackagoat.events.catalogue.words import ItemType, TrackingStatus
from trackagoat.gateway.reads.paths import StepRow

MOST = 2**53 - 1
"""The largest number every reader of JSON knows exactly."""


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """A campaign on the way."""

    id: UUID
    name: str


class WayEnd(msgspec.Struct, frozen=True, kw_only=True):
    """The item that brings the video: itself, or its creator."""

    item_type: ItemType
    item_id: UUID
    label: str


class Way(msgspec.Struct, frozen=True, kw_only=True):
    """One way down: the campaigns from the one asked about on, and the item at its end."""

    campaigns: list[Place]
    item: WayEnd


class CampaignPaths(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a video is in the totals of a campaign, and every way that leads to it.

    `path_count` is the number of ways in all, told up to 9,007,199,254,740,991.
    """

    video_id: UUID
    counted: bool
    tracking_status: TrackingStatus
    path_count: int
    paths: list[Way]


class Ways:
    """The ways down from a campaign, in an order of their own: direct items first, then by the ids of campaigns."""

    def __init__(self, top: UUID, steps: Iterable[StepRow]) -> None:
        """From the items on those ways."""
        self._top = top
        self._down: defaultdict[UUID, list[StepRow]] = defaultdict(list)
        for step in sorted(steps, key=lambda s: (s.item_type == "campaign", s.item)):
            self._down[step.campaign].append(step)
        self._counts = self._counted()

    @property
    def count(self) -> int:
        """How many there are."""
        return self._counts.get(self._top, 0)

    def page(self, offset: int, limit: int) -> Iterator[list[StepRow]]:
        """Some of them, each as its steps."""
        for nth in range(offset, min(self.count, offset + limit)):
            yield self._way(nth)

    def _way(self, nth: int) -> list[StepRow]:
        way: list[StepRow] = []
        at = self._top
        while not way or way[-1].item_type == "campaign":
            for step in self._down[at]:
                ways = self._through(step)
                if nth < ways:
                    way.append(step)
                    break
                nth -= ways
            at = way[-1].item
        return way

    def _through(self, step: StepRow) -> int:
        return self._counts[step.item] if step.item_type == "campaign" else 1

    def _counted(self) -> dict[UUID, int]:
        """Ways down from each campaign, the lower ones first; there are no circles, but any depth."""
        counts: dict[UUID, int] = {}
        waiting = [self._top] if self._down else []
        while waiting:
            below = [s.item for s in self._down[waiting[-1]] if s.item_type == "campaign" and s.item not in counts]
            if below:
                waiting += below
            else:
                at = waiting.pop()
                counts[at] = sum(counts[s.item] if s.item_type == "campaign" else 1 for s in self._down[at])
        return counts


def way(top: Place, steps: Sequence[StepRow], labels: Mapping[UUID, str]) -> Way:
    """One way as it is shown."""
    *through, last = steps
    places = [top, *(Place(id=step.item, name=step.name or str(step.item)) for step in through)]
    end = WayEnd(item_type=last.item_type, item_id=last.item, label=labels.get(last.item, str(last.item)))
    return Way(campaigns=places, item=end)
