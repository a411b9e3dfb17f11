"""Aggregates as the API shows them: boards, maps and distributions over the posts of a project."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from uuid import UUID

import msgspec

from trackagoat.gateway.reads.campaign_boards import BoardRow, OverlapRow
from trackagoat.gateway.reads.ingest.aggregates import CellRow, CreatorBoardRow, OutlierRow, SpreadRow
from trackagoat.gateway.reads.ingest.labels import LabelRow
from trackagoat.gateway.resources import formulas
from trackagoat.gateway.resources.fields import Instant, Number, number, ratio, shown

PERCENTILES = (50, 75, 90, 99)


class Cell(msgspec.Struct, frozen=True, kw_only=True):
    """Posts of one hour of one day of the week (0 Sunday … 6), and their average level of views."""

    dow: int
    hour: int
    post_count: int
    avg_views: Number | None


class PostingDay(msgspec.Struct, frozen=True, kw_only=True):
    """Posts of a creator on a day."""

    creator_id: UUID
    day: date
    post_count: int


class Bin(msgspec.Struct, frozen=True, kw_only=True):
    """View counts from `bin_lower` on and under `bin_upper`; the last bin holds those at its upper edge too."""

    bin_index: int
    bin_lower: Number
    bin_upper: Number
    video_count: int


class Distribution(msgspec.Struct, frozen=True, kw_only=True):
    """How views are distributed over the videos whose views are known."""

    total: int
    min: int | None
    max: int | None
    p50: int | None
    p75: int | None
    p90: int | None
    p99: int | None
    bins: list[Bin]


class Outlier(msgspec.Struct, frozen=True, kw_only=True):
    """A video with many times the views of the middle one of its creator."""

    video_id: UUID
    creator_id: UUID
    view_count: int
    median_views: Number
    x_multiple: Number
    posted_at: Instant | None
    title: str | None
    thumbnail_url: str | None
    url: str | None
    tiktok_handle: str
    display_name: str | None
    avatar_url: str | None


class CreatorLeader(msgspec.Struct, frozen=True, kw_only=True):
    """A creator of the leaderboard. Rates are in percent; `engagement_rate` counts no saves."""

    creator_id: UUID
    tiktok_handle: str
    display_name: str | None
    avatar_url: str | None
    current_followers: int | None
    follower_delta: int
    total_views: int | None
    posts_in_period: int
    posts_per_week: Number
    engagement_rate: Number | None
    growth_rate: Number | None
    total_count: int


class ScatterPoint(msgspec.Struct, frozen=True, kw_only=True):
    """A creator that posted in the range: followers gained against engagement."""

    creator_id: UUID
    tiktok_handle: str
    follower_delta: int
    engagement_rate: Number | None
    posts_count: int


class CampaignLeader(msgspec.Struct, frozen=True, kw_only=True):
    """What the posts of a range bring to a campaign, against the prior one; its creators are all it has."""

    campaign_id: UUID
    name: str
    total_views: int | None
    total_likes: int | None
    video_count: int
    creator_count: int
    preview_thumbnail_url: str | None
    prior_views: int | None
    views_delta: int | None
    views_delta_pct: int | None


class Overlap(msgspec.Struct, frozen=True, kw_only=True):
    """A creator or video, and the campaigns it is a direct item of, by name."""

    entity_id: UUID
    entity_label: str
    entity_avatar: str | None
    campaign_ids: list[UUID]
    campaign_names: list[str]
    campaign_count: int


def cell(row: CellRow) -> Cell:
    """A cell of the heatmap; videos whose views are unknown count as posts only."""
    average = None if row.views is None else Fraction(row.views) / row.known
    return shown(Cell, row, avg_views=ratio(average, 2))


def edges(spread: SpreadRow, count: int) -> list[Fraction]:
    """Where equally wide bins from the least to the most value begin and end; one bin when all are equal."""
    if spread.least is None or spread.most is None:
        return []
    if spread.least == spread.most:
        return [Fraction(spread.least), Fraction(spread.most)]
    width = Fraction(spread.most - spread.least, count)
    return [spread.least + n * width for n in range(count + 1)]


def distribution(spread: SpreadRow, count: int) -> Distribution:
    """The distribution over so many bins."""
    held = dict(zip(spread.bins, spread.held, strict=True))
    at = edges(spread, count)
    found: dict[int, int | None] = dict.fromkeys(PERCENTILES)
    for percent, lower, upper in zip(PERCENTILES, spread.ranked[::2], spread.ranked[1::2], strict=False):
        _, _, way = formulas.neighbours(percent, spread.total)
        found[percent] = int(ratio(lower + way * (upper - lower), 0) or 0)
    return Distribution(
        total=spread.total,
        min=spread.least,
        max=spread.most,
        p50=found[50],
        p75=found[75],
        p90=found[90],
        p99=found[99],
        bins=[
            Bin(
                bin_index=n,
                bin_lower=ratio(at[n], 2) or 0,
                bin_upper=ratio(at[n + 1], 2) or 0,
                video_count=held.get(n, 0),
            )
            for n in range(len(at) - 1)
        ],
    )


def outlier(row: OutlierRow) -> Outlier:
    """A row of the outliers."""
    multiple = formulas.x_multiple(row.view_count, Fraction(row.median_views))
    return shown(Outlier, row, median_views=number(row.median_views, 2) or 0, x_multiple=ratio(multiple, 2) or 0)


def creator_leader(row: CreatorBoardRow, days: int) -> CreatorLeader:
    """A row of the leaderboard over so many days."""
    return shown(
        CreatorLeader,
        row,
        total_views=row.views,
        posts_in_period=row.posts,
        posts_per_week=ratio(formulas.posts_per_week(row.posts, days), 2) or 0,
        engagement_rate=_engagement(row),
        growth_rate=ratio(formulas.follower_growth_rate(row.follower_delta, row.current_followers), 2),
    )


def scatter_point(row: CreatorBoardRow) -> ScatterPoint:
    """A creator that posted."""
    return shown(ScatterPoint, row, engagement_rate=_engagement(row), posts_count=row.posts)


def _engagement(row: CreatorBoardRow) -> Number | None:
    return ratio(formulas.engagement_rate_of_posts(row.views, row.likes, row.comments, row.shares), 2)


def campaign_leader(row: BoardRow, thumbnails: Mapping[UUID, str | None]) -> CampaignLeader:
    """A campaign; sums are 0 without posts and null when all values are unknown."""
    views, prior = row.views if row.posts else 0, row.prior_views if row.prior_posts else 0
    pct = ratio(formulas.change_pct(views, prior), 0)
    return CampaignLeader(
        campaign_id=row.campaign,
        name=row.name,
        total_views=views,
        total_likes=row.likes if row.posts else 0,
        video_count=row.posts,
        creator_count=row.creator_count,
        preview_thumbnail_url=None if row.most_viewed is None else thumbnails.get(row.most_viewed),
        prior_views=prior,
        views_delta=None if views is None or prior is None else views - prior,
        views_delta_pct=None if pct is None else int(pct),
    )


def overlap(row: OverlapRow, label: LabelRow) -> Overlap:
    """Something that is in campaigns."""
    return Overlap(
        entity_id=row.item,
        entity_label=label.label,
        entity_avatar=label.avatar,
        campaign_ids=row.campaign_ids,
        campaign_names=row.campaign_names,
        campaign_count=len(row.campaign_ids),
    )
