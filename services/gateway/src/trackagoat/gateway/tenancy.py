"""What exists for a caller: everything else, in another org or nowhere, is the same 404."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from trackagoat.events.catalogue import plans
from trackagoat.gateway.edge.call import Call
from trackagoat.gateway.edge.faults import ApiError, invalid_query
from trackagoat.gateway.reads import campaigns, goals, ingest, workspace
from trackagoat.gateway.resources import days


async def org(call: Call[Any, Any]) -> workspace.OrgRow:
    """The caller's organization."""
    row = await workspace.org(call.db, call.org)
    if row is None:
        raise ApiError("not_found")
    return row


async def project(call: Call[Any, Any], id: UUID) -> workspace.ProjectRow:
    """A project of the org."""
    row = await workspace.project(call.db, call.org, id)
    if row is None:
        raise ApiError("not_found")
    return row


async def creator(call: Call[Any, Any], id: UUID) -> ingest.CreatorRow:
    """A creator of the org, removed or not."""
    row = await ingest.creator(call.db, call.org, id)
    if row is None:
        raise ApiError("not_found")
    return row


async def video(call: Call[Any, Any], id: UUID) -> ingest.VideoRow:
    """A video of the org that was not removed."""
    row = await ingest.video(call.db, call.org, id)
    if row is None:
        raise ApiError("not_found")
    return row


async def campaign(call: Call[Any, Any], id: UUID) -> campaigns.CampaignRow:
    """A campaign of the org."""
    row = await campaigns.campaign(call.db, call.org, id)
    if row is None:
        raise ApiError("not_found")
    return row


async def goal(call: Call[Any, Any], id: UUID) -> goals.GoalRow:
    """A goal of the org."""
    row = await goals.goal(call.db, call.org, id)
    if row is None:
        raise ApiError("not_found")
    return row


async def filters(call: Call[Any, Any]) -> None:
    """Raise a 404 when the query names a project or creator that is not the org's."""
    asked: list[Awaitable[object]] = []
    if (of_project := getattr(call.params, "project_id", None)) is not None:
        asked.append(project(call, of_project))
    if (of_creator := getattr(call.params, "creator_id", None)) is not None:
        asked.append(creator(call, of_creator))
    await asyncio.gather(*asked)


async def posted(
    call: Call[Any, Any], first: date | None, last: date | None
) -> tuple[datetime | None, datetime | None]:
    """The instants between which posts of those days were posted, in the org's timezone."""
    if first is None and last is None:
        return None, None
    in_order(first, last)
    zone = (await org(call)).timezone
    return (days.start(first, zone) if first else None), (days.end(last, zone) if last else None)


async def ranged(call: Call[Any, Any], first: date | None, last: date | None, tz: str | None = None) -> days.Range:
    """The days meant: the last 30 unless named, in the zone asked for, else the org's.

    Raises a 400 for a crossed range or an unknown zone, a 402 for days the plan does not keep.
    """
    in_order(first, last)
    if tz is not None and tz not in days.zones():
        raise invalid_query("tz", "No timezone of the IANA database, such as Europe/Berlin")
    row = await org(call)
    zone = tz or row.timezone
    today = days.today(call.now, zone)
    first, last = map(days.clamped, days.last_thirty(first, last, today))
    kept = kept_days(row, call.now)
    if kept is not None and first < (earliest := today - timedelta(days=kept)):
        message = f"The plan keeps {kept} days; the earliest day is {earliest}"
        raise ApiError("retention_exceeded", message, tierRetentionDays=kept, earliestDate=earliest.isoformat())
    return days.Range(zone, first, last, today)


def kept_days(row: workspace.OrgRow, now: datetime) -> int | None:
    """For how many days the org's plan keeps figures; None is unlimited. A plan given up counts during its grace."""
    return plans.kept_days(row.tier, row.previous_tier, row.grace_until, now)


async def ranged_if(
    call: Call[Any, Any], first: date | None, last: date | None
) -> tuple[datetime | None, datetime | None]:
    """The instants between which the days meant lie; all time when none is named. Raises as `ranged` does."""
    if first is None and last is None:
        return None, None
    meant = await ranged(call, first, last)
    return meant.start, meant.end


async def between(
    call: Call[Any, Any], first: date | None, last: date | None
) -> tuple[datetime | None, datetime | None]:
    """The instants a range begins and ends; no range when neither day is named. Raises a 400 for a crossed one."""
    in_order(first, last)
    if first is None and last is None:
        return None, None
    zone = (await org(call)).timezone
    first, last = days.last_thirty(first, last, days.today(call.now, zone))
    return days.start(first, zone), days.end(last, zone)


def in_order(first: date | None, last: date | None, name: str = "from") -> None:
    """Raise a 400 for a range that ends before it begins."""
    if first is not None and last is not None and first > last:
        raise invalid_query(name, "After the end of the range")
