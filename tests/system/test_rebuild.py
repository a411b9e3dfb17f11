"""Read models are rebuilt from the feeds to the very same rows, while the system runs, and nothing is sent again."""

from __future__ import annotations

import importlib
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from trackagoat.events import clock
from trackagoat.events.host.database import connect_pool
from trackagoat.events.host.rebuild import Differs, NothingReplaced, Rebuild
from trackagoat.events.testing.vault import SECRET_KEY

SERVICES = ("workspace", "ingest", "campaigns", "goals", "notifications")


@pytest.fixture
async def operator(house: Any) -> AsyncIterator[Any]:
    """A pool of the operator's."""
    pool = await connect_pool(house.database.dsn(), "public")
    yield pool
    pool.terminate()


def rebuild(house: Any, operator: Any, name: str) -> Rebuild:
    """A rebuild of everything the service's projections own."""
    settings = importlib.import_module(f"trackagoat.{name}.settings").Settings
    service = importlib.import_module(f"trackagoat.{name}.service").service
    given = {"database_url": house.database.dsn(name), "secret_key": SECRET_KEY}
    return Rebuild(service(settings.model_validate(given)), operator)


async def fill(house: Any, until: Callable[..., Awaitable[Any]]) -> tuple[Any, str]:
    """A project with two creators, a nested campaign and a goal, scraped once."""
    _, api = await house.org()
    project = (await api.ok("POST", "/projects", {"name": "Herd"}))["id"]
    start = (clock.now() - timedelta(days=20)).date().isoformat()
    made = [{"tiktok_handle": name, "tracking_start_date": start} for name in ("daily_hay", "steady_hooves")]
    results = (await api.ok("POST", f"/projects/{project}/creators", {"creators": made}))["results"]
    outer = (await api.ok("POST", f"/projects/{project}/campaigns", {"name": "Outer"}))["id"]
    inner = (await api.ok("POST", f"/projects/{project}/campaigns", {"name": "Inner"}))["id"]
    await api.ok("POST", f"/campaigns/{outer}/items", {"item_type": "campaign", "item_id": inner})
    items = [{"item_type": "creator", "item_id": result["id"]} for result in results]
    await api.ok("POST", f"/campaigns/{inner}/items", {"items": items})
    goal = {"creator_id": results[0]["id"], "metric": "posts", "period": "weekly", "target_value": 500}
    await api.ok("POST", f"/projects/{project}/goals", goal)

    async def scraped() -> Any:
        return (await api.ok("GET", f"/campaigns/{outer}"))["totals"]["views"]

    await until(scraped)
    return api, outer


@pytest.mark.parametrize("name", SERVICES)
async def test_rebuilt_rows_equal_the_live_ones(
    house: Any, operator: Any, until: Callable[..., Awaitable[Any]], name: str
) -> None:
    await fill(house, until)
    again = rebuild(house, operator, name)
    await again.begin(house.database.dsn(name))
    await again.build()
    counts = await again.verify()
    assert set(counts) == set(again.tables)
    assert sum(counts.values()) > 0


async def test_the_switch_repairs_rows_and_the_system_goes_on(
    house: Any, operator: Any, until: Callable[..., Awaitable[Any]]
) -> None:
    api, campaign = await fill(house, until)
    before = (await api.ok("GET", f"/campaigns/{campaign}"))["totals"]
    await operator.execute("UPDATE campaigns.campaigns SET views_sum = views_sum + 1")
    again = rebuild(house, operator, "campaigns")
    await again.begin(house.database.dsn("campaigns"))
    await again.build()
    with pytest.raises(Differs, match="campaigns"):
        await again.verify()
    await again.switch()
    assert (await api.ok("GET", f"/campaigns/{campaign}"))["totals"]["views"] >= before["views"]
    project = (await api.ok("GET", f"/campaigns/{campaign}"))["project_id"]
    made = await api.ok("POST", f"/projects/{project}/campaigns", {"name": "After"})
    assert (await api.ok("GET", f"/campaigns/{made['id']}"))["name"] == "After"
    video = next(v for v in await api.ok("GET", f"/videos?project_id={project}") if v["view_count"])
    await api.ok("PATCH", f"/videos/{video['id']}", {"tracking_status": "excluded"})

    async def heard() -> Any:
        totals = (await api.ok("GET", f"/campaigns/{campaign}"))["totals"]
        return totals["video_count"] == before["video_count"] - 1

    await until(heard)


