"""What may be asked of series, and what no single parameter shows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta

from trackagoat.gateway.edge.decoding import FieldError
from trackagoat.gateway.resources.analytics import metrics
from trackagoat.gateway.resources.analytics.buckets import Granularity
from trackagoat.gateway.resources.analytics.metrics import Base, Entity, Metric, Mode
from trackagoat.gateway.resources.fields import Params

_IDS = 5
_UUID = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
Ids = Annotated[
    str, Meta(pattern=rf"^{_UUID}(?:,{_UUID}){{0,{_IDS - 1}}}$", description="1 to 5 distinct ids, separated by commas")
]


class GetAnalytics(Params, frozen=True, kw_only=True, rename={"from_": "from"}):
    """Which series. Defaults: views gained, day by day, over the last 30 days in the org's timezone."""

    entity: Entity
    entity_id: UUID | None = None
    entity_ids: Ids | None = None
    metric: Metric = "views"
    mode: Mode | None = None
    granularity: Granularity = "day"
    bucket_days: Annotated[int, Meta(ge=1, le=366)] | None = None
    from_: date | None = None
    to: date | None = None
    tz: str | None = None
    compare: Literal["prior_period"] | None = None
    breakdown: Literal["video"] | None = None
    base_metric: Base | None = None
    format: Literal["json", "csv"] = "json"

    def __post_init__(self) -> None:
        """Check what no single parameter shows."""
        for wrong, name, message in self._rules():
            if wrong:
                raise FieldError(name, message)

    def _rules(self) -> Sequence[tuple[bool, str, str]]:
        """(broken?, parameter, what to do) of every rule."""
        named = (self.entity_id is None) + (self.entity_ids is None)
        several, growth = len(self.ids) > 1, self.metric == "growth_rate_pop"
        allowed = metrics.modes(self.metric)
        of_video = self.entity == "video"
        return (
            (named != 1, "entity_id", "Give exactly one of entity_id and entity_ids"),
            (len(set(self.ids)) < len(self.ids), "entity_ids", "Names one twice"),
            (of_video and self.metric not in metrics.OF_VIDEOS, "metric", "A video has no such metric"),
            (self.mode not in {None, *allowed}, "mode", f"Must be one of {', '.join(allowed)} for this metric"),
            (growth and self.base_metric is None, "base_metric", "Needed for growth_rate_pop"),
            (not growth and self.base_metric is not None, "base_metric", "Only for growth_rate_pop"),
            (of_video and self.base_metric in {"followers", "posts"}, "base_metric", "A video has no such metric"),
            (self.granularity == "custom" and self.bucket_days is None, "bucket_days", "Needed for custom"),
            (self.granularity != "custom" and self.bucket_days is not None, "bucket_days", "Only for custom"),
            (self.compare is not None and several, "compare", "Only for one entity"),
            (
                self.breakdown is not None and (several or of_video),
                "breakdown",
                "Only for one creator, campaign or project",
            ),
            (self.breakdown is not None and self.metric not in metrics.COUNTERS, "breakdown", "Only for counters"),
        )

    @property
    def ids(self) -> list[UUID]:
        """The entities asked for, in order."""
        if self.entity_ids is not None:
            return [UUID(id) for id in self.entity_ids.split(",")]
        return [] if self.entity_id is None else [self.entity_id]
