"""The formulas of the product, exact, each with its definition and a worked example.

Values come in whole or as fractions; None is unknown. A formula is None where it says so, and never rounded: rounding
(half up; rates, averages and multiples to 2 decimals, percentages of change to whole numbers) is left to those who
show it.

There are two engagement rates and a third figure beside them, which are not the same and never mixed:

- `engagement_rate_by_views` and `engagement_rate_by_followers` look at what a stretch of time gained, with saves;
- `engagement_rate_of_posts` looks at the levels of now of the posts of a range, without saves.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction

Value = int | Fraction


def known_sum(values: Iterable[Value | None]) -> Value | None:
    """The sum of the known values; None when all of them are unknown, 0 when there are none.

    *Example:* 380, 60, 40 and unknown are 480.
    """
    given = list(values)
    known = [value for value in given if value is not None]
    return sum(known) if known or not given else None


def per_hundred(part: Value | None, whole: Value | None) -> Fraction | None:
    """`part` ÷ `whole` × 100. None when either is unknown or `whole` is 0."""
    return None if part is None or not whole else Fraction(part) * 100 / Fraction(whole)


def engagement_rate_by_views(
    views: Value | None, likes: Value | None, comments: Value | None, shares: Value | None, saves: Value | None
) -> Fraction | None:
    """(likes + comments + shares + saves) ÷ views × 100, all of them gains of one bucket; baselines add 0 to both.

    In percent. None when no views were gained, or all four are unknown.

    *Example:* 2,000 views, 60 likes, 10 comments, 5 shares, 25 saves: 5.
    """
    interactions = known_sum((likes, comments, shares, saves))
    return per_hundred(interactions, views) if views is not None and views > 0 else None


def engagement_rate_by_followers(
    followers: Value | None, likes: Value | None, comments: Value | None, shares: Value | None, saves: Value | None
) -> Fraction | None:
    """(likes + comments + shares + saves) gained in a bucket ÷ followers at its end × 100.

    In percent. Of a campaign or project the followers are those of its distinct creators. None when no follower level
    is known, or it is 0, or all four are unknown.

    *Example:* 60 likes, 10 comments, 5 shares, 25 saves with 40,000 followers: 0.25.
    """
    return per_hundred(known_sum((likes, comments, shares, saves)), followers)


def engagement_rate_of_posts(
    views: Value | None, likes: Value | None, comments: Value | None, shares: Value | None
) -> Fraction | None:
    """(likes + comments + shares) ÷ views × 100 of the posts posted in a range, by their levels of now; no saves.

    In percent: the `engagement_rate` of leaderboards. None when the views are 0 or unknown, or all three are unknown.

    *Example:* posts at 2,000 views, 60 likes, 10 comments, 5 shares (and 25 saves): 3.75.
    """
    return per_hundred(known_sum((likes, comments, shares)), views)


def posts_per_week(posts: int, days: int) -> Fraction | None:
    """Posts ÷ days × 7. `days` are those of the stretch that lie in the range and not in the future.

    None when there are no such days.

    *Example:* 3 posts in 14 days: 1.5. One post on a day: 7.
    """
    return Fraction(posts * 7, days) if days else None


def avg_views_per_post(views: Value | None, posts: int) -> Fraction | None:
    """Views gained in a bucket ÷ counted posts posted up to its end. None before the first post.

    *Example:* 1,550 views gained, 3 posts by then: 516.67.
    """
    return Fraction(views) / posts if views is not None and posts else None


def growth_rate(before: Value | None, now: Value | None) -> Fraction | None:
    """(now − before) ÷ before × 100: period over period. In percent. None when `before` is unknown or not above 0.

    *Example:* 400 gained in one week and 500 in the next: 25.
    """
    if before is None or now is None or before <= 0:
        return None
    return per_hundred(now - before, before)


def follower_growth_rate(delta: int, current: int | None) -> Fraction | None:
    """`delta` ÷ (`current` − `delta`) × 100: what was gained against what there was before. In percent.

    None when `current` is unknown or there was nothing before.

    *Example:* 750 gained, 42,650 now: 750 ÷ 41,900, 1.79.
    """
    return None if current is None or current - delta <= 0 else per_hundred(delta, current - delta)


def x_multiple(views: int | None, median: Value | None) -> Fraction | None:
    """Views of a post ÷ the median of its creator's. None when either is unknown or the median is 0.

    *Example:* 9,000 views against a median of 1,500: 6.
    """
    return None if views is None or not median else Fraction(views) / Fraction(median)


def change(now: Value | None, prior: Value | None) -> Value | None:
    """now − prior. None when either is unknown.

    *Example:* 1,300 after 400: 900.
    """
    return None if now is None or prior is None else now - prior


def change_pct(now: Value | None, prior: Value | None) -> Fraction | None:
    """(now − prior) ÷ prior × 100. In percent. None when either is unknown or `prior` is 0.

    *Example:* 1,300 after 400: 225.
    """
    return per_hundred(change(now, prior), prior)


def neighbours(percent: int, count: int) -> tuple[int, int, Fraction]:
    """Which two of `count` sorted values a percentile lies between, from 0, and how far on the way to the second.

    *Example:* the 90th percentile of 4 values lies 7 tenths of the way from the third to the fourth: (2, 3, 7/10).
    """
    at = Fraction(percent * (count - 1), 100)
    lower = at.numerator // at.denominator
    return lower, min(lower + 1, count - 1), at - lower


def percentile(percent: int, ordered: Sequence[int]) -> Fraction | None:
    """The continuous percentile of sorted values, by linear interpolation. None without any.

    *Example:* the 90th of 10, 20, 30, 40: 37.
    """
    if not ordered:
        return None
    lower, upper, way = neighbours(percent, len(ordered))
    return ordered[lower] + way * (ordered[upper] - ordered[lower])
