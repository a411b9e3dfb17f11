"""Triggers: readings somebody asked for, within the day's allowance. Stream `triggers-<day>` of the org."""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar, Literal

from trackagoat.events.catalogue.ingest.speaker import IngestCommand, IngestEvent, JobKind
from trackagoat.events.catalogue.words import CreatorId, ProjectId, Refused, VideoId

Subject = Literal["unknown", "creator_rests", "video_rests", "read"]


class ScrapeRequested(IngestEvent, frozen=True, kw_only=True, tag="scrape.requested.v1"):
    """Somebody wants a creator, or with `video` one post, read at once. It used one unit of what the plan allows on
    that day (UTC).
    """

    public: ClassVar[bool] = False
    project: ProjectId
    creator_id: CreatorId | None = None
    video: VideoId | None = None
    kinds: list[JobKind]
    day: date


TriggerEvents = ScrapeRequested


class RequestScrape(IngestCommand, frozen=True, kw_only=True, tag="scrape.request"):
    """Read a creator, or with `video` one post, at once and whatever was read when.

    Ingest itself completes the rest: `now`, `most` triggers that the plan allows on a day (None: any number), what
    the `subject` is like, and of the `kinds` those that are `idle`: not queued or running already.
    """

    creator: CreatorId | None = None
    video: VideoId | None = None
    kinds: list[JobKind]
    project: ProjectId | None = None
    now: datetime | None = None
    most: int | None = None
    subject: Subject = "unknown"
    idle: list[JobKind] = []


TriggerCommands = RequestScrape


class TrackingDisabled(Refused):
    """The video is not refreshed; enable tracking first."""


class RateLimitExceeded(Refused):
    """The manual scrapes of this day are used up."""
