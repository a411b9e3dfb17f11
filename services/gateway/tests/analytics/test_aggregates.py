"""Each aggregate equals what plain Python makes of all readings of a generated program."""

from __future__ import annotations

from collections import Counter, defaultdict
from fractions import Fraction
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

import pytest

BASE = "/analytics/aggregate"
FROM, TO = "2026-03-05", "2026-04-02"
ORG_ZONE = "Europe/Berlin"


def span(plain: Any, zone: str = ORG_ZONE, first: str = FROM, after: str = "2026-04-03") -> tuple[Any, Any]:
    return plain["midnight"](first, zone), plain["midnight"](after, zone)


@pytest.mark.parametrize("order", ["view_count", "like_count", "save_count", "posted_at"])
async def test_the_video_leaderboard(api: Any, raw: Any, plain: Any, order: str) -> None:
    board = (await api.get(f"{BASE}/video-leaderboard", project_id=raw.project, from_=FROM, to=TO, order=order))["data"]
    counter = {"view_count": "views", "like_count": "likes", "save_count": "saves"}.get(order)
    worth = {v.id: v.posted_at.timestamp() if counter is None else v.level(counter) for v in raw.posted(*span(plain))}
    wanted = sorted(worth, key=lambda v: (worth[v] is None, -(worth[v] or 0), v))
    assert [one["video_id"] for one in board] == wanted
    assert {one["total_count"] for one in board} == {len(wanted)}
    assert {one["video_id"]: one["view_count"] for one in board} == {id: raw.videos[id].level("views") for id in wanted}
    everything = (await api.get(f"{BASE}/video-leaderboard", project_id=raw.project, limit=200))["data"]
    assert len(everything) == len(raw.counted())


@pytest.mark.parametrize("zone", [None, "Asia/Kolkata", "America/New_York", "Australia/Lord_Howe"])
async def test_the_heatmap_in_zones_with_half_hours_and_summer_time(api: Any, raw: Any, plain: Any, zone: Any) -> None:
    asked = {"project_id": raw.project, "from_": FROM, "to": TO} | ({"tz": zone} if zone else {})
    cells = (await api.get(f"{BASE}/posting-heatmap", **asked))["data"]
    there = ZoneInfo(zone or ORG_ZONE)
    posts, views = Counter[Any](), defaultdict[Any, list[int]](list)
    for v in raw.posted(*span(plain, there.key)):
        local = v.posted_at.astimezone(there)
        cell = ((local.weekday() + 1) % 7, local.hour)
        posts[cell] += 1
        views[cell] += [] if v.level("views") is None else [v.level("views")]
    assert [(one["dow"], one["hour"], one["post_count"]) for one in cells] == [
        (*k, n) for k, n in sorted(posts.items())
    ]
    for one in cells:
        known = views[one["dow"], one["hour"]]
        assert one["avg_views"] == (plain["rounded"](Fraction(sum(known), len(known))) if known else None)


async def test_the_view_distribution(api: Any, raw: Any, plain: Any) -> None:
    path, asked = f"{BASE}/view-distribution", {"project_id": raw.project, "from_": FROM, "to": TO}
    found = (await api.get(path, **asked, bin_count=7))["data"]
    values = sorted(v.level("views") for v in raw.posted(*span(plain)) if v.level("views") is not None)
    assert (found["total"], found["min"], found["max"]) == (len(values), values[0], values[-1])
    for percent in (50, 75, 90, 99):
        at = Fraction(percent, 100) * (len(values) - 1)
        low, high = values[int(at)], values[min(int(at) + 1, len(values) - 1)]
        assert found[f"p{percent}"] == plain["rounded"](low + (at - int(at)) * (high - low), 0)
    width = Fraction(values[-1] - values[0], 7)
    held = Counter(min(int((value - values[0]) / width), 6) for value in values)
    assert [one["video_count"] for one in found["bins"]] == [held[n] for n in range(7)]
    assert [one["bin_lower"] for one in found["bins"]] == [plain["rounded"](values[0] + n * width) for n in range(7)]
    assert found["bins"][-1]["bin_upper"] == values[-1]
    assert len((await api.get(path, **asked))["data"]["bins"]) == 20
    none = (await api.get(path, project_id=raw.project, from_="2020-01-01", to="2020-01-02"))["data"]
    assert none == {"total": 0, **dict.fromkeys(("min", "max", "p50", "p75", "p90", "p99")), "bins": []}
    for count in (4, 51):
        assert await api.refused("GET", path, params={**ranged(raw), "bin_count": count}) == (400, "invalid_query")


