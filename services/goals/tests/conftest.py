"""A stage for goals on a real PostgreSQL: facts are heard, commands asked, and the clock is in the test's hand."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeAlias
from uuid import UUID

import asyncpg
import pytest

from trackagoat.events import clock
from trackagoat.events.catalogue.goals import SetGoal
from trackagoat.events.catalogue.ingest import (
    CreatorAdded,
    ProfileReading,
    StatsSnapshotted,
    VideoDiscovered,
    VideoReading,
    VideoReviewed,
)
from trackagoat.events.catalogue.words import (
    Command,
    CreatorId,
    Event,
    GoalId,
    OrgId,
    ProjectId,
    TrackingStatus,
    VideoId,
)
from trackagoat.events.catalogue.workspace import OrgCreated
from trackagoat.events.codec import decode_event
from trackagoat.events.decider import Outcome
from trackagoat.events.envelope import Ask, Heard
from trackagoat.events.testing import play
from trackagoat.goals.service import service
from trackagoat.goals.settings import Settings

Pool: TypeAlias = "asyncpg.Pool[Any]"
ORG, PROJECT = OrgId(UUID(int=1)), ProjectId(UUID(int=2))
CREATOR, GOAL = CreatorId(UUID(int=3)), GoalId(UUID(int=4))
SHOWN = """
SELECT c.*, p.status AS previous_status, p.percentage AS previous_percentage, p.actual AS previous_actual,
    p.is_final AS previous_is_final, p.period_end AS previous_period_end
FROM compliance c LEFT JOIN results p ON p.goal = c.goal AND p.period_start = c.previous_period_start
WHERE c.goal = $1
"""
SERVICE = service(Settings(database_url="postgresql://unused"))


def instant(at: str | datetime) -> datetime:
    return datetime.fromisoformat(at) if isinstance(at, str) else at


class Stage:
    """One org with one creator; everything happens at the instant given."""

    service = SERVICE

    def __init__(self, pool: Pool, nth: int = 0) -> None:
        self.pool, self._first_video = pool, 1000 * (nth + 1)
        self.org, self.project = OrgId(UUID(int=ORG.int + 100 * nth)), ProjectId(UUID(int=PROJECT.int + 100 * nth))
        self.creator, self.goal = CreatorId(UUID(int=CREATOR.int + 100 * nth)), GoalId(UUID(int=GOAL.int + 100 * nth))
        self.heard: list[Heard[Any]] = []

    async def open(self, at: str, zone: str = "Europe/Berlin", hours: int = 10_000) -> None:
        """The org and its creator are there; numbers stay fresh for one and a half times `hours`."""
        intervals: dict[str, Any] = dict.fromkeys(
            ("video_stats_hours", "discover_videos_hours", "creator_profiles_hours"), hours
        )
        await self.hear(at, OrgCreated(org=self.org, name="Blue", timezone=zone, **intervals))
        await self.hear(at, self.added())

    def added(self) -> CreatorAdded:
        return CreatorAdded(
            creator=self.creator, project=self.project, tiktok_handle="ana", tracking_start_date=date(2026, 1, 1)
        )

    async def hear(self, at: str | datetime, *events: Event) -> None:
        facts = [play.heard(event, org=self.org, at=instant(at)) for event in events]
        self.heard += facts
        await play.play(self.pool, SERVICE, facts)

    async def ask(self, at: str | datetime, command: Command, command_id: UUID | None = None) -> Outcome:
        ask = Ask(org=self.org, command_id=command_id or clock.new_id(), at=instant(at))
        [outcome] = await play.handle(self.pool, SERVICE, ask, [command])
        return outcome

    async def set_goal(self, at: str, **more: Any) -> Outcome:
        asked: dict[str, Any] = {
            "goal": self.goal,
            "metric": "posts",
            "period": "weekly",
            "target_value": Decimal(15),
            "start_date": date(2026, 3, 23),
        }
        return await self.ask(at, SetGoal(creator=self.creator, project=self.project, **(asked | more)))

    async def begin(self, **more: Any) -> None:
        """The Friday before the week of 23 March: org, creator and goal are there and were looked at."""
        await self.open("2026-03-20T08:00Z")
        await self.set_goal("2026-03-20T09:00Z", **more)
        await self.work("2026-03-20T09:00Z")

    async def posted(self, when: str, *numbers: int) -> None:
        """Posts that are discovered as they are posted."""
        await self.hear(when, *(self.discovered(n, when) for n in numbers))
        await self.work(when)

    def reviewed(self, number: int, before: TrackingStatus, after: TrackingStatus) -> VideoReviewed:
        return VideoReviewed(
            video=self.video(number), project=self.project, creator_id=self.creator, from_=before, to=after
        )

    def video(self, number: int) -> VideoId:
        return VideoId(UUID(int=self._first_video + number))

    def discovered(self, number: int, posted_at: str | datetime | None, **more: Any) -> VideoDiscovered:
        fields: dict[str, Any] = {"creator_id": self.creator, "tracking_status": "auto_tracked"}
        return VideoDiscovered(
            video=self.video(number),
            project=self.project,
            tiktok_video_id=str(number),
            url=f"https://www.tiktok.com/@ana/video/{number}",
            posted_at=None if posted_at is None else instant(posted_at),
            **(fields | more),
        )

    def read(self, fetched_at: str | datetime, followers: int | None = None, **views: int | None) -> StatsSnapshotted:
        """A scrape of the creator: followers, and the views of posts by their number (`v1=500`)."""
        readings = [VideoReading(video=self.video(int(name[1:])), views=count) for name, count in views.items()]
        return StatsSnapshotted(
            project=self.project,
            creator_id=self.creator,
            source="simulator",
            fetched_at=instant(fetched_at),
            creator=None if followers is None else ProfileReading(followers=followers),
            videos=readings,
        )

    async def work(self, now: str | datetime) -> int:
        return await play.work(self.pool, SERVICE, instant(now))

    async def said(self, kind: type[Event] | None = None) -> list[Any]:
        """What goals said of this org, in the order it was stored."""
        rows = await self.pool.fetch("SELECT tag, data FROM events WHERE org = $1 ORDER BY pos", self.org)
        events = [decode_event(row["tag"], row["data"]) for row in rows]
        return [e for e in events if kind is None or isinstance(e, kind)]

    async def compliance(self, goal: GoalId | None = None) -> dict[str, Any]:
        row = await self.pool.fetchrow(SHOWN, goal or self.goal)
        assert row is not None
        return dict(row)

    async def results(self, goal: GoalId | None = None) -> list[dict[str, Any]]:
        rows = await self.pool.fetch("SELECT * FROM results WHERE goal = $1 ORDER BY period_start", goal or self.goal)
        return [dict(row) for row in rows]

    async def due_at(self) -> datetime | None:
        at: datetime | None = await self.pool.fetchval(
            "SELECT due_at FROM due WHERE kind = 'refresh' AND org = $1", self.org
        )
        return at


@pytest.fixture
async def stage(schema: Callable[[str], Awaitable[Pool]]) -> Stage:
    return Stage(await schema("goals"))
