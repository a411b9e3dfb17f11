"""The campaigns service on a real PostgreSQL: facts are heard, commands asked, rows read."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from typing import Any, TypeAlias
from uuid import UUID, uuid4

import asyncpg
import pytest

from trackagoat.campaigns.service import service
from trackagoat.campaigns.settings import Settings
from trackagoat.events.catalogue.campaigns import AddItem, CreateCampaign, RemoveItem
from trackagoat.events.catalogue.ingest import CreatorAdded, StatsSnapshotted, VideoDiscovered, VideoReading
from trackagoat.events.catalogue.words import (
    CampaignId,
    Command,
    CreatorId,
    Event,
    ItemType,
    OrgId,
    ProjectId,
    TrackingStatus,
    VideoId,
)
from trackagoat.events.decider import Outcome
from trackagoat.events.envelope import Ask
from trackagoat.events.testing.play import handle, heard, play

Pool: TypeAlias = "asyncpg.Pool[Any]"
NOW = datetime(2026, 3, 28, 12, tzinfo=UTC)
CAMPAIGNS = service(Settings(database_url="postgresql://unused"))


class House:
    """One project of one org, spoken to as the other services speak to it."""

    now, service = NOW, CAMPAIGNS

    def __init__(self, pool: Pool) -> None:
        self.pool = pool
        self.org, self.project = OrgId(uuid4()), ProjectId(uuid4())

    async def ask(self, *commands: Command, org: OrgId | None = None) -> list[Outcome]:
        return await handle(self.pool, CAMPAIGNS, Ask(org=org or self.org, command_id=uuid4(), at=NOW), commands)

    async def hear(self, *events: Event, org: OrgId | None = None) -> None:
        await play(self.pool, CAMPAIGNS, [heard(event, org=org or self.org, at=NOW) for event in events])

    async def create(self, *campaigns: CampaignId) -> None:
        await self.ask(*(CreateCampaign(campaign=id, project=self.project, name="c") for id in campaigns))

    async def add(self, *places: tuple[CampaignId, ItemType, UUID]) -> list[Outcome]:
        return await self.ask(*(AddItem(project=self.project, campaign=c, item_type=t, item=i) for c, t, i in places))

    async def take(self, campaign: CampaignId, item_type: ItemType, item: UUID) -> list[Outcome]:
        return await self.ask(RemoveItem(project=self.project, campaign=campaign, item_type=item_type, item=item))

    def enlisted(self, creator: CreatorId) -> CreatorAdded:
        day = date(2026, 1, 1)
        return CreatorAdded(creator=creator, project=self.project, tiktok_handle="h", tracking_start_date=day)

    def discovered(
        self, video: VideoId, creator: CreatorId, status: TrackingStatus = "auto_tracked"
    ) -> VideoDiscovered:
        where: dict[str, Any] = {"video": video, "project": self.project, "creator_id": creator}
        return VideoDiscovered(**where, tiktok_video_id="1", url="u", tracking_status=status)

    def snapshot(self, views: dict[VideoId, int | None], at: datetime = NOW) -> StatsSnapshotted:
        readings = [VideoReading(video=video, views=count) for video, count in views.items()]
        return StatsSnapshotted(project=self.project, source="simulator", fetched_at=at, videos=readings)

    async def row(self, campaign: CampaignId) -> Any:
        return await self.pool.fetchrow("SELECT * FROM campaigns WHERE campaign = $1", campaign)

    async def views(self, *campaigns: CampaignId) -> list[int | None]:
        return [(await self.row(id))["views"] for id in campaigns]

    async def counts(self, campaign: CampaignId) -> tuple[int, int, int]:
        """Videos, creators, direct items."""
        row = await self.row(campaign)
        return row["video_count"], row["creator_count"], row["item_count"]


@pytest.fixture
async def house(schema: Callable[[str], Awaitable[Pool]]) -> House:
    return House(await schema("campaigns"))