async def test_a_distribution_of_equal_views_is_one_bin(api: Any) -> None:
    project = await api.project("Other")
    creator = await api.creator(project, "dora", tracking_start_date="2016-01-01")
    await api.scrape(project, creator, *(api.shot(n, views=9) for n in range(3)), api.shot(9))
    asked = {"project_id": project, "from_": "2025-01-01", "to": "2026-01-01"}
    found = (await api.get(f"{BASE}/view-distribution", **asked))["data"]
    assert found["bins"] == [{"bin_index": 0, "bin_lower": 9, "bin_upper": 9, "video_count": 3}]
    assert [found[name] for name in ("total", "min", "p50", "p99", "max")] == [3, 9, 9, 9, 9]


def ranged(raw: Any) -> dict[str, str]:
    return {"project_id": raw.project, "from": FROM, "to": TO}


async def test_outliers(api: Any, raw: Any, plain: Any) -> None:
    found = (await api.get(f"{BASE}/outliers", **{**ranged(raw), "from_": FROM}, min_x_multiple=1.2))["data"]
    middle = {
        creator: median(v.level("views") for v in raw.of(creator) if v.level("views") is not None)
        for creator in raw.handles
        if raw.of(creator)
    }
    wanted = []
    for v in raw.posted(*span(plain)):
        if v.owner is not None and v.level("views") is not None:
            multiple = Fraction(v.level("views")) / Fraction(middle[v.owner])
            if multiple >= Fraction(12, 10):
                wanted.append((-multiple, v.id))
    assert wanted
    assert [one["video_id"] for one in found] == [id for _, id in sorted(wanted)]
    assert [one["x_multiple"] for one in found] == [plain["rounded"](-multiple) for multiple, _ in sorted(wanted)]
    assert {one["creator_id"]: one["median_views"] for one in found}.items() <= middle.items()
    asked = {"project_id": raw.project, "min_x_multiple": 0}
    assert await api.refused("GET", f"{BASE}/outliers", params=asked) == (400, "invalid_query")
    assert len((await api.get(f"{BASE}/outliers", project_id=raw.project, min_x_multiple=0.001, limit=3))["data"]) == 3


async def test_the_creator_leaderboard_and_the_scatter(api: Any, raw: Any, plain: Any) -> None:
    board = (await api.get(f"{BASE}/creator-leaderboard", **{**ranged(raw), "from_": FROM}))["data"]
    start, end = span(plain)
    wanted = []
    for creator, handle in raw.handles.items():
        if creator in raw.removed:
            continue
        posts = [v for v in raw.posted(start, end) if v.owner == creator]
        level = {c: plain["total"](v.level(c) for v in posts) for c in ("views", "likes", "comments", "shares")}
        current, delta = raw.followers(creator, end.replace(year=2999)), raw.followers_gained(creator, start, end)
        acted = plain["total"](level[c] for c in ("likes", "comments", "shares") if level[c] is not None)
        wanted.append(
            {
                "creator_id": creator,
                "tiktok_handle": handle,
                "display_name": None,
                "avatar_url": None,
                "current_followers": current,
                "follower_delta": delta,
                "total_views": level["views"],
                "posts_in_period": len(posts),
                "posts_per_week": plain["rounded"](Fraction(len(posts) * 7, 29)),
                "engagement_rate": plain["rounded"](Fraction(acted * 100, level["views"])),
                "growth_rate": plain["rounded"](Fraction(delta * 100, current - delta)),
                "total_count": 2,
            }
        )
    wanted.sort(key=lambda one: (-one["total_views"], one["tiktok_handle"]))
    assert board == wanted
    points = (await api.get(f"{BASE}/creator-scatter", **{**ranged(raw), "from_": FROM}))["data"]
    names = ("creator_id", "tiktok_handle", "follower_delta", "engagement_rate")
    assert points == [{**{n: one[n] for n in names}, "posts_count": one["posts_in_period"]} for one in board]
    empty = {"project_id": raw.project, "from_": "2020-01-01", "to": "2020-01-02"}
    idle = (await api.get(f"{BASE}/creator-leaderboard", **empty))["data"]
    assert [(one["tiktok_handle"], one["total_views"], one["follower_delta"]) for one in idle] == [
        ("ana", 0, 0),
        ("bo", 0, 0),
    ]
    assert (await api.get(f"{BASE}/creator-scatter", **empty))["data"] == []


