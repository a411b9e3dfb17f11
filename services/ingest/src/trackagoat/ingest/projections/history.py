"""The log of what happened to creators, their goals and videos: facts to entries, one or several each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid5

from trackagoat.events.catalogue.goals import GoalCreated, GoalDeleted, GoalStatusChanged, GoalUpdated
from trackagoat.events.catalogue.ingest import (
    CreatorAdded,
    CreatorAutoDisabled,
    CreatorErased,
    CreatorFollowerMilestone,
    CreatorReactivated,
    CreatorReenabled,
    CreatorRemoved,
    CreatorRenamed,
    CreatorUpdated,
    VideoAdded,
    VideoDiscovered,
    VideoRemoved,
    VideoRestored,
    VideoReviewed,
    VideoTrackingDisabled,
    VideoTrackingEnabled,
    VideoUpdated,
)
from trackagoat.events.effects import Write
from trackagoat.events.envelope import Heard
from trackagoat.events.host.service import Page
from trackagoat.ingest.store import changes

CreatorFacts = (
    CreatorAdded
    | CreatorReactivated
    | CreatorUpdated
    | CreatorRenamed
    | CreatorAutoDisabled
    | CreatorReenabled
    | CreatorRemoved
    | CreatorFollowerMilestone
)
VideoFacts = (
    VideoDiscovered
    | VideoAdded
    | VideoReviewed
    | VideoUpdated
    | VideoTrackingDisabled
    | VideoTrackingEnabled
    | VideoRemoved
    | VideoRestored
)
GoalFacts = GoalCreated | GoalUpdated | GoalDeleted | GoalStatusChanged
HistoryFacts = CreatorFacts | CreatorErased | VideoFacts | GoalFacts

Entry = tuple[str, dict[str, Any]]
"""A kind of change, and its details."""

NOTES = ("readme", "metadata", "display_name_override")


def history(page: Page) -> Iterator[Write]:
    """Every change that people would ask about."""
    for fact in page:
        event: HistoryFacts = fact.event
        if isinstance(event, CreatorErased):
            yield changes.forget_details(event.creator)
        elif isinstance(event, CreatorFacts):
            yield from _logged(fact, event.creator, _of_creator(event))
        elif isinstance(event, GoalFacts):
            yield from _logged(fact, event.creator, _of_goal(event))
        else:
            yield from _logged(fact, event.video, _of_video(event))


def _logged(fact: Heard[HistoryFacts], entity: UUID, entries: Iterator[Entry]) -> Iterator[Write]:
    for kind, data in entries:
        by = fact.actor
        yield changes.log_change(fact.org, entity, fact.at, uuid5(fact.id, kind), kind, by.type, by.id, data)


def _of_creator(event: CreatorFacts) -> Iterator[Entry]:
    match event:
        case CreatorAdded() as e:
            yield "added", {"tiktok_handle": e.tiktok_handle, "tracking_mode": e.tracking_mode}
        case CreatorReactivated() as e:
            yield "reactivated", {"tiktok_handle": e.tiktok_handle}
        case CreatorReenabled() as e:
            yield "reenabled", {"tiktok_handle": e.tiktok_handle}
        case CreatorRemoved() as e:
            yield "removed", {"tiktok_handle": e.tiktok_handle}
        case CreatorRenamed() as e:
            yield "renamed", {"from": e.from_, "to": e.to}
        case CreatorAutoDisabled() as e:
            details = {"reason": e.reason, "failures": e.failures, "first_failure_at": e.first_failure_at}
            yield "auto_disabled", details
        case CreatorFollowerMilestone() as e:
            yield "follower_milestone", {"milestone": e.milestone, "follower_count": e.follower_count}
        case CreatorUpdated() as e:
            yield from _changed(e)


def _changed(event: CreatorUpdated) -> Iterator[Entry]:
    for name in ("tracking_mode", "tracking_start_date"):
        if name in event.before:
            yield f"{name}_changed", {"from": event.before[name], "to": getattr(event, name)}
    yield from _noted(event.before)


def _noted(before: dict[str, Any]) -> Iterator[Entry]:
    fields = [name for name in NOTES if name in before]
    if fields:
        yield "notes_changed", {"fields": fields}


def _of_video(event: VideoFacts) -> Iterator[Entry]:
    match event:
        case VideoDiscovered() as e:
            yield "discovered", {"tracking_status": e.tracking_status}
        case VideoAdded() as e:
            yield "added", {"tracking_status": e.tracking_status}
        case VideoReviewed() as e:
            yield ("included" if e.to == "included" else "excluded"), {"from": e.from_, "to": e.to}
        case VideoTrackingDisabled() as e:
            yield "tracking_disabled", {"reason": e.reason}
        case VideoTrackingEnabled():
            yield "tracking_enabled", {}
        case VideoRemoved():
            yield "removed", {}
        case VideoRestored() as e:
            yield "restored", {"tracking_status": e.tracking_status}
        case VideoUpdated() as e:
            yield from _noted(e.before)


def _of_goal(event: GoalFacts) -> Iterator[Entry]:
    which: dict[str, Any] = {"goal_id": event.goal}
    match event:
        case GoalCreated() as e:
            yield "goal_created", which | _target(e)
        case GoalUpdated() as e:
            yield "goal_changed", which | _target(e) | {"is_active": e.is_active}
        case GoalDeleted():
            yield "goal_deleted", which
        case GoalStatusChanged() as e:
            span = {"period_start": e.period_start, "period_end": e.period_end}
            told = {"metric": e.metric, "period": e.period, "from": e.from_, "to": e.to, "percentage": e.percentage}
            yield "goal_status_changed", which | told | span


def _target(event: GoalCreated | GoalUpdated) -> dict[str, Any]:
    value = event.target_value
    number = int(value) if value == value.to_integral_value() else float(value)
    dates = {"start_date": event.start_date, "end_date": event.end_date}
    return {"metric": event.metric, "period": event.period, "target_value": number} | dates
