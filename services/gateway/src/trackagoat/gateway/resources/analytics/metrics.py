"""Metrics: which there are, for which entities and in which modes, and what each makes of a bucket."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Literal, get_args

from trackagoat.gateway.resources import formulas
from trackagoat.gateway.resources.analytics.figures import Figures
from trackagoat.gateway.resources.fields import Number, ratio
from trackagoat.gateway.resources.formulas import Value

Entity = Literal["video", "creator", "campaign", "project"]
Mode = Literal["new", "cumulative", "rate"]
Base = Literal["views", "likes", "comments", "shares", "saves", "followers", "posts"]
Rate = Literal[
    "engagement_rate_by_views",
    "engagement_rate_by_followers",
    "growth_rate_pop",
    "posts_per_week",
    "avg_views_per_post",
]
Metric = Literal[
    "views",
    "likes",
    "comments",
    "shares",
    "saves",
    "followers",
    "posts",
    "engagement_rate_by_views",
    "engagement_rate_by_followers",
    "growth_rate_pop",
    "posts_per_week",
    "avg_views_per_post",
]

COUNTERS = ("views", "likes", "comments", "shares", "saves")
NUMERATOR = ("likes", "comments", "shares", "saves")
OF_VIDEOS: frozenset[str] = frozenset({*COUNTERS, "engagement_rate_by_views", "growth_rate_pop"})
"""What a single video has."""
RATES: frozenset[str] = frozenset(get_args(Rate))

_FLAGGED_BY: Mapping[str, tuple[str, ...]] = {
    "engagement_rate_by_views": COUNTERS,
    "engagement_rate_by_followers": NUMERATOR,
    "posts_per_week": (),
    "avg_views_per_post": ("views",),
}


def modes(metric: Metric) -> tuple[Mode, ...]:
    """The modes a metric has, the default first."""
    return ("rate",) if metric in RATES else ("new", "cumulative")


def value(metric: Metric, mode: Mode, base: Base | None, now: Figures, before: Figures | None) -> Value | None:
    """What the metric makes of a bucket, exact; `before` is the bucket before it, if it is kept. None in the future."""
    if now.is_future:
        return None
    match metric:
        case "views" | "likes" | "comments" | "shares" | "saves" | "followers" | "posts":
            return now.level(metric) if mode == "cumulative" else now.gain(metric)
        case rate:
            return _rate(rate, base, now, before)


def _rate(metric: Rate, base: Base | None, now: Figures, before: Figures | None) -> Fraction | None:
    match metric:
        case "engagement_rate_by_views":
            return formulas.engagement_rate_by_views(now.gain("views"), *map(now.gain, NUMERATOR))
        case "engagement_rate_by_followers":
            return formulas.engagement_rate_by_followers(now.level("followers"), *map(now.gain, NUMERATOR))
        case "growth_rate_pop":
            return formulas.growth_rate(_grown(base, before), _grown(base, now))
        case "posts_per_week":
            return formulas.posts_per_week(now.posts, now.days)
        case "avg_views_per_post":
            return formulas.avg_views_per_post(now.gain("views"), now.posted)


def _grown(base: Base | None, bucket: Figures | None) -> Value | None:
    """What growth looks at: the level of followers, of everything else what was gained."""
    if base is None or bucket is None:
        return None
    return bucket.level(base) if base == "followers" else bucket.gain(base)


def flagged(metric: Metric, base: Base | None, bucket: Figures) -> bool:
    """Whether a first value in the bucket, of a figure the metric looks at, gained nothing."""
    figures = (base,) if metric == "growth_rate_pop" and base else _FLAGGED_BY.get(metric, (metric,))
    return any(map(bucket.baseline, figures))


def unknown(metric: Metric, bucket: Figures) -> list[str]:
    """Counters missing from the numerator of an engagement rate because no source has given them by the end."""
    if metric not in {"engagement_rate_by_views", "engagement_rate_by_followers"}:
        return []
    return [counter for counter in NUMERATOR if bucket.gain(counter) is None]


def shown(exact: Value | None) -> Number | None:
    """The value as it is shown: whole, or rounded half up to 2 decimals."""
    return exact if exact is None or isinstance(exact, int) else ratio(exact, 2)