@pytest.mark.parametrize("zone", [None, "Asia/Kathmandu", "America/New_York"])
async def test_posting_consistency(api: Any, raw: Any, plain: Any, zone: Any) -> None:
    asked = {"project_id": raw.project, "from_": FROM, "to": TO} | ({"tz": zone} if zone else {})
    found = (await api.get(f"{BASE}/posting-consistency", **asked))["data"]
    there = ZoneInfo(zone or ORG_ZONE)
    posts = [v for v in raw.posted(*span(plain, there.key)) if v.owner is not None]
    wanted = Counter((v.owner, v.posted_at.astimezone(there).date().isoformat()) for v in posts)
    assert [(one["creator_id"], one["day"], one["post_count"]) for one in found] == [
        (*key, n) for key, n in sorted(wanted.items())
    ]
    asked["tz"] = "Mars/Olympus"
    asked["from"] = asked.pop("from_")
    assert await api.refused("GET", f"{BASE}/posting-consistency", params=asked) == (400, "invalid_query")


async def test_the_campaign_leaderboard(api: Any, raw: Any, plain: Any) -> None:
    board = (await api.get(f"{BASE}/campaign-leaderboard", **{**ranged(raw), "from_": FROM}))["data"]
    start, end = span(plain)
    before = plain["midnight"]("2026-02-04", ORG_ZONE)
    wanted = {}
    for name, campaign in raw.campaigns.items():
        now = [v for v in raw.counted(raw.held[name]) if start <= v.posted_at < end]
        then = [v for v in raw.counted(raw.held[name]) if before <= v.posted_at < start]
        views, prior = (plain["total"](v.level("views") for v in posts) for posts in (now, then))
        wanted[campaign] = {
            "name": name,
            "total_views": views,
            "total_likes": plain["total"](v.level("likes") for v in now),
            "video_count": len(now),
            "creator_count": {"Inner": 1, "Outer": 2, "Empty": 0}[name],
            "preview_thumbnail_url": None,
            "prior_views": prior,
            "views_delta": views - prior,
            "views_delta_pct": plain["rounded"](Fraction((views - prior) * 100, prior), 0) if prior else None,
        }
    assert {one.pop("campaign_id"): one for one in board} == wanted
    assert [one["name"] for one in board] == sorted(
        raw.campaigns, key=lambda n: -wanted[raw.campaigns[n]]["total_views"]
    )
    assert wanted[raw.campaigns["Inner"]]["prior_views"] > 0


async def test_member_overlap(api: Any, raw: Any) -> None:
    ana, bo, _ = raw.handles
    outer, inner = raw.campaigns["Outer"], raw.campaigns["Inner"]
    await api.patch(f"/creators/{ana}", {"display_name_override": "Ana, the first"})
    (only,) = (await api.get(f"{BASE}/member-overlap", project_id=raw.project))["data"]
    assert only == {
        "entity_id": ana,
        "entity_label": "Ana, the first",
        "entity_avatar": None,
        "campaign_ids": [inner, outer],
        "campaign_names": ["Inner", "Outer"],
        "campaign_count": 2,
    }
    videos = (await api.get(f"{BASE}/member-overlap", project_id=raw.project, dimension="video"))["data"]
    assert [one["campaign_names"] for one in videos if raw.videos[one["entity_id"]].owner == bo] == [["Outer"]]
    assert len(videos) == 2
    labels = [one["entity_label"] for one in videos]
    assert labels == sorted(labels)


async def test_days_the_plan_does_not_keep_cost_more(api: Any, raw: Any) -> None:
    await api.world.pools["workspace"].execute("UPDATE orgs SET tier = 'starter'")
    for path in ("posting-heatmap", "view-distribution", "posting-consistency", "campaign-leaderboard"):
        asked = {"project_id": raw.project, "from": "2024-01-01", "to": "2024-02-01"}
        assert await api.refused("GET", f"{BASE}/{path}", params=asked) == (402, "retention_exceeded")
    for path in ("video-leaderboard", "outliers", "creator-leaderboard", "creator-scatter"):
        response = await api.call("GET", f"{BASE}/{path}", params={"project_id": raw.project, "from": "2024-01-01"})
        meta = (await response.json())["meta"]
        assert (response.status, meta["code"], meta["tierRetentionDays"]) == (402, "retention_exceeded", 365)
        assert "earliestDate" in meta
    assert (await api.get(f"{BASE}/video-leaderboard", project_id=raw.project))["data"]
