"""Windows and days: how many calls go through, counted by all replicas together."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from ipaddress import ip_network
from typing import Any

import pytest

from trackagoat.events import clock
from trackagoat.events.catalogue.words import OrgId
from trackagoat.events.catalogue.workspace import CreateOrg
from trackagoat.events.envelope import Ask
from trackagoat.gateway.edge.callers import address_of, of_address
from trackagoat.gateway.edge.faults import ApiError
from trackagoat.gateway.edge.limits import Caller, Standing, Turnstile, until_midnight
from trackagoat.gateway.store import windows

Schema = Callable[[str], Awaitable[Any]]


def key(id: str = "k", quota: int = 60, **more: Any) -> Caller:
    return Caller(kind="key", id=id, quota=quota, **more)


async def pass_time(pool: Any, seconds: float) -> None:
    """Move what was counted into the past."""
    await pool.execute(
        "UPDATE windows SET ticks = ARRAY(SELECT t - $1::bigint FROM unnest(ticks) t ORDER BY t)",
        round(seconds * 1_000_000),
    )


def through(standings: list[Standing]) -> int:
    return sum(one.full is None for one in standings)


async def test_calls_through_two_replicas_are_counted_as_one(schema: Schema) -> None:
    pools, replicas = [await schema("gateway") for _ in range(2)], [Turnstile(), Turnstile()]
    calls = [replicas[i % 2].take(pools[i % 2], key()) for i in range(200)]
    standings = await asyncio.gather(*calls)
    assert through(standings) == 60
    assert sorted(one.left for one in standings if one.full is None) == list(range(60))
    assert {one.left for one in standings if one.full} == {0}


async def test_the_window_slides(schema: Schema) -> None:
    pool, turnstile = await schema("gateway"), Turnstile()
    assert (await turnstile.take(pool, key(quota=3))).left == 2
    await pass_time(pool, 30)
    assert through([await turnstile.take(pool, key(quota=3)) for _ in range(4)]) == 2
    full = await turnstile.take(pool, key(quota=3))
    assert (full.full, full.left) == ("window", 0)
    assert 29 <= full.opens_in <= 31
    assert (await turnstile.take(pool, key("other", quota=3))).full is None
    await pass_time(pool, 31)
    assert through([await turnstile.take(pool, key(quota=3)) for _ in range(4)]) == 1


async def test_a_refused_call_is_not_counted(schema: Schema) -> None:
    pool, turnstile = await schema("gateway"), Turnstile()
    for _ in range(5):
        await turnstile.take(pool, key(quota=2))
    assert await pool.fetchval("SELECT sum(c) FROM windows, unnest(counts) c") == 2


async def test_a_day_is_shared_by_the_keys_of_an_org_and_by_replicas(schema: Schema) -> None:
    pools, replicas = [await schema("gateway") for _ in range(2)], [Turnstile(), Turnstile()]
    org = OrgId(clock.new_id())
    callers = [key(id, quota=1_000, org=org, most=50) for id in "abc"]
    calls = [replicas[i % 2].take(pools[i % 2], callers[i % 3]) for i in range(150)]
    standings = await asyncio.gather(*calls)
    assert through(standings) == 50
    assert {one.full for one in standings} == {None, "day"}
    assert sorted(one.left_today or 0 for one in standings if one.full is None) == list(range(50))
    free = await replicas[0].take(pools[0], key("a", quota=1_000, org=org, most=50, counted=False))
    assert (free.full, free.left_today) == (None, 0)


async def test_replicas_that_count_keys_of_one_org_do_not_wait_for_each_other_in_a_circle(schema: Schema) -> None:
    pools, org = [await schema("gateway") for _ in range(2)], OrgId(clock.new_id())
    one, two = ["key:a", "key:b"], ["key:b"]
    for _ in range(100):
        await asyncio.gather(*(count(pool, who, org) for pool, who in zip(pools, (one, two), strict=True)))
    assert await pools[0].fetchval("SELECT used FROM days WHERE org = $1", org) == 300


async def count(pool: Any, who: list[str], org: OrgId) -> None:
    each = len(who)
    await windows.take(pool, who, [1] * each, [10_000] * each, [org] * each, [None] * each, [True] * each, 60)


async def test_a_window_of_many_calls_stays_small_and_never_lets_more_through(schema: Schema) -> None:
    pool, turnstile, many = await schema("gateway"), Turnstile(), key(quota=300)
    for _ in range(3):
        await asyncio.gather(*(turnstile.take(pool, many) for _ in range(120)))
    (held,) = await pool.fetch(
        "SELECT cardinality(ticks) AS places, held, (SELECT sum(c) FROM unnest(counts) c) FROM windows"
    )
    assert (held["held"], held["sum"]) == (300, 300)
    assert held["places"] <= 10
    await pass_time(pool, 62)
    assert through([await turnstile.take(pool, many)]) == 1
    assert await pool.fetchval("SELECT held FROM windows") == 1


async def test_what_the_window_refuses_leaves_the_day_as_it_is(schema: Schema) -> None:
    pool, turnstile, org = await schema("gateway"), Turnstile(), OrgId(clock.new_id())
    caller = key(quota=2, org=org, most=10)
    standings = [await turnstile.take(pool, caller) for _ in range(4)]
    assert [one.left_today for one in standings] == [9, 8, 8, 8]
    assert await pool.fetchval("SELECT used FROM days WHERE org = $1", org) == 2


async def test_yesterday_does_not_count_today(schema: Schema) -> None:
    pool, turnstile, org = await schema("gateway"), Turnstile(), OrgId(clock.new_id())
    caller = key(org=org, most=1)
    assert (await turnstile.take(pool, caller)).full is None
    assert (await turnstile.take(pool, caller)).full == "day"
    await pool.execute("UPDATE days SET day = day - 1")
    assert (await turnstile.take(pool, caller)).full is None


async def test_headers_name_the_window_and_the_day() -> None:
    now = datetime(2026, 3, 10, 23, 59, 0, tzinfo=UTC)
    stands = Standing(caller=key(most=1_000), left=57, opens_in=12, left_today=930)
    assert stands.headers(now) == {
        "RateLimit-Policy": '"key";q=60;w=60, "day";q=1000;w=86400',
        "RateLimit": '"key";r=57;t=12, "day";r=930;t=60',
    }
    assert "day" not in str(Standing(caller=key(), left=57, opens_in=12).headers(now))


async def test_a_used_up_day_says_when_the_next_begins() -> None:
    now = datetime(2026, 3, 10, 12, 0, 0, tzinfo=UTC)
    with pytest.raises(ApiError) as refused:
        Standing(caller=key(most=1), left=5, opens_in=1, left_today=0, full="day").check(now)
    assert refused.value.meta == {"retryAfter": 43_200, "limitKey": "max_api_requests_per_day"}
    assert refused.value.headers == {"Retry-After": "43200"}
    assert until_midnight(datetime(2026, 3, 10, tzinfo=UTC)) == 86_400


async def test_an_org_whose_plan_has_no_calls_gets_none(world: Any, enter: Any) -> None:
    org = OrgId(clock.new_id())
    ask = Ask(org=org, command_id=clock.new_id(), at=clock.now())
    await world.ask(ask, [CreateOrg(org=org, name="Free", timezone="UTC", tier="free")])
    api = await enter(org=org)
    response = await api.call("GET", "/projects")
    answer = await response.json()
    assert (response.status, answer["meta"]["limitKey"]) == (429, "max_api_requests_per_day")
    assert response.headers["RateLimit"].split(", ")[1].startswith('"day";r=0;t=')


async def test_open_calls_are_counted_by_address(enter: Any) -> None:
    api = await enter(trusted_proxies="127.0.0.0/8")
    spread = [{"X-Forwarded-For": f"{i % 2}.1.1.1, 10.0.0.{i % 2}"} for i in range(122)]
    calls = [api.client.get("/api/v1/schema", headers=headers) for headers in spread]
    statuses = [response.status for response in await asyncio.gather(*calls)]
    assert (statuses.count(200), statuses.count(429)) == (120, 2)


@pytest.mark.parametrize(
    ("remote", "forwarded", "address"),
    [
        ("203.0.113.9", ["198.51.100.1"], "203.0.113.9"),
        ("10.0.0.1", [], "10.0.0.1"),
        ("10.0.0.1", ["1.1.1.1, 198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["1.1.1.1", "198.51.100.1, 10.0.0.2"], "198.51.100.1"),
        ("10.0.0.1", ["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
        ("10.0.0.1", ["made up"], "made up"),
    ],
)
def test_only_trusted_proxies_are_believed(remote: str, forwarded: list[str], address: str) -> None:
    assert address_of(remote, forwarded, [ip_network("10.0.0.0/8")]) == address


def test_a_site_has_more_addresses_than_can_be_counted() -> None:
    assert of_address("2001:db8::1") == of_address("2001:db8::ffff:2")
    assert of_address("2001:db8:0:1::1") != of_address("2001:db8::1")
    assert of_address("::ffff:198.51.100.1") == of_address("198.51.100.1")
    assert of_address("made up").id == "unknown"
