"""Every metric of every entity equals plain Python over raw snapshots, in every cut and in three zones."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise, product
from typing import Any

import pytest

ZONES = ("Europe/Berlin", "America/New_York", "Asia/Kathmandu")
COUNTERS = ("views", "likes", "comments", "shares", "saves")
DAY = timedelta(days=1)
RATES = ("engagement_rate_by_views", "engagement_rate_by_followers", "posts_per_week", "avg_views_per_post")


def subjects(raw: Any, plain: Any, zone: str) -> dict[str, tuple[str, Any]]:
    """One of each entity: the creator and the video with most to say, the campaign that reaches things twice."""
    there = [id for id in raw.handles if id not in raw.removed]
    owned = raw.owned()
    creator = max(owned, key=lambda who: (who is not None, sum(len(v.readings) for v in owned[who])))
    video = max(raw.counted(), key=lambda v: (len(v.readings), v.id))
    outer, crew = raw.counted(raw.held["Outer"]), sorted(raw.crew["Outer"])
    made = plain["oracle"]
    return {
        "video": (video.id, made(raw, [video], [], zone)),
        "creator": (creator, made(raw, owned[creator], [creator], zone)),
        "campaign": (raw.campaigns["Outer"], made(raw, outer, crew, zone)),
        "project": (raw.project, made(raw, raw.counted(), there, zone)),
    }


def shown(truth: Any, metric: str, mode: str, span: tuple[date, date]) -> Any:
    if mode == "rate":
        return truth.rate(metric, *span)
    return truth.gain(metric, *span) if mode == "new" else truth.level(metric, span[1])


@pytest.mark.timeout(900)
async def test_series(api: Any, program: Any, plain: Any) -> None:
    raw, first, last = program
    days = date.fromisoformat(first), date.fromisoformat(last)
    of_many = [*product((*COUNTERS, "followers", "posts"), ("new", "cumulative")), *((rate, "rate") for rate in RATES)]
    for zone in ZONES:
        for entity, (id, truth) in subjects(raw, plain, zone).items():
            asked = {"entity": entity, "entity_id": id, "from_": first, "to": last, "tz": zone}
            for (metric, mode), granularity in product(of_many, ("day", "week", "month", "custom")):
                if entity == "video" and metric not in {*COUNTERS, "engagement_rate_by_views"}:
                    continue
                more = {"bucket_days": 10} if granularity == "custom" else {}
                cut = {"metric": metric, "mode": mode, "granularity": granularity} | more
                found = (await api.get("/analytics", **asked, **cut))["data"]
                spans = [(begin, end) for _, begin, end in plain["cut"](granularity, *days)]
                wanted = [shown(truth, metric, mode, span) for span in spans]
                assert [one["value"] for one in found["series"][0]["points"]] == wanted, (asked, cut)
                if mode == "new":
                    known = [value for value in wanted if value is not None]
                    assert found["totals"][0]["value"] == (sum(known) if known else None)
            await growth(api, truth, asked)


async def growth(api: Any, truth: Any, asked: dict[str, Any]) -> None:
    """Week over week; the first week of the range looks at the whole one before."""
    first, after = date.fromisoformat(asked["from_"]), date.fromisoformat(asked["to"]) + DAY
    monday = first - first.weekday() * DAY
    spans = [(monday - 7 * DAY, monday)]
    while spans[-1][1] < after:
        begin = spans[-1][1]
        spans.append((max(begin, first), min(begin + 7 * DAY, after)))
    for base in ("views", "saves") if asked["entity"] == "video" else ("views", "saves", "posts", "followers"):
        worth = [truth.level(base, s[1]) if base == "followers" else truth.gain(base, *s) for s in spans]
        found = await api.get("/analytics", **asked, metric="growth_rate_pop", base_metric=base, granularity="week")
        assert [one["value"] for one in found["data"]["series"][0]["points"]] == [
            truth.show(None if now is None or not before or before < 0 else now - before, before)
            for before, now in pairwise(worth)
        ]
