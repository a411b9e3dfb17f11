"""Readings lie in months made ahead, and go when they are older than the plan of their org keeps."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from trackagoat.events import clock
from trackagoat.events.catalogue.ingest import (
    CreatorAdded,
    ProfileReading,
    SnapshotsPruned,
    StatsSnapshotted,
    VideoDiscovered,
    VideoReading,
)
from trackagoat.events.catalogue.words import CreatorId, Event, OrgId, ProjectId, VideoId
from trackagoat.events.catalogue.workspace import OrgCreated, OrgTierChanged, Tier
from trackagoat.events.testing.play import heard, play, said, work
from trackagoat.events.testing.vault import VAULT
from trackagoat.ingest import migrations
from trackagoat.ingest.domain.keeping import boundary, step
from trackagoat.ingest.service import assembled

Pool = Any
ORG, PROJECT = OrgId(UUID(int=7)), ProjectId(UUID(int=1))
ANA, POST = CreatorId(UUID(int=11)), VideoId(UUID(int=21))
NOW = datetime(2027, 1, 20, 12, tzinfo=UTC)
DAY = timedelta(days=1)
SERVICE = assembled([], VAULT)


class Herd:
    """One post, read once a day for so many days, and whatever is due."""

    def __init__(self, pool: Pool) -> None:
        self.pool = pool

    async def hear(self, *events: Event, at: datetime = NOW) -> None:
        await play(self.pool, SERVICE, [heard(event, org=ORG, at=at) for event in events])

    async def fill(self, tier: Tier, days: int) -> None:
        who: dict[str, Any] = {"creator": ANA, "project": PROJECT, "tiktok_handle": "ana"}
        what: dict[str, Any] = {"video": POST, "project": PROJECT, "creator_id": ANA}
        came = NOW - days * DAY
        await self.hear(OrgCreated(org=ORG, name="o", tier=tier))
        await self.hear(
            CreatorAdded(**who, tracking_mode="auto", tracking_start_date=date(2026, 1, 1)),
            VideoDiscovered(**what, tiktok_video_id="1", url="u", tracking_status="auto_tracked"),
            at=came,
        )
        await self.hear(*(self.read(came + n * DAY, 100 + 10 * n) for n in range(days)))

    def read(self, at: datetime, views: int, likes: int | None = None) -> Event:
        return StatsSnapshotted(
            project=PROJECT,
            creator_id=ANA,
            source="import",
            fetched_at=at,
            creator=ProfileReading(followers=views),
            videos=[VideoReading(video=POST, views=views, likes=likes)],
        )

    async def pass_by(self, now: datetime = NOW) -> None:
        await self.pool.execute("UPDATE due SET due_at = $1 WHERE kind IN ('months', 'retention')", now)
        await work(self.pool, SERVICE, now)

    async def ages(self, table: str = "video_snapshots") -> list[int]:
        """How many days ago readings were made."""
        rows = await self.pool.fetch(f"SELECT fetched_at FROM {table} ORDER BY 1 DESC")  # noqa: S608
        return [(NOW - row[0]).days for row in rows]

    async def parts(self, table: str) -> dict[str, int]:
        query = "SELECT tableoid::regclass::text, count(*) FROM {} GROUP BY 1 ORDER BY 1"
        return dict(await self.pool.fetch(query.format(table)))

    async def gained(self, table: str) -> tuple[int, int]:
        """(what was there before, what was gained)."""
        name = "followers" if table == "profile_gains" else "views"
        query = f"SELECT sum({name}_base)::int, sum({name})::int FROM {table}"  # noqa: S608
        return tuple(await self.pool.fetchrow(query))


@pytest.fixture
async def herd(schema: Callable[[str], Awaitable[Pool]]) -> Herd:
    return Herd(await schema("ingest"))


async def test_months_are_made_ahead_and_take_what_waited_for_them(herd: Herd) -> None:
    await herd.fill("self_hosted", 40)
    assert set(await herd.parts("video_snapshots")) == {"video_snapshots_rest"}
    before = await herd.ages()
    await herd.pass_by()
    for table in ("video_snapshots", "creator_snapshots"):
        assert await herd.parts(table) == {f"{table}_202612": 21, f"{table}_202701": 19}
        made = await herd.pool.fetch(
            "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = $1::regclass", table
        )
        months = {f"{table}_{month}" for month in ("202612", "202701", "202702", "202703", "rest")}
        assert {row[0] for row in made} == months
    assert await herd.ages() == before
    await herd.hear(herd.read(NOW + 30 * DAY, 900))
    assert (await herd.parts("video_snapshots"))["video_snapshots_202702"] == 1
    await herd.pass_by()
    assert len(await herd.ages()) == 41


async def test_what_a_plan_does_not_keep_goes_and_the_first_day_kept_gains_what_it_did(herd: Herd) -> None:
    await herd.fill("free", 100)
    assert await herd.gained("video_gains") == (100, 990)
    await herd.pass_by()
    for table in ("video_snapshots", "creator_snapshots"):
        assert await herd.ages(table) == list(range(1, 34)), "32 days, and the last reading before them"
    for table in ("video_gains", "profile_gains"):
        assert await herd.gained(table) == (770, 320)
    totals = await herd.pool.fetch(
        "SELECT sum(views_base), sum(views), sum(followers_base) FROM gains GROUP BY subject"
    )
    assert [tuple(row) for row in totals] == [(770, 320, 770)] * 2
    assert [e.before.date() for e in await said(herd.pool, SnapshotsPruned)] == [
        date(2026, 11, 1),
        date(2026, 12, 1),
        date(2026, 12, 19),
    ]
    await herd.pass_by()
    assert len(await said(herd.pool, SnapshotsPruned)) == 3
    await herd.pass_by(NOW + DAY)
    assert (await herd.ages())[-1] == 32
    assert await herd.pool.fetchval("SELECT view_count FROM videos") == 1090


async def test_the_last_reading_that_knew_a_counter_stays(herd: Herd) -> None:
    await herd.fill("free", 60)
    await herd.hear(herd.read(NOW - 50 * DAY - timedelta(hours=1), 200, likes=7))
    await herd.pass_by()
    assert await herd.ages() == [*range(1, 34), 50]
    assert await herd.pool.fetchval("SELECT sum(likes_base)::int FROM video_gains") == 7


async def test_months_that_hold_nothing_any_longer_are_dropped(herd: Herd) -> None:
    await herd.fill("free", 100)
    await herd.pass_by()
    await herd.pass_by()
    assert await herd.parts("video_snapshots") == {"video_snapshots_202612": 14, "video_snapshots_202701": 19}
    there = "SELECT count(*) FROM pg_class WHERE relname ~ '^video_snapshots_20(26(10|11|12)|27)' AND relkind = 'r'"
    assert await herd.pool.fetchval(there) == 4


@pytest.mark.parametrize(("tier", "left"), [("self_hosted", 400), ("ultra", 400), ("starter", 368), ("free", 33)])
async def test_each_plan_keeps_its_own_time(herd: Herd, tier: Tier, left: int) -> None:
    await herd.fill(tier, 400)
    await herd.pass_by()
    assert len(await herd.ages()) == left


async def test_a_plan_given_up_keeps_its_time_until_the_grace_is_over(herd: Herd) -> None:
    await herd.fill("starter", 100)
    await herd.hear(OrgTierChanged(org=ORG, before="starter", after="free", grace_until=NOW + 14 * DAY))
    await herd.pass_by()
    assert len(await herd.ages()) == 100
    await herd.pass_by(NOW + 14 * DAY)
    assert len(await herd.ages()) == 19


async def test_a_reading_told_after_the_pruning_is_kept_until_the_next_one(herd: Herd) -> None:
    await herd.fill("free", 60)
    await herd.pass_by()
    late = herd.read(NOW - 55 * DAY, 90)
    await herd.hear(late, at=NOW + timedelta(minutes=30))
    assert 55 not in await herd.ages(), "it may have been on its way then"
    await herd.hear(late, at=NOW + timedelta(hours=2))
    assert 55 in await herd.ages()
    assert sum(await herd.gained("video_gains")) == 690
    await herd.pass_by(NOW + DAY)
    assert 55 not in await herd.ages()
    assert sum(await herd.gained("video_gains")) == 690


async def test_tables_that_hold_readings_already_become_months_without_losing_any(database: Any) -> None:
    """What the migration does to tables made before it, on a copy of their shape."""
    connection = await asyncpg.connect(database.dsn())
    try:
        await connection.execute("CREATE SCHEMA before; SET search_path = before")
        folder = Path(str(migrations.__path__[0]))
        await connection.execute("CREATE TABLE due (kind text, key text, org uuid, due_at timestamptz)")
        made = (folder / "1001_pre_ingest.sql").read_text()
        await connection.execute(made.split("-- migrate:down")[0])
        await connection.execute(
            "INSERT INTO video_snapshots SELECT $1, gen_random_uuid(), at, 'import', 5"
            " FROM generate_series($2::timestamptz, $3, interval '1 day') AS t(at)",
            clock.new_id(),
            NOW - 90 * DAY,
            NOW,
        )
        held = "SELECT count(*), sum(hashtextextended(s::text, 0)::numeric) FROM video_snapshots s"
        before = await connection.fetchrow(held)
        await connection.execute((folder / "1070_pre_snapshot_months.sql").read_text().split("-- migrate:down")[0])
        assert await connection.fetchrow(held) == before
        for at in (NOW, NOW - 40 * DAY):
            assert await connection.fetchval("SELECT make_month('video_snapshots', $1)", at)
        assert not await connection.fetchval("SELECT make_month('video_snapshots', $1)", NOW)
        assert await connection.fetchrow(held) == before
        assert await connection.fetchval("SELECT count(*) FROM video_snapshots_202701") == 20
    finally:
        await connection.close()


def test_the_boundary_lies_before_every_first_day_that_can_be_read() -> None:
    assert boundary(30, datetime(2027, 1, 20, 23, 59, tzinfo=UTC)) == datetime(2026, 12, 19, tzinfo=UTC)
    assert step(datetime(2026, 10, 12, 7, tzinfo=UTC), NOW) == datetime(2026, 11, 1, tzinfo=UTC)
    assert step(datetime(2027, 1, 1, tzinfo=UTC), NOW) == NOW
