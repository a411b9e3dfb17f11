"""What is watched: names of looks, and when something that was looked at is worth an alert."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Final, Literal
from uuid import UUID

import msgspec

from trackagoat.events.catalogue import plans
from trackagoat.events.catalogue.notifications import ClearAlert, RaiseAlert, Subject
from trackagoat.events.catalogue.words import CreatorId, Json, OrgId, ProjectId
from trackagoat.events.catalogue.workspace import Tier
from trackagoat.notifications.domain.alerts import SEVERITY
from trackagoat.notifications.domain.phrases import instant

WATCH: Final = "watch"
"""The kind of due row that looks at something."""
TELL: Final = "tell"
"""The kind that looks again and tells, if it still is so."""
SETTLES = timedelta(minutes=1)
"""So long something has to be so before it is told: facts that end it may be on their way."""
WAITED = timedelta(hours=24)
OVERDUE = 3
"""Times the expected interval."""
NEAR, FULL, ARMED = 80, 100, 70
"""Percent of a limit: it is told of at the first two, and may be again once it was under the third."""
MOMENT = timedelta(milliseconds=1)
DAY = timedelta(days=1)
Job = Literal["creator_profiles", "discover_videos"]


def limits(org: OrgId) -> str:
    """The look at what an org uses of its plan."""
    return f"limits/{org}"


def midnight(org: OrgId) -> str:
    """The same, when the day of daily limits is over."""
    return f"{limits(org)}/day"


def inbox(project: ProjectId) -> str:
    """The look at the Tracking Inbox of a project."""
    return f"inbox/{project}"


def overdue(creator: CreatorId) -> str:
    """The look at when a creator was read last."""
    return f"overdue/{creator}"


class Stands(msgspec.Struct, frozen=True):
    """An alert that was not cleared yet."""

    entity: UUID
    payload: dict[str, Json]
    created_at: datetime


class Found(msgspec.Struct, frozen=True):
    """What a look came to: what is to be told, what no longer is so, and when it has to be looked at again.

    `late`: something is overdue, so the next reading makes it worth a look at once.
    """

    tell: Sequence[RaiseAlert] = ()
    clear: Sequence[ClearAlert] = ()
    again: datetime | None = None
    late: bool = False


class Reading(msgspec.Struct, frozen=True):
    """A job of a creator: when it saw something last, since when it is waited for, and how often it should."""

    job: Job
    last: datetime | None
    since: datetime
    hours: int

    @property
    def late(self) -> datetime:
        """It is overdue after this."""
        return max(self.since, self.last or self.since) + OVERDUE * timedelta(hours=self.hours)


def at_readings(
    creator: CreatorId, project: ProjectId, readings: Sequence[Reading], standing: Sequence[Stands], now: datetime
) -> Found:
    """What is overdue of a creator's readings."""
    known = {one.payload["kind"] for one in standing}
    late = {one.job: one for one in readings if now > one.late}
    tell = [_overdue(creator, project, one) for job, one in late.items() if job not in known]
    over = [ClearAlert(kind="scrape_overdue", entity=creator, occasion=job) for job in sorted(known - late.keys())]
    coming = [one.late + MOMENT for one in readings if one.job not in late]
    return Found(tell, over, min([*coming, now + DAY]) if readings else None, late=bool(late))


def _overdue(creator: CreatorId, project: ProjectId, one: Reading) -> RaiseAlert:
    payload: dict[str, Json] = {
        "creator_id": str(creator),
        "kind": one.job,
        "last_scraped_at": None if one.last is None else instant(one.last),
        "expected_interval_hours": one.hours,
    }
    return RaiseAlert(
        kind="scrape_overdue",
        severity=SEVERITY["scrape_overdue"],
        entity=Subject("creator", creator),
        occasion=one.job,
        project=project,
        creator=creator,
        payload=payload,
    )


def at_inbox(
    project: ProjectId, waiting: int, oldest: datetime | None, standing: Sequence[Stands], now: datetime
) -> Found:
    """Whether a post of a project has waited too long for a decision."""
    if oldest is None or now <= oldest + WAITED:
        over = [ClearAlert(kind="inbox_waiting", entity=project)] if standing else []
        return Found((), over, None if oldest is None else oldest + WAITED + MOMENT)
    if standing:
        return Found()
    payload: dict[str, Json] = {
        "project_id": str(project),
        "pending_count": waiting,
        "oldest_discovered_at": instant(oldest),
    }
    told = RaiseAlert(
        kind="inbox_waiting",
        severity=SEVERITY["inbox_waiting"],
        entity=Subject("project", project),
        project=project,
        payload=payload,
    )
    return Found([told])


class Used(msgspec.Struct, frozen=True):
    """How much of a limit is used, in the org, a project or a campaign."""

    key: plans.Limit
    at: UUID
    count: int


ENTITY: dict[plans.Limit, str] = {
    "max_campaigns_per_project": "project",
    "max_campaign_items_per_campaign": "campaign",
}


def at_limits(tier: Tier, uses: Sequence[Used], standing: Sequence[Stands], now: datetime) -> Found:
    """Which limits are nearly or wholly used, and which no longer are."""
    today = datetime.combine(now.astimezone(UTC).date(), time(), UTC)
    share = {(one.key, one.at): (one, _share(tier, one)) for one in uses}
    held, over = set[tuple[str, UUID, int]](), list[ClearAlert]()
    for one in standing:
        key, threshold = one.payload["limit_key"], one.payload["threshold"]
        daily = key.endswith("_per_day")
        use = share.get((key, one.entity))
        if use is None or use[1] < ARMED or (daily and one.created_at < today):
            day = one.created_at if daily else None
            over.append(ClearAlert(kind="limit_warning", entity=one.entity, occasion=_occasion(key, threshold, day)))
        else:
            held.add((key, one.entity, threshold))
    tell = [alert for one, percent in share.values() for alert in _full(tier, one, percent, held, now)]
    return Found(tell, over)


def _share(tier: Tier, use: Used) -> int:
    """Percent of what the plan allows; 0 when it allows any number, or none at all."""
    most = plans.limit(tier, use.key)
    return use.count * 100 // most if most else 0


def _full(tier: Tier, use: Used, percent: int, held: set[tuple[str, UUID, int]], now: datetime) -> Iterator[RaiseAlert]:
    """The higher of the two thresholds that is reached, unless that or a higher one was told of."""
    threshold = FULL if percent >= FULL else NEAR
    if percent < NEAR or any((use.key, use.at, told) in held for told in (threshold, FULL)):
        return
    payload: dict[str, Json] = {
        "limit_key": use.key,
        "current": use.count,
        "max": plans.limit(tier, use.key),
        "threshold": threshold,
    }
    yield RaiseAlert(
        kind="limit_warning",
        severity="critical" if threshold == FULL else SEVERITY["limit_warning"],
        entity=Subject(ENTITY.get(use.key, "org"), use.at),
        occasion=_occasion(use.key, threshold, now if use.key.endswith("_per_day") else None),
        payload=payload,
    )


def _occasion(key: str, threshold: int, day: datetime | None) -> str:
    return f"{key}/{threshold}" if day is None else f"{key}/{threshold}/{day.astimezone(UTC).date()}"
