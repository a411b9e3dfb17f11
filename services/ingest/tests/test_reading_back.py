"""Reading an account's whole list: in runs of 200 posts, on from where a source failed, and not again after that."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from trackagoat.events import clock
from trackagoat.events.catalogue.ingest import AddCreator, Post, ProfileReading, ScrapeFailed, VideoDiscovered
from trackagoat.events.catalogue.words import Counters, CreatorId, OrgId, ProjectId
from trackagoat.events.catalogue.workspace import ProjectDeleted
from trackagoat.events.envelope import Ask
from trackagoat.events.testing.play import handle, heard, play, said, work
from trackagoat.events.testing.vault import VAULT
from trackagoat.ingest.due.asking import Configured
from trackagoat.ingest.service import assembled
from trackagoat.ingest.sources.protocol import Failed, Ok, PostPage, Reply

Pool = Any
ORG = OrgId(UUID(int=7))
P = ProjectId(UUID(int=1))
NOW = datetime(2026, 1, 10, tzinfo=UTC)
ADD = AddCreator(
    creator=CreatorId(UUID(int=11)),
    project=P,
    tiktok_handle="ana",
    today=date(2026, 1, 10),
    tracking_start_date=date(2020, 1, 1),
)


class Archive:
    """An account with one post an hour; every page asked for is noted, and some fail once."""

    name = "archive"

    def __init__(self, posts: int, *fails: str) -> None:
        self.posts_made, self.fails, self.asked = posts, list(fails), list[str]()

    async def profile(self, handle: str) -> Reply[ProfileReading]:
        return Ok(ProfileReading(followers=len(handle)))

    async def posts(self, handle: str, *, cursor: str | None = None, limit: int = 30) -> Reply[PostPage]:
        at = cursor or "0"
        self.asked.append(at)
        if at in self.fails:
            self.fails.remove(at)
            return Failed("reset")
        shown = range(int(at), min(int(at) + limit, self.posts_made))
        following = str(shown.stop) if shown.stop < self.posts_made else None
        return Ok(PostPage(posts=[_post(handle, n) for n in shown], next=following))

    async def video(self, url: str) -> Reply[Counters]:
        return Ok(Counters(views=len(url)))


def _post(handle: str, number: int) -> Post:
    tiktok_id = str(int((NOW - number * timedelta(hours=1)).timestamp()) << 32)
    return Post(tiktok_video_id=tiktok_id, url=f"https://www.tiktok.com/@{handle}/video/{tiktok_id}", views=number)


@pytest.fixture
async def pool(schema: Callable[[str], Awaitable[Pool]]) -> Pool:
    return await schema("ingest")


async def run(pool: Pool, source: Archive, *times: datetime) -> None:
    """Track the account, and do what is due at these times."""
    service = assembled([Configured(source)], VAULT)
    await handle(pool, service, Ask(org=ORG, command_id=clock.new_id(), at=NOW), [ADD])
    for now in times:
        await work(pool, service, now)


async def test_a_long_list_is_read_to_its_end_in_runs_queued_at_once(pool: Pool) -> None:
    source = Archive(450)
    await run(pool, source, NOW)
    assert len(await said(pool, VideoDiscovered)) == 450
    assert source.asked == [str(n) for n in range(0, 450, 25)]


async def test_the_next_look_stops_where_everything_is_known(pool: Pool) -> None:
    source = Archive(450)
    await run(pool, source, NOW, NOW + timedelta(hours=6))
    assert source.asked[18:] == ["0"]


async def test_reading_goes_on_where_a_source_failed(pool: Pool) -> None:
    source = Archive(90, "50")
    await run(pool, source, NOW)
    assert len(await said(pool, VideoDiscovered)) == 50
    assert [f.outcome for f in await said(pool, ScrapeFailed)] == ["error"]
    await work(pool, assembled([Configured(source)], VAULT), NOW + timedelta(minutes=1))
    assert len(await said(pool, VideoDiscovered)) == 90
    assert source.asked == ["0", "25", "50", "50", "75"]


async def test_a_deleted_project_is_scraped_no_longer(pool: Pool) -> None:
    source = Archive(5)
    service = assembled([Configured(source)], VAULT)
    await run(pool, source, NOW)
    await play(pool, service, [heard(ProjectDeleted(project=P), org=ORG, at=NOW, seq=1)])
    before, asked = len(await said(pool)), len(source.asked)
    await work(pool, service, NOW + timedelta(days=30))
    assert (len(await said(pool)), len(source.asked)) == (before, asked)
    assert await pool.fetchval("SELECT count(*) FROM due WHERE org = $1", ORG) == 0
