"""A query as it was understood: what is asked of whom, over which buckets."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import msgspec

from trackagoat.gateway.resources import days
from trackagoat.gateway.resources.analytics import series
from trackagoat.gateway.resources.analytics.buckets import Bucket
from trackagoat.gateway.resources.analytics.figures import Figures
from trackagoat.gateway.resources.analytics.series import Series
from trackagoat.gateway.routes.analytics.asking import GetAnalytics
from trackagoat.gateway.routes.analytics.subjects import Subject


class Question(msgspec.Struct, frozen=True):
    """A query as it was understood. `buckets` begin with the one before the range, which growth looks back at."""

    params: GetAnalytics
    asked: series.Asked
    range: days.Range
    buckets: list[Bucket]
    found: list[Subject]
    earliest: date | None

    @property
    def fans(self) -> bool:
        """Whether followers are looked at."""
        return "followers" in self.params.metric or self.params.base_metric == "followers"

    def series(self, one: Subject, cut: Sequence[Bucket], found: Sequence[Figures]) -> Series:
        """The series of an entity over these buckets."""
        return Series(entity_ref=one.ref, points=self.asked.points(cut, found, self.earliest))
