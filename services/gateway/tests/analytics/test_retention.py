"""What a plan does not keep is pruned behind the series, not asked for, and changes nothing of what is kept."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from trackagoat.events import clock
from trackagoat.events.catalogue.ingest import ProfileReading, RecordScrape, SnapshotsPruned
from trackagoat.events.catalogue.words import CreatorId, ProjectId
from trackagoat.events.envelope import Ask
from trackagoat.events.testing.play import said

DAYS, KEPT = 410, 365
DAY = timedelta(days=1)
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture
async def program(api: Any) -> dict[str, str]:
    """A creator with three posts, read once a day for 410 days, and a campaign that reaches one of them twice."""
    project = await api.project()
    creator = await api.creator(project, tracking_start_date="2016-01-01")
    begin = clock.now() - DAYS * DAY
    readings = [
        RecordScrape(
            creator=CreatorId(UUID(creator)),
            project=ProjectId(UUID(project)),
            source="simulator",
            fetched_at=begin + n * DAY,
            tracking_mode="auto",
            profile=ProfileReading(followers=500 + 11 * n),
            posts=[
                api.shot(k, posted_at=begin - k * DAY, views=1_000 * k + n * n * k, likes=None if n > 30 else 7 * n)
                for k in (1, 2, 3)
            ],
        )
        for n in range(DAYS)
    ]
    ask = Ask(org=api.org, command_id=clock.new_id(), at=clock.now())
    assert [one.refused for one in await api.world.ask(ask, readings) if one.refused] == []
    videos = [one["id"] for one in (await api.get("/videos", sort="-view_count"))["data"]]
    outer, inner = await api.campaign(project, "Outer"), await api.campaign(project, "Inner")
    for campaign, kind, item in (
        (inner, "creator", creator),
        (outer, "campaign", inner),
        (outer, "video", videos[0]),
    ):
        await api.post(f"/campaigns/{campaign}/items", {"item_type": kind, "item_id": item})
    for name in ("workspace", "ingest"):
        await api.world.pools[name].execute("UPDATE orgs SET tier = 'starter'")
    return {"project": project, "creator": creator, "campaign": outer, "video": videos[0]}


def earliest() -> Any:
    return clock.now().astimezone(BERLIN).date() - KEPT * DAY


async def told(api: Any, ids: dict[str, str]) -> dict[Any, Any]:
    """All that can be asked of the days that are kept."""
    found: dict[Any, Any] = {}
    for entity, id in ids.items():
        for metric, mode in (("views", "new"), ("views", "cumulative"), ("likes", "cumulative"), ("followers", "new")):
            for granularity in ("day", "week"):
                if entity == "video" and metric == "followers":
                    continue
                query = {"metric": metric, "mode": mode, "granularity": granularity, "from_": str(earliest())}
                asked = {"entity": entity, "entity_id": id, "compare": "prior_period", **query}
                found[entity, metric, mode, granularity] = (await api.get("/analytics", **asked))["data"]
        growth = {"metric": "growth_rate_pop", "base_metric": "views", "granularity": "week", "from_": str(earliest())}
        found[entity, "growth"] = (await api.get("/analytics", entity=entity, entity_id=id, **growth))["data"]
    return found


async def pruned(api: Any) -> datetime:
    """A day of due work passes; the instant before which nothing is kept."""
    await api.world.pools["ingest"].execute("UPDATE due SET due_at = $1 WHERE kind = 'retention'", clock.now())
    await api.world.pools["ingest"].execute("DELETE FROM due WHERE kind <> 'retention'")
    await api.world.work("ingest", clock.now())
    facts = await said(api.world.pools["ingest"], SnapshotsPruned)
    assert facts
    boundary: datetime = max(fact.before for fact in facts)
    return boundary


async def test_pruning_leaves_one_quarter_of_each_video_and_every_kept_day_as_it_was(api: Any, program: Any) -> None:
    before, totals = await told(api, program), (await api.get(f"/campaigns/{program['campaign']}"))["data"]["totals"]
    boundary = await pruned(api)
    assert await told(api, program) == before
    assert (await api.get(f"/campaigns/{program['campaign']}"))["data"]["totals"] == totals
    campaigns = api.world.pools["campaigns"]
    left = await campaigns.fetch("SELECT video, count(*) FROM video_quarters WHERE quarter < $1 GROUP BY 1", boundary)
    assert [row[1] for row in left] == [1, 1, 1]
    query = "SELECT sum(views) FROM campaign_quarters WHERE campaign = $1 AND quarter < $2"
    assert await campaigns.fetchval(query, UUID(program["campaign"]), boundary) == 0
    assert any(one["value"] for one in before["campaign", "views", "new", "day"]["series"][0]["points"])
    later = clock.now() + DAY
    await api.world.pools["ingest"].execute("UPDATE due SET due_at = $1", later)
    await api.world.work("ingest", later)
    assert (await api.get(f"/campaigns/{program['campaign']}"))["data"]["totals"] == totals


async def test_totals_beside_the_prior_period_count_only_what_is_kept_of_it(api: Any, program: Any) -> None:
    first = clock.now().astimezone(BERLIN).date() - 354 * DAY
    query = {"entity": "campaign", "entity_id": program["campaign"], "from_": str(first), "compare": "prior_period"}
    data = (await api.get("/analytics", **query))["data"]
    (total,), values = data["totals"], [one["value"] for one in data["compare_series"][0]["points"]]
    assert values[:-11] == [None] * (len(values) - 11)
    assert None not in values[-11:]
    assert total["prior_value"] == sum(values[-11:])
    whole = (await api.get("/analytics", **query | {"from_": str(earliest())}))["data"]["totals"][0]
    assert (whole["prior_value"], whole["change"], whole["change_pct"]) == (None, None, None)


async def test_growth_does_not_look_back_at_days_that_are_not_kept(api: Any, program: Any) -> None:
    growth = {"entity": "creator", "entity_id": program["creator"], "metric": "growth_rate_pop", "base_metric": "views"}
    points = (await api.get("/analytics", **growth, from_=str(earliest())))["data"]["series"][0]["points"]
    assert points[0]["value"] is None
    assert points[1]["value"] is not None


@pytest.mark.parametrize("path", ["", "/aggregate/posting-heatmap", "/aggregate/campaign-leaderboard"])
async def test_the_first_kept_day_is_answered_and_the_one_before_costs_more(api: Any, path: str) -> None:
    project = await api.project()
    await api.world.pools["workspace"].execute("UPDATE orgs SET tier = 'starter'")
    query = {"project_id": project} if path else {"entity": "project", "entity_id": project}
    today = clock.now().astimezone(BERLIN)
    asked = {**query, "from": str(earliest()), "to": str(today.date())}
    assert (await api.call("GET", f"/analytics{path}", params=asked)).status == 200
    asked["from"] = str(earliest() - DAY)
    response = await api.call("GET", f"/analytics{path}", params=asked)
    meta = (await response.json())["meta"]
    assert (response.status, meta["code"]) == (402, "retention_exceeded")
    assert (meta["tierRetentionDays"], meta["earliestDate"]) == (KEPT, str(earliest()))
    grace = datetime.combine(today.date(), time(), BERLIN) + 3 * DAY
    sql = "UPDATE orgs SET previous_tier = 'self_hosted', grace_until = $1"
    await api.world.pools["workspace"].execute(sql, grace)
    assert (await api.call("GET", f"/analytics{path}", params=asked)).status == 200
