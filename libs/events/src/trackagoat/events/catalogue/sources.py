"""Sources: which of them an organization's readings come from. Asked of ingest, and said by it.

These shapes are the stored bytes. Add fields with defaults; never rename, never remove.
"""

from __future__ import annotations

from typing import ClassVar, Literal

from trackagoat.events.catalogue.words import Command, Event, Refused


class SourcesEvent(Event, frozen=True, kw_only=True):
    """Said by ingest; no business of the org's subscribers."""

    speaker: ClassVar[str] = "ingest"
    public: ClassVar[bool] = False


class SourcesChosen(SourcesEvent, frozen=True, kw_only=True, tag="sources.chosen.v1"):
    """The sources asked for the org's jobs from now on, in their order, whole. None: those of the installation."""

    creator_profiles: list[str] | None = None
    discover_videos: list[str] | None = None
    video_stats: list[str] | None = None


Events = SourcesChosen


class SourcesCommand(Command, frozen=True, kw_only=True):
    """Asked of ingest."""

    service: ClassVar[str] = "ingest"


class ChooseSources(SourcesCommand, frozen=True, kw_only=True, tag="sources.choose"):
    """Ask these sources, in this order, for the org's jobs of one kind. None: those of the installation again."""

    kind: Literal["creator_profiles", "discover_videos", "video_stats"]
    sources: list[str] | None = None


Commands = ChooseSources


class UnknownSource(Refused):
    """That source is not configured on this installation."""
