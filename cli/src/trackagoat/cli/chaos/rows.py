"""Judging the read models: they equal a recomputation from the facts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from trackagoat.cli.chaos.evidence import Evidence
from trackagoat.cli.chaos.recompute import COUNTERS, Graph, Program
from trackagoat.cli.gains import differing
from trackagoat.events.catalogue.goals import (
    GoalCreated,
    GoalDeleted,
    GoalPeriodClosed,
    GoalPeriodFinalized,
    GoalResultRevised,
    GoalStatusChanged,
    GoalUpdated,
)

SHOWN = ("view_count", "like_count", "comment_count", "share_count", "save_count")


def complaints(evidence: Evidence) -> Iterator[str]:
    """Every row that differs, one sentence each."""
    program = Program([fact.event for fact in evidence.facts["ingest"]])
    graph = Graph([fact.event for fact in evidence.facts["campaigns"]], program)
    yield from _differences("ingest.videos", _videos(evidence), _videos_recomputed(program))
    yield from _differences("ingest.creators", _creators(evidence), _creators_recomputed(program))
    yield from _differences("ingest.video_snapshots", _snapshots(evidence), _snapshots_recomputed(program))
    yield from _campaigns(evidence, graph)
    yield from _campaign_days(evidence, graph)
    yield from _differences("goals.goals", _goals(evidence), _goals_recomputed(evidence))
    yield from _differences("goals.results", _results(evidence), _results_recomputed(evidence))
    yield from _running_goals(evidence, program)


def _differences(table: str, found: dict[Any, Any], ought: dict[Any, Any]) -> Iterator[str]:
    for key in ought.keys() - found.keys():
        yield f"{table} lacks {key}"
    for key in found.keys() - ought.keys():
        yield f"{table} has {key}, of which no fact speaks"
    for key in ought.keys() & found.keys():
        if found[key] != ought[key]:
            yield f"{table}: {key} is {found[key]}, the facts come to {ought[key]}"


# -- ingest ----------------------------------------------------------------------------------------------


def _videos(evidence: Evidence) -> dict[UUID, Any]:
    columns = ("project", "creator_id", "tracking_status", "removed", "hidden", "tracking_disabled", *SHOWN)
    return {row["video"]: tuple(row[c] for c in columns) for row in evidence.rows["ingest.videos"]}


def _videos_recomputed(program: Program) -> dict[UUID, Any]:
    return {
        id: (
            *(v.project, v.owner, v.status, v.removed, v.owner in program.removed, v.rests),
            *(v.level(nth) for nth in range(len(COUNTERS))),
        )
        for id, v in program.videos.items()
    }


def _creators(evidence: Evidence) -> dict[UUID, Any]:
    columns = ("tiktok_handle", "tracking_mode", "is_active", "follower_count", "tracked_video_count")
    return {row["creator"]: tuple(row[c] for c in columns) for row in evidence.rows["ingest.creators"]}


def _creators_recomputed(program: Program) -> dict[UUID, Any]:
    tracked = dict.fromkeys(program.creators, 0)
    for id, video in program.videos.items():
        if video.owner in tracked and program.counts(id):
            tracked[video.owner] += 1
    resting = program.removed | program.disabled
    return {
        id: (
            *(program.handles[id], c.tracking_mode, id not in resting),
            *(program.follower_level(id), tracked[id]),
        )
        for id, c in program.creators.items()
    }


def _snapshots(evidence: Evidence) -> dict[Any, Any]:
    rows = evidence.rows["ingest.video_snapshots"]
    return {(r["video"], r["fetched_at"], r["source"]): tuple(r[c] for c in SHOWN) for r in rows}


def _snapshots_recomputed(program: Program) -> dict[Any, Any]:
    return {(id, *key): values for id, v in program.videos.items() for key, values in v.readings.items()}


# -- campaigns -------------------------------------------------------------------------------------------


def _campaigns(evidence: Evidence, graph: Graph) -> Iterator[str]:
    rows = evidence.rows
    columns = ("video_count", "item_count", "creator_count", *COUNTERS)
    totals = {row["campaign"]: {c: row[c] for c in columns} for row in rows["campaigns.campaigns"]}
    yield from _differences("campaigns.campaigns", totals, graph.totals())
    inside = {(row["campaign"], row["video"]): int(row["paths"]) for row in rows["campaigns.membership"]}
    yield from _differences("campaigns.membership", inside, graph.membership())
    closure = {(row["ancestor"], row["descendant"]): int(row["paths"]) for row in rows["campaigns.closure"]}
    yield from _differences("campaigns.closure", closure, graph.closure())


def _campaign_days(evidence: Evidence, graph: Graph) -> Iterator[str]:
    """Judged in the one zone all orgs of a load have."""
    shown: dict[UUID, dict[date, Any]] = {}
    for row in evidence.rows["campaigns.campaign_days"]:
        shown.setdefault(row["campaign"], {})[row["day"]] = row
    zone = ZoneInfo(next((f.event.timezone for f in evidence.facts["workspace"] if f.tag == "org.created.v1"), "UTC"))  # type: ignore[attr-defined]
    ought = graph.days(zone)
    for campaign in shown.keys() | ought.keys():
        for what in differing(shown.get(campaign, {}), ought.get(campaign, {})):
            yield f"campaigns.campaign_days: {campaign}: {what}"


# -- goals -----------------------------------------------------------------------------------------------


def _goals(evidence: Evidence) -> dict[UUID, Any]:
    columns = ("creator", "metric", "period", "target_value", "end_date", "is_active")
    return {row["goal"]: tuple(row[c] for c in columns) for row in evidence.rows["goals.goals"]}


def _goals_recomputed(evidence: Evidence) -> dict[UUID, Any]:
    goals: dict[UUID, Any] = {}
    for fact in evidence.facts["goals"]:
        e: Any = fact.event
        match e:
            case GoalCreated():
                goals[e.goal] = (e.creator, e.metric, e.period, e.target_value, e.end_date, True)
            case GoalUpdated():
                goals[e.goal] = (e.creator, e.metric, e.period, e.target_value, e.end_date, e.is_active)
            case GoalDeleted():
                del goals[e.goal]
            case _:
                pass  # it says nothing about this
    return goals


Period = tuple[UUID, datetime]


def _results(evidence: Evidence) -> dict[Period, Any]:
    columns = ("status", "is_final", "target", "actual", "percentage")
    return {(r["goal"], r["period_start"]): tuple(r[c] for c in columns) for r in evidence.rows["goals.results"]}


def _results_recomputed(evidence: Evidence) -> dict[Period, Any]:
    results: dict[Period, Any] = {}
    for fact in evidence.facts["goals"]:
        e: Any = fact.event
        match e:
            case GoalPeriodClosed() | GoalResultRevised() | GoalPeriodFinalized():
                final = isinstance(e, GoalPeriodFinalized)
                results[e.goal, e.period_start] = (e.status, final, e.target, e.actual, e.percentage)
            case GoalStatusChanged() if (e.goal, e.period_start) in results:
                results[e.goal, e.period_start] = (e.to, False, e.target, e.actual, e.percentage)
            case GoalDeleted():
                results = {key: result for key, result in results.items() if key[0] != e.goal}
            case _:
                pass  # it says nothing about this
    return results


def _running_goals(evidence: Evidence, program: Program) -> Iterator[str]:
    """What is shown of goals that run is what the creator's posts come to."""
    active = {row["goal"]: row for row in evidence.rows["goals.goals"] if row["is_active"]}
    for row in evidence.rows["goals.compliance"]:
        if row["goal"] not in active or row["period_end"] <= evidence.now:
            continue
        metric = active[row["goal"]]["metric"]
        ought = program.figure(row["creator"], metric, row["period_start"], row["period_end"])
        if row["creator"] not in program.removed and row["actual"] != ought:
            yield f"goals.compliance: {row['goal']} ({metric}) is at {row['actual']}, the facts come to {ought}"
