"""What a campaign gained day by day: worked examples through commands and heard facts."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from importlib.resources import files
from typing import Any
from uuid import uuid4

import pytest

from trackagoat.events.catalogue.campaigns import DeleteCampaign
from trackagoat.events.catalogue.ingest import (
    CreatorReactivated,
    CreatorRemoved,
    StatsSnapshotted,
    VideoAdded,
    VideoDescribed,
    VideoDiscovered,
    VideoReading,
    VideoReviewed,
)
from trackagoat.events.catalogue.words import CampaignId, CreatorId, VideoId
from trackagoat.events.catalogue.workspace import OrgCreated, OrgUpdated

ANA = CreatorId(uuid4())
TOP, LEFT, RIGHT = (CampaignId(uuid4()) for _ in range(3))
A, B, C = (VideoId(uuid4()) for _ in range(3))


def march(day: int, hour: int = 14, minute: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC)


async def days(house: Any, campaign: CampaignId, column: str = "views") -> dict[int, Any]:
    """By day of the month."""
    rows = await house.pool.fetch(f"SELECT day, {column} FROM campaign_days WHERE campaign = $1", campaign)  # noqa: S608
    return {row["day"].day: row[column] for row in rows}


async def figures(house: Any, campaign: CampaignId, day: int) -> Any:
    where = "campaign = $1 AND day = $2"
    return await house.pool.fetchrow(f"SELECT * FROM campaign_days WHERE {where}", campaign, date(2026, 3, day))  # noqa: S608


@pytest.fixture
async def week(house: Any) -> Any:
    """Berlin. TOP holds LEFT and RIGHT, both hold @ana. A was read soon after it was posted, B late, C was added."""
    where: dict[str, Any] = {"project": house.project, "creator_id": ANA, "tiktok_video_id": "1", "url": "u"}
    found = {**where, "tracking_status": "auto_tracked"}
    await house.hear(OrgCreated(org=house.org, name="org", timezone="Europe/Berlin"))
    await house.create(TOP, LEFT, RIGHT)
    await house.add((TOP, "campaign", LEFT), (TOP, "campaign", RIGHT), (LEFT, "creator", ANA), (RIGHT, "creator", ANA))
    await house.hear(
        house.enlisted(ANA),
        VideoDiscovered(video=A, posted_at=march(10, 8), **found),
        VideoDiscovered(video=B, posted_at=march(5, 9), **found),
        VideoAdded(video=C, posted_at=march(10, 12), **where),
        house.snapshot({A: 500, B: 9000}, march(10)),
        house.snapshot({C: 40}, march(10, 15)),
        house.snapshot({A: 1700, B: 9300}, march(11)),
        house.snapshot({C: 90}, march(11, 15)),
        house.snapshot({A: 1650}, march(12)),
    )
    return house


async def test_days_say_what_was_gained_and_what_began_without_being_gained(week: Any) -> None:
    for campaign in (TOP, LEFT, RIGHT):
        assert await days(week, campaign) == {5: 0, 10: 500, 11: 1550, 12: -50}
    tenth = await figures(week, TOP, 10)
    assert (tenth["views_base"], tenth["views_known"], tenth["views_baselines"]) == (9040, 3, 2)
    assert (tenth["posts"], tenth["readings"], tenth["likes_known"]) == (2, 3, 0)


async def test_the_level_at_the_end_of_a_day_is_what_was_gained_and_set_up_to_it(week: Any) -> None:
    gained, base = await days(week, TOP), await days(week, TOP, "views_base")
    levels = [sum(gained[d] + base[d] for d in gained if d <= day) for day in (5, 10, 11, 12)]
    assert levels == [0, 9540, 11090, 11040]
    assert await week.views(TOP) == [11040]


async def test_a_late_reading_takes_its_place_and_moves_what_others_gained(week: Any) -> None:
    await week.hear(week.snapshot({A: 1000}, march(10, 20)))
    assert await days(week, TOP) == {5: 0, 10: 1000, 11: 1050, 12: -50}
    await week.hear(week.snapshot({B: 8000}, march(9)))
    assert await days(week, TOP) == {5: 0, 9: 0, 10: 2000, 11: 1050, 12: -50}
    ninth, tenth = [await figures(week, TOP, day) for day in (9, 10)]
    assert (ninth["views_base"], ninth["views_baselines"], tenth["views_base"]) == (8000, 1, 40)


async def test_a_reading_before_the_first_one_may_turn_a_gain_into_a_baseline(week: Any) -> None:
    unknown = VideoReading(video=A, likes=1)
    await week.hear(StatsSnapshotted(project=week.project, source="s", fetched_at=march(10, 9), videos=[unknown]))
    assert await days(week, TOP) == {5: 0, 10: 0, 11: 1550, 12: -50}
    assert (await figures(week, TOP, 10))["likes"] == 1


async def test_a_day_ends_with_the_clock_of_the_org_and_another_clock_cuts_all_days_anew(week: Any) -> None:
    await week.hear(week.snapshot({A: 1660}, march(12, 22, 59)), week.snapshot({A: 1680}, march(12, 23)))
    assert await days(week, TOP) == {5: 0, 10: 500, 11: 1550, 12: -40, 13: 20}
    await week.hear(OrgUpdated(org=week.org, timezone="UTC"))
    assert await days(week, TOP) == {5: 0, 10: 500, 11: 1550, 12: -20}
    await week.hear(OrgUpdated(org=week.org, name="Other"), OrgUpdated(org=week.org, timezone="Asia/Tokyo"))
    assert await days(week, TOP) == {5: 0, 10: 500, 11: 1500, 12: 0, 13: 30}


async def test_past_days_are_computed_with_the_memberships_and_statuses_of_now(week: Any) -> None:
    await week.take(LEFT, "creator", ANA)
    assert (await days(week, LEFT), await days(week, TOP)) == ({}, {5: 0, 10: 500, 11: 1550, 12: -50})
    where: dict[str, Any] = {"project": week.project, "creator_id": ANA, "from_": "auto_tracked"}
    await week.hear(VideoReviewed(video=B, to="excluded", **where))
    assert await days(week, TOP) == {10: 500, 11: 1250, 12: -50}
    await week.hear(CreatorRemoved(creator=ANA, project=week.project, tiktok_handle="h"))
    assert await days(week, TOP) == {}
    back: dict[str, Any] = {"tracking_mode": "auto", "tracking_start_date": date(2026, 1, 1)}
    await week.hear(CreatorReactivated(creator=ANA, project=week.project, tiktok_handle="h", **back))
    assert await days(week, RIGHT) == {10: 500, 11: 1250, 12: -50}


async def test_a_deleted_campaign_takes_its_days_along_and_leaves_those_of_others(week: Any) -> None:
    await week.ask(DeleteCampaign(campaign=LEFT, project=week.project))
    assert (await days(week, LEFT), await days(week, TOP)) == ({}, {5: 0, 10: 500, 11: 1550, 12: -50})
    await week.ask(DeleteCampaign(campaign=RIGHT, project=week.project))
    assert await days(week, TOP) == {}
    for table in ("campaign_quarters", "campaign_days"):
        assert await week.pool.fetchval(f"SELECT count(*) FROM {table}") == 0  # noqa: S608


async def test_a_repeated_reading_changes_nothing(week: Any) -> None:
    before = await week.pool.fetch("SELECT * FROM campaign_quarters ORDER BY campaign, quarter")
    await week.hear(week.snapshot({A: 1700, B: 9300}, march(11)), week.snapshot({C: 40}, march(10, 15)))
    assert await week.pool.fetch("SELECT * FROM campaign_quarters ORDER BY campaign, quarter") == before


async def test_a_creator_with_ten_thousand_videos_moves_with_all_they_ever_gained(house: Any) -> None:
    videos = [VideoId(uuid4()) for _ in range(10_000)]
    await house.create(TOP, LEFT, RIGHT)
    await house.add((TOP, "campaign", LEFT), (LEFT, "campaign", RIGHT))
    await house.hear(
        house.enlisted(ANA),
        *(house.discovered(video, ANA) for video in videos),
        house.snapshot(dict.fromkeys(videos, 1), march(1)),
        house.snapshot(dict.fromkeys(videos, 3), march(1) + timedelta(days=1)),
    )
    await house.add((RIGHT, "creator", ANA))
    assert (await days(house, TOP), await days(house, TOP, "views_base")) == ({1: 0, 2: 20_000}, {1: 10_000, 2: 0})
    await house.take(RIGHT, "creator", ANA)
    assert await days(house, TOP) == {}


async def test_levels_known_before_gains_were_kept_go_on_as_baselines(house: Any) -> None:
    tables = ("video_quarters", "first_readings", "campaign_quarters", "campaign_days")
    await house.create(TOP, LEFT)
    await house.add((TOP, "campaign", LEFT), (LEFT, "video", B), (LEFT, "video", C))
    where: dict[str, Any] = {"project": house.project, "tiktok_video_id": "1", "url": "u"}
    await house.hear(
        VideoAdded(video=B, posted_at=march(5, 9), **where),
        VideoAdded(video=C, **where),
        house.snapshot({B: 9000, C: None}, march(10)),
        house.snapshot({C: 40}, march(10, 14)),
    )
    kept = {table: await house.pool.fetch(f"SELECT * FROM {table} ORDER BY 2, 3") for table in tables}  # noqa: S608
    for table in tables:
        await house.pool.execute(f"DELETE FROM {table}")  # noqa: S608
    migration = files("trackagoat.campaigns") / "migrations" / "1012_pre_seed_gains.sql"
    await house.pool.execute(migration.read_text().split("-- migrate:down")[0])
    for table in tables:
        assert await house.pool.fetch(f"SELECT * FROM {table} ORDER BY 2, 3") == kept[table]  # noqa: S608
    await house.hear(house.snapshot({B: 9100}, march(11)))
    assert (await days(house, TOP), await house.views(TOP)) == ({5: 0, 10: 0, 11: 100}, [9140])


@pytest.mark.parametrize("at_once", [True, False])
async def test_a_post_is_a_post_of_its_day_once_the_day_is_known(house: Any, *, at_once: bool) -> None:
    await house.create(TOP)
    await house.add((TOP, "video", C))
    where: dict[str, Any] = {"video": C, "project": house.project}
    facts = [
        VideoAdded(**where, tiktok_video_id="1", url="u"),
        VideoDescribed(**where, title="no time said"),
        VideoDescribed(**where, posted_at=march(10, 12)),
        VideoDescribed(**where, posted_at=march(2, 12)),
        VideoReviewed(**where, creator_id=None, from_="direct_add", to="included"),
    ]
    for page in [facts] if at_once else [[fact] for fact in facts]:
        await house.hear(*page)
    await house.hear(house.snapshot({C: 40}, march(10)))
    assert await days(house, TOP, "posts") == {10: 1}
    assert await house.pool.fetchval("SELECT posted_at FROM videos WHERE video = $1", C) == march(10, 12)
