"""`goat up --demo`: an organization with simulated creators, their history, nested campaigns and goals."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID, uuid5

import msgspec

from trackagoat.cli.accounts import fresh_key, key_command
from trackagoat.cli.errors import Failure
from trackagoat.cli.operator import Operator, connected
from trackagoat.cli.state import Begun, Demo
from trackagoat.events import clock
from trackagoat.events.catalogue.campaigns import AddItem, CreateCampaign
from trackagoat.events.catalogue.goals import Metric, Period, SetGoal
from trackagoat.events.catalogue.ingest import AddCreator, RecordScrape
from trackagoat.events.catalogue.words import CampaignId, Command, CreatorId, GoalId, ItemType, KeyId, OrgId, ProjectId
from trackagoat.events.catalogue.workspace import CreateOrg, CreateProject, UpdateOrg
from trackagoat.events.decider import Outcome
from trackagoat.ingest.sources.demo import NAME, History, histories, posts_made, views_gained

if TYPE_CHECKING:
    from trackagoat.cli.supervisor import System

SETTLE_SECONDS = 30.0
NEW_MONTH_DAYS = 2
"""A month this young says too little; its week is looked at instead."""

CAMPAIGNS: dict[str, list[int | str]] = {
    "Core team": [0, 1, 2, 3, 4, 5],
    "Spring launch": ["Core team", 6, 7, 8, 9, 10, 11],
    "Always on": ["Core team", 10, 11, 12, 13, 14, 15, 16],
    "Local heroes": [17, 18, 19, 20, 21, 22, 23],
    "Goat Milk 2026": ["Spring launch", "Always on", "Local heroes"],
}
"""Campaigns and their items: creators by number, campaigns by name. The core team is reached in two ways."""

GOALS: dict[int, float] = {0: 1.3, 1: 0.85, 2: 0.4, 3: 1.3, 4: 0.4, 5: 0.85, 6: 1.3, 7: 1.3, 8: 0.4}
"""Running goals: creator, and the pace the target is chosen to give at this moment."""

ENDED: dict[int, float] = {9: 0.8, 10: 1.5, 11: 0.5, 12: 1.25}
"""Goals of the last whole week: creator, and actual ÷ target."""

_HEADS = """
SELECT min(c.seq - h.seq) FROM (
    SELECT seq, source, partition FROM campaigns.checkpoints
    UNION ALL SELECT seq, source, partition FROM goals.checkpoints
) c JOIN (SELECT 'ingest' AS source, seq FROM ingest.feed_head) h USING (source) WHERE c.partition >= 0
"""
_SETTLED = """
SELECT count(*) FROM goals.compliance WHERE org = $1 AND actual IS NOT NULL
"""


async def seed(system: System, tell: Callable[[str], None]) -> Demo:
    """Fill the installation; one that has its demo already keeps it."""
    kept = system.folder.demo() or begun()
    if not kept.complete:
        system.folder.keep_demo(kept)
        tell("seeding the demo: 24 creators, 60 days of history")
        async with connected(system.nats_url, *system.nats_login("operator"), system.database_url) as op:
            await Seeding(op, kept).run()
        system.folder.keep_demo(msgspec.structs.replace(kept, complete=True))
    return kept.demo


def begun() -> Begun:
    """A demo of which nothing has been told yet."""
    key, _ = fresh_key("demo", [])
    demo = Demo(org_id=str(clock.new_id()), project_id=str(clock.new_id()), api_key=key)
    return Begun(demo=demo, at=clock.now())


class Seeding:
    """One org, made from nothing. Every id follows from the org's: what was told already is not told twice."""

    def __init__(self, op: Operator, kept: Begun) -> None:
        """The demo ends at the instant it was begun."""
        self._op, self._now, self._key = op, kept.at, kept.demo.api_key
        self._org = OrgId(UUID(kept.demo.org_id))
        self._project = ProjectId(UUID(kept.demo.project_id))

    def _id(self, what: str) -> UUID:
        return uuid5(self._org, what)

    async def _ask(self, what: str, commands: Sequence[Command]) -> list[Outcome]:
        """Ask under an id of its own. Raises Failure when one is refused."""
        outcomes = await self._op.ask(self._org, commands, command_id=self._id(f"ask {what}"))
        for outcome in outcomes:
            if outcome.refused is not None:
                message = f"the demo cannot be made: {what}: {outcome.refused.message}"
                raise Failure(message)
        return outcomes

    async def run(self) -> None:
        """Org, creators with their history, campaigns, goals; returns when all of it shows."""
        await self._workspace()
        told = await asyncio.to_thread(lambda: list(histories(self._now)))
        creators = await self._creators(told)
        await asyncio.gather(*(self._record(c, h) for c, h in zip(creators, told, strict=True)))
        await self._campaigns(creators)
        await self._goals(creators, told)
        await self._settle()

    async def _workspace(self) -> None:
        await self._ask("org", [CreateOrg(org=self._org, name="Demo")])
        often = UpdateOrg(org=self._org, video_stats_hours=1, discover_videos_hours=1, creator_profiles_hours=1)
        await self._ask("intervals", [often])
        await self._ask("project", [CreateProject(project=self._project, name="Goat Milk 2026")])
        await self._ask("key", [key_command(self._key, KeyId(self._id("key")), "demo", ["read", "write"])])

    async def _creators(self, told: Sequence[History]) -> list[CreatorId]:
        commands = [
            AddCreator(
                creator=CreatorId(self._id(f"creator {history.handle}")),
                project=self._project,
                tiktok_handle=history.handle,
                today=self._now.date(),
                tracking_start_date=history.start_date(UTC),
            )
            for history in told
        ]
        outcomes = await self._ask("creators", commands)
        return [CreatorId(UUID(outcome.events[0]["creator"])) for outcome in outcomes]

    async def _record(self, creator: CreatorId, history: History) -> None:
        commands = [
            RecordScrape(
                creator=creator,
                project=self._project,
                source=NAME,
                fetched_at=scrape.fetched_at,
                tracking_mode="auto",
                profile=scrape.profile,
                posts=scrape.posts,
            )
            for scrape in history.scrapes
        ]
        await self._ask(f"history {creator}", commands)

    async def _campaigns(self, creators: Sequence[CreatorId]) -> None:
        ids = {name: CampaignId(self._id(f"campaign {name}")) for name in CAMPAIGNS}
        opened = [CreateCampaign(campaign=ids[name], project=self._project, name=name) for name in CAMPAIGNS]
        await self._ask("campaigns", opened)
        items: list[tuple[CampaignId, ItemType, UUID]] = [
            (ids[name], "campaign", ids[item]) if isinstance(item, str) else (ids[name], "creator", creators[item])
            for name, held in CAMPAIGNS.items()
            for item in held
        ]
        adds = [AddItem(campaign=c, project=self._project, item_type=kind, item=item) for c, kind, item in items]
        await self._ask("items", adds)

    async def _goals(self, creators: Sequence[CreatorId], told: Sequence[History]) -> None:
        running = [self._running(creators[n], told[n], pace) for n, pace in GOALS.items()]
        ended = [self._ended(creators[n], told[n], ratio) for n, ratio in ENDED.items()]
        await self._ask("goals", [*running, *ended])

    def _running(self, creator: CreatorId, history: History, pace: float) -> SetGoal:
        """A views goal of this month, or of this week when the month has only begun."""
        today = self._now.date()
        month, week = today.replace(day=1), today - timedelta(days=today.weekday())
        period: Period = "monthly" if today.day > NEW_MONTH_DAYS else "weekly"
        first = month if period == "monthly" else week
        after = (month + timedelta(days=31)).replace(day=1) if period == "monthly" else week + timedelta(days=7)
        start, end = _instant(first), _instant(after)
        share = (self._now - start) / (end - start)
        target = views_gained(history.scrapes, start, self._now) / (share * pace)
        return self._goal(creator, "views", period, round(target), first, None)

    def _ended(self, creator: CreatorId, history: History, ratio: float) -> SetGoal:
        """A posts goal of the last whole week."""
        today = self._now.date()
        first = today - timedelta(days=today.weekday() + 7)
        posts = posts_made(history.scrapes, _instant(first), _instant(first + timedelta(days=7)))
        target = max(1, int(posts / ratio) if ratio >= 1 else round(posts / ratio) + 1)
        return self._goal(creator, "posts", "weekly", target, first, first + timedelta(days=6))

    def _goal(
        self, creator: CreatorId, metric: Metric, period: Period, target: int, first: date, last: date | None
    ) -> SetGoal:
        return SetGoal(
            goal=GoalId(self._id(f"goal {creator} {metric} {first}")),
            creator=creator,
            project=self._project,
            metric=metric,
            period=period,
            target_value=Decimal(max(1, target)),
            start_date=first,
            end_date=last,
        )

    async def _settle(self) -> None:
        """Wait until campaigns and goals have heard everything, so that the first look shows it all."""
        limit = asyncio.get_running_loop().time() + SETTLE_SECONDS
        while asyncio.get_running_loop().time() < limit:
            behind = await self._op.db.fetchval(_HEADS)
            shown = await self._op.db.fetchval(_SETTLED, self._org)
            if behind is not None and behind >= 0 and shown >= len(GOALS) + len(ENDED):
                return
            await asyncio.sleep(0.1)


def _instant(day: date) -> datetime:
    return datetime.combine(day, time.min, UTC)
