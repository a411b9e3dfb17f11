"""Campaign totals and gains are recomputed by a walk of their own, and a wrong one is named."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg
import pytest

from trackagoat.cli import totals
from trackagoat.cli.gains import by_day, differing, summed
from trackagoat.cli.totals import Snapshot, Video, below, recompute
from trackagoat.events.testing.plugin import Database


def id(number: int) -> UUID:
    return UUID(int=number)


ORG, PROJECT, OTHER = id(1), id(2), id(3)
TOP, MIDDLE, LEFT, RIGHT = id(10), id(11), id(12), id(13)
ANA, BOB, GONE = id(20), id(21), id(22)
COUNTED = ("views", "likes", "comments", "shares", "saves")


def video(number: int, owner: UUID | None, views: int | None, project: UUID = PROJECT) -> Video:
    return Video(id(number), ORG, project, owner, views, None, None, None, None)


def row(campaign: UUID) -> dict[str, Any]:
    return {"campaign": campaign, "name": "c", "org": ORG, "project": PROJECT}


DIAMOND = {
    TOP: [("campaign", LEFT), ("campaign", RIGHT)],
    LEFT: [("campaign", MIDDLE), ("creator", ANA)],
    RIGHT: [("campaign", MIDDLE), ("video", id(31))],
    MIDDLE: [("video", id(31)), ("creator", BOB), ("creator", GONE)],
}
VIDEOS = [video(30, ANA, 5), video(31, ANA, 7), video(32, BOB, None), video(33, None, 100), video(34, BOB, 9, OTHER)]
SNAPSHOT = Snapshot(DIAMOND, VIDEOS, {ANA: PROJECT, BOB: PROJECT})


def test_everything_below_is_found_once() -> None:
    assert below(DIAMOND, TOP) == {item for direct in DIAMOND.values() for item in direct}
    assert below({TOP: [("campaign", TOP)]}, TOP) == {("campaign", TOP)}


def test_a_video_counts_once_however_many_paths_lead_to_it() -> None:
    found = recompute(row(TOP), SNAPSHOT)
    assert (found["video_count"], found["creator_count"], found["views"]) == (3, 2, 12)


def test_unknown_is_null_and_nothing_is_zero() -> None:
    assert recompute(row(TOP), SNAPSHOT)["likes"] is None
    empty = recompute(row(id(99)), SNAPSHOT)
    assert [empty[counter] for counter in COUNTED] == [0] * 5


def march(day: int, hour: int) -> datetime:
    return datetime(2026, 3, day, hour, tzinfo=UTC)


def views(*readings: tuple[int, int, int]) -> list[tuple[datetime, list[int | None]]]:
    """Views by day and hour of March."""
    return [
        (datetime(2026, 3, day, hour, tzinfo=UTC), [count, None, None, None, None]) for day, hour, count in readings
    ]


def test_gains_are_differences_and_a_first_reading_is_gained_only_by_whom_was_found_in_time() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    a = by_day(views((10, 14, 500), (11, 14, 1700), (12, 14, 1650)), berlin, march(10, 8), discovered=True)
    b = by_day(views((11, 14, 9300), (10, 14, 9000)), berlin, march(5, 9), discovered=True)
    c = by_day(views((10, 15, 40), (11, 15, 90)), berlin, march(10, 12), discovered=False)
    total = summed([a, b, c])
    assert [(total[date(2026, 3, day)]["views"], total[date(2026, 3, day)]["views_base"]) for day in (10, 11, 12)] == [
        (500, 9040),
        (1550, 0),
        (-50, 0),
    ]
    assert differing({}, b) == [
        "views_base of 2026-03-10 is 0 instead of 9000",
        "views of 2026-03-11 is 0 instead of 300",
    ]


@pytest.fixture
async def pool(database: Database) -> Any:
    """One campaign in another, over one creator with one video, as ingest and campaigns tell it."""
    pool = await asyncpg.create_pool(database.dsn(), min_size=1, max_size=2)
    await pool.execute(
        f"""
        INSERT INTO campaigns.campaigns (org, campaign, project, name, metadata, item_count, video_count, creator_count,
            views_sum, views_known, created_at, updated_at)
        SELECT '{ORG}', c, '{PROJECT}', 'c', '{{}}', 1, 1, 1, 7, 1, now(), now()
        FROM unnest('{{{TOP},{LEFT}}}'::uuid[]) c;
        INSERT INTO campaigns.items VALUES ('{ORG}', '{PROJECT}', '{TOP}', 'campaign', '{LEFT}', now()),
            ('{ORG}', '{PROJECT}', '{LEFT}', 'creator', '{ANA}', now());
        INSERT INTO campaigns.creators VALUES ('{ORG}', '{ANA}', '{PROJECT}', false);
        INSERT INTO campaigns.videos (org, video, project, creator_id, counts, views)
        VALUES ('{ORG}', '{id(30)}', '{PROJECT}', '{ANA}', true, 7);
        INSERT INTO ingest.creators (org, creator, project, tiktok_handle, handle_key, metadata, tracking_mode,
            tracking_start_date, created_at, updated_at)
        VALUES ('{ORG}', '{ANA}', '{PROJECT}', 'ana', 'ana', '{{}}', 'auto', '2026-01-01', now(), now());
        INSERT INTO ingest.videos (org, video, project, creator_id, tiktok_video_id, url, content_type, origin,
            metadata, tracking_status, view_count, created_at, updated_at)
        VALUES ('{ORG}', '{id(30)}', '{PROJECT}', '{ANA}', '1', 'u', 'video', 'discovered', '{{}}', 'auto_tracked', 7,
            now(), now());
        """  # noqa: S608 - constants of this file
    )
    yield pool
    pool.terminate()


async def test_totals_that_are_right_are_left_in_peace(pool: Any) -> None:
    check = await totals.check(pool, None)
    assert (check.findings, check.holds) == ([], "totals and gains of 2 campaigns are as recomputed")


async def test_a_wrong_total_is_named_with_what_it_ought_to_be(pool: Any) -> None:
    await pool.execute("UPDATE campaigns.campaigns SET views_sum = 8, creator_count = 2 WHERE campaign = $1", TOP)
    (finding,) = (await totals.check(pool, 5)).findings
    assert finding.level == "fault"
    assert finding.what == f"campaign {TOP} (c): creator_count 2 instead of 1, views 8 instead of 7"


async def test_a_video_that_campaigns_heard_wrongly_is_found(pool: Any) -> None:
    await pool.execute("UPDATE ingest.videos SET view_count = 9")
    assert [f.what.split(": ")[1] for f in (await totals.check(pool, None)).findings] == ["views 7 instead of 9"] * 2


async def test_while_facts_are_on_their_way_only_what_was_heard_is_compared(pool: Any) -> None:
    await pool.execute("UPDATE ingest.videos SET view_count = 9; UPDATE ingest.feed_head SET seq = 4")
    check = await totals.check(pool, None, patience=0)
    assert (check.level, check.findings[0].what.split(":")[0]) == ("warning", "campaigns is 4 facts behind ingest")


async def test_a_wrong_day_is_named_with_what_it_ought_to_be(pool: Any) -> None:
    await pool.execute(
        f"""
        INSERT INTO ingest.video_snapshots (org, video, fetched_at, source, view_count)
        VALUES ('{ORG}', '{id(30)}', '2026-03-10T23:00Z', 's', 5), ('{ORG}', '{id(30)}', '2026-03-11T10:00Z', 's', 7);
        INSERT INTO campaigns.orgs VALUES ('{ORG}', 'Europe/Berlin', 'free');
        INSERT INTO campaigns.campaign_days (org, campaign, day, posts, readings, views, views_base, likes, comments,
            shares, saves, likes_base, comments_base, shares_base, saves_base, views_known, likes_known, comments_known,
            shares_known, saves_known, views_baselines, likes_baselines, comments_baselines, shares_baselines,
            saves_baselines)
        SELECT '{ORG}', c, '2026-03-11', 0, 2, 2, 5{", 0" * 18} FROM unnest('{{{TOP},{LEFT}}}'::uuid[]) c;
        """  # noqa: S608 - constants of this file
    )
    assert (await totals.check(pool, None)).findings == []
    await pool.execute("UPDATE campaigns.campaign_days SET views = 3 WHERE campaign = $1", TOP)
    (finding,) = (await totals.check(pool, None)).findings
    assert finding.what == f"campaign {TOP} (c): views of 2026-03-11 is 3 instead of 2"
