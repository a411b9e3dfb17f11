"""The example that explains recursive totals, step by step through commands and heard facts."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from trackagoat.campaigns.service import service
from trackagoat.campaigns.settings import Settings
from trackagoat.events.catalogue.campaigns import AddItem, CreateCampaign, RemoveItem
from trackagoat.events.catalogue.ingest import (
    CreatorAdded,
    StatsSnapshotted,
    VideoAdded,
    VideoDiscovered,
    VideoReading,
    VideoReviewed,
)
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

Pool = Any
Connect = Callable[[str], Awaitable[Pool]]

NOW = datetime(2026, 3, 28, 12, tzinfo=UTC)
ORG, PROJECT = OrgId(uuid4()), ProjectId(uuid4())
ANA = CreatorId(uuid4())
V1, V2, V3, V4, V9 = VIDEOS = [VideoId(uuid4()) for _ in range(5)]
Z, X, Y, P = (CampaignId(uuid4()) for _ in range(4))
VIEWS = {V1: 1000, V2: 400, V3: 9000, V4: 50, V9: 250}
CAMPAIGNS = service(Settings(database_url="postgresql://unused"))


class House:
    """The campaigns service on a database, spoken to as the others speak to it."""

    def __init__(self, pool: Pool) -> None:
        self.pool = pool

    async def ask(self, *commands: Command) -> list[Outcome]:
        return await handle(self.pool, CAMPAIGNS, Ask(org=ORG, command_id=uuid4(), at=NOW), commands)

    async def hear(self, *events: Event) -> None:
        await play(self.pool, CAMPAIGNS, [heard(event, org=ORG, at=NOW) for event in events])

    async def views(self) -> list[int]:
        """Of Z, X, Y, P."""
        rows = {row["campaign"]: row["views"] for row in await self.pool.fetch("SELECT campaign, views FROM campaigns")}
        return [rows[id] for id in (Z, X, Y, P)]

    async def row(self, campaign: CampaignId) -> Any:
        return await self.pool.fetchrow("SELECT * FROM campaigns WHERE campaign = $1", campaign)


def discovered(video: VideoId, status: TrackingStatus) -> VideoDiscovered:
    return VideoDiscovered(
        video=video, project=PROJECT, creator_id=ANA, tiktok_video_id="1", url="u", tracking_status=status
    )


def snapshot(views: dict[VideoId, int], at: datetime = NOW) -> StatsSnapshotted:
    readings = [VideoReading(video=video, views=count) for video, count in views.items()]
    return StatsSnapshotted(project=PROJECT, creator_id=ANA, source="simulator", fetched_at=at, videos=readings)


def add(campaign: CampaignId, item_type: ItemType, item: UUID) -> AddItem:
    return AddItem(campaign=campaign, project=PROJECT, item_type=item_type, item=item)


V4_INCLUDED = VideoReviewed(video=V4, project=PROJECT, creator_id=ANA, from_="pending_review", to="included")
Z_OUT_OF_X = RemoveItem(campaign=X, project=PROJECT, item_type="campaign", item=Z)


@pytest.fixture
async def house(schema: Connect) -> House:
    """P holds X and Y; X holds Z and v1; Y holds Z and v9; Z holds @ana and v9."""
    house = House(await schema("campaigns"))
    await house.hear(
        CreatorAdded(creator=ANA, project=PROJECT, tiktok_handle="ana", tracking_start_date=date(2026, 1, 1)),
        discovered(V1, "auto_tracked"),
        discovered(V2, "pending_review"),
        VideoReviewed(video=V2, project=PROJECT, creator_id=ANA, from_="pending_review", to="included"),
        discovered(V3, "excluded"),
        discovered(V4, "pending_review"),
        VideoAdded(video=V9, project=PROJECT, tiktok_video_id="9", url="u"),
        snapshot(VIEWS),
    )
    await house.ask(*(CreateCampaign(campaign=id, project=PROJECT, name="c") for id in (P, X, Y, Z)))
    await house.ask(
        add(P, "campaign", X),
        add(P, "campaign", Y),
        add(X, "campaign", Z),
        add(X, "video", V1),
        add(Y, "campaign", Z),
        add(Y, "video", V9),
        add(Z, "creator", ANA),
        add(Z, "video", V9),
    )
    return house


async def test_a_video_counts_once_however_it_is_reached(house: House) -> None:
    assert await house.views() == [1650, 1650, 1650, 1650]
    row = await house.row(P)
    assert (row["video_count"], row["creator_count"], row["item_count"]) == (3, 1, 2)
    paths = {r["video"]: r["paths"] for r in await house.pool.fetch("SELECT * FROM membership WHERE campaign = $1", P)}
    assert paths == {V1: 3, V2: 2, V9: 3}
    assert await house.pool.fetchval("SELECT paths FROM closure WHERE ancestor = $1 AND descendant = $2", P, Z) == 2


async def test_an_included_video_counts_everywhere_above(house: House) -> None:
    await house.hear(V4_INCLUDED)
    assert await house.views() == [1700, 1700, 1700, 1700]
    assert (await house.row(P))["video_count"] == 4


async def test_a_campaign_taken_out_of_one_is_still_reached_through_the_other(house: House) -> None:
    await house.hear(V4_INCLUDED)
    await house.ask(Z_OUT_OF_X)
    assert await house.views() == [1700, 1000, 1700, 1700]
    row = await house.row(X)
    assert (row["video_count"], row["creator_count"], row["item_count"]) == (1, 1, 1)


async def test_a_circle_is_refused_with_the_chain_and_changes_nothing(house: House) -> None:
    await house.ask(Z_OUT_OF_X)
    [outcome] = await house.ask(add(Z, "campaign", P))
    assert outcome.refused is not None
    assert outcome.refused.code == "circular_reference"
    assert outcome.refused.details == {"path": [str(Z), str(P), str(Y), str(Z)]}
    assert await house.views() == [1650, 1000, 1650, 1650]


async def test_new_snapshots_move_the_totals_by_their_difference(house: House) -> None:
    await house.hear(V4_INCLUDED)
    gains = {V1: 100, V2: 10, V9: 5, V4: 20, V3: 1000}
    later = {video: VIEWS[video] + gain for video, gain in gains.items()}
    await house.hear(snapshot(later, NOW + timedelta(days=1)))
    assert (await house.row(P))["views"] == 1700 + 135
