"""What every event and every command of ingest has in common, and the words of scraping."""

from __future__ import annotations

from typing import ClassVar, Literal

from trackagoat.events.catalogue.words import Command, Event

SourceOutcome = Literal["ok", "not_found", "private", "rate_limited", "blocked", "schema_changed", "error"]
JobKind = Literal["creator_profiles", "discover_videos", "video_stats"]
Unseen = Literal["not_found", "private"]
DisabledReason = Literal["manual", "expired", "unavailable"]


class IngestEvent(Event, frozen=True, kw_only=True):
    """Said by ingest."""

    speaker: ClassVar[str] = "ingest"


class IngestCommand(Command, frozen=True, kw_only=True):
    """Asked of ingest."""

    service: ClassVar[str] = "ingest"
