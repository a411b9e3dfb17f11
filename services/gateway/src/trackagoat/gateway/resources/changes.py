"""The log of what happened to a creator or a video, as the API shows it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, TypeAlias
from uuid import UUID

import msgspec

from trackagoat.gateway.reads.ingest import ChangeRow
from trackagoat.gateway.resources.fields import Instant, shown

CreatorChangeKind: TypeAlias = Literal[
    "added",
    "reactivated",
    "removed",
    "auto_disabled",
    "reenabled",
    "renamed",
    "tracking_mode_changed",
    "tracking_start_date_changed",
    "follower_milestone",
    "goal_created",
    "goal_changed",
    "goal_deleted",
    "goal_status_changed",
    "notes_changed",
]
VideoChangeKind: TypeAlias = Literal[
    "discovered",
    "added",
    "included",
    "excluded",
    "tracking_disabled",
    "tracking_enabled",
    "removed",
    "restored",
    "notes_changed",
]


class ChangeActor(msgspec.Struct, frozen=True, kw_only=True):
    """Who did it; the system has neither id nor name."""

    type: Literal["user", "api_key", "system"]
    id: UUID | None
    name: str | None


class CreatorChange(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened to a creator; `data` has the details of its kind."""

    id: UUID
    kind: CreatorChangeKind
    at: Instant
    actor: ChangeActor
    data: dict[str, Any]


class VideoChange(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened to a video; `data` has the details of its kind."""

    id: UUID
    kind: VideoChangeKind
    at: Instant
    actor: ChangeActor
    data: dict[str, Any]


def creator_change(row: ChangeRow, names: Mapping[UUID, str]) -> CreatorChange:
    """An entry of a creator's log."""
    return shown(CreatorChange, row, actor=_actor(row, names))


def video_change(row: ChangeRow, names: Mapping[UUID, str]) -> VideoChange:
    """An entry of a video's log."""
    return shown(VideoChange, row, actor=_actor(row, names))


def _actor(row: ChangeRow, names: Mapping[UUID, str]) -> ChangeActor:
    actor: Literal["user", "api_key", "system"] = msgspec.convert(row.actor_type, Literal["user", "api_key", "system"])
    name = None if row.actor_id is None else names.get(row.actor_id)
    return ChangeActor(type=actor, id=row.actor_id, name=name)
