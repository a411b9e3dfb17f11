"""Creators as the API shows them."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar, Literal
from uuid import UUID

import msgspec

from trackagoat.events.catalogue.words import TrackingMode
from trackagoat.gateway.edge.answers import Resource
from trackagoat.gateway.reads.ingest import CreatorRefRow, CreatorRow, CreatorSnapshotRow, SumsRow
from trackagoat.gateway.resources.badges import CreatorGoal
from trackagoat.gateway.resources.fields import Count, Instant, shown
from trackagoat.gateway.resources.freshness import CreatorFreshness

Availability = Literal["unknown", "available", "private", "not_found"]


class Creator(Resource, frozen=True, kw_only=True):
    """A TikTok account tracked in a project."""

    derived: ClassVar[frozenset[str]] = frozenset(
        {
            "follower_count",
            "following_count",
            "total_likes_count",
            "video_count",
            "last_scraped_at",
            "tracked_video_count",
            "pending_review_count",
            "scrape_freshness",
            "goals",
        }
    )

    id: UUID
    project_id: UUID
    tiktok_handle: str
    display_name: str | None
    display_name_override: str | None
    tiktok_display_name: str | None
    bio: str | None
    profile_url: str
    description: str | None
    readme: str | None
    metadata: dict[str, Any]
    tracking_mode: TrackingMode
    tracking_start_date: date
    avatar_url: str | None
    follower_count: int | None
    following_count: int | None
    total_likes_count: int | None
    video_count: int | None
    last_scraped_at: Instant | None
    is_active: bool
    inactive_reason: Literal["not_found", "private", "removed"] | None
    inactive_since: Instant | None
    availability: Availability
    tracked_video_count: Count
    pending_review_count: Count
    created_at: Instant
    updated_at: Instant
    goals: list[CreatorGoal]


class CreatorDetail(Creator, frozen=True, kw_only=True):
    """A creator by itself, with how fresh its figures are."""

    scrape_freshness: CreatorFreshness


class CreatorRef(msgspec.Struct, frozen=True, kw_only=True):
    """A creator named beside something of theirs."""

    id: UUID
    tiktok_handle: str
    display_name: str | None
    avatar_url: str | None


class CreatorSnapshot(msgspec.Struct, frozen=True, kw_only=True):
    """One reading of a creator's profile; unknown counters are null."""

    fetched_at: Instant
    source: str
    follower_count: int | None
    following_count: int | None
    total_likes_count: int | None
    video_count: int | None
    is_baseline: bool


class Totals(msgspec.Struct, frozen=True, kw_only=True):
    """Counter sums over a set of videos: null when all are unknown, 0 when there are none."""

    views: int | None = 0
    likes: int | None = 0
    comments: int | None = 0
    shares: int | None = 0
    saves: int | None = 0
    video_count: int = 0


def creator(row: CreatorRow, goals: list[CreatorGoal]) -> Creator:
    """A creator in a list."""
    return shown(Creator, row, goals=goals, **_composed(row))


def creator_detail(row: CreatorRow, fresh: CreatorFreshness, goals: list[CreatorGoal]) -> CreatorDetail:
    """A creator by itself."""
    return shown(CreatorDetail, row, scrape_freshness=fresh, goals=goals, **_composed(row))


def creator_ref(row: CreatorRefRow) -> CreatorRef:
    """A creator beside something of theirs."""
    return CreatorRef(
        id=row.creator,
        tiktok_handle=row.tiktok_handle,
        display_name=display_name(row),
        avatar_url=row.avatar_url,
    )


def snapshot(row: CreatorSnapshotRow) -> CreatorSnapshot:
    """A reading."""
    return shown(CreatorSnapshot, row)


def totals(row: SumsRow | None) -> Totals:
    """Sums of a creator's videos."""
    return Totals() if row is None else shown(Totals, row)


def display_name(row: CreatorRow | CreatorRefRow) -> str | None:
    """The override if set, else TikTok's."""
    return row.tiktok_display_name if row.display_name_override is None else row.display_name_override


def _composed(row: CreatorRow) -> dict[str, Any]:
    return {
        "id": row.creator,
        "project_id": row.project,
        "display_name": display_name(row),
        "profile_url": f"https://www.tiktok.com/@{row.tiktok_handle}",
        "description": row.readme,
    }
