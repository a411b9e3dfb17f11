"""A week of one creator, as the documents show it."""

from __future__ import annotations

from datetime import date

from trackagoat.gateway.resources.analytics.series import Analytics, EntityRef, Point, Series, Total
from trackagoat.gateway.routes.examples import id_of

ANALYTICS = Analytics(
    entity="creator",
    metric="views",
    base_metric=None,
    mode="new",
    granularity="week",
    bucket_days=None,
    tz="Europe/Berlin",
    from_=date(2026, 3, 10),
    to=date(2026, 3, 12),
    series=[
        Series(
            entity_ref=EntityRef(type="creator", id=str(id_of(3)), label="Ana"),
            points=[Point(date=date(2026, 3, 9), value=2_000, partial=True, baseline=True)],
        )
    ],
    compare_series=None,
    breakdown_series=None,
    tier_retention_days=None,
    totals=[Total(entity_id=id_of(3), value=2_000)],
)
