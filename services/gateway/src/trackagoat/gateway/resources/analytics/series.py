"""Series as the API shows them, and as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from trackagoat.gateway.resources import formulas
from trackagoat.gateway.resources.analytics import metrics
from trackagoat.gateway.resources.analytics.annotations import Annotation
from trackagoat.gateway.resources.analytics.buckets import Bucket, Granularity
from trackagoat.gateway.resources.analytics.figures import Figures
from trackagoat.gateway.resources.analytics.metrics import Base, Entity, Metric, Mode
from trackagoat.gateway.resources.fields import Instant, Number

OTHER = "__other__"
TOP = 10
"""How many videos a breakdown names; the rest is one more series."""


class EntityRef(msgspec.Struct, frozen=True, kw_only=True):
    """Whose series it is; the id of the rest of a breakdown is `__other__`."""

    type: Entity
    id: str
    label: str


class Point(msgspec.Struct, frozen=True, kw_only=True):
    """One bucket: its first day, even where the range begins later.

    `partial`: it holds now, lies in the future or is cut by the range. `baseline`: a first snapshot in it gained
    nothing.
    """

    date: date
    value: Number | None
    partial: bool
    baseline: bool


class Series(msgspec.Struct, frozen=True, kw_only=True):
    """One entity, bucket by bucket."""

    entity_ref: EntityRef
    points: list[Point]


class Total(msgspec.Struct, frozen=True, kw_only=True):
    """The range as a whole: the sum of what was gained, the last level, or the formula over all of it.

    The last three fields are there with `compare` only.
    """

    entity_id: UUID
    value: Number | None
    prior_value: Number | UnsetType | None = UNSET
    change: Number | UnsetType | None = UNSET
    change_pct: Number | UnsetType | None = UNSET


class Analytics(msgspec.Struct, frozen=True, kw_only=True):
    """The query as it was understood, and its series."""

    entity: Entity
    metric: Metric
    base_metric: Base | None
    mode: Mode
    granularity: Granularity
    bucket_days: int | None
    tz: str
    from_: date = msgspec.field(name="from")
    to: date
    series: list[Series]
    compare_series: list[Series] | None
    breakdown_series: list[Series] | None
    annotations: list[Annotation]
    tier_retention_days: int | None
    totals: list[Total]


class AnalyticsMeta(msgspec.Struct, frozen=True, rename="camel"):
    """When the answer was worked out, and which counters of a numerator no source gives."""

    as_of: Instant
    unknown_counters: list[str]


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be made of figures."""

    metric: Metric
    mode: Mode
    base: Base | None
    today: date

    def value(self, now: Figures, before: Figures | None) -> formulas.Value | None:
        """What the metric makes of a bucket, exact; the one before it is None when it is not kept."""
        return metrics.value(self.metric, self.mode, self.base, now, before)

    def points(self, buckets: Sequence[Bucket], found: Sequence[Figures], earliest: date | None = None) -> list[Point]:
        """A point for each bucket but the first, which is only looked back at; null before the earliest day kept."""
        kept = [
            one if earliest is None or bucket.first >= earliest else None
            for bucket, one in zip(buckets, found, strict=True)
        ]
        return [
            Point(
                date=bucket.begins,
                value=None if now is None else metrics.shown(self.value(now, before)),
                partial=bucket.is_partial(self.today),
                baseline=now is not None and metrics.flagged(self.metric, self.base, now),
            )
            for bucket, now, before in zip(buckets[1:], kept[1:], kept, strict=False)
        ]


def total(id: UUID, now: formulas.Value | None) -> Total:
    """A total by itself."""
    return Total(entity_id=id, value=metrics.shown(now))


def compared(id: UUID, now: formulas.Value | None, prior: formulas.Value | None) -> Total:
    """A total beside that of the prior period."""
    return Total(
        entity_id=id,
        value=metrics.shown(now),
        prior_value=metrics.shown(prior),
        change=metrics.shown(formulas.change(now, prior)),
        change_pct=metrics.shown(formulas.change_pct(now, prior)),
    )


# -- CSV -----------------------------------------------------------------------------------------------------

COLUMNS = (
    *("series_kind", "entity_type", "entity_id", "entity_label", "metric", "mode", "granularity"),
    *("date", "value", "partial", "baseline"),
)
_FORMULA = ("=", "+", "-", "@")


def as_csv(data: Analytics) -> bytes:
    """The points as RFC 4180, main series first. Null is empty; text a spreadsheet would compute is quoted by `'`."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    kinds: tuple[tuple[Literal["main", "compare", "breakdown"], Sequence[Series] | None], ...] = (
        ("main", data.series),
        ("compare", data.compare_series),
        ("breakdown", data.breakdown_series),
    )
    for kind, series in kinds:
        for one in series or ():
            writer.writerows(_rows(kind, one, data))
    return out.getvalue().encode()


def _rows(kind: str, one: Series, data: Analytics) -> Iterator[list[Any]]:
    ref = one.entity_ref
    named = [kind, ref.type, safe(ref.id), safe(ref.label), data.metric, data.mode, data.granularity]
    for point in one.points:
        value = "" if point.value is None else point.value
        yield [*named, point.date.isoformat(), value, *(str(f).lower() for f in (point.partial, point.baseline))]


def safe(text: str) -> str:
    """A text cell no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text
