"""A week of one creator and a note on one of its days, as the documents show them."""

from __future__ import annotations

from datetime import date

from trackagoat.gateway.resources.analytics.annotations import Annotation
from trackagoat.gateway.resources.analytics.series import Analytics, EntityRef, Point, Series, Total
from trackagoat.gateway.routes.examples import AT, id_of

PROJECT = id_of(2)
ANNOTATION = Annotation(
    id=id_of(10),
    project_id=PROJECT,
    entity_type=None,
    entity_id=None,
    date=date(2026, 3, 10),
    kind="launch",
    label="Spring launch",
    body=None,
    is_automatic=False,
    created_by=None,
    created_at=AT,
    updated_at=AT,
)

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
    annotations=[ANNOTATION],
    tier_retention_days=None,
    totals=[Total(entity_id=id_of(3), value=2_000)],
)
