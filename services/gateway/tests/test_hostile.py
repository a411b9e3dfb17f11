"""Odd and hostile calls: every one is answered, none is an error of ours."""

from __future__ import annotations

from typing import Any

import pytest
from yarl import URL

JSON = {"Content-Type": "application/json"}


async def raw(api: Any, method: str, target: str, **more: Any) -> tuple[int, str]:
    """The status and text of a call whose target is sent byte by byte as it stands."""
    headers = {"Authorization": f"Bearer {api.key}"} | more.pop("headers", {})
    url = URL(f"http://127.0.0.1:{api.client.port}/api/v1{target}", encoded=True)
    async with api.client.session.request(method, url, headers=headers, **more) as response:
        return response.status, await response.text()


async def test_odd_queries_are_answered(api: Any) -> None:
    expected = {
        "search=%ff": 200,
        "search=%ED%A0%80": 200,
        "search=%00": 400,
        "search=%": 200,
        "search=%C3%28": 200,
        "search=%25_%27%22%3B--": 200,
        "limit=1&limit=2": 400,
        "limit=%D9%A1": 400,
        "limit=999999999999999999999999": 400,
        "cursor=%ff": 400,
        "cursor=": 400,
        "cursor=AAAA": 400,
    }
    found = {query: (await raw(api, "GET", f"/projects?{query}"))[0] for query in expected}
    assert found == expected


@pytest.mark.parametrize("target", ["/projects/%00", "/projects/%ff", "/projects/x", "/projects/%2e%2e"])
async def test_odd_ids_are_none(api: Any, target: str) -> None:
    assert (await raw(api, "GET", target))[0] in {400, 404}


async def test_odd_bodies_are_answered(api: Any) -> None:
    deep = b'{"name":"x","metadata":' + b'{"a":' * 64 + b'"\\u0000"' + b"}" * 65
    expected = {
        b'{"name": "\\ud800abcdef"}': 400,
        b'{"name": "\\udc00"}': 400,
        b'{"name": "\xed\xa0\x80"}': 400,
        b'{"name": "\xf0\x9f\x98\x80", "readme": "\\ud83d\\ude00"}': 201,
        b'{"name": "x", "metadata": {"n": 1' + b"0" * 30 + b"}}": 201,
        b'{"name": "x", "metadata": {"n": 1e308, "z": -0.0}}': 201,
        b'{"name": "x", "name": "y"}': 201,
        b'{"name": true}': 400,
        deep: 400,
    }
    found = {body: (await raw(api, "POST", "/projects", data=body, headers=JSON))[0] for body in expected}
    assert found == expected


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
async def test_days_at_the_ends_of_the_calendar_are_answered(api: Any, day: str) -> None:
    project = await api.project()
    creator = await api.creator(project)
    for target in (
        f"/creators/{creator}/snapshots?from={day}",
        f"/creators/{creator}/snapshots?to={day}",
        f"/videos?posted_from={day}",
        f"/videos?posted_to={day}",
        f"/alerts?to={day}",
        f"/alerts?from={day}",
    ):
        assert (await raw(api, "GET", target))[0] == 200, target
    goal = {"creator_id": creator, "metric": "posts", "period": "monthly", "target_value": 3, "start_date": day}
    assert await api.refused("POST", f"/projects/{project}/goals", goal) == (400, "invalid_body")
    late = {"tiktok_handle": "bo", "tracking_start_date": day}
    assert await api.refused("POST", f"/projects/{project}/creators", late) == (400, "invalid_body")
    for at in (f"{day}T00:00:00+14:00", f"{day}T23:59:59-14:00"):
        campaign = {"name": "x", "target_views": 5, "target_at": at}
        assert await api.refused("POST", f"/projects/{project}/campaigns", campaign) == (400, "invalid_body")
    assert await api.refused("POST", "/api-keys", {"name": "x", "expires_at": f"{day}T00:00:00Z"}) == (
        400,
        "invalid_body",
    )


async def test_a_key_counts_in_any_spelling_of_the_scheme_and_in_none_of_its_own(api: Any) -> None:
    key = api.key
    for header, status in (
        (f"bearer {key}", 200),
        (f"Bearer   {key}", 200),
        (key, 401),
        (f"Basic {key}", 401),
        (f"Bearer {key}0", 401),
        (f"Bearer {key[:-1]}", 401),
        (f"Bearer {key.upper()}", 401),
    ):
        assert (await raw(api, "GET", "/projects", headers={"Authorization": header}))[0] == status, header