async def test_months_of_readings_are_exchanged_with_their_table(
    house: Any, operator: Any, until: Callable[..., Awaitable[Any]]
) -> None:
    await fill(house, until)
    parts = """
    SELECT count(*) FROM pg_class WHERE relnamespace = $1::text::regnamespace AND relname ~ '_snapshots_20[0-9]{4}$'
    """
    await until(lambda: made(operator, parts))
    again = rebuild(house, operator, "ingest")
    await again.begin(house.database.dsn("ingest"))
    await again.build()
    await again.switch()
    for schema in ("ingest", "ingest_prev"):
        assert await operator.fetchval(parts, schema) == 6
        assert not await operator.fetchval(f"SELECT count(*) FROM {schema}.video_snapshots_rest")  # noqa: S608
    await again.begin(house.database.dsn("ingest"), afresh=True)
    await again.build()
    assert (await again.verify())["video_snapshots"] > 0


async def made(operator: Any, parts: str) -> bool:
    """Whether both tables have their three months."""
    return bool(await operator.fetchval(parts, "ingest") == 6)


async def test_going_back_after_a_switch_loses_nothing_that_came_since(
    house: Any, operator: Any, until: Callable[..., Awaitable[Any]]
) -> None:
    api, campaign = await fill(house, until)
    again = rebuild(house, operator, "campaigns")
    with pytest.raises(NothingReplaced):
        await again.go_back()
    await again.begin(house.database.dsn("campaigns"))
    await again.build()
    await again.switch()
    project = (await api.ok("GET", f"/campaigns/{campaign}"))["project_id"]
    made = await api.ok("POST", f"/projects/{project}/campaigns", {"name": "Since"})
    await again.go_back()
    await again.build()
    await again.switch()
    assert (await api.ok("GET", f"/campaigns/{made['id']}"))["name"] == "Since"
    await again.begin(house.database.dsn("campaigns"), afresh=True)
    await again.build()
    await again.verify()


async def test_a_rebuild_of_notifications_sends_and_schedules_nothing(
    house: Any, operator: Any, receiver: Any, until: Callable[..., Awaitable[Any]], noon: str
) -> None:
    _, api = await house.org(noon)
    channel = await api.ok("POST", "/channels", {"kind": "webhook", "name": "hook", "config": {"url": receiver.url}})
    await api.ok("POST", "/alert-rules", {"name": "All", "channel_ids": [channel["id"]]})
    project = (await api.ok("POST", "/projects", {"name": "Herd"}))["id"]
    creator = (await api.ok("POST", f"/projects/{project}/creators", {"tiktok_handle": "quiet_meadow"}))["id"]
    goal = {"creator_id": creator, "metric": "posts", "period": "daily", "target_value": 1000}
    await api.ok("POST", f"/projects/{project}/goals", goal)
    await until(lambda: operator.fetchval("SELECT count(*) FROM notifications.deliveries WHERE status = 'succeeded'"))
    count = "SELECT (SELECT count(*) FROM notifications.events), (SELECT count(*) FROM notifications.deliveries)"
    before = await operator.fetchrow(count)
    again = rebuild(house, operator, "notifications")
    await again.begin(house.database.dsn("notifications"))
    await again.build()
    await again.switch()
    assert await operator.fetchrow(count) == before
    assert len(receiver.got) == 1
    assert [alert["kind"] for alert in await api.ok("GET", "/alerts")] == ["goal_at_risk"]


async def test_what_goals_show_is_worked_out_anew_from_rebuilt_rows_and_nothing_is_said_again(
    house: Any, operator: Any, until: Callable[..., Awaitable[Any]]
) -> None:
    api, _ = await fill(house, until)

    async def shown() -> Any:
        return [goal["compliance"]["actual"] for goal in await api.ok("GET", "/goals")]

    await until(lambda: _all(shown))
    said = "SELECT count(*) FROM goals.events"
    before, told = await shown(), await operator.fetchval(said)
    await operator.execute("UPDATE goals.compliance SET actual = -1, percentage = 0")
    await operator.execute("DELETE FROM goals.video_states")
    again = rebuild(house, operator, "goals")
    await again.begin(house.database.dsn("goals"))
    await again.build()
    await again.switch()

    async def repaired() -> Any:
        return await shown() == before

    await until(repaired)
    assert await operator.fetchval(said) == told


async def _all(shown: Callable[[], Awaitable[list[Any]]]) -> bool:
    """Every goal was looked at."""
    return all(await shown())
