"""Commands decided on a real database: what the read models add to them, and the rows they leave."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from trackagoat.events import clock
from trackagoat.events.catalogue.ingest import (
    AddCreator,
    AddVideo,
    Post,
    ProfileReading,
    RecordScrape,
    RemoveCreator,
    RemoveVideo,
    ReviewVideo,
    StatsSnapshotted,
    UpdateCreator,
    VideoDiscovered,
    VideoReviewed,
    VideoUpdated,
)
from trackagoat.events.catalogue.words import Command, CreatorId, OrgId, ProjectId, video_id
from trackagoat.events.catalogue.workspace import ProjectDeleted
from trackagoat.events.decider import Outcome
from trackagoat.events.envelope import Ask
from trackagoat.events.testing.play import handle, heard, play, said
from trackagoat.events.testing.vault import VAULT
from trackagoat.ingest.service import assembled

Pool = Any
SERVICE = assembled([], VAULT)
ORG, OTHER = OrgId(UUID(int=7)), OrgId(UUID(int=8))
P = ProjectId(UUID(int=1))
ANA, BEN = CreatorId(UUID(int=11)), CreatorId(UUID(int=12))
NOW = datetime(2025, 5, 1, tzinfo=UTC)
ID = "7498305315847376135"
URL = f"https://www.tiktok.com/@ana/video/{ID}"
V = video_id(P, ID)


class Desk:
    """Asks the service one thing after another."""

    def __init__(self, pool: Pool, org: OrgId = ORG) -> None:
        self.pool, self.org = pool, org

    async def ask(self, *commands: Command) -> list[Outcome]:
        ask = Ask(org=self.org, command_id=clock.new_id(), at=NOW)
        return await handle(self.pool, SERVICE, ask, commands)

    async def codes(self, *commands: Command) -> list[str | None]:
        return [o.refused.code if o.refused else None for o in await self.ask(*commands)]

    async def video(self, columns: str) -> Sequence[Any]:
        row = await self.pool.fetchrow("SELECT * FROM videos WHERE video = $1", V)
        return tuple(row[name] for name in columns.split(", "))

    async def creator(self, columns: str, creator: CreatorId = ANA) -> Sequence[Any]:
        row = await self.pool.fetchrow("SELECT * FROM creators WHERE creator = $1", creator)
        return tuple(row[name] for name in columns.split(", "))


@pytest.fixture
async def desk(schema: Callable[[str], Awaitable[Pool]]) -> Desk:
    return Desk(await schema("ingest"))


def add(creator: CreatorId = ANA, handle: str = "Ana", **given: Any) -> AddCreator:
    whole = {"creator": creator, "project": P, "tiktok_handle": handle, "today": date(2025, 4, 1)}
    return AddCreator(**{**whole, **given})


def post(tiktok_id: str = ID, **given: Any) -> Post:
    return Post(**{"tiktok_video_id": tiktok_id, "url": URL, "views": 5, **given})


def scrape(*posts: Post, **given: Any) -> RecordScrape:
    whole = {"creator": ANA, "project": P, "source": "import", "fetched_at": NOW, "tracking_mode": "auto"}
    return RecordScrape(**{**whole, "posts": list(posts), **given})


def review(decision: Any) -> ReviewVideo:
    return ReviewVideo(video=V, project=P, decision=decision)


ADD_URL = AddVideo(project=P, url=URL, now=NOW)
COUNTS = "tracked_video_count, pending_review_count"


async def test_a_creator_added_is_a_row_with_its_settings(desk: Desk) -> None:
    await desk.ask(add(readme="n", metadata={"k": [1]}, tracking_mode="selective"))
    row = await desk.creator("org, project, tiktok_handle, handle_key, metadata, tracking_mode, created_at")
    assert row == (ORG, P, "Ana", "ana", {"k": [1]}, "selective", NOW)
    await desk.ask(UpdateCreator(creator=ANA, display_name_override="A."))
    sealed = await desk.creator("display_name_override, readme")
    ana = (await VAULT.subjects(desk.pool, ORG, [ANA]))[ANA]
    assert (sealed, await desk.creator("is_active")) == ((ana.seal("A."), ana.seal("n")), (True,))


async def test_recording_the_same_scrape_again_says_nothing(desk: Desk) -> None:
    await desk.ask(add())
    command = scrape(post(), profile=ProfileReading(followers=9))
    first = await desk.ask(command)
    again = await desk.ask(command)
    assert [e["type"] for e in first[0].events] == ["video.discovered.v1", "stats.snapshotted.v1"]
    assert again == [Outcome()]
    assert await desk.video("view_count, stats_source, first_scraped_at, last_scraped_at") == (5, "import", NOW, NOW)
    assert await desk.creator("follower_count, last_scraped_at, availability") == (9, NOW, "available")


async def test_repeats_within_one_question_count_once(desk: Desk) -> None:
    await desk.ask(add())
    outcomes = await desk.ask(scrape(post()), scrape(post()), scrape(post(), fetched_at=NOW + timedelta(days=1)))
    assert [len(o.events) for o in outcomes] == [2, 0, 1]
    flags = [v.is_baseline for s in await said(desk.pool, StatsSnapshotted) for v in s.videos]
    assert flags == [True, False]


async def test_the_same_scrape_asked_for_many_times_at_once_is_recorded_once(desk: Desk) -> None:
    await desk.ask(add())
    await desk.ask(scrape(post(views=None)))
    for hour in range(5):
        same = scrape(post(), fetched_at=NOW + timedelta(hours=hour))
        await asyncio.gather(*(desk.ask(same) for _ in range(6)))
    assert len(await said(desk.pool, StatsSnapshotted)) == 5


async def test_a_first_reading_that_arrives_late_is_a_baseline_too(desk: Desk) -> None:
    await desk.ask(add())
    await desk.ask(scrape(post()))
    await desk.ask(scrape(post(views=4), fetched_at=NOW - timedelta(hours=1)))
    flags = [v.is_baseline for s in await said(desk.pool, StatsSnapshotted) for v in s.videos]
    assert flags == [True, True]
    assert await desk.video("view_count, first_scraped_at") == (5, NOW - timedelta(hours=1))


async def test_nothing_is_recorded_for_who_is_not_tracked(desk: Desk) -> None:
    await desk.ask(add())
    await desk.ask(RemoveCreator(creator=ANA))
    assert await desk.codes(scrape(post())) == ["creator_inactive"]
    assert await desk.codes(scrape(post(), creator=BEN)) == ["creator_inactive"]


async def test_a_post_added_by_its_url_belongs_to_its_author(desk: Desk) -> None:
    await desk.ask(add())
    await desk.ask(ADD_URL)
    assert await desk.video("creator_id, home, origin, tracking_status, counted, author_handle") == (
        ANA, ANA, "manual", "direct_add", True, "ana",
    )  # fmt: skip
    assert await desk.codes(ADD_URL) == ["duplicate_video"]
    outcomes = await desk.ask(scrape(post()))
    assert [e["type"] for e in outcomes[0].events] == ["stats.snapshotted.v1"]


async def test_a_post_gets_its_owner_when_the_author_is_added_and_is_then_decided_where_it_was(desk: Desk) -> None:
    await desk.ask(ADD_URL)
    assert await desk.video("creator_id, home") == (None, None)
    await desk.ask(add(handle="ANA"))
    assert await desk.video("creator_id, home") == (ANA, None)
    assert await desk.creator(COUNTS) == (1, 0)
    assert await desk.codes(ADD_URL) == ["duplicate_video"]
    assert len((await desk.ask(scrape(post())))[0].events) == 1
    await desk.ask(review("exclude"))
    assert [e.creator_id for e in await said(desk.pool, VideoReviewed)] == [ANA]
    assert len(await said(desk.pool, VideoUpdated)) == 1
    assert await said(desk.pool, VideoDiscovered) == []
    assert await desk.creator(COUNTS) == (0, 0)


async def test_reviews_move_a_post_in_and_out_of_the_counts(desk: Desk) -> None:
    await desk.ask(add(tracking_mode="selective"))
    await desk.ask(scrape(post(), tracking_mode="selective"))
    assert await desk.creator(COUNTS) == (0, 1)
    await desk.ask(review("include"))
    assert (await desk.creator(COUNTS), await desk.video("counted")) == ((1, 0), (True,))
    await desk.ask(review("exclude"))
    assert (await desk.creator(COUNTS), await desk.video("counted")) == ((0, 0), (False,))
    await desk.ask(ADD_URL)
    assert await desk.video("tracking_status, counted") == ("included", True)


async def test_a_removed_video_stays_away_until_its_url_is_added(desk: Desk) -> None:
    await desk.ask(add())
    await desk.ask(scrape(post()))
    await desk.ask(RemoveVideo(video=V, project=P))
    assert (await desk.creator(COUNTS), await desk.video("removed, counted")) == ((0, 0), (True, False))
    assert await desk.ask(scrape(post(views=6), fetched_at=NOW + timedelta(hours=1))) == [Outcome()]
    await desk.ask(ADD_URL)
    assert await desk.video("removed, counted, tracking_status, creator_id") == (False, True, "direct_add", ANA)


async def test_a_removed_creator_takes_its_videos_away_and_brings_them_back(desk: Desk) -> None:
    await desk.ask(add())
    await desk.ask(scrape(post()))
    await desk.ask(RemoveCreator(creator=ANA))
    assert await desk.video("hidden, counted") == (True, False)
    assert await desk.creator(f"is_active, inactive_reason, inactive_since, {COUNTS}") == (False, "removed", NOW, 0, 0)
    outcome = (await desk.ask(add(BEN)))[0]
    assert outcome.events[0]["creator"] == str(ANA)
    assert await desk.video("hidden, counted") == (False, True)
    assert await desk.creator(f"is_active, inactive_reason, inactive_since, {COUNTS}") == (True, None, None, 1, 0)


async def test_a_post_added_while_its_creator_is_removed_is_detached_until_the_creator_is_back(desk: Desk) -> None:
    await desk.ask(add(tracking_mode="selective"))
    await desk.ask(scrape(post(), tracking_mode="selective"))
    await desk.ask(RemoveCreator(creator=ANA))
    await desk.ask(ADD_URL)
    assert await desk.video("creator_id, home, hidden, tracking_status, counted") == (
        None, ANA, False, "direct_add", True,
    )  # fmt: skip
    assert await desk.codes(ADD_URL) == ["duplicate_video"]
    await desk.ask(review("exclude"), review("include"))
    await desk.ask(add(BEN))
    assert await desk.video("creator_id, tracking_status, counted") == (ANA, "included", True)
    assert await desk.creator(COUNTS) == (1, 0)


async def test_what_belongs_to_another_organization_does_not_exist(desk: Desk) -> None:
    await desk.ask(add())
    await desk.ask(scrape(post()))
    stranger = Desk(desk.pool, OTHER)
    assert await stranger.codes(review("exclude")) == ["not_found"]
    assert await stranger.codes(RemoveCreator(creator=ANA)) == ["not_found"]
    assert await stranger.codes(scrape(post(views=9))) == ["creator_inactive"]


async def test_a_deleted_project_leaves_nothing_and_lets_nothing_in(desk: Desk) -> None:
    await desk.ask(add(), add(BEN, "ben", project=ProjectId(UUID(int=2))))
    await desk.ask(scrape(post(), profile=ProfileReading(followers=1)))
    await play(desk.pool, SERVICE, [heard(ProjectDeleted(project=P), org=ORG, at=NOW, seq=1)])
    await desk.ask(add(CreatorId(UUID(int=13)), "late"))
    await desk.ask(ADD_URL)
    counts = """
        SELECT (SELECT count(*) FROM creators), (SELECT count(*) FROM videos),
            (SELECT count(*) FROM video_snapshots), (SELECT count(*) FROM creator_snapshots)
    """
    assert tuple(await desk.pool.fetchrow(counts)) == (1, 0, 0, 0)
