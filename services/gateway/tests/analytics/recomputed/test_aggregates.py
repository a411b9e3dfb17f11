"""Every aggregate equals plain Python over raw snapshots. Nothing here asks the product how a figure is worked out."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, timedelta
from fractions import Fraction
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

import pytest

BASE, ORG_ZONE = "/analytics/aggregate", "Europe/Berlin"
ZONES = (ORG_ZONE, "America/New_York", "Asia/Kathmandu")
"""Two that changed their clocks in the spans looked at, and one that is off by quarters of an hour."""
COUNTERS = ("views", "likes", "comments", "shares", "saves")
DAY = timedelta(days=1)


class Oracle:
    """What each aggregate ought to say of a program and a range."""

    def __init__(self, raw: Any, plain: Any, first: str, last: str) -> None:
        self.raw, self.plain, self.first, self.after = raw, plain, first, date.fromisoformat(last) + DAY
        self.asked = {"project_id": raw.project, "from_": first, "to": last}
        self.days = (self.after - date.fromisoformat(first)).days

    def posted(self, zone: str = ORG_ZONE, back: int = 0) -> list[Any]:
        begin = date.fromisoformat(self.first) - back * DAY
        end = self.after if not back else date.fromisoformat(self.first)
        found: list[Any] = self.raw.posted(self.plain["midnight"](begin, zone), self.plain["midnight"](end, zone))
        return found

    def share(self, part: Any, whole: Any, places: int = 2) -> Any:
        return None if part is None or not whole else self.plain["rounded"](Fraction(part * 100) / whole, places)

    def sums(self, videos: list[Any]) -> dict[str, Any]:
        return {c: self.plain["total"](v.level(c) for v in videos) for c in COUNTERS}


async def whole_board(api: Any, path: str, **asked: Any) -> list[Any]:
    """All pages of a leaderboard."""
    found: list[Any] = []
    while True:
        page = (await api.get(f"{BASE}/{path}", **asked, limit=200, offset=len(found)))["data"]
        found += page
        if not page or len(found) >= page[0]["total_count"]:
            assert {one["total_count"] for one in found} <= {len(found)}
            return found


@pytest.mark.timeout(900)
async def test_aggregates(api: Any, program: Any, plain: Any) -> None:
    truth = Oracle(program[0], plain, *program[1:])
    for check in (boards, maps, distributions, outliers, creators, campaigns, overlaps):
        await check(api, truth)


async def boards(api: Any, truth: Oracle) -> None:
    for order, counter in (*((f"{c[:-1]}_count", c) for c in COUNTERS), ("posted_at", "")):
        for asked, videos in (
            (truth.asked, truth.posted()),
            ({"project_id": truth.raw.project}, truth.raw.counted()),
        ):
            worth = {v.id: v.level(counter) if counter else v.posted_at.timestamp() for v in videos}
            board = await whole_board(api, "video-leaderboard", **asked, order=order)
            wanted = sorted(worth, key=lambda video: (worth[video] is None, -(worth[video] or 0), video))
            assert [one["video_id"] for one in board] == wanted
            for one in board:
                video = truth.raw.videos[one["video_id"]]
                assert [one[f"{c[:-1]}_count"] for c in COUNTERS] == [video.level(c) for c in COUNTERS]
                assert one["creator_id"] == video.owner


async def maps(api: Any, truth: Oracle) -> None:
    for zone in ZONES:
        cells, days = defaultdict[Any, list[Any]](list), Counter[Any]()
        for v in truth.posted(zone):
            local = v.posted_at.astimezone(ZoneInfo(zone))
            cells[(local.weekday() + 1) % 7, local.hour].append(v.level("views"))
            days.update([(v.owner, local.date().isoformat())] if v.owner else [])
        found = (await api.get(f"{BASE}/posting-heatmap", **truth.asked, tz=zone))["data"]
        known = {cell: [n for n in views if n is not None] for cell, views in cells.items()}
        assert [tuple(one.values()) for one in found] == [
            (*cell, len(views), truth.plain["rounded"](Fraction(sum(k), len(k))) if (k := known[cell]) else None)
            for cell, views in sorted(cells.items())
        ]
        found = (await api.get(f"{BASE}/posting-consistency", **truth.asked, tz=zone))["data"]
        assert [tuple(one.values()) for one in found] == [(*key, n) for key, n in sorted(days.items())]


async def distributions(api: Any, truth: Oracle) -> None:
    values = sorted(n for v in truth.posted() if (n := v.level("views")) is not None)
    least, most = values[0], values[-1]
    for count in (5, 20, 50):
        found = (await api.get(f"{BASE}/view-distribution", **truth.asked, bin_count=count))["data"]
        assert (found["total"], found["min"], found["max"]) == (len(values), least, most)
        for percent in (50, 75, 90, 99):
            at = Fraction(percent * (len(values) - 1), 100)
            low, high = values[int(at)], values[min(int(at) + 1, len(values) - 1)]
            assert found[f"p{percent}"] == truth.plain["rounded"](low + (at - int(at)) * (high - low), 0)
        width = Fraction(most - least, count)
        held = Counter(min(int((n - least) / width), count - 1) for n in values)
        edges = [truth.plain["rounded"](least + n * width) for n in range(count + 1)]
        assert [tuple(one.values()) for one in found["bins"]] == [
            (n, edges[n], edges[n + 1], held[n]) for n in range(count)
        ]


async def outliers(api: Any, truth: Oracle) -> None:
    middle = {
        id: Fraction(median(known))
        for id, videos in truth.raw.owned().items()
        if (known := [Fraction(n) for v in videos if (n := v.level("views")) is not None])
    }
    for asked, videos in ((truth.asked, truth.posted()), ({"project_id": truth.raw.project}, truth.raw.counted())):
        for least in ("1.5", "1.01", "2.37"):
            multiples = {
                v.id: v.level("views") / middle[v.owner]
                for v in videos
                if v.owner and v.level("views") is not None and middle[v.owner]
            }
            wanted = sorted((-m, id) for id, m in multiples.items() if m >= Fraction(least))[:100]
            found = (await api.get(f"{BASE}/outliers", **asked, min_x_multiple=least, limit=100))["data"]
            assert [(one["video_id"], one["x_multiple"]) for one in found] == [
                (id, truth.plain["rounded"](-m)) for m, id in wanted
            ]
            assert [one["median_views"] for one in found] == [
                truth.plain["rounded"](middle[truth.raw.videos[id].owner]) for _, id in wanted
            ]


async def creators(api: Any, truth: Oracle) -> None:
    raw, start, end = truth.raw, *(truth.plain["midnight"](day, ORG_ZONE) for day in (truth.first, truth.after))
    of = defaultdict[Any, list[Any]](list)
    for v in truth.posted():
        of[v.owner].append(v)
    wanted = []
    for id, handle in raw.handles.items():
        level, delta = truth.sums(of[id]), raw.followers_gained(id, start, end)
        current = max(raw.profiles[id])[1] if raw.profiles[id] else None
        acted = truth.plain["total"](n for c in ("likes", "comments", "shares") if (n := level[c]) is not None)
        before = None if current is None or current - delta <= 0 else current - delta
        wanted += (
            []
            if id in raw.removed
            else [
                {
                    "creator_id": id,
                    "tiktok_handle": handle,
                    "current_followers": current,
                    "follower_delta": delta,
                    "total_views": level["views"],
                    "posts_in_period": len(of[id]),
                    "posts_per_week": truth.plain["rounded"](Fraction(len(of[id]) * 7, truth.days)),
                    "engagement_rate": truth.share(acted, level["views"]),
                    "growth_rate": truth.share(delta, before),
                }
            ]
        )
    wanted.sort(key=lambda one: (one["total_views"] is None, -(one["total_views"] or 0), one["tiktok_handle"]))
    board = await whole_board(api, "creator-leaderboard", **truth.asked)
    assert [{name: one[name] for name in wanted[0]} for one in board] == wanted
    points = (await api.get(f"{BASE}/creator-scatter", **truth.asked))["data"]
    assert [tuple(one.values()) for one in points] == [
        (w["creator_id"], w["tiktok_handle"], w["follower_delta"], w["engagement_rate"], w["posts_in_period"])
        for w in wanted
        if w["posts_in_period"]
    ]


async def campaigns(api: Any, truth: Oracle) -> None:
    now, then = truth.posted(), truth.posted(back=truth.days)
    wanted = []
    for name, id in truth.raw.campaigns.items():
        posts, before = ([v for v in some if v.id in truth.raw.held[name]] for some in (now, then))
        level, prior = truth.sums(posts), truth.sums(before)["views"]
        delta = None if level["views"] is None or prior is None else level["views"] - prior
        counts = (len(posts), len(truth.raw.crew[name]))
        wanted.append((id, name, level["views"], level["likes"], *counts, prior, delta, truth.share(delta, prior, 0)))
    wanted.sort(key=lambda one: (one[2] is None, -(one[2] or 0), one[1]))
    board = (await api.get(f"{BASE}/campaign-leaderboard", **truth.asked))["data"]
    assert [tuple(n for key, n in one.items() if key != "preview_thumbnail_url") for one in board] == wanted


async def overlaps(api: Any, truth: Oracle) -> None:
    called = {id: name for name, id in truth.raw.campaigns.items()}
    counted = {v.id for v in truth.raw.counted()}
    for dimension in ("creator", "video"):
        held = defaultdict[Any, set[str]](set)
        for campaign, kind, item in truth.raw.placed:
            there = item in counted if kind == "video" else item not in truth.raw.removed
            held[item] |= {called[campaign]} if kind == dimension and there else set()
        found = (await api.get(f"{BASE}/member-overlap", project_id=truth.raw.project, dimension=dimension))["data"]
        whole = {item: sorted(names) for item, names in held.items() if names}
        assert len(found) == min(50, len(whole))
        assert {one["entity_id"]: one["campaign_names"] for one in found}.items() <= whole.items()
        keys = [(-one["campaign_count"], one["entity_label"], one["entity_id"]) for one in found]
        assert keys == sorted(keys)
        assert [-n for n, *_ in keys] == sorted(map(len, whole.values()), reverse=True)[:50]
