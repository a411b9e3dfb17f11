"""Series of a metric: of up to five entities, beside the prior period, or broken down by video."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec

from trackagoat.gateway import tenancy
from trackagoat.gateway.edge.answers import Answer, Download
from trackagoat.gateway.edge.call import Call, ok
from trackagoat.gateway.edge.faults import invalid_query
from trackagoat.gateway.edge.revealing import Revealer
from trackagoat.gateway.openapi import document
from trackagoat.gateway.reads import annotations as reads
from trackagoat.gateway.registry import Nothing, Route
from trackagoat.gateway.resources import days
from trackagoat.gateway.resources.analytics import buckets, metrics, series
from trackagoat.gateway.resources.analytics.annotations import Annotation, annotation
from trackagoat.gateway.resources.analytics.buckets import Bucket
from trackagoat.gateway.resources.analytics.figures import Figures, Tally, figures
from trackagoat.gateway.resources.analytics.series import Analytics, AnalyticsMeta, Series, Total
from trackagoat.gateway.resources.fields import instant
from trackagoat.gateway.routes.analytics import annotations as notes
from trackagoat.gateway.routes.analytics import breakdown, examples
from trackagoat.gateway.routes.analytics.asking import GetAnalytics
from trackagoat.gateway.routes.analytics.question import Question
from trackagoat.gateway.routes.analytics.subjects import subjects, tallies


async def get_analytics(call: Call[GetAnalytics, None]) -> Answer[Any]:
    asked = call.params
    org, found, meant = await asyncio.gather(
        tenancy.org(call),
        subjects(call, asked.entity, asked.ids),
        tenancy.ranged(call, asked.from_, asked.to, asked.tz),
    )
    mode, kept = asked.mode or metrics.modes(asked.metric)[0], tenancy.kept_days(org, call.now)
    question = Question(
        asked,
        series.Asked(metric=asked.metric, mode=mode, base=asked.base_metric, today=meant.today),
        meant,
        _cut(asked, meant),
        found,
        None if kept is None else meant.today - timedelta(days=kept),
    )
    data, unknown = await _answer(call, question, kept)
    if asked.format == "csv":
        data = await Revealer(call.settings.secret_key.get_secret_value()).clear(call.db, call.org, data)
        name = f"trackagoat_{data.entity}_{data.metric}_{data.from_}_{data.to}.csv"
        return ok(Download(series.as_csv(data), "text/csv", name))
    return ok(data, AnalyticsMeta(instant(call.now), unknown))


def _cut(asked: GetAnalytics, meant: days.Range) -> list[Bucket]:
    """The buckets of the range after the one before them. Raises a 400 for more than 400."""
    made: list[Bucket] = []
    for bucket in buckets.cut(meant.first, meant.last, asked.granularity, asked.bucket_days or 1):
        made.append(bucket)
        if len(made) > buckets.MOST:
            raise invalid_query("from", f"More than {buckets.MOST} buckets; choose wider ones or a shorter range")
    return [buckets.before(made[0], asked.granularity, asked.bucket_days or 1), *made]


async def _answer(call: Call[Any, Any], q: Question, kept: int | None) -> tuple[Analytics, list[str]]:
    rows, now = await _measured(call, q, q.buckets)
    totals = _summed(q, rows) if q.params.metric != "growth_rate_pop" else await _whole(call, q, q.range)
    earlier = [bucket.earlier(q.range.days) for bucket in q.buckets]
    compare = broken = None
    if q.params.compare:
        (_, then), prior = await asyncio.gather(_measured(call, q, earlier), _prior(call, q))
        compare = [q.series(one, earlier, then[one.id]) for one in q.found]
        shown = [series.compared(one.id, totals[one.id], prior[one.id]) for one in q.found]
    else:
        shown = [series.total(one.id, totals[one.id]) for one in q.found]
    if q.params.breakdown:
        (one,) = q.found
        broken = await breakdown.by_video(call, q, one, rows[one.id])
    data = _composed(q, kept, now, shown, (compare, broken))
    return msgspec.structs.replace(data, annotations=await _annotations(call, q)), _unknown(q, now)


async def _annotations(call: Call[Any, Any], q: Question) -> list[Annotation]:
    """Those of the projects on the days of the range that name an entity asked for, or none."""
    local = await notes.offsets(call, q.range.zone)
    projects, ids = sorted({one.project for one in q.found}), [one.id for one in q.found]
    rows = await reads.annotations_of(
        call.db, call.org, local.since, local.seconds, projects, ids, q.range.first, q.range.last
    )
    return [annotation(row) for row in rows]


def _composed(
    q: Question,
    kept: int | None,
    now: Mapping[UUID, list[Figures]],
    totals: list[Total],
    more: tuple[list[Series] | None, list[Series] | None],
) -> Analytics:
    return Analytics(
        entity=q.params.entity,
        metric=q.params.metric,
        base_metric=q.params.base_metric,
        mode=q.asked.mode,
        granularity=q.params.granularity,
        bucket_days=q.params.bucket_days,
        tz=q.range.zone,
        from_=q.range.first,
        to=q.range.last,
        series=[q.series(one, q.buckets, now[one.id]) for one in q.found],
        compare_series=more[0],
        breakdown_series=more[1],
        annotations=[],
        tier_retention_days=kept,
        totals=totals,
    )


async def _measured(
    call: Call[Any, Any], q: Question, cut: Sequence[Bucket]
) -> tuple[Mapping[UUID, Tally], Mapping[UUID, list[Figures]]]:
    """The rows and figures of each entity over these buckets."""
    found = await tallies(call, q.params.entity, q.found, buckets.bounds(cut, q.range.zone), fans=q.fans)
    return found, {one.id: figures(found[one.id], cut, one.members, q.range.today) for one in q.found}


def _summed(q: Question, rows: Mapping[UUID, Tally]) -> Mapping[UUID, Any]:
    """What the metric makes of the range as one bucket, from the rows of its parts; only growth looks before it.

    Three bins lie before the range: what was before the bucket before it, that bucket, and what is between the two.
    """
    whole = [buckets.whole(q.range.first, q.range.last)]
    found = {one.id: figures(rows[one.id].as_one(3), whole, one.members, q.range.today) for one in q.found}
    return {id: q.asked.value(now, None) for id, (now,) in found.items()}


async def _whole(call: Call[Any, Any], q: Question, meant: days.Range) -> Mapping[UUID, Any]:
    """What the metric makes of the whole range as one bucket, for each entity."""
    both = [buckets.whole(one.first, one.last) for one in (meant.prior, meant)]
    _, found = await _measured(call, q, both)
    is_kept = q.earliest is None or meant.prior.first >= q.earliest
    return {id: q.asked.value(now, before if is_kept else None) for id, (before, now) in found.items()}


async def _prior(call: Call[Any, Any], q: Question) -> Mapping[UUID, Any]:
    """The same of the prior period, as far as the plan keeps it; None when it keeps nothing of it."""
    meant = q.range.prior
    if q.earliest is None or q.earliest <= meant.first:
        return await _whole(call, q, meant)
    if q.earliest > meant.last:
        return dict.fromkeys(one.id for one in q.found)
    return await _whole(call, q, msgspec.structs.replace(meant, first=q.earliest))


def _unknown(q: Question, now: Mapping[UUID, list[Figures]]) -> list[str]:
    """Counters missing from the numerators of any of the entities."""
    missing = {counter for found in now.values() for counter in metrics.unknown(q.params.metric, found[-1])}
    return [counter for counter in metrics.NUMERATOR if counter in missing]


async def get_analytics_schema(call: Call[Nothing, None]) -> Answer[dict[str, Any]]:
    """The document of the one call alone."""
    return ok(document([route for route in call.routes if route.path == PATH], call.settings.base_url))


PATH = "/analytics"
ROUTES = (
    Route(
        method="GET",
        path=PATH,
        name="getAnalytics",
        summary="Series of a metric of videos, creators, campaigns or projects, as JSON or CSV",
        scope="read",
        tag="Analytics",
        handler=get_analytics,
        params=GetAnalytics,
        answer=Analytics,
        meta=AnalyticsMeta,
        errors=("not_found", "retention_exceeded"),
        example=examples.ANALYTICS,
        csv=True,
    ),
    Route(
        method="GET",
        path="/analytics/schema",
        name="getAnalyticsSchema",
        summary="The call above as an OpenAPI 3.1 document of its own",
        scope="open",
        tag="Analytics",
        handler=get_analytics_schema,
        answer=dict[str, Any],
        example={"openapi": "3.1.0", "info": {"title": "trackagoat", "version": "1"}},
        raw=True,
    ),
)
